"""Carrying out a ruling of one's own accord, before it is enforced (T31)."""

from __future__ import annotations

from datetime import datetime

from common.actor import Actor
from common.acts import act
from disputes import access, moves, queries, statements
from disputes.lifecycle import Event
from disputes.models import Case
from disputes.transitions import advance


@act
def comply(case_id: int, *, text: str = "", actor: Actor, now: datetime, seen: int | None = None) -> Case:
    """The merchant does what was decided; money moves at once instead of after the voluntary term.

    What was ordered in kind is done by saying how (``text``: a tracking number, the number of the invoice), which the buyer
    reads. Raises ``Refused``: ``text_missing`` where it is needed.
    """
    case = queries.lock(case_id, seen=seen)
    access.require_party(case, actor)
    amount = case.outcome.amount if case.outcome is not None else 0
    facts = moves.facts_of(case, actor, now, within_limit=actor.limit is None or amount <= actor.limit)
    said = statements.add(case, "performance", text, actor=actor, now=now, required=case.substitute > 0)
    return advance(case, Event.COMPLIED, actor=actor, now=now, facts=facts, data=statements.ref(said))
