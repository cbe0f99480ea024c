"""What was decided for good is kept without names, found again, counted as a line, withdrawn by a senior, and forgotten."""

from __future__ import annotations

from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.contrib.postgres.fields import ArrayField
from django.core.management import call_command
from django.db import InternalError, transaction
from django.db.models import Func, TextField, Value

from accounts.models import User
from arbitration import appeals, approvals, precedents, rulings
from arbitration.models import Deviation, DrawnLine, Precedent, Ruling
from arbitration.precedent_rules import FULL, MERCHANT, PART
from arbitration.precedents import Wanted
from common import clock
from common.actor import Role
from common.acts import act
from common.errors import Missing, Refused
from disputes.lifecycle import State
from disputes.models import Case
from engine import retention, ticks
from journal.kinds import Kind
from journal.models import Entry
from rulebook.models import RuleSet
from tests import builders, deciding, reach
from tests.reach import Scene

pytestmark = pytest.mark.django_db


def final(made: Scene) -> Scene:
    """Nobody appeals: the ruling stands."""
    ticks.consequences()
    reach.let_term_end(made)
    ticks.consequences()
    return made


def closed(made: Scene) -> Case:
    """What was ordered has been paid, and the case is over."""
    reach.let_term_end(made)
    for _round in range(3):
        ticks.consequences()
        ticks.money()
    assert made.reload().closed_at is not None
    return made.case


def an_older_one(made: Scene, **changes: Any) -> Precedent:
    """A precedent like the one of ``made``, of another case: what cases decided earlier would have left."""
    other = reach.a_scene(type_code=made.case.type_code, kind=reach.Kind(made.case.kind))
    rules = RuleSet.objects.get(pk=made.case.substance_rules_id)
    now = clock.now()
    ruling = Ruling.objects.create(
        case=other.case,
        round=1,
        ordinal=1,
        stage=Ruling.FIRST,
        author_id=other.arbitrator.id,
        currency="CNY",
        substance_rules=rules,
        procedure_rules=rules,
        started_at=now,
        saved_at=now,
    )
    points = ["收到时壶身已有裂纹", "注水后会渗水"]
    values: dict[str, Any] = {
        "reference": f"X{other.case.pk:09d}",
        "case": other.case,
        "ruling": ruling,
        "month": now.date().replace(day=1),
        "recorded_at": now,
        "type_code": made.case.type_code,
        "category": "home",
        "currency": "CNY",
        "band": 3,
        "buyer_codes": ["E05", "E06"],
        "result": FULL,
        "remedy": "R2",
        "merchant_share": 10_000,
        "clauses": ["4.2"],
        "rules_version": "test.1",
        "points": [{"text": text, "finding": "buyer"} for text in points],
        "reasons": "争点 1、2：照片显示裂纹，认定收到时已裂。",
        "words": precedents.words(" ".join(points)),
    }
    return Precedent.objects.create(**(values | changes))


def a_line(made: Scene, count: int = 9, **changes: Any) -> None:
    """As many like cases that ended alike. What each side gave is as in the case at hand."""
    given = made.case.dossier.exhibits.filter(withdrawn_at__isnull=True).values_list("side", "code")
    codes = {side: sorted({code for of, code in given if of == side and code}) for side in ("buyer", "merchant")}
    for _number in range(count):
        an_older_one(made, buyer_codes=codes["buyer"], merchant_codes=codes["merchant"], **changes)


# --- keeping ----------------------------------------------------------------------------------------------------


def test_a_ruling_becomes_a_precedent_when_nobody_can_appeal_any_more() -> None:
    made = deciding.served()
    ticks.consequences()
    assert not Precedent.objects.exists(), "the appeal window is open"
    final(made)
    kept = Precedent.objects.get()
    assert (kept.case_id, kept.result, kept.remedy, kept.merchant_share) == (made.case.pk, PART, "R2", 9_900)
    assert kept.clauses == ["2.5", "4.2"] and kept.type_code == "DAMAGED" and kept.band == 3
    assert [point["finding"] for point in kept.points] == ["buyer", "buyer"]
    assert kept.buyer_codes == sorted(kept.buyer_codes) and kept.buyer_codes
    assert made.case.number not in f"{kept.points} {kept.reasons} {kept.reference}"


def test_recording_again_changes_nothing() -> None:
    made = final(deciding.served())
    before = Precedent.objects.values().get()

    @act
    def again() -> None:
        precedents.record(Case.objects.select_for_update().get(pk=made.case.pk), now=clock.now())

    again()
    assert Precedent.objects.values().get() == before


def test_what_an_appeal_changed_is_kept_as_it_was_changed() -> None:
    made = deciding.under_appeal()
    ruling = deciding.drafted(made, deciding.a_draft(made), actor=made.senior)
    appeals.change(
        made.case.pk,
        reasons="申诉所附照片能够确认裂纹在签收时已经存在，原裁决认定事实有误，适用规则随之改变，予以改判。",
        version=ruling.version,
        actor=made.senior,
        now=clock.now(),
    )
    ticks.consequences()
    kept = Precedent.objects.get()
    assert kept.on_appeal and kept.result == PART and kept.ruling_id == ruling.pk


def test_what_was_sent_back_is_no_precedent() -> None:
    made = deciding.under_appeal()
    appeals.send_back(
        made.case.pk,
        reasons="原裁决没有回应买家补充的照片，也没有说明不采信的理由，程序有误，发回由他人重新裁决。",
        actor=made.senior,
        now=clock.now(),
    )
    ticks.consequences()
    assert made.state is State.AWAITING_ASSIGNMENT
    assert not Precedent.objects.exists()


def test_what_is_kept_names_nobody() -> None:
    """Canaries: the buyer's name, the shop's, a telephone number, a parcel's, an address; in points and in reasons."""
    made = deciding.taken()
    User.objects.filter(pk=made.buyer.id).update(display_name="林知夏")
    point = made.case.points.filter(round=made.case.round).order_by("number").first()
    assert point is not None
    type(point).objects.filter(pk=point.pk).update(text="林知夏收到时已裂，电话13812345678")
    draft = deciding.a_draft(made)
    told = f"{draft.reasons}包裹 SF123456789012 寄到杭州市西湖区文三路90号。"
    ruling = deciding.drafted(made, deciding.a_draft(made, reasons=told))
    rulings.issue(made.case.pk, version=ruling.version, actor=made.arbitrator, now=clock.now())
    final(made)
    kept = Precedent.objects.get()
    everything = f"{kept.points} {kept.reasons} {kept.words}"
    for canary in ("林知夏", "知夏", made.shop.name, "13812345678", "SF123456", "文三路", made.case.number):
        assert canary not in everything
    assert "裂纹" in kept.reasons


# --- searching --------------------------------------------------------------------------------------------------


def test_precedents_are_found_by_words_in_both_languages_and_by_what_they_decided() -> None:
    made = reach.a_scene()
    mine = an_older_one(
        made, reasons="签收当晚报损。The lid leaks.", words=precedents.words("签收当晚报损。The lid leaks.")
    )
    an_older_one(made, result=MERCHANT, reasons="商品与页面一致。", words=precedents.words("商品与页面一致。"))

    def found(**wanted: str) -> list[str]:
        return [row.reference for row in precedents.search(Wanted(**wanted)).rows]

    for words in ("报损", "当晚报", "签", "损", "leaks", "LEAK", "签收 lid"):
        assert found(words=words) == [mine.reference], words
    assert found(words="当晚 页面") == []
    assert found(words="，。") == []
    assert len(found()) == 2
    assert found(result="full") == [mine.reference]
    assert found(words="报损", result="merchant") == []
    assert found(clause="4.2", type_code="DAMAGED", result="full") == [mine.reference]
    assert found(clause="9.9") == []


def test_precedents_of_either_script_are_found_in_either_and_old_ones_once_they_are_written_anew() -> None:
    made = deciding.taken()
    written = ("壶身裂纹贯通釉面", "壺身裂紋貫通釉面")
    for reasons in written:
        an_older_one(made, reasons=reasons, points=[], words=precedents.words(reasons))
    for query in written:
        assert len(precedents.search(Wanted(words=query)).rows) == 2
    # As they were kept before scripts were folded.
    old = Func(Value(["紋貫", "裂紋", "貫通"], output_field=ArrayField(TextField())), function="array_to_tsvector")
    Precedent.objects.filter(reasons=written[1]).update(words=old)
    assert len(precedents.search(Wanted(words="裂纹")).rows) == 1
    said = StringIO()
    call_command("reindex_precedents", stdout=said)
    assert said.getvalue() == "1 precedents written anew\n"
    assert len(precedents.search(Wanted(words="裂紋")).rows) == 2


def test_pairs_that_stand_apart_are_not_taken_for_the_word() -> None:
    made = reach.a_scene()
    text = "开片自然，片纹清楚。"
    an_older_one(made, points=[], reasons=text, words=precedents.words(text))
    assert precedents.search(Wanted(words="开片")).rows
    assert not precedents.search(Wanted(words="开片纹")).rows


@pytest.mark.parametrize("walked", [0, 1, 3, 2_000])
def test_pages_go_on_where_the_last_one_ended(walked: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Wherever walking the newest rows ends and the index of words begins."""
    monkeypatch.setattr(precedents, "_WALKED", walked)
    made = reach.a_scene()
    rows = [an_older_one(made) for _number in range(5)]
    first = precedents.search(Wanted(words="裂纹"), size=2)
    second = precedents.search(Wanted(words="裂纹"), size=2, after=first.after)
    third = precedents.search(Wanted(words="裂纹"), size=2, after=second.after)
    assert [row.pk for page in (first, second, third) for row in page.rows] == [row.pk for row in reversed(rows)]
    assert third.after is None


# --- withdrawing and erasing ------------------------------------------------------------------------------------


def test_a_senior_withdraws_what_somebody_can_be_recognised_in() -> None:
    made = final(deciding.served())
    kept = Precedent.objects.get()
    for stranger in (made.arbitrator, made.ops, made.buyer, made.merchant):
        with pytest.raises(Missing):
            precedents.withdraw(kept.pk, because="names_somebody", actor=stranger, now=clock.now())
    with pytest.raises(Refused, match="reason_unknown"):
        precedents.withdraw(kept.pk, because="whim", actor=made.senior, now=clock.now())
    for _time in range(2):
        precedents.withdraw(kept.pk, because="names_somebody", actor=made.senior, now=clock.now())
    assert precedents.search(Wanted()).rows == []
    entries = Entry.objects.filter(kind=Kind.PRECEDENT_WITHDRAWN.value)
    assert entries.count() == 1 and entries.get().data["because"] == "names_somebody"


def test_the_words_of_a_precedent_go_with_those_of_its_case_and_its_facts_stay() -> None:
    case = closed(final(deciding.served()))
    assert case.closed_at is not None
    assert retention.erase_due(case.closed_at + timedelta(days=1096)) == 1
    kept = Precedent.objects.get()
    assert (kept.points, kept.reasons, kept.words) == ([], "", None) and kept.erased_at is not None
    assert kept.result == PART and kept.clauses == ["2.5", "4.2"] and kept.buyer_codes
    assert precedents.search(Wanted(words="裂纹")).rows == []


# --- a clear line -----------------------------------------------------------------------------------------------


def test_without_a_clear_line_nothing_is_asked() -> None:
    made = deciding.taken()
    a_line(made, 7)
    ruling = deciding.drafted(made, deciding.for_the_merchant(made))
    assert deciding.problems(ruling) == [] and not Deviation.objects.exists()


def test_departing_from_a_clear_line_needs_a_reason_and_a_second_signature() -> None:
    made = deciding.taken()
    a_line(made)
    ruling = deciding.drafted(made, deciding.for_the_merchant(made))
    assert [problem.code for problem in deciding.problems(ruling)] == ["deviation_unexplained"]
    kept = Deviation.objects.get()
    assert (kept.usual, kept.alike, kept.near, kept.reason) == (FULL, 9, 9, "")
    with pytest.raises(Refused, match="ruling_incomplete"):
        rulings.issue(made.case.pk, version=ruling.version, actor=made.arbitrator, now=clock.now())
    why = "本案拆箱视频显示壶身完好，与其他案件不同。"
    ruling = deciding.drafted(made, rulings.replace(deciding.for_the_merchant(made), deviation_reason=why))
    issued = rulings.issue(made.case.pk, version=ruling.version, actor=made.arbitrator, now=clock.now())
    assert issued.state == Ruling.PROPOSED and issued.needs_approval_because == ["deviation"]
    assert Deviation.objects.get().reason == why
    with pytest.raises(InternalError), transaction.atomic():
        Deviation.objects.update(reason="别的")
    again = approvals.send_back(issued.pk, reason="理由不足。", actor=made.senior, now=clock.now())
    assert Deviation.objects.get(ruling=again).reason == why, "the copy that goes on keeps it"


def test_going_with_the_line_needs_no_reason() -> None:
    made = deciding.taken()
    a_line(made, result=PART)
    ruling = deciding.drafted(made)
    assert deciding.problems(ruling) == [] and not Deviation.objects.exists()
    served = rulings.issue(made.case.pk, version=ruling.version, actor=made.arbitrator, now=clock.now())
    assert served.state == Ruling.SERVED


def test_what_is_decided_after_a_draft_was_saved_does_not_undo_it() -> None:
    made = deciding.taken()
    ruling = deciding.drafted(made, deciding.for_the_merchant(made))
    builders.travel(timedelta(minutes=1))
    a_line(made)
    assert deciding.problems(ruling) == []
    assert deciding.drafted(made, deciding.for_the_merchant(made)).version == ruling.version + 1
    assert deciding.problems(ruling) == [], "for a quarter of an hour the line stands as it was compared"
    builders.travel(timedelta(minutes=14))
    deciding.drafted(made, deciding.for_the_merchant(made))
    assert [problem.code for problem in deciding.problems(ruling)] == ["deviation_unexplained"]


def test_like_cases_are_compared_again_only_when_the_file_changed_or_time_went_by(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    made = deciding.taken()
    a_line(made, result=PART)
    compared = []
    near = precedents.near
    monkeypatch.setattr(precedents, "near", lambda *what, **how: compared.append(1) or near(*what, **how))
    for _save in range(3):
        ruling = deciding.drafted(made, deciding.for_the_merchant(made))
    assert len(compared) == 1
    assert [problem.code for problem in deciding.problems(ruling)] == ["deviation_unexplained"]
    deciding.drafted(made)
    assert len(compared) == 1 and not Deviation.objects.exists(), "another result is held against the same line"
    DrawnLine.objects.update(basis="as the file was before")
    deciding.drafted(made)
    assert len(compared) == 2
    builders.travel(timedelta(minutes=15))
    deciding.drafted(made)
    assert len(compared) == 3


def test_what_was_withdrawn_or_is_of_another_type_draws_no_line() -> None:
    made = deciding.taken()
    a_line(made, type_code="NOT_RECEIVED")
    a_line(made)
    for row in Precedent.objects.filter(type_code="DAMAGED")[:2]:
        precedents.withdraw(row.pk, because="not_typical", actor=deciding.another(Role.SENIOR), now=clock.now())
    ruling = deciding.drafted(made, deciding.for_the_merchant(made))
    assert deciding.problems(ruling) == [], "seven are left: too few for a line"


def test_a_reason_for_departing_is_erased_with_the_case() -> None:
    made = deciding.taken()
    ruling = deciding.drafted(made, deciding.a_draft(made, deviation_reason="备注：与常见情形不同。"))
    rulings.issue(made.case.pk, version=ruling.version, actor=made.arbitrator, now=clock.now())
    case = closed(final(made))
    assert case.closed_at is not None
    retention.erase_due(case.closed_at + timedelta(days=1096))
    kept = Deviation.objects.get()
    assert kept.reason == "" and kept.erased_at is not None
