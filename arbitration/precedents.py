"""Keeps what was decided for good so that it is found again, and finds it. Knows cases; gives nothing away that names one.

A case has one precedent at most: the ruling that stands. One that an appeal changed is recorded as changed; one that was
sent back is recorded when it is ruled again and nobody appeals any more.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db.models import F, Func, Q, QuerySet, TextField, Value

from accounts.models import Membership
from arbitration import bench, calculator, precedent_rules, precedent_text
from arbitration.models import CitedClause, DrawnLine, Finding, Precedent, Ruling
from arbitration.precedent_rules import Likeness, Line, Spread
from common import digest
from common.actor import Actor, Role
from common.acts import act, require_act
from common.errors import Missing, Refused
from common.ids import PLATFORM_ZONE
from disputes import queries
from disputes.models import Case, Point
from evidence.models import Exhibit
from journal import book
from journal.kinds import Kind
from rulebook import queries as rulebook

PAGE = 20
LONGEST_REASONS = 2_000
# Of how many decided cases of the type, and of the type and the kind of goods, the near ones are looked for: the newest.
LOOKED_AT = 200
WHY_WITHDRAWN = ("names_somebody", "not_typical", "rule_changed")
# How many rows a look takes where words have to stand together, how many looks a page takes, and how many of the newest
# rows are walked through before the index is asked.
_STEP, _LOOKS, _WALKED = 60, 6, 2_000
# How long a line holds for a case whose file stays as it is: rulings become final by the day, not by the second.
_KEPT_FOR = timedelta(minutes=15)
_NO_LINE = {"result": "", "alike": 0, "near": 0}
_REFERENCE = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


# --- keeping --------------------------------------------------------------------------------------------------


def record(case: Case, *, now: datetime) -> Precedent | None:
    """The ruling that stands in this case is a precedent. Inside an act that holds the case; harmless to repeat.

    ``None`` where nothing stands that was ruled, or its words are gone already. What a senior withdrew stays withdrawn as
    long as it is the same ruling.
    """
    require_act()
    ruling = Ruling.objects.filter(case=case, round=case.round, state=Ruling.SERVED, erased_at__isnull=True).first()
    if ruling is None or ruling.served_at is None:
        return None
    there = Precedent.objects.filter(case=case).first()
    if there is not None and there.ruling_id == ruling.pk:
        return there
    fresh = _read(case, ruling, now)
    if there is not None:
        fresh.pk, fresh.reference = there.pk, there.reference
    fresh.save()
    return fresh


@act
def withdraw(precedent_id: int, *, because: str, actor: Actor, now: datetime) -> Precedent:
    """Nobody finds this precedent any more, and it counts in no line. A senior's to do; harmless to repeat.

    Raises ``Missing``; ``Refused``: ``reason_unknown``.
    """
    if because not in WHY_WITHDRAWN:
        raise Refused("reason_unknown", reason=because)
    if actor.role is not Role.SENIOR:
        raise Missing
    case_id = Precedent.objects.filter(pk=precedent_id).values_list("case_id", flat=True).first()
    if case_id is None:
        raise Missing
    case = queries.lock(case_id)
    bench.require_office(actor)
    found = Precedent.objects.get(pk=precedent_id)
    if found.withdrawn_at is None:
        found.withdrawn_at, found.withdrawn_by_id, found.withdrawn_because = now, actor.id, because
        found.save(update_fields=["withdrawn_at", "withdrawn_by", "withdrawn_because"])
        # The chain of an erased case is at its end.
        if case.erased_at is None:
            data = {"precedent": found.pk, "because": because}
            book.record(case.stream_id, Kind.PRECEDENT_WITHDRAWN, data=data, actor=actor, now=now)
    return found


def _read(case: Case, ruling: Ruling, now: datetime) -> Precedent:
    assert ruling.served_at is not None
    names = [
        case.buyer.display_name,
        case.merchant.name,
        *Membership.objects.filter(merchant_id=case.merchant_id).values_list("user__display_name", flat=True),
    ]
    found = Finding.objects.filter(ruling=ruling).order_by("point__number").values_list("point__text", "finding")
    points = [{"text": precedent_text.without_people(text, names), "finding": finding} for text, finding in found]
    reasons = precedent_text.without_people(ruling.reasons, names)[:LONGEST_REASONS]
    given = Exhibit.objects.filter(dossier_id=case.dossier_id, withdrawn_at__isnull=True).exclude(code="")
    codes = sorted(set(given.order_by().values_list("side", "code")))
    share = ruling.merchant_share or 0
    return Precedent(
        reference=f"X{''.join(secrets.choice(_REFERENCE) for _ in range(9))}",
        case=case,
        ruling=ruling,
        month=ruling.served_at.astimezone(PLATFORM_ZONE).date().replace(day=1),
        recorded_at=now,
        on_appeal=ruling.stage == Ruling.APPEAL,
        type_code=case.type_code,
        category=case.line.category,
        currency=case.currency,
        band=precedent_rules.band(case.claimed, case.currency),
        buyer_codes=[code for side, code in codes if side == "buyer"],
        merchant_codes=[code for side, code in codes if side == "merchant"],
        result=result_of(case, ruling),
        remedy=ruling.remedy,
        merchant_share=share,
        clauses=list(CitedClause.objects.filter(ruling=ruling).order_by("place").values_list("number", flat=True)),
        rules_version=rulebook.rules(ruling.substance_rules_id).version,
        points=points,
        reasons=reasons,
        words=words(" ".join([*(point["text"] for point in points), reasons])),
    )


def result_of(case: Case, ruling: Ruling) -> str:
    """How this ruling ends, as it stands."""
    return precedent_rules.result_of(
        claimed=case.claimed,
        amount=ruling.amount,
        merchant_share=ruling.merchant_share or 0,
        in_kind=ruling.remedy in calculator.IN_KIND,
    )


def words(text: str) -> Func:
    """What a text is found by, as PostgreSQL keeps it: terms without their places."""
    terms = Value(precedent_text.terms(text), output_field=ArrayField(TextField()))
    return Func(terms, function="array_to_tsvector")


@dataclass(frozen=True)
class Reindexed:
    """``changed`` rows were written; the next batch goes on behind the id ``after``."""

    after: int
    changed: int


def reindex(*, after: int = 0, limit: int = 500) -> Reindexed | None:
    """What the next ``limit`` precedents are found by is written anew where they hold traditional letters.

    ``None`` when all are done. Each row is an act of its own: harmless to repeat, and to stop anywhere.
    """
    columns = ("pk", "points", "reasons")
    alive = Precedent.objects.filter(pk__gt=after, erased_at__isnull=True).order_by("pk")
    rows = list(alive.only(*columns)[:limit])
    concerned = [row.pk for row in rows if precedent_text.has_traditional(body(row))]
    for pk in concerned:
        _index_again(pk)
    return Reindexed(rows[-1].pk, len(concerned)) if rows else None


@act
def _index_again(precedent_id: int) -> None:
    row = Precedent.objects.select_for_update().filter(pk=precedent_id, erased_at__isnull=True).defer("words").first()
    if row is not None:
        Precedent.objects.filter(pk=row.pk).update(words=words(body(row)))


# --- like cases -----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Near:
    """The near ones as (score, id), nearest first; how they ended; and the line they draw, if it is clear."""

    cases: tuple[tuple[int, int], ...]
    spread: Spread
    line: Line | None


def near(case: Case, *, points: Iterable[str], exhibits: Iterable[tuple[str, str]], until: datetime) -> Near:
    """What was decided in like cases, recorded before ``until``. ``exhibits``: side and code. One query.

    Looks at the newest `LOOKED_AT` of the type and as many of the type and the kind of goods.
    """
    if not case.type_code:
        return Near((), precedent_rules.spread(()), None)
    given = list(exhibits)
    this = Likeness(
        type_code=case.type_code,
        currency=case.currency,
        category=case.line.category,
        band=precedent_rules.band(case.claimed, case.currency),
        buyer_codes=frozenset(code for side, code in given if side == "buyer" and code),
        merchant_codes=frozenset(code for side, code in given if side == "merchant" and code),
        points=frozenset(precedent_text.terms(" ".join(points))),
    )
    rows = list(_candidates(case, until))
    nearest = precedent_rules.nearest(this, [_likeness(case, *row[2:]) for row in rows])
    spread = precedent_rules.spread(rows[index][1] for _score, index in nearest)
    return Near(tuple((score, rows[index][0]) for score, index in nearest), spread, precedent_rules.line(spread))


def line_for(case: Case, *, now: datetime) -> Line | None:
    """The line that like cases draw for this one as its file stands. Inside an act that holds the case.

    A draft saves itself while it is typed, and comparing costs more than all the rest of a save: it is done again only when
    the file changed, or `_KEPT_FOR` after it was done last.
    """
    require_act()
    points = list(Point.objects.filter(case=case, round=case.round).order_by("number").values_list("text", flat=True))
    given = Exhibit.objects.filter(dossier_id=case.dossier_id, withdrawn_at__isnull=True)
    exhibits = sorted(set(given.order_by().values_list("side", "code")))
    basis = digest.of([case.type_code, case.claimed, case.currency, points, [list(pair) for pair in exhibits]])
    kept = DrawnLine.objects.filter(case=case).first()
    if kept is None or kept.basis != basis or now - kept.at >= _KEPT_FOR:
        found = near(case, points=points, exhibits=exhibits, until=now).line
        drawn = {"result": found.result, "alike": found.alike, "near": found.near} if found else _NO_LINE
        kept, _made = DrawnLine.objects.update_or_create(case=case, defaults={"basis": basis, "at": now, **drawn})
    return Line(kept.result, kept.alike, kept.near) if kept.result else None


def by_ids(ids: Sequence[int]) -> list[Precedent]:
    """These precedents in this order. One query."""
    found = Precedent.objects.defer("words").in_bulk(ids)
    return [found[pk] for pk in ids if pk in found]


def _likeness(
    case: Case,
    category: str,
    band: int,
    buyer_codes: Sequence[str],
    merchant_codes: Sequence[str],
    points: Sequence[Mapping[str, str]],
    erased_at: datetime | None,
) -> Likeness:
    return Likeness(
        type_code=case.type_code,
        currency=case.currency,
        category=category,
        band=band,
        buyer_codes=frozenset(buyer_codes),
        merchant_codes=frozenset(merchant_codes),
        points=None if erased_at else frozenset(precedent_text.terms(" ".join(point["text"] for point in points))),
    )


def _candidates(case: Case, until: datetime) -> QuerySet[Precedent, Any]:
    """Only the columns that are compared: whole rows of hundreds of them cost more than comparing them."""
    alive = Precedent.objects.filter(withdrawn_at__isnull=True, type_code=case.type_code, currency=case.currency)
    alive = alive.filter(recorded_at__lte=until).exclude(case_id=case.pk).order_by("-id")
    of_goods = alive.filter(category=case.line.category)
    ids = alive.values("pk")[:LOOKED_AT].union(of_goods.values("pk")[:LOOKED_AT])
    columns = ("pk", "result", "category", "band", "buyer_codes", "merchant_codes", "points", "erased_at")
    return Precedent.objects.filter(pk__in=ids).order_by("-id").values_list(*columns)


# --- searching ------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Wanted:
    """What is looked for; everything may be empty."""

    words: str = ""
    type_code: str = ""
    category: str = ""
    result: str = ""
    clause: str = ""


@dataclass(frozen=True)
class Page:
    """``after`` is where the next page begins; ``None`` on the last one."""

    rows: list[Precedent]
    after: int | None


def search(wanted: Wanted, *, after: int | None = None, size: int = PAGE) -> Page:
    """One page of precedents, the newest first. All words have to be found; what was withdrawn is not there.

    Pages go on from an id. A query whose pairs are common but whose words are not may need several looks; after `_LOOKS`
    of them the page is given as it is, and the next one goes on behind what was looked at.
    """
    asked = precedent_text.asked(wanted.words)
    if wanted.words.strip() and asked is None:
        return Page([], None)
    rows: list[Precedent] = []
    phrases = asked.phrases if asked else ()
    for batch, resume in _looks(wanted, asked, after, max(size + 1, _STEP if phrases else 0)):
        for row in batch:
            if not precedent_text.holds(body(row), phrases):
                continue
            if len(rows) == size:
                return Page(rows, rows[-1].pk)
            rows.append(row)
        after = resume
    return Page(rows, after)


def body(row: Precedent) -> str:
    """The text that a precedent is searched in."""
    return " ".join([*(point["text"] for point in row.points), row.reasons])


def _matching(wanted: Wanted, asked: precedent_text.Asked | None) -> QuerySet[Precedent]:
    found = Precedent.objects.filter(withdrawn_at__isnull=True).defer("words")
    narrow = Q()
    if wanted.type_code:
        narrow &= Q(type_code=wanted.type_code)
    if wanted.category:
        narrow &= Q(category=wanted.category)
    if wanted.result:
        narrow &= Q(result=wanted.result)
    if wanted.clause:
        narrow &= Q(clauses__contains=[wanted.clause])
    found = found.filter(narrow)
    if asked is not None:
        # The query is made of Han characters, letters and digits in quotes (`precedent_text.asked`).
        found = found.extra(where=["words @@ %s::tsquery"], params=[asked.tsquery])
    return found


def _looks(
    wanted: Wanted, asked: precedent_text.Asked | None, after: int | None, step: int
) -> Iterator[tuple[list[Precedent], int | None]]:
    """Up to ``step`` rows at a time, and where to go on (``None``: nowhere), in the order of the pages.

    First the newest rows one by one, in which a common word soon fills a page; what is left is rare, and the index of words
    has few rows for it. Left alone, PostgreSQL guesses which way is shorter, and is wrong about words that go together.
    With filters it guesses well, and walks on its own.
    """
    found = _matching(wanted, asked)
    top = after
    if top is None:
        newest = Precedent.objects.order_by("-id").values_list("pk", flat=True).first()
        top = (newest or 0) + 1
    plain = asked is not None and wanted == Wanted(wanted.words)
    floor = top - _WALKED if plain else 0
    for _look in range(_LOOKS):
        walks = top > floor
        if walks:
            rest = found.filter(pk__lt=top, pk__gte=floor).order_by("-id")
        else:
            # By a sum, so that the index of ids is of no use: it would give all rows but a few.
            rest = found.alias(place=F("id") + 0).filter(place__lt=top).order_by(F("place").desc())
        batch = list(rest[:step])
        if len(batch) == step:
            top = batch[-1].pk
        elif walks and floor > 0:
            top = floor
        else:
            yield batch, None
            return
        yield batch, top
