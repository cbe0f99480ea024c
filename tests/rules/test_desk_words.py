"""What the desk suggests and fills in: keys, the share that findings point to, templates of reasons."""

from __future__ import annotations

from datetime import timedelta
from types import SimpleNamespace

import pytest

from arbitration import linter
from rulebook.schema import Bearer
from web.desk import keys, reasons, verdict
from web.desk.reasons import Facts


def points(*raised_by: str) -> list[SimpleNamespace]:
    return [SimpleNamespace(number=number, raised_by=side) for number, side in enumerate(raised_by, start=1)]


def test_every_key_is_on_the_keyboard_once_and_every_action_has_one():
    table = keys.table()
    assert len({row["code"] for row in table}) == len(table) == len(keys.ACTS)
    assert {row["key"] for row in table} >= {"J", "K", "[", "]", "\\", "Q", "W", "E", "1", "2", "3", "?"}


def test_a_key_can_be_put_elsewhere_and_two_actions_never_share_one():
    assert keys.remapped({"zoom": "KeyX"})["zoom"] == "KeyX"
    assert keys.remapped({"zoom": "KeyJ"}) == keys.remapped({})
    assert keys.remapped({"zoom": "Escape", "nobody": "KeyB"}) == keys.remapped({})


@pytest.mark.parametrize(
    ("found", "bearer", "share"),
    [
        ({1: "buyer", 2: "buyer"}, Bearer.BUYER, 100),
        ({1: "merchant", 2: "merchant"}, Bearer.BUYER, 0),
        ({1: "buyer", 2: "merchant"}, Bearer.BUYER, 50),
        ({1: "buyer", 2: "unclear"}, Bearer.MERCHANT, 100),
        ({1: "buyer", 2: "unclear"}, Bearer.BUYER, 50),
        ({1: "buyer"}, Bearer.BUYER, None),
        ({}, Bearer.BUYER, None),
    ],
)
def test_a_share_is_suggested_once_every_point_is_found(found, bearer, share):
    assert verdict.suggested_share(points("buyer", "buyer"), found, bearer) == share


def test_what_is_unclear_is_borne_by_whoever_raised_it_where_each_proves_its_own():
    mine, theirs = points("buyer", "merchant")
    assert verdict.unclear_is_against(mine, Bearer.ASSERTING) == "buyer"
    assert verdict.unclear_is_against(theirs, Bearer.ASSERTING) == "merchant"


FACTS = Facts(
    findings={1: "buyer", 2: "unclear", 3: ""},
    admitted=["B1", "B2", "P1"],
    refused=["M1"],
    burden="2.3",
    after=timedelta(hours=6, minutes=41),
)


@pytest.mark.parametrize(("language", "word"), [("zh-hans", "争点"), ("zh-hant", "爭點"), ("en", "Point")])
@pytest.mark.parametrize("code", list(reasons.CODES))
def test_a_template_names_every_point_and_exhibit_in_the_language_of_the_letter(code, language, word):
    text = reasons.fill(code, FACTS, language)
    assert {"B1", "B2", "P1", "M1"} <= linter.exhibits_in(text)
    assert {1, 2, 3} <= linter._points_in(text)
    assert word in text
    assert "{" not in text and "%(" not in text


def test_what_is_not_known_stays_a_slot_and_what_is_known_does_not():
    open_ones = linter.slots(reasons.fill("merchant_burden", FACTS, "zh-hans"))
    assert "写明理由" in open_ones and "争点 3：待填写" in open_ones
    assert "何时报损" not in open_ones and "6 小时 41 分" in reasons.fill("merchant_burden", FACTS, "zh-hans")
    assert "何时报损" in linter.slots(reasons.fill("merchant_burden", Facts({1: "buyer"}), "zh-hans"))
