"""Whose turn, until when, what then: the three facts that open every case page, as words for one reader."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from common.actor import Actor
from disputes import deadlines, labels
from disputes.lifecycle import TERMINAL, State
from disputes.models import Case, Deadline
from disputes.timers import DUTIES, OFFERED
from rulebook import queries as rulebook
from web import countdowns, reversed_roles, silence, wording
from web.wording import Countdown

Text = str | Promise

# What happens next if nobody does anything: said beside every clock. A merchant's silence has words of its own (`silence`).
IF_NOTHING: dict[str, Text] = {
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

# The same of the return, where the merchant owes something else than money after it: to everybody, and to the merchant.
IF_NOTHING_IN_KIND: tuple[Text, Text] = (
    gettext_lazy(
        "If the merchant does not object in time, the return counts as confirmed, and what was ordered is owed."
    ),
    gettext_lazy("If you do not object in time, the return counts as confirmed, and you owe what was ordered."),
)
# The same, said to the side whose turn it is.
IF_I_DO_NOTHING: dict[str, Text] = {
    "return_receipt": gettext_lazy("If you do not object in time, the refund is paid."),
    "confirmation": gettext_lazy("If you do not answer in time, we decide on the evidence we have."),
}

# What is awaited, said to the side that owes it. What is not here reads the same for everybody.
MY_DUTIES: dict[str, Text] = {
    "merchant_reply": gettext_lazy("You reply"),
    "buyer_reply": gettext_lazy("You decide how to go on"),
    "return_shipment": gettext_lazy("You send the goods back"),
    "return_receipt": gettext_lazy("You confirm the return"),
    "confirmation": gettext_lazy("You confirm the evidence"),
    "appeal_answer": gettext_lazy("You answer the appeal"),
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
    State.AWAITING_ASSIGNMENT: gettext_lazy("Both sides have had their say; the case waits for an arbitrator"),
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
    """``who`` is me, buyer, merchant, both, platform or closed; ``left`` is the clock of the duty, if one runs.

    ``clause``: where the rules of ``rules_version`` say what ``then`` says; empty if nothing runs. ``also``: the term of the
    case itself, where that of a proposal ends first and has the head of the page.
    """

    who: str
    text: str
    headline: str
    badge: labels.Label
    left: Countdown | None
    left_label: str
    then: str
    clause: str = ""
    rules_version: str = ""
    also: str = ""


def turn(case: Case, actor: Actor, open_deadlines: Sequence[Deadline], now: datetime) -> Turn:
    """The three facts for one reader, from the case and its open deadlines (no query)."""
    state = State(case.state)
    me = labels.reader(actor.role)
    mine = (
        me == case.awaits or (case.awaits == "both" and me != "staff") or (me == "staff" and case.awaits == "platform")
    )
    waived = state is State.APPEAL_WINDOW and has_waived(case, me)
    handed_in = bool(case.buyer_handed_in_at if me == "buyer" else case.merchant_handed_in_at)
    said_all = state is State.GATHERING_EVIDENCE and me != "staff" and handed_in
    mine = mine and not waived and not said_all
    duty = DUTIES.get(state)
    deadline = next((d for d in open_deadlines if duty is not None and d.duty == duty.name), None)
    offered = _proposal_first(open_deadlines, me, deadline if mine else None)
    if offered is not None and me != "staff":
        return replace(_to_a_proposal(offered, now), also=_meanwhile(case, deadline, now, mine=mine))
    left = None
    if deadline is not None:
        left = countdowns.of(deadline, now, mine=mine)
    badge = labels.state_label(
        state,
        actor.role,
        awaits=case.awaits,
        returns=case.returns,
        in_kind=case.substitute > 0,
        suspended=case.suspended_at is not None,
        handed_in=handed_in,
        terminal_paid=state is State.CLOSED and case.outcome is not None and case.outcome.amount > 0,
        claimant=case.claimant,
        waived=waived,
    )
    who = "closed" if state in TERMINAL else ("me" if mine and me != "staff" else case.awaits or "platform")
    if said_all:
        who = "merchant" if me == "buyer" else "buyer"
    if waived:
        return _after_waiving(me, badge, left)
    if case.suspended_at is not None and state not in TERMINAL:
        return _on_hold(badge, left)
    return Turn(
        who=who,
        text=str(_duty_text(case, duty.name, mine=who == "me")) if duty else "",
        headline=str(_headline(case, state, me, now, mine=who == "me")),
        badge=badge,
        left=left,
        left_label=_left_label(who),
        then=str(_then(case, duty.name, left, mine=who == "me")) if duty else _erased(case),
        clause=deadlines.step_of(case, deadline.step).clause if deadline is not None else "",
        rules_version=rulebook.rules(case.procedure_rules_id).version if deadline is not None else "",
    )


def _proposal_first(open_deadlines: Sequence[Deadline], me: str, own: Deadline | None) -> Deadline | None:
    """The proposal that waits for this reader, unless what they owe otherwise (``own``) ends no later."""
    waiting = [d for d in open_deadlines if d.duty in OFFERED and d.awaits in (me, "both")]
    soonest = min(waiting, key=lambda d: d.due_at, default=None)
    return soonest if soonest is None or own is None or soonest.due_at < own.due_at else None


def has_waived(case: Case, me: str) -> bool:
    """Whether this side has given up its appeal, so that only the other side can still appeal."""
    return {"buyer": case.buyer_waived_at, "merchant": case.merchant_waived_at}.get(me) is not None


def _after_waiving(me: str, badge: labels.Label, left: Countdown | None) -> Turn:
    """Whoever gave up the appeal waits for what the other side does with its own."""
    if me == "buyer":
        who, headline = "merchant", _("You waived your appeal; the merchant can still appeal")
    else:
        who, headline = "buyer", _("You waived your appeal; the buyer can still appeal")
    then = _("The other side can appeal until %(at)s. If it does not, the ruling is carried out.")
    return Turn(
        who=who,
        text=_("The other side may still appeal"),
        headline=headline,
        badge=badge,
        left=left,
        left_label=_left_label(who),
        then=then % {"at": left.by} if left is not None else "",
    )


def _on_hold(badge: labels.Label, left: Countdown | None) -> Turn:
    """Nobody's turn while the case stands still. Who stopped it, and why, stands in its record."""
    return Turn(
        who="platform",
        text=_("The case is on hold"),
        headline=_("The case is on hold; nothing is asked of you now"),
        badge=badge,
        left=left,
        left_label=_("Left when it goes on"),
        then=_("All clocks stand still. What is left of each term runs on from where it stopped."),
    )


def _to_a_proposal(offered: Deadline, now: datetime) -> Turn:
    """The other side's proposal is what this reader has to answer first."""
    return Turn(
        who="me",
        text=_("You answer the proposal"),
        headline=_("There is a proposal for you; accept or decline it"),
        badge=labels.NEW_PROPOSAL,
        left=countdowns.of(offered, now, mine=True),
        left_label=_left_label("me"),
        then=_("If you do not answer in time, the proposal ends and the case goes on where it was."),
    )


def _meanwhile(case: Case, deadline: Deadline | None, now: datetime, *, mine: bool) -> str:
    """What the case awaits besides the proposal, and until when; empty where nothing runs."""
    if deadline is None or deadline.state == Deadline.PAUSED:
        return ""
    told = {"duty": _duty_text(case, deadline.duty, mine=mine), "at": wording.deadline(deadline.due_at, now)}
    return wording.tight(_("The case goes on meanwhile: %(duty)s, until %(at)s.") % told)


def _erased(case: Case) -> str:
    """Why a case that is over says so little."""
    if case.erased_at is None:
        return ""
    told = _(
        "What was said and handed in was erased on %(day)s, when it no longer had to be kept. What was decided stays."
    )
    return told % {"day": wording.day(case.erased_at)}


def _then(case: Case, name: str, left: Countdown | None, *, mine: bool) -> Text:
    if name == "merchant_reply":
        return silence.then(case, left.by if left is not None else "", mine=mine)
    if name == "compliance" and case.returns:
        return _("If the goods are not sent in time, what was ordered falls away.")
    if name == "return_receipt" and case.substitute:
        return IF_NOTHING_IN_KIND[1 if mine else 0]
    theirs = reversed_roles.of(case, reversed_roles.IF_NOTHING, name, IF_NOTHING[name])
    own = IF_I_DO_NOTHING.get(name, theirs)
    return reversed_roles.of(case, reversed_roles.IF_I_DO_NOTHING, name, own) if mine else theirs


def _duty_text(case: Case, name: str, *, mine: bool) -> Text:
    usual = labels.duty(name, claimant=case.claimant)
    return reversed_roles.of(case, reversed_roles.MY_DUTIES, name, MY_DUTIES.get(name, usual)) if mine else usual


def _headline(case: Case, state: State, me: str, now: datetime, *, mine: bool) -> Text:
    if state is State.WITHDRAWN and me == case.claimant:
        return _("You withdrew the claim")
    if state is State.AWAITING_COMPLIANCE and case.returns and mine:
        return _("The ruling stands; send the goods back")
    if state is State.ENFORCING and case.outcome is not None and not case.outcome.amount:
        return _("What was decided is carried out; no money moves to you or from you")
    if state is State.AWAITING_APPEAL_ANSWER and case.appellant == me:
        return _("You appealed; the other side can answer")
    if state is State.UNDER_APPEAL and case.assignee_id is None:
        return _("The appeal waits for somebody other than the first arbitrator")
    if state is State.AWAITING_ASSIGNMENT and case.ruled_by_id is not None:
        return _("The first ruling was set aside; somebody else decides the case anew")
    if state is State.AWAITING_ASSIGNMENT and case.evidence_closes_at is not None and now < case.evidence_closes_at:
        return _("The case waits for an arbitrator; evidence can still be added")
    if state is State.AWAITING_ASSIGNMENT and not (case.buyer_handed_in_at and case.merchant_handed_in_at):
        # One side at least never said that it had given all it has: the time ended, not the giving.
        return _("The evidence period is over; the case waits for an arbitrator")
    theirs = reversed_roles.of(case, reversed_roles.HEADLINES, state, HEADLINES[state])
    own = MY_HEADLINES.get(state, theirs)
    return reversed_roles.of(case, reversed_roles.MY_HEADLINES, state, own) if mine else theirs


def _left_label(who: str) -> str:
    return {
        "me": _("You still have"),
        "buyer": _("The buyer still has"),
        "merchant": _("The merchant still has"),
        "both": _("Both sides still have"),
    }.get(who, _("The platform still has"))
