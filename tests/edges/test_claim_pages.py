"""M10 and what follows it on pages: the shop's questions, the buyer's answers on a phone, the desk, operations' list."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import translation

from common import clock
from common.errors import Refused
from disputes import claim_drafts, payouts
from disputes.lifecycle import State
from disputes.models import Case, ClaimDraft, PointAnswer
from evidence.models import Exhibit, LibraryItem, Upload
from journal.models import Entry
from ledger import keys
from marketplace.models import ExternalRefund
from rulebook import queries as rulebook
from tests import builders, claims, deciding, reach, tusing
from tests.acts.market import market, running_market
from tests.acts.test_enforcement import give
from tests.reach import Scene
from tests.visiting import signed_in

__all__ = ["market", "running_market"]
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("market")]

ANSWERS: dict[str, dict[str, str]] = {
    "why": {"why": "swapped"},
    "news": {"news": "仓库的拆包视频后来才找到。"},
    "points": {"point_1": "退回的不是原来那一件", "point_2": "不该由本店承担"},
    "story": {"story": "拆包时发现退回的是旧货。"},
    "sum": {"amount": "300.00"},
}


@pytest.fixture(autouse=True)
def _fund(db: None) -> None:
    give(keys.advance("CNY"), 1_000_000)


@pytest.fixture(autouse=True)
def _in_english() -> Iterator[None]:
    """Addresses are those of the English pages."""
    with translation.override("en"):
        yield


def at(name: str, made: Scene, *more: str) -> str:
    return reverse(f"merchant:{name}", args=[made.case.number, *more])


def write(client: Client, made: Scene, *steps: str, **changes: dict[str, str]) -> Any:
    reply = client.post(at("claim_begin", made))
    for step in steps or ("why", "points", "story", "sum"):
        reply = client.post(at("claim_question", made, step), ANSWERS[step] | changes.get(step, {}))
        assert reply.status_code == 302, (step, reply.content.decode())
    return reply


def test_a_shop_writes_a_claim_one_question_a_page_and_sends_it():
    made = claims.paid_out()
    client = signed_in(made.merchant)
    listed = client.get(reverse("merchant:claims")).content.decode()
    assert made.case.number in listed
    assert at("claim", made) in client.get(at("case", made)).content.decode()
    assert client.get(at("claim", made)).status_code == 200
    reply = write(client, made)
    assert reply.url == at("claim_check", made)
    look = client.get(reply.url).content.decode()
    for text in ("What came back is not what was sent", "退回的不是原来那一件", "300.00"):
        assert text in look
    unticked = client.post(at("claim_check", made))
    assert unticked.status_code == 422 and not Case.objects.filter(claimant="merchant").exists()
    sent = client.post(at("claim_check", made), {"understood": "1"})
    claim = Case.objects.get(claimant="merchant")
    assert sent.url == reverse("merchant:case", args=[claim.number])
    assert (claim.state, claim.claimed, claim.paid) == ("admission", 30_000, 68_000)
    assert not ClaimDraft.objects.exists()
    page = client.get(sent.url).content.decode()
    assert "What you claim" in page and made.case.number in page


def a_photo(colour: str = "orange") -> SimpleUploadedFile:
    return SimpleUploadedFile("拆包.jpg", reach.a_photo(colour).read(), "image/jpeg")


def test_what_is_chosen_with_the_claim_is_on_the_record_once_it_is_sent_and_nobody_chooses_it_twice():
    made = claims.paid_out()
    client = signed_in(made.merchant)
    write(client, made)
    path = at("claim_check", made)
    form = client.get(path).context["form"]
    codes = [code for code, _name in form.fields["code"].choices]
    assert codes[0] == "" and codes[1] in {
        need.code for need in rulebook.rules(made.case.substance_rules_id).type(payouts.TYPE).checklist
    }
    unticked = client.post(path, {"file": [a_photo()], "code": "E13"})
    token = Upload.objects.get().token
    assert unticked.status_code == 422 and f'name="held" value="{token}" checked' in unticked.content.decode()
    assert not Exhibit.objects.filter(side="merchant").exists()
    sent = client.post(path, {"understood": "1", "held": [token], "file": [a_photo("navy")], "code": "E13"})
    claim = Case.objects.get(claimant="merchant")
    assert sent.url == reverse("merchant:case", args=[claim.number])
    mine = Exhibit.objects.filter(dossier_id=claim.dossier_id, side="merchant").order_by("place")
    assert [(one.code, one.visible_at is not None) for one in mine] == [("E13", True)] * 2
    added = Entry.objects.filter(stream_id=claim.stream_id, kind="evidence_added")
    assert [entry.data["number"] for entry in added.order_by("seq")] == [one.number for one in mine]
    buyer = signed_in(made.buyer).get(reverse("buyer:case", args=[claim.number]))
    assert mine[0].number in buyer.content.decode()


def test_files_that_came_in_pieces_go_with_the_claim_and_not_onto_the_shelf():
    made = claims.paid_out()
    client = signed_in(made.merchant)
    write(client, made)
    body = reach.a_photo().read()
    place = reverse("merchant:library_uploads")
    tusing.begin(client, place, len(body), filename="拆包.jpg", **{"for": "claim"}, body=body)
    tusing.begin(client, place, len(body), filename="报告.jpg", body=body)
    listed = client.get(place, headers=tusing.RESUMABLE).json()["uploads"]
    assert sorted(row["for"] for row in listed) == ["", "claim"]
    token = next(row["take"] for row in listed if row["for"] == "claim")
    client.post(at("claim_check", made), {"understood": "1", "held": token, "code": "E13"})
    claim = Case.objects.get(claimant="merchant")
    assert Exhibit.objects.filter(dossier_id=claim.dossier_id, side="merchant").count() == 1
    assert not LibraryItem.objects.exists()


def test_a_file_that_cannot_be_what_it_is_said_to_be_stops_the_claim_and_is_kept():
    made = claims.paid_out()
    client = signed_in(made.merchant)
    write(client, made)
    path = at("claim_check", made)
    text = SimpleUploadedFile("x.txt", b"text", "text/plain")
    for wrong in (
        {"file": [text], "code": "E13"},
        {"held": ["nothing"], "code": "E13"},
        {"file": [a_photo()], "code": ""},
    ):
        reply = client.post(path, {"understood": "1", **wrong})
        assert reply.status_code == 422 and reply.context["form"].errors, wrong
    assert not Case.objects.filter(claimant="merchant").exists() and ClaimDraft.objects.exists()
    assert client.post(path, {"understood": "1", "code": "E13"}).status_code == 302


def test_a_page_says_what_is_wrong_where_it_is_wrong_and_keeps_what_was_typed():
    made = claims.paid_out()
    client = signed_in(made.merchant)
    client.post(at("claim_begin", made))
    nothing = client.post(at("claim_question", made, "why"))
    assert nothing.status_code == 422 and "Choose why the payout was wrong." in nothing.content.decode()
    too_much = client.post(at("claim_question", made, "sum"), {"amount": "680.01"})
    assert too_much.status_code == 422 and "You can claim up to ¥680.00" in too_much.content.decode()
    assert "680.01" in client.get(at("claim_question", made, "sum")).content.decode()
    assert client.post(at("claim_check", made), {"understood": "1"}).status_code == 422


def test_where_the_platform_decided_the_shop_is_asked_what_is_new():
    made = claims.ruled_and_paid()
    client = signed_in(made.merchant)
    client.post(at("claim_begin", made))
    why = client.get(at("claim_question", made, "why")).content.decode()
    assert "The platform found wrongly" in why
    news = client.get(at("claim_question", made, "news")).content.decode()
    assert "A claim is no second appeal" in news
    empty = client.post(at("claim_question", made, "news"), {"news": ""})
    assert empty.status_code == 422


def test_after_seven_days_the_page_says_so_and_names_other_ways_and_the_exception():
    made = claims.paid_out()
    ends_at = payouts.ends_at(claims.payout(made.case), clock.now())
    assert ends_at is not None
    builders.travel_to(ends_at + timedelta(seconds=1))
    client = signed_in(made.merchant)
    page = client.get(at("claim", made)).content.decode()
    assert "The time to claim ended on" in page and "Other ways" in page and "An exception applies" in page
    assert made.case.number not in client.get(reverse("merchant:claims")).content.decode()
    reply = client.post(at("claim_begin", made))
    assert reply.status_code == 302
    late = client.get(at("claim_question", made, "late"))
    assert late.status_code == 200 and "court_document" in late.content.decode()


def test_another_shop_finds_nothing():
    made = claims.paid_out()
    stranger = signed_in(builders.a_member(builders.a_shop("别家")))
    for name in ("claim", "claim_check"):
        assert stranger.get(at(name, made)).status_code == 404
    assert stranger.post(at("claim_begin", made)).status_code == 404


def test_a_draft_belongs_to_the_shop_and_can_be_given_up():
    made = claims.paid_out()
    client = signed_in(made.merchant)
    write(client, made, "why")
    colleague = signed_in(builders.a_member(made.shop))
    assert "Go on" in colleague.get(reverse("merchant:claims")).content.decode()
    colleague.post(at("claim_discard", made))
    assert claim_drafts.of(made.shop.pk, made.case.number) is None


def test_a_refund_that_the_marketplace_made_by_itself_can_be_contested():
    made = claims.paid_out()
    line = builders.a_line(made.buyer, made.shop, state="COMPLETED", paid=12_000)
    refund = ExternalRefund.objects.create(
        source="test",
        external_id="r-1",
        version=1,
        seen_digest="0" * 64,
        received_at=clock.now(),
        order=line.order,
        line=line.external_id,
        amount=12_000,
        currency="CNY",
        paid_from="settlement",
        refunded_at=clock.now(),
    )
    client = signed_in(made.merchant)
    ref = payouts.ref_of(refund)
    assert ref in client.get(reverse("merchant:claims")).content.decode()
    client.post(reverse("merchant:claim_begin", args=[ref]))
    for step in ("why", "points", "story", "sum"):
        client.post(reverse("merchant:claim_question", args=[ref, step]), ANSWERS[step] | {"amount": "120.00"})
    sent = client.post(reverse("merchant:claim_check", args=[ref]), {"understood": "1"})
    assert sent.status_code == 302
    assert Case.objects.get(claimant="merchant").contests.refund_id == refund.pk


def test_what_is_wrong_with_a_point_stands_at_that_point_and_not_at_the_first():
    made = claims.paid_out()
    client = signed_in(made.merchant)
    write(client, made, "why")
    typed = {"point_1": "退回的不是原来那一件", "point_3": "退回的不是原来那一件", "point_5": "长" * 121}
    reply = client.post(at("claim_question", made, "points"), typed)
    assert reply.status_code == 422
    errors = reply.context["form"].errors
    assert set(errors) == {"point_3", "point_5"}
    assert "there already" in str(errors["point_3"]) and "121" in str(errors["point_5"])


def test_the_case_that_was_paid_out_leads_both_sides_to_the_claim_about_it():
    made = claims.paid_out()
    claim = claims.filed(made).case
    for reader, area in ((made.buyer, "buyer:case"), (made.merchant, "merchant:case")):
        client = signed_in(reader)
        link = reverse("public:go", args=[claim.number])
        assert f'href="{link}">{claim.number}<' in client.get(reverse(area, args=[made.case.number])).content.decode()
        assert client.get(link).headers["Location"] == reverse(area, args=[claim.number])


# --- the buyer -------------------------------------------------------------------------------------------------------


def test_the_buyer_reads_what_is_claimed_and_answers_point_by_point():
    claim = claims.handed_in()
    client = signed_in(claim.buyer)
    page = client.get(reverse("buyer:case", args=[claim.case.number])).content.decode()
    assert "The merchant wants money back that you were paid; answer each point" in page
    assert "What the merchant claims" in page and "Your silence admits nothing." in page
    act = reverse("buyer:act", args=[claim.case.number, "claim_rebutted"])
    assert act in page
    form = client.get(act)
    assert form.status_code == 200
    points = list(claim.case.points.order_by("number"))
    fields = {f"stance_{point.pk}": "against" for point in points} | {"seen": str(claim.case.version), "do": "send"}
    fields |= {f"text_{point.pk}": "It is the one I was sent." for point in points}
    missing = client.post(act, {**fields, f"stance_{points[1].pk}": ""})
    assert missing.status_code == 422 and claim.state is State.AWAITING_CONFIRMATION
    # Exactly what this form has to choose from.
    (told,) = missing.context["form"].errors[f"stance_{points[1].pk}"]
    assert told == f"Answer point {points[1].number}: I agree or I do not agree."
    assert client.post(act, fields).status_code == 302
    assert claim.state is State.AWAITING_ASSIGNMENT
    assert set(PointAnswer.objects.filter(point__in=points).values_list("side", "stance")) == {("buyer", "disputes")}
    page = client.get(reverse("buyer:case", args=[claim.case.number])).content.decode()
    assert page.count("You: Disputes it") == len(points) and "No answer yet" not in page


def test_the_buyer_is_told_what_accepting_means_and_may_accept():
    claim = claims.admitted()
    client = signed_in(claim.buyer)
    act = reverse("buyer:act", args=[claim.case.number, "claim_accepted"])
    assert "goes back to the merchant" in client.get(act).content.decode()
    assert client.post(act, {"seen": str(claim.case.version)}).status_code == 302
    assert claim.state is State.ENFORCING


def test_the_buyer_proposes_what_to_give_back_and_the_shop_reads_it_so():
    claim = claims.admitted()
    buyer, shop = signed_in(claim.buyer), signed_in(claim.merchant)
    path = reverse("buyer:act", args=[claim.case.number, "offer_made"])
    asked = buyer.get(path).content.decode()
    assert "Amount the buyer gives back" in asked and "what is claimed" in asked and 'name="returns"' not in asked
    assert buyer.post(path, {"seen": str(claim.case.version), "amount": "100.00", "text": ""}).status_code == 302
    page = shop.get(reverse("merchant:case", args=[claim.case.number])).content.decode()
    assert "The buyer gives it back to the merchant" in page
    assert claim.case.number in shop.get(reverse("merchant:inbox")).content.decode()
    accept = reverse("merchant:act", args=[claim.case.number, "offer_accepted"])
    looked = shop.get(accept)
    assert "The buyer gives it back to the merchant" in looked.content.decode()
    offer = looked.context["form"]["offer"].value()
    assert shop.post(accept, {"seen": str(claim.reload().version), "offer": offer}).status_code == 302
    assert claim.state is State.ENFORCING and claim.case.outcome.amount == 10_000


@pytest.mark.parametrize("event", ["withdrawn", "offer_accepted"])
def test_what_belongs_to_the_claimant_is_closed_to_the_buyer(event: str):
    claim = claims.admitted()
    page = signed_in(claim.buyer).get(reverse("buyer:act", args=[claim.case.number, event]))
    assert page.status_code == 409 and "<form" not in page.content.decode().split("<main")[1].split("</main")[0]


def test_the_shop_neither_accepts_its_own_claim_nor_finds_it_in_bulk():
    claim = claims.handed_in()
    client = signed_in(claim.merchant)
    assert client.get(reverse("merchant:act", args=[claim.case.number, "claim_accepted"])).status_code == 409
    assert client.get(reverse("merchant:act", args=[claim.case.number, "claim_rebutted"])).status_code == 409
    bulk = client.get(reverse("merchant:bulk"), {"case": claim.case.number}).content.decode()
    assert "This is your own claim" in bulk and "moved on" not in bulk


def test_what_is_proposed_as_a_point_follows_from_the_reason_and_the_last_look_has_the_sum_as_it_was_understood():
    made = claims.paid_out(returned=False)
    client = signed_in(made.merchant)
    client.post(at("claim_begin", made))
    client.post(at("claim_question", made, "why"), {"why": "false_claim"})
    page = client.get(at("claim_question", made, "points")).content.decode()
    assert "What the buyer said then was not so" in page and "What came back" not in page
    write(client, made, why={"why": "false_claim"}, sum={"amount": "１５９"})
    look = client.get(at("claim_check", made)).content.decode()
    assert "¥159.00" in look and "１５９" not in look


def test_the_start_of_a_claim_says_that_its_last_page_takes_evidence():
    made = claims.paid_out()
    client = signed_in(made.merchant)
    said = client.get(at("claim", made)).content.decode()
    assert "The last page takes evidence" in said
    write(client, made)
    assert 'type="file"' in client.get(at("claim_check", made)).content.decode()


# --- desk, letters, operations ---------------------------------------------------------------------------------------


def test_the_letter_says_to_each_side_what_comes_back():
    claim = claims.served()
    buyer = signed_in(claim.buyer).get(reverse("buyer:decision", args=[claim.case.number])).content.decode()
    shop = signed_in(claim.merchant).get(reverse("merchant:decision", args=[claim.case.number])).content.decode()
    assert "你退回 ¥680.00" in buyer
    assert "你追回 ¥680.00" in shop
    assert "goes back to you, where it was taken from" in shop


def test_the_desk_shows_who_claims_and_what_a_ruling_brings():
    claim = claims.taken()
    client = signed_in(claim.arbitrator)
    page = client.get(reverse("desk:case", args=[claim.case.number])).content.decode()
    assert "How much of what was paid out stays with the merchant, in percent" in page
    assert "Give back what was wrongly paid" in page and "keeps what was paid" in page
    # Nothing of what only a buyer's claim has: no refund asked for, no ground for a refund without return.
    assert "Platform asked to step in" in page and "Refund asked for" not in page
    assert "A refund without return needs a ground" not in page
    deciding.drafted(claim, claims.upheld(claim))
    preview = client.get(reverse("desk:preview", args=[claim.case.number])).content.decode()
    assert "The buyer gives back ¥680.00 once the ruling is final" in preview


def test_operations_read_that_it_is_the_buyer_who_answers():
    claim = claims.handed_in()
    page = signed_in(claim.ops).get(reverse("ops:deadlines"), {"view": "all"}).content.decode()
    assert "Buyer answers" in page and "Merchant confirms the evidence" not in page


def test_operations_see_upheld_claims_of_malice_and_nothing_follows_by_itself():
    claim = claims.carried_out(claims.served())
    client = signed_in(claim.ops)
    page = client.get(reverse("ops:abuse")).content.decode()
    assert claim.case.number in page and "What came back is not what was sent" in page
    buyer = get_user_model().objects.get(pk=claim.buyer.id)
    assert buyer.is_active
    assert signed_in(claim.merchant).get(reverse("ops:abuse")).status_code == 404


def test_what_was_not_malice_stands_in_no_list():
    claim = claims.carried_out(claims.served(claims.taken(reason="paid_twice")))
    assert claim.case.number not in signed_in(claim.ops).get(reverse("ops:abuse")).content.decode()


def test_silence_is_said_as_what_it_is():
    claim = claims.handed_in()
    reach.let_term_end(claim)
    page = signed_in(claim.buyer).get(reverse("buyer:case", args=[claim.case.number])).content.decode()
    assert "the buyer did not answer within 24 hours" in page


def test_where_nothing_went_back_the_shop_is_not_offered_to_say_that_it_was_swapped():
    made = claims.paid_out(returned=False)
    client = signed_in(made.merchant)
    assert "The last page takes evidence" in client.get(at("claim", made)).content.decode()
    client.post(at("claim_begin", made))
    why = at("claim_question", made, "why")
    shown = client.get(why).content.decode()
    assert 'value="false_claim"' in shown and 'value="swapped"' not in shown
    assert client.post(why, {"why": "swapped"}).status_code == 422
    with pytest.raises(Refused, match="contest_reason_unfit"):
        claims.filed(made)


def test_the_address_of_claims_and_the_first_list_lead_to_the_payouts():
    made = claims.paid_out()
    client = signed_in(made.merchant)
    assert client.get("/shop/claims/").url == reverse("merchant:claims")
    assert reverse("merchant:claims") in client.get(reverse("merchant:inbox")).content.decode()


@pytest.mark.parametrize("place", ["inbox", "open", "decided"])
def test_every_list_of_the_shop_leads_to_what_it_can_claim_back(place: str) -> None:
    made = reach.a_scene()
    assert (
        f'href="{reverse("merchant:claims")}"'
        in signed_in(made.merchant).get(reverse(f"merchant:{place}")).content.decode()
    )
