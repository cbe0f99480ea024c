"""A marketplace of many cases, made set-wise in SQL: rows as acts would have left them, but for speed without the acts.

Only for measuring. No test uses it, since it writes states.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.db import connection
from django.db.backends.utils import CursorWrapper

from accounts.models import Grant, Membership, Merchant, Right, User
from common import clock
from common.actor import Actor
from disputes.models import Case, CaseFile, Deadline, Point, Statement
from evidence.models import Dossier
from journal.models import Entry, Stream
from marketplace.models import Order, OrderLine
from rulebook import publishing
from rulebook import queries as rulebook

SHOPS = 200
BUYERS = 20_000
ENTRIES = 8


@dataclass(frozen=True)
class World:
    """Who to sign in as, and what there is."""

    cases: int
    merchant_user: User
    buyer_user: User
    arbitrator_user: User
    senior_user: User
    shop: Merchant
    case_number: str
    long_case_number: str


# (state, awaits, duty, step, clock, share in per cent, has a live deadline)
SHARES = (
    ("awaiting_merchant", "merchant", "merchant_reply", "merchant_reply.return_refund", "H", 10),
    ("awaiting_buyer", "buyer", "buyer_reply", "buyer_reply", "D", 10),
    ("gathering_evidence", "both", "evidence", "evidence", "H", 10),
    ("awaiting_confirmation", "merchant", "confirmation", "confirmation", "H", 30),
    ("awaiting_assignment", "platform", "pickup", "pickup", "BD", 5),
    ("under_review", "platform", "review", "review", "BD", 5),
    ("closed", "", "", "", "", 30),
)


def world(cases: int, *, shops: int = SHOPS, buyers: int = BUYERS) -> World:
    """``cases`` cases with orders, deadlines, points, statements and a record each. To be measured, it wants `settle`."""
    now = clock.now()
    publishing.load_catalogue(actor=Actor.system(), now=now)
    rules = rulebook.in_force(rulebook.default_profile(), now)
    merchant_user = User.objects.create(username="bench-merchant", display_name="店员")
    arbitrator_user = User.objects.create(username="bench-arbitrator")
    senior_user = User.objects.create(username="bench-senior")
    Grant.objects.create(user=arbitrator_user, role="arbitrator", number="901", since=now, load_limit=100)
    Grant.objects.create(user=senior_user, role="senior", number="902", since=now)
    with connection.cursor() as cursor:
        _set_defaults(cursor)
        for statement in _people(shops, buyers) + _orders(cases, shops, buyers) + _cases(cases, rules.pk):
            cursor.execute(statement)
        cursor.execute("ANALYZE")
    shop = Merchant.objects.get(name="店铺 1")
    Membership.objects.create(user=merchant_user, merchant=shop, rights=[r.value for r in Right], since=now)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.number, c.id, c.stream_id, u.id FROM disputes_case c JOIN accounts_user u ON u.id = c.buyer_id "
            "WHERE c.state = 'awaiting_confirmation' AND c.merchant_id = %s ORDER BY c.id LIMIT 2",
            [shop.pk],
        )
        (number, _, _, buyer_id), (long_number, _, long_stream, _) = cursor.fetchall()
        cursor.execute(_entries(f"s.id = {long_stream}", ENTRIES + 1, ENTRIES + 500))
        cursor.execute(f"UPDATE journal_stream SET head_seq = {ENTRIES + 500} WHERE id = {long_stream}")
    return World(
        cases=cases,
        merchant_user=merchant_user,
        buyer_user=User.objects.get(pk=buyer_id),
        arbitrator_user=arbitrator_user,
        senior_user=senior_user,
        shop=shop,
        case_number=number,
        long_case_number=long_number,
    )


def settle() -> None:
    """As a database is that has been in use for a while: no row is read for the first time."""
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")


def _set_defaults(cursor: CursorWrapper) -> None:
    """Teach this database the defaults that Django keeps to itself: rows made here need not name every column."""
    for model in (Merchant, Order, OrderLine, Dossier, Stream, Entry, Case, CaseFile, Deadline, Point, Statement):
        for field in model._meta.concrete_fields:
            default = None if field.primary_key or field.null or field.generated else field.get_default()
            if default is not None:
                column = f"ALTER TABLE {model._meta.db_table} ALTER COLUMN {field.column}"
                cursor.execute(f"{column} SET DEFAULT %s", [field.get_db_prep_save(default, connection)])


def _people(shops: int, buyers: int) -> list[str]:
    return [
        f"""INSERT INTO accounts_user (password, is_superuser, username, email, is_staff, is_active, date_joined,
               display_name, language)
            SELECT '', false, 'bench-' || n, '', false, true, heng_now(), '买家' || n, 'zh-hans'
            FROM generate_series(1, {buyers}) n""",
        f"""INSERT INTO accounts_merchant (public_id, name)
            SELECT 'BENCH' || lpad(n::text, 21, '0'), '店铺 ' || n FROM generate_series(1, {shops}) n""",
        "CREATE TEMP TABLE b AS SELECT row_number() OVER (ORDER BY id) n, id FROM accounts_user "
        "WHERE username ~ '^bench-[0-9]+$'",
        "CREATE TEMP TABLE m AS SELECT row_number() OVER (ORDER BY id) n, id FROM accounts_merchant "
        "WHERE name LIKE '店铺 %'",
        "CREATE UNIQUE INDEX ON b (n)",
        "CREATE UNIQUE INDEX ON m (n)",
        "ANALYZE b",
        "ANALYZE m",
    ]


def _orders(cases: int, shops: int, buyers: int) -> list[str]:
    return [
        f"""INSERT INTO marketplace_order (source, external_id, version, seen_digest, received_at, public_id, buyer_id,
               merchant_id, state, currency, freight, region, placed_at, paid_at, shipped_at, signed_at)
            SELECT 'bench', x.n, 1, repeat('0', 64), heng_now(), 'B' || lpad(x.n::text, 25, '0'), b.id, m.id, 'SIGNED',
               'CNY', 0, '浙江省杭州市', t, t + interval '10 min', t + interval '1 day', t + interval '3 days'
            FROM (SELECT n, heng_now() - interval '20 days' + n * interval '1 second' AS t
                  FROM generate_series(1, {cases}) n) x
            JOIN b ON b.n = 1 + x.n % {buyers} JOIN m ON m.n = 1 + x.n % {shops}""",
        """INSERT INTO marketplace_orderline (order_id, external_id, version, sku, batch, title, category, quantity,
               unit_price, paid, promises)
            SELECT id, '1', 1, 'SKU-' || id % 1000, 'A' || id % 9, '汝窑青瓷茶壶 单壶 280ml 第' || id || '号', 'kitchen', 1,
               5000 + id % 90000, 5000 + id % 90000, '[{"code": "damage_cover"}]'
            FROM marketplace_order WHERE source = 'bench'""",
    ]


def _cases(cases: int, rules: int) -> list[str]:
    edges, low = [], 0
    for state, awaits, duty, step, kind, share in SHARES:
        edges.append((low, low + share, state, awaits, duty, step, kind))
        low += share
    table = ", ".join(f"({lo}, {hi}, '{s}', '{a}', '{d}', '{t}', '{k}')" for lo, hi, s, a, d, t, k in edges)
    return [
        f"CREATE TEMP TABLE shares AS SELECT * FROM (VALUES {table}) AS v(lo, hi, state, awaits, duty, step, clock)",
        """CREATE TEMP TABLE plan AS
            SELECT row_number() OVER (ORDER BY o.id) AS n, o.id AS order_id, o.buyer_id, o.merchant_id, l.id AS line_id,
               l.title, l.paid, nextval('journal_stream_id_seq') AS stream_id,
               nextval('evidence_dossier_id_seq') AS dossier_id, nextval('disputes_case_id_seq') AS case_id,
               heng_now() + interval '1 day' + ((o.id * 7919) % 700000) * interval '1 second' AS due_at
            FROM marketplace_order o JOIN marketplace_orderline l ON l.order_id = o.id WHERE o.source = 'bench'""",
        f"INSERT INTO journal_stream (id, head_seq, head_digest) SELECT stream_id, {ENTRIES}, repeat('0', 64) FROM plan",
        "INSERT INTO evidence_dossier (id, opened_at, round) SELECT dossier_id, heng_now(), 1 FROM plan",
        f"""INSERT INTO disputes_case (id, number, stream_id, dossier_id, order_id, line_id, buyer_id, merchant_id, state,
               version, round, state_since, awaits, due_at, priority, kind, type_code, title, currency, paid, claimed,
               remedy, returns, pays, substitute, substance_rules_id, procedure_rules_id, opened_at, intervened_at,
               evidence_closes_at, closed_at, buyer_handed_in_at, asked, answered, appellant, decided_on_appeal,
               refusals_so_far, legal_hold)
            SELECT p.case_id, 'DA-20261101-' || lpad(p.n::text, 7, '0'), p.stream_id, p.dossier_id, p.order_id, p.line_id,
               p.buyer_id, p.merchant_id, s.state, 6, 1, heng_now() - interval '5 days', s.awaits,
               CASE WHEN s.duty = '' THEN NULL ELSE p.due_at END, 0, 'return_refund', 'DAMAGED', p.title, 'CNY', p.paid,
               p.paid, 'R3', true, false, 0, {rules}, {rules}, heng_now() - interval '9 days' + p.n * interval '1 second',
               heng_now() - interval '6 days', heng_now() - interval '1 day',
               CASE WHEN s.state = 'closed' THEN heng_now() END, heng_now() - interval '2 days', '', '', '', false, 1, false
            FROM plan p JOIN shares s ON (abs(hashint8(p.n)) % 100) >= s.lo AND (abs(hashint8(p.n)) % 100) < s.hi""",
        """INSERT INTO disputes_deadline (case_id, duty, step, clock, awaits, state, armed_at, due_at, provisional,
               calendar_version, extensions, reminders, attempts, error)
            SELECT p.case_id, s.duty, s.step, s.clock, s.awaits, 'pending', heng_now() - interval '1 day', p.due_at, false,
               '', 0, '{}', 0, ''
            FROM plan p JOIN shares s ON abs(hashint8(p.n)) % 100 >= s.lo AND abs(hashint8(p.n)) % 100 < s.hi
            WHERE s.duty <> ''""",
        """INSERT INTO disputes_statement (case_id, side, kind, text, at)
            SELECT case_id, side, kind, '收到时壶身有一道裂纹，注水后渗出来。', heng_now() - interval '6 days'
            FROM plan, (VALUES ('buyer', 'request'), ('merchant', 'refusal'), ('buyer', 'story')) AS v(side, kind)""",
        """INSERT INTO disputes_point (case_id, round, number, text, raised_by)
            SELECT case_id, 1, number, text, 'buyer' FROM plan,
               (VALUES (1, '收到时壶身已有裂纹'), (2, '注水后会渗水'), (3, '破损发生在签收之前')) AS v(number, text)""",
        """INSERT INTO disputes_casefile (case_id, round, body, digest, frozen_at)
            SELECT case_id, 1, '{"format": 1, "order": {}, "line": {}, "promises": [], "payments": [], "shipments": [],
               "chat": {"messages": []}, "listing": null, "settlements": [], "refunds_elsewhere": []}', repeat('0', 64),
               heng_now() FROM plan""",
        _entries("true", 1, ENTRIES),
    ]


def _entries(where: str, first: int, last: int) -> str:
    kinds = (
        "ARRAY['refund_requested', 'refund_refused', 'intervention_requested', 'admitted', 'evidence_added', "
        "'evidence_added', 'deadline_extended', 'buyer_handed_in']"
    )
    return f"""INSERT INTO journal_entry (stream_id, seq, kind, actor_role, at, data, salt, previous, digest)
        SELECT s.id, n, ({kinds})[1 + (n - 1) % 8], (ARRAY['buyer', 'merchant', 'system'])[1 + n % 3],
           heng_now() - interval '6 days' + n * interval '1 minute',
           jsonb_build_object('amount', 68000, 'number', 'B' || n), repeat('0', 32), repeat('0', 64), repeat('0', 64)
        FROM journal_stream s, generate_series({first}, {last}) n WHERE {where}"""
