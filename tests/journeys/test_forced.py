"""The merchant is silent in the 24 hours, loses, does not pay, and the money is taken from the deposit."""

from __future__ import annotations

import pytest

from demo_market.server import Market
from disputes.lifecycle import Event, State
from engine import ticks
from tests import deciding
from tests.journeys import people
from tests.journeys.people import HOUR, PAID

pytestmark = pytest.mark.django_db


def test_a_silent_merchant_loses_and_pays_from_the_deposit_although_the_order_was_settled(market: Market) -> None:
    town = people.gather(market, rules=deciding.rules, state="COMPLETED")
    people.was_paid_out(town)
    people.has_a_deposit(town, 100_000)
    town.tick()
    assert (town.balance("escrow"), town.balance("settlement")) == (0, PAID)
    town.gets_to_confirmation(kind="refund_only")
    town.term_ends()
    assert (town.state, town.kinds()[-1]) == (State.AWAITING_ASSIGNMENT, "confirmation_lapsed")
    closes_at = town.case.evidence_closes_at
    assert closes_at is not None
    town.passes(max(closes_at - town.case.state_since, 25 * HOUR))
    town.is_taken()
    town.is_ruled("buyer")
    assert town.state is State.APPEAL_WINDOW
    assert "decision" in " ".join(town.buyer.open("case", town.case.number).links)
    assert town.buyer.open("decision", town.case.number).status == 200
    town.term_ends()
    assert (town.state, town.case.awaits) == (State.AWAITING_COMPLIANCE, "merchant")
    assert town.merchant.may(town.case, Event.COMPLIED)
    assert town.paid() == []
    # What was earned has been drawn long since, so that the marketplace has nothing to take it from but the deposit.
    market.behave("refuse", kind="deduct_settlement", code="nothing_left")
    town.term_ends()
    assert (town.state, town.kinds()[-1]) == (State.CLOSED, "execution_finished")
    assert "compliance_lapsed" in town.kinds()
    assert town.paid() == [("deduct_deposit", town.outcome.amount)]
    assert town.balance("deposit") == 100_000 - town.outcome.amount
    assert (town.outcome.source, town.balance("receivable")) == ("ruled", 0)
    town.all_is_well()


def test_a_merchant_who_pays_of_their_own_accord_is_not_forced(market: Market) -> None:
    town = people.gather(market, rules=deciding.rules)
    town.gets_to_the_queue(kind="refund_only")
    town.is_taken()
    town.is_ruled("buyer")
    for person in (town.buyer, town.merchant):
        person.do(town.case, Event.APPEAL_WAIVED)
    town.tick()
    assert town.state is State.AWAITING_COMPLIANCE
    town.merchant.do(town.case, Event.COMPLIED)
    town.tick()
    assert town.state is State.CLOSED
    assert "compliance_lapsed" not in town.kinds()
    assert town.paid()[0] == ("refund_to_buyer", town.outcome.amount)
    town.all_is_well()


def test_what_a_merchant_could_not_pay_is_drawn_when_money_comes(market: Market) -> None:
    town = people.gather(market, state="COMPLETED")
    people.was_paid_out(town)
    town.tick()
    case = town.asks_for_a_refund(kind="refund_only")
    market.behave("refuse", kind="deduct_settlement", code="nothing_left")
    town.merchant.do(case, Event.REFUND_AGREED)
    town.tick()
    assert (town.state, town.paid(), town.balance("receivable")) == (State.CLOSED, [], PAID)
    people.has_a_deposit(town, 100_000)
    town.tick()
    ticks.debts()
    town.tick()
    assert (town.paid(), town.balance("receivable")) == ([("deduct_deposit", PAID)], 0)
    town.all_is_well()
