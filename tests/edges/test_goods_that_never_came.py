"""Nothing is said about goods staying with a buyer to whom they have not come."""

from __future__ import annotations

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
