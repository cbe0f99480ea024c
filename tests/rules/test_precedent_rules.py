"""Which cases are alike, when they draw a line, and when a ruling departs from it, in numbers to be checked by hand."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from arbitration import precedent_rules
from arbitration.precedent_rules import FULL, LINE_CASES, MERCHANT, NEAR, PART, WEIGHTS, Likeness, Line, Spread

THIS = Likeness(
    type_code="DAMAGED",
    currency="CNY",
    category="kitchen",
    band=3,
    buyer_codes=frozenset({"E05", "E06"}),
    merchant_codes=frozenset({"E09"}),
    points=frozenset({"壶身", "身裂", "裂纹"}),
)


def test_a_case_is_wholly_like_itself_and_nothing_like_another_type_or_currency() -> None:
    assert sum(WEIGHTS.values()) == 100
    assert precedent_rules.score(THIS, THIS) == 100
    assert precedent_rules.score(THIS, replace(THIS, type_code="NOT_RECEIVED")) == 0
    assert precedent_rules.score(THIS, replace(THIS, currency="USD")) == 0


@pytest.mark.parametrize(
    ("changes", "score"),
    [
        ({"category": "phone"}, 85),
        ({"band": 4}, 93),  # a third of 20 less
        ({"band": 0}, 80),
        ({"points": frozenset({"掉色"})}, 70),
        ({"points": frozenset({"壶身", "身裂", "裂了"})}, 85),  # 2 of 4 terms in common
        ({"merchant_codes": frozenset()}, 82),  # half of the evidence is the same: 17.5 less
        ({"points": None}, 100),  # not known any more: the rest counts for all
        ({"points": None, "category": "phone"}, 79),  # 55 of 70
    ],
)
def test_each_likeness_counts_what_its_weight_says(changes: dict[str, object], score: int) -> None:
    assert precedent_rules.score(THIS, replace(THIS, **changes)) == score  # type: ignore[arg-type]


codes = st.frozensets(st.sampled_from(["E01", "E02", "E03", "E04"]))
likenesses = st.builds(
    Likeness,
    type_code=st.sampled_from(["A", "B"]),
    currency=st.just("CNY"),
    category=st.sampled_from(["x", "y"]),
    band=st.integers(0, 5),
    buyer_codes=codes,
    merchant_codes=codes,
    points=st.none() | codes,
)


@given(likenesses, likenesses)
def test_the_score_is_the_same_either_way_round_and_within_its_bounds(one: Likeness, other: Likeness) -> None:
    score = precedent_rules.score(one, other)
    assert score == precedent_rules.score(other, one)
    assert 0 <= score <= 100


def test_only_the_near_ones_are_listed_the_nearest_first() -> None:
    far = replace(THIS, buyer_codes=frozenset({"E01"}), points=frozenset({"掉色"}), band=0)
    near = replace(THIS, category="phone")
    assert precedent_rules.score(THIS, far) < NEAR
    assert precedent_rules.nearest(THIS, [far, near, THIS, THIS]) == [(100, 2), (100, 3), (85, 1)]


def test_a_line_wants_enough_cases_and_enough_of_them_alike() -> None:
    few = Spread({FULL: LINE_CASES - 1})
    assert precedent_rules.line(few) is None
    assert precedent_rules.line(Spread({FULL: LINE_CASES})) == Line(FULL, LINE_CASES, LINE_CASES)
    assert precedent_rules.line(Spread({FULL: 7, PART: 3})) is None  # 70 per cent
    assert precedent_rules.line(Spread({FULL: 2, MERCHANT: 8})) == Line(MERCHANT, 8, 10)  # 80 per cent
    assert precedent_rules.line(precedent_rules.spread([])) is None


def test_a_ruling_departs_only_from_a_line_that_is_clear_and_another() -> None:
    drawn = Line(FULL, 9, 10)
    assert precedent_rules.deviation(FULL, drawn) is None
    assert precedent_rules.deviation(PART, None) is None
    found = precedent_rules.deviation(MERCHANT, drawn)
    assert found is not None and found.line == drawn and found.result == MERCHANT


@pytest.mark.parametrize(
    ("ruled", "result"),
    [
        ({"amount": 0, "merchant_share": 0, "in_kind": False}, MERCHANT),
        ({"amount": 68_000, "merchant_share": 10_000, "in_kind": False}, FULL),
        ({"amount": 69_500, "merchant_share": 10_000, "in_kind": False}, FULL),  # with freight
        ({"amount": 40_000, "merchant_share": 6_000, "in_kind": False}, PART),
        ({"amount": 0, "merchant_share": 10_000, "in_kind": True}, FULL),
        ({"amount": 0, "merchant_share": 5_000, "in_kind": True}, PART),
    ],
)
def test_how_a_ruling_ended(ruled: dict[str, object], result: str) -> None:
    assert precedent_rules.result_of(claimed=68_000, **ruled) == result  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("amount", "currency", "band"),
    [
        (4_999, "CNY", 0),
        (5_000, "CNY", 1),
        (49_900, "CNY", 2),
        (68_000, "CNY", 3),
        (1_000_000, "CNY", 5),
        (680, "JPY", 3),
    ],
)
def test_sums_fall_into_bands_of_whole_units(amount: int, currency: str, band: int) -> None:
    assert precedent_rules.band(amount, currency) == band
