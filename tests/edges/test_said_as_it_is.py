"""Pages of the parties say what really happened, name one thing by one word, and refuse by the limit they name."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import translation

from arbitration import assignment, rulings
from common import clock
from common.actor import Actor
from common.errors import Refused
from disputes import clocks, drafts, intervention, labels, negotiation, offers, refusals, submissions
from disputes.lifecycle import Event, Kind
from engine import delivery
from evidence import signals
from evidence.models import Blob, Exhibit, Sheet
from evidence.models import Kind as ExhibitKind
from evidence.signals import Moments, Signal
from journal.kinds import Kind as Entry
from marketplace.models import ChatMessage
from notifications import inbox
from notifications.models import Notice
from rulebook import queries as rulebook
from tests import builders, deciding, reach
from web.desk import integrity

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


def test_what_the_platform_proposed_says_who_accepted_it_and_asks_whoever_did_nothing_more() -> None:
    scene = deciding.taken()
    offer = offers.make(scene.case.pk, amount=30_000, returns=False, text="", actor=scene.arbitrator, now=clock.now())
    buyers, shops = (reverse(f"{area}:case", args=[scene.case.number]) for area in ("buyer", "merchant"))
    accept = f"/{Event.OFFER_ACCEPTED.value}/?offer={offer.pk}"
    for actor, address in ((scene.buyer, buyers), (scene.merchant, shops)):
        assert "It takes effect when both sides accept." in page(actor, address)
        asked = page(actor, f"{address.rstrip('/')}{accept}")
        assert "when the other side accepts too. Until then the review goes on." in asked
        assert "without a ruling and without an appeal" in asked
    offers.accept(offer.pk, actor=scene.buyer, now=clock.now())
    mine = page(scene.buyer, buyers)
    assert "You accepted it. It takes effect when the other side accepts too." in mine and accept not in mine
    assert f"/{Event.OFFER_DECLINED.value}/?offer=" not in mine and "New proposal" not in mine
    theirs = page(scene.merchant, shops)
    assert "The other side has accepted it. It takes effect when you accept too." in theirs and accept in theirs
    assert "Until then the review goes on." not in page(scene.merchant, f"{shops.rstrip('/')}{accept}")
    assert "The buyer has accepted it." in page(scene.arbitrator, reverse("desk:case", args=[scene.case.number]))


def test_a_hold_tells_both_sides_its_lawful_reason() -> None:
    scene = deciding.taken()
    code, pause = next(iter(rulebook.rules(scene.case.procedure_rules_id).pauses.items()))
    clocks.stop(scene.case.pk, reason=code, text="先谈三天。", actor=scene.arbitrator, now=clock.now())
    for actor, area in ((scene.buyer, "buyer"), (scene.merchant, "merchant")):
        shown = page(actor, reverse(f"{area}:case", args=[scene.case.number]))
        assert f"put the case on hold: {pause.name}" in shown and "先谈三天。" in shown


def test_a_letter_names_whose_request_was_not_upheld() -> None:
    scene = deciding.dismissed()
    with translation.override("zh-hans"):
        buyers, shops = (
            page(actor, reverse(f"{area}:decision", args=[scene.case.number]))
            for actor, area in ((scene.buyer, "buyer"), (scene.merchant, "merchant"))
        )
    assert "你请求：" in buyers and "买家请求：" in shops


def test_a_claim_that_was_turned_down_is_called_so_on_the_pages_of_its_case_too() -> None:
    scene = deciding.dismissed()
    name = str(rulebook.rules(scene.case.substance_rules_id).remedies["R7"].name)
    for actor, area in ((scene.buyer, "buyer"), (scene.merchant, "merchant")):
        shown = page(actor, reverse(f"{area}:case", args=[scene.case.number]))
        row = re.search(r"<dt>Outcome</dt><dd[^>]*>(.*?)</dd>", shown)
        assert row is not None and row[1].strip() == name


def test_a_claim_that_was_begun_is_gone_on_with_and_not_begun_again() -> None:
    scene = reach.refused()
    address = reverse("buyer:case", args=[scene.case.number])
    assert "Go on with the claim" not in page(scene.buyer, address)
    drafts.begin(scene.case.pk, actor=scene.buyer, now=clock.now())
    listed = page(scene.buyer, reverse("buyer:home"))
    assert re.search(r"Your claim, saved today \d\d:\d\d · You can file until ", listed)
    shown = page(scene.buyer, address)
    assert "Go on with the claim" in shown and reverse("buyer:filing", args=[scene.case.number]) in shown


def test_what_a_side_wrote_in_several_lines_is_marked_to_be_shown_so() -> None:
    scene = reach.filed()
    assert 'class="as-typed"' in page(scene.merchant, reverse("merchant:case", args=[scene.case.number]))


def test_a_record_that_the_platform_does_not_have_waits_for_nobody_to_begin_it() -> None:
    scene = reach.admitted()
    ChatMessage.objects.all().delete()
    shown = page(scene.buyer, reverse("buyer:evidence", args=[scene.case.number]))
    assert "None on record" in shown and "Cannot start yet" not in shown


def test_a_letter_that_orders_a_return_says_when_the_money_comes() -> None:
    scene = deciding.served(kind=Kind.RETURN_REFUND)
    for actor, area, said in (
        (scene.buyer, "buyer", "商家确认收到退货，或确认期满后，退款给你。"),
        (scene.merchant, "merchant", "确认收到退货，或确认期满后，退款给买家。"),
    ):
        assert said in page(actor, reverse(f"{area}:decision", args=[scene.case.number]))


def test_a_ruled_case_is_not_said_to_be_out_of_ones_hands_and_an_appeal_is_not_a_first_time() -> None:
    ruled = deciding.served()
    shown = page(ruled.arbitrator, reverse("desk:case", args=[ruled.case.number]))
    assert "This case is ruled." in shown and "First time here" in shown
    appealed = deciding.under_appeal()
    assert "First time here" not in page(appealed.senior, reverse("desk:case", args=[appealed.case.number]))


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
    builders.travel(timedelta(hours=72))
    shown = page(scene.buyer, reverse("buyer:case", args=[scene.case.number]))
    assert "The evidence period is over; the case waits for an arbitrator" in shown and "file is complete" not in shown
    answered = reach.queued()
    address = reverse("buyer:case", args=[answered.case.number])
    # The merchant lacks something required and may still add it: nothing may be called complete.
    shown = page(answered.buyer, address)
    assert "The case waits for an arbitrator; evidence can still be added" in shown
    assert "told the merchant what required evidence is still missing" in shown
    builders.travel(timedelta(hours=72))
    assert "Both sides have had their say; the case waits for an arbitrator" in page(answered.buyer, address)


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


def test_money_alone_for_what_never_arrived_has_one_name_from_the_request_to_the_letter() -> None:
    scene = reach.refused(kind=Kind.IN_TRANSIT, type_code="NOT_RECEIVED", order_state="SHIPPED")
    name = str(labels.KINDS[Kind.IN_TRANSIT])
    number = scene.case.number
    drafts.begin(scene.case.pk, actor=scene.buyer, now=clock.now())
    assert name in page(scene.buyer, reverse("buyer:question", args=[number, "want"]))
    intervention.request(scene.case.pk, reach.claim_of(scene.reload(), remedy="R1"), actor=scene.buyer, now=clock.now())
    intervention.admit(scene.case.pk, actor=scene.ops, now=clock.now())
    for actor, address in (
        (scene.buyer, reverse("buyer:case", args=[number])),
        (scene.merchant, reverse("merchant:case", args=[number])),
        (scene.merchant, reverse("merchant:inbox")),
    ):
        shown = page(actor, address)
        assert name in shown and "Refund without return" not in shown
    submissions.hand_in(scene.case.pk, actor=scene.buyer, now=clock.now())
    intervention.rebut(scene.case.pk, reach.answers(scene), text="", actor=scene.merchant, now=clock.now())
    builders.travel(timedelta(hours=25))
    assignment.take(scene.case.pk, actor=scene.arbitrator, now=clock.now())
    desk = page(scene.arbitrator, reverse("desk:case", args=[number]))
    assert name in desk and "Refund without return" not in desk


def test_the_same_file_twice_is_one_word_and_nothing_new_happened() -> None:
    scene = reach.admitted()
    address = reverse("buyer:act", args=[scene.case.number, Event.EVIDENCE_ADDED.value])
    client = Client()
    client.force_login(get_user_model().objects.get(pk=scene.buyer.id))
    for _time in range(2):
        file = SimpleUploadedFile("teal.jpg", reach.a_photo("teal").read(), "image/jpeg")
        typed = {"code": "E06", "file": file, "seen": scene.reload().version, "name": "", "note": ""}
        reply = client.post(address, typed, follow=True)
    told = [str(message) for message in reply.context["messages"]]
    assert len(told) == 1 and told[0].startswith("Same file as B1")


def test_several_exhibits_in_a_row_are_one_notice_until_it_is_read() -> None:
    scene = reach.admitted()
    reach.give_required_evidence(scene)
    for colour in ("pink", "brown"):
        submissions.add_evidence(
            scene.case.pk, reach.received(colour), code="E05", name="", note="", actor=scene.buyer, now=clock.now()
        )
    delivery.deliver(limit=1000)
    told = Notice.objects.filter(case=scene.case, kind=Entry.EVIDENCE_ADDED.value, user_id=scene.merchant.id)
    assert told.count() == 1
    inbox.mark_read(scene.merchant.id or 0, ["merchant"], now=clock.now())
    submissions.add_evidence(
        scene.case.pk, reach.received("orange"), code="E05", name="", note="", actor=scene.buyer, now=clock.now()
    )
    delivery.deliver(limit=1000)
    assert told.count() == 2


def test_a_refusal_writes_its_moment_as_the_pages_do() -> None:
    at = "2026-12-09T16:00:00+00:00"
    assert "10 Dec 2026" not in (said := refusals.say(Refused("exam_too_soon", again_at=at)))
    assert "9 Dec 2026, 24:00" in said
    with translation.override("zh-hans"):
        assert "2026-12-09 24:00" in refusals.say(Refused("exam_too_soon", again_at=at))


def test_nothing_is_ticked_about_a_moment_that_is_doubted() -> None:
    taken = datetime(2026, 11, 20, 4, tzinfo=UTC)
    row = Exhibit(side="buyer", kind=ExhibitKind.IMAGE, round=1, added_at=taken, blob=Blob())
    row.blob.sheet = Sheet(taken_at="2026-11-20T12:00:00")  # type: ignore[union-attr]
    when = Moments(delivered_at=taken - timedelta(days=3), claimed_at=taken - timedelta(days=1), waybills=())
    doubt = Signal(signals.AFTER_CLAIM, {"at": taken})
    lines = integrity.of(row, [doubt], when, None, wait=timedelta(), now=taken + timedelta(days=30))
    assert [line.level for line in lines if "Taken" in line.text or "taken on" in line.text] == ["w"]
    lines = integrity.of(row, [], when, None, wait=timedelta(), now=taken + timedelta(days=30))
    assert [line.level for line in lines if "Taken" in line.text] == ["y"]
