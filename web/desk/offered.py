"""What a reader of the bench is offered on a case: what the table opens, less what its guards would refuse.

At most two queries: where an appeal is in somebody else's hands, and for the term that could be extended.
The acts ask again under the lock; this only keeps buttons off a page that could not succeed.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from accounts import hats
from arbitration import drafting
from arbitration.models import Approval
from arbitration.queries import Workspace
from common.actor import Actor, Role
from disputes.guards import clocks_are_running
from disputes.lifecycle import LIFECYCLE, Event, State
from disputes.models import Case
from jury import panels
from rulebook import queries as rulebook
from web import case_page
from web.case_page import Action
from web.desk import held
from web.party.closed import against_extending

DECIDING = frozenset({Event.APPEAL_UPHELD, Event.APPEAL_CHANGED, Event.APPEAL_SENT_BACK})
_SIGNING = frozenset({Event.RULING_SERVED, Event.RULING_PROPOSED, Event.RULING_RETURNED})
# Only whoever holds the case.
_HOLDERS = frozenset({Event.HANDED_BACK, Event.MORE_EVIDENCE_ASKED, Event.SENT_TO_JURY}) | DECIDING
# Why clocks stop while goods are tested, as the rulebook codes it.
INSPECTION = "inspection"
# Whoever holds it, or a senior while nobody is writing.
KEEPERS = frozenset(
    {Event.CLOCKS_STOPPED, Event.CLOCKS_RESUMED, Event.DEADLINE_EXTENDED, Event.OFFER_MADE, Event.OFFER_RETRACTED}
)


def has_ruled(work: Workspace, actor: Actor) -> bool:
    """As `arbitration.bench.has_ruled`, from what the page has read."""
    served = [ruling for ruling in work.rulings if ruling.served_at is not None]
    return any(ruling.author_id == actor.id for ruling in served) or has_signed(work, actor)


def has_signed(work: Workspace, actor: Actor) -> bool:
    """Whether this reader approved what was served in this round."""
    approvals = [getattr(ruling, "approval", None) for ruling in work.rulings if ruling.served_at is not None]
    return any(
        approval is not None and approval.approver_id == actor.id and approval.decision == Approval.APPROVED
        for approval in approvals
    )


def acts(work: Workspace, actor: Actor, now: datetime) -> list[Action]:
    """The buttons of this reader on this case, in the order of the table."""
    found = [act for act in case_page.actions_for(work.case, actor) if _may(act.event, work, actor, now)]
    return [*found, *_by_reason(work.case, found)]


def ways(work: Workspace, acts: Sequence[Action], *, here: bool) -> list[dict[str, Any]]:
    """How the appeal in hand may end: it stands, it is changed, somebody else rules again. ``here``: the new ruling is
    written on this page, and going on from it is its button's.
    """
    hrefs = {act.event: act for act in acts if act.event in DECIDING}
    if len(hrefs) < len(DECIDING):
        return []
    write = reverse("desk:case", args=[work.case.number])
    found = [
        (
            Event.APPEAL_UPHELD,
            "lock-keyhole",
            _("The ruling stays as it is. Your reasons answer the appeal and each new exhibit."),
        ),
        (
            Event.APPEAL_CHANGED,
            "gavel",
            _("Write the new ruling below, look at its preview, and go on from there.")
            if here
            else _("Write the new ruling on the page of the case; what it changes stands beside the first one."),
        ),
        (Event.APPEAL_SENT_BACK, "undo-2", _("The ruling is set aside and somebody else rules again.")),
    ]
    return [
        {
            "event": event.value,
            "icon": icon,
            "label": hrefs[event].label,
            "says": says,
            "href": write if event is Event.APPEAL_CHANGED else hrefs[event].href,
            "here": here and event is Event.APPEAL_CHANGED,
        }
        for event, icon, says in found
    ]


def _by_reason(case: Case, found: Sequence[Action]) -> list[Action]:
    """The same acts for a reason that people look for by its own name: the page has it chosen already."""
    hrefs = {act.event: act.href for act in found}
    more = []
    if Event.HANDED_BACK in hrefs:
        more.append(Action(Event.HANDED_BACK, _("Recuse myself"), f"{hrefs[Event.HANDED_BACK]}?recuse=1"))
    if Event.CLOCKS_STOPPED in hrefs and INSPECTION in rulebook.rules(case.procedure_rules_id).pauses:
        more.append(Action(Event.CLOCKS_STOPPED, _("Lab test"), f"{hrefs[Event.CLOCKS_STOPPED]}?reason={INSPECTION}"))
    return more


def open_until(case: Case, now: datetime) -> datetime | None:
    """Until when both sides may still add evidence, so that nobody may take the case; as `guards.evidence_is_complete`."""
    if State(case.state) is not State.AWAITING_ASSIGNMENT or case.evidence_closes_at is None:
        return None
    complete = case.buyer_handed_in_at is not None and case.merchant_handed_in_at is not None
    return None if complete or case.evidence_closes_at <= now else case.evidence_closes_at


def forbidden_by_hold(case: Case, event: Event, role: Role) -> bool:
    """Whether the case is on hold and every row by which this could happen asks for clocks that run."""
    if case.suspended_at is None:
        return False
    rows = [edge for edge in LIFECYCLE.rows(State(case.state), event) if role in edge.roles]
    return bool(rows) and all(clocks_are_running in edge.guards for edge in rows)


def _may(event: Event, work: Workspace, actor: Actor, now: datetime) -> bool:
    case = work.case
    if forbidden_by_hold(case, event, actor.role):
        return False
    checks = second_reader(work)
    holds = actor.id is not None and actor.id == case.assignee_id
    if event is Event.HANDED_BACK and State(case.state) is State.AWAITING_APPROVAL:
        return checks is not None and checks == actor.id
    if event in KEEPERS and not holds and (actor.role is not Role.SENIOR or held.by_another(work, actor, now)):
        return False
    if event in _HOLDERS and not holds:
        return False
    if (event in DECIDING or event is Event.APPEAL_TAKEN) and has_ruled(work, actor):
        return False
    if event in _SIGNING:
        # On the page of the case a ruling goes out from its preview; elsewhere this leads to its approval.
        if case.state in drafting.STAGES:
            return False
        return State(case.state) is not State.AWAITING_APPROVAL or not _proposed_by(work, actor)
    match event:
        case Event.TAKEN:
            return not has_ruled(work, actor) and open_until(case, now) is None
        case Event.DEADLINE_EXTENDED:
            return case.suspended_at is None and against_extending(case, actor, now) is None
        case Event.APPROVAL_TAKEN:
            return not _proposed_by(work, actor) and (
                checks is None or (checks != actor.id and not _still_sits(checks))
            )
        case Event.APPEAL_TAKEN:
            return case.assignee_id is None or (not holds and not _still_sits(case.assignee_id))
        case Event.SENT_TO_JURY:
            return not panels.refusals(case)
        case Event.OFFER_RETRACTED:
            return any(offer.side == "platform" for offer in work.offers)
        case Event.CLOCKS_STOPPED:
            return case.suspended_at is None
        case Event.CLOCKS_RESUMED:
            return case.suspended_at is not None
        case _:
            return True


def _still_sits(user_id: int) -> bool:
    """What a senior has in hand is taken over only once they left the bench."""
    return hats.still_holds(Actor.staff(Role.SENIOR, user_id))


def second_reader(work: Workspace) -> int | None:
    """Who checks the proposed ruling now."""
    proposed = next((ruling for ruling in work.rulings if ruling.state == ruling.PROPOSED), None)
    reader = getattr(proposed, "second_reader", None)
    return reader.user_id if reader is not None else None


def _proposed_by(work: Workspace, actor: Actor) -> bool:
    return any(ruling.state == ruling.PROPOSED and ruling.author_id == actor.id for ruling in work.rulings)
