"""Before somebody agrees or gives up, their page says what becomes of the money and of the goods."""

from __future__ import annotations

from html import unescape

import pytest
from django.urls import reverse
from django.utils import translation

from accounts.models import ReturnAddress
from common import clock
from common.actor import Actor
from common.errors import Refused
from disputes import negotiation, offers
from disputes.lifecycle import Event, Kind, State
from disputes.models import Offer
from tests import deciding, reach
from tests.reach import Scene
from tests.visiting import signed_in

pytestmark = pytest.mark.django_db

STREET = "杭州市西湖区 1 号"


def text(actor: Actor, name: str, *args: str, **query: str) -> str:
    with translation.override("en"):
        reply = signed_in(actor).get(reverse(name, args=args), query)
    assert reply.status_code == 200
    return unescape(reply.content.decode())


def offered(scene: Scene, *, returns: bool, amount: int = 30_000) -> Offer:
    return offers.make(scene.case.pk, amount=amount, returns=returns, text="", actor=scene.merchant, now=clock.now())


def accepting(scene: Scene, offer: Offer, actor: Actor) -> str:
    area = "buyer" if actor == scene.buyer else "merchant"
    return text(actor, f"{area}:act", scene.case.number, Event.OFFER_ACCEPTED.value, offer=str(offer.pk))


def coming_back(**scene: object) -> Scene:
    made = reach.a_scene(kind=Kind.RETURN_REFUND, **scene)
    ReturnAddress.objects.create(
        merchant=made.shop,
        name="仓",
        recipient="售后",
        phone="0571-1",
        address=STREET,
        is_usual=True,
    )
    negotiation.agree_return(made.case.pk, actor=made.merchant, now=clock.now())
    return made


def test_who_accepts_a_proposal_with_a_return_reads_until_when_and_what_happens_otherwise() -> None:
    scene = reach.admitted()
    offer = offered(scene, returns=True)
    page = accepting(scene, offer, scene.buyer)
    assert "You send the goods back within 7 days" in page
    assert "¥300.00 is paid when the merchant has them" in page
    assert "What is not sent in time ends the request, without a refund." in page
    assert "You give up the rest of what you asked for." in page and "have not come to you" not in page


def test_who_accepts_a_proposal_without_a_return_reads_what_they_get_and_what_they_give_up() -> None:
    scene = reach.admitted()
    offer = offered(scene, returns=False, amount=68_000)
    page = accepting(scene, offer, scene.buyer)
    assert "¥680.00 goes back the way you paid." in page and "without a ruling and without an appeal" in page
    assert "You give up the rest" not in page and "send the goods back" not in page


def test_a_proposal_of_the_platform_says_that_it_needs_both_and_whose_money_it_is() -> None:
    scene = deciding.taken()
    offer = offers.make(scene.case.pk, amount=30_000, returns=False, text="", actor=scene.arbitrator, now=clock.now())
    page = accepting(scene, offer, scene.merchant)
    assert "It takes effect when the other side accepts too." in page and "¥300.00 goes to the buyer." in page
    offers.accept(offer.pk, actor=scene.buyer, now=clock.now())
    assert "It takes effect when the other side" not in accepting(scene, offer, scene.merchant)


def test_who_would_have_to_send_back_what_has_not_come_is_warned() -> None:
    scene = reach.a_scene(kind=Kind.IN_TRANSIT, order_state="SHIPPED", type_code="NOT_RECEIVED")
    page = accepting(scene, offered(scene, returns=True), scene.buyer)
    assert "By the order the goods have not come to you." in page


def test_of_what_was_never_sent_nothing_comes_back() -> None:
    scene = reach.a_scene(kind=Kind.UNSHIPPED, order_state="PAID_UNSHIPPED", type_code="LATE_SHIPMENT")
    with pytest.raises(Refused, match="nothing_was_sent"):
        offered(scene, returns=True)
    assert "The goods come back first" not in text(
        scene.merchant, "merchant:act", scene.case.number, Event.OFFER_MADE.value
    )
    assert offered(scene, returns=False).pk


def test_the_address_stands_on_the_case_page_of_the_buyer_while_a_return_is_due_and_nowhere_else() -> None:
    scene = coming_back()
    assert scene.state is State.AWAITING_RETURN
    assert STREET in text(scene.buyer, "buyer:case", scene.case.number)
    negotiation.ship_return(scene.case.pk, carrier="顺丰", tracking="SF1234567890", actor=scene.buyer, now=clock.now())
    assert STREET not in text(scene.buyer, "buyer:case", scene.case.number)


def test_who_gives_up_while_the_goods_are_on_their_way_reads_that_both_would_be_gone() -> None:
    scene = coming_back()
    number = scene.case.number
    before = text(scene.buyer, "buyer:act", number, Event.WITHDRAWN.value)
    assert "You get no refund." in before and "on their way" not in before
    negotiation.ship_return(scene.case.pk, carrier="顺丰", tracking="SF1234567890", actor=scene.buyer, now=clock.now())
    after = text(scene.buyer, "buyer:act", number, Event.WITHDRAWN.value)
    assert "you would have neither them nor the refund" in after
    assert "If you wait, you are paid" in after


def test_who_gives_up_what_was_agreed_reads_the_sum_that_goes_with_it() -> None:
    scene = reach.admitted()
    offer = offered(scene, returns=True)
    offers.accept(offer.pk, actor=scene.buyer, now=clock.now())
    page = text(scene.buyer, "buyer:act", scene.case.number, Event.WITHDRAWN.value)
    assert "What you agreed on ends too: you do not get ¥300.00." in page
