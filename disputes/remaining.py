"""What of the price of a thing has not come back to its buyer yet. Money is given back once, however often it is asked for.

Counts what earlier cases about the same thing gave, and what the marketplace gave by itself. Knows no present case.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable

from disputes.models import Outcome
from disputes.states import State
from marketplace.models import ExternalRefund, OrderLine

# What is paid besides the price: it leaves the price itself to be asked for.
_BESIDES = {"freight_out", "freight_back", "statutory", "test_fee", "compensation"}


def of(lines: Iterable[OrderLine]) -> dict[int, int]:
    """Minor units by line id, never below zero. Two statements however many lines there are.

    A refund that the marketplace booked to a whole order counts against each of its lines: whose it was is not known.
    """
    wanted = list(lines)
    given: Counter[int] = Counter()
    ended = Outcome.objects.filter(
        case__line__in=wanted, case__state=State.CLOSED.value, superseded_at__isnull=True, amount__gt=0
    )
    columns = ("case__line_id", "case__claimant", "amount", "freight_amount", "lines")
    for line_id, claimant, amount, freight, said in ended.values_list(*columns):
        if claimant == "merchant":
            # What a merchant's claim brought back is no longer with the buyer.
            given[line_id] -= amount
            continue
        besides = sum(part["amount"] for part in said if part["label"] in _BESIDES and part["amount"] > 0)
        given[line_id] += max(0, amount - max(freight, besides))
    elsewhere: defaultdict[int, list[tuple[str, int]]] = defaultdict(list)
    refunds = ExternalRefund.objects.filter(order__in={line.order_id for line in wanted}, instruction="")
    for order_id, name, amount in refunds.values_list("order_id", "line", "amount"):
        elsewhere[order_id].append((name, amount))
    for line in wanted:
        given[line.pk] += sum(back for name, back in elsewhere[line.order_id] if name in ("", line.external_id))
    return {line.pk: max(0, line.paid - given[line.pk]) for line in wanted}


def of_one(line: OrderLine) -> int:
    return of([line])[line.pk]
