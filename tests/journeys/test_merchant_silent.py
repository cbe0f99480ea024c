"""The merchant says nothing: the return counts as agreed, the goods go back, the money comes."""

from __future__ import annotations

import pytest

from demo_market.server import Market
from disputes.lifecycle import Event, State
from tests.journeys import people
from tests.journeys.people import PAID

pytestmark = pytest.mark.django_db


def test_a_silent_merchant_has_agreed_to_the_return_and_the_money_comes_when_the_goods_are_back(market: Market) -> None:
    town = people.gather(market)
    case = town.asks_for_a_refund(kind="return_refund")
    assert (town.state, town.balance("escrow")) == (State.AWAITING_MERCHANT, PAID)
    assert case.number in town.merchant.open("inbox").text
    assert not town.buyer.may(case, Event.RETURN_SHIPPED)
    town.term_ends()
    assert (town.state, town.case.awaits) == (State.AWAITING_RETURN, "buyer")
    town.buyer.do(case, Event.RETURN_SHIPPED, carrier="顺丰", tracking="SF1234567890")
    town.tick()
    assert town.state is State.RETURN_IN_TRANSIT
    assert "SF1234567890" in town.merchant.reads(case)
    assert town.paid() == []
    town.merchant.do(case, Event.RETURN_ACCEPTED)
    town.tick()
    assert town.state is State.CLOSED
    assert town.paid() == [("refund_to_buyer", PAID)]
    assert (town.balance("escrow"), town.outcome.source, town.outcome.remedy) == (0, "agreed", "R3")
    assert "¥680.00" in town.buyer.reads(case)
    town.all_is_well()


def test_a_merchant_who_never_says_that_the_goods_came_back_pays_all_the_same(market: Market) -> None:
    town = people.gather(market)
    case = town.asks_for_a_refund(kind="return_refund")
    town.merchant.do(case, Event.RETURN_AGREED)
    town.tick()
    town.buyer.do(case, Event.RETURN_SHIPPED, carrier="顺丰", tracking="SF1234567890")
    town.tick()
    town.term_ends()
    assert town.state is State.CLOSED
    assert (town.paid(), town.outcome.source) == ([("refund_to_buyer", PAID)], "silence")
    town.all_is_well()


def test_what_was_typed_and_refused_is_still_on_the_page(market: Market) -> None:
    town = people.gather(market)
    path = town.buyer.at("refund", town.line.order.public_id, 1)
    page = town.buyer.send(
        town.buyer.go(path), status=422, type="DAMAGED", kind="return_refund", amount="680.01", text="有裂纹。"
    )
    assert "有裂纹。" in page.html and page.form("amount").values["amount"] == ["680.01"]
    town.buyer.send(page, amount="680.00")
    assert town.state is State.AWAITING_MERCHANT
    town.tick()
    case = town.case
    town.merchant.do(case, Event.RETURN_AGREED)
    town.tick()
    page = town.buyer.do(case, Event.RETURN_SHIPPED, status=422, carrier="顺丰", tracking="SF-1")
    assert page.form("tracking").values["tracking"] == ["SF-1"]
    assert town.state is State.AWAITING_RETURN
