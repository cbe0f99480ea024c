"""Second readings: drawn by nobody's choice, never read by who had a part in it, blind, and without effect on the case."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from accounts.models import Interest
from arbitration import appeals, approvals, calibration, rulings
from arbitration.calibration import Reading
from arbitration.models import ClauseNote, Draw, DrawFinding, Ruling
from common import clock
from common.actor import Actor, Role
from common.acts import act
from common.errors import Missing, Refused
from disputes.models import Case
from engine import retention, ticks
from journal.models import Entry
from tests import builders, deciding, reach
from tests.acts.test_precedents import closed, final
from tests.reach import Scene

pytestmark = pytest.mark.django_db

AGREES = Reading({1: "buyer", 2: "buyer"}, "R2", 10_000, ("4.2",))
DIFFERS = Reading({1: "buyer", 2: "merchant"}, "R2", 5_000, ("2.5", "4.2"))


@act
def draw(made: Scene, basis_points: int = 10_000) -> Draw | None:
    return calibration.draw(
        Case.objects.select_for_update().get(pk=made.case.pk), now=clock.now(), basis_points=basis_points
    )


def drawn(made: Scene | None = None) -> tuple[Scene, Draw]:
    made = final(made or deciding.served())
    found = draw(made)
    assert found is not None
    return made, found


def test_chance_draws_the_share_that_is_said_and_the_same_rulings_each_time() -> None:
    codes = [f"{number:04d}-CODE-{number:04d}" for number in range(20_000)]
    taken = [code for code in codes if calibration.is_drawn(code)]
    assert 0.04 < len(taken) / len(codes) < 0.06
    assert taken == [code for code in codes if calibration.is_drawn(code)]
    assert not any(calibration.is_drawn(code, 0) for code in codes)


def test_what_chance_left_out_is_not_drawn() -> None:
    assert draw(final(deciding.served()), basis_points=0) is None


def test_what_was_appealed_is_not_drawn() -> None:
    upheld = deciding.under_appeal()
    reasons = (
        deciding.of_what_is_new(upheld)
        + "申诉所附照片不能确认拍摄的是本单商品，原裁决认定事实和适用规则无误，予以维持。"
    )
    appeals.uphold(upheld.case.pk, reasons=reasons, actor=upheld.senior, now=clock.now())
    ticks.consequences()
    assert draw(upheld) is None


def test_a_ruling_is_drawn_once() -> None:
    made, first = drawn()
    assert draw(made) == first and Draw.objects.count() == 1


def test_the_first_arbitrator_the_signer_and_whoever_is_tied_never_read() -> None:
    made = deciding.taken(paid=600_000)
    ruling = deciding.drafted(made)
    issued = rulings.issue(made.case.pk, version=ruling.version, actor=made.arbitrator, now=clock.now())
    assert issued.state == Ruling.PROPOSED
    approvals.approve(issued.pk, actor=made.senior, now=clock.now())
    _made, found = drawn(made)
    tied = deciding.another(Role.ARBITRATOR)
    Interest.objects.create(user_id=tied.id, merchant=made.shop, declared_at=clock.now())
    customer = deciding.another(Role.ARBITRATOR)
    builders.a_line(Actor.buyer(customer.id or 0), made.shop, chatted=False)
    for barred in (made.arbitrator, made.senior, tied, customer):
        assert not calibration.waiting(barred).exists()
        with pytest.raises(Refused, match="nothing_drawn"):
            calibration.take_next(actor=barred, now=clock.now())
    for stranger in (made.buyer, made.merchant, made.ops):
        with pytest.raises(Missing):
            calibration.take_next(actor=stranger, now=clock.now())
    assert calibration.take_next(actor=deciding.another(Role.ARBITRATOR), now=clock.now()) == found
    with pytest.raises(IntegrityError), transaction.atomic():
        Draw.objects.update(reader_id=made.arbitrator.id)


def test_a_draw_is_one_readers_alone_and_comes_before_the_next() -> None:
    earlier, later = deciding.served(), deciding.served()
    (_made, found), _second = drawn(earlier), drawn(later)
    one, other = deciding.another(Role.ARBITRATOR), deciding.another(Role.ARBITRATOR)
    assert calibration.take_next(actor=one, now=clock.now()) == found
    assert calibration.take_next(actor=one, now=clock.now()) == found, "first what is in hand"
    assert calibration.find(found.token, one) == found
    with pytest.raises(Missing):
        calibration.find(found.token, other)
    with pytest.raises(Missing):
        calibration.submit(found.pk, AGREES, actor=other, now=clock.now())
    assert calibration.take_next(actor=other, now=clock.now()) != found


def test_what_was_found_alike_opens_no_note_and_changes_no_case() -> None:
    made, found = drawn()
    reader = deciding.another(Role.ARBITRATOR)
    calibration.take_next(actor=reader, now=clock.now())
    before = (Case.objects.values().get(pk=made.case.pk), Entry.objects.count())
    calibration.submit(found.pk, AGREES, actor=reader, now=clock.now())
    assert (Case.objects.values().get(pk=made.case.pk), Entry.objects.count()) == before
    told = calibration.comparison(Draw.objects.get(pk=found.pk))
    assert (told.agreement.alike, told.agreement.pairs) == (2, 2)
    assert not ClauseNote.objects.exists()
    with pytest.raises(Refused, match="already_submitted"):
        calibration.submit(found.pk, DIFFERS, actor=reader, now=clock.now())


def test_a_difference_opens_a_note_on_each_clause_that_both_rest_on() -> None:
    _made, found = drawn()
    reader = deciding.another(Role.ARBITRATOR)
    calibration.take_next(actor=reader, now=clock.now())
    calibration.submit(found.pk, DIFFERS, actor=reader, now=clock.now())
    rows = DrawFinding.objects.order_by("point__number").values_list("first", "second")
    assert list(rows) == [("buyer", "buyer"), ("buyer", "merchant")]
    notes = ClauseNote.objects.order_by("number").values_list("number", "point__number")
    assert list(notes) == [("2.5", 2), ("4.2", 2)]


@pytest.mark.parametrize(
    ("reading", "code"),
    [
        (Reading({1: "buyer"}, "R2", 10_000, ()), "finding_missing"),
        (Reading({1: "buyer", 2: "perhaps"}, "R2", 10_000, ()), "finding_missing"),
        (Reading({1: "buyer", 2: "buyer"}, "", 10_000, ()), "remedy_missing"),
        (Reading({1: "buyer", 2: "buyer"}, "R2", 10_001, ()), "share_missing"),
    ],
)
def test_a_reading_is_whole_or_refused(reading: Reading, code: str) -> None:
    _made, found = drawn()
    reader = deciding.another(Role.ARBITRATOR)
    calibration.take_next(actor=reader, now=clock.now())
    with pytest.raises(Refused, match=code):
        calibration.submit(found.pk, reading, actor=reader, now=clock.now())
    assert Draw.objects.get().submitted_at is None and not DrawFinding.objects.exists()


def test_a_note_is_answered_by_a_senior_or_operations_and_by_neither_of_the_two() -> None:
    made, found = drawn()
    reader = deciding.another(Role.SENIOR)
    calibration.take_next(actor=reader, now=clock.now())
    calibration.submit(found.pk, DIFFERS, actor=reader, now=clock.now())
    note = calibration.open_notes(made.ops).first()
    assert note is not None and not calibration.open_notes(made.arbitrator).exists()
    now = clock.now()
    with pytest.raises(Refused, match="own_reading"):
        calibration.close_note(note.pk, answer="第 2.5 条按原意。", actor=reader, now=now)
    with pytest.raises(Missing):
        calibration.close_note(note.pk, answer="第 2.5 条按原意。", actor=made.arbitrator, now=now)
    with pytest.raises(Refused, match="text_missing"):
        calibration.close_note(note.pk, answer="  ", actor=made.ops, now=now)
    calibration.close_note(note.pk, answer="第 2.5 条加注例子。", actor=made.ops, now=now)
    with pytest.raises(Refused, match="note_is_closed"):
        calibration.close_note(note.pk, answer="再答", actor=made.senior, now=now)
    assert calibration.open_notes(made.senior).count() == 1


def test_what_was_erased_meanwhile_is_nobodys_to_read() -> None:
    made, found = drawn()
    reader = deciding.another(Role.ARBITRATOR)
    calibration.take_next(actor=reader, now=clock.now())
    case = closed(made)
    assert case.closed_at is not None
    assert calibration.may_see_file(case.dossier_id, reader)
    retention.erase_due(case.closed_at + timedelta(days=1096))
    assert calibration.in_hand(reader) is None
    assert not calibration.may_see_file(case.dossier_id, reader)
    with pytest.raises(Missing):
        calibration.find(found.token, reader)
    with pytest.raises(Missing):
        calibration.submit(found.pk, AGREES, actor=reader, now=clock.now())
    assert reach.Case.objects.get(pk=case.pk).erased_at is not None
