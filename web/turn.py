"""Whose turn, until when, what then: the three facts that open every case page, as words for one reader."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from common.actor import Actor
from disputes import deadlines, labels
from disputes.lifecycle import APPEAL, INTERVENTION, NEGOTIATION, REVIEW, TERMINAL, State
from disputes.models import Case, Deadline
from disputes.timers import DUTIES
from web import wording
from web.wording import Countdown

Text = str | Promise

# What happens next if nobody does anything: said beside every clock.
IF_NOTHING: dict[str, Text] = {
    "merchant_reply": gettext_lazy("If the merchant does not reply in time, the rules reply for them."),
    "buyer_reply": gettext_lazy("If nothing is done in time, the request ends."),
    "return_shipment": gettext_lazy("If the goods are not sent in time, the request ends."),
    "return_receipt": gettext_lazy("If the merchant does not object in time, the refund is paid."),
    "admission": gettext_lazy("If nothing speaks against it in time, the case is accepted."),
    "evidence": gettext_lazy("After this we decide on the evidence we have, even if one side is silent."),
    "confirmation": gettext_lazy("Without an answer in time the case goes to an arbitrator. We do not wait longer."),
    "pickup": gettext_lazy("If nobody takes it in time, its priority rises and a supervisor is told."),
    "review": gettext_lazy("If the ruling is late, somebody else takes the case first."),
    "more_evidence": gettext_lazy("After this the review goes on with the evidence we have."),
    "jury_vote": gettext_lazy("After this the votes are counted; without enough votes an arbitrator rules."),
    "approval": gettext_lazy("If the approval is late, its priority rises."),
    "appeal_window": gettext_lazy("After this the ruling is final here and is carried out."),
    "appeal_answer": gettext_lazy("After this the appeal is decided on the file."),
    "appeal_decision": gettext_lazy("If the decision is late, a supervisor is told."),
    "compliance": gettext_lazy("After this the ruling is enforced."),
}

# The same, said to the side whose turn it is.
IF_I_DO_NOTHING: dict[str, Text] = {
    "merchant_reply": gettext_lazy("If you do not reply in time, the rules reply for you."),
    "return_receipt": gettext_lazy("If you do not object in time, the refund is paid."),
    "confirmation": gettext_lazy("If you do not answer in time, we decide on the evidence we have."),
}

MY_HEADLINES: dict[State, Text] = {
    State.AWAITING_MERCHANT: gettext_lazy("A buyer asks for a refund; reply to the request"),
    State.AWAITING_BUYER: gettext_lazy("The request was not agreed; decide how to go on"),
    State.AWAITING_RETURN: gettext_lazy("The return is agreed; send the goods back"),
    State.RETURN_IN_TRANSIT: gettext_lazy("The goods are on their way back; check and confirm"),
    State.GATHERING_EVIDENCE: gettext_lazy("Give your evidence"),
    State.AWAITING_CONFIRMATION: gettext_lazy("The buyer's evidence is in; accept or answer each point"),
    State.MORE_EVIDENCE: gettext_lazy("The arbitrator asked you for more evidence"),
    State.AWAITING_APPEAL_ANSWER: gettext_lazy("The other side appealed; you can answer"),
}

HEADLINES: dict[State, Text] = {
    State.AWAITING_MERCHANT: gettext_lazy("The merchant has the request and has to reply"),
    State.AWAITING_BUYER: gettext_lazy("The request was not agreed; the buyer decides how to go on"),
    State.AWAITING_RETURN: gettext_lazy("The return is agreed; the goods have to be sent back"),
    State.RETURN_IN_TRANSIT: gettext_lazy("The goods are on their way back to the merchant"),
    State.ADMISSION: gettext_lazy("The platform checks whether it can step in"),
    State.GATHERING_EVIDENCE: gettext_lazy("Both sides give their evidence"),
    State.AWAITING_CONFIRMATION: gettext_lazy("The evidence is with the merchant, who has to answer"),
    State.AWAITING_ASSIGNMENT: gettext_lazy("The file is complete and waits for an arbitrator"),
    State.UNDER_REVIEW: gettext_lazy("An arbitrator is deciding the case"),
    State.MORE_EVIDENCE: gettext_lazy("The arbitrator asked for more evidence"),
    State.JURY_VOTING: gettext_lazy("The public jury is voting"),
    State.AWAITING_APPROVAL: gettext_lazy("The ruling is being checked by a second person"),
    State.APPEAL_WINDOW: gettext_lazy("The ruling is out; it can be appealed once"),
    State.AWAITING_APPEAL_ANSWER: gettext_lazy("An appeal was filed; the other side can answer"),
    State.UNDER_APPEAL: gettext_lazy("Somebody else is deciding the appeal"),
    State.AWAITING_COMPLIANCE: gettext_lazy("The ruling is to be carried out"),
    State.ENFORCING: gettext_lazy("The money is being moved"),
    State.CLOSED: gettext_lazy("The case is closed"),
    State.LAPSED: gettext_lazy("The request ended because its term ran out"),
    State.WITHDRAWN: gettext_lazy("The buyer withdrew the claim"),
    State.DISMISSED: gettext_lazy("The case was not accepted"),
}


@dataclass(frozen=True, slots=True)
class Turn:
    """``who`` is me, buyer, merchant, both, platform or closed; ``left`` is the clock of the duty, if one runs."""

    who: str
    text: str
    headline: str
    badge: labels.Label
    left: Countdown | None
    left_label: str
    then: str


@dataclass(frozen=True, slots=True)
class Step:
    label: str
    state: str


def turn(case: Case, actor: Actor, open_deadlines: Sequence[Deadline], now: datetime) -> Turn:
    """The three facts for one reader, from the case and its open deadlines (no query)."""
    state = State(case.state)
    me = labels.reader(actor.role)
    mine = (
        me == case.awaits or (case.awaits == "both" and me != "staff") or (me == "staff" and case.awaits == "platform")
    )
    duty = DUTIES.get(state)
    deadline = next((d for d in open_deadlines if duty is not None and d.duty == duty.name), None)
    left = None
    if deadline is not None:
        if deadline.state == Deadline.PAUSED:
            left = wording.paused(deadline.due_at, now, deadlines.left(deadline, now))
        else:
            left = wording.countdown(deadline.due_at, now, mine=mine, clock=deadline.clock)
    handed_in = bool(case.buyer_handed_in_at if me == "buyer" else case.merchant_handed_in_at)
    badge = labels.state_label(
        state,
        actor.role,
        awaits=case.awaits,
        returns=case.returns,
        suspended=case.suspended_at is not None,
        handed_in=handed_in,
        terminal_paid=state is State.CLOSED and case.outcome is not None and case.outcome.amount > 0,
    )
    who = "closed" if state in TERMINAL else ("me" if mine and me != "staff" else case.awaits or "platform")
    return Turn(
        who=who,
        text=str(labels.DUTIES[duty.name]) if duty else "",
        headline=str(MY_HEADLINES.get(state, HEADLINES[state]) if who == "me" else HEADLINES[state]),
        badge=badge,
        left=left,
        left_label=_left_label(who),
        then=str((IF_I_DO_NOTHING if who == "me" else IF_NOTHING).get(duty.name, IF_NOTHING[duty.name]))
        if duty
        else "",
    )


def _left_label(who: str) -> str:
    return {
        "me": _("You still have"),
        "buyer": _("The buyer still has"),
        "merchant": _("The merchant still has"),
        "both": _("Both sides still have"),
    }.get(who, _("The platform still has"))


def steps(case: Case) -> list[Step]:
    """The way of a case in five steps: what is done, where it is, what is to come."""
    state = State(case.state)
    if case.intervened_at is None:
        names = [_("Request"), _("Merchant replies"), _("Return"), _("Refund")]
        at = {
            State.AWAITING_MERCHANT: 1,
            State.AWAITING_BUYER: 1,
            State.AWAITING_RETURN: 2,
            State.RETURN_IN_TRANSIT: 2,
            State.ENFORCING: 3,
            State.CLOSED: 4,
        }.get(state, 1)
        if not case.returns:
            names.pop(2)
            at = at - 1 if at > 2 else at
    else:
        names = [_("Claim filed"), _("Evidence"), _("Merchant confirms"), _("Ruling"), _("Carried out")]
        at = _court_place(state)
    done_all = state in TERMINAL
    return [
        Step(name, "done" if place < at or done_all else "now" if place == at else "later")
        for place, name in enumerate(names)
    ]


def _court_place(state: State) -> int:
    if state is State.ADMISSION:
        return 0
    if state is State.GATHERING_EVIDENCE:
        return 1
    if state is State.AWAITING_CONFIRMATION:
        return 2
    if state in (*INTERVENTION, *REVIEW, *APPEAL):
        return 3
    if state in (State.AWAITING_COMPLIANCE, State.ENFORCING, *NEGOTIATION):
        return 4
    return 5
