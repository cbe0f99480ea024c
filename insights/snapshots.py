"""Counts for each shop why cases come, where they are lost, and the indicators with their parts. Once an hour, set by set.

Reads cases, rulings and the journal; writes `Measure` and nothing else. Pages read what stands here and count nothing.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import connection
from django.db.models import Max

from common.acts import act
from insights.models import Measure

WINDOW_DAYS = 90
EVERY = timedelta(hours=1)
# How many of a kind are kept for each shop: what comes after these is the long tail.
KEPT = 10
# From so many cases of one type on it is said what most of them have in common, if that is rarer among the others.
LEANING = 3
# The reason of the rulebook that says: when it was taken cannot be verified.
TIME_UNKNOWN = "time_unknown"


@act
def take(now: datetime) -> int:
    """Every shop with cases in the window has its measures as of ``now``; what is older is gone. Returns how many."""
    with connection.cursor() as cursor:
        cursor.execute(
            _COUNT,
            {
                "since": now - timedelta(days=WINDOW_DAYS),
                "now": now,
                "window": WINDOW_DAYS,
                "kept": KEPT,
                "leaning": LEANING,
                "time_unknown": TIME_UNKNOWN,
            },
        )
        written: int = cursor.rowcount
    Measure.objects.filter(window_days=WINDOW_DAYS, at__lt=now).delete()
    return written


def take_when_due(now: datetime) -> int:
    """As `take`, unless it was done within the hour before ``now``: how often this is called matters to nobody."""
    newest = Measure.objects.filter(window_days=WINDOW_DAYS).order_by().aggregate(at=Max("at"))["at"]
    return 0 if newest is not None and newest <= now < newest + EVERY else take(now)


# One statement, so that all numbers are of one moment: of what buyers brought, since a shop's own claims say nothing about
# its service; what the platform keeps until a case ends is of all that are open. A point is lost if it was found for the
# buyer, or if nobody could tell and the merchant bears it; its causes are tried in the order of what would have helped
# first.
_COUNT = """
WITH taken AS MATERIALIZED (
    SELECT id, merchant_id, type_code, order_id, line_id, stream_id, opened_at, intervened_at
      FROM disputes_case WHERE opened_at >= %(since)s AND opened_at < %(now)s AND claimant = 'buyer'
), shop AS (
    SELECT merchant_id, count(*) AS cases, count(intervened_at) AS intervened FROM taken GROUP BY 1
), sold AS (
    SELECT merchant_id, count(*) AS orders FROM marketplace_order
     WHERE paid_at >= %(since)s AND paid_at < %(now)s AND merchant_id IN (SELECT merchant_id FROM shop) GROUP BY 1
), facets AS MATERIALIZED (
    SELECT t.merchant_id, t.type_code, 'sku' AS kind, l.sku AS key
      FROM taken t JOIN marketplace_orderline l ON l.id = t.line_id WHERE l.sku <> ''
    UNION ALL
    SELECT t.merchant_id, t.type_code, 'batch', l.batch
      FROM taken t JOIN marketplace_orderline l ON l.id = t.line_id WHERE l.batch <> ''
    UNION ALL
    SELECT t.merchant_id, t.type_code, 'carrier', s.carrier FROM taken t CROSS JOIN LATERAL (
        SELECT carrier FROM marketplace_shipment
         WHERE order_id = t.order_id AND direction = 'outbound' ORDER BY shipped_at DESC, id DESC LIMIT 1
    ) s WHERE s.carrier <> ''
), of_type AS MATERIALIZED (
    SELECT merchant_id, type_code, count(*) AS n FROM taken GROUP BY 1, 2
), shares AS (
    SELECT merchant_id, 'type' AS kind, type_code AS key, n FROM of_type
    UNION ALL
    SELECT merchant_id, kind, key, count(*) FROM facets GROUP BY 1, 2, 3
), leaning AS (
    SELECT f.merchant_id, f.type_code, f.kind, left(f.key, 80) AS key, f.n, y.n AS of,
           row_number() OVER (PARTITION BY f.merchant_id, f.type_code
                              ORDER BY f.n::numeric / y.n - s.n::numeric / shop.cases DESC, f.n DESC, f.kind, f.key) AS place
      FROM (SELECT merchant_id, type_code, kind, key, count(*) AS n FROM facets GROUP BY 1, 2, 3, 4) f
      JOIN of_type y USING (merchant_id, type_code)
      JOIN shares s USING (merchant_id, kind, key)
      JOIN shop USING (merchant_id)
     WHERE f.n >= %(leaning)s AND f.n * 2 >= y.n AND f.n * shop.cases > s.n * y.n
), ranked AS (
    SELECT s.merchant_id, s.kind, left(s.key, 120) AS key, s.n,
           row_number() OVER (PARTITION BY s.merchant_id, s.kind ORDER BY s.n DESC, s.key) AS place
      FROM shares s
), decided AS MATERIALIZED (
    SELECT c.merchant_id, c.type_code, (o.amount > 0 OR o.pays OR o.returns) AS lost
      FROM disputes_outcome o JOIN disputes_case c ON c.id = o.case_id
     WHERE o.superseded_at IS NULL AND o.source IN ('ruled', 'appealed', 'forced') AND c.claimant = 'buyer'
       AND o.recorded_at >= %(since)s AND o.recorded_at < %(now)s
), settled AS (
    SELECT t.merchant_id, count(*) AS n FROM taken t JOIN disputes_outcome o ON o.case_id = t.id
     WHERE o.superseded_at IS NULL AND o.source IN ('agreed', 'settled', 'conceded') GROUP BY 1
), replied AS (
    SELECT t.merchant_id, count(*) AS n, sum(extract(epoch FROM e.at - t.opened_at))::bigint AS seconds
      FROM taken t CROSS JOIN LATERAL (
        SELECT at FROM journal_entry WHERE stream_id = t.stream_id AND actor_role = 'merchant' ORDER BY seq LIMIT 1
    ) e GROUP BY 1
), lost_points AS MATERIALIZED (
    SELECT c.merchant_id, CASE
        WHEN a.id IS NULL AND p.raised_by <> 'merchant' THEN 'silent'
        WHEN EXISTS (SELECT 1 FROM arbitration_admission d WHERE d.ruling_id = r.id AND d.exhibit_id = ANY(a.exhibits)
                        AND d.verdict <> 'full' AND d.reason = %(time_unknown)s) THEN 'time_unknown'
        WHEN EXISTS (SELECT 1 FROM arbitration_admission d WHERE d.ruling_id = r.id AND d.exhibit_id = ANY(a.exhibits)
                        AND d.verdict <> 'full') THEN 'not_admitted'
        WHEN f.finding = 'undetermined' THEN 'burden'
        WHEN coalesce(cardinality(a.exhibits), 0) = 0 THEN 'no_evidence'
        ELSE 'weighed' END AS cause
      FROM arbitration_ruling r
      JOIN disputes_case c ON c.id = r.case_id
      JOIN arbitration_finding f ON f.ruling_id = r.id
      JOIN disputes_point p ON p.id = f.point_id
      LEFT JOIN disputes_pointanswer a ON a.point_id = p.id AND a.side = 'merchant' AND a.superseded_at IS NULL
     WHERE r.state = 'served' AND c.claimant = 'buyer' AND r.served_at >= %(since)s AND r.served_at < %(now)s
       AND (f.finding = 'buyer' OR (f.finding = 'undetermined' AND r.merchant_share > 0))
), lost_sums AS (
    SELECT merchant_id, count(*) AS n FROM lost_points GROUP BY 1
), kept AS (
    SELECT c.merchant_id, c.currency AS key, sum(a.balance)::bigint AS balance, count(*) AS orders
      FROM (SELECT DISTINCT merchant_id, order_id, currency FROM disputes_case WHERE closed_at IS NULL) c
      JOIN ledger_account a ON a.key = 'escrow:' || c.order_id || ':' || c.currency
     WHERE a.balance > 0 GROUP BY 1, 2
), measured AS (
    SELECT merchant_id, 'cases' AS kind, '' AS key, cases AS numerator, cases AS denominator FROM shop
    UNION ALL
    SELECT merchant_id, 'intervention', '', shop.intervened, coalesce(sold.orders, 0)
      FROM shop LEFT JOIN sold USING (merchant_id)
    UNION ALL
    SELECT r.merchant_id, r.kind, r.key, r.n, shop.cases FROM ranked r JOIN shop USING (merchant_id)
     WHERE r.place <= %(kept)s
    UNION ALL
    SELECT merchant_id, 'leaning', type_code || ':' || kind || ':' || key, n, of FROM leaning WHERE place = 1
    UNION ALL
    SELECT merchant_id, 'liability', '', count(*) FILTER (WHERE lost), count(*) FROM decided GROUP BY 1
    UNION ALL
    SELECT merchant_id, 'lost_type', type_code, count(*) FILTER (WHERE lost), count(*) FROM decided GROUP BY 1, 3
    UNION ALL
    SELECT shop.merchant_id, 'settled', '', coalesce(settled.n, 0), shop.cases
      FROM shop LEFT JOIN settled USING (merchant_id)
    UNION ALL
    SELECT merchant_id, 'first_reply', '', seconds, n FROM replied
    UNION ALL
    SELECT merchant_id, 'held', key, balance, orders FROM kept
    UNION ALL
    SELECT l.merchant_id, 'lost_point', l.cause, count(*), s.n
      FROM lost_points l JOIN lost_sums s USING (merchant_id) GROUP BY 1, 3, s.n
)
INSERT INTO insights_measure (merchant_id, window_days, kind, key, numerator, denominator, at)
SELECT merchant_id, %(window)s, kind, key, greatest(numerator, 0), denominator, %(now)s FROM measured
    ON CONFLICT (merchant_id, window_days, kind, key)
    DO UPDATE SET numerator = excluded.numerator, denominator = excluded.denominator, at = excluded.at
"""
