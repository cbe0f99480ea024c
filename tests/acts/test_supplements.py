"""What an arbitrator asks a side for, piece by piece; and what a side is told whose evidence lacks something."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import translation

from arbitration import inquiries
from common import clock
from common.actor import Actor
from common.errors import Refused
from disputes import intervention, submissions, supplements
from disputes.lifecycle import State
from disputes.models import Case, Supplement
from disputes.supplements import Item, Status
from engine import delivery
from evidence.models import Exhibit
from journal.models import Entry
from notifications import words
from notifications.models import Notice
from tests import builders, deciding, reach
from tests.edges.test_desk_pages import page, signed_in
from tests.reach import Scene

pytestmark = pytest.mark.django_db

PHOTO = Item("buyer", "E06", 1, "看不清裂纹有多长")
PACKING = Item("merchant", "E09", 2, "出库时是否完好")


def ask(made: Scene, *items: Item) -> Case:
    return inquiries.ask_more(made.case.pk, items=items, actor=made.arbitrator, now=clock.now())


def standing(made: Scene) -> list[tuple[str, str, Status]]:
    pieces = list(Exhibit.objects.filter(dossier_id=made.reload().dossier_id, withdrawn_at__isnull=True))
    return [
        (
            item.side,
            item.code,
            supplements.status(
                item,
                supplements.given(item, [piece for piece in pieces if piece.side == item.side]),
                made.case,
                clock.now(),
            ),
        )
        for item in supplements.latest(made.case)
    ]


def give(made: Scene, actor: Actor, code: str, colour: str) -> Exhibit:
    return submissions.add_evidence(
        made.case.pk, reach.received(colour), code=code, name="", note="", actor=actor, now=clock.now()
    )


def seen_by(actor: Actor, made: Scene, area: str) -> str:
    client: Client = signed_in(actor)
    if area == "desk":
        return client.get(page("case", made.case.number)).content.decode()
    return client.get(reverse(f"{area}:case", args=[made.case.number])).content.decode()


def test_each_piece_is_given_open_or_lapsed_by_what_is_in_the_file() -> None:
    made = deciding.taken()
    ask(made, PHOTO, PACKING)
    assert made.reload().asked == "both"
    assert standing(made) == [("buyer", "E06", Status.OPEN), ("merchant", "E09", Status.OPEN)]
    give(made, made.buyer, "E05", "pink")
    assert standing(made)[0][2] is Status.OPEN, "another kind of evidence, and what was there before, are no answer"
    give(made, made.buyer, "E06", "white")
    assert standing(made)[0][2] is Status.GIVEN
    submissions.hand_in_more(made.case.pk, text="", actor=made.merchant, now=clock.now())
    assert standing(made)[1][2] is Status.LAPSED, "who has handed in without it has not given it"


def test_what_is_not_given_in_48_hours_has_lapsed_and_the_review_goes_on() -> None:
    made = deciding.taken()
    ask(made, PHOTO)
    reach.let_term_end(made)
    assert made.state is State.UNDER_REVIEW
    assert standing(made) == [("buyer", "E06", Status.LAPSED)]
    assert "not given" in seen_by(made.arbitrator, made, "desk")


def test_a_statement_of_facts_is_given_in_words() -> None:
    made = deciding.taken()
    ask(made, Item("buyer", "E34", 1, "何时发现的"))
    submissions.hand_in_more(made.case.pk, text="当晚八点发现。", actor=made.buyer, now=clock.now())
    assert standing(made) == [("buyer", "E34", Status.GIVEN)]


@pytest.mark.parametrize(
    ("items", "code"),
    [
        ([PHOTO, PHOTO], "supplement_asked_twice"),
        ([Item("buyer", "E03", 1, "轨迹")], "evidence_code_unknown"),
        ([Item("buyer", "E99", 1, "？")], "evidence_code_unknown"),
        ([Item("platform", "E06", 1, "？")], "side_unknown"),
        ([Item("buyer", "E06", 9, "？")], "point_unknown"),
        ([Item("buyer", "E06", 1, "  ")], "supplement_reason_missing"),
        ([Item("buyer", "E06", 1, "字" * 121)], "text_too_long"),
    ],
)
def test_only_what_a_side_can_give_is_asked_for_once_with_its_reason(items: list[Item], code: str) -> None:
    made = deciding.taken()
    with pytest.raises(Refused, match=code):
        ask(made, *items)
    assert not Supplement.objects.exists() and made.state is State.UNDER_REVIEW


def test_the_journal_names_pieces_and_no_words() -> None:
    made = deciding.taken()
    ask(made, PHOTO)
    entry = Entry.objects.get(stream_id=made.case.stream_id, kind="more_evidence_asked")
    assert entry.data["items"] == [{"side": "buyer", "code": "E06", "point": 1}]
    assert (entry.data["asked"], entry.data["points"]) == ("buyer", [1])
    assert "裂纹" not in str(entry.data)


def test_each_side_reads_just_what_it_was_asked_for_with_where_to_give_it() -> None:
    made = deciding.taken()
    ask(made, PHOTO, PACKING)
    mine, theirs = seen_by(made.buyer, made, "buyer"), seen_by(made.merchant, made, "merchant")
    assert PHOTO.why in mine and PACKING.why not in mine and "evidence_added/?code=E06" in mine
    assert PACKING.why in theirs and PHOTO.why not in theirs and "evidence_added/?code=E09" in theirs
    desk = seen_by(made.arbitrator, made, "desk")
    assert PHOTO.why in desk and PACKING.why in desk


# --- told of what is missing ----------------------------------------------------------------------------------


def told(made: Scene) -> list[Entry]:
    return list(Entry.objects.filter(stream_id=made.case.stream_id, kind="evidence_incomplete"))


def test_a_side_that_hands_in_with_gaps_is_told_once_what_why_and_until_when() -> None:
    made = reach.handed_in()
    answers = reach.answers(made)
    intervention.rebut(made.case.pk, answers, text="完好。", actor=made.merchant, now=clock.now())
    (entry,) = told(made)
    closes_at = made.reload().evidence_closes_at
    assert closes_at is not None
    assert (entry.data["side"], entry.data["codes"]) == ("merchant", ["E11"])
    assert entry.data["due_at"] == closes_at.isoformat()
    delivery.deliver()
    (notice,) = Notice.objects.filter(kind="evidence_incomplete")
    assert notice.user_id == made.merchant.id and notice.audience == "merchant"
    with translation.override("zh-hans"):
        said = words.sentence(notice.kind, notice.audience, notice.params, made.case.title)
    assert "签收底单（证明交给了谁）" in said


def test_nobody_is_told_twice_or_for_nothing() -> None:
    made = reach.admitted()
    submissions.hand_in(made.case.pk, actor=made.merchant, now=clock.now())
    assert [entry.data["side"] for entry in told(made)] == ["merchant"]
    reach.give_required_evidence(made)
    submissions.hand_in(made.case.pk, actor=made.buyer, now=clock.now())
    intervention.rebut(made.case.pk, reach.answers(made), text="", actor=made.merchant, now=clock.now())
    assert len(told(made)) == 1


def test_who_takes_back_what_was_required_after_handing_in_is_told() -> None:
    made = reach.handed_in()
    exhibit = Exhibit.objects.get(dossier_id=made.case.dossier_id, side="buyer", code="E06")
    submissions.withdraw_evidence(made.case.pk, exhibit.pk, actor=made.buyer, now=clock.now())
    assert [(entry.data["side"], entry.data["codes"]) for entry in told(made)] == [("buyer", ["E06"])]


def test_where_nothing_can_be_added_any_more_nothing_is_told() -> None:
    made = reach.admitted()
    closes_at = made.reload().evidence_closes_at
    assert closes_at is not None
    reach.give_required_evidence(made)
    builders.travel_to(closes_at - timedelta(hours=1))
    submissions.hand_in(made.case.pk, actor=made.buyer, now=clock.now())
    builders.travel_to(closes_at)
    intervention.rebut(made.case.pk, reach.answers(made), text="", actor=made.merchant, now=clock.now())
    assert not told(made)
