"""Which of the acts that the table opens to a party are worth a button now. Asks the table's own guards; decides nothing."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from common.actor import Actor
from disputes import deadlines, moves
from disputes.lifecycle import LIFECYCLE, Event, State
from disputes.models import Case, Deadline
from web.case_page import Action, CasePage

# These stand beside what they are about: a proposal, an exhibit.
_BESIDE = frozenset(
    {
        Event.OFFER_ACCEPTED,
        Event.OFFER_DECLINED,
        Event.OFFER_RETRACTED,
        Event.EVIDENCE_WITHDRAWN,
        Event.EXHIBIT_ANSWERED,
    }
)


@dataclass(frozen=True, slots=True)
class Choices:
    """At most one button stands out, one stands beside it, the others are links."""

    primary: Action | None
    secondary: Action | None
    others: list[Action]


def of(page: CasePage, *, first: Sequence[Event], second: Sequence[Event], pages: Collection[Event]) -> Choices:
    """The buttons of one reader. ``first`` and ``second``: what stands out, the most wanted first. No query.

    While somebody else's turn it is, nothing stands out.
    """
    open_now = {action.event: action for action in worthwhile(page, pages)}
    if page.turn.who not in ("me", "both"):
        return Choices(None, None, list(open_now.values()))
    primary = next((event for event in first if event in open_now), None)
    secondary = next((event for event in second if event in open_now and event != primary), None)
    return Choices(
        primary=open_now[primary] if primary else None,
        secondary=open_now[secondary] if secondary else None,
        others=[action for event, action in open_now.items() if event not in (primary, secondary)],
    )


def worthwhile(page: CasePage, pages: Collection[Event]) -> list[Action]:
    """What is open by the table, has a page, and is not refused by what the case itself says.

    What only the act can find out (limits, rules, what a form holds) is left to the act.
    """
    return [
        action
        for action in page.actions
        if action.event in pages and action.event not in _BESIDE and is_open(page.case, page.actor, action.event, page)
    ]


# Where evidence is given once more after the evidence period, under the clock of the duty of that state.
LATER_EVIDENCE = (State.MORE_EVIDENCE, State.AWAITING_APPEAL_ANSWER)


def evidence_ends_at(case: Case, now: datetime) -> datetime | None:
    """Until when evidence can be given as things stand; ``None`` once that is past or not known."""
    later = State(case.state) in LATER_EVIDENCE
    ends_at = case.due_at if later else case.evidence_closes_at
    return ends_at if ends_at is not None and now < ends_at else None


def is_open(case: Case, actor: Actor, event: Event, page: CasePage) -> bool:
    side = actor.side.value if actor.side else ""
    if event is Event.OFFER_MADE and any(offer.side == side for offer in page.offers):
        return False
    if event is Event.DEADLINE_EXTENDED and not may_extend(case, actor, page.deadlines, page.now):
        return False
    facts = moves.facts_of(case, actor, page.now)
    return not isinstance(LIFECYCLE.weigh(State(case.state), event, actor.role, facts), str)


def may_extend(case: Case, actor: Actor, open_deadlines: Sequence[Deadline], now: datetime) -> bool:
    """Whether the running duty is this side's, and its step can still be extended."""
    side = actor.side.value if actor.side else ""
    for deadline in open_deadlines:
        if deadline.state != Deadline.PENDING or deadline.duty.startswith("offer_"):
            continue
        extendable = deadlines.step_of(case, deadline.step).extendable
        mine = deadline.awaits in (side, "both")
        return mine and extendable is not None and deadline.extensions < extendable.times and now < deadline.due_at
    return False
