"""Why the platform cannot step in: every reason stands on the page with its record and clause, and binds whoever insists.

Also why it does not, having looked: each of the rulebook's reasons ends the case and names the ways outside.
"""

from __future__ import annotations

import copy
from collections.abc import Callable

import pytest

from common import clock
from common.actor import Actor
from common.errors import Refused
from demo_market.server import Market
from disputes import eligibility, refusals
from disputes.lifecycle import Event, State
from disputes.models import Case
from journal.models import Entry
from rulebook import editions, publishing
from rulebook import queries as rulebook
from tests import deciding, reach
from tests.edges.callers import Caller
from tests.journeys import people
from tests.journeys.pages import Form
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


def asked_too_late(market: Market) -> Town:
    """Weeks after the order was completed, on an exception that the merchant does not see."""
    town = people.gather(market, state="COMPLETED", age=40 * DAY)
    town.asks_for_a_refund(kind="refund_only", exception="proof_of_fault")
    town.is_refused()
    return town


WHYS: dict[str, Callable[[Market], Town]] = {
    eligibility.ORDER_NOT_ELIGIBLE: order_closed,
    eligibility.NO_NEGOTIATION: nobody_talked,
    eligibility.NOT_YET: merchant_still_has_time,
    eligibility.OUT_OF_WINDOW: asked_too_late,
    eligibility.ALREADY_DECIDED: decided_before,
}


def test_every_reason_of_the_checks_has_its_story(market: Market) -> None:
    found = eligibility.checks(people.situation(merchant_still_has_time(market).case))
    assert {check.code for check in found} == set(WHYS)


@pytest.mark.parametrize("code", WHYS)
def test_what_is_not_eligible_is_told_with_its_reason_and_not_taken(code: str, market: Market) -> None:
    town = WHYS[code](market)
    case, before = town.case, town.case.version
    page = town.buyer.open("step_in", case.number)
    failed = next(check for check in eligibility.checks(people.situation(case)) if not check.holds)
    assert failed.code == code
    assert refusals.say(Refused(code, **failed.data)) in page.text
    # After the time for it, whoever names an exception may begin; in all other cases nobody.
    may_begin = town.buyer.at("begin", case.number) in [form.action for form in page.forms]
    assert may_begin == (code == eligibility.OUT_OF_WINDOW)
    assert any("12315" in word for word in page.text.split()), page.text
    # Whoever insists is told the same by the act itself.
    body = {"type": case.type_code, "remedy": "R1", "amount": people.PAID, "points": ["有裂纹"], "story": "当晚发现。"}
    asked = f"cases/{case.number}/actions/intervention_requested"
    insisted = Caller().post(asked, {"on_behalf_of": "buyer", **body})
    assert (insisted.status_code, insisted.json()["code"]) == (422, code)
    assert failed.data.items() <= insisted.json()["data"].items()
    assert (town.case.version, town.case.intervened_at) == (before, None)


def test_what_was_complained_of_before_may_be_claimed_no_more_and_something_else_may(market: Market) -> None:
    """The page before the questions does not know yet what is claimed: the kind is weighed once it is named."""
    town = goods_on_their_way(market)
    assert all(check.holds for check in eligibility.checks(people.situation(town.case)))
    path = f"cases/{town.case.number}/actions/intervention_requested"
    claim = {
        "remedy": "R1",
        "amount": people.PAID,
        "points": ["来晚了"],
        "story": "过了两周才发货。",
        "on_behalf_of": "buyer",
    }
    late = Caller().post(path, claim | {"type": "LATE_SHIPMENT"})
    assert (late.status_code, late.json()["code"]) == (422, eligibility.TYPE_NOT_FOR_ORDER)
    assert town.case.intervened_at is None
    assert Caller().post(path, claim | {"type": "DAMAGED"}).status_code == 200
    assert town.state is State.ADMISSION


def test_a_claim_that_can_no_longer_be_sent_says_why_and_loses_no_word(market: Market) -> None:
    town = people.gather(market)
    town.asks_for_a_refund(kind="refund_only")
    town.is_refused()
    last_look = town.writes_a_claim(story="当晚开箱就看到裂纹。")
    people.order_is_now(town, "CLOSED")
    refused = town.buyer.send(last_look, status=422, understood="1")
    failed = next(check for check in eligibility.checks(people.situation(town.case)) if not check.holds)
    assert refusals.say(Refused(failed.code, **failed.data)) in refused.text
    assert "当晚开箱就看到裂纹。" in refused.html
    assert town.state is State.AWAITING_BUYER


def test_whoever_begins_too_early_is_led_back_to_the_reason(market: Market) -> None:
    town = merchant_still_has_time(market)
    begin = Form(town.buyer.at("begin", town.case.number), "post")
    page = town.buyer.send(town.buyer.open("step_in", town.case.number), form=begin)
    assert page.path == town.buyer.at("step_in", town.case.number)


def test_what_came_late_is_before_the_platform_once_an_exception_is_named(market: Market) -> None:
    town = asked_too_late(market)
    page = town.buyer.open("step_in", town.case.number)
    exceptions = rulebook.rules(town.case.substance_rules_id).window_exceptions
    assert all(str(exceptions[code].text) in page.text for code in ("authority_finding", "longer_promise"))
    late = town.buyer.send(town.begins_a_claim(), what="damaged")
    assert late.path == town.buyer.at("question", town.case.number, "late")
    assert str(refusals.say(Refused("type_unknown"))) not in late.text
    assert "exception" in town.buyer.send(late, form=late.form("page"), status=422).forms[-1].names
    town.buyer.send(town.buyer.open("filing", town.case.number), form=_discard(town))
    last_look = town.writes_a_claim(exception="longer_promise", story="当晚开箱就看到裂纹。")
    assert str(exceptions["longer_promise"].name) in last_look.text
    town.buyer.send(last_look, understood="1")
    assert town.state is State.ADMISSION
    assert Entry.objects.get(stream=town.case.stream_id, kind="intervention_requested").data["exception"] == (
        "longer_promise"
    )
    # Admission is decided on it, whoever decides.
    assert str(exceptions["longer_promise"].text) in town.ops.reads(town.case)
    assert str(exceptions["longer_promise"].text) in town.senior.reads(town.case)


def _discard(town: Town) -> Form:
    return Form(town.buyer.at("discard", town.case.number), "post")


def test_what_was_asked_in_time_stays_in_time_for_what_it_was_asked(market: Market) -> None:
    """Clause 1.3; another kind of dispute has its own window, and is weighed by it."""
    town = people.gather(market, state="COMPLETED", age=15 * DAY)
    town.asks_for_a_refund(kind="refund_only")
    town.is_refused()
    town.passes(5 * DAY)
    claim = {
        "remedy": "R1",
        "amount": people.PAID,
        "points": ["有裂纹"],
        "story": "当晚发现。",
        "on_behalf_of": "buyer",
    }
    path = f"cases/{town.case.number}/actions/intervention_requested"
    seven_days = Caller().post(path, claim | {"type": "NO_REASON_RETURN", "remedy": "R3", "returns": True})
    assert (seven_days.status_code, seven_days.json()["code"]) == (422, "out_of_window")
    assert Caller().post(path, claim | {"type": "DAMAGED"}).status_code == 200
    assert town.state is State.ADMISSION


def test_the_window_binds_the_buyer_and_not_the_merchant(market: Market) -> None:
    town = asked_too_late(market)
    town.merchant.do(town.case, Event.INTERVENTION_REQUESTED, points="出库时完好", text="请平台裁断。")
    assert town.state is State.ADMISSION


def test_a_request_after_the_window_needs_an_exception_and_is_told_so_where_it_is_made(market: Market) -> None:
    town = people.gather(market, state="COMPLETED", age=40 * DAY)
    page = town.buyer.go(town.buyer.at("refund", town.line.order.public_id, 1))
    words = {"kind": "refund_only", "text": "收到时壶身有裂纹。"}
    refused = town.buyer.send(page, status=422, type="DAMAGED", **words)
    assert "收到时壶身有裂纹。" in refused.html and refused.form("type").values["type"] == ["DAMAGED"]
    assert not Case.objects.filter(line=town.line).exists()
    # What nothing ends is asked for as ever, what is lost is not offered, and says so to whoever insists.
    assert "FREIGHT" not in page.form("type").choices["type"]
    assert town.asks_for_a_refund(type="WARRANTY_REPAIR", kind="refund_only").type_code == "WARRANTY_REPAIR"


def everything_ends() -> None:
    """Rules under which every window ends 15 days after completion, and freight alone knows no exception."""
    edition = editions.shipped_as("taobao-classic")
    body = copy.deepcopy(edition.body)
    for kind in body["types"]:
        kind["window"] |= {"since": "completed", "days": 15}
        if kind["group"] != "freight":
            kind["window"] |= {"exceptions": ["court_document"]}
    now = clock.now()
    publishing.publish(
        edition.profile,
        version="test.1",
        body=body,
        effective_from=edition.effective_from,
        actor=Actor.system(),
        now=now,
    )
    publishing.load_catalogue(actor=Actor.system(), now=now)


def test_an_order_for_which_the_time_is_over_says_so_in_the_list_and_names_what_is_left(market: Market) -> None:
    town = people.gather(market, rules=everything_ends, state="COMPLETED", age=40 * DAY)
    orders = town.buyer.open("orders")
    assert "申请期限已过" in orders.text and "申请退款" not in orders.text
    page = town.buyer.go(town.buyer.at("refund", town.line.order.public_id, 1))
    assert "申请期限已过" in page.text and "12315" in page.text
    fresh = people.gather(market, rules=lambda: None, state="COMPLETED", age=10 * DAY)
    assert "申请期限已过" not in fresh.buyer.open("orders").text


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
