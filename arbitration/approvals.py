"""What a senior does with a proposed ruling (`signature` says which need one). Nobody approves their own ruling."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from accounts import hats
from arbitration import bench, drafting, rulings
from arbitration.models import Approval, Ruling, SecondReader
from common.actor import Actor, Role
from common.acts import act, require_act
from common.errors import Missing, Refused
from disputes import queries
from disputes.awards import Source
from disputes.lifecycle import Event, Facts
from disputes.models import Case
from disputes.transitions import advance

LONGEST_REASON = 500


@act
def take(ruling_id: int, *, actor: Actor, now: datetime, seen: int | None = None) -> Ruling:
    """The proposed ruling is this senior's to check: nobody else signs or returns it until it is handed back."""
    case, ruling = _lock(ruling_id, seen)
    bench.require_office(actor)
    if reader_of(ruling) != actor.id:
        give(case, ruling, actor, now)
    return ruling


def give(case: Case, ruling: Ruling, to: Actor, now: datetime, *, assigned_by: Actor | None = None) -> None:
    """``to`` checks this ruling from now on; never its author, nobody with an interest. It may be one that a senior left."""
    require_act()
    data: dict[str, object] = {"ruling": ruling.pk}
    if assigned_by is not None:
        data["assigned_by"] = assigned_by.id
    advance(case, Event.APPROVAL_TAKEN, actor=to, now=now, facts=_facts(case, ruling, to, now), data=data)
    assert to.id is not None
    SecondReader.objects.update_or_create(ruling=ruling, defaults={"user_id": to.id, "at": now})


def reader_of(ruling: Ruling) -> int | None:
    """Who checks it now, if somebody took it and still sits."""
    reader = SecondReader.objects.filter(ruling=ruling).values_list("user_id", flat=True).first()
    return reader if reader is not None and hats.still_holds(Actor.staff(Role.SENIOR, reader)) else None


@act
def approve(ruling_id: int, *, actor: Actor, now: datetime, seen: int | None = None) -> Ruling:
    """The proposed ruling is served on both sides with a second signature, and the appeal window is open."""
    case, ruling = _lock(ruling_id, seen)
    bench.require_office(actor)
    facts = _facts(case, ruling, actor, now)
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
    facts = _facts(case, ruling, actor, now)
    advance(case, Event.RULING_RETURNED, actor=actor, now=now, facts=facts, data={"ruling": ruling.pk})
    ruling.state = Ruling.RETURNED
    ruling.save(update_fields=["state"])
    _keep(ruling, Approval.RETURNED, reason, actor, now)
    return drafting.begin_again(case, ruling, now=now)


def _facts(case: Case, ruling: Ruling, actor: Actor, now: datetime) -> Facts:
    """The case as this senior may find it: written by another, and not in a third one's hands."""
    reader = reader_of(ruling)
    refusals = ("approval_is_with_another",) if reader not in (None, actor.id) else ()
    facts = bench.facts(case, actor, now, refusals=refusals)
    return replace(facts, ruled_it_myself=ruling.author_id == actor.id)


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
