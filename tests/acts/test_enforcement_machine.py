"""Random cases, answers, deaths and windfalls on PostgreSQL: whatever happens, the money is where the awards say."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from common import clock
from common.actor import Actor
from common.acts import act
from demo_market.server import Market
from disputes import moves, queries
from disputes.awards import Award, Source
from disputes.lifecycle import Event, State
from disputes.models import Case, Outcome
from disputes.transitions import advance
from enforcement import advances, execution, movements, plan, recoveries
from enforcement.models import Execution, Step
from ledger import book, keys
from ledger.models import Account
from tests import reach
from tests.acts.market import market, running_market
from tests.reach import Scene

__all__ = ["market", "running_market"]
pytestmark = pytest.mark.django_db

PAID = 1_000
TO_BUYER = {"refund_to_buyer", "deduct_settlement", "deduct_deposit", "advance"}


class Died(BaseException):
    """As kill -9: nothing catches it."""


@act
def settle_on(made: Scene, amount: int) -> None:
    case, now = queries.lock(made.case.pk), clock.now()
    facts = replace(moves.facts_of(case, made.buyer, now), offer_is_open=True, offer_settles=True)
    award = Award(source=Source.SETTLED, remedy="R2", amount=amount, currency="CNY", ground="CONSENT")
    advance(case, Event.OFFER_ACCEPTED, actor=made.buyer, now=now, facts=facts, award=award)


@act
def start(case_id: int) -> None:
    case = queries.lock(case_id)
    assert case.outcome is not None
    execution.start(case, case.outcome, now=clock.now())


def dying(place: int) -> Callable[..., Any]:
    left = [place]

    def count(send: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        left[0] -= 1
        if left[0] == 0:
            raise Died
        return send(sql, params, many, context)

    return count


class Court(RuleBasedStateMachine):
    """One merchant, many cases, one marketplace that does what it likes."""

    market: Market

    def __init__(self) -> None:
        super().__init__()
        self.world = transaction.savepoint()
        self.market.books.forget()
        self.market.behave()
        self.now = clock.now()
        self.windfalls = 0
        self.shop_id = 0
        self.cases: list[int] = []
        advances.set_limit("CNY", 1_500, actor=Actor.system(), now=self.now)

    @initialize(amount=st.integers(1, 1_000), refused=st.booleans())
    def the_first_case(self, amount: int, refused: bool) -> None:
        self.a_case_is_settled(amount, True)
        if refused:
            self.the_marketplace_refuses("refund_to_buyer")
        self.the_engine_ticks()

    @rule(amount=st.integers(1, 1_000), escrowed=st.booleans())
    @precondition(lambda self: len(self.cases) < 4)
    def a_case_is_settled(self, amount: int, escrowed: bool) -> None:
        made = reach.a_scene(paid=PAID)
        if escrowed:
            movements.post_due(500, now=clock.now())
        self.shop_id = made.shop.pk
        settle_on(made, amount)
        start(made.case.pk)
        self.cases.append(made.case.pk)
        self.now = max(self.now, clock.now())  # what was just planned is due

    @rule(amount=st.integers(1, 900), deposit=st.booleans())
    @precondition(lambda self: self.shop_id)
    def the_merchant_has_money(self, amount: int, deposit: bool) -> None:
        self.windfalls += 1
        name = (keys.deposit if deposit else keys.settlement)(self.shop_id, "CNY")
        legs = {keys.outside("CNY"): -amount, name: amount}
        act(lambda: book.post(f"w{self.windfalls}", legs, reference="x", kind="deposit", at=self.now))()

    @rule(
        mode=st.sampled_from(["answer", "answer", "pay_then_fail", "pay_then_drop", "fail", "babble", "answer_twice"])
    )
    def the_marketplace_behaves(self, mode: str) -> None:
        self.market.behave(mode)

    @rule(kind=st.sampled_from(sorted(TO_BUYER | {"release", "recover_settlement"})))
    def the_marketplace_refuses(self, kind: str) -> None:
        self.market.behave("refuse", kind=kind)

    @rule(hours=st.sampled_from([0, 1, 3, 30]))
    def time_passes(self, hours: int) -> None:
        self.now += timedelta(hours=hours)

    @rule()
    def the_engine_ticks(self) -> None:
        movements.post_due(500, now=self.now)
        for step_id in execution.due_steps(self.now, limit=20):
            execution.attempt(step_id, now=self.now)

    @rule(place=st.integers(1, 45))
    def a_worker_dies(self, place: int) -> None:
        for step_id in execution.due_steps(self.now, limit=1):
            with connection.execute_wrapper(dying(place)), suppress(Died):
                execution.attempt(step_id, now=self.now)

    @rule()
    def what_is_owed_is_drawn(self) -> None:
        recoveries.recover_due(10, now=self.now)

    @invariant()
    def the_books_balance(self) -> None:
        assert book.audit() == []

    @invariant()
    def the_marketplace_paid_what_the_books_say_and_each_thing_once(self) -> None:
        paid = {row["key"]: row["amount"] for row in self.market.payments()}
        steps = {step.key: step for step in Step.objects.filter(execution__case_id__in=self.cases)}
        for key, amount in paid.items():
            assert steps[key].amount == amount
            assert steps[key].state in (Step.SENT, Step.UNKNOWN, Step.DONE)
        for step in steps.values():
            told = step.state == Step.DONE and (step.purpose, step.source) != ("refund", "receivable")
            assert not told or step.key in paid

    @invariant()
    def every_case_that_is_closed_stands_as_it_was_settled(self) -> None:
        for case_id in self.cases:
            case = Case.objects.get(pk=case_id)
            borne = plan.borne_by(execution.carried_out(case))
            award = Outcome.objects.get(case=case, superseded_at=None).amount
            assert sum(borne.values()) <= award
            open_steps = Step.objects.filter(execution__case=case, next_attempt_at__isnull=False)
            if case.state == State.CLOSED:
                assert sum(borne.values()) == award
                assert -book.balance(keys.due(case_id, "CNY")) == borne[plan.Pot.RECEIVABLE] >= 0
                assert -book.balance(keys.recourse(case_id, "CNY")) == borne[plan.Pot.ADVANCE] >= 0
            else:
                assert case.state == State.ENFORCING and open_steps.exists()
            if not open_steps.exists():
                assert book.balance(keys.clearing(case_id, "CNY")) == 0

    @invariant()
    def nothing_is_below_its_floor(self) -> None:
        for account in Account.objects.filter(floor__isnull=False):
            assert account.floor is not None and account.balance >= account.floor

    def teardown(self) -> None:
        try:
            self.everything_comes_to_an_end()
        finally:
            transaction.savepoint_rollback(self.world)

    def everything_comes_to_an_end(self) -> None:
        """The marketplace comes to its senses; days later no case is open and no execution unfinished."""
        self.market.behave()
        for _day in range(4):
            self.now += timedelta(days=2)
            for _round in range(8):
                self.the_engine_ticks()
        self.every_case_that_is_closed_stands_as_it_was_settled()
        states = Counter(Case.objects.filter(pk__in=self.cases).values_list("state", flat=True))
        assert set(states) <= {State.CLOSED.value}
        unfinished = Execution.objects.exclude(state=Execution.DONE).exclude(purpose__in=["hold", "lift"])
        assert not unfinished.exists()


def test_whatever_happens_the_money_is_where_the_awards_say(market: Market) -> None:
    reach.a_scene()  # the catalogue is loaded once, outside of every example
    Court.market = market
    run_state_machine_as_test(  # type: ignore[no-untyped-call]
        Court,
        settings=settings(
            max_examples=12,
            stateful_step_count=20,
            phases=[Phase.explicit, Phase.reuse, Phase.generate],  # twenty steps can be read; shrinking takes minutes
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
