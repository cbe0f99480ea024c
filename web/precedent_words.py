"""What precedents say, in words: results, spreads, lines, bands of sums, and the sentence by which reasons cite one."""

from __future__ import annotations

from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from arbitration.models import Deviation, Precedent
from arbitration.precedent_rules import BANDS, FULL, MERCHANT, PART, Spread
from common import money
from insights.models import Outcomes
from web import wording

Text = str | Promise
RESULTS: dict[str, Text] = {
    FULL: gettext_lazy("For the buyer in full"),
    PART: gettext_lazy("For the buyer in part"),
    MERCHANT: gettext_lazy("For the merchant"),
}


def spread_words(spread: Spread) -> str:
    """``12 like cases: 9 for the buyer in full, 3 for the merchant``. Empty where there is none."""
    if not spread.total:
        return ""
    told = {
        FULL: ngettext("{n} for the buyer in full", "{n} for the buyer in full", spread.of(FULL)),
        PART: ngettext("{n} for the buyer in part", "{n} for the buyer in part", spread.of(PART)),
        MERCHANT: ngettext("{n} for the merchant", "{n} for the merchant", spread.of(MERCHANT)),
    }
    parts = _("; ").join(told[result].format(n=spread.of(result)) for result in told if spread.of(result))
    every = ngettext("{n} like case: {parts}", "{n} like cases: {parts}", spread.total)
    return every.format(n=spread.total, parts=parts)


def line_words(usual: str, alike: int, near: int) -> str:
    """What a clear line of like cases says to somebody who departs from it."""
    told = {"alike": alike, "near": near, "result": str(RESULTS[usual])}
    return _("%(alike)s of %(near)s like cases ended: %(result)s. To decide otherwise, say why.") % told


def outcomes(found: Outcomes | None, type_name: str) -> dict[str, Any] | None:
    """How like cases ended in the last year, for whoever has yet to answer; nothing where too few stand behind it.

    ``among``: what they have in common, which is all that is known of them.
    """
    if found is None:
        return None
    spread = Spread({FULL: found.full, PART: found.part, MERCHANT: found.merchant})
    among = [type_name, *([band_words(found.band, found.currency)] if found.band is not None else [])]
    return {"title": spread_words(spread), "parts": spread_parts(spread), "among": " · ".join(among)}


def spread_parts(spread: Spread) -> list[dict[str, Any]]:
    """Each result with its share, as `components/spread.html` draws it; empty where there is none."""
    every = spread.total
    parts = [(RESULTS[result], spread.of(result)) for result in RESULTS]
    return [{"name": name, "n": n, "all": every, "percent": wording.percent(n, every)} for name, n in parts if every]


def deviation_words(found: Deviation | None) -> str:
    """The same of what was kept with a ruling; empty where it departs from nothing."""
    return line_words(found.usual, found.alike, found.near) if found is not None and found.usual else ""


def sentence(row: Precedent) -> str:
    """How reasons refer to a precedent: its reference, its clauses, how it ended."""
    told = {"reference": row.reference, "result": str(RESULTS[row.result]), "clauses": "、".join(row.clauses)}
    if not row.clauses:
        return _("See precedent %(reference)s (%(result)s).") % told
    return _("See precedent %(reference)s (%(result)s, clause %(clauses)s).") % told


def band_words(band: int, currency: str) -> str:
    """The band of a sum: ``¥200–500``, ``from ¥10,000``."""
    sign = money.sign(currency)
    if band >= len(BANDS):
        return _("from %(sum)s") % {"sum": f"{sign}{BANDS[-1]:,}"}
    if band == 0:
        return _("under %(sum)s") % {"sum": f"{sign}{BANDS[0]:,}"}
    return f"{sign}{BANDS[band - 1]:,}–{BANDS[band]:,}"
