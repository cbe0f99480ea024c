"""The one function that changes the state of a case. It asks the table, writes the move, and tells the journal."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from common.actor import Actor
from common.acts import require_act
from disputes import deadlines, moves, outcomes
from disputes.awards import Award
from disputes.lifecycle import Event, Facts
from disputes.models import Case, Offer
from disputes.moves import Move
from disputes.timers import DUTIES
from journal import book


def advance(
    case: Case,
    event: Event,
    *,
    actor: Actor,
    now: datetime,
    facts: Facts | None = None,
    award: Award | None = None,
    changes: Mapping[str, Any] | None = None,
    data: Mapping[str, Any] | None = None,
) -> Case:
    """Move the locked ``case`` by ``event``, or raise ``Refused`` with the table's reason.

    ``facts`` default to the case as it stands; an act that has checked more passes its own (``moves.facts_of``).
    ``changes`` are further columns of the case that the act decides; ``data`` goes into the journal entry.
    """
    require_act()
    facts = facts or moves.facts_of(case, actor, now)
    move = moves.weigh(case, event, facts, actor=actor, now=now, award=award, changes=changes, data=data)
    _write(case, move, actor=actor, now=now)
    return case


def _write(case: Case, move: Move, *, actor: Actor, now: datetime) -> None:
    ended = deadlines.end(case, move.ends, now=now) if move.ends else {}
    if move.pauses_all:
        deadlines.pause(case, None, now=now)
    elif move.pauses:
        deadlines.pause(case, move.pauses, now=now)
    changes = dict(move.changes)
    if move.resumes_all:
        resumed = deadlines.resume(case, None, now=now)
        stopped_at, closes_at = case.suspended_at, case.evidence_closes_at
        if stopped_at is not None and closes_at is not None and closes_at > stopped_at:
            # The file stays open as long as it would have; the duty may be met while its period goes on.
            changes["evidence_closes_at"] = resumed.get("evidence", closes_at + (now - stopped_at))
    elif move.resumes:
        deadlines.resume(case, move.resumes, now=now)
    main = DUTIES.get(move.target)
    for arm in move.arms:
        armed = deadlines.arm(case, arm, now=now)
        if main is not None and arm.duty == main.name:
            changes["due_at"] = armed.due_at
        if arm.duty == "evidence":
            changes["evidence_closes_at"] = armed.due_at
    if move.arms and case.suspended_at is not None and changes.get("suspended_at", now) is not None:
        # What begins while all clocks stand still begins when they go on.
        deadlines.pause(case, None, now=now)
    if main is not None and (move.resumes or move.resumes_all):
        changes["due_at"] = deadlines.main_due_at(case.pk, main.name)
    if move.voids_offers:
        Offer.objects.filter(case=case, state=Offer.OPEN).update(state="void", ended_at=now)
    if move.lapses_offer_of:
        Offer.objects.filter(case=case, state=Offer.OPEN, side=move.lapses_offer_of).update(
            state="lapsed", ended_at=now
        )
    if move.award is not None:
        outcomes.record(case, move.award, now=now)
    elif move.drops_outcome:
        outcomes.supersede(case, now=now)
    if move.award is not None or move.drops_outcome:
        changes["outcome_id"] = case.outcome_id
    for column, value in changes.items():
        setattr(case, column, value)
    case.save(update_fields=[name.removesuffix("_id") for name in changes])
    entry = {"from": move.source.value, "to": move.target.value, **move.entry}
    if actor.is_system and ended:
        entry |= {"due_at": min(ended.values()).isoformat(), "fired_at": now.isoformat()}
    book.record(case.stream_id, move.event.value, data=entry, actor=actor, now=now)
