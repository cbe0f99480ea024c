"""Cohen's κ against values that are printed elsewhere, and where it says nothing."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from arbitration import agreement


def pairs(table: dict[tuple[str, str], int]) -> list[tuple[str, str]]:
    return [pair for pair, count in table.items() for _time in range(count)]


@pytest.mark.parametrize(
    ("table", "kappa"),
    [
        # The usual example of fifty proposals read by two people: 0.70 observed, 0.50 by chance.
        ({("yes", "yes"): 20, ("yes", "no"): 5, ("no", "yes"): 10, ("no", "no"): 15}, 0.40),
        # The same agreement of 0.60, once with even and once with uneven margins.
        ({("y", "y"): 45, ("y", "n"): 15, ("n", "y"): 25, ("n", "n"): 15}, 0.1304),
        ({("y", "y"): 25, ("y", "n"): 35, ("n", "y"): 5, ("n", "n"): 35}, 0.2593),
        # Three answers: 0.72 observed, 0.3516 by chance.
        (
            {
                ("b", "b"): 44, ("b", "m"): 5, ("b", "u"): 1,
                ("m", "b"): 7, ("m", "m"): 20, ("m", "u"): 3,
                ("u", "b"): 9, ("u", "m"): 5, ("u", "u"): 6,
            },
            (0.70 - 0.41) / (1 - 0.41),
        ),
        ({("y", "n"): 5, ("n", "y"): 5}, -1.0),
        ({("y", "y"): 3, ("n", "n"): 2}, 1.0),
    ],
)  # fmt: skip
def test_kappa_is_what_the_books_say(table: dict[tuple[str, str], int], kappa: float) -> None:
    found = agreement.of(pairs(table))
    assert found.kappa == pytest.approx(kappa, abs=0.0001)
    assert found.pairs == sum(table.values())


def test_kappa_says_nothing_where_there_is_nothing_to_compare_or_only_one_answer() -> None:
    assert agreement.of([]) == agreement.Agreement(0, 0, None)
    assert agreement.of([]).share is None
    always = agreement.of([("buyer", "buyer")] * 9)
    assert (always.alike, always.pairs, always.kappa) == (9, 9, None)


ANSWERS = st.sampled_from(["buyer", "merchant", "undetermined"])


@given(st.lists(st.tuples(ANSWERS, ANSWERS), min_size=1, max_size=60))
def test_kappa_does_not_depend_on_who_reads_first_and_is_one_only_for_the_same_answers(
    seen: list[tuple[str, str]],
) -> None:
    found = agreement.of(seen)
    turned = agreement.of([(second, first) for first, second in seen])
    assert found == turned
    if found.kappa is not None:
        assert -1 <= found.kappa <= 1
        assert (found.kappa == 1) == (found.alike == found.pairs)
