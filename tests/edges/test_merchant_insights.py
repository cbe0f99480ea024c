"""The page of insights: whose it is, what it costs, and that it claims nothing from too few cases."""

from __future__ import annotations

import pytest
from django.urls import reverse

from common import clock
from insights import measures, snapshots
from insights.models import Measure
from tests import builders, deciding, reach
from tests.visiting import signed_in
from web import wording

pytestmark = pytest.mark.django_db

BUDGET = 6


def measured(made: reach.Scene, kind: str, key: str, numerator: int, denominator: int) -> None:
    Measure.objects.update_or_create(
        merchant=made.shop,
        window_days=snapshots.WINDOW_DAYS,
        kind=kind,
        key=key,
        defaults={"numerator": numerator, "denominator": denominator, "at": clock.now()},
    )


def test_insights_are_for_members_of_the_shop_only():
    made = reach.a_scene()
    for name in ("insights", "measures"):
        path = reverse(f"merchant:{name}")
        assert signed_in(made.merchant).get(path).status_code == 200
        for stranger in (made.buyer, made.arbitrator, made.ops):
            assert signed_in(stranger).get(path).status_code == 404


def test_before_the_first_count_the_page_says_when_numbers_come():
    made = reach.a_scene()
    assert "within the hour" in signed_in(made.merchant).get("/en/shop/insights/").content.decode()


def test_with_few_cases_no_share_is_claimed():
    made = deciding.served()
    builders.travel(builders.HOUR)
    snapshots.take(clock.now())
    said = signed_in(made.merchant).get("/en/shop/insights/").content.decode()
    assert "too few to compare" in said and "100%" not in said
    assert "Words without evidence" in said


def test_with_enough_cases_each_share_shows_its_parts(django_assert_max_num_queries):
    made = reach.a_scene()
    measured(made, "cases", "", 40, 40)
    measured(made, "type", "DAMAGED", 15, 40)
    measured(made, "carrier", "顺丰", 30, 40)
    measured(made, "liability", "", 3, 20)
    measured(made, "lost_point", "time_unknown", 8, 12)
    measured(made, "first_reply", "", 36_000, 10)
    client = signed_in(made.merchant)
    client.get("/en/shop/insights/")
    with django_assert_max_num_queries(BUDGET):
        said = client.get("/en/shop/insights/").content.decode()
    measured(made, "leaning", "DAMAGED:batch:202609", 9, 15)
    said = client.get("/en/shop/insights/").content.decode()
    assert "15 of 40 cases · 9 of them batch 202609" in said
    assert "30 of 40 cases" in said
    for text in ("37.5%", "顺丰", "75%", "8 of 12 lost points", "15%", "3 rulings against you", "1 h 0 min"):
        assert text in said, text


@pytest.mark.parametrize(
    ("part", "whole", "said"),
    [
        (1, 8, "12.5%"),
        (3, 8, "37.5%"),
        (1, 3, "33.3%"),
        (2, 3, "66.7%"),
        (1, 16, "6.3%"),
        (5, 5, "100%"),
        (0, 9, "0%"),
        (1, 0, "–"),
    ],
)
def test_a_share_is_rounded_at_its_first_decimal_half_up(part: int, whole: int, said: str):
    assert wording.percent(part, whole) == said


def test_another_shops_numbers_stay_its_own():
    made, other = reach.a_scene(), reach.a_scene()
    measured(other, "cases", "", 40, 40)
    measured(other, "sku", "SECRET-SKU", 40, 40)
    for path in ("/shop/insights/", "/shop/insights/measures.csv"):
        assert "SECRET-SKU" not in signed_in(made.merchant).get(path).content.decode()
    assert measures.of_shop(made.shop.pk).at is None


def test_the_table_is_a_file_that_a_spreadsheet_can_open():
    made = reach.a_scene()
    measured(made, "sku", "=1+1", 40, 40)
    reply = signed_in(made.merchant).get("/shop/insights/measures.csv")
    assert reply["Content-Type"].startswith("text/csv") and "attachment" in reply["Content-Disposition"]
    assert "'=1+1" in reply.content.decode()


def test_one_ruling_is_not_several():
    made = reach.a_scene()
    measured(made, "cases", "", 40, 40)
    measured(made, "liability", "", 1, 1)
    measured(made, "intervention", "", 2, 40)
    said = signed_in(made.merchant).get("/en/shop/insights/").content.decode()
    assert "1 ruling against you, as it stands after appeals ÷ 1 ruling<" in said
    assert "2 cases before the platform ÷ 40 orders paid" in said


def test_the_table_has_heads_and_names_in_the_readers_words_and_codes_beside_them():
    made = reach.a_scene()
    measured(made, "type", "DAMAGED", 3, 40)
    measured(made, "lost_point", "silent", 1, 2)
    measured(made, "leaning", "DAMAGED:carrier:SF", 3, 3)
    written = signed_in(made.merchant).get("/shop/insights/measures.csv", headers={"accept-language": "zh-hans"})
    heads, *rows = [line.split(",") for line in written.content.decode("utf-8-sig").splitlines()]
    assert heads[:7] == ["指标代码", "指标", "项目代码", "项目", "分子", "分母", "统计天数"] and len(heads) == 9
    found = {(row[0], row[2]): (row[1], row[3]) for row in rows}
    assert found["type", "DAMAGED"] == ("按原因", "收到时破损")
    assert found["lost_point", "silent"] == ("争点没有得到支持的原因", "未回应")
    assert found["leaning", "DAMAGED:carrier:SF"][1].startswith("收到时破损 · ")
    assert all(name for name, _key in found.values())
