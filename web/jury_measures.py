"""Whether juries are fair, in figures that everybody may read. Counted once an hour; fewer than thirty say nothing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from common import clock
from jury import measures
from jury.measures import Measures, Share
from web import navigation

KEPT = 3600  # seconds
_KEY = "jury:measured"
# By chance half of all votes go to whoever stands first.
EVEN = 500


FIRST = (
    gettext_lazy("For the side that stands first"),
    gettext_lazy("Half of the jurors have the buyer first, half the merchant. Without an order effect this is 50 %."),
)
OWN = (
    gettext_lazy("For one's own side"),
    gettext_lazy(
        "Buyers for buyers, merchants for merchants. "
        "Every jury is drawn half and half, to within one seat, as far as there are enough of either."
    ),
)
AGREEMENT = (
    gettext_lazy("With the answer of the panel"),
    gettext_lazy("How far jurors see the same case in the same way."),
)
DECIDED = (
    gettext_lazy("Panels with an answer"),
    gettext_lazy("The others had no quorum or no majority, and an arbitrator decided alone."),
)


@dataclass(frozen=True)
class Row:
    """One figure with its range. ``even``: whether half lies within it; ``None`` where half means nothing."""

    name: str | Promise
    means: str | Promise
    share: Share | None
    even: bool | None


@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """Order effect, leaning to one's own side, agreement, answers."""
    now = clock.now()
    kept: tuple[Measures, datetime] | None = cache.get(_KEY)
    if kept is None:
        kept = measures.measure(), now
        cache.set(_KEY, kept, KEPT)
    found, counted_at = kept
    rows = [
        Row(*FIRST, found.first, found.first.holds(EVEN) if found.first else None),
        Row(*OWN, found.own, found.own.holds(EVEN) if found.own else None),
        Row(*AGREEMENT, found.agreement, None),
        Row(*DECIDED, found.decided, None),
    ]
    shown = {
        "nav": navigation.items("public"),
        "rows": rows,
        "panels": found.panels,
        "votes": found.votes,
        "least": measures.LEAST,
        "now": now,
        "counted_at": counted_at,
    }
    return render(request, "public/jury_measures.html", shown)
