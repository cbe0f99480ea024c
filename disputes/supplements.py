"""What an arbitrator asked a side for, one by one (T17). Whether it was given is read from the file, never written."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from django.db.models import Exists, OuterRef, QuerySet, Subquery

from common.actor import Actor, Side
from common.acts import require_act
from common.errors import Refused
from disputes import statements
from disputes.lifecycle import State
from disputes.models import Case, Point, Statement, Supplement
from rulebook import queries as rulebook

LONGEST_REASON = 120
MOST_ITEMS = 12
# A statement of facts is given in words, with the click that hands everything in.
IN_WORDS = "E34"
_SIDES = (Side.BUYER.value, Side.MERCHANT.value)


@dataclass(frozen=True, slots=True)
class Item:
    """Evidence ``code`` of ``side`` (buyer or merchant) on the point of this number, and why."""

    side: str
    code: str
    point: int
    why: str


class Status(StrEnum):
    """``OPEN``: its side can still give it. ``LAPSED``: it was not given, and is judged without."""

    GIVEN = "given"
    OPEN = "open"
    LAPSED = "lapsed"


class Piece(Protocol):
    """As much of an exhibit as is looked at."""

    @property
    def code(self) -> str: ...
    @property
    def number(self) -> str: ...
    @property
    def added_at(self) -> datetime: ...


def keep(case: Case, items: Sequence[Item], *, actor: Actor, now: datetime) -> list[Supplement]:
    """Write down what is asked for; the caller moves the case. Raises `Refused` for what cannot be asked for."""
    require_act()
    points = {point.number: point for point in Point.objects.filter(case=case, round=case.round)}
    kinds = rulebook.rules(case.substance_rules_id).exhibits
    if not items or len(items) > MOST_ITEMS:
        raise Refused("supplement_without_items")
    if len({(item.side, item.code, item.point) for item in items}) < len(items):
        raise Refused("supplement_asked_twice")
    for item in items:
        kind = kinds.get(item.code)
        if item.side not in _SIDES:
            raise Refused("side_unknown")
        if kind is None or kind.automatic or kind.platform_only:
            raise Refused("evidence_code_unknown", evidence_code=item.code)
        if item.point not in points:
            raise Refused("point_unknown")
        if not item.why.strip():
            raise Refused("supplement_reason_missing")
        if len(item.why.strip()) > LONGEST_REASON:
            raise Refused("text_too_long", field="why", longest=LONGEST_REASON, length=len(item.why.strip()))
    return [
        Supplement.objects.create(
            case=case,
            round=case.round,
            side=item.side,
            code=item.code,
            point=points[item.point],
            why=_words(case, item.why, actor, now),
            asked_at=now,
        )
        for item in items
    ]


def sides(items: Iterable[Item]) -> str:
    """Whom these items ask: buyer, merchant or both."""
    asked = {item.side for item in items}
    return "both" if len(asked) > 1 else next(iter(asked), "")


def latest(case: Case) -> QuerySet[Supplement]:
    """Everything of the last request of this round, in its order; each with ``said``: whether its side answered in words.

    One query.
    """
    here = Supplement.objects.filter(case=case, round=case.round)
    answered = Statement.objects.filter(
        case=case, side=OuterRef("side"), kind="more_evidence", at__gte=OuterRef("asked_at")
    )
    return (
        here.filter(asked_at=Subquery(here.order_by("-asked_at").values("asked_at")[:1]))
        .select_related("point", "why")
        .annotate(said=Exists(answered))
        .order_by("id")
    )


def given(item: Supplement, pieces: Iterable[Piece]) -> tuple[str, ...]:
    """The numbers of what its side has added of this kind since it was asked. ``pieces``: that side's, not withdrawn."""
    return tuple(piece.number for piece in pieces if piece.code == item.code and piece.added_at >= item.asked_at)


def status(item: Supplement, numbers: Sequence[str], case: Case, now: datetime) -> Status:
    """Where it stands, given what was added for it."""
    if numbers or (item.code == IN_WORDS and getattr(item, "said", False)):
        return Status.GIVEN
    waits = case.state == State.MORE_EVIDENCE.value and (case.due_at is None or now < case.due_at)
    # Whoever has handed in has nothing open, also while the other side still has time.
    return Status.OPEN if waits and case.answered != item.side else Status.LAPSED


def _words(case: Case, why: str, actor: Actor, now: datetime) -> Statement:
    kept = statements.add(case, "supplement", why, actor=actor, now=now, required=True)
    assert kept is not None
    return kept
