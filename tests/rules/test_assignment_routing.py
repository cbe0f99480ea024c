"""Who gets which case: the most urgent one that fits, never one with a conflict."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from arbitration.routing import Arbiter, Candidate, choose, fits, may_take_more

NOON = datetime(2026, 3, 2, 4, tzinfo=UTC)
CASES = st.lists(
    st.builds(
        Candidate,
        id=st.integers(1, 10**6),
        due_at=st.integers(0, 5).map(lambda hours: NOON + timedelta(hours=hours)),
        priority=st.integers(0, 3),
        claimed=st.integers(1, 1000),
        type_code=st.sampled_from(["DAMAGED", "COUNTERFEIT"]),
        buyer_id=st.integers(1, 9),
        merchant_id=st.integers(1, 9),
    ),
    unique_by=lambda case: case.id,
)
ARBITERS = st.builds(
    Arbiter,
    user_id=st.integers(1, 9),
    load=st.integers(0, 3),
    load_limit=st.integers(0, 3),
    skills=st.frozensets(st.sampled_from(["DAMAGED", "COUNTERFEIT"])),
    shops=st.frozensets(st.integers(1, 9), max_size=2),
    bought_from=st.frozensets(st.integers(1, 9), max_size=2),
    never_again=st.frozensets(st.integers(1, 10**6), max_size=2),
)


def a_case(**changes: object) -> Candidate:
    return replace(Candidate(1, NOON, 0, 68_000, "DAMAGED", 1, 2), **changes)  # type: ignore[arg-type]


@given(ARBITERS, CASES)
def test_nobody_is_offered_a_case_that_is_not_theirs_to_decide(arbiter: Arbiter, cases: list[Candidate]) -> None:
    for case in choose(arbiter, cases):
        assert case.buyer_id != arbiter.user_id
        assert case.merchant_id not in arbiter.shops | arbiter.bought_from
        assert case.id not in arbiter.never_again
        assert not arbiter.skills or case.type_code in arbiter.skills


@given(ARBITERS, CASES)
def test_everything_that_fits_is_offered_to_whoever_can_take_more(arbiter: Arbiter, cases: list[Candidate]) -> None:
    expected = {case.id for case in cases if fits(arbiter, case)} if may_take_more(arbiter) else set()
    assert {case.id for case in choose(arbiter, cases)} == expected


@given(CASES)
def test_the_order_does_not_depend_on_how_cases_come(cases: list[Candidate]) -> None:
    arbiter = Arbiter(user_id=99, load=0)
    assert choose(arbiter, cases) == choose(arbiter, list(reversed(cases)))


def test_the_soonest_deadline_comes_first_then_priority_then_value() -> None:
    later = a_case(id=2, due_at=NOON + timedelta(hours=1), priority=9)
    urgent, valuable, plain = a_case(id=3, priority=1), a_case(id=4, claimed=99_000), a_case(id=5)
    ordered = choose(Arbiter(user_id=99, load=0), [later, plain, valuable, urgent])
    assert [case.id for case in ordered] == [3, 4, 5, 2]


def test_whoever_carries_as_much_as_they_may_is_offered_nothing() -> None:
    assert choose(Arbiter(user_id=99, load=3, load_limit=3), [a_case()]) == []
    assert choose(Arbiter(user_id=99, load=3, load_limit=0), [a_case()]) != []
