"""What the pages of both sides say of the way on is true: of an exchange, a hold, an appeal, a ruling that was set aside."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import translation

from arbitration import appeals, rulings
from arbitration.models import Appeal
from common import clock
from common.actor import Actor
from disputes import clocks, negotiation
from disputes.lifecycle import State
from disputes.models import Case
from engine import delivery
from evidence.models import Exhibit
from notifications import words
from notifications.models import Notice
from rulebook import queries as rulebook
from tests import deciding, reach, visiting
from tests.reach import Scene

pytestmark = pytest.mark.django_db

WHY = "第一次裁决没有回应买家补充的照片，应当重新审理，逐点回应，并说明采信与否的理由。" * 2


@pytest.fixture(autouse=True)
def _in_chinese() -> Iterator[None]:
    with translation.override("zh-hans"):
        yield


def page(made: Scene, actor: Actor, route: str = "case", *more: Any) -> str:
    area = "buyer" if actor.id == made.buyer.id else "merchant"
    reply = visiting.signed_in(actor).get(reverse(f"{area}:{route}", args=[made.case.number, *more]))
    assert reply.status_code == 200
    return re.sub(r"\s+", " ", reply.content.decode())


def exchanged() -> Scene:
    made = deciding.taken()
    draft = deciding.a_draft(made, remedy="R4", value=68_000, freight_payer="merchant")
    ruling = deciding.drafted(made, draft)
    rulings.issue(made.case.pk, version=ruling.version, actor=made.arbitrator, now=clock.now())
    for side in (made.buyer, made.merchant):
        appeals.waive(made.case.pk, actor=side, now=clock.now())
    made.reload()
    return made


def test_an_exchange_is_never_called_a_refund() -> None:
    made = exchanged()
    before = page(made, made.buyer)
    assert "寄回商品，填好运单号" in before and "从冻结货款执行" not in before
    negotiation.ship_return(made.case.pk, carrier="SF", tracking="SF1234567890", actor=made.buyer, now=clock.now())
    made.reload()
    on_its_way = page(made, made.buyer)
    assert "视为已确认收货，接着按裁决履行" in on_its_way and "就会退款" not in on_its_way
    assert "商家确认收货：退款" not in on_its_way
    shops = page(made, made.merchant)
    assert "确认收货并退款" not in shops and "换货" in shops
    act = page(made, made.merchant, "act", "return_accepted")
    assert "改付 ¥680.00" in act and "案件就此结束" not in act
    negotiation.accept_return(made.case.pk, actor=made.merchant, now=clock.now())
    delivery.deliver()
    notice = Notice.objects.get(kind="return_accepted", audience="buyer")
    assert "由商家按裁决履行" in words.sentence(notice.kind, notice.audience, notice.params, "")
    made.reload()
    assert "到时间没有做到：改付你 ¥680.00" in page(made, made.buyer)


def test_while_a_case_is_on_hold_nobody_is_said_to_owe_anything() -> None:
    made = deciding.taken()
    clocks.stop(
        made.case.pk,
        reason=next(iter(rulebook.rules(made.case.procedure_rules_id).pauses)),
        text="送检。",
        actor=made.arbitrator,
        now=clock.now(),
    )
    for side in (made.buyer, made.merchant):
        shown = page(made, side)
        assert "案件已中止，现在不用做什么" in shown and "恢复后还有" in shown
        assert "裁决超时" not in shown and "正在审理" not in shown
        assert "<span>最晚</span> <time datetime" not in shown


def test_a_term_that_runs_is_told_by_its_end_and_not_by_its_length() -> None:
    made = deciding.taken()
    shown = page(made, made.buyer)
    assert "个工作日内给出结果" not in shown and re.search(r"\d\d-\d\d 24:00 前给出结果", shown)


def test_both_sides_read_the_appeal_and_who_appealed_is_not_asked_to_answer_it() -> None:
    made = deciding.dismissed()
    filed = deciding.appealed(made)
    number = Exhibit.objects.get(pk__in=filed.exhibits).number
    for side in (made.buyer, made.merchant):
        shown = page(made, side)
        assert "申诉内容" in shown and "有新凭证" in shown and filed.statement.text in shown
        assert number in shown[shown.index("申诉内容") :]
    assert "你已申诉，对方可以答辩" in page(made, made.buyer)
    answer = page(made, made.merchant, "act", "appeal_answered")
    assert "申诉内容" in answer and filed.statement.text in answer


def test_the_shop_that_appealed_is_not_offered_to_answer_itself() -> None:
    made = deciding.served()
    deciding.appealed(made, by=made.merchant)
    assert "appeal_answered" not in page(made, made.merchant, "decision")
    other = deciding.dismissed()
    deciding.appealed(other)
    assert "appeal_answered" in page(other, other.merchant, "decision")


def test_a_ruling_that_was_set_aside_is_not_said_to_stand() -> None:
    made = deciding.under_appeal()
    appeals.send_back(made.case.pk, reasons=WHY, actor=made.senior, now=clock.now())
    made.reload()
    assert made.state is State.AWAITING_ASSIGNMENT and Appeal.objects.get().decision == Appeal.SENT_BACK
    buyers, shops = page(made, made.buyer), page(made, made.merchant)
    assert "原裁决已撤销" in buyers and "裁决已经作出" not in buyers
    assert "原裁决在申诉中被撤销" in shops


def test_where_no_money_moves_none_is_said_to_be_on_its_way() -> None:
    made = deciding.dismissed()
    for side in (made.buyer, made.merchant):
        appeals.waive(made.case.pk, actor=side, now=clock.now())
    case = made.reload()
    if case.state != State.ENFORCING:  # closed at once: nothing is left to say
        Case.objects.filter(pk=case.pk).update(state=State.ENFORCING.value, closed_at=None)
    shown = page(made, made.buyer)
    assert "没有款项要收付" in shown and "原路退回" not in shown


def test_evidence_that_can_still_be_added_is_not_called_over() -> None:
    made = reach.handed_in()
    reach.let_term_end(made)
    assert made.state is State.AWAITING_ASSIGNMENT
    case = made.reload()
    assert case.evidence_closes_at is not None and clock.now() < case.evidence_closes_at
    shown = page(made, made.buyer)
    assert "等裁决员接案，还可以补充凭证" in shown and "举证期已结束" not in shown


def test_the_check_for_acceptance_is_a_step_and_the_claim_is_done() -> None:
    made = reach.filed()
    steps = visiting.signed_in(made.buyer).get(reverse("buyer:case", args=[made.case.number])).context["page"].steps
    assert [(step.label, step.state) for step in steps][:3] == [
        ("提交申请", "done"),
        ("受理审核", "now"),
        ("凭证", "later"),
    ]


def test_every_record_that_a_ruling_may_rest_on_is_read_by_both_sides() -> None:
    made = reach.admitted()
    records = Exhibit.objects.filter(dossier_id=made.case.dossier_id, side="platform", visible_at__isnull=False)
    assert records.count() > 1
    for side in (made.buyer, made.merchant):
        for record in records:
            shown = page(made, side, "exhibit", record.number)
            assert "exhibit_answered" not in shown  # nobody disputes a record in that way
    listed = page(made, made.buyer)
    assert all(reverse("buyer:exhibit", args=[made.case.number, record.number]) in listed for record in records)


def test_whoever_lost_the_session_gets_back_what_was_typed() -> None:
    made = reach.a_scene()
    client = Client(enforce_csrf_checks=True)
    path = reverse("merchant:act", args=[made.case.number, "refund_refused"])
    typed = {"text": "出库前逐件验看过。", "csrfmiddlewaretoken": "y" * 32, "seen": "1"}
    ours = client.post(path, typed, headers={"Origin": "http://testserver"})
    assert ours.status_code == 403
    text = ours.content.decode()
    assert "出库前逐件验看过。" in text and f"next={path}" in text and "另一个窗口" not in text
    theirs = client.post(path, typed, headers={"Origin": "https://evil.example"})
    assert "出库前逐件验看过。" not in theirs.content.decode()
    secret = client.post(
        "/login/", {"username": "某人", "password": "秘密 的"}, headers={"Origin": "http://testserver"}
    )
    assert "秘密" not in secret.content.decode()
