"""What stands beside a case on its page: the cases before and after it in hand, and what could pay. No query of its own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import F, TextField
from django.db.models.functions import Cast, JSONObject

from arbitration import queries
from common.actor import Actor
from disputes.models import Case
from enforcement import execution
from enforcement.plan import Funds
from ledger import book

# Whoever has more in hand than this finds the rest in the list.
_MOST = 99
COLUMNS = 2


@dataclass(frozen=True)
class Neighbours:
    """``place`` counts from one; zero where the case is not in the reader's hand."""

    place: int
    total: int
    previous: str
    following: str
    funds: Funds


def columns(case: Case, actor: Actor) -> tuple[ArraySubquery, ...]:
    """What is to be read with the case (`arbitration.queries.workspace_of`): numbers in hand, and room of accounts."""
    mine = queries.in_hand(actor).order_by(*queries.ORDER).values("number")[:_MOST]
    room = book.rooms(execution.accounts_of(case).values()).order_by()
    told = JSONObject(key=F("key"), left=Cast(F("left"), TextField()))
    return ArraySubquery(mine), ArraySubquery(room.values(told=told))


def of(case: Case, read: Sequence[Any]) -> Neighbours:
    """From what was read; the first `COLUMNS` are its own. ``case`` with its order."""
    numbers, left = read[:COLUMNS]
    at = numbers.index(case.number) if case.number in numbers else -1
    return Neighbours(
        place=at + 1,
        total=len(numbers),
        previous=numbers[at - 1] if at > 0 else "",
        following=numbers[at + 1] if 0 <= at < len(numbers) - 1 else "",
        funds=execution.funds(case, case.order.freight, {row["key"]: int(row["left"]) for row in left}),
    )
