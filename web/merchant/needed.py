"""What the rules ask a shop for in one case, and what of it is on file: one answer for its case page and for its reply."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from disputes.models import Case
from evidence import checklist
from rulebook.rules import Rules
from web.case_page import ExhibitView

# The kinds of evidence that an answer to the points is in itself.
SAID_IN_THE_ANSWER = ("E34",)


def rows(case: Case, rules: Rules, exhibits: Iterable[ExhibitView]) -> list[checklist.Row]:
    """The shop's checklist, from the ``exhibits`` that its page has read already."""
    pieces = [_Piece(exhibit) for exhibit in exhibits]
    state, goods = case.order.state, case.line.category
    return checklist.rows(rules, case.type_code, "merchant", state, pieces, SAID_IN_THE_ANSWER, goods)


class _Piece:
    """As much of an exhibit as a checklist looks at, read from what the page already has."""

    def __init__(self, exhibit: ExhibitView) -> None:
        self.side = {"b": "buyer", "m": "merchant"}.get(exhibit.side, "platform")
        self.code, self.number = exhibit.code, exhibit.number
        self.withdrawn_at: datetime | None = exhibit.added_at if exhibit.withdrawn or exhibit.lost else None
