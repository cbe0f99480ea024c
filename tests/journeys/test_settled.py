"""The two sides agree in the middle of the evidence period, and the court steps back."""

from __future__ import annotations

import pytest

from demo_market.server import Market
from disputes.lifecycle import Event, State
from tests import deciding
from tests.journeys import people
from tests.journeys.people import HOUR, PAID

pytestmark = pytest.mark.django_db


def test_an_offer_accepted_while_evidence_is_gathered_ends_the_case_on_its_terms(market: Market) -> None:
    town = people.gather(market)
    case = town.asks_for_a_refund(kind="refund_only")
    town.is_refused()
    town.asks_the_platform()
    town.is_admitted()
    town.merchant.do(case, Event.OFFER_MADE, amount="300.00", text="补偿 300 元，壶您留着用。")
    town.tick()
    assert not town.merchant.may(case, Event.OFFER_ACCEPTED)
    page = town.buyer.open("case", case.number)
    assert "300.00" in page.text and "补偿 300 元" in page.text
    assert town.state is State.GATHERING_EVIDENCE
    accept = next(link for link in page.links if Event.OFFER_ACCEPTED.value in link)
    confirm = town.buyer.go(accept)
    assert "300.00" in confirm.text
    town.buyer.send(confirm, form=confirm.form("seen", "offer"))
    town.tick()
    assert (town.state, town.outcome.source, town.outcome.amount) == (State.CLOSED, "settled", 30_000)
    assert town.paid() == [("refund_to_buyer", 30_000), ("release", PAID - 30_000)]
    assert "evidence_closed" not in town.kinds()
    town.all_is_well()


def test_an_offer_that_nobody_answers_lapses_and_the_case_goes_on(market: Market) -> None:
    town = people.gather(market)
    case = town.asks_for_a_refund(kind="refund_only")
    town.is_refused()
    town.asks_the_platform()
    town.is_admitted()
    town.merchant.do(case, Event.OFFER_MADE, amount="300.00", text="")
    town.passes(48 * HOUR)
    assert "offer_lapsed" in town.kinds()
    assert not any(Event.OFFER_ACCEPTED.value in link for link in town.buyer.open("case", case.number).links)
    assert town.paid() == []


def test_a_proposal_of_the_arbitrator_binds_once_both_have_accepted_it(market: Market) -> None:
    town = people.gather(market, rules=deciding.rules)
    town.gets_to_the_queue(kind="refund_only")
    town.is_taken()
    town.arbitrator.do(town.case, Event.OFFER_MADE, amount="400.00", text="各让一步。")
    town.buyer.do(town.case, Event.OFFER_ACCEPTED)
    town.tick()
    assert (town.state, town.case.outcome) == (State.UNDER_REVIEW, None)
    town.merchant.do(town.case, Event.OFFER_ACCEPTED)
    town.tick()
    assert (town.state, town.outcome.amount) == (State.CLOSED, 40_000)
    assert town.paid() == [("refund_to_buyer", 40_000), ("release", PAID - 40_000)]
    town.all_is_well()
