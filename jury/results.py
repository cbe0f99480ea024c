"""What a jury said, to be read once its vote is over: the split, what was named most, reasons without anybody's name.

Knows nothing of a vote that goes on, and never who voted how.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet

from disputes.models import Case
from evidence.models import Exhibit
from jury import neutral
from jury.models import Ballot, Panel
from rulebook import queries as rulebook

MOST_NAMED = 5
# Whatever language a juror wrote in.
_FIRST, _SECOND = ("甲方", "Side A"), ("乙方", "Side B")
_ITEM = re.compile(r"(?:(甲)|(乙)|\b(A)|\b(B))\s?(\d{1,3})(?!\d)")


@dataclass(frozen=True, slots=True)
class Reason:
    """One juror's words. ``vote``: buyer, merchant or unsure; ``ballot`` is for the house, and never on a page."""

    vote: str
    text: str
    ballot: int


@dataclass(frozen=True, slots=True)
class Split:
    """Votes in heads. ``found_for``: the side that has the majority, or empty."""

    size: int
    for_buyer: int
    for_merchant: int
    unsure: int
    found_for: str


@dataclass(frozen=True)
class Result:
    """``named``: exhibit number and how many jurors called it decisive, most first."""

    verdict: str
    for_buyer: int
    for_merchant: int
    unsure: int
    spoiled: int
    size: int
    quorum: int
    question: str
    ended_at: datetime
    reasons: tuple[Reason, ...]
    named: tuple[tuple[str, int], ...]

    @property
    def cast(self) -> int:
        return self.for_buyer + self.for_merchant + self.unsure + self.spoiled

    @property
    def proposes(self) -> str:
        """The side that the jury found for; empty if it found for none."""
        return self.verdict if self.verdict in ("buyer", "merchant") else ""


def of(case: Case, names: Mapping[str, str] | None = None) -> Result | None:
    """The last jury of this round that has been counted. Three queries; none where the rules of the case know no jury.

    ``names``: how the sides are called in the reasons, in the reader's language.
    """
    if not rulebook.rules(case.procedure_rules_id).switches.jury:
        return None
    panel = last_panel(case)
    return of_panel(panel, names or {"buyer": "", "merchant": ""}) if panel is not None else None


def split(case: Case) -> Split | None:
    """How the last jury of this round voted. One query, and none where its rules know no jury."""
    if not rulebook.rules(case.procedure_rules_id).switches.jury:
        return None
    panels = Panel.objects.filter(case=case, round=case.round, state=Panel.CLOSED).order_by("-id")
    found = panels.values_list("size", "for_buyer", "for_merchant", "unsure", "verdict").first()
    if found is None:
        return None
    size, for_buyer, for_merchant, unsure, verdict = found
    found_for = verdict if verdict in ("buyer", "merchant") else ""
    return Split(size, for_buyer or 0, for_merchant or 0, unsure or 0, found_for)


def last_panel(case: Case) -> Panel | None:
    """The last jury of this round that has been counted, with its question. One query."""
    panels = Panel.objects.filter(case=case, round=case.round, state=Panel.CLOSED).select_related("question")
    return panels.defer("candidates").order_by("-id").first()


def told_ballots(panel: Panel) -> QuerySet[Ballot]:
    """What counted, by its commitments: the order in which they came would tell who wrote what."""
    ballots = Ballot.objects.filter(seat__panel=panel, spoiled=False, opened_at__isnull=False)
    return ballots.order_by("commitment")


def proposed(case: Case) -> str:
    """The side that the last jury of this round found for, or empty. One query, and none where its rules know no jury."""
    found = split(case)
    return found.found_for if found is not None else ""


def of_panel(panel: Panel, names: Mapping[str, str]) -> Result:
    """The same of one panel that has been counted. Two queries."""
    rows = list(told_ballots(panel).values_list("vote", "reason", "decisive", "seat__first", "pk"))
    named = Counter(exhibit for _vote, _reason, decisive, _first, _pk in rows for exhibit in decisive)
    numbers = {row.pk: row.number for row in Exhibit.objects.filter(pk__in=named).only("side", "place")}
    ranked = sorted(named.items(), key=lambda one: (-one[1], numbers.get(one[0], "")))
    assert panel.ended_at is not None
    return Result(
        verdict=panel.verdict,
        for_buyer=panel.for_buyer or 0,
        for_merchant=panel.for_merchant or 0,
        unsure=panel.unsure or 0,
        spoiled=panel.spoiled or 0,
        size=panel.size,
        quorum=panel.quorum,
        question=panel.question.text,
        ended_at=panel.ended_at,
        reasons=tuple(
            Reason(vote, told(reason, first, names), pk) for vote, reason, _named, first, pk in rows if reason
        ),
        named=tuple((numbers[pk], times) for pk, times in ranked[:MOST_NAMED] if pk in numbers),
    )


def told(reason: str, first: str, names: Mapping[str, str]) -> str:
    """The words of a juror who had ``first`` in the first place, as both sides can read them."""
    second = "merchant" if first == "buyer" else "buyer"
    calls = {**dict.fromkeys(_FIRST, names[first]), **dict.fromkeys(_SECOND, names[second])}
    letters = {"buyer": "B", "merchant": "M"}

    def number(match: re.Match[str]) -> str:
        return letters[first if match[1] or match[3] else second] + match[5]

    return neutral.by_side(_ITEM.sub(number, reason), calls)
