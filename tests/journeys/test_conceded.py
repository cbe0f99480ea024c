"""Refused, before the platform, evidence from both sides: and then the merchant accepts within the 24 hours."""

from __future__ import annotations

import pytest

from demo_market.server import Market
from disputes.lifecycle import Event, State
from evidence.models import Exhibit
from tests.journeys import people
from tests.journeys.people import HOUR, PAID

pytestmark = pytest.mark.django_db


def test_a_merchant_who_accepts_within_the_24_hours_pays_and_nobody_rules(market: Market) -> None:
    town = people.gather(market)
    case = town.asks_for_a_refund(kind="refund_only")
    town.is_refused()
    assert "汝窑开片" in town.buyer.reads(case)
    town.asks_the_platform()
    town.is_admitted()
    page = town.merchant.open("act", case.number, Event.EVIDENCE_ADDED.value)
    town.merchant.send(page, code="E09", name="出库质检照", note="", files={"file": people.photo("gray")})
    town.gives_what_is_asked()
    exhibits = Exhibit.objects.filter(dossier_id=case.dossier_id)
    assert {row.side for row in exhibits} == {"buyer", "merchant", "platform"}
    buyers = next(row for row in exhibits if row.side == "buyer")
    assert buyers.number in town.merchant.reads(case)
    town.passes(23 * HOUR)
    assert town.state is State.AWAITING_CONFIRMATION
    confirm = town.merchant.open("act", case.number, Event.CLAIM_ACCEPTED.value)
    assert "¥680.00" in confirm.text
    town.merchant.do(case, Event.CLAIM_ACCEPTED)
    town.tick()
    assert (town.state, town.outcome.source) == (State.CLOSED, "conceded")
    assert town.paid() == [("refund_to_buyer", PAID)]
    assert "ruling_served" not in town.kinds()
    assert not town.merchant.may(case, Event.CLAIM_ACCEPTED)
    town.all_is_well()


def test_a_page_that_was_open_since_before_is_told_what_changed_and_keeps_what_was_typed(market: Market) -> None:
    town = people.gather(market)
    case = town.asks_for_a_refund(kind="refund_only")
    old = town.merchant.open("act", case.number, Event.REFUND_REFUSED.value)
    town.buyer.do(case, Event.OFFER_MADE, amount="500.00", text="退 500 也行。")
    again = town.merchant.send(old, status=409, text="开片是天然特征。")
    assert "开片是天然特征。" in again.html and town.state is State.AWAITING_MERCHANT
    town.merchant.send(again, form=again.form("seen"))
    assert town.state is State.AWAITING_BUYER
