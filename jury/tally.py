"""What votes mean. Pure: counts and a rule in, a verdict out. Knows no juror, no case and no time.

A vote takes a side or says that nothing can be told. Only votes that take a side make the quorum, and among them a side
needs the share of the rule. A jury of 31 that needs 16 decides by simple majority, however many of the 31 take a side.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class Vote(StrEnum):
    BUYER = "buyer"
    MERCHANT = "merchant"
    UNSURE = "unsure"


class Verdict(StrEnum):
    """``BUYER`` and ``MERCHANT`` are proposals; the rest leaves the case to its arbitrator without one."""

    BUYER = "buyer"
    MERCHANT = "merchant"
    NO_MAJORITY = "no_majority"
    NO_QUORUM = "no_quorum"


@dataclass(frozen=True, slots=True)
class Rule:
    """``size`` seats; ``majority`` of them for one side carries, in proportion also of fewer; ``quorum`` take a side."""

    size: int
    majority: int
    quorum: int

    def __post_init__(self) -> None:
        if not 0 < self.quorum <= self.size or not self.size < 2 * self.majority <= 2 * self.size:
            raise ValueError("a majority is more than half of the seats, a quorum no more than all of them")


@dataclass(frozen=True, slots=True)
class Count:
    buyer: int = 0
    merchant: int = 0
    unsure: int = 0

    @property
    def cast(self) -> int:
        return self.buyer + self.merchant + self.unsure

    @property
    def sided(self) -> int:
        return self.buyer + self.merchant


def count(votes: Iterable[Vote]) -> Count:
    given = list(votes)
    return Count(given.count(Vote.BUYER), given.count(Vote.MERCHANT), given.count(Vote.UNSURE))


def verdict(votes: Count, rule: Rule) -> Verdict:
    """What the votes say once no more will come."""
    if votes.sided < rule.quorum:
        return Verdict.NO_QUORUM
    if _carries(votes.buyer, votes.sided, rule):
        return Verdict.BUYER
    if _carries(votes.merchant, votes.sided, rule):
        return Verdict.MERCHANT
    return Verdict.NO_MAJORITY


def settled(votes: Count, rule: Rule) -> Verdict | None:
    """The verdict, if no votes that may still come could change it: only then a vote may stop early."""
    left = rule.size - votes.cast
    if left <= 0:
        return verdict(votes, rule)
    if votes.sided + left < rule.quorum:
        return Verdict.NO_QUORUM
    if votes.sided < rule.quorum:
        return None  # all who are left may be unsure
    if _carries(votes.buyer, votes.sided + left, rule):
        return Verdict.BUYER
    if _carries(votes.merchant, votes.sided + left, rule):
        return Verdict.MERCHANT
    within_reach = (_carries(one + left, votes.sided + left, rule) for one in (votes.buyer, votes.merchant))
    return None if any(within_reach) else Verdict.NO_MAJORITY


def needed(sided: int, rule: Rule) -> int:
    """How many votes for one side carry where ``sided`` take one."""
    return -(-rule.majority * sided // rule.size)


def _carries(votes: int, sided: int, rule: Rule) -> bool:
    return votes >= needed(sided, rule)
