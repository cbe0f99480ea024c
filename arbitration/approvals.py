"""What a senior does with a proposed ruling (`signature` says which need one). Nobody approves their own ruling."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from arbitration import bench, rulings
from arbitration.models import Approval, Ruling
from common.actor import Actor
from common.acts import act
from common.errors import Missing, Refused
from disputes import queries
from disputes.awards import Source
from disputes.lifecycle import Event
from disputes.models import Case
from disputes.transitions import advance

LONGEST_REASON = 500


@act
def approve(ruling_id: int, *, actor: Actor, now: datetime, seen: int | None = None) -> Ruling:
    """The proposed ruling is served on both sides with a second signature, and the appeal window is open."""
    case, ruling = _lock(ruling_id, seen)
    bench.require_office(actor)
    facts = replace(bench.facts(case, actor, now), ruled_it_myself=ruling.author_id == actor.id)
    rulings.serve_now(
        case,
        ruling,
        Event.RULING_SERVED,
        source=Source.RULED,
        facts=facts,
        actor=actor,
        now=now,
        data={"countersigned": True},
    )
    _keep(ruling, Approval.APPROVED, "", actor, now)
    return ruling


@act
def send_back(ruling_id: int, *, reason: str, actor: Actor, now: datetime, seen: int | None = None) -> Ruling:
    """The proposed ruling goes back to its arbitrator with a reason. It stays as it was; a copy of it is the new draft.

    Returns the new draft.
    """
    case, ruling = _lock(ruling_id, seen)
    bench.require_office(actor)
    reason = reason.strip()
    if not reason:
        raise Refused("text_missing", field="reason")
    if len(reason) > LONGEST_REASON:
        raise Refused("text_too_long", field="reason", longest=LONGEST_REASON, length=len(reason))
    facts = replace(bench.facts(case, actor, now), ruled_it_myself=ruling.author_id == actor.id)
    advance(case, Event.RULING_RETURNED, actor=actor, now=now, facts=facts, data={"ruling": ruling.pk})
    ruling.state = Ruling.RETURNED
    ruling.save(update_fields=["state"])
    _keep(ruling, Approval.RETURNED, reason, actor, now)
    return rulings.begin_again(case, ruling, now=now)


def _lock(ruling_id: int, seen: int | None) -> tuple[Case, Ruling]:
    """First the case, then the ruling as it is now."""
    case_id = Ruling.objects.filter(pk=ruling_id).values_list("case_id", flat=True).first()
    if case_id is None:
        raise Missing
    case = queries.lock(case_id, seen=seen)
    ruling = Ruling.objects.select_for_update(of=("self",)).get(pk=ruling_id)
    if ruling.state != Ruling.PROPOSED or ruling.round != case.round:
        raise Refused("ruling_not_proposed")
    return case, ruling


def _keep(ruling: Ruling, decision: str, reason: str, actor: Actor, now: datetime) -> None:
    assert actor.id is not None
    Approval.objects.create(
        ruling=ruling,
        author_id=ruling.author_id,
        approver_id=actor.id,
        decision=decision,
        reason=reason,
        at=now,
    )
