"""The buyer says nothing more: the request lapses, and nothing is owed."""

from __future__ import annotations

import pytest

from demo_market.server import Market
from disputes.lifecycle import Event, State
from enforcement import holds
from tests.journeys import people
from tests.journeys.people import PAID

pytestmark = pytest.mark.django_db


def test_a_refused_request_that_is_not_pursued_lapses(market: Market) -> None:
    town = people.gather(market)
    case = town.asks_for_a_refund(kind="refund_only")
    town.is_refused()
    town.term_ends()
    assert (town.state, town.case.outcome) == (State.LAPSED, None)
    assert (town.paid(), town.balance("escrow"), holds.is_held(town.line.order_id)) == ([], PAID, False)
    assert not town.buyer.may(case, Event.INTERVENTION_REQUESTED)
    town.all_is_well()


def test_goods_that_are_never_sent_back_leave_the_merchant_owing_nothing(market: Market) -> None:
    town = people.gather(market)
    case = town.asks_for_a_refund(kind="return_refund")
    town.merchant.do(case, Event.RETURN_AGREED)
    town.tick()
    assert town.state is State.AWAITING_RETURN
    town.term_ends()
    assert (town.state, town.paid(), town.balance("escrow")) == (State.LAPSED, [], PAID)
    town.all_is_well()
