"""Who gets which case. Pure: candidates and one arbitrator in, at most one case out. Knows no database and no clock."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Candidate:
    """A case that waits. ``claimed`` in minor units; ``buyer_id`` and ``merchant_id`` are for the conflict check."""

    id: int
    due_at: datetime
    priority: int
    claimed: int
    type_code: str
    buyer_id: int
    merchant_id: int


@dataclass(frozen=True, slots=True)
class Arbiter:
    """Somebody of the bench. No ``skills`` means every type. ``load_limit`` 0: no limit. ``shops`` they belong to.

    ``bought_from``: shops they ever bought from. ``never_again``: cases they recused themselves from, or have ruled.
    """

    user_id: int
    load: int
    load_limit: int = 0
    skills: frozenset[str] = frozenset()
    shops: frozenset[int] = frozenset()
    bought_from: frozenset[int] = frozenset()
    never_again: frozenset[int] = field(default_factory=frozenset)


def may_take_more(arbiter: Arbiter) -> bool:
    return not arbiter.load_limit or arbiter.load < arbiter.load_limit


def has_skill(arbiter: Arbiter, type_code: str) -> bool:
    return not arbiter.skills or type_code in arbiter.skills


def fits(arbiter: Arbiter, case: Candidate) -> bool:
    """Whether this person may and can rule this case. Never one they are party to, have ruled, or stepped back from."""
    return (
        case.buyer_id != arbiter.user_id
        and case.merchant_id not in arbiter.shops
        and case.merchant_id not in arbiter.bought_from
        and case.id not in arbiter.never_again
        and has_skill(arbiter, case.type_code)
    )


def in_order(cases: Iterable[Candidate]) -> list[Candidate]:
    """Soonest deadline first, then higher priority, then higher value; the older case decides what is left."""
    return sorted(cases, key=lambda case: (case.due_at, -case.priority, -case.claimed, case.id))


def choose(arbiter: Arbiter, cases: Iterable[Candidate]) -> list[Candidate]:
    """What this person should take next, best first. Empty: nothing fits, or they carry as much as they may."""
    if not may_take_more(arbiter):
        return []
    return [case for case in in_order(cases) if fits(arbiter, case)]
