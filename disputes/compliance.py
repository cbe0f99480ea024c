"""Carrying out a ruling of one's own accord, before it is enforced (T31)."""

from __future__ import annotations

from datetime import datetime

from common.actor import Actor
from common.acts import act
from disputes import access, moves, queries
from disputes.lifecycle import Event
from disputes.models import Case
from disputes.transitions import advance


@act
def comply(case_id: int, *, actor: Actor, now: datetime, seen: int | None = None) -> Case:
    """The merchant pays what was decided; the money moves at once instead of after the voluntary term."""
    case = queries.lock(case_id, seen=seen)
    access.require_party(case, actor)
    amount = case.outcome.amount if case.outcome is not None else 0
    facts = moves.facts_of(case, actor, now, within_limit=actor.limit is None or amount <= actor.limit)
    return advance(case, Event.COMPLIED, actor=actor, now=now, facts=facts)
