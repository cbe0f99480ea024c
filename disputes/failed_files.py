"""A file of an exhibit that cannot be shown after all: its side is told, and can send another."""

from __future__ import annotations

from datetime import datetime

from common.actor import Actor
from common.acts import act
from disputes import queries
from disputes.models import Case
from evidence import preparation
from evidence.models import Preparation
from journal import book
from journal.kinds import Kind


@act
def tell(preparation_id: int, *, now: datetime) -> int:
    """The side that sent it has been told that its file cannot be shown, and operations if it was set aside. Once.

    The exhibit keeps its number and its bytes; it no longer meets a row of the checklist. Returns how many exhibits
    there were.
    """
    lost = Preparation.objects.get(pk=preparation_id)
    exhibits = preparation.exhibits_of(lost)
    cases = Case.objects.filter(dossier_id__in={exhibit.dossier_id for exhibit in exhibits}).order_by("id")
    of_dossier = {case.dossier_id: queries.lock(case.pk) for case in cases}
    if not preparation.mark_told(preparation_id, now=now):
        return 0
    for exhibit in exhibits:
        if exhibit.dossier_id not in of_dossier:
            continue
        data = {
            "exhibit": exhibit.public_id,
            "number": exhibit.number,
            "side": exhibit.side,
            "reason": lost.code,
            "set_aside": lost.set_aside_at is not None,
        }
        stream = of_dossier[exhibit.dossier_id].stream_id
        book.record(stream, Kind.EVIDENCE_UNREADABLE, data=data, actor=Actor.system(), now=now)
    return len(exhibits)
