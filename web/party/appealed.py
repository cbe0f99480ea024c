"""An appeal as both sides read it: on which ground, against what, in which words, with what that is new."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from arbitration.models import Appeal
from disputes.models import Case, Point
from rulebook import queries as rulebook
from web import records
from web.case_page import ExhibitView


def card(case: Case, points: Sequence[Point], exhibits: Sequence[ExhibitView] = ()) -> dict[str, Any] | None:
    """The newest appeal of this round; ``None`` where nobody appealed. One query, or none.

    ``exhibits``: what the reader sees of the file; those that came with the appeal are named.
    """
    if not case.appellant:
        return None
    found = Appeal.objects.select_related("statement", "answer").filter(case=case, round=case.round)
    appeal = found.order_by("-filed_at").first()
    if appeal is None:
        return None
    grounds = rulebook.rules(case.procedure_rules_id).appeal_grounds
    return {
        "side": appeal.side[0],
        "ground": str(grounds[appeal.ground].name) if appeal.ground in grounds else "",
        "points": [point for point in points if point.number in appeal.points],
        "text": records.masked(appeal.statement.text),
        "new": [exhibit for exhibit in exhibits if exhibit.id in appeal.exhibits],
        "answer": records.masked(appeal.answer.text) if appeal.answer is not None else "",
    }
