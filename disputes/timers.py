"""And if nobody does anything? One duty per state: who is awaited, by which rule-set step, and what expiry means.

The table stands beside the lifecycle, below the engine, because arming a duty and leaving a state are one transaction.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from disputes.lifecycle import Event, Facts, Kind, State


class Awaits(StrEnum):
    """Whose turn it is."""

    BUYER = "buyer"
    MERCHANT = "merchant"
    BOTH = "both"
    PLATFORM = "platform"
    NOBODY = ""


@dataclass(frozen=True)
class Duty:
    """What is awaited. ``step`` names the rule-set key of its term, ``expires`` the event when the term has run out.

    ``watched``: expiry changes nothing but priority; the duty is armed again until somebody acts.
    """

    name: str
    awaits: Callable[[Facts], Awaits]
    step: Callable[[Facts], str]
    expires: Callable[[Facts, str], Event]
    watched: bool = False


def _duty(name: str, awaits: Awaits, expires: Event, *, watched: bool = False) -> Duty:
    return Duty(name, lambda facts: awaits, lambda facts: name, lambda facts, silence: expires, watched)


def _merchant_silence(facts: Facts, silence: str) -> Event:
    """T01–T06. Silence never forces a refund without return unless the profile says so and the goods never arrived."""
    if facts.kind is Kind.RETURN_REFUND:
        return Event.RETURN_AGREED
    if facts.kind is Kind.REFUND_ONLY and silence != "approve":
        return Event.MERCHANT_SILENT
    return Event.REFUND_AGREED


def _side_asked(facts: Facts) -> Awaits:
    return Awaits(facts.asked) if facts.asked else Awaits.BOTH


def _respondent(facts: Facts) -> Awaits:
    """Whoever the claim is against: the merchant, unless it is the merchant's own."""
    return Awaits.BUYER if facts.claimant == "merchant" else Awaits.MERCHANT


def _answerer(facts: Facts) -> Awaits:
    """Whoever did not file the appeal that is open. ``by`` is the appellant while the appeal is being filed."""
    return Awaits.MERCHANT if facts.appellant == "buyer" else Awaits.BUYER


def _performer(facts: Facts) -> Awaits:
    return Awaits.BUYER if facts.returns else Awaits.MERCHANT


def _performance(facts: Facts) -> str:
    """T33, then T31: money is paid within a day; a thing needs longer to be sent, repaired or written."""
    if facts.returns:
        return "return_after_ruling"
    return "performance_in_kind" if facts.in_kind else "voluntary_performance"


DUTIES: dict[State, Duty] = {
    State.AWAITING_MERCHANT: Duty(
        "merchant_reply",
        lambda facts: Awaits.MERCHANT,
        lambda facts: f"merchant_reply.{facts.kind.value}",
        _merchant_silence,
    ),
    State.AWAITING_BUYER: _duty("buyer_reply", Awaits.BUYER, Event.REQUEST_LAPSED),
    State.AWAITING_RETURN: _duty("return_shipment", Awaits.BUYER, Event.REQUEST_LAPSED),
    State.RETURN_IN_TRANSIT: _duty("return_receipt", Awaits.MERCHANT, Event.RETURN_ACCEPTED),
    State.ADMISSION: _duty("admission", Awaits.PLATFORM, Event.ADMITTED),
    State.GATHERING_EVIDENCE: _duty("evidence", Awaits.BOTH, Event.EVIDENCE_CLOSED),
    State.AWAITING_CONFIRMATION: Duty(
        "confirmation",
        _respondent,
        lambda facts: "confirmation",
        lambda facts, silence: Event.CONFIRMATION_LAPSED,
    ),
    State.AWAITING_ASSIGNMENT: _duty("pickup", Awaits.PLATFORM, Event.PICKUP_OVERDUE, watched=True),
    State.UNDER_REVIEW: _duty("review", Awaits.PLATFORM, Event.RETURNED_TO_QUEUE),
    State.MORE_EVIDENCE: Duty(
        "more_evidence",
        _side_asked,
        lambda facts: "more_evidence",
        lambda facts, silence: Event.MORE_EVIDENCE_CLOSED,
    ),
    State.JURY_VOTING: _duty("jury_vote", Awaits.PLATFORM, Event.JURY_CLOSED),
    State.AWAITING_APPROVAL: _duty("approval", Awaits.PLATFORM, Event.APPROVAL_OVERDUE, watched=True),
    State.APPEAL_WINDOW: _duty("appeal_window", Awaits.BOTH, Event.APPEAL_WINDOW_CLOSED),
    State.AWAITING_APPEAL_ANSWER: Duty(
        "appeal_answer",
        _answerer,
        lambda facts: "appeal_answer",
        lambda facts, silence: Event.APPEAL_ANSWER_LAPSED,
    ),
    State.UNDER_APPEAL: _duty("appeal_decision", Awaits.PLATFORM, Event.APPEAL_OVERDUE, watched=True),
    State.AWAITING_COMPLIANCE: Duty(
        "compliance",
        _performer,
        _performance,
        lambda facts, silence: Event.COMPLIANCE_LAPSED,
    ),
}

SUSPENSION = Duty(
    "suspension",
    lambda facts: Awaits.PLATFORM,
    lambda facts: "pause_agreed",
    lambda facts, silence: Event.CLOCKS_RESUMED,
)

OFFER_DUTY = "offer_"  # and whose offer it is
OFFERS: dict[str, Duty] = {
    by: Duty(
        f"{OFFER_DUTY}{by}",
        lambda facts: Awaits.BOTH,
        lambda facts: "offer",
        lambda facts, silence: Event.OFFER_LAPSED,
    )
    for by in ("buyer", "merchant", "platform")
}

# The duties in which a proposal waits for an answer.
OFFERED = frozenset(duty.name for duty in OFFERS.values())

BY_NAME: dict[str, Duty] = {duty.name: duty for duty in [*DUTIES.values(), SUSPENSION, *OFFERS.values()]}

# While these states last, the review clock stands still.
HOLDS_REVIEW = frozenset({State.MORE_EVIDENCE, State.JURY_VOTING})


def duty_of(state: State) -> Duty | None:
    """The duty that ``state`` awaits; ``None`` in terminal states and while money is being moved."""
    return DUTIES.get(state)
