"""Hints about reasons: a sum nobody calculated, a clause nobody explains, a sentence without an end; nothing invented."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from arbitration import linter
from arbitration.letter_hints import LONGEST_HAN, Hint, hints

SUMS = st.integers(min_value=1, max_value=10**9)
CLAUSES = st.from_regex(r"[1-9]\.[1-9][0-9]?", fullmatch=True)


def written(amount: int) -> str:
    return f"¥{amount // 100:,}.{amount % 100:02}"


@pytest.mark.parametrize("text", ["¥690.00", "￥690", "$690.0", "¥ 690.00"])
def test_a_sum_that_was_not_calculated_is_pointed_out(text: str) -> None:
    assert hints(f"退还 {text}。", sums={69_800}, clauses=()) == [Hint("sum_not_calculated", text)]
    assert hints(f"退还 {text}。", sums={69_000}, clauses=()) == []


@given(SUMS, SUMS)
def test_exactly_the_sums_of_the_letter_pass(there: int, other: int) -> None:
    text = f"应退 {written(there)}，运费另计。"
    assert hints(text, sums={there}, clauses=()) == []
    if other != there:
        assert hints(text, sums={other}, clauses=()) == [Hint("sum_not_calculated", written(there))]


@given(st.lists(CLAUSES, unique=True, max_size=6), st.lists(CLAUSES, unique=True, max_size=6))
def test_exactly_the_clauses_that_are_not_mentioned_are_named(chosen: list[str], mentioned: list[str]) -> None:
    text = "依据" + "、".join(f"第 {number} 条" for number in mentioned) + "。"
    named = [hint.at for hint in hints(text, sums=(), clauses=chosen) if hint.code == "clause_not_explained"]
    assert named == [number for number in chosen if number not in mentioned]


def test_clause_4_2_is_not_mentioned_by_14_2_or_4_21() -> None:
    assert hints("第 14.2 条和第 4.21 条。", sums=(), clauses=["4.2"]) == [Hint("clause_not_explained", "4.2")]


@given(st.integers(min_value=1, max_value=200))
def test_a_sentence_is_long_from_the_sixty_first_character(length: int) -> None:
    long = [hint for hint in hints("裂" * length + "。短句。", sums=(), clauses=()) if hint.code == "long_sentence"]
    assert bool(long) == (length > LONGEST_HAN)


@given(st.text(max_size=200), st.text(alphabet="林舟云汀周青", min_size=2, max_size=4), st.text(max_size=200))
def test_no_surrounding_hides_a_name(before: str, name: str, after: str) -> None:
    assert linter.names_somebody(before + name + after, [name])


@given(
    st.integers(min_value=3, max_value=9),
    st.integers(min_value=0, max_value=999_999_999),
    st.text("，。 词", max_size=5),
)
def test_no_surrounding_hides_a_telephone_number(second: int, rest: int, around: str) -> None:
    assert linter.names_somebody(f"{around}1{second}{rest:09}{around}", [])


@given(st.text("甲乙丙丁，。 争点凭证", max_size=80))
def test_words_alone_name_nobody(text: str) -> None:
    assert not linter.names_somebody(text, ["林舟"])
