"""How far two readers agree, beyond what chance would give. Pure: pairs of answers in, numbers out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Agreement:
    """``alike`` of ``pairs`` answers are the same. ``kappa``: Cohen's κ, from -1 to 1.

    ``kappa`` is ``None`` where it says nothing: nobody compared, or both always gave one and the same answer.
    """

    alike: int
    pairs: int
    kappa: float | None

    @property
    def share(self) -> float | None:
        return self.alike / self.pairs if self.pairs else None


def of(pairs: Iterable[tuple[Hashable, Hashable]]) -> Agreement:
    """The agreement of first and second answers to the same questions (Cohen 1960: unweighted, two readers).

    κ = (p - e) / (1 - e): p is the share of equal answers, e the share to be expected if both answered by chance as often
    as each of them gave each answer.
    """
    seen = list(pairs)
    if not seen:
        return Agreement(0, 0, None)
    alike = sum(first == second for first, second in seen)
    firsts, seconds = Counter(first for first, _ in seen), Counter(second for _, second in seen)
    # In whole numbers, so that "always the same answer" is exactly that.
    by_chance = sum(count * seconds[answer] for answer, count in firsts.items())
    square = len(seen) ** 2
    kappa = None if by_chance == square else (alike * len(seen) - by_chance) / (square - by_chance)
    return Agreement(alike, len(seen), kappa)
