"""Events of one case on a ruler with the delivery in its middle, and orders of events that cannot be. Pure.

Facts come from the frozen file and from what files say of themselves; what is flagged is shown and decides nothing: a clock
can be wrong.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

# The ruler is this long, the delivery in its middle. Near it an hour takes more room than a day far away.
LENGTH = 1000
_NEAR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Event:
    """``kind``: placed, paid, shipped, scan, delivered, claimed, filed, message, taken, added. ``who``: b, m or p.

    ``name``: the number of an exhibit, or empty.
    """

    at: datetime
    kind: str
    who: str = "p"
    name: str = ""


@dataclass(frozen=True, slots=True)
class Mark:
    """One event with its place, in thousandths of the ruler."""

    event: Event
    x: int


@dataclass(frozen=True, slots=True)
class Flag:
    """``first`` stands in the file as later than ``second``, which cannot have come before it."""

    code: str
    first: Event
    second: Event


# What comes first, if both are there. Each pair is of events of the same goods.
_ORDER = (
    ("placed", "paid"),
    ("paid", "shipped"),
    ("shipped", "scan"),
    ("shipped", "delivered"),
    ("delivered", "claimed"),
    ("claimed", "filed"),
)
# Clocks of a shop, a carrier and a platform differ by this much without meaning anything.
_SLACK = timedelta(minutes=10)


def events(file: Mapping[str, Any], more: Sequence[Event] = ()) -> list[Event]:
    """What the frozen file (`marketplace.snapshots`) says happened to the order, and ``more``, oldest first."""
    order = file.get("order") or {}
    told = [
        ("placed", order.get("placed_at")),
        ("paid", order.get("paid_at")),
        ("shipped", order.get("shipped_at")),
        ("delivered", order.get("signed_at")),
    ]
    found = [Event(at, kind) for kind, written in told if (at := _at(written)) is not None]
    for shipment in file.get("shipments") or []:
        if shipment.get("direction") == "return":
            continue
        for scan in shipment.get("events") or []:
            if (at := _at(scan.get("at"))) is not None and scan.get("code") != "signed":
                found.append(Event(at, "scan", name=str(scan.get("text", ""))[:40]))
    return sorted([*found, *more], key=lambda event: event.at)


def marks(found: Sequence[Event]) -> list[Mark]:
    """Every event on the ruler, measured from the delivery; from the middle of all where nothing was delivered."""
    if not found:
        return []
    zero = next((event.at for event in found if event.kind == "delivered"), None)
    zero = zero or found[0].at + (found[-1].at - found[0].at) / 2
    reach = max(_measure(abs(event.at - zero)) for event in found) or 1.0
    half = LENGTH / 2
    return [Mark(event, round(half + _signed(event.at - zero) / reach * half)) for event in found]


def flags(found: Sequence[Event], *, arrives: bool = True) -> list[Flag]:
    """Orders of events that cannot be. ``arrives``: the dispute is about goods that came, so a claim comes after them."""
    first = {event.kind: event for event in reversed(found)}
    told = [
        Flag(f"{later}_before_{earlier}", first[earlier], first[later])
        for earlier, later in _ORDER
        if earlier in first and later in first and (arrives or (earlier, later) != ("delivered", "claimed"))
        if first[later].at < first[earlier].at - _SLACK
    ]
    return [*told, *_of_scans(found, first), *_of_pictures(found, first)]


def _of_scans(found: Sequence[Event], first: Mapping[str, Event]) -> Iterator[Flag]:
    delivered = first.get("delivered")
    after = [event for event in found if event.kind == "scan" and delivered and event.at > delivered.at + _SLACK]
    if delivered is not None and after:
        yield Flag("scan_after_delivered", after[-1], delivered)


def _of_pictures(found: Sequence[Event], first: Mapping[str, Event]) -> Iterator[Flag]:
    """A picture of what came cannot be older than its coming; one of the packing not younger; none than its upload."""
    delivered, shipped = first.get("delivered"), first.get("shipped")
    added = {event.name: event for event in found if event.kind == "added"}
    for event in found:
        if event.kind != "taken":
            continue
        if event.who == "b" and delivered is not None and event.at < delivered.at - _SLACK:
            yield Flag("taken_before_delivered", delivered, event)
        if event.who == "m" and delivered is not None and event.at > delivered.at + _SLACK and shipped is not None:
            yield Flag("taken_after_delivered", event, delivered)
        put_in = added.get(event.name)
        if put_in is not None and event.at > put_in.at + _SLACK:
            yield Flag("taken_after_added", event, put_in)


def _measure(away: timedelta) -> float:
    return math.log1p(away / _NEAR)


def _signed(away: timedelta) -> float:
    return math.copysign(_measure(abs(away)), away.total_seconds())


def _at(written: Any) -> datetime | None:
    return datetime.fromisoformat(written) if written else None
