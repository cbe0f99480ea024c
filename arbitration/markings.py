"""Places that the bench marks on a picture, in a few words; inside until their author puts them in the letter."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from accounts import hats
from arbitration import bench, linter, sheet, sittings
from arbitration.models import Annotation
from common.actor import Actor
from common.acts import act
from common.errors import Missing, Refused
from disputes import access, queries
from disputes.models import Case
from evidence.models import Exhibit, Kind

LONGEST = 200
MOST = 20
UNITS = 1_000
_HAVE_PAGES = (Kind.IMAGE, Kind.PDF)


@dataclass(frozen=True, slots=True)
class Place:
    """A rectangle in thousandths of the picture's width and height; where its corners are one, a point. ``page`` of a PDF
    is counted from 0, as masks count it.
    """

    left: int
    top: int
    right: int
    bottom: int
    page: int = 0

    @property
    def is_within(self) -> bool:
        across, down = 0 <= self.left <= self.right <= UNITS, 0 <= self.top <= self.bottom <= UNITS
        return across and down and 0 <= self.page < UNITS


@act
def add(
    case_id: int, exhibit_id: int, place: Place, *, text: str, in_letter: bool = False, actor: Actor, now: datetime
) -> Annotation:
    """A place of the picture is marked by whoever has the case in hand. Only the bench sees it, unless ``in_letter``.

    Raises `Missing`; `Refused`: ``case_is_not_yours``, ``cannot_be_annotated``, ``mask_is_not_within``, ``text_missing``,
    ``text_too_long``, ``too_many_of_these``, ``mark_names_somebody``.
    """
    case = _lock(case_id, actor)
    exhibit = Exhibit.objects.filter(pk=exhibit_id, dossier_id=case.dossier_id, withdrawn_at__isnull=True).first()
    if exhibit is None:
        raise Missing
    if not may_bear(exhibit):
        raise Refused("cannot_be_annotated")
    if not place.is_within:
        raise Refused("mask_is_not_within")
    text = text.strip()
    if not text:
        raise Refused("text_missing", field="annotation")
    if len(text) > LONGEST:
        raise Refused("text_too_long", field="annotation", longest=LONGEST, length=len(text))
    if Annotation.objects.filter(exhibit=exhibit).count() >= MOST:
        raise Refused("too_many_of_these", most=MOST)
    if in_letter:
        _require_no_names(case, text)
    assert actor.id is not None
    return Annotation.objects.create(
        case=case,
        exhibit=exhibit,
        author_id=actor.id,
        office=hats.number_of(actor.id, now),
        page=place.page,
        left=place.left,
        top=place.top,
        right=place.right,
        bottom=place.bottom,
        text=text,
        in_letter=in_letter,
        at=now,
    )


@act
def tell(case_id: int, annotation_id: int, *, in_letter: bool, actor: Actor, now: datetime) -> Annotation:
    """Its author puts a mark in the letter, or takes it out again, while the case is theirs to rule."""
    case = _lock(case_id, actor)
    found = _own(case, annotation_id, actor)
    if in_letter:
        _require_no_names(case, found.text)
    found.in_letter = in_letter
    found.save(update_fields=["in_letter"])
    return found


@act
def remove(case_id: int, annotation_id: int, *, actor: Actor, now: datetime) -> None:
    """Its author takes a mark away, while the case is theirs to rule. What a letter says of it stays in that letter."""
    case = _lock(case_id, actor)
    _own(case, annotation_id, actor).delete()


def may_bear(exhibit: Exhibit) -> bool:
    """Whether an exhibit has a picture to mark."""
    return exhibit.kind in _HAVE_PAGES


def _lock(case_id: int, actor: Actor) -> Case:
    case = queries.lock(case_id)
    bench.require_office(actor)
    access.require_visible(case, actor)
    if case.assignee_id != actor.id or case.state not in sittings.WRITTEN_IN:
        raise Refused("case_is_not_yours", state=case.state)
    return case


def _own(case: Case, annotation_id: int, actor: Actor) -> Annotation:
    found = Annotation.objects.filter(pk=annotation_id, case=case, author_id=actor.id).first()
    if found is None:
        raise Missing
    return found


def _require_no_names(case: Case, text: str) -> None:
    if linter.names_somebody(text, sheet.names_in(case)):
        raise Refused("mark_names_somebody")
