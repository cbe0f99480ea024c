"""A filter that cannot be read says so beside itself, stays as it was typed, and stops no other filter."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from common.actor import Actor
from tests import reach

pytestmark = pytest.mark.django_db


def said(actor: Actor, route: str, **asked: str) -> str:
    client = Client()
    client.force_login(User.objects.get(pk=actor.id))
    return client.get(reverse(route), asked).content.decode()


def beside(page: str, name: str) -> str:
    """What stands in the field of this name, its message and its control."""
    at = page.index(f'name="{name}"')
    return page[page.rindex('<div class="field', 0, at) : page.index("</div>", at)]


@pytest.mark.parametrize("route", ["merchant:inbox", "merchant:open", "merchant:decided", "desk:queue", "desk:done"])
@pytest.mark.parametrize(("name", "typed"), [("type", "zzz"), ("least", "abc")])
def test_a_filter_that_cannot_be_read_says_so_and_keeps_what_was_typed(route, name, typed):
    made = reach.queued()
    actor = made.merchant if route.startswith("merchant") else made.arbitrator
    field = beside(said(actor, route, **{name: typed}), name)
    assert 'class="field bad"' in field and typed in field
    assert "field bad" not in said(actor, route, type="DAMAGED", least="600")


def test_a_filter_that_cannot_be_read_stops_no_other():
    made = reach.handed_in()
    assert made.case.number in said(made.merchant, "merchant:inbox", least="abc", type="DAMAGED")
    assert made.case.number not in said(made.merchant, "merchant:inbox", least="abc", type="NOT_RECEIVED")
    other = reach.queued()
    assert other.case.number in said(other.arbitrator, "desk:queue", least="abc", type="DAMAGED")
    assert other.case.number not in said(other.arbitrator, "desk:queue", least="abc", type="NOT_RECEIVED")
    assert "field bad" in said(other.arbitrator, "desk:similar", result="zzz")


@pytest.mark.parametrize(
    ("route", "name", "usual"),
    [
        ("merchant:inbox", "due", "week"),
        ("desk:queue", "list", "mine"),
        ("ops:deadlines", "view", "over"),
        ("ops:money", "view", "all"),
        ("buyer:home", "group", "mine"),
    ],
)
def test_a_view_that_does_not_exist_is_named(route, name, usual):
    made = reach.queued()
    who = {"merchant": made.merchant, "desk": made.arbitrator, "ops": made.ops, "buyer": made.buyer}
    actor = who[route.partition(":")[0]]
    assert "没有「zz&lt;z」这个视图" in said(actor, route, **{name: "zz<z"})
    assert "没有「" not in said(actor, route, **{name: usual}) + said(actor, route)


def test_what_cannot_be_read_is_offered_as_no_view_to_keep():
    made = reach.handed_in()
    assert "view-name" in said(made.merchant, "merchant:inbox", type="DAMAGED")
    assert "view-name" not in said(made.merchant, "merchant:inbox", type="zzz")
    assert "view-name" not in said(made.merchant, "merchant:inbox", due="zzz", type="DAMAGED")


def test_no_table_is_handed_out_that_is_wider_than_what_was_asked_for():
    made = reach.handed_in()
    client = Client()
    client.force_login(User.objects.get(pk=made.merchant.id))
    reply = client.get(reverse("merchant:export"), {"least": "abc"})
    assert reply.headers["Location"] == reverse("merchant:inbox") + "?least=abc"
