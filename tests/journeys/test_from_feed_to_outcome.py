"""The marketplace's systems lead a whole case over REST: from the feed to the outcome that they read. The bench decides."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from common import clock
from common.actor import Role
from demo_market.server import Market
from disputes.lifecycle import Event, State
from disputes.models import Case
from marketplace.models import OrderLine
from tests import builders, deciding
from tests.edges.callers import Caller
from tests.journeys import people
from tests.journeys.people import HOUR, Person, Town

PAID = 25_900
GIVEN = 25_641  # 99 in a hundred
STORY = "当晚开箱就看到裂纹，马上拍照联系商家。"


def records() -> list[dict[str, Any]]:
    """What the feed says of one order that came, in the order in which a careless feed would send it."""
    now = clock.now()

    def ago(hours: int) -> str:
        return (now - timedelta(hours=hours)).isoformat()

    listing = {"id": "L1", "title": "紫砂壶", "attributes": {"容量": "220ml"}, "captured_at": ago(150)}
    line = {
        "id": "1",
        "title": "紫砂壶",
        "category": "kitchen",
        "quantity": 1,
        "unit_price": PAID,
        "paid": PAID,
        "promises": [{"code": "damage_cover"}],
        "listing": listing,
    }
    order = {
        "type": "order",
        "id": "O1",
        "version": 2,
        "buyer": "B1",
        "merchant": "M1",
        "state": "SIGNED",
        "currency": "CNY",
        "placed_at": ago(145),
        "paid_at": ago(144),
        "shipped_at": ago(120),
        "signed_at": ago(30),
        "lines": [line],
    }
    payment = {"type": "payment", "id": "P1", "version": 1, "order": "O1", "amount": PAID, "currency": "CNY"}
    chat = {"type": "chat", "id": "C1", "version": 1, "buyer": "B1", "merchant": "M1", "order": "O1"}
    return [
        {**payment, "paid_at": ago(144)},
        {**chat, "from": "buyer", "at": ago(28), "text": "壶身有裂纹。"},
        order,
        {"type": "buyer", "id": "B1", "version": 1, "name": "小满"},
        {"type": "merchant", "id": "M1", "version": 1, "name": "山间茶器"},
    ]


class System:
    """The marketplace's own system with its key. It knows nothing of the court but its API."""

    def __init__(self) -> None:
        self.caller = Caller(source="market")
        self.number = ""

    def feeds(self) -> None:
        report = self.caller.post("ingest", records(), key=None).json()
        assert report["rejected"] == []
        again = self.caller.post("ingest", records()[2:], key=None).json()
        assert again["applied"] == 0

    def opens(self) -> dict[str, Any]:
        body = {
            "order": "O1",
            "line": "1",
            "kind": "refund_only",
            "type": "DAMAGED",
            "amount": PAID,
            "text": "有裂纹。",
        }
        answer = self.caller.post("cases", body)
        assert answer.status_code == 201, answer.content
        case: dict[str, Any] = answer.json()
        self.number = case["number"]
        return case

    def reads(self) -> dict[str, Any]:
        case: dict[str, Any] = self.caller.get(f"cases/{self.number}").json()
        return case

    def takes(self, event: str, role: str, **body: Any) -> dict[str, Any]:
        """Follow the address that the case itself gives for the action."""
        offered = {(row["event"], row["role"]): row for row in self.reads()["actions"]}
        row = offered[event, role]
        assert row["blocked_by"] is None, row
        answer = self.caller.post(row["href"].removeprefix("/api/v1/"), body)
        assert answer.status_code == 200, answer.content
        case: dict[str, Any] = answer.json()
        return case

    def gives(self, code: str, colour: str, side: str) -> None:
        fields = {"on_behalf_of": side, "code": code, "name": "壶身特写", "file": people.photo(colour)}
        answer = self.caller.upload(f"cases/{self.number}/evidence", fields)
        assert answer.status_code == 201, answer.content
        assert answer.json()["receipt"]

    def outcomes(self, cursor: str = "") -> dict[str, Any]:
        answer: dict[str, Any] = self.caller.get("outcomes", **({"cursor": cursor} if cursor else {})).json()
        return answer


# Committed: the feed of outcomes leaves out what somebody is still writing, a test's own transaction too.
@pytest.mark.django_db(transaction=True)
def test_a_marketplace_leads_a_case_from_its_feed_to_the_outcome_it_reads(market: Market) -> None:
    deciding.rules()
    system = System()
    system.feeds()
    line = OrderLine.objects.select_related("order").get(order__source="market")
    assert system.opens()["state"] == "awaiting_merchant"
    case = Case.objects.get(number=system.number)
    town = Town(
        market=market,
        line=line,
        shop=line.order.merchant,
        buyer=Person(builders.Actor.buyer(case.buyer_id)),
        merchant=Person(builders.a_member(line.order.merchant)),
        arbitrator=Person(builders.an_officer(Role.ARBITRATOR)),
        senior=Person(builders.an_officer(Role.SENIOR)),
        ops=Person(builders.an_officer(Role.OPS)),
    )
    town.tick()
    assert town.balance("escrow") == PAID
    system.takes("refund_refused", "merchant", text="开片是天然特征。")
    claim = {"type": "DAMAGED", "remedy": "R2", "amount": PAID, "points": ["收到时壶身已有裂纹"], "story": STORY}
    asked = system.takes("intervention_requested", "buyer", on_behalf_of="buyer", **claim)
    assert (asked["state"], asked["awaits"]) == ("admission", "platform")
    town.is_admitted()
    blocked = {row["event"]: row["blocked_by"] for row in system.reads()["actions"] if row["role"] == "buyer"}
    assert blocked["buyer_handed_in"] == "evidence_missing"
    for code, colour in (("E06", "teal"), ("E05", "navy")):
        system.gives(code, colour, "buyer")
    system.gives("E09", "gray", "merchant")
    handed_in = system.takes("buyer_handed_in", "buyer")
    assert (handed_in["state"], handed_in["awaits"]) == ("awaiting_confirmation", "merchant")
    answers = [{"number": 1, "stance": "disputes", "text": "出库完好。"}]
    rebutted = system.takes("claim_rebutted", "merchant", answers=answers, text="出库质检完好。")
    assert rebutted["state"] == "awaiting_assignment"
    town.passes(25 * HOUR)
    nothing = system.outcomes()
    assert (nothing["outcomes"], nothing["more"]) == ([], False)
    town.is_taken()
    town.is_ruled("buyer")
    ruled = system.outcomes(nothing["next"])
    (outcome,) = ruled["outcomes"]
    assert (outcome["case"], outcome["order"], outcome["line"]) == (system.number, "O1", "1")
    assert (outcome["remedy"], outcome["amount"], outcome["source"]) == ("R2", GIVEN, "ruled")
    assert system.outcomes(ruled["next"])["outcomes"] == []
    system.takes("appeal_waived", "buyer", on_behalf_of="buyer")
    system.takes("appeal_waived", "merchant", on_behalf_of="merchant")
    system.takes("complied", "merchant")
    town.tick()
    closed = system.reads()
    assert (closed["state"], closed["outcome"]["amount"], closed["actions"]) == ("closed", GIVEN, [])
    assert town.paid() == [("refund_to_buyer", GIVEN), ("release", PAID - GIVEN)]
    assert town.state is State.CLOSED and not town.buyer.may(case, Event.WITHDRAWN)
    town.all_is_well()
