"""Searching precedents: as many synthetic rulings as are asked for, the search of the desk, and brute force beside it.

The rows are put together in SQL out of sentences whose terms `arbitration.precedent_text` has found, so that a million take
about two minutes; words are as unevenly frequent as in real texts. Brute force looks through the text of every row.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from statistics import median, quantiles
from typing import TYPE_CHECKING

from django.db import DatabaseError, connection

from arbitration import precedent_text, precedents
from arbitration.models import Precedent
from arbitration.precedents import Wanted
from common import clock
from disputes.models import Case
from marketplace.models import OrderLine

if TYPE_CHECKING:
    from bench.report import Line

SENTENCES = 30_000
# In how many rows the index is also held against trigrams: their index takes longer to build than all the rest.
COMPARED = 100_000
# How many of the newest rows that hold the words are compared with what brute force finds.
CHECKED = 5_000
_TYPES = (
    *("DAMAGED", "QUALITY", "NOT_AS_DESCRIBED", "NOT_RECEIVED", "MISSING", "WRONG_ITEM", "COUNTERFEIT", "SEVEN_DAY"),
    *("LATE_SHIPMENT", "FREIGHT", "INVOICE", "WARRANTY"),
)
_CATEGORIES = ("kitchen", "home", "phone", "clothing", "beauty", "toys", "food", "books")
_RESULTS = ("full", "part", "merchant")
_THINGS = (
    *("茶壶", "花瓶", "手机", "耳机", "外套", "面霜", "积木", "饼干", "台灯", "行李箱"),
    *("键盘", "手表", "书架", "锅具", "眼镜", "被子", "雨伞", "球鞋", "背包", "相机"),
)
_PARTS = (
    *("壶身", "壶底", "瓶口", "屏幕", "接口", "袖口", "拉链", "瓶盖", "包装", "外箱"),
    *("边角", "底座", "轮子", "按键", "表盘", "层板", "手柄", "镜腿", "缝线", "伞骨"),
)
_FLAWS = (
    *("裂纹", "缺口", "渗水", "划痕", "色差", "异响", "断裂", "起球", "漏液", "受潮"),
    *("变形", "松动", "掉漆", "卡顿", "发霉", "脱线", "凹陷", "污渍", "缺件", "烧焦"),
)
_ENGLISH = (
    *("leaks", "crack", "scratch", "dent", "label", "courier", "unboxing"),
    *("invoice", "warranty", "sealed", "serial", "refund", "returned", "tested"),
)
_SHAPES = (
    "签收当晚报损，{part}有{flaw}，照片{exhibit}可见",
    "商家没有证明交付时{thing}完好，{flaw}由商家承担",
    "买家主张{thing}的{part}{flaw}，与凭证{exhibit}相符",
    "开箱视频连续，{part}完好，没有{flaw}",
    "{thing}的{flaw}属于运输造成，批次{rare}",
    "the {thing_en} {word} at the {rare_en}, see {exhibit}",
    "物流记录显示本人签收，{thing}{rare}未见{flaw}",
    "商品页写明{part}允许{flaw}，{rare}",
)


@dataclass(frozen=True)
class Asked:
    """A query with its kind, and what brute force looks for."""

    kind: str
    wanted: Wanted


def lines(*, count: int, queries: int = 240, checked: int = 12) -> Iterator[Line]:
    """Rows, sizes, p50 and p95 of a first page by kind of query, recall and precision, like cases, trigrams beside it."""
    from bench.report import Line

    began = time.perf_counter()
    _fill(count)
    yield Line("precedents, rows", count, "", None)
    yield Line("precedents, made in", time.perf_counter() - began, "s", None)
    table, index = _sizes()
    yield Line("precedents, table", table, "MB", None)
    yield Line("precedents, index of words", index, "MB", None)
    asked = _queries(queries)
    spent = {one: _seconds(lambda one=one: precedents.search(one.wanted)) for one in asked}  # type: ignore[misc]
    for kind in dict.fromkeys(one.kind for one in asked):
        yield Line(f"search, {kind}, p95", _p95([spent[one] for one in asked if one.kind == kind]) * 1000, "ms", None)
    yield Line("search, all kinds, p50", median(spent.values()) * 1000, "ms", None)
    yield Line("search, all kinds, p95", _p95(list(spent.values())) * 1000, "ms", 200)
    found = [_against_brute_force(one) for one in _spread(asked, checked)]
    yield Line("brute force, p50", median(took for *_, took in found) * 1000, "ms", None)
    yield Line("search, recall", _share(found, 1), "×", 1, at_most=False)
    yield Line("search, precision", _share(found, 2), "×", 1, at_most=False)
    near = [_seconds(lambda case=case: _near(case)) for case in _cases(60)]  # type: ignore[misc]
    yield Line("like cases, p95", _p95(near) * 1000, "ms", 200)
    yield from _beside_trigrams(asked, min(count, COMPARED))


# --- making them ----------------------------------------------------------------------------------------------


def _fill(count: int) -> None:
    draw = random.Random(7)
    sentences = [_sentence(draw, number) for number in range(SENTENCES)]
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMP TABLE sentence (id int PRIMARY KEY, body text, terms tsvector)")
        for first in range(0, SENTENCES, 1_000):
            rows = sentences[first : first + 1_000]
            values = ", ".join(["(%s, %s, array_to_tsvector(%s))"] * len(rows))
            parts: list[object] = []
            for number, body in enumerate(rows, first):
                parts += [number, body, precedent_text.terms(body)]
            cursor.execute(f"INSERT INTO sentence VALUES {values}", parts)
        cursor.execute("ANALYZE sentence")
        # No cases stand behind these rows, so that nothing but the search is measured.
        cursor.execute("SET session_replication_role = replica")
        indexes = _without_indexes(cursor)
        cursor.execute(
            _ROWS,
            {
                "count": count,
                "sentences": SENTENCES,
                "types": list(_TYPES),
                "categories": list(_CATEGORIES),
                "results": list(_RESULTS),
                "now": clock.now(),
            },
        )
        cursor.execute("SET maintenance_work_mem = '512MB'")
        for statement in indexes:
            cursor.execute(statement)
        cursor.execute("SET session_replication_role = DEFAULT")
        cursor.execute("RESET maintenance_work_mem")
        cursor.execute("VACUUM ANALYZE arbitration_precedent")


def _without_indexes(cursor: object) -> list[str]:
    """Drops the indexes that are no constraints, and gives the statements that make them again."""
    cursor.execute(  # type: ignore[attr-defined]
        "SELECT indexname, indexdef FROM pg_indexes WHERE tablename = 'arbitration_precedent' AND indexdef !~ 'UNIQUE'"
    )
    found = cursor.fetchall()  # type: ignore[attr-defined]
    for name, _definition in found:
        cursor.execute(f'DROP INDEX "{name}"')  # type: ignore[attr-defined]
    return [definition for _name, definition in found]


def _sentence(draw: random.Random, number: int) -> str:
    """Things and flaws are common; every sentence may have a word that only few rows have."""
    return draw.choice(_SHAPES).format(
        part=draw.choice(_PARTS),
        flaw=_FLAWS[int(len(_FLAWS) * draw.random() ** 2)],
        thing=_THINGS[int(len(_THINGS) * draw.random() ** 2)],
        thing_en=draw.choice(("teapot", "phone", "jacket", "lamp", "suitcase")),
        word=_ENGLISH[int(len(_ENGLISH) * draw.random() ** 2)],
        exhibit=f"B{draw.randrange(1, 9)}",
        rare=_rare(draw),
        rare_en=f"sku{number % 5_000}",
    )


def _rare(draw: random.Random) -> str:
    """One of ten thousand words of two characters, as names of goods and batches are."""
    number = draw.randrange(10_000)
    return chr(0x4E00 + number % 100 * 37) + chr(0x5E00 + number // 100 * 41)


# Squared chances make some sentences a hundred times as frequent as others, as words are.
_ROWS = """
INSERT INTO arbitration_precedent (reference, case_id, ruling_id, month, recorded_at, on_appeal, type_code, category,
    currency, band, buyer_codes, merchant_codes, result, remedy, merchant_share, clauses, rules_version, points, reasons,
    words, withdrawn_because)
SELECT 'X' || lpad(n::text, 9, '0'), -n, -n, date_trunc('month', %(now)s::timestamptz - n %% 700 * interval '1 day')::date,
    %(now)s::timestamptz - (%(count)s - n) * interval '1 second', n %% 12 = 0,
    (%(types)s::text[])[1 + n %% cardinality(%(types)s::text[])],
    (%(categories)s::text[])[1 + (n / 7) %% cardinality(%(categories)s::text[])], 'CNY', (n / 3) %% 6,
    ARRAY['E0' || 1 + n %% 4, 'E0' || 5 + n %% 4], ARRAY['E09'],
    (%(results)s::text[])[1 + (n / 5) %% 3], 'R3', (n / 5) %% 3 * 5000, ARRAY['4.' || 1 + n %% 9, '2.5'], '2026.1',
    jsonb_build_array(jsonb_build_object('text', p.body, 'finding', 'buyer'),
                      jsonb_build_object('text', q.body, 'finding', 'merchant')),
    r.body || '。' || s.body || '。' || t.body || '。', p.terms || q.terms || r.terms || s.terms || t.terms, ''
  FROM (SELECT n, (power(random(), 2) * (%(sentences)s - 1))::int AS a, (power(random(), 2) * (%(sentences)s - 1))::int AS b,
               (power(random(), 2) * (%(sentences)s - 1))::int AS c, (power(random(), 2) * (%(sentences)s - 1))::int AS d,
               (random() * (%(sentences)s - 1))::int AS e
          FROM generate_series(1, %(count)s) AS n) AS drawn
  JOIN sentence p ON p.id = a JOIN sentence q ON q.id = b JOIN sentence r ON r.id = c
  JOIN sentence s ON s.id = d JOIN sentence t ON t.id = e
 ORDER BY n
"""


# --- asking ---------------------------------------------------------------------------------------------------


def _queries(count: int) -> list[Asked]:
    """As people ask: a common word, a rare one, a stretch of text, two words, an English word, a word within a type."""
    draw = random.Random(11)
    with connection.cursor() as cursor:
        cursor.execute("SELECT reasons, type_code FROM arbitration_precedent ORDER BY md5(id::text) LIMIT %s", [count])
        rows = cursor.fetchall()
    found = []
    for number, (reasons, type_code) in enumerate(rows):
        flaw, part = draw.choice(_FLAWS), draw.choice(_PARTS)
        sentence = draw.choice([one for one in reasons.split("。") if one])
        begin = draw.randrange(max(1, len(sentence) - 6))
        kind, wanted = (
            ("common word", Wanted(flaw)),
            ("rare word", Wanted(_rare(draw))),
            ("stretch of text", Wanted(sentence[begin : begin + 6])),
            ("two words", Wanted(f"{part} {flaw}")),
            ("English word", Wanted(draw.choice((draw.choice(_ENGLISH), f"sku{draw.randrange(5_000)}")))),
            ("word in a type", Wanted(flaw, type_code=type_code, result=draw.choice(_RESULTS))),
        )[number % 6]
        if precedent_text.asked(wanted.words) is not None:
            found.append(Asked(kind, wanted))
    return found


def _against_brute_force(one: Asked) -> tuple[int, float, float, float]:
    """Rows that brute force finds; of these the share that is found; of what is found the share that is right; seconds.

    Where one of the two finds nothing, all that the other finds counts against it.
    """
    where, values = _by_hand(one.wanted)
    began = time.perf_counter()
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT id FROM arbitration_precedent WHERE {where} ORDER BY id + 0 DESC LIMIT {CHECKED}", values
        )
        right = {row[0] for row in cursor.fetchall()}
    took = time.perf_counter() - began
    ours = {row.pk for row in precedents.search(one.wanted, size=CHECKED).rows}
    alike = len(ours & right)
    return (
        len(right),
        alike / len(right) if right else float(not ours),
        alike / len(ours) if ours else float(not right),
        took,
    )


def _by_hand(wanted: Wanted) -> tuple[str, list[str]]:
    """Every row's whole text looked through: runs of Han characters anywhere, in either script, other words from their
    beginning.
    """
    text = "lower(reasons || ' ' || (points->0->>'text') || ' ' || (points->1->>'text'))"
    parts, values = [], []
    for run in precedent_text.runs(wanted.words):
        if run.isascii():
            parts.append(f"{text} ~ %s")
            values.append(f"(^|[^a-z0-9]){run}")
        elif (spelt := precedent_text.spelt(run)) != run:
            parts.append(f"{text} ~ %s")
            values.append(spelt)
        else:
            parts.append(f"strpos({text}, %s) > 0")
            values.append(run)
    for column, value in (("type_code", wanted.type_code), ("result", wanted.result)):
        if value:
            parts.append(f"{column} = %s")
            values.append(value)
    return " AND ".join(parts), values


def _share(found: Sequence[tuple[int, float, float, float]], place: int) -> float:
    return sum(row[place] for row in found) / len(found)


def _spread(asked: Sequence[Asked], count: int) -> list[Asked]:
    """As many of each kind."""
    kinds = list(dict.fromkeys(one.kind for one in asked))
    each = -(-count // len(kinds))
    return [one for kind in kinds for one in [one for one in asked if one.kind == kind][:each]]


# --- like cases, and trigrams ---------------------------------------------------------------------------------


def _cases(count: int) -> list[Case]:
    """Cases that wait to be ruled, as far as they are compared."""
    draw = random.Random(13)
    return [
        Case(
            pk=0,
            type_code=draw.choice(_TYPES),
            currency="CNY",
            claimed=draw.choice((3_000, 12_000, 40_000, 90_000, 400_000)),
            line=OrderLine(category=draw.choice(_CATEGORIES)),
            title=f"{draw.choice(_PARTS)}{draw.choice(_FLAWS)}",
        )
        for _number in range(count)
    ]


def _near(case: Case) -> object:
    exhibits = [("buyer", "E02"), ("buyer", "E06"), ("merchant", "E09")]
    return precedents.near(case, points=[case.title], exhibits=exhibits, until=clock.now())


def _beside_trigrams(asked: Sequence[Asked], count: int) -> Iterator[Line]:
    """The same rows and queries by an index of trigrams, which knows no word of two characters."""
    from bench.report import Line

    try:
        with connection.cursor() as cursor:
            cursor.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
    except DatabaseError:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TEMP TABLE compared AS SELECT id, words, lower(reasons || ' ' || (points->0->>'text') || ' ' ||"
            " (points->1->>'text')) AS body FROM arbitration_precedent ORDER BY id LIMIT %s",
            [count],
        )
        cursor.execute("SET maintenance_work_mem = '256MB'")
        cursor.execute("CREATE INDEX compared_trigrams ON compared USING gin (body gin_trgm_ops)")
        cursor.execute("CREATE INDEX compared_pairs ON compared USING gin (words)")
        cursor.execute("RESET maintenance_work_mem")
        cursor.execute("ANALYZE compared")
    plain = [one for one in asked if one.kind in ("common word", "rare word", "stretch of text")]
    for name, run, index in (("pairs", _by_pairs, "compared_pairs"), ("trigrams", _by_trigrams, "compared_trigrams")):
        spent = [_seconds(lambda one=one, run=run: run(one.wanted.words)) for one in plain]  # type: ignore[misc]
        yield Line(f"{count:,} rows by {name}, p95", _p95(spent) * 1000, "ms", None)
        yield Line(f"{count:,} rows by {name}, index", _size(index), "MB", None)


def _by_pairs(words: str) -> None:
    asked = precedent_text.asked(words)
    assert asked is not None
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM compared WHERE words @@ %s::tsquery", [asked.tsquery])


def _by_trigrams(words: str) -> None:
    runs = precedent_text.runs(words)
    with connection.cursor() as cursor:
        where = " AND ".join(["body LIKE %s"] * len(runs))
        cursor.execute(f"SELECT count(*) FROM compared WHERE {where}", [f"%{run}%" for run in runs])


# --- measuring ------------------------------------------------------------------------------------------------


def _seconds(run: Callable[[], object]) -> float:
    """The better of two: the first one may read what nobody has read since the rows were made."""
    spent = []
    for _time in range(2):
        began = time.perf_counter()
        run()
        spent.append(time.perf_counter() - began)
    return min(spent)


def _p95(seconds: Sequence[float]) -> float:
    return quantiles(seconds, n=20)[-1] if len(seconds) > 1 else seconds[0]


def _sizes() -> tuple[float, float]:
    table = f"{Precedent._meta.db_table}"
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_table_size(%s)::float / 1048576", [table])
        return cursor.fetchone()[0], _size("precedent_words")


def _size(relation: str) -> float:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_relation_size(%s::regclass)::float / 1048576", [relation])
        size: float = cursor.fetchone()[0]
        return size
