"""An act that can only be refused shows no form: why, who can, what else; and what was typed is given back."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import translation

from accounts.models import Right, User
from arbitration import assignment
from common import clock
from common.actor import Actor
from disputes import intervention, negotiation, offers, submissions
from disputes.lifecycle import LIFECYCLE, Event, State
from disputes.models import Case, Offer
from tests import builders, deciding, reach
from web.buyer.case import PAGES
from web.desk.acts import DESK
from web.merchant.acts import MERCHANT
from web.ops.acts import OPS

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _a_language_of_its_own() -> Iterator[None]:
    """A reply in English leaves the thread in English; the next test begins in the default language."""
    with translation.override("zh-hans"):
        yield


def client_of(actor: Actor) -> Client:
    client = Client()
    client.force_login(User.objects.get(pk=actor.id))
    return client


def path(area: str, case: Case, event: Event | str) -> str:
    return address(f"{area}:act", case, str(event))


def address(name: str, case: Case, *more: str) -> str:
    with translation.override("en"):
        return reverse(name, args=[case.number, *more])


def has_form(reply: Any) -> bool:
    return b'name="seen"' in reply.content


def test_no_act_that_the_table_refuses_shows_a_form():
    """Every event with a page, for everybody, in five states: a form where the table has a row, never where it has none."""
    for make in (reach.a_scene, reach.refused, reach.admitted, reach.queued, deciding.dismissed):
        scene = make()
        people = (
            ("buyer", scene.buyer, PAGES - {Event.INTERVENTION_REQUESTED}),
            ("merchant", scene.merchant, MERCHANT),
            ("ops", scene.ops, OPS),
            ("desk", scene.senior, DESK),
        )
        for area, actor, pages in people:
            client = client_of(actor)
            for event in pages:
                reply = client.get(path(area, scene.reload(), event))
                open_now = event in LIFECYCLE.open_to(State(scene.case.state), actor.role)
                said = (scene.case.state, area, event)
                if reply.status_code == 200:
                    assert open_now, said
                    assert has_form(reply), said
                else:
                    assert reply.status_code in (302, 403, 404, 409), said
                    assert not has_form(reply), said


def test_a_closed_act_says_why_and_leads_back():
    scene = reach.refused()
    reply = client_of(scene.merchant).get(path("merchant", scene.case, Event.CLAIM_REBUTTED))
    text = reply.content.decode()
    assert reply.status_code == 409
    assert "no longer possible" in text
    assert f'href="{address("merchant:case", scene.case)}"' in text


def test_a_term_that_is_over_closes_its_act_before_anybody_writes():
    scene = reach.a_scene()
    builders.travel(reach.timedelta(days=30))
    reply = client_of(scene.merchant).get(path("merchant", scene.case, Event.REFUND_REFUSED))
    assert reply.status_code == 409
    assert "The deadline is over" in reply.content.decode()


def test_nothing_is_proposed_twice_and_nothing_taken_back_that_is_not_there():
    scene = reach.admitted()
    client = client_of(scene.merchant)
    assert client.get(path("merchant", scene.case, Event.OFFER_RETRACTED)).status_code == 409
    assert client.get(path("merchant", scene.case, Event.EVIDENCE_WITHDRAWN)).status_code == 409
    assert client.get(path("merchant", scene.case, Event.OFFER_ACCEPTED)).status_code == 409
    assert client.get(path("merchant", scene.case, Event.OFFER_MADE)).status_code == 200
    offers.make(scene.case.pk, amount=100, returns=False, text="", actor=scene.merchant, now=clock.now())
    assert client.get(path("merchant", scene.case, Event.OFFER_MADE)).status_code == 409
    assert client.get(path("merchant", scene.case, Event.OFFER_RETRACTED)).status_code == 200
    assert client_of(scene.buyer).get(path("buyer", scene.case, Event.OFFER_ACCEPTED)).status_code == 200


def test_who_lacks_evidence_is_led_to_it():
    scene = reach.admitted()
    reply = client_of(scene.buyer).get(path("buyer", scene.case, Event.BUYER_HANDED_IN))
    assert reply.status_code == 409
    assert address("buyer:evidence", scene.case) in reply.content.decode()


@pytest.mark.parametrize("event", [Event.REFUND_AGREED, Event.CLAIM_ACCEPTED, Event.OFFER_ACCEPTED])
def test_above_its_limit_a_sub_account_reads_who_can_and_what_it_can_propose(event: Event):
    scene = reach.handed_in() if event is Event.CLAIM_ACCEPTED else reach.a_scene()
    if event is Event.OFFER_ACCEPTED:
        offers.make(scene.case.pk, amount=50_000, returns=False, text="", actor=scene.buyer, now=clock.now())
    rich = builders.a_member(scene.shop, limit=100_000)
    poor = builders.a_member(scene.shop, rights=(Right.VIEW, Right.RESPOND, Right.ACCEPT), limit=20_000)
    none = builders.a_member(scene.shop, rights=(Right.VIEW, Right.RESPOND))
    User.objects.filter(pk=rich.id).update(display_name="云汀店长")
    User.objects.filter(pk=none.id).update(display_name="云汀客服")
    text = (reply := client_of(poor).get(path("merchant", scene.case, event))).content.decode()
    assert reply.status_code == 403
    assert not has_form(reply)
    assert "云汀店长" in text and "云汀客服" not in text
    assert "200.00" in text
    assert address("merchant:act", scene.case, "offer_made") in text
    assert client_of(none).get(path("merchant", scene.case, Event.OFFER_MADE)).status_code == 403
    assert has_form(client_of(rich).get(path("merchant", scene.case, event)))


def test_a_proposal_above_the_limit_is_refused_at_its_field():
    scene = reach.a_scene()
    poor = builders.a_member(scene.shop, limit=20_000)
    typed = {"seen": scene.case.version, "amount": "300", "text": "先补差价"}
    reply = client_of(poor).post(path("merchant", scene.case, Event.OFFER_MADE), typed)
    assert reply.status_code == 422
    assert list(reply.context["form"].errors) == ["amount"]
    assert not Offer.objects.exists()


def test_a_member_who_may_only_look_answers_no_proposal():
    scene = reach.a_scene()
    made = offers.make(scene.case.pk, amount=100, returns=False, text="", actor=scene.buyer, now=clock.now())
    looker = builders.a_member(scene.shop, rights=(Right.VIEW,))
    typed = {"seen": scene.reload().version, "offer": made.pk}
    reply = client_of(looker).post(path("merchant", scene.case, Event.OFFER_DECLINED), typed)
    assert reply.status_code == 403
    assert Offer.objects.get().state == Offer.OPEN


def test_words_that_come_too_late_are_given_back():
    scene = reach.handed_in()
    seen = scene.reload().version
    intervention.rebut(scene.case.pk, reach.answers(scene), text="", actor=scene.merchant, now=clock.now())
    reply = client_of(scene.merchant).post(
        path("merchant", scene.case, Event.CLAIM_REBUTTED), {"seen": seen, "text": "我写了很久的一段话"}
    )
    text = reply.content.decode()
    assert reply.status_code == 409
    assert "我写了很久的一段话" in text
    assert not has_form(reply)
    assert "answered every point" in text


# --- a case that moved on --------------------------------------------------------------------------------------


def test_a_stale_form_says_what_happened_meanwhile_and_keeps_what_was_typed():
    scene = reach.refused()
    seen = scene.reload().version
    offers.make(scene.case.pk, amount=10_000, returns=False, text="补偿一百", actor=scene.merchant, now=clock.now())
    negotiation.revise(
        scene.case.pk,
        kind=reach.Kind.REFUND_ONLY,
        amount=60_000,
        text="少退一些也行",
        actor=scene.buyer,
        now=clock.now(),
    )
    client = client_of(scene.merchant)
    typed = {"seen": seen, "text": "开片是天然特征。"}
    reply = client.post(path("merchant", scene.case, Event.REFUND_REFUSED), typed)
    assert reply.status_code == 409
    changes = [(line.who, line.text, line.quote) for line in reply.context["changes"]]
    assert changes == [
        ("The buyer", "changed the request to ¥600.00", "少退一些也行"),
        ("You", "proposed ¥100.00", "补偿一百"),
    ]
    text = reply.content.decode()
    assert "开片是天然特征。" in text and "少退一些也行" in text
    assert scene.state is State.AWAITING_MERCHANT
    again = {"seen": reply.context["form"]["seen"].value(), "text": "开片是天然特征。"}
    assert client.post(path("merchant", scene.case, Event.REFUND_REFUSED), again).status_code == 302


def test_a_stale_form_says_nothing_that_its_reader_may_not_know():
    scene = deciding.taken()
    seen = scene.reload().version
    assignment.hand_back(scene.case.pk, reason="absence", actor=scene.arbitrator, now=clock.now())
    reply = client_of(scene.buyer).post(
        path("buyer", scene.case, Event.OFFER_MADE), {"seen": seen, "amount": "10", "text": ""}
    )
    assert reply.status_code == 409
    assert reply.context["changes"] == []


def test_a_version_that_cannot_be_read_costs_one_more_look_and_no_words():
    scene = reach.a_scene()
    client = client_of(scene.merchant)
    reply = client.post(path("merchant", scene.case, Event.REFUND_REFUSED), {"seen": "x", "text": "开片是天然特征。"})
    assert reply.status_code == 422
    assert "开片是天然特征。" in reply.content.decode()
    assert reply.context["form"]["seen"].value() == str(scene.case.version)


def test_evidence_missing_is_asked_of_nobody_who_gave_it():
    scene = reach.admitted()
    reach.give_required_evidence(scene)
    assert submissions.missing_evidence(scene.reload(), scene.buyer.side) == []
    assert has_form(client_of(scene.buyer).get(path("buyer", scene.case, Event.BUYER_HANDED_IN)))
