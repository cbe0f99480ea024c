"""Nothing is said about goods staying with a buyer to whom they have not come."""

from __future__ import annotations

import re

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from common.actor import Actor
from disputes.lifecycle import Event, Kind
from tests import reach

pytestmark = pytest.mark.django_db


def text(actor: Actor, name: str, *args: str) -> str:
    client = Client()
    client.force_login(User.objects.get(pk=actor.id))
    reply = client.get("/en" + reverse(name, args=args).removeprefix("/en"))
    assert reply.status_code == 200
    return reply.content.decode()


@pytest.mark.parametrize(
    ("kind", "code", "state", "came"),
    [(Kind.REFUND_ONLY, "DAMAGED", "SIGNED", True), (Kind.IN_TRANSIT, "NOT_RECEIVED", "SHIPPED", False)],
)
def test_goods_stay_only_where_they_came(kind, code, state, came):
    made = reach.a_scene(kind=kind, order_state=state, type_code=code)
    number = made.case.number
    assert ("the goods stay with you" in text(made.buyer, "buyer:case", number)) is came
    agreed = text(made.merchant, "merchant:act", number, Event.REFUND_AGREED.value)
    assert "goes to the buyer" in agreed
    assert ("The buyer keeps the goods" in agreed) is came


@pytest.mark.parametrize(
    ("kind", "code", "state", "said"),
    [
        (Kind.REFUND_ONLY, "DAMAGED", "SIGNED", "stay with the buyer"),
        (Kind.IN_TRANSIT, "NOT_RECEIVED", "SHIPPED", "not with the buyer"),
        (Kind.RETURN_REFUND, "DAMAGED", "SIGNED", "come back first"),
    ],
)
def test_several_claims_at_once_say_where_each_one_s_goods_are(kind, code, state, said):
    made = reach.a_scene(kind=kind, order_state=state, type_code=code)
    client = Client()
    client.force_login(User.objects.get(pk=made.merchant.id))
    page = client.get("/en/shop/bulk/accept/", {"case": f"{made.case.number}:{made.case.version}"}).content.decode()
    cells = re.findall(r'data-label="Goods">([^<]*)<', page)
    assert cells == [said]
