"""What a person may type as a sum, and what is refused because it could be read in two ways."""

from __future__ import annotations

import pytest

from common import money


@pytest.mark.parametrize(
    ("written", "minor"),
    [("1,234.50", 123_450), ("¥1,234,567", 123_456_700), ("１，２３４．５", 123_450), ("680", 68_000), ("0.5", 50)],
)
def test_a_comma_between_groups_of_three_is_read_past(written: str, minor: int) -> None:
    assert money.parse(written, "CNY") == minor


@pytest.mark.parametrize(
    "written",
    ["1,20", "1，20", "12,34.50", "1,2345", "1234,567", ",500", "1,", "1.234,50", "1,,234", "1.2,3", "680,00"],
)
def test_a_comma_anywhere_else_is_refused_and_never_left_out(written: str) -> None:
    with pytest.raises(ValueError):
        money.parse(written, "CNY")


@pytest.mark.parametrize("currency", ["CNY", "JPY", "KWD"])
def test_what_is_written_is_read_back(currency: str) -> None:
    for amount in (0, 1, 999, 1_000, 123_456_789):
        assert money.parse(money.text(amount, currency), currency) == amount
