"""A kind of dispute about a parcel can be claimed once the parcel is where that kind has it, and says so before."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from common import clock
from common.actor import Actor
from common.errors import Refused
from disputes import drafts, eligibility, intervention, negotiation, parcels
from disputes.lifecycle import Kind, State
from marketplace.models import OrderLine, Shipment, TrackingEvent
from rulebook.schema import Parcel
from tests import builders, reach
from tests.reach import Scene
from web.buyer.claim import Written

pytestmark = pytest.mark.django_db


def a_parcel(line: OrderLine, direction: str, *codes: str) -> None:
    now = clock.now()
    shipment = Shipment.objects.create(
        source="test",
        external_id=f"{direction}-{line.pk}-{'-'.join(codes)}",
        version=1,
        seen_digest="0" * 64,
        received_at=now,
        order=line.order,
        direction=direction,
        carrier="顺丰速运",
        tracking_number="SF123456789012",
        shipped_at=now,
    )
    for number, code in enumerate(codes):
        TrackingEvent.objects.create(shipment=shipment, external_id=str(number), version=1, code=code, at=now)


def a_line(state: str = "SIGNED") -> tuple[Actor, OrderLine]:
    builders.rules()
    buyer = builders.a_buyer()
    return buyer, builders.a_line(buyer, builders.a_shop(), state=state)


def ask(buyer: Actor, line: OrderLine, type_code: str, kind: Kind = Kind.REFUND_ONLY) -> Any:
    return negotiation.open_refund(
        line.pk, kind=kind, type_code=type_code, amount=100, text="说明", actor=buyer, now=clock.now()
    )


def sent_back(**scene: Any) -> Scene:
    made = reach.a_scene(kind=Kind.RETURN_REFUND, **scene)
    negotiation.agree_return(made.case.pk, actor=made.merchant, now=clock.now())
    negotiation.ship_return(made.case.pk, carrier="顺丰", tracking="SF123456789012", actor=made.buyer, now=clock.now())
    return made


@pytest.mark.parametrize(
    ("type_code", "code"),
    [("RETURN_CONDITION", "nothing_came_back"), ("RETURN_NOT_RECEIVED", "nothing_sent_back")],
)
def test_nothing_about_a_return_is_asked_of_a_merchant_before_anything_was_returned(type_code: str, code: str) -> None:
    buyer, line = a_line()
    with pytest.raises(Refused, match=code):
        ask(buyer, line, type_code)


def test_a_kind_of_dispute_is_refused_for_an_order_that_is_not_so_far() -> None:
    buyer, line = a_line("SHIPPED")
    with pytest.raises(Refused, match=eligibility.TYPE_NOT_FOR_ORDER):
        ask(buyer, line, "DAMAGED", Kind.IN_TRANSIT)


def test_late_is_what_no_carrier_has_seen() -> None:
    buyer, line = a_line("SHIPPED")
    a_parcel(line, "outbound", "picked_up")
    with pytest.raises(Refused, match=eligibility.PARCEL_SCANNED):
        ask(buyer, line, "LATE_SHIPMENT", Kind.IN_TRANSIT)
    a_parcel(line, "outbound")  # a second parcel that has a label and nothing else
    assert ask(buyer, line, "LATE_SHIPMENT", Kind.IN_TRANSIT).state == State.AWAITING_MERCHANT.value


@pytest.mark.parametrize(
    ("told", "known"),
    [
        ((), set()),
        (("return",), {Parcel.SENT_BACK}),
        (("return", "in_transit"), {Parcel.SENT_BACK}),
        (("return", "in_transit", "signed"), {Parcel.SENT_BACK, Parcel.CAME_BACK}),
        (("outbound", "signed"), set()),
    ],
)
def test_carriers_tell_how_far_a_return_is(
    told: tuple[str, ...], known: set[Parcel], django_assert_num_queries: Any
) -> None:
    _buyer, line = a_line()
    if told:
        a_parcel(line, *told)
    with django_assert_num_queries(1):
        assert parcels.known_of(line.pk, line.order) - {Parcel.UNSCANNED} == known


def test_what_the_sides_told_of_a_return_counts_as_much() -> None:
    made = sent_back()
    line = made.case.line
    assert parcels.known_of(line.pk, line.order) - {Parcel.UNSCANNED} == {Parcel.SENT_BACK}
    negotiation.refuse_return(made.case.pk, text="少了壶盖。", actor=made.merchant, now=clock.now())
    assert Parcel.CAME_BACK in parcels.known_of(line.pk, line.order)


def test_the_platform_hears_of_a_return_only_after_the_return() -> None:
    made = reach.refused(kind=Kind.RETURN_REFUND)
    with pytest.raises(Refused, match="nothing_came_back"):
        intervention.request(
            made.case.pk, reach.claim_of(made.reload(), type_code="RETURN_CONDITION"), actor=made.buyer, now=clock.now()
        )
    returned = sent_back()
    negotiation.refuse_return(returned.case.pk, text="少了壶盖。", actor=returned.merchant, now=clock.now())
    claim = reach.claim_of(returned.reload(), type_code="RETURN_CONDITION")
    intervention.request(returned.case.pk, claim, actor=returned.buyer, now=clock.now())
    assert returned.state is State.ADMISSION


def client_of(actor: Actor) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(User.objects.get(pk=actor.id))
    return client


def test_the_request_offers_a_return_dispute_once_there_was_a_return() -> None:
    buyer, line = a_line()
    address = reverse("buyer:refund", args=[line.order.public_id, 1])
    client = client_of(buyer)
    assert b"RETURN_" not in client.get(address).content
    a_parcel(line, "return", "signed")
    assert b'value="RETURN_CONDITION"' in client.get(address).content
    posted = {"type": "RETURN_CONDITION", "kind": "refund_only", "amount": "1.00", "text": "说明"}
    assert client.post(address, posted).status_code == 302


def test_the_claim_asks_about_a_return_once_there_was_one() -> None:
    for made, asked in ((reach.refused(kind=Kind.RETURN_REFUND), False), (sent_back(), True)):
        if asked:
            negotiation.refuse_return(made.case.pk, text="少了壶盖。", actor=made.merchant, now=clock.now())
        written = Written(made.reload(), drafts.begin(made.case.pk, actor=made.buyer, now=clock.now()))
        assert (written.asking.way_to("RETURN_CONDITION") == ("return", "condition")) is asked


def test_a_shop_that_asks_the_platform_chose_no_kind_of_dispute_and_is_not_held_to_one() -> None:
    buyer, line = a_line("SHIPPED")
    case = ask(buyer, line, "LATE_SHIPMENT", Kind.IN_TRANSIT)
    a_parcel(line, "outbound", "picked_up")
    found = eligibility.checks(negotiation.situation(case, clock.now(), type_code="LATE_SHIPMENT"))
    assert eligibility.PARCEL_SCANNED in [check.code for check in found if not check.holds]
    by_shop = negotiation.situation(
        case, clock.now(), type_code="LATE_SHIPMENT", by=builders.a_member(line.order.merchant).role
    )
    assert eligibility.PARCEL_SCANNED not in [check.code for check in eligibility.checks(by_shop)]
