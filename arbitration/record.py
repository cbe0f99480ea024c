"""What the sums of a ruling rest on: the facts frozen with the case, never today's feed. Reads, decides nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Exists, Q

from arbitration import calculator
from disputes.models import Case, CaseFile, Offer, Statement


@dataclass(frozen=True, slots=True)
class Record:
    """Sums in minor units. ``price``: what was paid for the line, whether or not some of it has come back since.

    ``paid_at``: when the order was paid, which is what clauses of substance are held against. ``freight_out``: this line's
    part of the freight the buyer paid. ``promise_cap``: what the promises on the line come to at most.
    """

    price: int
    paid_at: datetime
    freight_out: int
    promise_cap: int


def of(case: Case) -> Record:
    """The record of the current round. One query."""
    file = CaseFile.objects.filter(case=case, round=case.round).only("body").first()
    return read(file.body if file is not None else {}, case)


def read(body: Mapping[str, Any], case: Case) -> Record:
    """The record from a frozen file (`marketplace.snapshots`). What the file does not say counts as nothing."""
    order = body.get("order") or {}
    paid_at, freight = order.get("paid_at"), int(order.get("freight") or 0)
    # What was paid for goods is what was paid less freight: the other lines of the order share the freight with this one.
    paid_for_goods = sum(int(payment["amount"]) for payment in body.get("payments", ())) - freight
    # Never less than what the case may give back of it.
    price = max(int((body.get("line") or {}).get("paid") or 0), case.paid)
    return Record(
        price=price,
        paid_at=datetime.fromisoformat(paid_at) if paid_at else case.opened_at,
        freight_out=calculator.share_of_freight(freight, price, max(paid_for_goods, price)),
        promise_cap=promised(body.get("promises", []), price),
    )


def never_consented(case: Case) -> Q:
    """That the merchant refused this case's request, and never offered or took a settlement that leaves the goods.

    A condition for `Case` rows. Of a merchant who said nothing the file shows nothing: then the arbitrator weighs the chat.
    """
    refused = Statement.objects.filter(case=case, kind="refusal")
    by_merchant = Q(side="merchant") | Q(accepted_by__contains=["merchant"])
    agreed = Offer.objects.filter(by_merchant, case=case, returns=False)
    return Q(Exists(refused)) & ~Q(Exists(agreed))


def promised(promises: list[Any], price: int) -> int:
    """What promises of compensation come to at most (R9): a multiple of the price (假一赔三), or a capped sum."""
    return sum(_worth(promise, price) for promise in promises if isinstance(promise, Mapping))


def _worth(promise: Mapping[str, Any], price: int) -> int:
    """As the feed writes promises: ``times`` the price, or up to ``cap`` minor units. Others promise no sum."""
    if promise.get("times"):
        return int(promise["times"]) * price
    return int(promise.get("cap") or 0)
