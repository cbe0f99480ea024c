"""Whether juries are fair, measured on themselves: does the place on the page matter, does one's own side, do they agree.

Counts over votes that are over; nothing is said of fewer than thirty. Knows no case and nobody's name.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, F, Q

from jury.models import Ballot, Panel
from jury.tally import Verdict, Vote

LEAST = 30
_Z = 1.96


@dataclass(frozen=True, slots=True)
class Share:
    """``part`` of ``whole``, and where the true share lies 19 times out of 20 (Wilson 1927); in thousandths."""

    part: int
    whole: int
    value: int
    low: int
    high: int

    def holds(self, thousandths: int) -> bool:
        return self.low <= thousandths <= self.high


@dataclass(frozen=True, slots=True)
class Measures:
    """``None`` where there are too few.

    ``first``: of votes that took a side, those for the side that stood first; by chance half. ``own``: those of jurors who
    voted for the side they mostly are in the marketplace. ``agreement``: votes with the proposal of their panel.
    ``decided``: panels that proposed something.
    """

    panels: int
    votes: int
    first: Share | None
    own: Share | None
    agreement: Share | None
    decided: Share | None


def share(part: int, whole: int) -> Share | None:
    """Pure. ``None`` below thirty."""
    if whole < LEAST:
        return None
    at, spread = part / whole, _Z * _Z / whole
    middle = (at + spread / 2) / (1 + spread)
    width = _Z * math.sqrt(at * (1 - at) / whole + spread / (4 * whole)) / (1 + spread)
    return Share(
        part, whole, round(at * 1000), round(max(0.0, middle - width) * 1000), round(min(1.0, middle + width) * 1000)
    )


def measure(since: datetime | None = None, until: datetime | None = None) -> Measures:
    """All votes that are over, or those that ended from ``since`` until before ``until``.

    Two statements over two tables that only juries fill; pages keep the answer for an hour.
    """
    over = Panel.objects.filter(state=Panel.CLOSED)
    if since is not None:
        over = over.filter(ended_at__gte=since)
    if until is not None:
        over = over.filter(ended_at__lt=until)
    ballots = Ballot.objects.filter(opened_at__isnull=False, spoiled=False)
    if since is not None or until is not None:
        ballots = ballots.filter(seat__panel__in=over)
    sided = Q(vote__in=[Vote.BUYER.value, Vote.MERCHANT.value])
    votes = ballots.aggregate(
        cast=Count("id"),
        sided=Count("id", filter=sided),
        first=Count("id", filter=sided & Q(vote=F("seat__first"))),
        own=Count("id", filter=sided & Q(vote=F("seat__background"))),
        compared=Count("id", filter=Q(agreed__isnull=False)),
        agreed=Count("id", filter=Q(agreed=True)),
    )
    proposed = Q(verdict__in=[Verdict.BUYER.value, Verdict.MERCHANT.value])
    panels = over.aggregate(closed=Count("id"), decided=Count("id", filter=proposed))
    return Measures(
        panels=panels["closed"],
        votes=votes["cast"],
        first=share(votes["first"], votes["sided"]),
        own=share(votes["own"], votes["sided"]),
        agreement=share(votes["agreed"], votes["compared"]),
        decided=share(panels["decided"], panels["closed"]),
    )
