"""What votes mean: against every way that votes can come, and against the binomial truth over a hundred thousand juries."""

from __future__ import annotations

import math
import random
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jury import tally
from jury.tally import Count, Rule, Verdict, Vote

LARGE, SMALL = Rule(31, 16, 16), Rule(17, 9, 9)
JURIES = 100_000
BUYER, MERCHANT, UNSURE = Vote.BUYER, Vote.MERCHANT, Vote.UNSURE


@pytest.mark.parametrize(
    ("votes", "said"),
    [
        (Count(16, 15), Verdict.BUYER),
        (Count(15, 16), Verdict.MERCHANT),
        (Count(15, 15, 1), Verdict.NO_MAJORITY),
        (Count(8, 8), Verdict.NO_MAJORITY),
        (Count(9, 7), Verdict.BUYER),  # the quorum took a side: more of them is enough
        (Count(15, 0, 16), Verdict.NO_QUORUM),  # who cannot tell makes no quorum
        (Count(8, 7), Verdict.NO_QUORUM),
        (Count(), Verdict.NO_QUORUM),
        (Count(31), Verdict.BUYER),
    ],
)
def test_a_quorum_must_take_a_side_and_more_of_them_carry(votes: Count, said: Verdict) -> None:
    assert tally.verdict(votes, LARGE) is said


def test_a_rule_that_asks_for_two_thirds_gets_two_thirds() -> None:
    rule = Rule(30, 20, 15)
    assert tally.verdict(Count(12, 6), rule) is Verdict.BUYER
    assert tally.verdict(Count(11, 7), rule) is Verdict.NO_MAJORITY


@pytest.mark.parametrize(("size", "majority", "quorum"), [(31, 15, 16), (31, 16, 32), (31, 32, 16), (31, 16, 0)])
def test_a_rule_by_which_both_could_win_or_nobody_is_no_rule(size: int, majority: int, quorum: int) -> None:
    with pytest.raises(ValueError, match="majority"):
        Rule(size, majority, quorum)


@pytest.mark.parametrize("rule", [Rule(5, 3, 3), Rule(7, 4, 4), Rule(6, 5, 3), Rule(4, 3, 2)])
def test_a_vote_stops_early_exactly_when_no_ballot_that_may_come_could_change_it(rule: Rule) -> None:
    """Every count that can be, and every way in which what is left of it can be cast."""
    for buyer, merchant, unsure in product(range(rule.size + 1), repeat=3):
        votes = Count(buyer, merchant, unsure)
        left = rule.size - votes.cast
        if left < 0:
            continue
        ends = {
            tally.verdict(Count(buyer + more, merchant + other, unsure + left - more - other), rule)
            for more in range(left + 1)
            for other in range(left + 1 - more)
        }
        # Nobody has come yet who could be left out: a seat may also stay empty, which is like being unsure.
        assert tally.settled(votes, rule) == (ends.pop() if len(ends) == 1 else None), votes


@given(st.lists(st.sampled_from(Vote), min_size=31, max_size=31))
def test_whoever_stops_early_gets_what_all_votes_would_have_said(votes: list[Vote]) -> None:
    whole = tally.verdict(tally.count(votes), LARGE)
    for cast in range(len(votes) + 1):
        said = tally.settled(tally.count(votes[:cast]), LARGE)
        assert said in (None, whole)
    assert said is whole


@given(st.lists(st.sampled_from(Vote), max_size=31), st.randoms())
def test_neither_the_order_nor_the_names_of_the_sides_matter(votes: list[Vote], chance: random.Random) -> None:
    said = tally.verdict(tally.count(votes), LARGE)
    shuffled = list(votes)
    chance.shuffle(shuffled)
    assert tally.verdict(tally.count(shuffled), LARGE) is said
    swapped = [{BUYER: MERCHANT, MERCHANT: BUYER}.get(vote, vote) for vote in votes]
    turned = {Verdict.BUYER: Verdict.MERCHANT, Verdict.MERCHANT: Verdict.BUYER}.get(said, said)
    assert tally.verdict(tally.count(swapped), LARGE) is turned


def _errs(size: int, majority: int, right: float) -> float:
    """How often fewer than the majority of ``size`` are right, each with probability ``right``."""
    return sum(math.comb(size, k) * right**k * (1 - right) ** (size - k) for k in range(majority))


def _votes_taken(majority: int, right: float) -> float:
    """How many votes it takes on average until one side has the majority, where all of them take a side."""
    return sum(
        cast * math.comb(cast - 1, majority - 1) * (one**majority * (1 - one) ** (cast - majority))
        for one in (right, 1 - right)
        for cast in range(majority, 2 * majority)
    )


@pytest.mark.parametrize("rule", [LARGE, SMALL], ids=["31", "17"])
def test_a_hundred_thousand_juries_err_as_often_as_the_binomial_says(rule: Rule) -> None:
    """Jurors who are right with 0.55, 0.6, 0.7 and 0.8, all judged by the same draws; nobody may stop early wrongly."""
    chance = random.Random(20261129)
    skill = (0.55, 0.6, 0.7, 0.8)
    wrong = dict.fromkeys(skill, 0)
    stopped = dict.fromkeys(skill, 0)
    for jury in range(JURIES):
        luck = [chance.random() for _juror in range(rule.size)]
        for right in skill:
            for_buyer = sum(one < right for one in luck)
            said = tally.verdict(Count(for_buyer, rule.size - for_buyer), rule)
            wrong[right] += said is not Verdict.BUYER
            if jury % 50 == 0:  # one by one, as ballots come in
                buyer = 0
                for cast, one in enumerate(luck, start=1):
                    buyer += one < right
                    early = tally.settled(Count(buyer, cast - buyer), rule)
                    if early is not None:
                        assert early is said
                        stopped[right] += cast
                        break
    for right in skill:
        truth = _errs(rule.size, rule.majority, right)
        spread = math.sqrt(truth * (1 - truth) / JURIES)
        print(f"{rule.size} seats, jurors right {right:.0%}: wrong {wrong[right] / JURIES:.4%}, binomial {truth:.4%}")
        assert abs(wrong[right] / JURIES - truth) <= 4.5 * spread + 1e-6
        taken = stopped[right] / (JURIES / 50)
        print(f"{rule.size} seats, jurors right {right:.0%}: settled after {taken:.1f} votes")
        assert taken == pytest.approx(_votes_taken(rule.majority, right), abs=0.35)  # 2,000 juries, spread about 3


@pytest.mark.parametrize("quorum", [16, 20])
def test_error_rates_with_jurors_who_cannot_tell_match_the_multinomial(quorum: int) -> None:
    """A fifth cannot tell. What the pure function says over simulated juries is what the exact sum says."""
    rule, unsure, right = Rule(31, 16, quorum), 0.2, 0.65
    exact = dict.fromkeys(Verdict, 0.0)
    for buyer in range(32):
        for merchant in range(32 - buyer):
            idle = 31 - buyer - merchant
            ways = math.comb(31, buyer) * math.comb(31 - buyer, merchant)
            taking = 1 - unsure
            chance = ways * (taking * right) ** buyer * (taking * (1 - right)) ** merchant * unsure**idle
            exact[tally.verdict(Count(buyer, merchant, idle), rule)] += chance
    assert sum(exact.values()) == pytest.approx(1)
    seen, chance_of = dict.fromkeys(Verdict, 0), random.Random(7)
    for _jury in range(20_000):
        luck = [chance_of.random() for _juror in range(31)]
        idle = sum(one < unsure for one in luck)
        buyer = sum(unsure <= one < unsure + (1 - unsure) * right for one in luck)
        seen[tally.verdict(Count(buyer, 31 - idle - buyer, idle), rule)] += 1
    for verdict, times in seen.items():
        truth = exact[verdict]
        assert abs(times / 20_000 - truth) <= 4.5 * math.sqrt(truth * (1 - truth) / 20_000) + 1e-4, verdict
