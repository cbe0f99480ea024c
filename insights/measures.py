"""A shop's measures as they are read: by kind, with their parts, and as a table for other programs."""

from __future__ import annotations

import csv
import io
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from common import dates
from insights.models import Measure
from insights.snapshots import WINDOW_DAYS

# With fewer cases than these a share says more about chance than about the shop.
FEWEST = 10
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


@dataclass(frozen=True)
class Measures:
    """``of[kind]``: the measures of a kind, the largest first. ``at``: when they were counted; ``None``: not yet."""

    of: dict[str, list[Measure]]
    at: datetime | None

    @property
    def cases(self) -> int:
        return sum(measure.numerator for measure in self.of.get("cases", ()))

    @property
    def too_few(self) -> bool:
        return self.cases < FEWEST

    def one(self, kind: str) -> Measure | None:
        return next(iter(self.of.get(kind, ())), None)


def of_shop(merchant_id: int) -> Measures:
    """One query."""
    found: dict[str, list[Measure]] = defaultdict(list)
    rows = list(Measure.objects.filter(merchant_id=merchant_id, window_days=WINDOW_DAYS).order_by("-numerator", "key"))
    for row in rows:
        found[row.kind].append(row)
    return Measures(dict(found), rows[0].at if rows else None)


def table(measures: Measures, heads: Sequence[str], names: Callable[[Measure], tuple[str, str]]) -> str:
    """All of it as CSV in UTF-8 with a mark that tells spreadsheets so. ``heads``: of the nine columns, and ``names``: what
    the kind and the key of a measure are called, in the reader's words; their codes stand beside them.
    """
    out = io.StringIO()
    out.write("\ufeff")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow([harmless(head) for head in heads])
    for kind in sorted(measures.of):
        writer.writerows(_row(measure, names(measure)) for measure in measures.of[kind])
    return out.getvalue()


def _row(measure: Measure, named: tuple[str, str]) -> Iterable[str]:
    since = measure.at - timedelta(days=measure.window_days)
    what = [measure.kind, named[0], measure.key, named[1]]
    parts = [*what, measure.numerator, measure.denominator, measure.window_days]
    return [harmless(str(part)) for part in [*parts, dates.cell(since), dates.cell(measure.at)]]


def harmless(text: str) -> str:
    """A cell that no spreadsheet takes for a formula. A SKU is somebody else's text."""
    return f"'{text}" if text.startswith(_FORMULA) else text
