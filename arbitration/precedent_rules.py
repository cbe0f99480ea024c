"""Which decided cases are like one that is to be decided, and whether they draw a clear line. Pure: values in, values out.

Two cases are compared only if type and currency are the same. What then counts is in `WEIGHTS`: which kinds of evidence
each side gave, the words of the points at issue, the kind of goods, and how far apart the sums are.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from common import money

FULL, PART, MERCHANT = "full", "part", "merchant"
# For the buyer as claimed, for the buyer in part, for the merchant.
RESULTS = (FULL, PART, MERCHANT)

# What each likeness adds to a score of 100.
WEIGHTS: Mapping[str, int] = MappingProxyType({"evidence": 35, "points": 30, "sum": 20, "goods": 15})
# From this score on two cases are near.
NEAR = 60
# A line is clear from so many near cases on, if so large a share of them (basis points) ended alike.
LINE_CASES, LINE_SHARE = 8, 8_000
# Outside of the house a spread is told only where so many cases stand behind it.
PUBLIC_CASES = 30
# Upper ends of the bands of the sum claimed, in whole units of the currency, exclusive; above the last one is one more.
BANDS = (50, 200, 500, 2_000, 10_000)
# From so many bands apart on, the sums have nothing in common.
_FAR = 3


@dataclass(frozen=True, slots=True)
class Likeness:
    """A case as it is compared. ``points``: the terms of its points (`precedent_text.terms`); ``None``: known no more."""

    type_code: str
    currency: str
    category: str
    band: int
    buyer_codes: frozenset[str]
    merchant_codes: frozenset[str]
    points: frozenset[str] | None


@dataclass(frozen=True, slots=True)
class Spread:
    """How the near cases ended: result → how many."""

    counts: Mapping[str, int]

    @property
    def total(self) -> int:
        return sum(self.counts.values())

    def of(self, result: str) -> int:
        return self.counts.get(result, 0)


@dataclass(frozen=True, slots=True)
class Line:
    """``alike`` of ``near`` like cases ended in ``result``: so many that to end otherwise wants a reason."""

    result: str
    alike: int
    near: int


@dataclass(frozen=True, slots=True)
class Deviation:
    """A ruling that ends in ``result`` although the line is another."""

    result: str
    line: Line


def result_of(*, claimed: int, amount: int, merchant_share: int, in_kind: bool) -> str:
    """How a ruling ended. Sums in minor units, the share in basis points; ``in_kind``: it orders a performance.

    For the merchant if nothing is borne by the merchant; as claimed if the buyer gets all that was claimed, or all of a
    performance is ordered; in part otherwise.
    """
    if merchant_share == 0:
        return MERCHANT
    if amount >= claimed or (in_kind and merchant_share == 10_000):
        return FULL
    return PART


def band(amount: int, currency: str) -> int:
    """In which band a sum (minor units) lies: 0 is the lowest, ``len(BANDS)`` the highest."""
    whole = amount // 10 ** money.exponent(currency)
    return sum(whole >= end for end in BANDS)


def score(one: Likeness, other: Likeness) -> int:
    """How like two cases are, 0 to 100; 0 where type or currency differ. The same either way round.

    Where the points of one are not known any more, the other likenesses count for all of it.
    """
    if (one.type_code, one.currency) != (other.type_code, other.currency):
        return 0
    parts = {
        "evidence": (_overlap(one.buyer_codes, other.buyer_codes) + _overlap(one.merchant_codes, other.merchant_codes))
        / 2,
        "sum": max(0.0, 1 - abs(one.band - other.band) / _FAR),
        "goods": float(one.category == other.category),
    }
    if one.points is not None and other.points is not None:
        parts["points"] = _overlap(one.points, other.points)
    return round(100 * sum(WEIGHTS[name] * part for name, part in parts.items()) / sum(WEIGHTS[n] for n in parts))


def spread(results: Iterable[str]) -> Spread:
    return Spread(dict(Counter(results)))


def line(found: Spread) -> Line | None:
    """The line that near cases draw, if it is clear."""
    if found.total < LINE_CASES:
        return None
    result = max(RESULTS, key=found.of)
    alike = found.of(result)
    return Line(result, alike, found.total) if alike * 10_000 >= LINE_SHARE * found.total else None


def deviation(result: str, drawn: Line | None) -> Deviation | None:
    """Whether a ruling that ends in ``result`` departs from the line."""
    return Deviation(result, drawn) if drawn is not None and result != drawn.result else None


def nearest(this: Likeness, others: Sequence[Likeness]) -> list[tuple[int, int]]:
    """(score, index) of those that are near, the nearest first; of equals the one that comes first."""
    scored = ((score(this, other), index) for index, other in enumerate(others))
    return sorted((pair for pair in scored if pair[0] >= NEAR), key=lambda pair: (-pair[0], pair[1]))


def _overlap(one: frozenset[str], other: frozenset[str]) -> float:
    """Jaccard's index; two empty sets are the same."""
    if not one and not other:
        return 1.0
    return len(one & other) / len(one | other)
