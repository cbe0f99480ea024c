"""From a payout to its reversal: a shop contests what it paid, the buyer answers, somebody rules, the money comes back."""

from __future__ import annotations

import pytest

from common import clock
from demo_market.server import Market
from disputes.lifecycle import Event, State
from disputes.models import Case, Outcome
from enforcement import advances
from evidence.models import Exhibit
from ledger import book, keys
from tests import claims, deciding
from tests.journeys import people
from tests.journeys.pages import Page
from tests.journeys.people import HOUR, PAID, Town

pytestmark = pytest.mark.django_db

ANSWERS = {
    "why": "swapped",
    "point_1": "退回的不是本店寄出的那一件",
    "point_2": "这笔款不该由本店承担",
    "story": "退款后拆包，退回的是另一件旧货。",
    "amount": "500.00",
}
REASONS = "拆包照片显示退回的不是原物，底款不一致，买家没有凭证说明差别；错付的部分应当退回。"


def is_paid_out(town: Town) -> Case:
    """The shop agreed, and the marketplace paid."""
    case = town.asks_for_a_refund(kind="refund_only")
    claims.came_back(case.line)
    town.merchant.do(case, Event.REFUND_AGREED)
    town.tick()
    assert town.state is State.CLOSED and town.paid() == [("refund_to_buyer", PAID)]
    return case


def contests(town: Town, earlier: Case, **changed: str) -> Page:
    """From the case that paid, one question a page, to the last look; and sent."""
    start = town.merchant.at("claim", earlier.number)
    assert start in town.merchant.open("case", earlier.number).links
    page = town.merchant.go(start)
    begin = town.merchant.at("claim_begin", earlier.number)
    page = town.merchant.send(page, form=next(form for form in page.forms if form.action == begin))
    last_look = town.merchant.at("claim_check", earlier.number)
    said = ANSWERS | changed
    while page.path != last_look:
        before = page.path
        form = next(form for form in page.forms if form.method == "post" and set(said) & form.names)
        page = town.merchant.send(page, form=form, **{name: text for name, text in said.items() if name in form.names})
        assert page.path != before, page.text
    assert "退回的不是原物" in page.text and "500.00" in page.text
    sent = town.merchant.send(page, form=page.form("understood"), understood="1")
    town.tick()
    return sent


def test_a_shop_that_was_swapped_on_gets_back_what_was_wrongly_paid(market: Market) -> None:
    town = people.gather(market, rules=deciding.rules)
    advances.set_limit("CNY", 1_000_000, reason="先行赔付", actor=town.ops.actor, now=clock.now())
    earlier = is_paid_out(town)
    had = town.balance("settlement")
    contests(town, earlier)
    claim = town.case
    assert claim.pk != earlier.pk and town.state is State.ADMISSION
    assert "¥500.00" in town.buyer.reads(claim)
    town.is_admitted()

    # The shop proves first: without anything to show it cannot hand in.
    page = town.merchant.open("act", claim.number, Event.EVIDENCE_ADDED.value)
    town.merchant.send(page, code="E13", name="底款比对", note="", files={"file": people.photo("gray")})
    town.merchant.do(claim, Event.MERCHANT_HANDED_IN)
    town.tick()
    assert town.state is State.AWAITING_CONFIRMATION and town.case.awaits == "buyer"

    # The buyer answers on a phone, point by point.
    assert town.buyer.may(claim, Event.CLAIM_REBUTTED)
    page = town.buyer.open("act", claim.number, Event.CLAIM_REBUTTED.value)
    form = page.form("seen", "text")
    stances = {name: "against" for name in form.names if name.startswith("stance_")}
    assert len(stances) == 2
    said = {name.replace("stance_", "text_"): "底款和签收时拍的一样。" for name in stances}
    town.buyer.send(page, form=form, text="寄回的就是收到的那一件。", do="send", **stances, **said)
    town.tick()
    assert town.state is State.AWAITING_ASSIGNMENT

    # Somebody rules a day later, when everything may be cited: all of it comes back.
    town.passes(25 * HOUR)
    town.is_taken()
    town.is_ruled(
        "merchant",
        share="0",
        remedy="R17",
        value="500.00",
        clauses=["2.2", "8.8"],
        more_clauses="",
        reasons=f"争点 1、2：{REASONS}依据凭证 {_numbers(claim)}。",
    )
    assert town.state is State.APPEAL_WINDOW and town.outcome.amount == 50_000
    assert "你退回 ¥500.00" in town.buyer.open("decision", claim.number).text
    assert "你追回 ¥500.00" in town.merchant.open("decision", claim.number).text
    assert town.paid() == [("refund_to_buyer", PAID)], "no money before the time to appeal is over"

    # Nobody appeals: the shop is made whole first, then the buyer gives it back, and the fund has what it had.
    before = town.balance("advance")
    town.term_ends()
    town.tick()
    assert town.state is State.CLOSED
    assert town.paid()[1:] == [("restore_settlement", 50_000), ("reclaim", 50_000)]
    assert town.balance("settlement") == had + 50_000 and town.balance("advance") == before
    assert book.balance(keys.reclaim(claim.pk, "CNY")) == book.balance(keys.recourse(claim.pk, "CNY")) == 0
    town.all_is_well()
    assert Outcome.objects.get(case=earlier, superseded_at__isnull=True).amount == PAID, "what was decided stays"

    # Operations see it, and it cannot be claimed again.
    assert claim.number in town.ops.open("abuse").text
    again = town.merchant.open("claim", earlier.number).text
    assert "已经提出过" in again or "提出过" in again


def test_a_buyer_who_says_nothing_has_admitted_nothing(market: Market) -> None:
    town = people.gather(market, rules=deciding.rules)
    earlier = is_paid_out(town)
    contests(town, earlier)
    claim = town.case
    town.is_admitted()
    page = town.merchant.open("act", claim.number, Event.EVIDENCE_ADDED.value)
    town.merchant.send(page, code="E13", name="底款比对", note="", files={"file": people.photo("gray")})
    town.merchant.do(claim, Event.MERCHANT_HANDED_IN)
    town.tick()
    town.term_ends()
    assert town.state is State.AWAITING_ASSIGNMENT and town.case.outcome is None
    town.passes(72 * HOUR)
    town.is_taken()
    town.is_ruled(
        "buyer",
        share="100",
        remedy="R7",
        clauses=["2.2"],
        more_clauses="8.8",
        reasons=f"争点 1、2：{REASONS}依据凭证 {_numbers(claim)}。",
    )
    assert "已付给你的款项仍归你" in town.buyer.open("decision", claim.number).text
    town.term_ends()
    town.tick()
    assert town.state is State.CLOSED and town.paid() == [("refund_to_buyer", PAID)]
    town.all_is_well()


def _numbers(claim: Case) -> str:
    rows = Exhibit.objects.filter(dossier_id=claim.dossier_id, withdrawn_at__isnull=True).order_by("side", "place")
    return "、".join(row.number for row in rows)
