"""Takes in a marketplace's records, in any order and any number of times. Knows what is newer; refuses to judge it.

One rule makes late, doubled and shuffled feeds end in the same tables: of every thing, and of every part of a thing
(order line, carrier event), the highest version that names it stands. What must not change (whose order, how much money)
is refused when it does. Writers of one source wait for each other, so a batch reads and writes without a gap.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import islice
from typing import Any, TypeAlias, TypeVar

from django.db import DataError, IntegrityError, connection
from django.db.models import Exists, OuterRef, Q

from accounts import identities
from accounts.models import Merchant, User
from common import digest
from common.acts import act, require_act
from marketplace.feed import TYPES, Parsed, Problem, moment, moment_or_none, parse
from marketplace.models import (
    ChatMessage,
    DepositChange,
    ExternalRefund,
    KnownBuyer,
    KnownMerchant,
    ListingSnapshot,
    Movement,
    Order,
    OrderLine,
    Parked,
    Payment,
    Received,
    Settlement,
    Shipment,
    TrackingEvent,
)

BATCH = 500
Row: TypeAlias = Any
# (external id of the whole, id of the part) → (version, the part as received)
Parts: TypeAlias = dict[tuple[str, str], tuple[int, dict[str, Any]]]
T = TypeVar("T")

MODELS: dict[str, type[Received]] = {
    "merchant": KnownMerchant,
    "buyer": KnownBuyer,
    "order": Order,
    "payment": Payment,
    "shipment": Shipment,
    "chat": ChatMessage,
    "refund_elsewhere": ExternalRefund,
    "settlement": Settlement,
    "deposit": DepositChange,
}
# Fields of a record that no later version may change, and the column each is kept in.
FIXED: dict[str, dict[str, str]] = {
    "merchant": {},
    "buyer": {},
    "order": {"buyer": "buyer_id", "merchant": "merchant_id", "currency": "currency"},
    "payment": {"order": "order_id", "amount": "amount", "currency": "currency"},
    "shipment": {"order": "order_id"},
    "chat": {"buyer": "buyer_id", "merchant": "merchant_id", "from": "sender"},
    "refund_elsewhere": {
        "order": "order_id",
        "amount": "amount",
        "currency": "currency",
        "paid_from": "paid_from",
        "instruction": "instruction",
    },
    "settlement": {"order": "order_id", "amount": "amount", "currency": "currency", "instruction": "instruction"},
    "deposit": {"merchant": "merchant_id", "amount": "amount", "currency": "currency", "instruction": "instruction"},
}


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
class _Party:
    """Somebody a record names. ``id`` is that of the user, merchant or order here."""

    id: int
    currency: str = ""


def ingest(
    records: Iterable[tuple[int, dict[str, Any] | str | bytes]],
    *,
    source: str,
    now: datetime,
    batch: int = BATCH,
    after_batch: Callable[[int, Report], None] | None = None,
) -> Report:
    """Take in numbered records, ``batch`` of them to a transaction. ``after_batch`` gets the last line and its report.

    Never raises for a bad record: it is in ``rejected``, and stops nothing else. Must not be called inside an act.
    """
    total = Report()
    for chunk in _chunks(records, batch):
        report = receive(chunk, source=source, now=now)
        total.add(report)
        if after_batch is not None:
            after_batch(chunk[-1][0], report)
    return total


def receive(records: Sequence[tuple[int, dict[str, Any] | str | bytes]], *, source: str, now: datetime) -> Report:
    """Take in one batch, then whatever was parked for want of it."""
    report = Report()
    fitting: list[Numbered] = []
    for line, record in records:
        parsed = parse(record)
        if isinstance(parsed, Problem):
            report.rejected.append(replace(parsed, line=line))
        else:
            fitting.append(Numbered(line, parsed))
    report.add(_take(fitting, source=source, now=now))
    report.add(release(source=source, now=now))
    report.rejected.sort(key=lambda problem: problem.line or 0)
    return report


def release(*, source: str, now: datetime) -> Report:
    """Apply what is parked and has its reason no longer. Harmless to repeat."""
    report = Report()
    while ready := _ready(source, BATCH):
        waiting = [
            Numbered(None, Parsed(row.type, row.external_id, row.version, row.seen_digest, row.record)) for row in ready
        ]
        report.add(_take(waiting, source=source, now=now, unpark=[row.pk for row in ready]))
    return report


def _take(records: list[Numbered], *, source: str, now: datetime, unpark: Sequence[int] | None = None) -> Report:
    """One transaction for all; if PostgreSQL cannot store one of them, halves, until it stands alone."""
    if not records:
        return Report()
    try:
        return apply(records, source=source, now=now, unpark=unpark)
    except (DataError, IntegrityError):
        if len(records) == 1:
            report = Report(rejected=[_problem(records[0], "", "not_storable")])
            if unpark:
                _drop_parked(unpark)
            return report
    middle = len(records) // 2
    report = _take(records[:middle], source=source, now=now, unpark=unpark and unpark[:middle])
    report.add(_take(records[middle:], source=source, now=now, unpark=unpark and unpark[middle:]))
    return report


@act
def apply(records: Sequence[Numbered], *, source: str, now: datetime, unpark: Sequence[int] | None = None) -> Report:
    """The records stand in the tables, or wait for what they refer to. ``unpark`` names parked rows now taken up."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"marketplace.ingest:{source}"])
    if unpark:
        Parked.objects.filter(pk__in=unpark).delete()
    batch = _Batch(source, now)
    for kind in TYPES:
        mine = [numbered for numbered in records if numbered.record.type == kind]
        if mine:
            batch.take(kind, mine)
    batch.park(again=unpark is not None)
    return batch.report


@act
def _drop_parked(ids: Sequence[int]) -> None:
    Parked.objects.filter(pk__in=ids).delete()


def _ready(source: str, limit: int) -> list[Parked]:
    here: dict[str, Any] = {
        kind: Exists(MODELS[kind].objects.filter(source=OuterRef("source"), external_id=OuterRef("needs_id")))  # type: ignore[attr-defined]
        for kind in ("merchant", "buyer", "order")
    }
    found = Q()
    for kind, exists in here.items():
        found |= Q(needs_type=kind) & Q(exists)
    return list(Parked.objects.filter(found, source=source).order_by("id")[:limit])


class _Batch:
    """One batch on its way into the tables: what it names is looked up once, what is new is written at once."""

    def __init__(self, source: str, now: datetime) -> None:
        require_act()
        self.source = source
        self.now = now
        self.report = Report()
        self.known: dict[tuple[str, str], _Party] = {}
        self.waiting: list[tuple[Numbered, tuple[str, str]]] = []

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
            fixed = self._fixed(record)
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
        self._write_movements(kind, [newest[external_id] for external_id in first_seen])

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
                self.report.rejected.append(_problem(numbered, "version", "version_reused"))
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
                MODELS[kind]
                .objects.filter(source=self.source, external_id__in=names)  # type: ignore[attr-defined]
                .values_list("external_id", column, currency)
            )
            for external_id, here, extra in rows:
                self.known[kind, external_id] = _Party(here, extra if kind == "order" else "")

    def _has_all(self, numbered: Numbered) -> bool:
        for reference in numbered.record.references:
            if reference not in self.known:
                self.waiting.append((numbered, reference))
                return False
        return True

    def _standing(self, kind: str, records: list[Numbered]) -> dict[str, tuple[int, str, tuple[Any, ...]]]:
        """What is in the tables of these things: version, digest, and the columns that must not change."""
        names = {numbered.record.external_id for numbered in records}
        columns = list(FIXED[kind].values())
        rows = (
            MODELS[kind]
            .objects.filter(source=self.source, external_id__in=names)  # type: ignore[attr-defined]
            .values_list("external_id", "version", "seen_digest", *columns)
        )
        return {row[0]: (row[1], row[2], tuple(row[3:])) for row in rows}

    def _fixed(self, record: Parsed) -> tuple[Any, ...]:
        values = []
        for name in FIXED[record.type]:
            if name in ("order", "buyer", "merchant"):
                values.append(self.known[name, record.body[name]].id)
            elif name == "paid_from":
                values.append(record.body.get(name, "escrow"))
            elif name == "instruction":
                values.append(record.body.get(name, ""))
            else:
                values.append(record.body[name])
        return tuple(values)

    def _objection(
        self, numbered: Numbered, fixed: tuple[Any, ...], seen: tuple[int, str, tuple[Any, ...]] | None
    ) -> Problem | None:
        record = numbered.record
        if "order" in record.body and "currency" in record.body:
            order = self.known["order", record.body["order"]]
            if order.currency != record.body["currency"]:
                return _problem(numbered, "currency", "currency_differs")
        if seen is None:
            return None
        version, seen_digest, standing = seen
        for name, old, new in zip(FIXED[record.type], standing, fixed, strict=True):
            if old != new:
                return _problem(numbered, name, "may_not_change")
        if record.version == version and record.digest != seen_digest:
            return _problem(numbered, "version", "version_reused")
        return None

    def _write(self, kind: str, records: dict[str, Parsed]) -> dict[str, int]:
        """Write the newest of each thing; return ids here by external id."""
        if not records:
            return {}
        if kind in ("buyer", "merchant"):
            self._know(kind, records)
        model = MODELS[kind]
        rows: list[Row] = []
        for record in records.values():
            rows.append(
                model(
                    source=self.source,
                    external_id=record.external_id,
                    version=record.version,
                    seen_digest=record.digest,
                    received_at=self.now,
                    **self._columns(record),
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
                self.known["order", row.external_id] = _Party(row.pk, row.currency)
        return ids

    def _columns(self, record: Parsed) -> dict[str, Any]:
        body = record.body
        match record.type:
            case "buyer" | "merchant":
                return {f"{'user' if record.type == 'buyer' else 'merchant'}_id": self._id(record.type, body, "id")}
            case "order":
                return {
                    "buyer_id": self._id("buyer", body),
                    "merchant_id": self._id("merchant", body),
                    "state": body["state"],
                    "currency": body["currency"],
                    "freight": body.get("freight", 0),
                    "region": body.get("region", ""),
                    **{name: moment_or_none(body.get(name)) for name in ORDER_TIMES},
                }
            case "payment":
                return {
                    **self._money(body),
                    "method": body.get("method", ""),
                    "paid_at": moment(body["paid_at"]),
                }
            case "refund_elsewhere":
                return {
                    **self._money(body),
                    "line": body.get("line", ""),
                    "paid_from": body.get("paid_from", "escrow"),
                    "reason": body.get("reason", ""),
                    "refunded_at": moment(body["refunded_at"]),
                    "instruction": body.get("instruction", ""),
                }
            case "settlement":
                return {
                    **self._money(body),
                    "settled_at": moment(body["settled_at"]),
                    "instruction": body.get("instruction", ""),
                }
            case "deposit":
                return {
                    "merchant_id": self._id("merchant", body),
                    "amount": body["amount"],
                    "currency": body["currency"],
                    "moved_at": moment(body["moved_at"]),
                    "instruction": body.get("instruction", ""),
                }
            case "shipment":
                return {
                    "order_id": self._id("order", body),
                    "direction": body.get("direction", "outbound"),
                    "carrier": body["carrier"],
                    "tracking_number": body.get("tracking_number", ""),
                    "weight_grams": body.get("weight_grams"),
                    "shipped_at": moment(body["shipped_at"]),
                }
            case "chat":
                return {
                    "order_id": self._id("order", body) if "order" in body else None,
                    "buyer_id": self._id("buyer", body),
                    "merchant_id": self._id("merchant", body),
                    "sender": body["from"],
                    "at": moment(body["at"]),
                    "text": body["text"],
                }
        raise AssertionError(record.type)

    def _id(self, kind: str, body: dict[str, Any], name: str = "") -> int:
        return self.known[kind, body[name or kind]].id

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
            self.known[kind, external_id] = _Party(pk)
            if standing[pk] != names[external_id]:
                rename(pk, names[external_id])

    def _money(self, body: dict[str, Any]) -> dict[str, Any]:
        return {"order_id": self._id("order", body), "amount": body["amount"], "currency": body["currency"]}

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
            OrderLine(
                order_id=orders[name],
                external_id=line_id,
                version=version,
                sku=part.get("sku", ""),
                batch=part.get("batch", ""),
                title=part["title"],
                category=part["category"],
                quantity=part["quantity"],
                unit_price=part["unit_price"],
                paid=part["paid"],
                promises=part.get("promises", []),
                snapshot_id=snapshots[digest.of(part["listing"])] if "listing" in part else None,
            )
            for (name, line_id), (version, part) in parts.items()
        ]
        _upsert_parts(OrderLine, rows, owner="order")

    def _write_snapshots(self, listings: Iterable[dict[str, Any]]) -> dict[str, int]:
        by_digest = {digest.of(listing): listing for listing in listings}
        if not by_digest:
            return {}
        ListingSnapshot.objects.bulk_create(
            [
                ListingSnapshot(
                    source=self.source,
                    digest=content,
                    listing_id=listing["id"],
                    title=listing["title"],
                    attributes=listing.get("attributes", {}),
                    description=listing.get("description", ""),
                    images=listing.get("images", []),
                    captured_at=moment(listing["captured_at"]),
                )
                for content, listing in by_digest.items()
            ],
            ignore_conflicts=True,
        )
        found = ListingSnapshot.objects.filter(source=self.source, digest__in=by_digest)
        return dict(found.values_list("digest", "pk"))

    def _write_events(self, parts: Parts, shipments: dict[str, int]) -> None:
        rows = [
            TrackingEvent(
                shipment_id=shipments[name],
                external_id=event_id,
                version=version,
                code=part["code"],
                at=moment(part["at"]),
                place=part.get("place", ""),
                text=part.get("text", ""),
            )
            for (name, event_id), (version, part) in parts.items()
        ]
        _upsert_parts(TrackingEvent, rows, owner="shipment")

    def _write_movements(self, kind: str, records: list[Parsed]) -> None:
        """A money record leaves one movement, the first time it is seen. Its sum never changes afterwards."""
        rows = []
        for record in records:
            movement = MOVES.get((kind, record.body.get("paid_from", "escrow")))
            if movement is None:
                continue
            money = {"amount": record.body["amount"], "currency": record.body["currency"]}
            if "order" in record.body:
                money["order_id"] = self._id("order", record.body)
            else:
                money["merchant_id"] = self._id("merchant", record.body)
            rows.append(
                Movement(
                    key=f"{kind}:{self.source}:{record.external_id}",
                    kind=movement,
                    instruction=record.body.get("instruction", ""),
                    at=moment(record.body[HAPPENED[kind]]),
                    **money,
                )
            )
        orders = {row.order_id for row in rows if row.order_id is not None}
        shops = dict(Order.objects.filter(pk__in=orders).values_list("pk", "merchant_id")) if orders else {}
        for row in rows:
            if row.order_id is not None:
                row.merchant_id = shops[row.order_id]
        Movement.objects.bulk_create(rows)


ORDER_TIMES = (
    "placed_at",
    "paid_at",
    "promised_ship_at",
    "shipped_at",
    "signed_at",
    "completed_at",
    "closed_at",
)
HAPPENED = {
    "payment": "paid_at",
    "settlement": "settled_at",
    "deposit": "moved_at",
    "refund_elsewhere": "refunded_at",
}
MOVES: dict[tuple[str, str], Movement.Kind] = {
    ("payment", "escrow"): Movement.Kind.PAYMENT,
    ("settlement", "escrow"): Movement.Kind.SETTLEMENT,
    ("deposit", "escrow"): Movement.Kind.DEPOSIT,
    ("refund_elsewhere", "escrow"): Movement.Kind.REFUND_FROM_ESCROW,
    ("refund_elsewhere", "settlement"): Movement.Kind.REFUND_FROM_SETTLEMENT,
    ("refund_elsewhere", "deposit"): Movement.Kind.REFUND_FROM_DEPOSIT,
}


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


def _problem(numbered: Numbered, at: str, reason: str) -> Problem:
    record = numbered.record
    return Problem(at, reason, numbered.line, f"{record.type}:{record.external_id}")


def _chunks(items: Iterable[T], size: int) -> Iterator[list[T]]:
    iterator = iter(items)
    while chunk := list(islice(iterator, size)):
        yield chunk
