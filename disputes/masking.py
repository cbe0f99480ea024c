"""Who may mask parts of an exhibit, and who may look beneath: for a case, under its lock, in its journal.

The side that handed it in masks until the evidence is sealed; whoever rules may mask and, having looked beneath, unmask.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from common.actor import Actor, Role
from common.acts import act
from common.errors import Missing, Refused
from disputes import access, queries
from disputes.models import Case
from evidence import dossiers, masking
from evidence.masking import BENCH, Region
from evidence.models import Exhibit, Mask, Opening
from journal import book
from journal.kinds import Kind


@act
def mask(
    case_id: int,
    exhibit_id: int,
    regions: Sequence[Region],
    *,
    page: int = 0,
    actor: Actor,
    now: datetime,
    seen: int | None = None,
) -> Mask:
    """These regions of this page are what nobody else sees from now on, in place of those before; none unmask it.

    The painted copies are made after the act (`masking.finish`); until then nobody else sees the page. Raises `Missing`;
    `Refused`: `not_your_exhibit`, `evidence_stays_as_masked`, `case_is_not_yours`, `open_it_first`, `cannot_be_masked`,
    `mask_is_not_within`, `too_many_masks`, `nothing_to_mask`, `nothing_to_silence`.
    """
    case = queries.lock(case_id, seen=seen)
    exhibit = _exhibit(case, exhibit_id, actor, now)
    if actor.side is None:
        _require_bench(case, actor)
        if masking.hides_less(exhibit, page, regions) and not masking.opened([exhibit], actor, now):
            raise Refused("open_it_first")
    else:
        access.require_party(case, actor)
        if exhibit.side != actor.side.value:
            raise Refused("not_your_exhibit")
        if stays_as_masked(exhibit):
            raise Refused("evidence_stays_as_masked")
    made, is_new = masking.put(exhibit, page, regions, actor=actor, now=now)
    data = {
        "exhibit": exhibit.public_id,
        "number": exhibit.number,
        "page": page,
        "places": len(regions),
        "mask": made.pk,
    }
    if is_new:
        book.record(case.stream_id, Kind.EVIDENCE_MASKED, data=data, actor=actor, now=now)
    return made


@act
def open_original(case_id: int, exhibit_id: int, *, reason: str, actor: Actor, now: datetime) -> Opening:
    """Somebody who rules this case sees the exhibit as it was handed in, for half an hour; why is kept, that is journalled.

    The other side and a jury see no more than before. Raises `Missing`; `Refused`: `case_is_not_yours`, `text_missing`,
    `text_too_long`.
    """
    case = queries.lock(case_id)
    exhibit = _exhibit(case, exhibit_id, actor, now)
    if actor.side is not None:
        raise Missing
    _require_bench(case, actor)
    opening, is_new = masking.open_for(exhibit, reason=reason, actor=actor, now=now)
    if is_new:
        # The reason is somebody's words: it stays in its row, where it can be erased.
        data = {"exhibit": exhibit.public_id, "number": exhibit.number, "opening": opening.pk}
        book.record(case.stream_id, Kind.ORIGINAL_OPENED, data=data, actor=actor, now=now)
    return opening


@act
def open_originals(case_id: int, *, reason: str, actor: Actor, now: datetime) -> list[Opening]:
    """The same for every file on record at once, for whoever takes the case along with its originals.

    Raises as `open_original`, but for a case without files: then nothing is opened.
    """
    case = queries.lock(case_id)
    if actor.side is not None or actor.role not in BENCH:
        raise Missing
    access.require_visible(case, actor)
    _require_bench(case, actor)
    rows = dossiers.given(case.dossier_id).filter(blob__isnull=False, withdrawn_at__isnull=True)
    opened = [masking.open_for(exhibit, reason=reason, actor=actor, now=now) for exhibit in rows]
    new = [opening for opening, is_new in opened if is_new]
    if new:
        data = {
            "exhibits": [opening.exhibit.public_id for opening in new],
            "numbers": [opening.exhibit.number for opening in new],
            "openings": [opening.pk for opening in new],
        }
        book.record(case.stream_id, Kind.ORIGINAL_OPENED, data=data, actor=actor, now=now)
    return [opening for opening, _is_new in opened]


def stays_as_masked(exhibit: Exhibit) -> bool:
    """Whether its own side can no longer mask it: it has been sealed, or belongs to a round that was."""
    return exhibit.dossier.sealed_at is not None or exhibit.round != exhibit.dossier.round


def is_on_the_bench_of(case: Case, actor: Actor) -> bool:
    """Whether this reader rules the case: whoever has it or had it, and every senior who may see it at all."""
    return actor.role is Role.SENIOR or (
        actor.role is Role.ARBITRATOR and actor.id is not None and actor.id in (case.assignee_id, case.ruled_by_id)
    )


def _exhibit(case: Case, exhibit_id: int, actor: Actor, now: datetime) -> Exhibit:
    """A file of this case that the actor may see. Raises `Missing`."""
    if actor.side is None and actor.role not in BENCH:
        raise Missing
    access.require_visible(case, actor)
    found = Exhibit.objects.select_related("blob", "dossier").filter(
        pk=exhibit_id, dossier_id=case.dossier_id, blob__isnull=False, withdrawn_at__isnull=True
    )
    exhibit = found.first()
    if exhibit is None:
        raise Missing
    is_shown = exhibit.visible_at is not None and exhibit.visible_at <= now
    if actor.side is not None and exhibit.side != actor.side.value and not is_shown:
        raise Missing
    return exhibit


def _require_bench(case: Case, actor: Actor) -> None:
    if not is_on_the_bench_of(case, actor):
        raise Refused("case_is_not_yours", state=case.state)
