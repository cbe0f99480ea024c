"""Exchange, sending, repair: what is ordered in kind carries the sum that is enforced if it is not done."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import DatabaseError, transaction

from arbitration import appeals, letters, rulings
from arbitration.models import Ruling
from common import clock
from common.errors import Refused
from disputes import compliance, negotiation, outcomes
from disputes.lifecycle import State
from disputes.models import Outcome, Statement
from enforcement import movements
from engine import delivery
from ledger import book, keys
from tests import deciding, reach
from tests.acts.market import market, running_market
from tests.acts.test_enforcement import run
from tests.reach import Scene

__all__ = ["market", "running_market"]
pytestmark = pytest.mark.django_db

PAID = 68_000


def ordered(remedy: str = "R5", **changes: Any) -> Scene:
    """A ruling in kind that both sides let stand."""
    made = deciding.taken()
    values: dict[str, Any] = {"remedy": remedy, "value": 12_000, "freight_payer": "merchant"} | changes
    ruling = deciding.drafted(made, deciding.a_draft(made, **values))
    rulings.issue(made.case.pk, version=ruling.version, actor=made.arbitrator, now=clock.now())
    for side in (made.buyer, made.merchant):
        appeals.waive(made.case.pk, actor=side, now=clock.now())
    made.reload()
    return made


def paid_to_buyer(made: Scene) -> int:
    movements.post_due(500, now=clock.now())
    delivery.deliver()
    run()
    made.reload()
    escrow = book.balance(keys.escrow(made.case.order_id, "CNY"))
    return PAID - escrow - book.balance(keys.settlement(made.shop.pk, "CNY"))


def test_what_is_not_done_in_time_is_owed_in_money_and_enforced(market: object) -> None:
    made = ordered()
    assert made.case.state == State.AWAITING_COMPLIANCE and made.case.awaits == "merchant"
    reach.let_term_end(made)
    assert made.case.state == State.ENFORCING
    outcome = outcomes.effective(made.case.pk)
    assert outcome is not None and (outcome.source, outcome.amount) == ("forced", 12_000)
    assert paid_to_buyer(made) == 12_000
    assert made.case.state == State.CLOSED
    assert made.case.mark.decided and made.case.mark.refunded


def test_seven_days_are_given_for_a_thing_where_money_has_one(market: object) -> None:
    made = ordered()
    deadline = made.case.deadlines.get(state="pending")
    assert deadline.step == "performance_in_kind"


def test_what_is_done_in_time_is_said_in_words_and_costs_nothing(market: object) -> None:
    made = ordered()
    with pytest.raises(Refused, match="text_missing"):
        compliance.comply(made.case.pk, text=" ", actor=made.merchant, now=clock.now())
    compliance.comply(made.case.pk, text="顺丰 SF1234567890", actor=made.merchant, now=clock.now())
    assert Statement.objects.get(case=made.case, kind="performance").side == "merchant"
    assert paid_to_buyer(made) == 0
    assert made.case.state == State.CLOSED


def test_an_exchange_waits_for_the_goods_and_then_for_the_merchant(market: object) -> None:
    made = ordered("R4", value=PAID)
    assert made.case.awaits == "buyer"
    negotiation.ship_return(made.case.pk, carrier="SF", tracking="SF1234567890", actor=made.buyer, now=clock.now())
    negotiation.accept_return(made.case.pk, actor=made.merchant, now=clock.now())
    made.reload()
    assert (made.case.state, made.case.awaits) == (State.AWAITING_COMPLIANCE, "merchant")
    reach.let_term_end(made)
    assert paid_to_buyer(made) == PAID


def test_a_buyer_who_sends_nothing_back_gets_neither_the_thing_nor_its_sum(market: object) -> None:
    made = ordered("R4", value=PAID)
    reach.let_term_end(made)
    outcome = outcomes.effective(made.case.pk)
    assert outcome is not None and outcome.source == "fallen"
    assert paid_to_buyer(made) == 0


def test_a_ruling_in_kind_without_its_sum_does_not_go_out() -> None:
    made = deciding.taken()
    ruling = deciding.drafted(made, deciding.a_draft(made, remedy="R5", freight_payer="merchant"))
    with pytest.raises(Refused, match="ruling_incomplete") as refused:
        rulings.issue(made.case.pk, version=ruling.version, actor=made.arbitrator, now=clock.now())
    assert {"code": "substitute_missing", "where": "value"} in refused.value.data["problems"]


def test_the_letter_says_the_sum_and_the_term_to_both_sides_beforehand(market: object) -> None:
    made = ordered()
    given = Ruling.objects.get(case=made.case, state=Ruling.SERVED)
    for side in (made.buyer.side, made.merchant.side):
        letter = letters.read(given, side).letter
        assert letter.result.substitute == 12_000
        assert [request.what for request in letter.unsupported] == ["remedy"]
        assert letter.result.term is not None and letter.result.term.step == "performance_in_kind"


def test_a_letter_given_before_there_was_such_a_sum_is_still_read() -> None:
    made = deciding.served()
    given = Ruling.objects.get(case=made.case, state=Ruling.SERVED)
    assert given.letter is not None
    del given.letter["result"]["substitute"]
    assert letters.read(given, None).letter.result.substitute == 0


def test_postgresql_keeps_no_sum_in_place_that_is_less_than_what_is_owed_anyway() -> None:
    made = deciding.served()
    outcome = Outcome.objects.get(case=made.case)
    outcome.pk, outcome.substitute, outcome.superseded_at = None, outcome.amount, clock.now()
    with pytest.raises(DatabaseError, match="outcome_substitute_is_more"), transaction.atomic():
        outcome.save(force_insert=True)


def test_that_nothing_came_is_a_new_fact(market: object) -> None:
    made = ordered()
    compliance.comply(made.case.pk, text="顺丰 SF1234567890", actor=made.merchant, now=clock.now())
    paid_to_buyer(made)
    assert not negotiation.situation(made.case, clock.now()).decided_before
