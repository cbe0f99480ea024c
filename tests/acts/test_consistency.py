"""The monthly report: what is counted is what happened, each number with its parts, and nothing about a few people."""

from __future__ import annotations

import csv
import io
import re
from datetime import datetime, timedelta
from typing import Any

import pytest

from arbitration import appeals, approvals, calibration, rulings
from arbitration.models import Deviation, Ruling
from arbitration.precedent_rules import MERCHANT, PUBLIC_CASES
from common import clock
from common.actor import Role
from common.ids import PLATFORM_ZONE
from engine import ticks
from insights import consistency
from insights.models import Consistency, Outcomes
from jury import counting, measures
from tests import deciding, juries, reach
from tests.acts.test_calibration import AGREES, DIFFERS, drawn
from tests.acts.test_precedents import an_older_one
from tests.reach import Scene

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def shown_from_one_on(monkeypatch: pytest.MonkeyPatch) -> None:
    """A scene holds few cases; what too few stand behind has a test of its own."""
    monkeypatch.setattr(consistency, "FEWEST", 1)


def counted() -> dict[tuple[str, str], tuple[int, int]]:
    return {(row.kind, row.key): (row.numerator, row.denominator) for row in Consistency.objects.all()}


def read_twice(made: Scene, reading: calibration.Reading) -> None:
    _made, found = drawn(made)
    reader = deciding.another(Role.ARBITRATOR)
    assert calibration.take_next(actor=reader, now=clock.now()) == found
    calibration.submit(found.pk, reading, actor=reader, now=clock.now())


def test_second_readings_are_compared_over_all_by_type_and_by_clause() -> None:
    one, other = deciding.served(), deciding.served()
    read_twice(one, AGREES)
    read_twice(other, DIFFERS)
    consistency.take(clock.now())
    mine = counted()
    assert mine["agreement", ""] == (3, 4)
    assert mine["agreement_type", "DAMAGED"] == (3, 4)
    assert mine["agreement_clause", "4.2"] == (3, 4)
    # First always for the buyer: what agrees is no more than chance would give.
    assert Consistency.objects.get(kind="agreement").kappa == 0


def test_appeals_count_beside_the_rulings_of_their_month_and_by_type_and_clause() -> None:
    made = deciding.under_appeal()
    ruling = deciding.drafted(made, deciding.a_draft(made), actor=made.senior)
    reasons = "申诉所附照片能够确认裂纹在签收时已经存在，原裁决认定事实有误，适用规则随之改变，予以改判。"
    appeals.change(made.case.pk, reasons=reasons, version=ruling.version, actor=made.senior, now=clock.now())
    ticks.consequences()
    consistency.take(clock.now())
    mine = counted()
    assert mine["rulings", ""] == (1, 1) and mine["appealed", ""] == (1, 1)
    assert mine["overturned", ""] == (1, 1)
    assert mine["overturned_type", "DAMAGED"] == (1, 1)
    assert mine["overturned_clause", "4.2"] == (1, 1)
    assert mine["spread", "DAMAGED:part"] == (1, 1), "as the appeal left it"


def test_departures_are_counted_among_all_rulings() -> None:
    made = deciding.taken()
    ruling = deciding.drafted(made)
    Deviation.objects.create(ruling=ruling, usual=MERCHANT, alike=8, near=8, reason="视频不同。")
    Ruling.objects.filter(pk=ruling.pk).update(version=ruling.version)
    issued = rulings.issue(made.case.pk, version=ruling.version, actor=made.arbitrator, now=clock.now())
    approvals.approve(issued.pk, actor=made.senior, now=clock.now())
    consistency.take(clock.now())
    assert counted()["departed", ""] == (1, 1)


def test_the_months_juries_are_in_the_report_and_those_of_other_months_are_not(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(measures, "LEAST", 3)
    made = juries.sent()
    for seat in juries.held(made):
        juries.votes(seat, "buyer")
    counting.close_settled(clock.now())
    counted_of = measures.measure()
    assert counted_of.first is not None and counted_of.agreement is not None
    consistency.take(clock.now())
    mine = counted()
    assert mine["jury_first", ""] == (counted_of.first.part, counted_of.first.whole)
    assert mine["jury_agreement", ""] == (5, 5)
    assert ("jury_decided", "") not in mine, "one panel says nothing"
    month = consistency.months_until(clock.now(), 1)[0]
    begins = datetime(month.year, month.month, 1, tzinfo=PLATFORM_ZONE)
    assert measures.measure(until=begins).votes == 0 and measures.measure(since=begins).votes == 5


def test_nothing_is_kept_that_too_few_stand_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(consistency, "FEWEST", 5)
    made = reach.a_scene()
    for _number in range(4):
        an_older_one(made)
    consistency.take(clock.now())
    assert not Consistency.objects.exists()
    an_older_one(made)
    consistency.take(clock.now())
    assert counted() == {("spread", "DAMAGED:full"): (5, 5)}


def test_how_like_cases_ended_is_told_outside_only_where_many_stand_behind_it() -> None:
    made = reach.a_scene()
    for _number in range(PUBLIC_CASES - 1):
        an_older_one(made)
    consistency.take(clock.now())
    assert not Outcomes.objects.exists()
    an_older_one(made, result=MERCHANT, band=1)
    consistency.take(clock.now())
    whole = consistency.outcomes_like("DAMAGED", "CNY", 3)
    assert whole is not None and whole.band is None
    assert (whole.full, whole.part, whole.merchant) == (PUBLIC_CASES - 1, 0, 1)
    an_older_one(made)
    consistency.take(clock.now())
    of_band = consistency.outcomes_like("DAMAGED", "CNY", 3)
    assert of_band is not None and (of_band.band, of_band.full) == (3, PUBLIC_CASES)
    assert consistency.outcomes_like("NOT_RECEIVED", "CNY", 3) is None


def test_a_month_is_counted_once_a_day_and_older_months_stay() -> None:
    made = reach.a_scene()
    an_older_one(made)
    now = clock.now()
    assert consistency.take_when_due(now) > 0
    assert consistency.take_when_due(now + timedelta(hours=23)) == 0
    first = Consistency.objects.get()
    assert consistency.take_when_due(now + timedelta(days=24)) > 0
    later = now + timedelta(days=100)
    consistency.take(later)
    assert Consistency.objects.get().month == first.month
    assert consistency.counted_months() == [first.month]


def test_the_table_has_numbers_and_codes_and_no_formula() -> None:
    made = reach.a_scene()
    an_older_one(made)
    consistency.take(clock.now())
    month = consistency.counted_months()[0]
    written = consistency.table(consistency.report(month))
    rows: list[Any] = list(csv.reader(io.StringIO(written.removeprefix("\ufeff"), newline="")))
    assert rows[0] == ["month", "kind", "key", "numerator", "denominator", "kappa", "at (UTC+8)"]
    assert re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d", rows[1][6])
    assert rows[1][:6] == [f"{month:%Y-%m}", "spread", "DAMAGED:full", "1", "1", ""]
    assert not [cell for row in rows for cell in row if cell.startswith(("=", "+", "@"))]
