"""One batch on its way into the tables: what stands already, what is newer, what may not be said any more.

One rule makes late, doubled and shuffled feeds end in the same tables: of every thing, and of every part of a thing
(order line, carrier event), the highest version that names it stands. What must not change (whose order, how much money)
is refused when it does.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeAlias

from accounts import identities
from accounts.models import Merchant, User
from common import digest
from common.acts import require_act
from marketplace import tables
from marketplace.feed import Parsed, Problem
from marketplace.models import (
    ListingSnapshot,
    Movement,
    Order,
    OrderLine,
    Parked,
    Shipment,
    TrackingEvent,
)

Row: TypeAlias = Any
# (external id of the whole, id of the part) → (version, the part as received)
Parts: TypeAlias = dict[tuple[str, str], tuple[int, dict[str, Any]]]


@dataclass
class Report:
    """What became of the records. ``applied`` counts those taken in (also from the parking place), ``unchanged`` those
    known already, ``stale`` those older than what stands, ``parked`` those that wait for another."""

    applied: int = 0
    unchanged: int = 0
    stale: int = 0
    parked: int = 0
    rejected: list[Problem] = field(default_factory=list)

    def add(self, other: Report) -> None:
        self.applied += other.applied
        self.unchanged += other.unchanged
        self.stale += other.stale
        self.parked += other.parked
        self.rejected += other.rejected

    @property
    def counts(self) -> dict[str, int]:
        return {
            "applied": self.applied,
            "unchanged": self.unchanged,
            "stale": self.stale,
            "parked": self.parked,
            "rejected": len(self.rejected),
        }


@dataclass(frozen=True, slots=True)
class Numbered:
    """A record and the line it came on (``None``: it was parked by an earlier batch)."""

    line: int | None
    record: Parsed


@dataclass
class Party:
    """Somebody a record names. ``id`` is that of the user, merchant or order here."""

    id: int
    currency: str = ""


class Batch:
    """One batch on its way into the tables: what it names is looked up once, what is new is written at once."""

    def __init__(self, source: str, now: datetime) -> None:
        require_act()
        self.source = source
        self.now = now
        self.report = Report()
        self.known: dict[tuple[str, str], Party] = {}
        self.waiting: list[tuple[Numbered, tuple[str, str]]] = []

    def here(self, kind: str, external_id: str) -> int:
        return self.known[kind, external_id].id

    def take(self, kind: str, records: list[Numbered]) -> None:
        self._look_up(records)
        ready = [numbered for numbered in records if self._has_all(numbered)]
        standing = self._standing(kind, ready)
        newest: dict[str, Parsed] = {}
        parts: Parts = {}
        listings: list[dict[str, Any]] = []
        first_seen: list[str] = []
        for numbered in ready:
            record = numbered.record
            fixed = tables.fixed(record, self.here)
            seen = standing.get(record.external_id)
            problem = self._objection(numbered, fixed, seen)
            if problem is not None:
                self.report.rejected.append(problem)
                continue
            if seen is not None and record.version == seen[0]:
                self.report.unchanged += 1
                continue
            for part in record.parts:
                if "listing" in part:  # kept whichever version stands: a buyer has seen each of them
                    listings.append(part["listing"])
                at = (record.external_id, part["id"])
                if at not in parts or parts[at][0] < record.version:
                    parts[at] = (record.version, part)
            if seen is None or record.version > seen[0]:
                if seen is None:
                    first_seen.append(record.external_id)
                standing[record.external_id] = (record.version, record.digest, fixed)
                newest[record.external_id] = record
                self.report.applied += 1
            else:
                self.report.stale += 1
        ids = self._write(kind, newest)
        if kind == "order":
            self._write_lines(parts, self._owners(Order, parts, ids), self._write_snapshots(listings))
        elif kind == "shipment":
            self._write_events(parts, self._owners(Shipment, parts, ids))
        self._write_movements([newest[external_id] for external_id in first_seen])

    def park(self, *, again: bool) -> None:
        """Keep what refers to something unknown. A record that is parked already counts as unchanged."""
        if not self.waiting:
            return
        names = {numbered.record.external_id for numbered, _ in self.waiting}
        parked = {
            (row.type, row.external_id, row.version): row.seen_digest
            for row in Parked.objects.filter(source=self.source, external_id__in=names)
        }
        rows = []
        for numbered, (needs_type, needs_id) in self.waiting:
            record = numbered.record
            place = (record.type, record.external_id, record.version)
            there = parked.get(place)
            if there is None:
                parked[place] = record.digest
                rows.append(
                    Parked(
                        source=self.source,
                        type=record.type,
                        external_id=record.external_id,
                        version=record.version,
                        seen_digest=record.digest,
                        needs_type=needs_type,
                        needs_id=needs_id,
                        record=record.body,
                        parked_at=self.now,
                    )
                )
                self.report.parked += 0 if again else 1
            elif there == record.digest:
                self.report.unchanged += 1
            else:
                self.report.rejected.append(problem_of(numbered, "version", "version_reused"))
        Parked.objects.bulk_create(rows)

    def _look_up(self, records: list[Numbered]) -> None:
        """Learn the ids here of everything the records refer to."""
        wanted: dict[str, set[str]] = {}
        for numbered in records:
            for kind, external_id in numbered.record.references:
                if (kind, external_id) not in self.known:
                    wanted.setdefault(kind, set()).add(external_id)
        for kind, names in wanted.items():
            column = {"buyer": "user_id", "merchant": "merchant_id", "order": "id"}[kind]
            currency = "currency" if kind == "order" else "source"
            rows = (
                tables.MODELS[kind]
                .objects.filter(source=self.source, external_id__in=names)  # type: ignore[attr-defined]
                .values_list("external_id", column, currency)
            )
            for external_id, here, extra in rows:
                self.known[kind, external_id] = Party(here, extra if kind == "order" else "")

    def _has_all(self, numbered: Numbered) -> bool:
        for reference in numbered.record.references:
            if reference not in self.known:
                self.waiting.append((numbered, reference))
                return False
        return True

    def _standing(self, kind: str, records: list[Numbered]) -> dict[str, tuple[int, str, tuple[Any, ...]]]:
        """What is in the tables of these things: version, digest, and the columns that must not change."""
        names = {numbered.record.external_id for numbered in records}
        columns = list(tables.FIXED[kind].values())
        rows = (
            tables.MODELS[kind]
            .objects.filter(source=self.source, external_id__in=names)  # type: ignore[attr-defined]
            .values_list("external_id", "version", "seen_digest", *columns)
        )
        return {row[0]: (row[1], row[2], tuple(row[3:])) for row in rows}

    def _objection(
        self, numbered: Numbered, fixed: tuple[Any, ...], seen: tuple[int, str, tuple[Any, ...]] | None
    ) -> Problem | None:
        record = numbered.record
        if "order" in record.body and "currency" in record.body:
            order = self.known["order", record.body["order"]]
            if order.currency != record.body["currency"]:
                return problem_of(numbered, "currency", "currency_differs")
        if seen is None:
            return None
        version, seen_digest, standing = seen
        for name, old, new in zip(tables.FIXED[record.type], standing, fixed, strict=True):
            if old != new:
                return problem_of(numbered, name, "may_not_change")
        if record.version == version and record.digest != seen_digest:
            return problem_of(numbered, "version", "version_reused")
        return None

    def _write(self, kind: str, records: dict[str, Parsed]) -> dict[str, int]:
        """Write the newest of each thing; return ids here by external id."""
        if not records:
            return {}
        if kind in ("buyer", "merchant"):
            self._know(kind, records)
        model = tables.MODELS[kind]
        rows: list[Row] = []
        for record in records.values():
            rows.append(
                model(
                    source=self.source,
                    external_id=record.external_id,
                    version=record.version,
                    seen_digest=record.digest,
                    received_at=self.now,
                    **tables.columns(record, self.here),
                )
            )
        kept = {"id", "source", "external_id", "public_id"}
        columns = [column.name for column in model._meta.concrete_fields if column.name not in kept]
        written = model.objects.bulk_create(  # type: ignore[attr-defined]
            rows, update_conflicts=True, unique_fields=["source", "external_id"], update_fields=columns
        )
        ids = {row.external_id: row.pk for row in written}
        if kind == "order":
            for row in written:
                self.known["order", row.external_id] = Party(row.pk, row.currency)
        return ids

    def _know(self, kind: str, records: dict[str, Parsed]) -> None:
        """Make or find the people and shops behind these ids, and let their newest names stand."""
        names = {external_id: record.body["name"] for external_id, record in records.items()}
        here: dict[str, int]
        standing: dict[int, str]
        if kind == "buyer":
            here = identities.buyers_for(self.source, names)
            standing = dict(User.objects.filter(pk__in=here.values()).values_list("pk", "display_name"))
        else:
            here = identities.merchants_for(self.source, names)
            standing = dict(Merchant.objects.filter(pk__in=here.values()).values_list("pk", "name"))
        rename = identities.rename_buyer if kind == "buyer" else identities.rename_merchant
        for external_id, pk in here.items():
            self.known[kind, external_id] = Party(pk)
            if standing[pk] != names[external_id]:
                rename(pk, names[external_id])

    def _owners(self, model: type[Row], parts: Parts, ids: dict[str, int]) -> dict[str, int]:
        """Ids here of what the parts belong to: just written, or standing since earlier."""
        others = {name for name, _ in parts} - ids.keys()
        if not others:
            return ids
        found = model.objects.filter(source=self.source, external_id__in=others)
        return ids | dict(found.values_list("external_id", "pk"))

    def _write_lines(self, parts: Parts, orders: dict[str, int], snapshots: dict[str, int]) -> None:
        """Lines, each from the highest version that names it, so that a late record still adds a line unseen."""
        rows = [
            tables.line(
                orders[name],
                line_id,
                version,
                part,
                snapshots[digest.of(part["listing"])] if "listing" in part else None,
            )
            for (name, line_id), (version, part) in parts.items()
        ]
        _upsert_parts(OrderLine, rows, owner="order")

    def _write_snapshots(self, listings: Iterable[dict[str, Any]]) -> dict[str, int]:
        by_digest = {digest.of(listing): listing for listing in listings}
        if not by_digest:
            return {}
        ListingSnapshot.objects.bulk_create(
            [tables.snapshot(self.source, content, listing) for content, listing in by_digest.items()],
            ignore_conflicts=True,
        )
        found = ListingSnapshot.objects.filter(source=self.source, digest__in=by_digest)
        return dict(found.values_list("digest", "pk"))

    def _write_events(self, parts: Parts, shipments: dict[str, int]) -> None:
        rows = [
            tables.event(shipments[name], event_id, version, part)
            for (name, event_id), (version, part) in parts.items()
        ]
        _upsert_parts(TrackingEvent, rows, owner="shipment")

    def _write_movements(self, records: list[Parsed]) -> None:
        """A money record leaves one movement, the first time it is seen. Its sum never changes afterwards."""
        moved = [tables.movement(self.source, record, self.here) for record in records]
        rows = [movement for movement in moved if movement is not None]
        orders = {row.order_id for row in rows if row.order_id is not None}
        shops = dict(Order.objects.filter(pk__in=orders).values_list("pk", "merchant_id")) if orders else {}
        for row in rows:
            if row.order_id is not None:
                row.merchant_id = shops[row.order_id]
        Movement.objects.bulk_create(rows)


def _upsert_parts(model: type[Row], rows: list[Row], *, owner: str) -> None:
    """Insert parts; where one is there already, the higher version stands."""
    if not rows:
        return
    there = {
        (getattr(row, f"{owner}_id"), row.external_id): row.version
        for row in model.objects.filter(**{f"{owner}_id__in": {getattr(row, f"{owner}_id") for row in rows}})
        .only("external_id", "version", owner)
        .order_by()
    }
    newer = [row for row in rows if there.get((getattr(row, f"{owner}_id"), row.external_id), 0) < row.version]
    columns = [column.name for column in model._meta.concrete_fields if column.name not in ("id", owner, "external_id")]
    model.objects.bulk_create(newer, update_conflicts=True, unique_fields=[owner, "external_id"], update_fields=columns)


def problem_of(numbered: Numbered, at: str, reason: str) -> Problem:
    record = numbered.record
    return Problem(at, reason, numbered.line, f"{record.type}:{record.external_id}")
