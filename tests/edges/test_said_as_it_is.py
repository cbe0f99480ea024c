"""Pages of the parties say what really happened, name one thing by one word, and refuse by the limit they name."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.test import Client
from django.urls import reverse
from django.utils import translation

from arbitration import rulings
from common import clock
from common.actor import Actor
from disputes import labels, negotiation, offers
from disputes.lifecycle import Event, Kind
from tests import builders, deciding, reach

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def in_english() -> Any:
    with translation.override("en"):
        yield


def page(actor: Actor, address: str, typed: dict[str, Any] | None = None) -> str:
    client = Client()
    client.force_login(get_user_model().objects.get(pk=actor.id))
    reply = client.get(address) if typed is None else client.post(address, typed)
    return re.sub(r"\s+", " ", reply.content.decode())


def test_where_a_return_was_agreed_the_merchant_is_not_said_to_have_been_silent() -> None:
    scene = reach.a_scene(kind=Kind.RETURN_REFUND)
    negotiation.agree_return(scene.case.pk, actor=scene.merchant, now=clock.now())
    builders.travel(timedelta(hours=80))
    shown = page(scene.buyer, reverse("buyer:step_in", args=[scene.case.number]))
    assert "The merchant agreed to the return" in shown and "time ended" not in shown


def test_an_own_proposal_is_named_once_and_taken_back_by_the_name_of_its_page() -> None:
    scene = reach.refused()
    offers.make(scene.case.pk, amount=5_000, returns=False, text="", actor=scene.buyer, now=clock.now())
    shown = page(scene.buyer, reverse("buyer:case", args=[scene.case.number]))
    assert str(labels.ACTIONS[Event.OFFER_RETRACTED]) in shown
    assert "Change the terms" not in shown and "Buyer Buyer" not in shown


def test_an_extension_is_refused_by_the_limit_that_stands_beside_the_field() -> None:
    scene = reach.a_scene(kind=Kind.RETURN_REFUND)
    negotiation.agree_return(scene.case.pk, actor=scene.merchant, now=clock.now())
    scene.reload()
    address = reverse("buyer:act", args=[scene.case.number, Event.DEADLINE_EXTENDED.value])
    assert "At most 3 days" in page(scene.buyer, address)
    refused = page(scene.buyer, address, {"hours": "4", "text": "The courier is late.", "seen": scene.case.version})
    assert "can be from 1 to 3." in refused and "to 720" not in refused


def test_a_letter_in_another_language_than_the_page_says_that_it_stays_so() -> None:
    scene = deciding.served()
    address = reverse("buyer:decision", args=[scene.case.number])
    said = "This letter stays in the language in which it was given."
    assert said in page(scene.buyer, address)
    with translation.override("zh-hans"):
        assert 'lang="zh-Hans"' in page(scene.buyer, reverse("buyer:decision", args=[scene.case.number]))
        assert "裁决书保持出具时的语言" not in page(scene.buyer, reverse("buyer:decision", args=[scene.case.number]))


def test_where_one_side_gave_nothing_the_time_is_said_to_be_over_and_not_the_file_to_be_complete() -> None:
    scene = reach.handed_in()
    reach.let_term_end(scene)
    shown = page(scene.buyer, reverse("buyer:case", args=[scene.case.number]))
    assert "The evidence period is over; the case waits for an arbitrator" in shown and "file is complete" not in shown
    answered = reach.queued()
    assert "The file is complete" in page(answered.buyer, reverse("buyer:case", args=[answered.case.number]))


def test_what_was_asked_for_stays_as_it_was_asked_whatever_was_decided() -> None:
    """A return was asked, a part of the price without one was ruled: the claim is still a return."""
    made = deciding.taken(kind=Kind.RETURN_REFUND)
    ruling = deciding.drafted(made, deciding.a_draft(made, remedy="R2", merchant_share=5_000))
    rulings.issue(made.case.pk, version=ruling.version, actor=made.arbitrator, now=clock.now())
    made.reload()
    assert not made.case.returns
    for actor, area, words in (
        (made.buyer, "buyer", ("the goods go back", "the goods stay with you")),
        (made.merchant, "merchant", ("the goods come back", "the goods stay with the buyer")),
    ):
        shown = page(actor, reverse(f"{area}:case", args=[made.case.number]))
        assert words[0] in shown and words[1] not in shown
