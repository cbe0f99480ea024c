"""The claim, one question a page: what each page asks, keeps and says, who may see it, and how it is sent."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from common import clock
from disputes import drafts, offers, submissions
from disputes.lifecycle import State
from disputes.models import FilingDraft, Point, Statement
from evidence import preparation
from evidence.models import Exhibit
from marketplace import snapshots
from marketplace.models import ChatMessage
from notifications import preferences
from notifications.quiet import Hours
from tests import builders, reach
from tests.journeys.pages import Page
from tests.visiting import signed_in

pytestmark = pytest.mark.django_db

STORY = "当晚开箱就看到裂纹，马上拍照联系商家。"
STEPS = ("what", "points", "story", "want", "contact")
ANSWERS: dict[str, dict[str, str]] = {
    "what": {"what": "damaged"},
    "points": {"point_1": "收到时壶身已有裂纹", "point_2": "注水后会渗水", "points_for": "DAMAGED"},
    "story": {"story": STORY},
    "want": {"remedy": "R3", "amount": "680.00"},
    "contact": {"contact": "1"},
}


def upload(name: str = "file_E06", colour: str = "teal") -> dict[str, Any]:
    return {name: SimpleUploadedFile(f"{colour}.jpg", reach.a_photo(colour).read(), "image/jpeg")}


class Claim:
    """A refused request whose buyer has begun a claim."""

    def __init__(self, *answered: str, **scene: Any) -> None:
        self.scene = reach.refused(**scene)
        drafts.begin(self.scene.case.pk, actor=self.scene.buyer, now=clock.now())
        self.client = signed_in(self.scene.buyer)
        for step in answered:
            assert self.answer(step).status_code == 302

    def at(self, name: str, *more: str) -> str:
        return reverse(f"buyer:{name}", args=[self.scene.case.number, *more])

    def ask(self, step: str) -> Any:
        return self.client.get(self.at("question", step))

    def answer(self, step: str, **changes: str) -> Any:
        return self.client.post(self.at("question", step), {"page": "p", **ANSWERS.get(step, {}), **changes})

    def send(self, **more: Any) -> Any:
        return self.client.post(self.at("check"), {"seen": self.scene.reload().version, "understood": "1"} | more)

    def said(self, field: str) -> str:
        return str(FilingDraft.objects.get(case=self.scene.case).body[field]["text"])

    @property
    def state(self) -> State:
        return self.scene.state


# --- may it be filed ----------------------------------------------------------------------------------------------


def test_eligibility_names_every_condition_with_its_clause():
    scene = reach.refused()
    reply = signed_in(scene.buyer).get(reverse("buyer:step_in", args=[scene.case.number]))
    lines = reply.context["lines"]
    assert len(lines) == 5
    assert all(line.holds and line.record for line in lines)
    assert reverse("buyer:begin", args=[scene.case.number]) in reply.content.decode()


def test_who_may_not_file_yet_is_told_why_and_where_else_to_turn():
    scene = reach.a_scene()
    client = signed_in(scene.buyer)
    reply = client.get(reverse("buyer:step_in", args=[scene.case.number]))
    assert reply.context["eligible"] is False
    assert "12315" in reply.content.decode()
    begin = reverse("buyer:begin", args=[scene.case.number])
    assert begin not in reply.content.decode()
    assert client.post(begin).url == reverse("buyer:step_in", args=[scene.case.number])
    assert not FilingDraft.objects.exists()


def test_to_start_makes_the_draft_and_leads_to_the_first_question():
    scene = reach.refused()
    reply = signed_in(scene.buyer).post(reverse("buyer:begin", args=[scene.case.number]))
    assert reply.url == reverse("buyer:question", args=[scene.case.number, "what"])
    assert FilingDraft.objects.filter(case=scene.case).exists()


def test_whoever_has_begun_goes_on_where_they_were():
    claim = Claim("what")
    assert claim.client.get(claim.at("step_in")).url == claim.at("filing")


# --- who sees it --------------------------------------------------------------------------------------------------


def pages(claim: Claim) -> list[str]:
    named = [claim.at(name) for name in ("filing", "filing_evidence", "check")]
    return named + [claim.at("question", step) for step in STEPS]


def test_the_pages_of_a_claim_exist_for_their_buyer_and_for_nobody_else():
    claim = Claim(*STEPS)
    scene = claim.scene
    assert [claim.client.get(path).status_code for path in pages(claim)] == [200] * 8
    for stranger in (builders.a_buyer(), scene.merchant, scene.senior, scene.ops):
        client = signed_in(stranger)
        for path in pages(claim):
            assert client.get(path).status_code == 404, path
        for path in (path for path in pages(claim) if path != claim.at("filing")):
            assert client.post(path, {"story": "x", "understood": "1"}).status_code == 404, path
        for path in (claim.at("begin"), claim.at("discard"), claim.at("take_back")):
            assert client.post(path).status_code == 404, path
    assert claim.said("story") == STORY


def test_where_nobody_has_begun_every_page_leads_to_the_beginning():
    claim = Claim()
    drafts.discard(claim.scene.case.pk, actor=claim.scene.buyer, now=clock.now())
    for path in pages(claim):
        assert claim.client.get(path).url == claim.at("step_in"), path
    assert claim.answer("story").url == claim.at("step_in")


def test_a_page_that_is_none_is_not_there():
    claim = Claim()
    assert claim.ask("nothing").status_code == 404
    assert claim.ask("which").url == claim.at("filing")


# --- one question a page ------------------------------------------------------------------------------------------


def test_the_first_answer_is_proposed_from_what_the_merchant_was_asked_for():
    assert Claim().ask("what").context["form"]["what"].value() == "damaged"
    fault = Claim(type_code="QUALITY_LATENT")
    assert fault.ask("what").context["form"]["what"].value() == "quality"
    assert fault.answer("what", what="quality").url == fault.at("question", "which")
    assert fault.ask("which").context["form"]["which"].value() == "used"


def test_a_choice_that_says_all_is_followed_by_the_points():
    claim = Claim()
    assert claim.answer("what").url == claim.at("question", "points")


def test_two_plain_answers_become_a_kind_of_dispute_that_the_last_look_names():
    claim = Claim()
    claim.answer("what", what="wrong")
    claim.answer("which", which="gift")
    assert "赠品" in claim.client.get(claim.at("check")).content.decode()


def test_points_are_proposed_for_what_happened_and_can_be_changed():
    claim = Claim("what")
    form = claim.ask("points").context["form"]
    assert form["point_1"].value() == "收到时商品已经破损"
    assert form["point_5"].value() == ""
    claim.answer("points", point_1="壶嘴断了", point_5="发票也没有")
    form = claim.ask("points").context["form"]
    assert (form["point_1"].value(), form["point_5"].value()) == ("壶嘴断了", "发票也没有")


def test_points_that_nobody_changed_make_room_when_something_else_happened():
    claim = Claim("what")
    form = claim.ask("points").context["form"]
    claim.answer("points", **{name: form[name].value() for name in form.fields})
    claim.answer("what", what="fake")
    claim.answer("which", which="fake")
    assert claim.ask("points").context["form"]["point_1"].value() == "收到的不是正品"
    assert "points" in claim.client.get(claim.at("check")).context["open"]


def test_points_in_ones_own_words_stay_and_are_looked_at_again():
    claim = Claim("what", "points")
    claim.answer("what", what="fake")
    claim.answer("which", which="fake")
    assert claim.ask("points").context["form"]["point_1"].value() == "收到时壶身已有裂纹"
    assert "points" in claim.client.get(claim.at("check")).context["open"]


def test_what_the_merchant_was_told_is_the_first_draft_of_the_story():
    claim = Claim("what", "points")
    told = Statement.objects.get(case=claim.scene.case, kind="request").text
    page = claim.ask("story")
    assert page.context["form"]["story"].value() == told
    assert "你申请退款时对商家说的" in page.content.decode()
    assert not FilingDraft.objects.get(case=claim.scene.case).body.get("story")  # said by nobody here yet
    claim.answer("story", story=STORY)
    page = claim.ask("story")
    assert page.context["form"]["story"].value() == STORY
    assert "你申请退款时对商家说的" not in page.content.decode()


def test_remedies_and_the_highest_sum_come_from_the_rules():
    claim = Claim("what")
    reply = claim.ask("want")
    offered = [code for code, _ in reply.context["form"].fields["remedy"].choices]
    assert offered == ["R5", "R4", "R3", "R2", "R1"]
    text = reply.content.decode()
    assert "¥680.00" in text
    assert "不退货需要有依据：商家同意、无法退回" in text
    assert "退货运费：支持你时由商家承担，不支持时由你承担" in text


@pytest.mark.parametrize(
    ("step", "field", "value"),
    [
        ("what", "what", "gone"),
        ("points", "point_1", "字" * 121),
        ("points", "point_2", " 收到时壶身已有裂纹 "),
        ("story", "story", ""),
        ("story", "story", "字" * 501),
        ("want", "remedy", "R12"),
        ("want", "amount", "680.01"),
        ("want", "amount", "0"),
        ("want", "amount", "1,20"),
        ("want", "amount", "1，20"),
        ("want", "amount", "很多"),
    ],
)
def test_what_is_wrong_is_said_where_it_is_wrong_and_kept(step: str, field: str, value: str):
    claim = Claim("what")
    reply = claim.answer(step, **{field: value})
    assert reply.status_code == 422
    assert field in reply.context["form"].errors
    assert claim.said(field) == value
    assert reply.content.decode().count('class="errsum"') == 1


def test_a_claim_needs_one_point():
    claim = Claim("what")
    reply = claim.answer("points", point_1="", point_2="")
    assert reply.status_code == 422
    assert "point_1" in reply.context["form"].errors


def test_insults_and_telephone_numbers_are_hinted_at_and_never_refused():
    claim = Claim("what")
    assert claim.answer("story", story="骗子，电话 13812345678").status_code == 302
    for path in (claim.at("question", "story"), claim.at("check")):
        text = claim.client.get(path).content.decode()
        assert "这句可能影响阅读，要不要换个说法" in text
        assert "里面有电话号码" in text
    claim.answer("story")
    assert "这句可能影响阅读" not in claim.client.get(claim.at("check")).content.decode()


def test_how_one_is_reached_is_shown_masked_and_kept():
    claim = Claim("what")
    get_user_model().objects.filter(pk=claim.scene.buyer.id).update(email="linzhixia@example.com")
    text = claim.ask("contact").content.decode()
    assert "l***@example.com" in text and "linzhixia" not in text
    claim.answer("contact", email="mine", quiet_since="22", quiet_until="8")
    kept = preferences.of(claim.scene.buyer.id or 0)
    assert (kept.email, kept.news, kept.quiet) == (True, False, Hours(22, 8))
    reply = claim.answer("contact", email="mine", quiet_since="22", quiet_until="")
    assert reply.status_code == 422
    assert "quiet_until" in reply.context["form"].errors


# --- drafts -------------------------------------------------------------------------------------------------------


def test_a_script_keeps_what_was_typed_so_far_whatever_it_is():
    claim = Claim("what")
    path = claim.at("question", "story")
    reply = claim.client.post(path, {"story": "字" * 600, "page": "p"}, headers={"X-Draft": "1"})
    assert (reply.status_code, reply["Content-Type"].split(";")[0]) == (200, "text/plain")
    assert reply.content.decode().startswith("已保存")
    assert claim.said("story") == "字" * 600


def test_the_second_device_is_told_what_it_replaced():
    claim = Claim("what")
    form = Page.of("", 200, claim.ask("story").content.decode()).form("story")
    claim.answer("story", story="手机上写的")
    old = {name: values[0] for name, values in form.values.items()}
    claim.answer("story", **old | {"story": "先存一次"})
    late = Page.of("", 200, claim.ask("story").content.decode()).form("story")
    claim.answer("story", page="phone", story="手机上又写了")
    typed = {name: values[0] for name, values in late.values.items()} | {"story": "电脑上写的"}
    text = claim.client.post(claim.at("question", "story"), typed, follow=True).content.decode()
    assert claim.said("story") == "电脑上写的"
    assert "那边写的是：手机上又写了" in text


def stale(claim: Claim, step: str, field: str) -> dict[str, str]:
    form = Page.of("", 200, claim.ask(step).content.decode()).form(field)
    return {name: values[0] for name, values in form.values.items()}


def test_a_page_from_before_anything_was_said_undoes_nothing_and_says_so():
    claim = Claim("what")
    points, want = stale(claim, "points", "point_1"), stale(claim, "want", "amount")
    claim.answer("points", page="phone", point_1="壶嘴断了", point_5="发票也没有")
    claim.answer("want", page="phone", remedy="R1", amount="100.00")
    old = claim.client.post(claim.at("question", "points"), points | {"point_2": "电脑上写的"}, follow=True)
    assert (claim.said("point_1"), claim.said("point_2"), claim.said("point_5")) == (
        "壶嘴断了",
        "电脑上写的",
        "发票也没有",
    )
    text = old.content.decode()
    assert "现在用的是那边的内容：壶嘴断了" in text and "那边写的是：注水后会渗水" in text
    text = claim.client.post(claim.at("question", "want"), want, follow=True).content.decode()
    assert (claim.said("remedy"), claim.said("amount")) == ("R1", "100.00")
    assert "R1" not in re.findall(r"现在用的是那边的内容：(\w+)", text)


def test_a_stale_page_that_is_refused_shows_what_stands_and_keeps_it_on_the_next_try():
    claim = Claim("what")
    old = stale(claim, "want", "amount")
    claim.answer("want", page="phone", remedy="R1", amount="100.00")
    refused = claim.client.post(claim.at("question", "want"), old | {"amount": "很多"})
    assert refused.status_code == 422
    again = Page.of("", 422, refused.content.decode()).form("amount")
    typed = {name: values[0] for name, values in again.values.items()} | {"amount": "90.00"}
    claim.client.post(claim.at("question", "want"), typed)
    assert (claim.said("remedy"), claim.said("amount")) == ("R1", "90.00")


def test_what_a_script_replaced_is_told_on_the_next_page_once():
    claim = Claim("what")
    old = stale(claim, "story", "story")
    claim.answer("story", page="phone", story="手机上写的")
    path = claim.at("question", "story")
    for story in ("电脑", "电脑上写的"):
        claim.client.post(path, old | {"story": story}, headers={"X-Draft": "1"})
    text = claim.client.post(path, old | {"story": "电脑上写的"}, follow=True).content.decode()
    assert claim.said("story") == "电脑上写的"
    assert text.count("那边写的是：手机上写的") == 1


def test_line_breaks_are_counted_once():
    claim = Claim("what")
    assert claim.answer("story", story="一\r\n" * 200).status_code == 302
    assert claim.said("story") == "一\n" * 200


def test_the_list_the_orders_and_the_tasks_lead_back_into_the_draft(django_assert_max_num_queries):
    claim = Claim("what", "points")
    with django_assert_max_num_queries(9):  # the last one fetches the pictures of all listings
        home = claim.client.get(reverse("buyer:home")).content.decode()
    with django_assert_max_num_queries(11):
        orders = claim.client.get(reverse("buyer:orders")).content.decode()
    assert claim.at("filing") in home and claim.at("filing") in orders
    with django_assert_max_num_queries(8):
        tasks = claim.client.get(claim.at("filing"))
    assert tasks.context["next_href"] == claim.at("question", "story")
    assert tasks.context["saved"] and tasks.context["till"]


def test_what_can_still_be_filed_says_until_when():
    claim = Claim()
    due_at = claim.scene.reload().due_at
    assert due_at is not None
    reply = claim.client.get(claim.at("filing"))
    assert f"{(due_at + timedelta(hours=8)):%H:%M}" in reply.content.decode()


def test_a_draft_can_be_deleted():
    claim = Claim(*STEPS)
    claim.client.post(claim.at("discard"))
    assert not FilingDraft.objects.exists()
    assert claim.at("filing") not in claim.client.get(reverse("buyer:home")).content.decode()


# --- evidence before filing ---------------------------------------------------------------------------------------


def test_a_file_given_under_another_row_is_said_to_be_the_same_and_where():
    claim = Claim("what")
    claim.client.post(claim.at("filing_evidence"), upload(), follow=True)
    path = claim.at("filing_evidence")
    again = [SimpleUploadedFile(f"{at}.jpg", reach.a_photo("teal").read(), "image/jpeg") for at in range(9)]
    text = claim.client.post(path, {"file_E05": again, "do": "stay"}, follow=True).content.decode()
    assert text.count("里的 B1 是同一份，已保留一份") == 1
    assert "已收到：" not in text
    assert Exhibit.objects.filter(dossier_id=claim.scene.case.dossier_id, side="buyer").count() == 1


def test_a_kind_that_nobody_can_give_is_refused_also_for_a_file_that_is_there():
    claim = Claim("what")
    claim.client.post(claim.at("filing_evidence"), upload())
    for code in ("E99", "E01", ""):
        assert claim.client.post(claim.at("filing_evidence"), upload(f"file_{code}")).status_code == 422, code


def test_one_form_takes_the_files_of_all_rows_and_goes_on():
    claim = Claim("what")
    reply = claim.client.post(claim.at("filing_evidence"), upload() | upload("file_E05", "navy"))
    assert reply.url == claim.at("question", "contact")
    assert sorted(Exhibit.objects.values_list("code", flat=True)) == ["E05", "E06"]
    assert Exhibit.objects.filter(visible_at__isnull=True).count() == 2


def test_a_file_that_is_refused_keeps_the_page_and_the_others():
    claim = Claim("what")
    bad = {"file_E05": SimpleUploadedFile("a.exe", b"MZ" + b"0" * 200)}
    reply = claim.client.post(claim.at("filing_evidence"), upload() | bad)
    assert reply.status_code == 422
    assert "a.exe" in reply.content.decode()
    assert list(Exhibit.objects.values_list("code", flat=True)) == ["E06"]


def test_a_row_can_be_filled_without_going_on_and_taken_back():
    claim = Claim("what")
    assert claim.client.post(claim.at("filing_evidence"), {"do": "stay"} | upload()).url == claim.at("filing_evidence")
    assert claim.at("take_back") in claim.client.get(claim.at("filing_evidence")).content.decode()
    exhibit = Exhibit.objects.get()
    claim.client.post(claim.at("take_back"), {"exhibit": exhibit.pk})
    exhibit.refresh_from_db()
    assert exhibit.withdrawn_at is not None
    assert claim.client.post(claim.at("take_back"), {"exhibit": "9" * 30}).status_code == 404


def test_neither_the_merchant_nor_the_house_sees_what_has_not_been_sent():
    claim = Claim("what")
    claim.client.post(claim.at("filing_evidence"), upload())
    exhibit = Exhibit.objects.get()
    for reader, path in (
        (claim.scene.merchant, reverse("merchant:case", args=[claim.scene.case.number])),
        (claim.scene.ops, reverse("ops:case", args=[claim.scene.case.number])),
    ):
        text = signed_in(reader).get(path).content.decode()
        assert exhibit.receipt_code not in text and not re.search(r"\bB1\b", text)


def test_a_script_uploads_before_filing_too():
    claim = Claim("what")
    headers = {"Tus-Resumable": "1.0.0", "Upload-Length": "10", "Upload-Metadata": "code RTA2"}
    reply = claim.client.post(claim.at("uploads"), headers=headers)
    assert reply.status_code == 201
    drafts.discard(claim.scene.case.pk, actor=claim.scene.buyer, now=clock.now())
    assert claim.client.post(claim.at("uploads"), headers=headers).status_code == 409


# --- the last look ------------------------------------------------------------------------------------------------


def test_what_is_missing_has_a_link_in_its_place():
    claim = Claim("what")
    reply = claim.client.get(claim.at("check"))
    assert reply.context["open"] == ["points", "story", "want"]
    assert f"{claim.at('question', 'story')}?check" in reply.content.decode()
    assert claim.send().status_code == 422
    assert claim.state is State.AWAITING_BUYER


def test_a_change_from_the_last_look_leads_back_to_it():
    claim = Claim(*STEPS)
    path = claim.at("question", "story") + "?check"
    assert claim.client.post(path, {"page": "p", "story": "另外一段经过。"}).url == claim.at("check")
    path = claim.at("question", "what") + "?check"
    onward = claim.client.post(path, {"page": "p", "what": "quality"}).url
    assert onward == claim.at("question", "which") + "?check"


def test_the_last_look_shows_what_the_merchant_will_see_and_the_hours_of_the_rules():
    claim = Claim(*STEPS)
    claim.client.post(claim.at("filing_evidence"), upload())
    text = claim.client.get(claim.at("check")).content.decode()
    assert "商家会看到什么" in text
    assert "72 小时举证" in text
    assert "商家会原样看到你写的内容和提交的凭证" in text
    assert "遮住" not in text


def test_the_preview_reads_as_the_merchants_page_does():
    claim = Claim(*STEPS)
    pattern = re.compile(r'<section class="card" aria-labelledby="cm">.*?</section>', re.DOTALL)
    before = pattern.search(claim.client.get(claim.at("check")).content.decode())
    assert claim.send().status_code == 302
    page = signed_in(claim.scene.merchant).get(reverse("merchant:case", args=[claim.scene.case.number]))
    after = pattern.search(page.content.decode())
    assert before is not None and after is not None
    assert before[0] == after[0]


def test_nothing_is_sent_until_the_box_is_ticked():
    claim = Claim(*STEPS)
    assert claim.send(understood="").status_code == 422
    assert claim.state is State.AWAITING_BUYER
    assert claim.said("story") == STORY


def test_what_was_written_is_what_is_filed():
    claim = Claim(*STEPS)
    claim.client.post(claim.at("filing_evidence"), upload())
    assert claim.send().url == claim.at("submitted")
    case = claim.scene.reload()
    assert (claim.state, case.type_code, case.remedy, case.claimed, case.returns) == (
        *(State.ADMISSION, "DAMAGED", "R3", 68_000),
        True,
    )
    assert [point.text for point in Point.objects.filter(case=case)] == ["收到时壶身已有裂纹", "注水后会渗水"]
    assert Statement.objects.get(case=case, kind="story").text == STORY
    assert Exhibit.objects.get(side="buyer").visible_at is not None
    assert not FilingDraft.objects.exists()


def test_the_record_shows_to_both_sides_the_pictures_that_came_with_the_claim():
    claim = Claim(*STEPS)
    claim.client.post(claim.at("filing_evidence"), upload())
    claim.send()
    while preparation.do_next(clock.now):
        pass
    for actor, area in ((claim.scene.buyer, "buyer"), (claim.scene.merchant, "merchant")):
        page = signed_in(actor).get(reverse(f"{area}:case", args=[claim.scene.case.number])).context["page"]
        (filed,) = [line for line in page.record.lines if line.text == "申请平台介入"]
        (picture,) = filed.pictures
        assert picture.src and picture.href == reverse(f"{area}:exhibit", args=[claim.scene.case.number, "B1"])


def test_a_claim_about_an_older_version_is_kept_and_shown_again():
    claim = Claim(*STEPS)
    seen = claim.scene.reload().version
    offers.make(
        claim.scene.case.pk, amount=5_000, returns=False, text="补偿", actor=claim.scene.merchant, now=clock.now()
    )
    reply = claim.send(seen=seen)
    assert reply.status_code == 409
    assert STORY in reply.content.decode()
    assert [line.text for line in reply.context["changes"]]
    assert claim.state is State.AWAITING_BUYER
    assert claim.send(seen=reply.context["case"].version).status_code == 302


def test_a_claim_that_was_sent_twice_is_filed_once():
    claim = Claim(*STEPS)
    seen = claim.scene.reload().version
    assert claim.send(seen=seen).status_code == 302
    again = claim.send(seen=seen)
    assert again.url == claim.at("case")
    page = claim.client.get(again.url).content.decode()
    assert "申请已提交，这是案件页面。" in page and "不能再这样操作" not in page
    assert Point.objects.filter(case=claim.scene.case).count() == 2


def test_sending_takes_few_statements(django_assert_max_num_queries):
    claim = Claim(*STEPS)
    seen = claim.scene.reload().version
    with django_assert_max_num_queries(32):
        assert claim.send(seen=seen).status_code == 302


def test_the_page_after_it_can_be_kept_and_tells_what_comes_next():
    claim = Claim(*STEPS)
    assert claim.client.get(claim.at("submitted")).url == claim.at("case")
    claim.send()
    text = claim.client.get(claim.at("submitted")).content.decode()
    assert claim.scene.case.number in text
    assert "72 小时举证" in text
    assert "站内消息" in text
    assert submissions.missing_evidence(claim.scene.reload(), claim.scene.buyer.side) == ["E06"]


def test_a_text_that_is_too_long_is_counted_as_it_was_typed_and_a_sum_refused_for_what_is_wrong_with_it():
    claim = Claim(*STEPS)
    assert "9000" in str(claim.answer("story", story="长" * 9000).context["form"].errors["story"])
    for typed, said in (
        ("-5", "金额要大于零。"),
        ("0", "金额要大于零。"),
        ("0.001", "金额最多 2 位小数。"),
        ("x", "填"),
    ):
        assert said in str(claim.answer("want", amount=typed).context["form"].errors["amount"]), typed


def test_only_what_the_platform_holds_is_said_to_be_brought_in():
    claim = Claim(*STEPS)
    ChatMessage.objects.all().delete()
    held = snapshots.records(snapshots.freeze(claim.scene.case.line_id))
    reply = claim.client.get(claim.at("filing_evidence"))
    brought = reply.context["brought"]
    assert snapshots.CHAT not in held and {row.code for row in brought} <= set(held)
    assert reply.content.decode().count("提交时自动带入") >= len(brought)


def test_a_question_that_follows_from_another_does_not_stand_on_the_same_page_number():
    claim = Claim()
    first = claim.ask("what").content.decode()
    claim.answer("what", what="quality")
    more = claim.ask("which").content.decode()
    assert "第 1 页，共 7 页" in first and "再问一句" not in first
    assert "第 1 页，共 7 页 · 再问一句" in more


def test_a_script_that_saves_after_the_claim_was_sent_leaves_no_word_for_the_next_page():
    claim = Claim(*STEPS)
    assert claim.send().status_code == 302
    late = claim.client.post(claim.at("question", "story"), {"story": "晚了一步"}, headers={"X-Draft": "1"})
    assert late.status_code == 302
    assert list(claim.client.get(claim.at("case")).context["messages"]) == []
    # Whoever opens the page again by hand is told.
    claim.client.get(claim.at("question", "story"))
    assert len(claim.client.get(claim.at("case")).context["messages"]) == 1
