"""Why the platform cannot step in: every reason stands on the page with its record and clause, and binds whoever insists.

Also why it does not, having looked: each of the rulebook's reasons ends the case and names the ways outside.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest

from common.errors import Refused
from demo_market.server import Market
from disputes import eligibility, refusals
from disputes.lifecycle import Event, State
from disputes.models import Case
from journal.models import Entry
from rulebook import editions
from rulebook import queries as rulebook
from tests import deciding, reach
from tests.edges.callers import Caller
from tests.journeys import people
from tests.journeys.people import DAY, Person, Town

pytestmark = pytest.mark.django_db

REASONS = [row["code"] for row in editions.shipped_as("taobao-classic").body["refusals"]]


def order_closed(market: Market) -> Town:
    town = people.gather(market)
    town.asks_for_a_refund(kind="refund_only")
    town.is_refused()
    people.order_is_now(town, "CLOSED")
    return town


def goods_on_their_way(market: Market) -> Town:
    """Late shipment was complained of; meanwhile the goods have come."""
    town = people.gather(market, state="PAID_UNSHIPPED")
    town.asks_for_a_refund(kind="unshipped", type="LATE_SHIPMENT")
    town.is_refused()
    people.order_is_now(town, "COMPLETED")
    return town


def nobody_talked(market: Market) -> Town:
    town = people.gather(market, chatted=False)
    town.asks_for_a_refund(kind="refund_only")
    town.term_ends()
    assert town.state is State.AWAITING_BUYER
    return town


def merchant_still_has_time(market: Market) -> Town:
    town = people.gather(market)
    town.asks_for_a_refund(kind="refund_only")
    return town


def decided_before(market: Market) -> Town:
    town = people.gather(market, rules=deciding.rules)
    town.gets_to_the_queue(kind="refund_only")
    town.is_taken()
    town.is_ruled("merchant")
    town.term_ends()
    assert town.state is State.CLOSED
    town.asks_for_a_refund(kind="refund_only")
    town.is_refused()
    return town


WHYS: dict[str, Callable[[Market], Town]] = {
    eligibility.ORDER_NOT_ELIGIBLE: order_closed,
    eligibility.TYPE_NOT_FOR_ORDER: goods_on_their_way,
    eligibility.NO_NEGOTIATION: nobody_talked,
    eligibility.NOT_YET: merchant_still_has_time,
    eligibility.ALREADY_DECIDED: decided_before,
}


def test_every_reason_of_the_checks_has_its_story(market: Market) -> None:
    found = eligibility.checks(people.situation(merchant_still_has_time(market).case))
    assert {check.code for check in found} == {*WHYS, eligibility.OUT_OF_WINDOW}


@pytest.mark.parametrize("code", WHYS)
def test_what_is_not_eligible_is_told_with_its_reason_and_not_taken(code: str, market: Market) -> None:
    town = WHYS[code](market)
    case, before = town.case, town.case.version
    page = town.buyer.open("step_in", case.number)
    failed = next(check for check in eligibility.checks(people.situation(case)) if not check.holds)
    assert failed.code == code
    assert refusals.say(Refused(code, **failed.data)) in page.text
    assert town.buyer.at("claim", case.number) not in page.links
    assert any("12315" in word for word in page.text.split()), page.text
    # Whoever insists is told the same by the act itself.
    body = {"type": case.type_code, "remedy": "R1", "amount": people.PAID, "points": ["有裂纹"], "story": "当晚发现。"}
    asked = f"cases/{case.number}/actions/intervention_requested"
    insisted = Caller().post(asked, {"on_behalf_of": "buyer", **body})
    assert (insisted.status_code, insisted.json()["code"]) == (422, code)
    assert failed.data.items() <= insisted.json()["data"].items()
    assert (town.case.version, town.case.intervened_at) == (before, None)


def test_whoever_goes_to_the_claim_all_the_same_is_told_there_and_loses_no_word(market: Market) -> None:
    town = merchant_still_has_time(market)
    claim = town.buyer.open("claim", town.case.number)
    last_look = town.buyer.send(claim, step="check", point_1="收到时壶身已有裂纹", story="当晚开箱就看到裂纹。")
    refused = town.buyer.send(last_look, status=422, step="submit", understood="1")
    (not_yet,) = [check for check in eligibility.checks(people.situation(town.case)) if not check.holds]
    assert refusals.say(Refused(not_yet.code, **not_yet.data)) in refused.text
    assert "当晚开箱就看到裂纹。" in refused.html
    assert town.state is State.AWAITING_MERCHANT


def test_a_request_after_the_window_is_refused_where_it_is_made(market: Market) -> None:
    """Whether it was asked in time is weighed at the request; the platform can be asked later, for as long as that lives."""
    town = people.gather(market, state="COMPLETED", age=40 * DAY)
    page = town.buyer.go(town.buyer.at("refund", town.line.order.public_id, 1))
    words = {"type": "DAMAGED", "kind": "refund_only", "text": "收到时壶身有裂纹。"}
    refused = town.buyer.send(page, status=422, **words)
    assert "收到时壶身有裂纹。" in refused.html and refused.form("type").values["type"] == ["DAMAGED"]
    assert not Case.objects.filter(line=town.line).exists()


@pytest.mark.parametrize("code", REASONS)
def test_a_case_is_not_admitted_for_a_reason_that_names_its_clause_and_the_ways_outside(code: str) -> None:
    made = reach.filed()
    ops, buyer, merchant = Person(made.ops), Person(made.buyer), Person(made.merchant)
    ops.do(made.case, Event.NOT_ADMITTED, reason=code, text="我们看过记录，理由如下。")
    assert made.state is State.DISMISSED
    entry = Entry.objects.get(stream=made.case.stream_id, kind="not_admitted")
    assert entry.data["reason"] == code
    reason = rulebook.rules(made.case.procedure_rules_id).refusals[code]
    assert reason.clause and reason.routes
    for person in (buyer, merchant):
        said = person.reads(made.case)
        assert str(reason.name) in said and str(reason.text) in said and "我们看过记录" in said
        assert any(f"/{reason.clause}" in link for link in person.open("case", made.case.number).links)
        assert ("12315" in said) == ("authority_12315" in reason.routes)
        assert not person.may(made.case, Event.INTERVENTION_REQUESTED)


def test_a_reason_that_the_rulebook_does_not_know_is_none(market: Market) -> None:
    made = reach.filed()
    ops = Person(made.ops)
    page = ops.open("act", made.case.number, Event.NOT_ADMITTED.value)
    offered = page.form("reason").choices["reason"]
    assert offered == set(REASONS)
    assert made.state is State.ADMISSION
