"""A side that has handed in, and whose file lacks what is required of it, is told once: what, why, and until when."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from common.actor import Actor, Side
from common.acts import require_act
from disputes.models import Case
from journal import book
from journal.kinds import Kind
from journal.models import Entry


def tell(case: Case, side: Side, codes: Sequence[str], *, now: datetime) -> bool:
    """Leave the entry from which the notice is made; ``codes`` are the rows that are open. Once in a round.

    Nothing is told where nothing can be added any more: then the rule on the burden of proof speaks, and no notice helps.
    """
    require_act()
    closes_at = case.evidence_closes_at
    if not codes or closes_at is None or now >= closes_at:
        return False
    told = Entry.objects.filter(
        stream_id=case.stream_id, kind=Kind.EVIDENCE_INCOMPLETE, data__side=side.value, data__round=case.round
    )
    if told.exists():
        return False
    data = {"side": side.value, "codes": list(codes), "round": case.round, "due_at": closes_at.isoformat()}
    book.record(case.stream_id, Kind.EVIDENCE_INCOMPLETE, data=data, actor=Actor.system(), now=now)
    return True
