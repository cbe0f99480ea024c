"""Who may sit, how much experience weighs, who has to learn again. Pure: facts in, codes and numbers out.

The terms of sitting are here as well: how long a summons stays, how many cases a day may be skipped.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

KNOWN_FOR = timedelta(days=90)
EXAM_CASES, EXAM_RIGHT = 5, 4
EXAM_AGAIN = timedelta(hours=24)
SUMMONS = timedelta(hours=12)  # to come
REMINDED = timedelta(hours=4)  # before a summons or a sitting is over
SITTING = timedelta(hours=6)  # to vote, once they came
SKIPS_A_DAY = 3
SEATS_A_WEEK = 7
CONTROL_EVERY = 5  # votes
SHORTEST_REASON = 10
LONGEST_REASON = 300
DECISIVE = 3

NEW, SEASONED, VOTES_TO_SEASON = 1000, 2000, 20
GLANCE = timedelta(seconds=5)  # for each thing to look at
LOOKED_BACK, MOST_HASTY = 10, 3
CONTROLS, MOST_WRONG = 3, 2


@dataclass(frozen=True, slots=True)
class Volunteer:
    """``known_for``: since their first order or their shop's beginning; ``None`` if the marketplace knows neither."""

    active: bool
    real_name: bool
    known_for: timedelta | None
    on_the_bench: bool
    passed: bool


@dataclass(frozen=True, slots=True)
class Past:
    """One vote that was counted. ``agreed``: with the proposal of the panel; ``None`` where there was none."""

    agreed: bool | None
    read_for: timedelta
    items: int


def lacks(volunteer: Volunteer) -> list[str]:
    """What keeps this person from sitting, in the order in which it is said; empty: they may."""
    missing = []
    if not volunteer.active:
        missing.append("account_is_disabled")
    if volunteer.on_the_bench:
        missing.append("is_on_the_bench")
    if not volunteer.real_name:
        missing.append("real_name_missing")
    if volunteer.known_for is None or volunteer.known_for < KNOWN_FOR:
        missing.append("known_too_shortly")
    if not volunteer.passed:
        missing.append("exam_missing")
    return missing


def weight(votes: int) -> int:
    """How much more often somebody is drawn who has voted before, in thousandths: from 1000 to 2000 at 20 votes.

    Leaning to one's own side fades with experience (Kwan, Yang, Zhang, Management Science 70(4), 2024).
    """
    return NEW + (SEASONED - NEW) * min(max(votes, 0), VOTES_TO_SEASON) // VOTES_TO_SEASON


def hasty(past: Past) -> bool:
    """Stood against the panel without having looked: either alone says nothing against anybody."""
    return past.agreed is False and past.read_for < max(past.items, 1) * GLANCE


def must_learn_again(votes: Sequence[Past], controls: Sequence[bool]) -> str:
    """Why somebody takes the exam again before the next case; empty: they need not. Newest first.

    ``controls``: whether cases with a known answer were answered right.
    """
    if sum(map(hasty, votes[:LOOKED_BACK])) >= MOST_HASTY:
        return "hasty"
    if sum(not right for right in controls[:CONTROLS]) >= MOST_WRONG:
        return "controls"
    return ""


def owes_control(votes: int, controls: int) -> bool:
    """Whether the next thing they get is a case with a known answer."""
    return controls < votes // CONTROL_EVERY


def passes(right: int) -> bool:
    return right >= EXAM_RIGHT
