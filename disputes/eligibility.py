"""May this case go to intervention? A few checks, each with the record it was made on. Pure.

Source: rules b.0 pre-conditions (1)–(5); T10, T11. The codes are part of the public contract; words are made at the edge.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from disputes.lifecycle import State
from rulebook.schema import Parcel, Type

ORDER_NOT_ELIGIBLE = "order_not_eligible"
NO_NEGOTIATION = "no_negotiation"
NOT_YET = "not_yet"
OUT_OF_WINDOW = "out_of_window"
ALREADY_DECIDED = "already_decided"
TYPE_NOT_FOR_ORDER = "type_not_for_order"
PARCEL_SCANNED = "parcel_scanned"
NOTHING_SENT_BACK = "nothing_sent_back"
NOTHING_CAME_BACK = "nothing_came_back"
_BEFORE: dict[Parcel, str] = {
    Parcel.UNSCANNED: PARCEL_SCANNED,
    Parcel.SENT_BACK: NOTHING_SENT_BACK,
    Parcel.CAME_BACK: NOTHING_CAME_BACK,
}


@dataclass(frozen=True)
class Situation:
    """All that the checks look at. ``window_ends_at``: when the time to ask the merchant ended for what is claimed (T11);
    what was asked in time stays in time. ``exceptions`` of the rules may still admit it; ``exception`` is the one named.
    ``unfit``: what `unfit` says of what is claimed; ``None`` while nobody has said what that is.
    """

    state: State
    order_state: str
    opened_at: datetime
    now: datetime
    opens_after: timedelta
    refused: bool
    silent: bool
    messages: int
    completed_at: datetime | None
    window_ends_at: datetime | None
    exceptions: tuple[str, ...] = ()
    exception: str = ""
    decided_before: bool = False
    new_facts: bool = False
    unfit: str | None = None


@dataclass(frozen=True)
class Check:
    """One condition: whether it holds, and the record behind it."""

    code: str
    holds: bool
    clause: str
    data: dict[str, Any] = field(default_factory=dict)


def unfit(kind: Type, order_state: str, parcels: Collection[Parcel]) -> str:
    """Why this kind of dispute cannot be claimed of an order in this state and with these parcels; empty where it can."""
    if kind.states and order_state not in kind.states:
        return TYPE_NOT_FOR_ORDER
    return _BEFORE[kind.parcel] if kind.parcel is not None and kind.parcel not in parcels else ""


def checks(facts: Situation) -> list[Check]:
    """The checks in the order of the page. The first that does not hold is the answer."""
    opens_at = facts.opened_at + facts.opens_after
    open_now = facts.refused or facts.silent or facts.now >= opens_at
    in_time = facts.window_ends_at is None or facts.opened_at < facts.window_ends_at
    excepted = not in_time and facts.exception in facts.exceptions
    return [
        Check(
            ORDER_NOT_ELIGIBLE,
            facts.order_state not in ("UNPAID", "CLOSED", "REFUNDED"),
            "1.1",
            {"order_state": facts.order_state},
        ),
        *_of_what_is_claimed(facts),
        Check(NO_NEGOTIATION, facts.messages > 0, "1.2", {"messages": facts.messages}),
        Check(NOT_YET, open_now, "1.2", {"opens_at": opens_at.isoformat(), "refused": facts.refused}),
        Check(
            OUT_OF_WINDOW,
            in_time or excepted,
            "1.4" if excepted else "1.3",
            {
                "ended_at": facts.window_ends_at.isoformat() if facts.window_ends_at else "",
                "exception": facts.exception if excepted else "",
                "exceptions": [] if in_time else list(facts.exceptions),
            },
        ),
        Check(ALREADY_DECIDED, not facts.decided_before or facts.new_facts, "1.5"),
    ]


def _of_what_is_claimed(facts: Situation) -> list[Check]:
    if facts.unfit is None:
        return []
    return [Check(facts.unfit or TYPE_NOT_FOR_ORDER, not facts.unfit, "1.1", {"order_state": facts.order_state})]


def refusals(facts: Situation) -> tuple[str, ...]:
    return tuple(check.code for check in checks(facts) if not check.holds)
