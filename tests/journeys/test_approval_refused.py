"""A senior returns a ruling with a reason, its author writes it again, and another senior signs it."""

from __future__ import annotations

import pytest

from arbitration.models import Ruling
from common.actor import Role
from demo_market.server import Market
from disputes.lifecycle import State
from tests import builders, deciding
from tests.journeys import people
from tests.journeys.people import Person, Town

pytestmark = pytest.mark.django_db


def signs(town: Town, who: Person, decision: str, reason: str = "") -> None:
    waiting = who.open("review")
    assert who.at("approval", town.case.number) in waiting.links, waiting.text
    page = who.open("approval", town.case.number)
    who.send(page, form=page.form("decision"), decision=decision, reason=reason)
    town.tick()


def test_a_returned_ruling_is_written_again_and_signed_by_somebody_else(market: Market) -> None:
    town = people.gather(market, rules=lambda: deciding.rules(new_arbitrator_rulings=5))
    another = Person(builders.an_officer(Role.SENIOR))
    town.gets_to_the_queue(kind="refund_only")
    town.is_taken()
    town.is_ruled("buyer")
    assert town.state is State.AWAITING_APPROVAL
    assert (town.case.outcome, town.paid()) == (None, [])
    assert "decision" not in town.buyer.open("case", town.case.number).path
    assert town.arbitrator.go(town.senior.at("approval", town.case.number), status=404).status == 404
    signs(town, town.senior, "return", "争点 2 的理由太短，请写明渗水与裂纹的关系。")
    assert (town.state, town.case.outcome) == (State.UNDER_REVIEW, None)
    assert "争点 2 的理由太短" in town.arbitrator.reads(town.case)
    page = town.arbitrator.open("case", town.case.number)
    kept = page.form("share", "reasons").values["reasons"][0]
    assert deciding.REASONS in kept
    preview = town.arbitrator.send(
        page, form=page.form("share", "reasons"), go="preview", reasons=kept + "渗水出自裂纹本身。"
    )
    town.arbitrator.send(preview, form=preview.form("seen", "version"))
    town.tick()
    assert town.state is State.AWAITING_APPROVAL
    signs(town, another, "approve")
    assert town.state is State.APPEAL_WINDOW
    assert town.outcome.source == "ruled"
    states = list(Ruling.objects.filter(case=town.case).order_by("id").values_list("state", flat=True))
    assert states == ["returned", "served"]
    assert "渗水出自裂纹本身" in town.buyer.open("decision", town.case.number).text
    town.all_is_well()


def test_a_senior_who_ruled_finds_nothing_to_sign(market: Market) -> None:
    town = people.gather(market, rules=lambda: deciding.rules(new_arbitrator_rulings=5))
    town.gets_to_the_queue(kind="refund_only")
    town.is_taken(town.senior)
    town.is_ruled("buyer", who=town.senior)
    assert town.state is State.AWAITING_APPROVAL
    assert town.senior.at("approval", town.case.number) not in town.senior.open("review").links
    signs(town, Person(builders.an_officer(Role.SENIOR)), "approve")
    assert town.state is State.APPEAL_WINDOW
