"""Whatever mix of holds, advances, part refunds, appeals and refusals a case lives through, its money ends in place."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from django.db import transaction
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from common import clock
from common.actor import Actor
from common.acts import act
from demo_market.server import Market
from disputes import awards, queries
from disputes.awards import Award, Source
from disputes.lifecycle import TERMINAL, Event, State
from enforcement import advances, execution, holds, movements, plan, reconciliation
from ledger import book, keys
from marketplace import ingest
from tests import deciding, reach
from tests.acts.market import market, running_market
from tests.acts.test_enforcement import PAID, decide_appeal, give, pay_in_advance, rule, run, start
from tests.reach import Scene

__all__ = ["market", "running_market"]
pytestmark = pytest.mark.django_db

SUMS = st.one_of(st.just(PAID), st.integers(1, PAID))


@dataclass(frozen=True)
class Story:
    """What happens to one case. ``appeal``: what the appeal leaves of the award, ``None`` for no appeal."""

    award: int
    appeal: int | None
    held: bool
    advanced: bool
    paid_out: bool  # the marketplace reports the ordinary payout while the case is open
    refuses: str  # which instruction it refuses, if any
    savings: int  # what the merchant has beside the order


STORIES = st.builds(
    Story,
    award=SUMS,
    appeal=st.none() | st.just(0) | SUMS,
    held=st.booleans(),
    advanced=st.booleans(),
    paid_out=st.booleans(),
    refuses=st.sampled_from(["", "", "refund_to_buyer", "deduct_settlement", "advance", "recover_escrow", "reclaim"]),
    savings=st.sampled_from([0, 20_000, 2 * PAID]),
)


@act
def hold(made: Scene) -> None:
    holds.place(queries.lock(made.case.pk), now=clock.now())


def an_award(amount: int, source: Source) -> Award:
    if not amount:
        return awards.release(source=source, currency="CNY")
    return Award(source=source, remedy="R2", amount=amount, currency="CNY", ground="CONSENT")


def lives_through(story: Story, market: Market) -> Scene:
    made = reach.queued()
    movements.post_due(500, now=clock.now())
    advances.set_limit("CNY", PAID, actor=Actor.system(), now=clock.now())
    if story.savings:
        give(keys.settlement(made.shop.pk, "CNY"), story.savings)
    if story.held:
        hold(made)
    market.behave("refuse", kind=story.refuses) if story.refuses else market.behave()
    rule(made, an_award(story.award, Source.RULED))
    made.reload()
    if story.advanced:
        pay_in_advance(made)
        run()
    if story.paid_out and story.held:
        payout = {"type": "settlement", "id": f"S{made.case.pk}", "version": 1, "currency": "CNY", "amount": PAID}
        payout |= {"order": made.case.order.external_id, "settled_at": clock.now().isoformat()}
        ingest.ingest([(1, payout)], source=made.case.order.source, now=clock.now())
        run()
    if story.appeal is None:
        reach.let_term_end(made)
    else:
        decide_appeal(made, Event.APPEAL_CHANGED, an_award(story.appeal, Source.APPEALED))
    start(made)
    run()
    made.reload()
    return made


def stands(made: Scene, story: Story, market: Market) -> None:
    case, final = made.case, story.award if story.appeal is None else story.appeal
    assert State(case.state) in TERMINAL
    assert book.audit() == []
    assert book.balance(keys.escrow(case.order_id, "CNY")) == 0
    assert book.balance(keys.clearing(case.pk, "CNY")) == book.balance(keys.freight(case.pk, "CNY")) == 0
    borne = plan.borne_by(execution.carried_out(case))
    assert sum(borne.values()) == final  # what the buyer was paid or is still owed, whoever bears it
    owed = -book.balance(keys.due(case.pk, "CNY"))
    lent = -book.balance(keys.recourse(case.pk, "CNY"))
    assert owed == borne[plan.Pot.RECEIVABLE] and owed >= 0 and lent >= 0
    # Buyer, merchant and platform together have what was paid and saved, to the last unit.
    merchant = book.balance(keys.settlement(case.merchant_id, "CNY"))
    buyer = sum(paid["amount"] for paid in market.payments() if paid["kind"] in TO_BUYER)
    buyer -= sum(paid["amount"] for paid in market.payments() if paid["kind"] == "reclaim")
    assert merchant + buyer + book.balance(keys.advance("CNY")) == PAID + story.savings
    # The marketplace tells of all of it in its feed, and nothing moves.
    before = (merchant, book.balance(keys.outside("CNY")))
    ingest.ingest(enumerate(market.books.feed(), start=1), source=case.order.source, now=clock.now())
    run()
    assert (book.balance(keys.settlement(case.merchant_id, "CNY")), book.balance(keys.outside("CNY"))) == before
    assert "report_differs" not in [found.code for found in reconciliation.findings(clock.now())]


TO_BUYER = ("refund_to_buyer", "deduct_settlement", "deduct_deposit", "advance")


def test_whatever_a_case_goes_through_the_ledger_balances_and_its_escrow_is_empty(market: Market) -> None:
    deciding.rules(advance_amount=PAID)
    reach.a_scene()  # whatever is made once is made outside of every example

    @settings(
        max_examples=10,
        deadline=None,
        phases=[Phase.explicit, Phase.reuse, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(STORIES)
    def whatever(story: Story) -> None:
        market.books.forget()
        world = transaction.savepoint()
        try:
            stands(lives_through(story, market), story, market)
        finally:
            transaction.savepoint_rollback(world)

    whatever()
