"""Who is drawn. Pure: a seed and a pool in, an order out, the same for everybody who draws again.

Heavier weights come earlier more often (Efraimidis and Spirakis, 2006). Both backgrounds get half of the seats as far as
there are enough of them, and of either background half read the merchant first. Knows no person and no conflict: whoever
may not sit is not in the pool.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from common import digest


class Background(StrEnum):
    """What somebody mostly is in the marketplace: the two see shops and buyers with other eyes."""

    BUYER = "buyer"
    MERCHANT = "merchant"

    @property
    def other(self) -> Background:
        return Background.MERCHANT if self is Background.BUYER else Background.BUYER


@dataclass(frozen=True, slots=True)
class Candidate:
    """``weight`` in thousandths: 2000 comes first twice as often as 1000."""

    id: int
    background: Background
    weight: int = 1000


@dataclass(frozen=True, slots=True)
class Place:
    """One seat: who sits there, and which side's account they read first."""

    juror: int
    background: Background
    first: str


def commitment(seed: str) -> str:
    """What is told of a seed before the pool is known, so that none can be chosen to fit a pool."""
    return digest.of({"type": "heng.jury.seed", "seed": seed})


def mixed(seed: str, after: str) -> str:
    """The seed that is drawn with: nobody knows it before ``after``, the digest of a later entry, is there."""
    return digest.of({"type": "heng.jury.draw", "seed": seed, "after": after})


def digest_of(pool: Iterable[Candidate]) -> str:
    """Of the pool, whatever the order it came in."""
    return digest.of([[one.id, one.background.value, one.weight] for one in sorted(pool, key=lambda one: one.id)])


def order(pool: Iterable[Candidate], seed: str) -> list[Candidate]:
    """The whole pool, first drawn first."""
    return sorted(pool, key=lambda one: (_arrival(one, seed), one.id))


def draw(pool: Collection[Candidate], seed: str, size: int) -> list[Place]:
    """``size`` seats, or as many as there are people for."""
    drawn = order(pool, seed)
    coin = _bits(seed, "coin")
    majority = Background.BUYER if coin % 2 else Background.MERCHANT  # who gets the odd seat
    quota = {majority: (size + 1) // 2, majority.other: size // 2}
    chosen = [one for background in (majority, majority.other) for one in _of(drawn, background)[: quota[background]]]
    taken = {one.id for one in chosen}
    chosen += [one for one in drawn if one.id not in taken][: size - len(chosen)]
    seats: list[Place] = []
    turn = {majority: coin >> 1, majority.other: coin >> 2}
    for one in sorted(chosen, key=drawn.index):
        turn[one.background] += 1
        first = "merchant" if turn[one.background] % 2 else "buyer"
        seats.append(Place(one.id, one.background, first))
    return seats


def next_in_line(drawn: Sequence[Candidate], gone: Collection[int], background: Background) -> Candidate | None:
    """Who takes over a seat: the next of the same background, else the next of all. ``gone`` had a seat already."""
    waiting = [one for one in drawn if one.id not in gone]
    return next((one for one in waiting if one.background is background), waiting[0] if waiting else None)


def _of(drawn: Sequence[Candidate], background: Background) -> list[Candidate]:
    return [one for one in drawn if one.background is background]


def _arrival(candidate: Candidate, seed: str) -> float:
    """When somebody comes by: exponential with their weight as rate."""
    if candidate.weight <= 0:
        raise ValueError("a weight is above zero")
    share = (_bits(seed, str(candidate.id)) + 1) / (2**64 + 1)
    return -math.log(share) / candidate.weight


def _bits(seed: str, what: str) -> int:
    return int.from_bytes(hashlib.blake2b(what.encode(), key=seed.encode()[:64], digest_size=8).digest(), "big")
