"""An appeal over HTTP and without scripts: written, looked at, sent; decided beside what it attacks; all of it put right."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

import pytest
from django.contrib.messages import get_messages
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from arbitration import appeals, letters
from arbitration.models import Appeal, Ruling
from common import clock
from common.actor import Actor
from disputes.lifecycle import State
from evidence.models import Exhibit, Upload
from tests import deciding, reach
from tests.reach import Scene
from tests.visiting import signed_in

pytestmark = pytest.mark.django_db
REASONS = "新照片与原照片裂纹走向一致，能认定是同一只壶；原裁决没有看到这一事实，认定应当改变，责任划分随之改变。"
WORDS = {"ground": Appeal.NEW_EVIDENCE, "points": ["1"], "text": "补充照片，请重新认定。", "code": "E06"}
WHY = {"why_late": "当时手机送修，照片刚找回"}


def photo(colour: str = "orange") -> SimpleUploadedFile:
    return SimpleUploadedFile("渗水.jpg", reach.a_photo(colour).read(), "image/jpeg")


def post(made: Scene, actor: Actor, area: str, **fields: Any) -> Any:
    path = reverse(f"{area}:act", args=[made.case.number, "appeal_filed"])
    return signed_in(actor).post(path, {"seen": made.reload().version, **fields})


def text(reply: Any) -> str:
    return str(reply.content.decode())


def hidden(page: str) -> dict[str, list[str]]:
    form = page[page.index('<form method="post" data-once>') :]
    found: dict[str, list[str]] = {}
    for name, value in re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', form):
        found.setdefault(name, []).append(unescape(value))
    found.pop("csrfmiddlewaretoken", None)
    return found


@pytest.mark.parametrize("area", ["buyer", "merchant"])
def test_what_was_written_is_looked_at_before_it_is_filed_and_no_file_is_lost(area: str) -> None:
    made = deciding.dismissed() if area == "buyer" else deciding.served()
    actor = made.buyer if area == "buyer" else made.merchant
    page = text(post(made, actor, area, do="check", file=[photo()], **WORDS, **WHY))
    assert "还没有提交" in page and "补充照片，请重新认定。" in page and "渗水.jpg" in page and WHY["why_late"] in page
    assert made.state is State.APPEAL_WINDOW and not Appeal.objects.exists()
    assert Upload.objects.get().state == Upload.HELD
    reply = post(made, actor, area, **{**hidden(page), "do": "send"})
    assert reply.status_code == 302
    (said,) = [str(one) for one in get_messages(reply.wsgi_request)][:1]
    new = Exhibit.objects.get(pk=Appeal.objects.get().exhibits[0])
    assert "申诉已提交。" in said and new.number in said and new.receipt_code in said and "前答辩" in said
    assert new.note == WHY["why_late"]
    assert made.state is State.AWAITING_APPEAL_ANSWER


def test_what_was_found_in_ones_own_favour_is_not_offered_to_appeal_against() -> None:
    made = deciding.served()
    path = {area: reverse(f"{area}:act", args=[made.case.number, "appeal_filed"]) for area in ("buyer", "merchant")}
    theirs = signed_in(made.merchant).get(path["merchant"]).context["form"]
    assert theirs.fields["points"].choices
    own = signed_in(made.buyer).get(path["buyer"])
    assert own.status_code == 200 and "points" not in own.context["form"].fields
    reply = post(made, made.buyer, "buyer", do="send", ground=Appeal.RULE_ERROR, text="金额算错了。")
    assert reply.status_code == 302 and made.state is State.AWAITING_APPEAL_ANSWER


def test_whoever_goes_back_finds_everything_as_it_was_and_the_file_with_it() -> None:
    made = deciding.dismissed()
    looked = text(post(made, made.buyer, "buyer", do="check", file=[photo()], **WORDS, **WHY))
    back = text(post(made, made.buyer, "buyer", **{**hidden(looked), "do": "edit"}))
    token = Upload.objects.get().token
    assert "补充照片，请重新认定。" in back and WHY["why_late"] in back
    assert re.search(rf'name="held" value="{token}" checked', back)
    assert re.search(r'value="new_evidence"[^>]*checked', back) and "有误" not in back
    again = text(post(made, made.buyer, "buyer", do="check", held=[token], **WORDS, **WHY))
    assert "还没有提交" in again and "渗水.jpg" in again
    assert Upload.objects.count() == 1


def test_a_statement_goes_with_the_appeal_to_the_letter_and_needs_no_file() -> None:
    made = deciding.dismissed()
    typed = "师傅说：<b>渗水</b>是裂纹造成的。\r\n有事打 13812345678"
    page = text(post(made, made.buyer, "buyer", do="check", statement=typed, **{**WORDS, "code": ""}, **WHY))
    assert "新的情况说明" in page and "&lt;b&gt;渗水" in page and "电话号码" in page and WHY["why_late"] in page
    assert not Appeal.objects.exists()
    assert post(made, made.buyer, "buyer", **{**hidden(page), "do": "send"}).status_code == 302
    new = Exhibit.objects.get(pk=Appeal.objects.get().exhibits[0])
    assert (new.kind, new.code, new.note) == ("text", "E34", WHY["why_late"])
    assert new.content == {"text": typed.replace("\r\n", "\n")} and new.visible_at is not None
    answer = text(signed_in(made.merchant).get(reverse("merchant:case", args=[made.case.number])))
    assert "&lt;b&gt;渗水" in answer and "13812345678" not in answer


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"statement": "长" * 5001}, "statement"),
        ({"why_late": ""}, "why_late"),
        ({"text": "长" * 501}, "text"),
        ({"points": []}, "points"),
        ({"ground": Appeal.RULE_ERROR}, "file"),
    ],
)
def test_what_would_be_refused_is_said_before_the_check(fields: dict[str, Any], field: str) -> None:
    made = deciding.dismissed()
    reply = post(made, made.buyer, "buyer", do="check", file=[photo()], **{**WORDS, **WHY, **fields})
    assert reply.status_code == 422
    assert list(reply.context["form"].errors) == [field]
    assert made.state is State.APPEAL_WINDOW


def test_all_that_is_wrong_is_said_at_once_and_the_file_is_kept() -> None:
    made = deciding.dismissed()
    wrong = {"ground": Appeal.NEW_EVIDENCE, "points": [], "text": "长" * 501, "code": "E06", "why_late": ""}
    reply = post(made, made.buyer, "buyer", do="check", file=[photo()], **wrong)
    assert sorted(reply.context["form"].errors) == ["points", "text", "why_late"]
    token = Upload.objects.get().token
    assert f'name="held" value="{token}" checked' in text(reply)
    # What the fields find by themselves does not hide what only the check finds.
    reply = post(made, made.buyer, "buyer", do="check", held=[token], code="E06", text="")
    assert sorted(reply.context["form"].errors) == ["ground", "text", "why_late"]
    nothing = post(made, made.buyer, "buyer", do="check", ground=Appeal.NEW_EVIDENCE, text="")
    assert sorted(nothing.context["form"].errors) == ["file", "points", "text"]
    assert Upload.objects.count() == 1 and made.state is State.APPEAL_WINDOW


def test_what_helps_in_this_dispute_is_offered_before_all_other_kinds() -> None:
    made = deciding.dismissed()
    path = reverse("buyer:act", args=[made.case.number, "appeal_filed"])
    form = signed_in(made.buyer).get(path).context["form"]
    guessed, (first, asked), (_other, others) = form.fields["code"].choices
    assert guessed[0] == ""
    assert first == "对这个争议有帮助" and asked[0][0] == "E06"
    assert "E06" not in dict(others) and len(asked) < len(others)


def test_a_file_that_is_on_the_record_already_is_not_new() -> None:
    made = deciding.dismissed()
    reply = post(made, made.buyer, "buyer", do="check", file=[photo("teal")], **WORDS, **WHY)
    assert reply.status_code == 422 and "file" in reply.context["form"].errors


def test_the_form_says_what_counts_what_does_not_and_what_becomes_of_the_money() -> None:
    made = deciding.dismissed()
    page = text(signed_in(made.buyer).get(reverse("buyer:act", args=[made.case.number, "appeal_filed"])))
    for words in ("有新凭证", "程序有问题", "规则用错", "只是不满意结果", "凭证都交过了", "改主意了"):
        assert words in page
    assert "款项已保管" in page and "72 小时" in page and "5 个工作日" in page
    assert "支持商家" in page, "the points are shown with what was found on them"
    own = Exhibit.objects.filter(dossier_id=made.case.dossier_id, side="buyer").values_list("place", flat=True)
    assert f"你已提交过 {len(own)} 件凭证" in page


def test_an_appeal_that_was_sent_twice_is_filed_once() -> None:
    made = deciding.dismissed()
    looked = text(post(made, made.buyer, "buyer", do="check", file=[photo()], **WORDS, **WHY))
    sent = {**hidden(looked), "do": "send"}
    assert post(made, made.buyer, "buyer", **sent).status_code == 302
    assert post(made, made.buyer, "buyer", **sent).status_code == 409
    assert Appeal.objects.count() == 1


# --- decided ----------------------------------------------------------------------------------------------------


def test_the_reviewer_sees_what_is_new_what_was_found_and_what_the_new_ruling_changes() -> None:
    made = deciding.under_appeal()
    senior = signed_in(made.senior)
    page = text(senior.get(reverse("desk:appeal", args=[made.case.number])))
    new = Exhibit.objects.get(pk=Appeal.objects.get().exhibits[0])
    assert new.number in page and "支持商家" in page and "新裁决改动了什么" not in page
    deciding.drafted(made, deciding.a_draft(made), actor=made.senior)
    page = text(senior.get(reverse("desk:appeal", args=[made.case.number])))
    assert "新裁决改动了什么" in page
    assert re.search(r"<del>.*商家.*</del>", page) and re.search(r"<ins>.*买家.*</ins>", page)
    assert deciding.name_of(made.arbitrator) not in page


def test_a_changed_ruling_tells_both_sides_why_and_all_that_is_put_right() -> None:
    made = deciding.under_appeal()
    draft = deciding.drafted(made, deciding.a_draft(made), actor=made.senior)
    appeals.change(made.case.pk, version=draft.version, reasons=REASONS, actor=made.senior, now=clock.now())
    ruling = Ruling.objects.get(case=made.case, state=Ruling.SERVED)
    told = letters.read(ruling, None).letter.on_appeal
    assert told is not None
    right = {one.what: (one.before, one.after) for one in told.restored}
    assert right["amount"] == ("0", str(ruling.amount)) and right["counted"] == ("no", "yes")
    assert right["share"] == ("0", "9900") and right["beside"] == ("none", "none")
    assert told.ruling_code == Ruling.objects.get(case=made.case, state=Ruling.SUPERSEDED).letter_code
    for actor, area, whose in ((made.buyer, "buyer", "申诉方：你。"), (made.merchant, "merchant", "申诉方：买家。")):
        page = text(signed_in(actor).get(reverse(f"{area}:decision", args=[made.case.number])))
        assert "改判后恢复的事项" in page and REASONS in page and whose in page
        assert "买家收到的金额：原 ¥0.00，现 ¥673.20" in page and "扣分和经营限制" in page
    assert letters.is_genuine(ruling)


def test_the_preview_shows_where_the_two_readings_differ_and_every_check() -> None:
    made = deciding.taken()
    deciding.drafted(made, deciding.a_draft(made))
    page = text(signed_in(made.arbitrator).get(reverse("desk:preview", args=[made.case.number])))
    assert "两份读法不同之处" in page and "<mark>" in page
    for words in ("争点都已认定", "引用的条款当时有效", "金额与计算结果一致"):
        assert words in page
    deciding.drafted(made, deciding.a_draft(made, clauses=()))
    page = text(signed_in(made.arbitrator).get(reverse("desk:preview", args=[made.case.number])))
    assert "引用的条款当时有效" not in page and "/#clauses" in page and "争点都已认定" in page
    deciding.drafted(made, deciding.a_draft(made, remedy="", merchant_share=None))
    page = text(signed_in(made.arbitrator).get(reverse("desk:preview", args=[made.case.number])))
    assert "金额与计算结果一致" not in page and "争点都已认定" in page


def test_whoever_waived_reads_so_and_until_when_the_other_side_may_appeal() -> None:
    made = deciding.served()
    appeals.waive(made.case.pk, actor=made.buyer, now=clock.now())
    page = text(signed_in(made.buyer).get(reverse("buyer:case", args=[made.case.number])))
    assert "你已放弃申诉，商家还可以申诉" in page and "前对方还可以申诉；对方不申诉，裁决就执行。" in page
    assert "商家还有" in page and "如果申诉，由你答辩" in page
    assert "可以申诉一次" not in page and "已裁决，可申诉" not in page and "你还有" not in page
    home = text(signed_in(made.buyer).get(reverse("buyer:home")))
    assert "已裁决，已放弃申诉" in home and "已裁决，可申诉" not in home
    shop = text(signed_in(made.merchant).get(reverse("merchant:case", args=[made.case.number])))
    assert "已裁决，可申诉" in shop


def test_whoever_must_answer_an_appeal_reads_that_it_is_theirs_to_answer() -> None:
    made = deciding.served()
    deciding.appealed(made, by=made.merchant)
    page = text(signed_in(made.buyer).get(reverse("buyer:case", args=[made.case.number])))
    assert re.search(r"你可以在 .{4,20} 前回应", page) and "另一方可以在" not in page


def test_an_own_exhibit_stays_on_the_page_when_the_evidence_period_is_over() -> None:
    made = deciding.served()
    mine = Exhibit.objects.filter(dossier=made.case.dossier, side="buyer").exclude(kind="record").first()
    assert mine is not None
    page = text(signed_in(made.buyer).get(reverse("buyer:case", args=[made.case.number])))
    assert "你的凭证" in page and f'href="{reverse("buyer:exhibit", args=[made.case.number, mine.number])}"' in page
