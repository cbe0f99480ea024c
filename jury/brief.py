"""What a juror reads of a case: the question, both accounts, the points, what both show, the rule. No name, shop or sum.

Half of the jurors have the merchant in the first place: each side is 甲 for one half and 乙 for the other.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from disputes import queries
from disputes.models import Case, Statement
from evidence import masking
from evidence.models import Exhibit
from jury import neutral, seats
from jury.models import Opened, Seat
from jury.neutral import Account
from rulebook import queries as rulebook
from rulebook.schema import Clause

# A side's own account, the fullest first.
_TOLD = ("story", "rebuttal", "refusal", "request")


@dataclass(frozen=True)
class Party:
    """One side under its neutral name."""

    side: str
    label: str
    account: Account


@dataclass(frozen=True)
class Stance:
    label: str
    stance: str
    text: str


@dataclass(frozen=True)
class Issue:
    text: str
    stances: tuple[Stance, ...]


@dataclass(frozen=True)
class Thing:
    """One exhibit under its neutral number. ``opened_at``: when this juror looked at it first."""

    row: Exhibit
    label: str
    number: str
    first: bool
    name: str
    note: str
    opened_at: datetime | None


@dataclass(frozen=True)
class Brief:
    question: str
    type_name: str
    parties: tuple[Party, Party]
    issues: tuple[Issue, ...]
    things: tuple[Thing, ...]
    clause: Clause
    # Of the rules that the clause stands in.
    version: str
    # Any other words of this case, as this juror may read them; and their own, as the sides will.
    said: Callable[[str], str]
    sealed: Callable[[str], str]

    @property
    def unopened(self) -> int:
        return sum(thing.opened_at is None for thing in self.things)


def labels(seat: Seat) -> dict[str, str]:
    """What each side is called on this juror's page."""
    first, second = _("Side A"), _("Side B")
    return {seat.first: first, _other(seat.first): second}


def of(seat: Seat, *, now: datetime) -> Brief:
    """Seven queries, whatever the length of the file. ``seat.panel.case`` and its question are loaded."""
    case = seat.panel.case
    called = labels(seat)
    names = seats.names_of(case)
    rules = rulebook.rules(case.substance_rules_id)
    kind = rules.type(case.type_code)

    def said(text: str) -> str:
        return neutral.neutral(text, names=names, labels=called)

    told = _accounts(case)
    first, second = neutral.equal(said(told.get(seat.first, "")), said(told.get(_other(seat.first), "")))
    parties = (
        Party(seat.first, called[seat.first], first),
        Party(_other(seat.first), called[_other(seat.first)], second),
    )
    issues = tuple(
        Issue(
            said(point.text),
            tuple(
                Stance(called[answer.side], answer.stance, said(answer.text))
                for answer in sorted(point.current_answers, key=lambda one: one.side != seat.first)
            ),
        )
        for point in queries.points(case)
    )
    return Brief(
        question=said(seat.panel.question.text),
        type_name=str(kind.name),
        parties=parties,
        issues=issues,
        things=_things(seat, called, said, now),
        clause=rules.clause(kind.burden.clause),
        version=rules.version,
        said=said,
        sealed=lambda text: neutral.unnamed(text, names),
    )


def written(side: str, place: str | int, first: str) -> str:
    """``甲1`` for the first thing that the side in the first place shows."""
    return (_("A%(place)s") if side == first else _("B%(place)s")) % {"place": place}


def _things(seat: Seat, called: Mapping[str, str], said: Callable[[str], str], now: datetime) -> tuple[Thing, ...]:
    rows = masking.with_masks(seats.items(seat.panel.case.dossier_id, now))
    looked = dict(Opened.objects.filter(seat=seat).values_list("exhibit_id", "at"))
    found = list(rows.select_related("blob__sheet", "blob__preparation").prefetch_related("blob__derivatives"))
    return tuple(
        Thing(
            row=row,
            label=called[row.side],
            number=written(row.side, row.place, seat.first),
            first=row.side == seat.first,
            name=said(row.name),
            note=said(row.note),
            opened_at=looked.get(row.pk),
        )
        for row in sorted(found, key=lambda row: row.side != seat.first)
    )


def _accounts(case: Case) -> dict[str, str]:
    """The newest of the fullest kind that each side gave."""
    told: dict[str, tuple[int, str]] = {}
    said = Statement.objects.filter(case=case, kind__in=_TOLD, side__in=["buyer", "merchant"])
    for statement in said.order_by("at", "id"):
        rank = _TOLD.index(statement.kind)
        if statement.side not in told or rank <= told[statement.side][0]:
            told[statement.side] = (rank, statement.text)
    return {side: text for side, (_rank, text) in told.items()}


def _other(side: str) -> str:
    return "merchant" if side == "buyer" else "buyer"
