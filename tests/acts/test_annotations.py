"""Marks on pictures: made by whoever rules, kept inside, told in the letter where their author says so."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, transaction

from arbitration import letters, markings, queries, rulings
from arbitration.markings import Place
from arbitration.models import Annotation, Ruling
from common import clock
from common.actor import Role
from common.errors import Missing, Refused
from evidence.models import Exhibit
from tests import deciding
from tests.reach import Scene

pytestmark = pytest.mark.django_db
SPOT = Place(100, 200, 300, 400)


def photo(made: Scene) -> Exhibit:
    found = Exhibit.objects.filter(dossier_id=made.reload().dossier_id, kind="image").order_by("place").first()
    assert found is not None
    return found


def mark(made: Scene, text: str = "裂纹贯通釉面", *, place: Place = SPOT, actor=None, **more) -> Annotation:
    author = actor or made.arbitrator
    return markings.add(made.case.pk, photo(made).pk, place, text=text, actor=author, now=clock.now(), **more)


def test_a_mark_is_read_with_its_exhibit_by_the_bench() -> None:
    made = deciding.taken()
    mark(made)
    mark(made, "一个点", place=Place(500, 500, 500, 500))
    rows = {row.number: row for row in queries.workspace(made.case.pk, actor=made.senior).exhibits}
    said = rows[photo(made).number].annotated
    assert [one["text"] for one in said] == ["裂纹贯通釉面", "一个点"]
    assert said[0]["office"] and said[0]["author"] == made.arbitrator.id and not said[0]["in_letter"]


def test_only_what_its_author_puts_there_is_told_in_the_letter() -> None:
    made = deciding.taken()
    told, kept = mark(made, "裂纹贯通釉面"), mark(made, "反光可疑")
    markings.tell(made.case.pk, told.pk, in_letter=True, actor=made.arbitrator, now=clock.now())
    ruling = deciding.drafted(made)
    rulings.issue(made.case.pk, version=ruling.version, actor=made.arbitrator, now=clock.now())
    served = Ruling.objects.get(pk=ruling.pk)
    assert letters.is_genuine(served)
    letter = letters.read(served, None).letter
    assert [one.marks for one in letter.exhibits if one.marks] == [("裂纹贯通釉面",)]
    assert kept.text not in str(served.letter)
    # From then on nobody changes it.
    for change in (markings.remove, markings.tell):
        more = {"in_letter": False} if change is markings.tell else {}
        with pytest.raises(Refused, match="case_is_not_yours"):
            change(made.case.pk, told.pk, actor=made.arbitrator, now=clock.now(), **more)


def test_only_whoever_rules_marks_and_only_its_author_takes_a_mark_away() -> None:
    made = deciding.taken()
    own = mark(made)
    for actor in (made.senior, made.buyer, deciding.another(Role.ARBITRATOR)):
        with pytest.raises((Refused, Missing)):
            mark(made, actor=actor)
        with pytest.raises((Refused, Missing)):
            markings.remove(made.case.pk, own.pk, actor=actor, now=clock.now())
    markings.remove(made.case.pk, own.pk, actor=made.arbitrator, now=clock.now())
    assert not Annotation.objects.exists()


@pytest.mark.parametrize(
    "place", [Place(300, 0, 200, 10), Place(0, 0, 1001, 10), Place(0, -1, 5, 5), Place(0, 0, 5, 5, -1)]
)
def test_a_mark_lies_within_the_picture(place: Place) -> None:
    made = deciding.taken()
    with pytest.raises(Refused, match="mask_is_not_within"):
        mark(made, place=place)


def test_the_database_keeps_a_mark_within_the_picture() -> None:
    made = deciding.taken()
    own = mark(made)
    with pytest.raises(IntegrityError), transaction.atomic():
        Annotation.objects.filter(pk=own.pk).update(right=1001)


def test_a_mark_needs_words_that_fit_and_name_nobody_in_the_letter() -> None:
    made = deciding.taken()
    for text, code in ((" ", "text_missing"), ("字" * 201, "text_too_long")):
        with pytest.raises(Refused, match=code):
            mark(made, text)
    name = deciding.name_of(made.buyer)
    with pytest.raises(Refused, match="mark_names_somebody"):
        mark(made, f"{name} 的手", in_letter=True)
    inside = mark(made, f"{name} 的手")
    with pytest.raises(Refused, match="mark_names_somebody"):
        markings.tell(made.case.pk, inside.pk, in_letter=True, actor=made.arbitrator, now=clock.now())


def test_records_and_words_cannot_be_marked_and_a_picture_has_room_for_twenty() -> None:
    made = deciding.taken()
    record = Exhibit.objects.filter(dossier_id=made.case.dossier_id, kind="record").first()
    assert record is not None
    with pytest.raises(Refused, match="cannot_be_annotated"):
        markings.add(made.case.pk, record.pk, SPOT, text="x", actor=made.arbitrator, now=clock.now())
    for number in range(markings.MOST):
        mark(made, f"第 {number} 处")
    with pytest.raises(Refused, match="too_many_of_these"):
        mark(made)
