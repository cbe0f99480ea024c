"""What a shop does through its pages: each act through its form, and what a refusal leaves standing."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.urls import reverse
from django.utils import translation

from accounts.models import Right
from common import clock
from disputes import negotiation, offers, queries
from disputes.lifecycle import Kind, State
from disputes.models import Case, Offer, PointAnswer
from evidence.models import Exhibit
from tests import builders, deciding, reach
from tests.reach import Scene
from tests.visiting import signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _addresses_without_a_prefix() -> Iterator[None]:
    """A reply in English leaves the thread in English; each test begins with the addresses of the default language."""
    with translation.override("zh-hans"):
        yield


def act_of(case: Case, event: str) -> str:
    return reverse("merchant:act", args=[case.number, event])


def send(made: Scene, event: str, **data: object):
    """What the shop's browser sends: the version it saw, and the fields."""
    made.reload()
    data = {"seen": made.case.version, "do": "send"} | data
    return signed_in(made.merchant).post(act_of(made.case, event), data)


def test_agreeing_to_a_refund_begins_to_pay_it():
    made = reach.a_scene()
    page = signed_in(made.merchant).get(f"/en{act_of(made.case, 'refund_agreed')}").content.decode()
    assert "680.00" in page and "held payment" in page and "cannot be undone" in page
    assert send(made, "refund_agreed").status_code == 302
    assert made.state is State.ENFORCING


def test_agreeing_to_a_return_waits_for_the_goods():
    made = reach.a_scene(kind=Kind.RETURN_REFUND)
    assert send(made, "return_agreed").status_code == 302
    assert made.state is State.AWAITING_RETURN


def test_a_refusal_needs_words():
    made = reach.a_scene()
    reply = send(made, "refund_refused", text="")
    assert reply.status_code == 422
    assert made.state is State.AWAITING_MERCHANT
    assert send(made, "refund_refused", text="开片是天然特征。").status_code == 302
    assert made.state is State.AWAITING_BUYER


def test_words_that_are_too_long_come_back_as_they_were_typed():
    made = reach.a_scene()
    words = "开" * 501
    reply = send(made, "refund_refused", text=words)
    assert reply.status_code == 422
    assert words in reply.content.decode()
    assert made.state is State.AWAITING_MERCHANT


def test_whoever_wrote_while_the_case_moved_on_keeps_their_words_and_can_send_again():
    made = reach.a_scene()
    seen = made.case.version
    offers.make(made.case.pk, amount=10_000, returns=False, text="", actor=made.buyer, now=clock.now())
    client = signed_in(made.merchant)
    reply = client.post(act_of(made.case, "refund_refused"), {"seen": seen, "text": "开片是天然特征。"})
    assert reply.status_code == 409
    assert "开片是天然特征。" in reply.content.decode()
    assert made.state is State.AWAITING_MERCHANT
    again = {"seen": reply.context["form"]["seen"].value(), "text": "开片是天然特征。"}
    assert client.post(act_of(made.case, "refund_refused"), again).status_code == 302


def test_accepting_the_claim_names_the_sum_its_source_and_the_return():
    made = reach.handed_in()
    page = signed_in(made.merchant).get(f"/en{act_of(made.case, 'claim_accepted')}").content.decode()
    assert "680.00" in page and "held payment" in page
    assert send(made, "claim_accepted").status_code == 302
    assert made.state in (State.ENFORCING, State.AWAITING_RETURN)


def test_a_sub_account_cannot_accept_above_its_limit():
    made = reach.handed_in()
    helper = builders.a_member(made.shop, rights=(Right.VIEW, Right.RESPOND, Right.ACCEPT), limit=20_000)
    made.merchant = helper
    reply = send(made, "claim_accepted")
    assert reply.status_code == 403
    assert made.state is State.AWAITING_CONFIRMATION


def test_a_member_without_the_right_to_respond_is_refused_in_words():
    made = reach.a_scene()
    made.merchant = builders.a_member(made.shop, rights=(Right.VIEW,))
    reply = send(made, "refund_refused", text="开片是天然特征。")
    assert reply.status_code == 403
    assert "开片是天然特征。" in reply.content.decode()


def test_points_are_answered_one_by_one_with_the_shops_own_evidence():
    made = reach.handed_in()
    with_photo = send(made, "evidence_added", code="E09", file=_upload(), name="出库质检照", note="")
    assert with_photo.status_code == 302
    exhibit = Exhibit.objects.get(dossier_id=made.case.dossier_id, side="merchant")
    points = list(queries.points(made.reload()))
    data: dict[str, object] = {"text": "出库质检完好。"}
    for point in points:
        data |= {f"stance_{point.pk}": "disputes", f"text_{point.pk}": f"答第 {point.number} 点"}
    data[f"exhibits_{points[0].pk}"] = [str(exhibit.pk)]
    assert send(made, "claim_rebutted", **data).status_code == 302
    assert made.state is State.AWAITING_ASSIGNMENT
    answer = PointAnswer.objects.get(point=points[0], side="merchant", superseded_at__isnull=True)
    assert answer.exhibits == [exhibit.pk]


def test_a_point_left_open_is_named_and_the_other_answers_are_kept():
    made = reach.handed_in()
    first, *_ = queries.points(made.reload())
    reply = send(made, "claim_rebutted", **{f"stance_{first.pk}": "agrees", f"text_{first.pk}": "这一点我同意"})
    assert reply.status_code == 422
    assert "这一点我同意" in reply.content.decode()
    assert made.state is State.AWAITING_CONFIRMATION
    assert not PointAnswer.objects.filter(point__case=made.case, side="merchant").exists()


def test_an_answer_cannot_name_the_buyers_evidence_as_ones_own():
    made = reach.handed_in()
    theirs = Exhibit.objects.filter(dossier_id=made.case.dossier_id, side="buyer").first()
    assert theirs is not None
    first, *_ = queries.points(made.reload())
    data = {
        f"stance_{first.pk}": "disputes",
        f"text_{first.pk}": "见照片",
        f"exhibits_{first.pk}": [str(theirs.pk)],
    }
    assert send(made, "claim_rebutted", **data).status_code == 422
    assert not PointAnswer.objects.filter(side="merchant", exhibits__contains=[theirs.pk]).exists()


def test_a_file_that_is_none_is_refused_beside_its_field():
    from django.core.files.uploadedfile import SimpleUploadedFile

    made = reach.admitted()
    reply = send(
        made, "evidence_added", code="E09", file=SimpleUploadedFile("note.rar", b"Rar!\x1a\x07\x00"), name="", note=""
    )
    assert reply.status_code == 422
    assert reply.context["form"].errors.get("file")
    assert not Exhibit.objects.filter(dossier_id=made.case.dossier_id, side="merchant").exists()


def test_own_evidence_can_be_taken_back_while_the_period_runs():
    made = reach.admitted()
    send(made, "evidence_added", code="E09", file=_upload(), name="", note="")
    exhibit = Exhibit.objects.get(dossier_id=made.case.dossier_id, side="merchant")
    page = signed_in(made.merchant).get(reverse("merchant:case", args=[made.case.number])).content.decode()
    assert f"evidence_withdrawn/?exhibit={exhibit.pk}" in page
    assert exhibit.receipt_code in page
    assert send(made, "evidence_withdrawn", exhibit=exhibit.pk).status_code == 302
    exhibit.refresh_from_db()
    assert exhibit.withdrawn_at is not None


def test_a_shop_says_that_its_evidence_is_complete():
    made = reach.admitted()
    assert send(made, "merchant_handed_in").status_code == 302
    assert made.reload().merchant_handed_in_at is not None


def test_a_proposal_is_made_shown_and_taken_back():
    made = reach.refused()
    assert send(made, "offer_made", amount="100.00", text="补偿一部分").status_code == 302
    offer = Offer.objects.get(case=made.case)
    page = signed_in(made.merchant).get(reverse("merchant:case", args=[made.case.number])).content.decode()
    assert f"offer_retracted/?offer={offer.pk}" in page
    assert send(made, "offer_retracted", offer=offer.pk).status_code == 302
    offer.refresh_from_db()
    assert offer.state == "retracted"


def test_a_sum_that_cannot_be_read_is_kept_as_it_was_typed():
    made = reach.refused()
    reply = send(made, "offer_made", amount="about 100", text="")
    assert reply.status_code == 422
    assert "about 100" in reply.content.decode()
    assert send(made, "offer_made", amount="9999", text="").status_code == 422
    assert not Offer.objects.filter(case=made.case).exists()


def test_the_buyers_proposal_is_accepted_or_declined():
    made = reach.refused()
    offer = offers.make(made.case.pk, amount=30_000, returns=False, text="", actor=made.buyer, now=clock.now())
    page = signed_in(made.merchant).get(f"{act_of(made.case, 'offer_accepted')}?offer={offer.pk}").content.decode()
    assert "300.00" in page
    assert send(made, "offer_declined", offer=offer.pk).status_code == 302
    second = offers.make(made.case.pk, amount=20_000, returns=False, text="", actor=made.buyer, now=clock.now())
    assert send(made, "offer_accepted", offer=second.pk).status_code == 302
    assert made.state is State.ENFORCING


def test_nobody_accepts_a_proposal_of_another_case():
    made, other = reach.refused(), reach.refused()
    offer = offers.make(other.case.pk, amount=30_000, returns=False, text="", actor=other.buyer, now=clock.now())
    assert send(made, "offer_accepted", offer=offer.pk).status_code == 409
    assert other.state is State.AWAITING_BUYER


@pytest.mark.parametrize(
    ("event", "state"), [("return_accepted", State.ENFORCING), ("return_refused", State.AWAITING_BUYER)]
)
def test_a_return_is_confirmed_or_objected_to(event, state):
    made = reach.a_scene(kind=Kind.RETURN_REFUND)
    negotiation.agree_return(made.case.pk, actor=made.merchant, now=clock.now())
    negotiation.ship_return(made.case.pk, carrier="顺丰", tracking="SF1234567890", actor=made.buyer, now=clock.now())
    assert send(made, event, text="盖子没有寄回。").status_code == 302
    assert made.state is state


def test_a_shop_asks_the_platform_to_step_in_point_by_point():
    made = reach.refused()
    reply = send(made, "intervention_requested", points="", text="")
    assert reply.status_code == 422
    points = "出库时完好\n\n买家自己磕碰"
    twice = send(made, "intervention_requested", points="出库时完好\n 出库时完好 ", text="出库质检有照片。")
    assert twice.status_code == 422 and "points" in twice.context["form"].errors
    assert send(made, "intervention_requested", points=points, text="出库质检有照片。").status_code == 302
    assert made.state is State.ADMISSION
    assert [point.text for point in queries.points(made.reload())] == ["出库时完好", "买家自己磕碰"]


def test_a_shop_appeals_once_and_only_with_what_is_new():
    made = deciding.served()
    first, *_ = queries.points(made.reload())
    words = {
        "ground": "new_evidence",
        "points": [str(first.number)],
        "text": "找到了打包录像的截图。",
        "code": "E09",
        "why_late": "刚从旧手机里找到。",
    }
    reply = send(made, "appeal_filed", **words)
    assert reply.status_code == 422
    assert "找到了打包录像的截图。" in reply.content.decode()
    assert send(made, "appeal_filed", file=_upload("orange"), **words).status_code == 302
    assert made.state is State.AWAITING_APPEAL_ANSWER


def test_a_shop_answers_the_buyers_appeal():
    made = deciding.dismissed()
    deciding.appealed(made)
    assert send(made, "appeal_answered", text="照片不能证明是同一只壶。").status_code == 302
    assert made.state is State.UNDER_APPEAL


def test_waiving_the_appeal_is_remembered():
    made = deciding.served()
    assert send(made, "appeal_waived").status_code == 302
    assert made.reload().merchant_waived_at is not None


def test_a_shop_pays_of_its_own_accord():
    made = deciding.served()
    send(made, "appeal_waived")
    reach.let_term_end(made)
    assert made.state is State.AWAITING_COMPLIANCE
    assert send(made, "complied").status_code == 302
    assert made.state is State.ENFORCING


def test_an_act_of_another_role_or_no_act_at_all_is_no_page():
    made = reach.a_scene()
    client = signed_in(made.merchant)
    assert client.get(act_of(made.case, "nonsense")).status_code == 404
    assert client.get(act_of(made.case, "taken")).status_code == 404
    assert client.get(act_of(made.case, "return_shipped")).status_code == 404  # the buyer's
    assert send(made, "return_shipped").status_code == 404
    assert send(made, "withdrawn").status_code == 409  # whoever claims takes back
    assert made.state is State.AWAITING_MERCHANT


def _upload(colour: str = "navy"):
    from django.core.files.uploadedfile import SimpleUploadedFile

    return SimpleUploadedFile("photo.jpg", reach.a_photo(colour).read(), content_type="image/jpeg")
