"""Money for one thing is given back once, however often it is asked for and whoever gave it."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from common import clock
from common.errors import Refused
from demo_market.server import Market
from disputes import negotiation, remaining
from disputes.lifecycle import Kind, State
from disputes.models import Case
from marketplace.models import ExternalRefund
from tests import reach
from tests.acts.market import market, paid_out, running_market
from tests.acts.test_enforcement import PAID, agreed, run, settled, start
from tests.reach import Scene

__all__ = ["market", "running_market"]
pytestmark = pytest.mark.django_db


def ask(scene: Scene, amount: int, kind: Kind = Kind.REFUND_ONLY, type_code: str = "DAMAGED") -> Case:
    return negotiation.open_refund(
        scene.case.line_id,
        kind=kind,
        type_code=type_code,
        amount=amount,
        text="又坏了一处。",
        actor=scene.buyer,
        now=clock.now(),
    )


def test_only_what_has_not_come_back_can_be_asked_for_again(market: Market) -> None:
    scene = settled(20_000)
    start(scene)
    run()
    with pytest.raises(Refused, match="amount_out_of_range") as refused:
        ask(scene, 48_001)
    assert refused.value.data["highest"] == 48_000
    again = ask(scene, 48_000)
    negotiation.agree_refund(again.pk, actor=scene.merchant, now=clock.now())
    again.refresh_from_db()
    scene.case = again
    start(scene)
    run()
    given = [amount for kind, amount in paid_out(market) if kind != "release"]
    assert given == [20_000, 48_000] and sum(given) == PAID
    assert remaining.of_one(scene.case.line) == 0


def test_what_was_given_back_whole_is_neither_offered_nor_taken(market: Market) -> None:
    scene = agreed()
    start(scene)
    run()
    assert scene.state is State.CLOSED and remaining.of_one(scene.case.line) == 0
    with pytest.raises(Refused, match="nothing_left_to_refund"):
        ask(scene, 1)
    client = Client()
    client.force_login(User.objects.get(pk=scene.buyer.id))
    page = reverse("buyer:refund", args=[scene.case.order.public_id, 1])
    assert page not in client.get(reverse("buyer:orders")).content.decode()
    assert "已经全部退回" in client.get(page).content.decode()


def test_what_the_marketplace_gave_by_itself_counts_and_what_we_told_it_to_is_counted_already(market: Market) -> None:
    scene = settled(20_000)
    start(scene)
    run()
    line = scene.case.line
    for place, (amount, key) in enumerate([(500, ""), (20_000, "refund:ours")]):
        ExternalRefund.objects.create(
            source="shop",
            external_id=f"r{place}",
            version=1,
            seen_digest="0" * 64,
            received_at=clock.now(),
            order=line.order,
            line=line.external_id,
            amount=amount,
            currency="CNY",
            paid_from="escrow",
            refunded_at=clock.now(),
            instruction=key,
        )
    assert remaining.of_one(line) == PAID - 20_500


def test_a_request_that_came_to_nothing_takes_nothing_away() -> None:
    scene = reach.refused()
    negotiation.withdraw(scene.case.pk, actor=scene.buyer, now=clock.now())
    assert scene.state is State.WITHDRAWN
    assert remaining.of_one(scene.case.line) == PAID
    assert ask(scene, PAID).paid == PAID


def test_what_never_came_cannot_be_asked_to_be_sent_back() -> None:
    scene = reach.refused()
    negotiation.withdraw(scene.case.pk, actor=scene.buyer, now=clock.now())
    with pytest.raises(Refused, match="return_not_for_type"):
        ask(scene, 100, kind=Kind.RETURN_REFUND, type_code="NOT_RECEIVED")
