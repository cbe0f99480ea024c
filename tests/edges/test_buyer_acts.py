"""What a buyer does, through the forms, as a browser without script would; and what a refusal leaves of what was typed."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from arbitration import appeals
from arbitration.models import Appeal
from common import clock, money
from common.actor import Actor
from disputes import negotiation, offers, queries
from disputes.lifecycle import State
from disputes.models import Case
from evidence.models import Exhibit
from tests import builders, deciding, reach
from tests.reach import Scene
from tests.visiting import signed_in

pytestmark = pytest.mark.django_db


def act(scene: Scene, event: str, actor: Actor | None = None, **typed: Any):
    """Post the form of one act, with the version of the case as it is now unless another is given."""
    scene.reload()
    typed.setdefault("seen", scene.case.version)
    return signed_in(actor or scene.buyer).post(reverse("buyer:act", args=[scene.case.number, event]), typed)


def upload(colour: str = "teal", name: str = "photo.jpg") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, reach.a_photo(colour).read(), content_type="image/jpeg")


# --- asking for a refund --------------------------------------------------------------------------------------


def ask(buyer: Actor, line: Any, **changes: Any):
    typed = {
        "type": "DAMAGED",
        "kind": "return_refund",
        "amount": "680.00",
        "text": "壶身有裂纹，注水后渗水。",
    } | changes
    return signed_in(buyer).post(reverse("buyer:refund", args=[line.order.public_id, 1]), typed)


def test_a_refund_is_asked_for_from_the_order():
    builders.rules()
    buyer, shop = builders.a_buyer(), builders.a_shop()
    reply = ask(buyer, builders.a_line(buyer, shop))
    case = Case.objects.get()
    assert reply.url == reverse("buyer:case", args=[case.number])
    assert (case.state, case.claimed, case.kind) == (State.AWAITING_MERCHANT.value, 68_000, "return_refund")


def test_a_refused_refund_request_keeps_what_was_typed():
    builders.rules()
    buyer = builders.a_buyer()
    reply = ask(buyer, builders.a_line(buyer, builders.a_shop()), amount="999.00", text="整段经过都还在")
    assert reply.status_code == 422
    text = reply.content.decode()
    assert "999.00" in text
    assert "整段经过都还在" in text
    assert 'class="errsum"' in text
    assert not Case.objects.exists()


def test_all_that_is_wrong_with_a_request_is_said_at_once():
    builders.rules()
    buyer = builders.a_buyer()
    reply = ask(buyer, builders.a_line(buyer, builders.a_shop()), type="", amount="680.01", text="长" * 501)
    assert reply.status_code == 422
    assert set(reply.context["form"].errors) == {"type", "amount", "text"}


@pytest.mark.parametrize(
    ("state", "said", "unsaid"),
    [
        ("SHIPPED", ["视为同意，退款原路退回"], ["视为同意退货", "不自动退款"]),
        (
            "SIGNED",
            ["仅退款：商家到时间不答复：不自动退款", "退货退款：商家到时间不答复：视为同意退货"],
            ["视为同意，退款"],
        ),
    ],
)
def test_what_the_merchant_s_silence_means_is_said_as_the_rules_have_it_for_what_can_be_asked(state, said, unsaid):
    builders.rules()
    buyer = builders.a_buyer()
    line = builders.a_line(buyer, builders.a_shop(), state=state)
    page = signed_in(buyer).get(reverse("buyer:refund", args=[line.order.public_id, 1])).content.decode()
    assert all(words in page for words in said) and not any(words in page for words in unsaid)


@pytest.mark.parametrize("amount", ["", "many", "-5", "12.345"])
def test_a_sum_that_cannot_be_read_is_said_at_its_field(amount):
    builders.rules()
    buyer = builders.a_buyer()
    reply = ask(buyer, builders.a_line(buyer, builders.a_shop()), amount=amount)
    assert reply.status_code == 422
    assert "amount" in reply.context["form"].errors


def test_only_kinds_and_happenings_that_fit_the_order_can_be_chosen():
    builders.rules()
    buyer = builders.a_buyer()
    line = builders.a_line(buyer, builders.a_shop(), state="SHIPPED")
    reply = signed_in(buyer).get(reverse("buyer:refund", args=[line.order.public_id, 1]))
    form = reply.context["form"]
    assert [value for value, _ in form.fields["kind"].choices] == ["in_transit"]
    offered = [code for _, group in form.fields["type"].choices[1:] for code, _ in group]
    assert "NOT_RECEIVED" in offered
    assert "DAMAGED" not in offered
    assert "MERCHANT_CLAIM" not in offered


def test_a_place_that_no_order_has_is_not_there():
    builders.rules()
    buyer = builders.a_buyer()
    line = builders.a_line(buyer, builders.a_shop())
    path = reverse("buyer:refund", args=[line.order.public_id, 99999999999999999999])
    assert signed_in(buyer).get(path).status_code == 404


def test_somebody_elses_order_is_not_there():
    line = builders.a_line(builders.a_buyer(), builders.a_shop())
    client = signed_in(builders.a_buyer())
    assert client.get(reverse("buyer:refund", args=[line.order.public_id, 1])).status_code == 404
    assert client.get(reverse("buyer:refund", args=[line.order.public_id, 0])).status_code == 404


def test_a_second_request_for_the_same_thing_leads_to_the_first():
    scene = reach.a_scene()
    path = reverse("buyer:refund", args=[scene.case.order.public_id, 1])
    assert signed_in(scene.buyer).get(path).url == reverse("buyer:case", args=[scene.case.number])


# --- evidence -------------------------------------------------------------------------------------------------


def test_each_row_takes_its_files_and_gives_receipts():
    scene = reach.admitted()
    path = reverse("buyer:evidence", args=[scene.case.number])
    client = signed_in(scene.buyer)
    reply = client.post(path, {"code": "E06", "files": [upload("teal"), upload("navy")]}, follow=True)
    receipts = list(Exhibit.objects.filter(side="buyer").values_list("receipt_code", flat=True))
    assert len(receipts) == 2
    assert all(receipt in reply.content.decode() for receipt in receipts)


def test_a_bad_file_does_not_cost_its_neighbour():
    scene = reach.admitted()
    path = reverse("buyer:evidence", args=[scene.case.number])
    rar = SimpleUploadedFile("证据.rar", b"Rar!\x1a\x07\x00junk", content_type="application/x-rar")
    reply = signed_in(scene.buyer).post(path, {"code": "E06", "files": [upload(), rar]})
    assert reply.status_code == 422
    assert Exhibit.objects.filter(side="buyer").count() == 1
    assert "证据.rar" in reply.content.decode()


def test_the_limits_stand_beside_every_picker():
    scene = reach.admitted()
    text = signed_in(scene.buyer).get(reverse("buyer:evidence", args=[scene.case.number])).content.decode()
    assert text.count('type="file"') == text.count('class="lim"') > 1
    assert "20 MB" in text


def test_evidence_after_its_window_is_refused_and_nothing_is_added():
    scene = reach.queued()
    builders.travel_to(scene.reload().evidence_closes_at)
    path = reverse("buyer:evidence", args=[scene.case.number])
    reply = signed_in(scene.buyer).post(path, {"code": "E06", "files": [upload("pink")]})
    assert reply.status_code == 422
    assert Exhibit.objects.filter(side="buyer").count() == 1


def test_what_no_row_asks_for_has_a_form_of_its_own():
    scene = reach.admitted()
    reply = act(scene, "evidence_added", code="E12", file=upload(), name="物流证明", note="看第二行")
    assert reply.status_code == 302
    assert Exhibit.objects.get(side="buyer").name == "物流证明"


def test_an_exhibit_is_taken_back_by_its_own_side():
    scene = reach.admitted()
    reach.give_required_evidence(scene)
    exhibit = Exhibit.objects.get(side="buyer")
    assert act(scene, "evidence_withdrawn", exhibit=exhibit.pk).status_code == 302
    exhibit.refresh_from_db()
    assert exhibit.withdrawn_at is not None


def test_handing_in_without_what_is_required_is_refused_with_its_reason():
    scene = reach.admitted()
    reply = act(scene, "buyer_handed_in")
    assert reply.status_code == 409
    assert scene.state is State.GATHERING_EVIDENCE
    reach.give_required_evidence(scene)
    assert act(scene, "buyer_handed_in").status_code == 302
    assert scene.state is State.AWAITING_CONFIRMATION


# --- the other acts -------------------------------------------------------------------------------------------


def test_a_withdrawal_shows_its_consequences_first():
    scene = reach.refused()
    path = reverse("buyer:act", args=[scene.case.number, "withdrawn"])
    text = signed_in(scene.buyer).get(path).content.decode()
    assert 'class="what"' in text
    assert scene.state is State.AWAITING_BUYER
    assert act(scene, "withdrawn").status_code == 302
    assert scene.state is State.WITHDRAWN


def test_a_request_is_changed_after_a_refusal():
    scene = reach.refused()
    reply = act(scene, "request_revised", kind="return_refund", amount="500", text="退货也可以")
    assert reply.status_code == 302
    assert (scene.state, scene.case.claimed, scene.case.returns) == (State.AWAITING_MERCHANT, 50_000, True)


def test_proposals_are_made_declined_and_accepted():
    scene = reach.refused()
    assert act(scene, "offer_made", amount="300", text="退一半也行").status_code == 302
    mine = queries.open_offers(scene.case.pk).get()
    assert act(scene, "offer_retracted", offer=mine.pk).status_code == 302
    offers.make(scene.case.pk, amount=10_000, returns=False, text="补偿", actor=scene.merchant, now=clock.now())
    first = queries.open_offers(scene.case.pk).get()
    assert act(scene, "offer_declined", offer=first.pk).status_code == 302
    offers.make(scene.case.pk, amount=20_000, returns=False, text="再加", actor=scene.merchant, now=clock.now())
    better = queries.open_offers(scene.case.pk).get()
    page = signed_in(scene.buyer).get(
        reverse("buyer:act", args=[scene.case.number, "offer_accepted"]), {"offer": better.pk}
    )
    assert "200.00" in page.content.decode()
    assert act(scene, "offer_accepted", offer=better.pk).status_code == 302
    assert scene.state is State.ENFORCING
    assert scene.case.outcome.amount == 20_000


def test_a_proposal_of_another_case_cannot_be_accepted_here():
    scene, other = reach.refused(), reach.refused()
    offers.make(other.case.pk, amount=10_000, returns=False, text="补偿", actor=other.merchant, now=clock.now())
    foreign = queries.open_offers(other.case.pk).get()
    assert act(scene, "offer_accepted", offer=foreign.pk).status_code == 409
    assert other.state is State.AWAITING_BUYER


def test_the_way_back_needs_a_number_that_can_be_read():
    scene = reach.a_scene(kind=reach.Kind.RETURN_REFUND)
    negotiation.agree_return(scene.case.pk, actor=scene.merchant, now=clock.now())
    reply = act(scene, "return_shipped", carrier="顺丰", tracking="短")
    assert reply.status_code == 422
    assert "顺丰" in reply.content.decode()
    assert act(scene, "return_shipped", carrier="顺丰", tracking="SF1234567890").status_code == 302
    assert scene.state is State.RETURN_IN_TRANSIT


def test_a_form_about_an_older_version_is_shown_again_with_what_was_typed():
    scene = reach.refused()
    reply = act(scene, "offer_made", seen=scene.case.version - 1, amount="123.00", text="还在吗")
    assert reply.status_code == 409
    text = reply.content.decode()
    assert "123.00" in text
    assert "还在吗" in text
    assert f'value="{scene.reload().version}"' in text


@pytest.mark.parametrize("event", ["taken", "refund_agreed", "nonsense", "execution_finished"])
def test_what_a_buyer_may_never_cause_has_no_page(event):
    scene = reach.a_scene()
    path = reverse("buyer:act", args=[scene.case.number, event])
    assert signed_in(scene.buyer).get(path).status_code == 404
    assert signed_in(scene.buyer).post(path, {"seen": scene.case.version, "text": "x"}).status_code == 404
    assert scene.state is State.AWAITING_MERCHANT


def test_an_appeal_brings_new_evidence_against_one_finding():
    scene = deciding.dismissed()
    typed = {"ground": Appeal.NEW_EVIDENCE, "points": ["1"], "text": "补充照片", "code": "E06"}
    reply = act(scene, "appeal_filed", file=[upload("orange"), upload("pink")], **typed)
    assert reply.status_code == 422
    assert list(reply.context["form"].errors) == ["why_late"]
    files = [upload("orange"), upload("pink")]
    assert act(scene, "appeal_filed", file=files, why_late="当时手机送修", **typed).status_code == 302
    appeal = Appeal.objects.get(case=scene.case)
    assert (appeal.side, appeal.points, len(appeal.exhibits)) == ("buyer", [1], 2)
    assert scene.state is State.AWAITING_APPEAL_ANSWER


def test_a_form_names_the_field_that_is_empty_or_too_long():
    scene = reach.refused()
    errors = act(scene, "request_revised", kind="refund_only", amount="0", text="长" * 4001).context["form"].errors
    assert errors["amount"] == ["金额要大于零。"]
    assert "500" in errors["text"][0]
    empty = act(scene, "request_revised", kind="", amount="").context["form"].errors
    assert "仍是空的" in empty["amount"][0]
    assert "请选一项" in empty["kind"][0]


def test_full_width_digits_are_an_amount():
    assert money.parse("￥１，０００.５", "CNY") == 100_050


def test_which_findings_are_wrong_is_not_called_optional_but_said_when_needed():
    scene = deciding.dismissed()
    reply = act(scene, "appeal_filed", ground=Appeal.RULE_ERROR, text="条款用错了")
    assert list(reply.context["form"].errors) == ["points"]
    assert reply.context["form"].fields["points"].required


def test_an_appeal_without_what_its_ground_needs_is_refused_at_the_field_and_kept():
    scene = deciding.dismissed()
    reply = act(scene, "appeal_filed", ground=Appeal.NEW_EVIDENCE, points=["1"], text="没有新照片", code="E06")
    assert reply.status_code == 422
    assert "file" in reply.context["form"].errors
    assert "没有新照片" in reply.content.decode()
    assert scene.state is State.APPEAL_WINDOW


def test_an_appeal_of_the_merchant_is_answered():
    scene = deciding.served()
    appeals.file(
        scene.case.pk,
        ground=Appeal.RULE_ERROR,
        points=[1],
        text="条款用错了",
        actor=scene.merchant,
        now=clock.now(),
    )
    assert act(scene, "appeal_answered", text="条款没有用错。").status_code == 302
    assert scene.state is State.UNDER_APPEAL
