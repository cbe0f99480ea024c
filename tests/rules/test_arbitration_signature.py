"""Which rulings need a second signature."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from arbitration import signature
from arbitration.signature import reasons_for_approval
from common import ids
from rulebook import editions
from rulebook.rules import parse

EDITION = editions.shipped_as("taobao-classic")
THRESHOLDS = replace(
    parse(EDITION.body, version=EDITION.version).thresholds,
    senior_approval_amount=200_000,
    new_arbitrator_rulings=20,
    second_look_basis_points=0,
)


def reasons(**changes: Any) -> list[str]:
    values: dict[str, Any] = {
        "amount": 68_000,
        "currency": "CNY",
        "gated": False,
        "served_before": 20,
        "case_number": "DA-20261120-ABCDEFG",
        "thresholds": THRESHOLDS,
    }
    return reasons_for_approval(**(values | changes))


def test_a_plain_ruling_of_somebody_experienced_needs_none() -> None:
    assert reasons() == []


def test_each_reason_is_told() -> None:
    assert reasons(amount=200_000) == ["amount"]
    assert reasons(amount=199_999) == []
    assert reasons(currency="JPY") == ["currency"]
    assert reasons(gated=True) == ["no_return"]
    assert reasons(served_before=19) == ["new_arbitrator"]
    assert reasons(thresholds=replace(THRESHOLDS, second_look_basis_points=10_000)) == ["sample"]


def test_the_sample_is_the_same_each_time_and_as_large_as_the_rules_say() -> None:
    numbers = [f"DA-20261120-{index:06d}" for index in range(20_000)]
    drawn = [number for number in numbers if signature.is_sampled(number, 500)]
    assert drawn == [number for number in numbers if signature.is_sampled(number, 500)]
    assert 880 < len(drawn) < 1_120  # 1,000 expected, four standard deviations


def test_a_wider_sample_contains_the_narrower_one() -> None:
    for index in range(500):
        number = f"DA-20261120-{index:06d}{ids.check_character(str(index))}"
        assert not signature.is_sampled(number, 300) or signature.is_sampled(number, 900)
