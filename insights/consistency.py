"""How alike cases end, month by month: agreement of second readings, appeals, spread, departures, juries.

Counted once a day. Reads rulings, appeals, second readings, precedents and juries; writes `Consistency` and `Outcomes` and
nothing else. Pages read what stands here and count nothing. Nothing is kept that fewer than `FEWEST` stand behind.
"""

from __future__ import annotations

import csv
import io
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import connection
from django.db.models import Max

from arbitration import agreement
from arbitration.precedent_rules import PUBLIC_CASES
from common import dates
from common.acts import act
from common.ids import PLATFORM_ZONE
from insights.measures import harmless
from insights.models import Consistency, Outcomes
from jury import measures

EVERY = timedelta(days=1)
# The month that runs and the one before it, in which appeals still come in.
MONTHS = 2
# With fewer than these behind it a number says more about single people than about the house.
FEWEST = 5
OUTCOMES_OF = timedelta(days=365)

# What a ratio is made of: numerator, denominator. ``agreement`` kinds have κ beside them.
RULINGS, APPEALED, OVERTURNED, DEPARTED = "rulings", "appealed", "overturned", "departed"
OVERTURNED_TYPE, OVERTURNED_CLAUSE = "overturned_type", "overturned_clause"
SPREAD = "spread"  # key: type and result, `DAMAGED:full`
AGREEMENT, AGREEMENT_TYPE, AGREEMENT_CLAUSE = "agreement", "agreement_type", "agreement_clause"
# As in `jury.measures`, which says what they mean, and says nothing of fewer than thirty.
JURY_FIRST, JURY_OWN, JURY_AGREEMENT, JURY_DECIDED = "jury_first", "jury_own", "jury_agreement", "jury_decided"

Row = tuple[str, str, int, int, float | None]


@dataclass(frozen=True)
class Report:
    """One month as it was counted. ``of[kind]``: its rows, the largest denominators first. ``at`` ``None``: not counted."""

    month: date
    of: dict[str, list[Consistency]]
    at: datetime | None

    def one(self, kind: str) -> Consistency | None:
        return next(iter(self.of.get(kind, ())), None)


# --- counting -------------------------------------------------------------------------------------------------


def take_when_due(now: datetime) -> int:
    """A chore: count anew if a day has passed since the last time. Gives how many rows were written."""
    newest = Consistency.objects.order_by().aggregate(at=Max("at"))["at"]
    spread = Outcomes.objects.order_by().aggregate(at=Max("at"))["at"]
    last = max((at for at in (newest, spread) if at is not None), default=None)
    return 0 if last is not None and last <= now < last + EVERY else take(now)


@act
def take(now: datetime) -> int:
    """The last `MONTHS` months and the spreads are as of ``now``; older months stay as they were last counted."""
    written = sum(_take_month(month, now) for month in months_until(now, MONTHS))
    return written + _take_outcomes(now)


def months_until(now: datetime, count: int) -> list[date]:
    """The first days of the month of ``now`` (the platform's calendar) and of those before it, newest first."""
    month = now.astimezone(PLATFORM_ZONE).date().replace(day=1)
    found = [month]
    while len(found) < count:
        month = (month - timedelta(days=1)).replace(day=1)
        found.append(month)
    return found


def _take_month(month: date, now: datetime) -> int:
    begin = datetime(month.year, month.month, 1, tzinfo=PLATFORM_ZONE)
    following = (month + timedelta(days=32)).replace(day=1)
    end = datetime(following.year, following.month, 1, tzinfo=PLATFORM_ZONE)
    window = {"since": begin, "until": end, "month": month}
    rows: list[Row] = []
    with connection.cursor() as cursor:
        cursor.execute(_COUNT, window)
        rows += [(kind, key, numerator, denominator, None) for kind, key, numerator, denominator in cursor.fetchall()]
        cursor.execute(_READ_TWICE, window)
        rows += _agreements(cursor.fetchall())
    rows += _juries(begin, end)
    kept = [
        Consistency(month=month, kind=kind, key=key, numerator=above, denominator=below, kappa=kappa, at=now)
        for kind, key, above, below, kappa in rows
        if below >= FEWEST
    ]
    Consistency.objects.filter(month=month).delete()
    Consistency.objects.bulk_create(kept)
    return len(kept)


def _agreements(found: Iterable[tuple[str, str, str, Sequence[str]]]) -> list[Row]:
    """Rows of (type, first, second, clauses), one a point that was read twice, as agreements of all, by type, by clause."""
    groups: dict[tuple[str, str], list[tuple[str, str]]] = defaultdict(list)
    for type_code, first, second, clauses in found:
        pair = (first, second)
        groups[AGREEMENT, ""].append(pair)
        groups[AGREEMENT_TYPE, type_code].append(pair)
        for number in clauses:
            groups[AGREEMENT_CLAUSE, number].append(pair)
    rows: list[Row] = []
    for (kind, key), pairs in groups.items():
        told = agreement.of(pairs)
        rows.append((kind, key, told.alike, told.pairs, told.kappa))
    return rows


def _juries(since: datetime, until: datetime) -> list[Row]:
    """The juries whose vote ended in the month: does the place on the page matter, one's own side, do they agree."""
    told = measures.measure(since, until)
    shares = {
        JURY_FIRST: told.first,
        JURY_OWN: told.own,
        JURY_AGREEMENT: told.agreement,
        JURY_DECIDED: told.decided,
    }
    return [(kind, "", one.part, one.whole, None) for kind, one in shares.items() if one is not None]


def _take_outcomes(now: datetime) -> int:
    with connection.cursor() as cursor:
        cursor.execute(_ENDED, {"since": now - OUTCOMES_OF, "now": now, "fewest": PUBLIC_CASES})
        written: int = cursor.rowcount
    Outcomes.objects.filter(at__lt=now).delete()
    return written


# --- reading --------------------------------------------------------------------------------------------------


def report(month: date) -> Report:
    """One query."""
    of: dict[str, list[Consistency]] = defaultdict(list)
    rows = list(Consistency.objects.filter(month=month).order_by("kind", "-denominator", "key"))
    for row in rows:
        of[row.kind].append(row)
    return Report(month, dict(of), rows[0].at if rows else None)


def counted_months(most: int = 24) -> list[date]:
    """For which months there is a report, newest first."""
    return list(Consistency.objects.order_by("-month").values_list("month", flat=True).distinct()[:most])


def outcomes_like(type_code: str, currency: str, band: int) -> Outcomes | None:
    """How cases of this type and band ended, else of this type; ``None`` where too few stand behind it. One query."""
    rows = Outcomes.objects.filter(type_code=type_code, currency=currency)
    found = {row.band: row for row in rows}
    return found.get(band) or found.get(None)


def table(found: Report) -> str:
    """The month as CSV in UTF-8 with a mark that tells spreadsheets so. Codes and numbers only: no words to translate."""
    out = io.StringIO()
    out.write("\ufeff")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(["month", "kind", "key", "numerator", "denominator", "kappa", f"at ({dates.CELL_ZONE})"])
    for kind in sorted(found.of):
        for row in found.of[kind]:
            kappa = "" if row.kappa is None else f"{row.kappa:.4f}"
            month = f"{row.month:%Y-%m}"
            cells = [month, row.kind, row.key, str(row.numerator), str(row.denominator)]
            # A κ below zero is a number; everything else is somebody's text.
            writer.writerow([*(harmless(cell) for cell in cells), kappa, dates.cell(row.at)])
    return out.getvalue()


# All of one month by when the ruling was served. A ruling of the first stage counts once, whatever became of it.
_COUNT = """
WITH served AS MATERIALIZED (
    SELECT r.id, r.case_id, r.round, c.type_code
      FROM arbitration_ruling r JOIN disputes_case c ON c.id = r.case_id
     WHERE r.stage = 'first' AND r.state IN ('served', 'superseded')
       AND r.served_at >= %(since)s AND r.served_at < %(until)s
), attacked AS MATERIALIZED (
    SELECT s.id, s.type_code, bool_or(a.decided_at IS NOT NULL) AS decided,
           bool_or(a.decision IN ('changed', 'sent_back')) AS overturned
      FROM served s JOIN arbitration_appeal a ON a.ruling_id = s.id GROUP BY 1, 2
), cited AS (
    SELECT k.number, t.overturned FROM attacked t JOIN arbitration_citedclause k ON k.ruling_id = t.id WHERE t.decided
), ended AS MATERIALIZED (
    SELECT type_code, result FROM arbitration_precedent WHERE month = %(month)s AND withdrawn_at IS NULL
), of_type AS (
    SELECT type_code, count(*) AS n FROM ended GROUP BY 1
)
SELECT 'rulings', '', count(*), count(*) FROM served
UNION ALL
SELECT 'appealed', '', (SELECT count(*) FROM attacked), count(*) FROM served
UNION ALL
SELECT 'overturned', '', count(*) FILTER (WHERE overturned), count(*) FROM attacked WHERE decided
UNION ALL
SELECT 'overturned_type', type_code, count(*) FILTER (WHERE overturned), count(*) FROM attacked WHERE decided GROUP BY 2
UNION ALL
SELECT 'overturned_clause', number, count(*) FILTER (WHERE overturned), count(*) FROM cited GROUP BY 2
UNION ALL
SELECT 'departed', '', count(d.id), count(*)
  FROM served s LEFT JOIN arbitration_deviation d ON d.ruling_id = s.id AND d.usual <> ''
UNION ALL
SELECT 'spread', e.type_code || ':' || e.result, count(*), t.n
  FROM ended e JOIN of_type t USING (type_code) GROUP BY e.type_code, e.result, t.n
"""
_READ_TWICE = """
SELECT c.type_code, f.first, f.second,
       ARRAY(SELECT k.number FROM arbitration_citedclause k WHERE k.ruling_id = d.ruling_id ORDER BY k.place)
  FROM arbitration_draw d
  JOIN arbitration_drawfinding f ON f.draw_id = d.id
  JOIN arbitration_ruling r ON r.id = d.ruling_id
  JOIN disputes_case c ON c.id = r.case_id
 WHERE d.submitted_at >= %(since)s AND d.submitted_at < %(until)s
"""
_ENDED = """
INSERT INTO insights_outcomes (type_code, currency, band, "full", part, merchant, at)
SELECT type_code, currency, band, count(*) FILTER (WHERE result = 'full'), count(*) FILTER (WHERE result = 'part'),
       count(*) FILTER (WHERE result = 'merchant'), %(now)s
  FROM arbitration_precedent WHERE withdrawn_at IS NULL AND recorded_at >= %(since)s AND recorded_at <= %(now)s
 GROUP BY GROUPING SETS ((type_code, currency, band), (type_code, currency)) HAVING count(*) >= %(fewest)s
    ON CONFLICT (type_code, currency, band) DO UPDATE
   SET "full" = excluded."full", part = excluded.part, merchant = excluded.merchant, at = excluded.at
"""
