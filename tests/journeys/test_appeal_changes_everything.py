"""A ruling falls on appeal, with evidence that was not there before, and everything becomes what the new one says."""

from __future__ import annotations

import pytest
from django.db.models import Sum

from arbitration.models import Ruling
from common import clock
from common.actor import Role
from demo_market.server import Market
from disputes.lifecycle import Event, State
from disputes.models import Outcome
from enforcement import advances
from ledger.models import Leg
from tests import builders, deciding
from tests.journeys import people
from tests.journeys.people import HOUR, PAID, Person, Town

pytestmark = pytest.mark.django_db

REASONS = "新照片与原照片裂纹走向一致，能认定是同一只壶；原裁决没有看到这一事实，认定应当改变，责任划分随之改变。"


def appeals(town: Town, who: Person, colour: str) -> None:
    words = {"ground": "new_evidence", "points": ["1"], "text": "补充照片，请重新认定。", "code": "E06"}
    page = who.open("act", town.case.number, Event.APPEAL_FILED.value)
    why = {"why_late": "当时手机送修，照片刚找回"}
    who.send(page, form=page.form("ground"), files={"file": people.photo(colour)}, **words, **why)
    town.tick()
    assert town.state is State.AWAITING_APPEAL_ANSWER


def is_changed(town: Town, finds: str, **filled: object) -> None:
    """Answered, a day later taken by the senior, ruled anew, and given out with reasons."""
    who, case = town.senior, town.case
    town.passes(25 * HOUR)
    listed = who.open("appeals")
    assert who.at("appeal", case.number) in listed.links
    who.do(case, Event.APPEAL_TAKEN)
    preview = town.is_drafted(finds, who=who, **filled)
    change = who.at("act", case.number, Event.APPEAL_CHANGED.value)
    assert change in preview.links, preview.text
    who.do(case, Event.APPEAL_CHANGED, reasons=REASONS)
    town.tick()


def stands(town: Town, amount: int) -> None:
    """One outcome counts, and the buyer has exactly what it says."""
    assert Outcome.objects.filter(case=town.case, superseded_at__isnull=True).get().amount == amount
    assert [row.state for row in Ruling.objects.filter(case=town.case).order_by("id")] == ["superseded", "served"]
    legs = Leg.objects.filter(posting__reference=f"case:{town.case.pk}", account__key="outside:CNY")
    assert (legs.aggregate(total=Sum("amount"))["total"] or 0) == amount
    town.all_is_well()


def test_what_was_dismissed_is_paid_with_freight_when_the_appeal_brings_what_was_missing(market: Market) -> None:
    town = people.gather(market, rules=deciding.rules)
    people.has_a_deposit(town, 5_000)
    town.gets_to_the_queue(kind="return_refund")
    town.is_taken()
    town.is_ruled("merchant")
    assert town.state is State.APPEAL_WINDOW
    assert (town.outcome.remedy, town.outcome.amount, town.paid()) == ("R7", 0, [])
    appeals(town, town.buyer, "orange")
    town.merchant.do(town.case, Event.APPEAL_ANSWERED, text="照片不能证明是同一只壶。")
    town.tick()
    is_changed(town, "buyer", remedy="R3", return_freight="12.00", freight_payer="merchant")
    assert (town.state, town.case.awaits) == (State.AWAITING_COMPLIANCE, "buyer")
    assert not town.merchant.may(town.case, Event.APPEAL_FILED)
    town.buyer.do(town.case, Event.RETURN_SHIPPED, carrier="顺丰", tracking="SF1234567890")
    town.merchant.do(town.case, Event.RETURN_ACCEPTED)
    town.tick()
    assert (town.state, town.outcome.source) == (State.CLOSED, "appealed")
    assert town.paid() == [("refund_to_buyer", PAID), ("deduct_deposit", 1_200)]
    assert (town.balance("escrow"), town.balance("deposit"), town.balance("receivable")) == (0, 3_800, 0)
    stands(town, PAID + 1_200)


def test_what_the_platform_paid_first_is_owed_back_when_the_ruling_falls(market: Market) -> None:
    town = people.gather(market, rules=lambda: deciding.rules(advance_amount=PAID))
    advances.set_limit("CNY", 1_000_000, reason="试行", actor=town.ops.actor, now=clock.now())
    town.gets_to_the_queue(kind="refund_only")
    town.is_taken()
    town.is_ruled("buyer")
    # The platform pays first while both may still appeal: one proposes, another approves.
    proposal = advances.propose(town.case.pk, reason="凭证确凿。", actor=town.ops.actor, now=clock.now())
    advances.approve(proposal.pk, actor=builders.an_officer(Role.OPS), now=clock.now())
    town.tick()
    assert (town.state, town.paid()) == (State.APPEAL_WINDOW, [("advance", PAID * 99 // 100)])
    appeals(town, town.merchant, "orange")
    town.buyer.do(town.case, Event.APPEAL_ANSWERED, text="出库照片拍的是另一只。")
    town.tick()
    is_changed(town, "merchant")
    assert (town.state, town.outcome.remedy, town.outcome.amount) == (State.CLOSED, "R7", 0)
    assert sorted(kind for kind, _ in town.paid()) == ["advance", "reclaim", "release"]
    assert (town.balance("escrow"), town.balance("settlement")) == (0, PAID)
    assert town.balance("advance") == town.balance("receivable") == town.balance("reclaim") == 0
    stands(town, 0)
