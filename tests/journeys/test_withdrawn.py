"""The buyer takes it back: nothing is decided, what was held is free again, and it can be asked for anew."""

from __future__ import annotations

import pytest

from demo_market.server import Market
from disputes.lifecycle import Event, State
from disputes.models import Case
from enforcement import holds
from tests.journeys import people
from tests.journeys.people import PAID

pytestmark = pytest.mark.django_db


def test_a_withdrawn_case_pays_nobody_frees_the_order_and_can_be_asked_for_again(market: Market) -> None:
    town = people.gather(market)
    case = town.asks_for_a_refund(kind="refund_only")
    town.is_refused()
    town.asks_the_platform()
    town.is_admitted()
    assert holds.is_held(town.line.order_id)
    town.buyer.do(case, Event.WITHDRAWN)
    town.tick()
    assert (town.state, town.case.outcome, town.case.due_at) == (State.WITHDRAWN, None, None)
    assert not holds.is_held(town.line.order_id)
    assert (town.paid(), town.balance("escrow")) == ([], PAID)
    for person in (town.buyer, town.merchant, town.ops):
        assert not any(person.may(case, event) for event in (Event.WITHDRAWN, Event.ADMITTED, Event.CLAIM_ACCEPTED))
    town.all_is_well()
    again = town.asks_for_a_refund(kind="refund_only")
    assert (again.pk != case.pk, Case.objects.filter(line=town.line).count()) == (True, 2)
    assert holds.is_held(town.line.order_id)
    town.merchant.do(again, Event.REFUND_AGREED)
    town.tick()
    assert (town.state, town.paid()) == (State.CLOSED, [("refund_to_buyer", PAID)])
    town.all_is_well()
