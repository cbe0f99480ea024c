"""What happens next, as the buyer reads it: for each state the ways it can go, with the terms of the case's own rules."""

from __future__ import annotations

from datetime import datetime

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from common import money
from common.actor import Side
from disputes.lifecycle import State
from disputes.models import Case, Deadline
from rulebook import queries as rulebook
from web import reversed_roles, silence, wording
from web.case_page import CasePage
from web.rules import length

Text = str | Promise

# State → (icon, sentence, the step whose term stands in the sentence). At most three ways, the likeliest first.
# ``term`` is the length of a term that has not begun; ``when`` is said of one that may be running, and then by its end.
WAYS: dict[State, tuple[tuple[str, Text, str], ...]] = {
    State.AWAITING_MERCHANT: (
        ("hand-coins", _("The merchant agrees: the refund is paid, after the return if one was asked for"), ""),
        ("message-square", _("The merchant refuses: you can change the request or ask the platform to step in"), ""),
    ),
    State.AWAITING_BUYER: (
        ("scale", _("You ask the platform to step in: both sides then give their evidence"), ""),
        ("pencil", _("You change the request: the merchant has to reply again"), ""),
        ("handshake", _("You both settle it: the case ends on the terms agreed"), ""),
    ),
    State.AWAITING_RETURN: (
        ("truck", _("You send the goods back %(when)s and enter the tracking number"), "return_shipment"),
        ("store", _("The merchant confirms what came back; then the refund is paid"), ""),
    ),
    State.RETURN_IN_TRANSIT: (
        ("store", _("The merchant confirms the return: the refund is paid"), ""),
        ("timer", _("The merchant does not object in time: the refund is paid all the same"), ""),
        ("message-square", _("The merchant objects: you can ask the platform to step in"), ""),
    ),
    State.ADMISSION: (
        ("circle-check", _("Accepted: both sides have %(term)s for evidence"), "evidence"),
        ("circle-x", _("Not accepted: you are told why, by which rule, and where else you can turn"), ""),
    ),
    State.GATHERING_EVIDENCE: (
        (
            "send",
            _("You finish giving evidence: the merchant has %(term)s to accept or to answer each point"),
            "confirmation",
        ),
        ("store", _("The merchant gives evidence too; you see each piece here"), ""),
        ("gavel", _("The period ends: an arbitrator decides on the evidence there is"), ""),
    ),
    State.AWAITING_CONFIRMATION: (
        ("store", _("The merchant accepts: the claim is carried out"), ""),
        ("list-checks", _("The merchant disputes it: you see the answer to every point here"), ""),
        ("gavel", _("No answer in time: an arbitrator decides on the evidence there is"), ""),
    ),
    State.AWAITING_ASSIGNMENT: (
        ("gavel", _("An arbitrator takes the case and rules within %(term)s, with reasons for every point"), "review"),
        ("undo-2", _("The ruling can be appealed once, within %(term)s"), "appeal_window"),
    ),
    State.UNDER_REVIEW: (
        ("gavel", _("The ruling comes %(when)s, with reasons for every point"), "review"),
        ("message-square", _("The arbitrator may ask you for more evidence first"), ""),
        ("undo-2", _("The ruling can be appealed once, within %(term)s"), "appeal_window"),
    ),
    State.MORE_EVIDENCE: (
        ("upload", _("Whoever was asked adds it %(when)s"), "more_evidence"),
        ("gavel", _("Then the arbitrator goes on and rules"), ""),
    ),
    State.JURY_VOTING: (("gavel", _("The votes are counted; the arbitrator rules with them before their eyes"), ""),),
    State.AWAITING_APPROVAL: (("gavel", _("A second person checks the ruling; then it is served on both sides"), ""),),
    State.APPEAL_WINDOW: (
        (
            "undo-2",
            _("The ruling can be appealed once; if one side appeals, the other answers, and somebody else decides"),
            "",
        ),
        ("hand-coins", _("Nobody appeals: the ruling is final here and is carried out"), ""),
    ),
    State.AWAITING_APPEAL_ANSWER: (
        ("message-square", _("The other side can answer %(when)s"), "appeal_answer"),
        ("gavel", _("Then somebody other than the first arbitrator decides"), ""),
    ),
    State.UNDER_APPEAL: (
        ("gavel", _("The appeal is decided %(when)s; after that it is final here"), "appeal_decision"),
    ),
    State.AWAITING_COMPLIANCE: (
        ("hand-coins", _("What was decided is done; what is not done in time is enforced from the money held"), ""),
    ),
    State.ENFORCING: (("hand-coins", _("The money goes back the way you paid; you are told when it has left"), ""),),
}

# Where something other than money is owed once the goods are back.
IN_KIND: dict[State, reversed_roles.Ways] = {
    State.RETURN_IN_TRANSIT: (
        ("store", _("The merchant confirms the return, and then owes you what was ordered"), ""),
        ("timer", _("The merchant does not object in time: the return counts as confirmed all the same"), ""),
    ),
    State.AWAITING_COMPLIANCE: (
        ("package", _("The merchant does what was ordered; you are told when it says so"), ""),
        ("hand-coins", _("It is not done in time: you get %(instead)s instead"), ""),
    ),
}
TO_SEND_BACK = (
    ("truck", _("You send the goods back and enter the tracking number"), ""),
    ("store", _("The merchant checks what came back; then the ruling is carried out"), ""),
)
WAIVED = (
    ("undo-2", _("You waived your appeal. If the merchant appeals, you answer, and somebody else decides"), ""),
    ("hand-coins", _("The merchant does not appeal: the ruling is final here and is carried out"), ""),
)
APPEALED_AGAINST = (
    ("message-square", _("You can answer %(when)s"), "appeal_answer"),
    *WAYS[State.AWAITING_APPEAL_ANSWER][1:],
)


def lines(page: CasePage) -> list[dict[str, str]]:
    """The ways for this case. Nothing follows once it has ended."""
    rules = rulebook.rules(page.case.procedure_rules_id)
    made = []
    state = State(page.case.state)
    if page.case.suspended_at is not None and _ways(page.case, state):
        return [{"icon": "circle-pause", "text": gettext("When the case goes on, it goes on where it stopped")}]
    ends = {deadline.step: deadline.due_at for deadline in page.deadlines if deadline.state == Deadline.PENDING}
    instead = money.sign(page.case.currency) + money.text(page.case.substitute, page.case.currency)
    for icon, text, step in _ways(page.case, state):
        words = {"instead": instead}
        if step in rules.steps:
            words["term"] = length(rules.step(step).duration)
            words["when"] = _until(ends[step], page.now) if step in ends else _within(words["term"])
        made.append({"icon": icon, "text": str(text) % words})
    if state is State.AWAITING_MERCHANT:
        made.append({"icon": "timer", "text": silence.way(page.case)})
    return made


def _within(term: str) -> str:
    return gettext("within %(term)s") % {"term": term}


def _until(due_at: datetime, now: datetime) -> str:
    return gettext("until %(until)s") % {"until": wording.deadline(due_at, now)}


def _ways(case: Case, state: State) -> reversed_roles.Ways:
    if state is State.APPEAL_WINDOW and case.buyer_waived_at is not None:
        return WAIVED
    if state is State.AWAITING_APPEAL_ANSWER and case.awaits == Side.BUYER.value:
        return APPEALED_AGAINST
    if state is State.AWAITING_COMPLIANCE and case.returns and case.awaits == Side.BUYER.value:
        return TO_SEND_BACK
    if state is State.ENFORCING and case.outcome is not None and not case.outcome.amount:
        return (("circle-check", _("No money moves to you or from you; the case is then closed"), ""),)
    if case.substitute and state in IN_KIND:
        return IN_KIND[state]
    return reversed_roles.of(case, reversed_roles.WAYS, state, WAYS.get(state, ()))
