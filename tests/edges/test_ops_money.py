"""The money of operations: what its pages show and cost, who may pay in advance, and how differences are settled."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.urls import reverse
from django.utils import translation

from common import clock
from common.actor import Role
from enforcement import advances
from enforcement.models import FundLimit, Proposal, Report, Step
from ledger import keys
from tests import builders, reach
from tests.acts.market import market, running_market
from tests.acts.test_enforcement import PAID, give, pay_in_advance, ruled, run, settled, start
from tests.acts.test_reports import refund, report
from tests.reach import Scene
from tests.visiting import signed_in

__all__ = ["market", "running_market"]
pytestmark = pytest.mark.django_db

SESSION_AND_USER = 2
BOARD = 20 + SESSION_AND_USER
CASE = 12 + SESSION_AND_USER


@pytest.fixture(autouse=True)
def _addresses_without_a_prefix() -> Iterator[None]:
    with translation.override("zh-hans"):
        yield


def at(name: str, *args: object) -> str:
    return reverse(f"ops:{name}", args=args)


def ready(amount: int = PAID) -> Scene:
    made = ruled(amount)
    advances.set_limit("CNY", 100_000, reason="试行", actor=made.ops, now=clock.now())
    return made


def test_only_operations_see_the_money_and_others_find_nothing():
    made = ready()
    number = made.case.number
    pages = [at("money"), at("limit", "CNY"), at("case_money", number), at("advance", number)]
    for path in pages:
        assert signed_in(made.ops).get(path).status_code == 200
        for stranger in (made.buyer, made.merchant, made.arbitrator, made.senior):
            assert signed_in(stranger).get(path).status_code == 404
    assert signed_in(made.ops).get(at("limit", "XTS")).status_code == 404


def test_the_board_costs_the_same_whatever_is_on_it(market, django_assert_max_num_queries):
    made = settled(PAID, escrowed=False)
    advances.set_limit("CNY", 8_000, reason="试行", actor=made.ops, now=clock.now())
    start(made)
    run()
    client = signed_in(made.ops)
    client.get(at("money"))
    with django_assert_max_num_queries(BOARD):
        told = client.get(at("money")).content.decode()
    assert made.shop.name in told
    with django_assert_max_num_queries(BOARD):
        client.get(at("money"), {"view": "all"})
    with django_assert_max_num_queries(CASE):
        told = client.get(at("case_money", made.case.number)).content.decode()
    assert told.count('class="num"') > 3


def test_a_limit_is_set_with_a_reason_and_its_history_stays():
    made = reach.a_scene()
    client = signed_in(made.ops)
    again = client.post(at("limit", "CNY"), {"amount": "5000", "reason": ""})
    assert again.status_code == 422 and not FundLimit.objects.exists()
    assert client.post(at("limit", "CNY"), {"amount": "5000", "reason": "双十一"}).status_code == 302
    assert FundLimit.objects.get().amount == 500_000
    assert "双十一" in client.get(at("limit", "CNY")).content.decode()


def test_two_people_of_operations_pay_in_advance(market):
    made = ready()
    number, first, second = made.case.number, signed_in(made.ops), signed_in(builders.an_officer(Role.OPS))
    asked = {"seen": made.case.version, "reason": "凭证确凿，商家没有回应。"}
    assert first.post(at("advance", number), asked).status_code == 302
    proposal = Proposal.objects.get()
    own = first.get(at("advance_decide", number)).content.decode()
    assert 'value="approve"' not in own and 'value="decline"' in own and "撤回先行赔付的提议" in own
    assert "撤回先行赔付的提议" in first.get(at("case_money", number)).content.decode()
    assert "撤回先行赔付的提议" not in second.get(at("case_money", number)).content.decode()
    assert number in second.get(at("money")).content.decode()
    approve = {"proposal": proposal.pk, "decision": "approve", "reason": ""}
    refused = first.post(at("advance_decide", number), approve)
    assert refused.status_code == 422 and Proposal.objects.get().state == Proposal.OPEN
    assert "凭证确凿" in second.get(at("advance_decide", number)).content.decode()
    assert second.post(at("advance_decide", number), approve).status_code == 302
    run()
    assert [row["kind"] for row in market.payments()] == ["advance"]
    assert second.get(at("advance_decide", number)).status_code == 302  # nothing is left to decide


def test_what_was_typed_on_an_old_page_is_kept_and_sent_again():
    made = ready()
    client, path = signed_in(made.ops), at("advance", made.case.number)
    old = client.post(path, {"seen": made.case.version - 1, "reason": "商家失联。"})
    assert old.status_code == 422 and "商家失联。" in old.content.decode()
    assert f'value="{made.case.version}"' in old.content.decode()


def test_a_page_says_why_nothing_can_be_advanced():
    made = reach.a_scene()
    told = signed_in(made.ops).get(at("advance", made.case.number)).content.decode()
    assert 'name="reason"' not in told


def test_a_proposal_is_declined_with_a_reason():
    made = ready()
    proposal = advances.propose(made.case.pk, reason="x", actor=made.senior, now=clock.now())
    client, path = signed_in(made.ops), at("advance_decide", made.case.number)
    decline = {"proposal": proposal.pk, "decision": "decline"}
    assert client.post(path, decline | {"reason": ""}).status_code == 422
    assert client.post(path, decline | {"reason": "商家当天会付。"}).status_code == 302
    assert "商家当天会付。" in client.get(at("case_money", made.case.number)).content.decode()


def test_a_refund_without_a_key_is_settled_on_its_page(market):
    made = settled(10_000)
    give(keys.settlement(made.shop.pk, "CNY"), PAID)
    start(made)
    run()
    report(made, [refund(made, paid_from="settlement")])
    client, found = signed_in(made.ops), Report.objects.get()
    path = at("report", found.pk)
    assert path in client.get(at("money")).content.decode()
    assert client.post(path, {"verdict": "ours", "reason": ""}).status_code == 422
    assert client.post(path, {"verdict": "ours", "reason": "对账单上是同一笔。"}).status_code == 302
    assert Report.objects.get().verdict == "ours"
    assert path not in client.get(at("money")).content.decode()
    assert signed_in(made.senior).get(path).status_code == 404


def test_an_advance_is_told_to_both_sides_in_the_record(market):
    made = ready()
    pay_in_advance(made)
    page = signed_in(made.buyer).get(reverse("buyer:case", args=[made.case.number])).content.decode()
    assert "先行" in page


def test_a_refused_release_is_tried_again_from_the_page_of_its_case(market):
    made = settled(20_000)
    market.behave("refuse", kind="release", code="account_frozen")
    start(made)
    run()
    client, page = signed_in(made.ops), at("case_money", made.case.number)
    step = Step.objects.get(state="refused")
    path = at("anew", made.case.number, step.pk)
    assert path in client.get(page).content.decode()
    assert page in client.get(at("money")).content.decode()
    other = reach.a_scene()
    assert client.post(at("anew", other.case.number, step.pk)).status_code == 404
    market.behave()
    client.post(path)
    run()
    assert Step.objects.filter(purpose="release", state="done").count() == 1


def test_what_has_no_clear_answer_is_listed_with_its_next_try(market):
    made = settled(20_000)
    market.behave("fail", kind="refund_to_buyer")
    start(made)
    run()
    told = signed_in(made.ops).get(at("money")).content.decode()
    step = Step.objects.get(state="unknown")
    assert at("again", "step", step.pk) in told
