"""What is counted for a shop is what happened, each number with its parts, and of its own cases only."""

from __future__ import annotations

import csv
import io
from datetime import datetime, timedelta

import pytest

from common import clock
from common.acts import act
from disputes import negotiation
from engine import ticks
from insights import measures, snapshots
from insights.models import Measure
from ledger import book, keys
from marketplace.models import OrderLine
from tests import builders, deciding, reach

pytestmark = pytest.mark.django_db


def counted(shop_id: int) -> dict[tuple[str, str], tuple[int, int]]:
    rows = Measure.objects.filter(merchant_id=shop_id)
    return {(row.kind, row.key): (row.numerator, row.denominator) for row in rows}


def test_why_cases_come_is_counted_by_type_and_product_for_each_shop_alone() -> None:
    made, other = reach.a_scene(type_code="DAMAGED"), reach.a_scene()
    line = builders.a_line(made.buyer, made.shop)
    OrderLine.objects.filter(pk=line.pk).update(sku="CUP-1", batch="B7")
    negotiation.open_refund(
        line.pk,
        kind=reach.Kind.REFUND_ONLY,
        type_code="DAMAGED",
        amount=line.paid,
        text="也坏了。",
        actor=made.buyer,
        now=clock.now(),
    )
    builders.travel(builders.HOUR)
    assert ticks.measures() > 0
    mine = counted(made.shop.pk)
    assert mine["cases", ""] == (2, 2)
    assert mine["type", "DAMAGED"] == (2, 2)
    assert mine["sku", "CUP-1"] == (1, 2)
    assert mine["batch", "B7"] == (1, 2)
    assert mine["intervention", ""] == (0, 2)
    assert counted(other.shop.pk)["type", other.case.type_code] == (1, 1)


@act
def paid_in(order_id: int, amount: int) -> None:
    legs = {keys.outside("CNY"): -amount, keys.escrow(order_id, "CNY"): amount}
    book.post(f"paid:{order_id}", legs, reference=f"order:{order_id}", kind="deposit", at=clock.now())


def opened(made: reach.Scene, type_code: str, *, sku: str, batch: str) -> None:
    line = builders.a_line(made.buyer, made.shop)
    OrderLine.objects.filter(pk=line.pk).update(sku=sku, batch=batch)
    negotiation.open_refund(
        line.pk,
        kind=reach.Kind.REFUND_ONLY,
        type_code=type_code,
        amount=line.paid,
        text="不对。",
        actor=made.buyer,
        now=clock.now(),
    )


def test_what_most_cases_of_a_type_have_in_common_is_said_where_it_is_rarer_among_the_others() -> None:
    made = reach.a_scene(type_code="DAMAGED")
    OrderLine.objects.filter(pk=made.case.line_id).update(sku="CUP-1", batch="B7")
    for sku, batch in (("CUP-1", "B7"), ("CUP-1", "B7"), ("CUP-2", "B7")):
        opened(made, "DAMAGED", sku=sku, batch=batch)
    # The batch is as usual among the others: what leans is the product.
    for sku in ("CUP-3", "CUP-4"):
        opened(made, "NOT_AS_DESCRIBED", sku=sku, batch="B7")
    builders.travel(builders.HOUR)
    snapshots.take(clock.now())
    leanings = {key: parts for (kind, key), parts in counted(made.shop.pk).items() if kind == "leaning"}
    assert leanings == {"DAMAGED:sku:CUP-1": (3, 4)}


def test_what_the_platform_keeps_until_its_cases_end_is_counted_once_for_each_order() -> None:
    made = reach.a_scene()
    opened(made, "DAMAGED", sku=made.case.line.sku, batch="")  # a case about another order
    builders.travel(builders.HOUR)
    snapshots.take(clock.now())
    assert ("held", "CNY") not in counted(made.shop.pk)  # nothing was paid in
    for place, case in enumerate(made.shop.cases.order_by("pk")):
        paid_in(case.order_id, 30_000 + place)
    builders.travel(builders.HOUR)
    snapshots.take(clock.now())
    assert counted(made.shop.pk)["held", "CNY"] == (60_001, 2)
    negotiation.withdraw(made.case.pk, actor=made.buyer, now=clock.now())
    builders.travel(builders.HOUR)
    snapshots.take(clock.now())
    assert counted(made.shop.pk)["held", "CNY"] == (30_001, 1)


def test_the_first_reply_is_the_first_act_of_the_shop_and_not_of_the_clock() -> None:
    made = reach.a_scene()
    builders.travel(2 * builders.HOUR)
    negotiation.refuse(made.case.pk, text="开片是天然特征。", actor=made.merchant, now=clock.now())
    silent = reach.a_scene()
    reach.let_term_end(silent)
    builders.travel(builders.HOUR)
    snapshots.take(clock.now())
    seconds, cases = counted(made.shop.pk)["first_reply", ""]
    assert cases == 1 and 7_200 <= seconds < 7_260
    assert ("first_reply", "") not in counted(silent.shop.pk)


def test_a_lost_point_is_counted_under_what_would_have_helped_first() -> None:
    made = deciding.served()  # disputed in words, without an exhibit
    builders.travel(builders.HOUR)
    snapshots.take(clock.now())
    mine = counted(made.shop.pk)
    points, every = mine["lost_point", "no_evidence"]
    assert points == every > 0
    assert mine["liability", ""] == (1, 1)
    assert mine["lost_type", made.case.type_code] == (1, 1)
    assert mine["intervention", ""] == (1, 1)


def test_a_ruling_for_the_shop_is_no_loss() -> None:
    made = deciding.dismissed()
    builders.travel(builders.HOUR)
    snapshots.take(clock.now())
    mine = counted(made.shop.pk)
    assert mine["liability", ""] == (0, 1)
    assert not any(kind == "lost_point" for kind, _ in mine)


def test_what_the_shop_gave_by_itself_is_settled() -> None:
    made = reach.a_scene()
    negotiation.agree_refund(made.case.pk, actor=made.merchant, now=clock.now())
    builders.travel(builders.HOUR)
    snapshots.take(clock.now())
    assert counted(made.shop.pk)["settled", ""] == (1, 1)


def test_counting_again_replaces_and_what_left_the_window_is_gone() -> None:
    made = reach.a_scene()
    builders.travel(builders.HOUR)
    first = snapshots.take(clock.now())
    assert snapshots.take(clock.now()) == first
    assert Measure.objects.filter(merchant=made.shop).count() == len(counted(made.shop.pk))
    builders.travel((snapshots.WINDOW_DAYS + 1) * builders.DAY)
    snapshots.take(clock.now())
    assert not Measure.objects.exists()


@pytest.mark.parametrize("cell", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "=HYPERLINK(1)"])
def test_no_cell_of_the_table_is_taken_for_a_formula(cell: str) -> None:
    made = reach.a_scene()
    OrderLine.objects.filter(pk=made.case.line_id).update(sku=cell)
    builders.travel(builders.HOUR)
    snapshots.take(clock.now())
    heads = ["kind", "its name", "key", "its name", "part", "whole", "days", "from", "until"]
    written = measures.table(measures.of_shop(made.shop.pk), heads, lambda row: (cell, cell))
    rows = list(csv.reader(io.StringIO(written.removeprefix("\ufeff"), newline="")))
    assert rows[0] == heads
    since, until = (datetime.strptime(rows[1][place], "%Y-%m-%d %H:%M") for place in (-2, -1))
    assert until - since == timedelta(days=snapshots.WINDOW_DAYS)
    cells = [text for row in rows for text in row]
    assert f"'{cell}" in cells
    assert not [text for text in cells if text.startswith(("=", "+", "-", "@", "\t", "\r"))]


def test_numbers_are_counted_again_once_an_hour_of_the_houses_time_has_passed() -> None:
    reach.a_scene()
    now = clock.now()
    assert snapshots.take_when_due(now) > 0
    assert snapshots.take_when_due(now + timedelta(minutes=59)) == 0
    assert snapshots.take_when_due(now + timedelta(hours=1)) > 0
