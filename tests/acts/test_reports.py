"""Money that the marketplace reports and the court has moved itself is booked once; what has no key is asked about."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import DatabaseError, transaction

from common import clock
from common.errors import Refused
from demo_market.server import Market
from enforcement import movements, reconciliation
from enforcement.models import Postponed, Report, Step
from journal.kinds import Kind
from journal.models import Entry
from ledger import book, keys
from marketplace import ingest
from marketplace.models import Movement
from tests.acts.market import market, running_market
from tests.acts.test_enforcement import PAID, give, run, settled, settlement, start
from tests.reach import Scene

__all__ = ["market", "running_market"]
pytestmark = pytest.mark.django_db


def report(made: Scene, records: list[dict[str, Any]]) -> None:
    """The marketplace's feed tells of it, and the engine takes it in."""
    found = ingest.ingest(enumerate(records, start=1), source=made.case.order.source, now=clock.now())
    assert not found.rejected, found.rejected
    movements.post_due(500, now=clock.now())
    for report_id in movements.untold(10):
        movements.tell(report_id, now=clock.now())


def refund(made: Scene, **changes: Any) -> dict[str, Any]:
    values = {
        "type": "refund_elsewhere",
        "id": "R1",
        "version": 1,
        "order": made.case.order.external_id,
        "amount": 10_000,
        "currency": "CNY",
        "refunded_at": clock.now().isoformat(),
    }
    return values | changes


def balances(made: Scene) -> dict[str, int]:
    case = made.case
    return book.balances(
        [
            keys.escrow(case.order_id, "CNY"),
            keys.settlement(case.merchant_id, "CNY"),
            keys.deposit(case.merchant_id, "CNY"),
            keys.outside("CNY"),
        ]
    )


def codes() -> list[str]:
    return [found.code for found in reconciliation.findings(clock.now())]


@pytest.mark.parametrize("pot", ["escrow", "settlement", "deposit"])
def test_a_payment_of_ours_that_the_feed_tells_of_is_booked_once(market: Market, pot: str) -> None:
    made = settled(10_000, escrowed=pot == "escrow")
    if pot != "escrow":
        Movement.objects.all().update(posted_at=clock.now())
        give(getattr(keys, pot)(made.shop.pk, "CNY"), PAID)
    start(made)
    run()
    before = balances(made)
    told = market.books.feed()
    assert told and all(record["instruction"] for record in told)
    report(made, told)
    report(made, told)
    assert balances(made) == before
    assert not Movement.objects.filter(posted_at__isnull=True).exists()
    assert book.audit() == [] and codes() == [] and not Report.objects.exists()


def test_the_same_money_told_as_a_refund_and_as_a_smaller_deposit_is_booked_by_neither(market: Market) -> None:
    made = settled(10_000, escrowed=False)
    Movement.objects.all().update(posted_at=clock.now())
    give(keys.deposit(made.shop.pk, "CNY"), PAID)
    start(made)
    run()
    before, key = balances(made), Step.objects.get(source="deposit").key
    smaller = {
        "type": "deposit",
        "id": "D1",
        "version": 1,
        "merchant": market.payments()[-1]["merchant"],
        "amount": -10_000,
        "currency": "CNY",
        "moved_at": clock.now().isoformat(),
        "instruction": key,
    }
    report(made, [*market.books.feed(), smaller])
    assert balances(made) == before and codes() == []


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"instruction": "no-such-key"}, "instruction_unknown"),
        ({"amount": 9_999}, "instruction_differs"),
        ({"paid_from": "deposit"}, "instruction_differs"),
    ],
)
def test_a_key_that_stands_for_something_else_books_nothing_and_is_shown(
    market: Market, changes: dict[str, Any], reason: str
) -> None:
    made = settled(10_000)
    start(made)
    run()
    before, key = balances(made), Step.objects.get(purpose="refund").key
    report(made, [refund(made, **({"instruction": key} | changes))])
    assert balances(made) == before
    assert Postponed.objects.get().reason == reason
    assert codes() == ["report_differs"]


def test_a_report_of_what_nobody_has_answered_yet_waits_for_the_answer(market: Market) -> None:
    made = settled(10_000)
    market.behave("pay_then_fail", times=1, kind="refund_to_buyer")
    start(made)
    now = run(rounds=1)
    step = Step.objects.get(purpose="refund")
    assert step.state == Step.UNKNOWN
    report(made, [refund(made, instruction=step.key)])
    assert Postponed.objects.get().reason == "instruction_under_way"
    run(step.next_attempt_at)
    movements.post_due(10, now=now + movements.RETRY[-1])
    assert not Postponed.objects.exists() and settlement(made) == PAID - 10_000


def test_a_refund_without_a_key_is_booked_as_told_and_asked_about(market: Market) -> None:
    made = settled(10_000)
    give(keys.settlement(made.shop.pk, "CNY"), PAID)
    start(made)
    run()
    before = settlement(made)
    report(made, [refund(made, paid_from="settlement")])
    assert settlement(made) == before - 10_000  # the same sum, and still no reason to take it for the same money
    entry = Entry.objects.get(stream_id=made.case.stream_id, kind=Kind.REFUND_REPORTED.value)
    assert entry.data["amount"] == 10_000
    assert codes() == ["refund_without_key"]
    found = Report.objects.get()
    with pytest.raises(Refused, match="not_for_this_role"):
        movements.settle(found.pk, verdict="ours", reason="x", actor=made.senior, now=clock.now())
    with pytest.raises(Refused, match="text_missing"):
        movements.settle(found.pk, verdict="ours", reason=" ", actor=made.ops, now=clock.now())
    movements.settle(found.pk, verdict="ours", reason="对账单同一笔。", actor=made.ops, now=clock.now())
    assert settlement(made) == before and codes() == [] and book.audit() == []
    with pytest.raises(Refused, match="already_settled"):
        movements.settle(found.pk, verdict="separate", reason="x", actor=made.ops, now=clock.now())
    with pytest.raises(DatabaseError), transaction.atomic():
        Report.objects.update(verdict="separate")


def test_a_refund_of_its_own_stays_booked(market: Market) -> None:
    made = settled(10_000)
    report(made, [refund(made)])
    left = book.balance(keys.escrow(made.case.order_id, "CNY"))
    movements.settle(
        Report.objects.get().pk, verdict="separate", reason="商家另外退的。", actor=made.ops, now=clock.now()
    )
    assert book.balance(keys.escrow(made.case.order_id, "CNY")) == left and codes() == []


def test_one_that_the_books_could_not_take_is_let_go_when_it_is_ours(market: Market) -> None:
    made = settled(10_000)
    start(made)
    run()
    report(made, [refund(made, paid_from="deposit")])
    assert Postponed.objects.get().reason == "insufficient_funds"
    movements.settle(Report.objects.get().pk, verdict="ours", reason="同一笔。", actor=made.ops, now=clock.now())
    assert not Postponed.objects.exists()
    assert not Movement.objects.filter(posted_at__isnull=True).exists() and book.audit() == []
