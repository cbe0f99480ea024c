"""What is said of exhibits: how a side answers them, where else the same file is, and when one may be cited."""

from __future__ import annotations

import io
from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from arbitration import appeals, inquiries, queries, rulings
from common import clock
from common.actor import Actor
from common.acts import act
from common.errors import Missing, Refused
from disputes import rebuttals, submissions
from disputes.models import ExhibitAnswer
from disputes.rebuttals import answer
from disputes.supplements import Item
from evidence import dossiers, intake, record_pictures, twins
from evidence.models import Exhibit, RecordPicture
from journal import book
from journal.models import Entry
from tests import builders, deciding, files, reach
from tests.edges.test_desk_pages import signed_in
from tests.reach import Scene

pytestmark = pytest.mark.django_db


def given(made: Scene, seed: int, *, code: str = "E06", data: bytes | None = None) -> Exhibit:
    """A picture with something in it, put in by the buyer."""
    received = intake.receive(io.BytesIO(data or files.jpeg(seed=seed)), claimed_name="a.jpg", now=clock.now())
    return submissions.add_evidence(
        made.case.pk, received, code=code, name="", note="", actor=made.buyer, now=clock.now()
    )


# --- answers --------------------------------------------------------------------------------------------------


def test_the_other_side_answers_an_exhibit_once_and_it_stands_in_the_record() -> None:
    made = reach.admitted()
    exhibit = given(made, 1)
    said = answer(
        made.case.pk,
        exhibit.pk,
        stance="disputed",
        grounds=["time_unknown", "other_item"],
        text=" 看不出是哪一把壶。 ",
        actor=made.merchant,
        now=clock.now(),
    )
    assert said.grounds == ["other_item", "time_unknown"] and said.words.text == "看不出是哪一把壶。"
    entry = Entry.objects.filter(stream_id=made.case.stream_id).latest("seq")
    assert entry.kind == "exhibit_answered"
    assert entry.data["number"] == "B1" and entry.data["grounds"] == said.grounds
    assert "壶" not in str(entry.data)
    with pytest.raises(Refused, match="exhibit_already_answered"):
        answer(made.case.pk, exhibit.pk, stance="genuine", actor=made.merchant, now=clock.now())
    assert rebuttals.answers_to(exhibit) == [said]


def test_nobody_answers_their_own_exhibit_or_one_they_cannot_see() -> None:
    made = reach.admitted()
    exhibit = given(made, 1)
    with pytest.raises(Refused, match="exhibit_is_your_own"):
        answer(made.case.pk, exhibit.pk, stance="genuine", actor=made.buyer, now=clock.now())
    elsewhere = given(reach.admitted(), 2)
    with pytest.raises(Missing):
        answer(made.case.pk, elsewhere.pk, stance="genuine", actor=made.merchant, now=clock.now())
    submissions.withdraw_evidence(made.case.pk, exhibit.pk, actor=made.buyer, now=clock.now())
    with pytest.raises(Missing):
        answer(made.case.pk, exhibit.pk, stance="genuine", actor=made.merchant, now=clock.now())


@pytest.mark.parametrize(
    ("stance", "grounds", "text", "code"),
    [
        ("disputed", [], "", "exhibit_ground_missing"),
        ("maybe", [], "", "exhibit_stance_unknown"),
        ("disputed", ["ugly"], "", "exhibit_stance_unknown"),
        ("genuine", [], "字" * 301, "text_too_long"),
    ],
)
def test_an_answer_is_genuine_or_disputed_for_a_reason(stance: str, grounds: list[str], text: str, code: str) -> None:
    made = reach.admitted()
    exhibit = given(made, 1)
    with pytest.raises(Refused, match=code):
        answer(
            made.case.pk, exhibit.pk, stance=stance, grounds=grounds, text=text, actor=made.merchant, now=clock.now()
        )
    assert not ExhibitAnswer.objects.exists()


def test_the_database_keeps_one_answer_a_side_and_round_with_a_reason_for_a_dispute() -> None:
    made = reach.admitted()
    exhibit = given(made, 1)
    row = {"case": made.case, "exhibit": exhibit, "round": 1, "side": "merchant", "at": clock.now()}
    ExhibitAnswer.objects.create(**row, stance="genuine")
    for wrong in ({"stance": "genuine"}, {"stance": "disputed", "round": 2}):
        with pytest.raises(IntegrityError), transaction.atomic():
            ExhibitAnswer.objects.create(**(row | wrong))


def test_exhibits_can_be_answered_while_they_are_weighed_and_not_once_it_is_ruled() -> None:
    made = deciding.taken()
    exhibit = Exhibit.objects.filter(dossier_id=made.case.dossier_id, side="buyer").first()
    assert exhibit is not None
    answer(made.case.pk, exhibit.pk, stance="genuine", actor=made.merchant, now=clock.now())
    ruled = deciding.served()
    other = Exhibit.objects.filter(dossier_id=ruled.case.dossier_id, side="buyer").first()
    assert other is not None
    with pytest.raises(Refused, match="not_in_this_state"):
        answer(ruled.case.pk, other.pk, stance="genuine", actor=ruled.merchant, now=clock.now())


# --- copies ---------------------------------------------------------------------------------------------------


def of(exhibit: Exhibit) -> twins.Twins:
    row = dossiers.listing(exhibit.dossier_id).get(pk=exhibit.pk)
    return twins.of([row])[row.pk]


def test_the_same_file_is_found_in_other_cases_with_how_many_and_when() -> None:
    exhibit = given(reach.admitted(), 1)
    assert of(exhibit) == twins.Twins()
    others = [given(reach.admitted(), 1) for _ in range(2)]
    seen = of(exhibit).same_elsewhere
    assert seen is not None and seen.count == 2
    assert (seen.first, seen.last) == (others[0].added_at, others[1].added_at)


def test_a_picture_saved_anew_is_still_known_and_another_picture_is_not() -> None:
    made = reach.admitted()
    first = given(made, 1)
    again = given(made, 1, data=files.saved(files.picture(320, 240, seed=1), "JPEG", quality=60))
    given(reach.admitted(), 1, data=files.saved(files.picture(800, 600, seed=1), "PNG"))
    given(made, 9)
    assert first.sha256 != again.sha256
    found = of(first)
    assert found.same_here is found.same_elsewhere is None
    assert found.alike_here is not None and found.alike_here.count == 1
    assert found.alike_elsewhere is not None and found.alike_elsewhere.count == 1


def test_a_picture_of_a_listing_is_known_as_one() -> None:
    """A photo of what came was taken by whoever received it: not by whoever sold it."""
    made = reach.admitted()
    handed_in = given(made, 1)
    shown = intake.receive(io.BytesIO(files.jpeg(seed=1)), claimed_name="", now=clock.now())
    act(record_pictures.want)([{"url": "https://img.market.example/1", "sha256": shown.sha256}], now=clock.now())
    record_pictures.keep(RecordPicture.objects.get().pk, shown)
    found = of(handed_in)
    assert found.same_listed is not None and found.same_listed.count == 1 and found.same_elsewhere is None
    again = given(reach.admitted(), 1, data=files.saved(files.picture(320, 240, seed=1), "JPEG", quality=60))
    alike = of(again).alike_listed
    assert alike is not None and alike.count == 1


def test_what_was_taken_back_is_no_copy_and_typed_words_cost_no_query(django_assert_num_queries) -> None:  # type: ignore[no-untyped-def]
    made = reach.admitted()
    exhibit = given(made, 1)
    other = reach.admitted()
    taken_back = given(other, 1)
    submissions.withdraw_evidence(other.case.pk, taken_back.pk, actor=other.buyer, now=clock.now())
    assert of(exhibit).same_elsewhere is None
    records = [row for row in dossiers.listing(made.case.dossier_id) if row.blob is None]
    assert records
    with django_assert_num_queries(0):
        assert twins.of(records) == {}


def test_all_exhibits_of_a_page_are_compared_in_one_query(django_assert_num_queries) -> None:  # type: ignore[no-untyped-def]
    made = reach.admitted()
    for seed in range(4):
        given(made, seed)
    rows = [row for row in dossiers.listing(made.case.dossier_id) if row.blob is not None]
    with django_assert_num_queries(1):
        assert len(twins.of(rows)) == 4


# --- when one may be cited ------------------------------------------------------------------------------------


def test_an_exhibit_is_citable_after_24_hours_before_the_other_side_and_not_a_second_sooner() -> None:
    exhibit = given(reach.admitted(), 1)
    assert exhibit.visible_at is not None
    day = timedelta(hours=24)
    assert not dossiers.citable(exhibit, exhibit.visible_at + day - timedelta(seconds=1))
    assert dossiers.citable(exhibit, exhibit.visible_at + day)


def test_what_comes_late_is_cited_by_no_ruling_until_the_other_side_has_had_it_for_a_day() -> None:
    """Also where an arbitrator asked for it: asking does not make it known to the other side."""
    deciding.rules()
    made = deciding.taken()
    inquiries.ask_more(
        made.case.pk,
        items=[Item("merchant", "E09", 1, "出库时是否完好")],
        actor=made.arbitrator,
        now=clock.now(),
    )
    submissions.add_evidence(
        made.case.pk, reach.received("white"), code="E09", name="", note="", actor=made.merchant, now=clock.now()
    )
    submissions.hand_in_more(made.case.pk, text="", actor=made.merchant, now=clock.now())
    ruling = deciding.drafted(made)
    assert [(p.code, p.where) for p in deciding.problems(ruling)] == [("exhibit_not_yet_citable", "exhibit:M1")]
    with pytest.raises(Refused, match="ruling_incomplete"):
        rulings.issue(made.case.pk, version=ruling.version, actor=made.arbitrator, now=clock.now())
    builders.travel(timedelta(hours=24))
    assert deciding.problems(ruling) == []


def test_a_decision_on_appeal_rests_on_no_more_than_a_ruling_may() -> None:
    made = deciding.dismissed()
    deciding.appealed(made)
    appeals.answer(made.case.pk, text="不是同一只壶。", actor=made.merchant, now=clock.now())
    appeals.take(made.case.pk, actor=made.senior, now=clock.now())
    exhibit = Exhibit.objects.filter(dossier_id=made.case.dossier_id, side="buyer").latest("place")
    reasons = (
        f"新证据 {exhibit.number} 不足以改变认定，原裁决对两个争点的认定有证据支持，适用规则正确，应予维持，不再变更。"
    )
    with pytest.raises(Refused, match="new_evidence_unseen"):
        appeals.uphold(made.case.pk, reasons=reasons, actor=made.senior, now=clock.now())
    queries.mark_seen(exhibit.pk, actor=made.senior, now=clock.now())
    with pytest.raises(Refused, match="reasons_cite_too_early"):
        appeals.uphold(made.case.pk, reasons=reasons, actor=made.senior, now=clock.now())
    silent = reasons.replace(exhibit.number, "")
    with pytest.raises(Refused, match="new_evidence_too_early"):
        appeals.uphold(made.case.pk, reasons=silent, actor=made.senior, now=clock.now())
    builders.travel(timedelta(hours=24))
    with pytest.raises(Refused, match="new_evidence_unanswered") as refused:
        appeals.uphold(made.case.pk, reasons=silent, actor=made.senior, now=clock.now())
    assert refused.value.data == {"numbers": exhibit.number}
    appeals.uphold(made.case.pk, reasons=reasons, actor=made.senior, now=clock.now())
    assert made.reload().decided_on_appeal


# --- taken back, and seen by everybody ------------------------------------------------------------------------


def test_what_is_taken_back_before_the_seal_stays_in_the_chain_of_the_journal() -> None:
    made = reach.admitted()
    exhibit = given(made, 1)
    submissions.withdraw_evidence(made.case.pk, exhibit.pk, actor=made.buyer, now=clock.now())
    entry = Entry.objects.filter(stream_id=made.case.stream_id).latest("seq")
    assert (entry.kind, entry.data["sha256"]) == ("evidence_withdrawn", exhibit.sha256)
    assert book.verify(made.case.stream_id) is None


def test_an_answer_is_given_on_the_page_of_the_exhibit_and_read_by_both_sides_and_the_desk() -> None:
    made = deciding.taken()
    exhibit = Exhibit.objects.filter(dossier_id=made.case.dossier_id, side="buyer").earliest("place")

    def shown(actor: Actor, area: str) -> str:
        return (
            signed_in(actor).get(reverse(f"{area}:exhibit", args=[made.case.number, exhibit.number])).content.decode()
        )

    act = reverse("merchant:act", args=[made.case.number, "exhibit_answered"])
    assert f"{act}?exhibit={exhibit.pk}" in shown(made.merchant, "merchant")
    assert "exhibit_answered" not in shown(made.buyer, "buyer")
    typed = {"seen": made.reload().version, "exhibit": exhibit.pk, "stance": "disputed", "text": "看不出日期。"}
    assert signed_in(made.merchant).post(act, typed).status_code == 422
    assert signed_in(made.merchant).post(act, typed | {"grounds": ["time_unknown"]}).status_code == 302
    for actor, area in ((made.merchant, "merchant"), (made.buyer, "buyer"), (made.arbitrator, "desk")):
        assert "看不出日期。" in shown(actor, area), area
    assert "?exhibit=" not in shown(made.merchant, "merchant")
    # What a file hints at is for whoever weighs it, and for nobody else.
    clue = 'class="clues"'
    assert clue in shown(made.arbitrator, "desk")
    assert clue not in shown(made.merchant, "merchant") and clue not in shown(made.buyer, "buyer")
