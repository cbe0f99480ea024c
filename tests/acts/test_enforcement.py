"""Carrying out an outcome: the right money, once, whatever the marketplace answers and whoever dies in between."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from common import clock
from common.actor import Actor
from common.acts import act
from common.errors import Refused
from demo_market.server import Market
from disputes import awards, moves, negotiation, outcomes, queries
from disputes.awards import Award, Payer, Source
from disputes.lifecycle import Event, Facts, State
from disputes.models import Case
from disputes.transitions import advance
from enforcement import advances, execution, holds, marks, movements, reconciliation, recoveries
from enforcement.models import Execution, Hold, Postponed, Proposal, Step
from journal import book as journal
from journal.models import Entry
from ledger import book, keys
from ledger.models import Posting
from marketplace.gateway import Answer, Result
from marketplace.models import Movement
from tests import deciding, reach
from tests.acts.market import market, paid_out, running_market
from tests.reach import Scene

__all__ = ["market", "running_market"]
pytestmark = pytest.mark.django_db

PAID = 68_000
SOON = timedelta(minutes=3)


def escrow(made: Scene) -> int:
    return book.balance(keys.escrow(made.case.order_id, "CNY"))


def settlement(made: Scene) -> int:
    return book.balance(keys.settlement(made.shop.pk, "CNY"))


def deposit(made: Scene) -> int:
    return book.balance(keys.deposit(made.shop.pk, "CNY"))


def receivable(made: Scene) -> int:
    return book.balance(keys.receivable(made.shop.pk, "CNY"))


@act
def give(account: str, amount: int, *, key: str = "gift") -> Posting:
    """Money that a merchant has from elsewhere."""
    legs = {keys.outside("CNY"): -amount, account: amount}
    return book.post(f"{key}:{account}", legs, reference="elsewhere", kind="deposit", at=clock.now())


@act
def start(made: Scene) -> Execution:
    case = queries.lock(made.case.pk)
    assert case.outcome is not None
    return execution.start(case, case.outcome, now=clock.now())


def run(now: datetime | None = None, *, rounds: int = 12) -> datetime:
    """What the engine does about money, until nothing is due."""
    now = now or clock.now()
    movements.post_due(500, now=now)
    for _round in range(rounds):
        due = execution.due_steps(now, limit=50)
        if not due:
            break
        for step_id in due:
            execution.attempt(step_id, now=now)
    return now


def agreed(**scene: Any) -> Scene:
    """The merchant has agreed to refund; what was paid is in escrow."""
    made = reach.a_scene(**scene)
    movements.post_due(500, now=clock.now())
    negotiation.agree_refund(made.case.pk, actor=made.merchant, now=clock.now())
    made.reload()
    return made


@act
def settle_on(made: Scene, award: Award) -> Case:
    """Both sides have accepted a settlement: the shortest lawful way to any award."""
    case = queries.lock(made.case.pk)
    now = clock.now()
    facts = replace(moves.facts_of(case, made.buyer, now), offer_is_open=True, offer_settles=True, offer_returns=False)
    return advance(case, Event.OFFER_ACCEPTED, actor=made.buyer, now=now, facts=facts, award=award)


def an_award(amount: int, **more: Any) -> Award:
    return Award(source=Source.SETTLED, remedy="R2", amount=amount, currency="CNY", ground="CONSENT", **more)


def settled(amount: int, *, escrowed: bool = True, **more: Any) -> Scene:
    made = reach.a_scene()
    if escrowed:
        movements.post_due(500, now=clock.now())
    settle_on(made, an_award(amount, **more))
    made.reload()
    return made


# --- the straight way


def test_an_agreed_refund_is_paid_from_escrow_and_closes_the_case(market: Market) -> None:
    made = agreed()
    start(made)
    assert made.state is State.ENFORCING and escrow(made) == PAID
    run()
    assert made.state is State.CLOSED
    assert paid_out(market) == [("refund_to_buyer", PAID)]
    assert escrow(made) == settlement(made) == 0
    assert book.balance(keys.outside("CNY")) == 0
    kinds = list(Entry.objects.filter(stream=made.case.stream).order_by("seq").values_list("kind", flat=True))
    assert kinds[-3:] == ["payment_started", "payment_done", "execution_finished"]
    assert journal.verify(made.case.stream_id) is None


def test_starting_twice_changes_nothing(market: Market) -> None:
    made = agreed()
    assert start(made).pk == start(made).pk
    run()
    assert start(made).state == Execution.DONE
    assert paid_out(market) == [("refund_to_buyer", PAID)]


def test_a_partial_refund_pays_the_buyer_and_releases_the_rest_to_the_merchant(market: Market) -> None:
    made = settled(20_000)
    start(made)
    run()
    assert paid_out(market) == [("refund_to_buyer", 20_000), ("release", 48_000)]
    assert (escrow(made), settlement(made)) == (0, 48_000)


def test_return_freight_goes_to_the_buyer_on_top(market: Market) -> None:
    made = settled(PAID + 1_200, freight_amount=1_200, freight_payer=Payer.MERCHANT)
    give(keys.settlement(made.shop.pk, "CNY"), 5_000)
    start(made)
    run()
    assert paid_out(market) == [("refund_to_buyer", PAID), ("deduct_settlement", 1_200)]
    assert settlement(made) == 3_800
    freight = Posting.objects.filter(reference=f"case:{made.case.pk}", kind="freight").get()
    assert keys.freight(made.case.pk, "CNY") in {leg.account.key for leg in freight.legs.select_related("account")}


def test_where_escrow_is_empty_the_ladder_goes_on_to_the_platforms_fund(market: Market) -> None:
    made = settled(PAID, escrowed=False)
    Movement.objects.all().update(posted_at=clock.now())  # paid out long ago
    give(keys.settlement(made.shop.pk, "CNY"), 30_000)
    give(keys.deposit(made.shop.pk, "CNY"), 20_000)
    advances.set_limit("CNY", 100_000, actor=Actor.system(), now=clock.now())
    start(made)
    run()
    assert paid_out(market) == [("deduct_settlement", 30_000), ("deduct_deposit", 20_000), ("advance", 18_000)]
    assert receivable(made) == 18_000 == -book.balance(keys.recourse(made.case.pk, "CNY"))
    assert made.state is State.CLOSED


def test_what_nobody_can_pay_closes_the_case_with_a_debt(market: Market) -> None:
    made = settled(PAID, escrowed=False)
    Movement.objects.all().update(posted_at=clock.now())
    started = start(made)
    run()
    assert paid_out(market) == []
    assert made.state is State.CLOSED
    started.refresh_from_db()
    assert started.shortfall == receivable(made) == -book.balance(keys.due(made.case.pk, "CNY")) == PAID
    finished = Entry.objects.get(stream=made.case.stream, kind="execution_finished")
    assert finished.data["shortfall"] == PAID


def test_what_is_owed_is_drawn_when_the_merchant_has_money_the_buyer_first(market: Market) -> None:
    made = settled(PAID, escrowed=False)
    Movement.objects.all().update(posted_at=clock.now())
    advances.set_limit("CNY", 8_000, actor=Actor.system(), now=clock.now())
    start(made)
    now = run()
    assert recoveries.recover_due(10, now=now) == 0
    give(keys.settlement(made.shop.pk, "CNY"), 65_000)
    assert recoveries.recover_due(10, now=now) == 1
    assert recoveries.recover_due(10, now=now) == 0  # while it is under way
    run(now)
    assert paid_out(market) == [("advance", 8_000), ("deduct_settlement", 60_000), ("recover_settlement", 5_000)]
    assert receivable(made) == 3_000 == -book.balance(keys.recourse(made.case.pk, "CNY"))
    assert book.balance(keys.due(made.case.pk, "CNY")) == 0
    give(keys.deposit(made.shop.pk, "CNY"), 9_000)
    assert recoveries.recover_due(10, now=now) == 1
    run(now)
    assert receivable(made) == book.balance(keys.advance("CNY")) == 0
    assert recoveries.recover_due(10, now=now) == 0


# --- what the marketplace may answer


def test_a_refused_payment_is_drawn_from_the_next_rung(market: Market) -> None:
    made = agreed()
    give(keys.deposit(made.shop.pk, "CNY"), 100_000)
    market.behave("refuse", kind="refund_to_buyer", code="account_frozen")
    start(made)
    run()
    # What escrow would not give is the merchant's, once another rung has paid for it.
    assert paid_out(market) == [("deduct_deposit", PAID), ("release", PAID)]
    assert made.state is State.CLOSED
    refused = Step.objects.get(state=Step.REFUSED)
    assert (refused.source, refused.last_error_code) == ("escrow", "account_frozen")
    assert escrow(made) == 0 and settlement(made) == PAID and deposit(made) == 100_000 - PAID
    assert Entry.objects.filter(stream=made.case.stream, kind="payment_refused").count() == 1


@pytest.mark.parametrize(
    "mode",
    ["time_out", "pay_then_drop", "drop_then_pay", "answer_late", "answer_twice", "fail", "pay_then_fail", "babble"],
)
def test_whatever_the_marketplace_does_the_buyer_is_paid_once(
    market: Market, mode: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("marketplace.gateway.http.ANSWER_SECONDS", 0.3)
    made = agreed()
    market.behave(mode, times=2, seconds=0.5, kind="refund_to_buyer")
    start(made)
    now = clock.now()
    for tries in range(6):
        run(now, rounds=1)
        now += execution.BACK_OFF[min(tries, 5)] + SOON
    market.wait()
    assert paid_out(market) == [("refund_to_buyer", PAID)]
    assert made.state is State.CLOSED
    assert book.balance(keys.clearing(made.case.pk, "CNY")) == 0


def test_not_knowing_is_told_once_and_asked_again_under_the_same_key_ever_more_rarely(market: Market) -> None:
    made = agreed()
    market.behave("fail")
    start(made)
    now, waits = clock.now(), []
    for _try in range(8):
        step = Step.objects.get(purpose="refund")
        execution.attempt(step.pk, now=now)
        step.refresh_from_db()
        assert step.state == Step.UNKNOWN and step.next_attempt_at is not None
        assert execution.attempt(step.pk, now=step.next_attempt_at - timedelta(seconds=1)) is None
        waits.append(step.next_attempt_at - now)
        now = step.next_attempt_at
    assert waits == [*execution.BACK_OFF, execution.BACK_OFF[-1], execution.BACK_OFF[-1]]
    assert Entry.objects.filter(stream=made.case.stream, kind="payment_unknown").count() == 1
    assert made.state is State.ENFORCING and escrow(made) == 0  # set apart, and nobody else's
    market.behave()
    run(now)
    assert made.state is State.CLOSED


def test_a_gateway_that_raises_is_not_knowing(monkeypatch: pytest.MonkeyPatch) -> None:
    class Broken:
        def carry_out(self, instruction: object) -> Answer:
            raise OSError("no route")

    monkeypatch.setattr("marketplace.gateway.current", Broken)
    made = agreed()
    start(made)
    step = Step.objects.get(purpose="refund")
    assert execution.attempt(step.pk, now=clock.now()) is Result.UNKNOWN
    step.refresh_from_db()
    assert (step.state, step.last_error_code) == (Step.UNKNOWN, "oserror")


def test_an_answer_that_comes_twice_changes_nothing(market: Market) -> None:
    made = agreed()
    start(made)
    run()
    step = Step.objects.get(purpose="refund")
    before = Posting.objects.count()
    execution.write_down(step.pk, Answer.done("again"), now=clock.now())
    execution.write_down(step.pk, Answer.refused("late"), now=clock.now())
    step.refresh_from_db()
    assert step.state == Step.DONE and Posting.objects.count() == before


def test_money_that_went_elsewhere_meanwhile_is_drawn_from_the_next_rung(market: Market) -> None:
    made = agreed()
    give(keys.settlement(made.shop.pk, "CNY"), 50_000)
    start(made)
    account = keys.escrow(made.case.order_id, "CNY")
    act(
        lambda: book.post(
            "elsewhere", {account: -40_000, keys.outside("CNY"): 40_000}, reference="x", kind="refund", at=clock.now()
        )
    )()
    run()
    assert paid_out(market) == [("refund_to_buyer", 28_000), ("deduct_settlement", 40_000)]
    assert made.state is State.CLOSED


# --- before its time


def test_nothing_starts_while_the_case_may_still_be_appealed() -> None:
    made = reach.a_scene()

    @act
    def decide_too_early() -> None:
        case = queries.lock(made.case.pk)
        outcome = outcomes.record(
            case, awards.refund(source=Source.RULED, remedy="R2", amount=5, currency="CNY"), now=clock.now()
        )
        case.save()
        execution.start(case, outcome, now=clock.now())

    with pytest.raises(Refused, match="not_executable"):
        decide_too_early()


@pytest.mark.parametrize(
    ("purpose", "source"), [("settlement", "escrow"), ("settlement", "advance"), ("advance", "escrow")]
)
def test_postgresql_lets_no_money_go_before_its_time_whoever_writes(purpose: str, source: str) -> None:
    made = ruled(5)
    now = clock.now()
    if purpose == Execution.ADVANCE:
        approved(made)
    early = Execution.objects.create(
        case=made.case, outcome=made.case.outcome, purpose=purpose, round=0, state=Execution.RUNNING, started_at=now
    )
    step = Step.objects.create(
        execution=early,
        order=1,
        key="early",
        purpose="refund",
        source=source,
        target="buyer",
        amount=5,
        currency="CNY",
        next_attempt_at=now,
    )
    with pytest.raises(DatabaseError, match="may not be executed yet"), transaction.atomic():
        Step.objects.filter(pk=step.pk).update(state=Step.SENT, sent_at=now)
    with pytest.raises(DatabaseError, match="may not be executed yet"), transaction.atomic():
        Step.objects.create(
            execution=early,
            order=2,
            key="earlier",
            purpose="refund",
            source=source,
            target="buyer",
            amount=5,
            currency="CNY",
            state=Step.SENT,
            sent_at=now,
            next_attempt_at=now,
        )


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE enforcement_step SET state = 'pending', next_attempt_at = now() WHERE purpose = 'refund'",
        "UPDATE enforcement_step SET amount = amount + 1",
        "UPDATE enforcement_step SET key = key || 'x'",
        "DELETE FROM enforcement_step",
        "DELETE FROM enforcement_execution",
        "UPDATE enforcement_execution SET round = round + 1",
        "INSERT INTO enforcement_execution (case_id, outcome_id, purpose, round, state, shortfall, started_at) "
        "SELECT case_id, NULL, purpose, round, 'running', 0, started_at FROM enforcement_execution",
    ],
)
def test_postgresql_refuses_to_reopen_or_repeat_what_was_carried_out(market: Market, statement: str) -> None:
    made = agreed()
    start(made)
    run()
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


# --- 先行赔付


@act
def rule(made: Scene, award: Award) -> Case:
    """A ruling is served and may be appealed. The desk's own acts are tested where the desk is."""
    case, now = queries.lock(made.case.pk), clock.now()
    judge = made.arbitrator
    for event in (Event.TAKEN, Event.RULING_SERVED):
        facts = replace(moves.facts_of(case, judge, now), needs_approval=False, assigned_to_me=True, has_interest=False)
        served = award if event is Event.RULING_SERVED else None
        changes = {"ruled_by_id": judge.id} if served else {"assignee_id": judge.id}
        case = advance(case, event, actor=judge, now=now, facts=facts, award=served, changes=changes)
    return case


@act
def decide_appeal(made: Scene, event: Event, award: Award | None) -> Case:
    case, now = queries.lock(made.case.pk), clock.now()
    for actor, happened in (
        (made.merchant, Event.APPEAL_FILED),
        (made.buyer, Event.APPEAL_ANSWERED),
        (made.senior, event),
    ):
        facts: Facts = replace(moves.facts_of(case, actor, now), assigned_to_me=True)
        case = advance(case, happened, actor=actor, now=now, facts=facts, award=award if happened is event else None)
    return case


def pay_in_advance(made: Scene) -> Proposal:
    """A senior proposes, somebody of operations approves."""
    proposal = advances.propose(made.case.pk, reason="凭证确凿，商家没有回应。", actor=made.senior, now=clock.now())
    advances.approve(proposal.pk, actor=made.ops, now=clock.now())
    return proposal


def approved(made: Scene) -> Proposal:
    """As a row only: two people agreed, and nothing was started."""
    return Proposal.objects.create(
        case=made.case,
        outcome=made.case.outcome,
        amount=5,
        currency="CNY",
        reason="x",
        state=Proposal.APPROVED,
        proposed_by_id=made.senior.id,
        proposed_at=clock.now(),
        decided_by_id=made.ops.id,
        decided_at=clock.now(),
    )


def ruled(amount: int) -> Scene:
    deciding.rules(advance_amount=PAID)
    made = reach.queued()
    movements.post_due(500, now=clock.now())
    rule(made, Award(source=Source.RULED, remedy="R2", amount=amount, currency="CNY", ground="CONSENT"))
    made.reload()
    return made


def test_the_platform_pays_first_and_is_made_good_when_the_ruling_stands(market: Market) -> None:
    made = ruled(PAID)
    now = clock.now()
    with pytest.raises(Refused, match="insufficient_funds"):
        pay_in_advance(made)
    advances.set_limit("CNY", 100_000, reason="试行", actor=made.ops, now=now)
    for nobody in (made.buyer, made.merchant, made.arbitrator):
        with pytest.raises(Refused, match="not_for_this_role"):
            advances.propose(made.case.pk, reason="x", actor=nobody, now=now)
    proposal = pay_in_advance(made)
    advances.approve(proposal.pk, actor=made.ops, now=now)  # the same click again
    run()
    assert paid_out(market) == [("advance", PAID)]
    assert made.state is State.APPEAL_WINDOW and escrow(made) == PAID and receivable(made) == PAID
    reach.let_term_end(made)
    start(made)
    run()
    assert paid_out(market) == [("advance", PAID), ("recover_escrow", PAID)]
    assert made.state is State.CLOSED
    assert escrow(made) == receivable(made) == book.balance(keys.advance("CNY")) == 0


def test_a_ruling_changed_on_appeal_restores_everything(market: Market) -> None:
    made = ruled(PAID)
    advances.set_limit("CNY", 100_000, reason="试行", actor=made.ops, now=clock.now())
    pay_in_advance(made)
    run()
    decide_appeal(made, Event.APPEAL_CHANGED, awards.release(source=Source.APPEALED, currency="CNY"))
    market.behave("refuse", kind="reclaim", code="account_empty")
    start(made)
    run()
    assert made.state is State.CLOSED
    assert paid_out(market) == [("advance", PAID), ("release", PAID)]
    assert (escrow(made), settlement(made), receivable(made)) == (0, PAID, 0)
    # The buyer did not give it back: it stands open against the buyer, and the platform bears it.
    assert book.balance(keys.reclaim(made.case.pk, "CNY")) == PAID == -book.balance(keys.advance("CNY"))


def test_an_outcome_waits_for_an_advance_of_which_nobody_knows_yet(market: Market) -> None:
    made = ruled(PAID)
    advances.set_limit("CNY", 100_000, reason="试行", actor=made.ops, now=clock.now())
    market.behave("pay_then_fail", times=1, kind="advance")
    pay_in_advance(made)
    now = run(rounds=1)
    decide_appeal(made, Event.APPEAL_CHANGED, awards.release(source=Source.APPEALED, currency="CNY"))
    assert start(made).state == Execution.WAITING
    assert made.state is State.ENFORCING
    run(now + timedelta(hours=1))
    assert paid_out(market) == [("advance", PAID), ("reclaim", PAID), ("release", PAID)]
    assert made.state is State.CLOSED and settlement(made) == PAID


# --- holds and movements


def test_while_a_case_is_open_its_order_is_not_settled(market: Market) -> None:
    made = reach.a_scene()
    hold(made)
    hold(made)
    now = clock.now()
    Movement.objects.create(
        key="paid-out", kind="settlement", order_id=made.case.order_id, amount=PAID, currency="CNY", at=now
    )
    run(now)
    assert (escrow(made), settlement(made)) == (PAID, 0)
    assert Postponed.objects.get().reason == "held"
    assert [row["kind"] for row in market.payments()] == ["hold_settlement"]
    negotiation.withdraw(made.case.pk, actor=made.buyer, now=now)
    lift(made)
    lift(made)
    run(clock.now())
    assert (escrow(made), settlement(made)) == (0, PAID)
    assert [row["kind"] for row in market.payments()] == ["hold_settlement", "lift_hold"]
    assert not Postponed.objects.exists() and not Hold.objects.filter(lifted_at=None).exists()


def test_a_hold_is_never_told_after_its_lifting(market: Market) -> None:
    made = reach.a_scene()
    market.behave("fail", times=1)
    hold(made)
    now = run(rounds=1)
    lift(made)
    for _hour in range(3):
        run(now, rounds=3)
        now += timedelta(hours=1)
    assert [row["kind"] for row in market.payments()] == ["hold_settlement", "lift_hold"]


@act
def hold(made: Scene) -> Hold:
    return holds.place(queries.lock(made.case.pk), now=clock.now())


@act
def lift(made: Scene) -> None:
    holds.release(queries.lock(made.case.pk), now=clock.now())


def test_a_movement_is_posted_once_and_what_cannot_be_posted_blocks_no_other() -> None:
    made = reach.a_scene()
    now = clock.now()
    shop = {"currency": "CNY", "at": now, "merchant": made.shop}
    order = {"currency": "CNY", "at": now, "order_id": made.case.order_id}
    Movement.objects.create(key="m1", kind="refund_deposit", amount=1, **shop)  # nothing there yet
    Movement.objects.create(key="m2", kind="deposit", amount=500, **shop)
    Movement.objects.create(key="m3", kind="deposit", amount=-200, **shop)
    Movement.objects.create(key="m4", kind="refund_escrow", amount=8_000, **order)
    Movement.objects.create(key="m5", kind="settlement", amount=20_000, **order)
    Movement.objects.create(key="m6", kind="refund_settlement", amount=5_000, **order)
    assert movements.post_due(500, now=now) == 7
    assert movements.post_due(500, now=now) == 0
    assert (escrow(made), settlement(made), deposit(made)) == (PAID - 28_000, 15_000, 300)
    assert Postponed.objects.get().reason == "insufficient_funds"
    assert movements.post_due(500, now=now + timedelta(hours=1)) == 1
    assert deposit(made) == 299 and not Postponed.objects.exists()


def test_a_closed_case_counts_in_the_merchants_measures(market: Market) -> None:
    made = ruled(PAID)
    reach.let_term_end(made)
    start(made)
    now = run()
    since, until = now - timedelta(days=30), now + timedelta(seconds=1)
    assert marks.dispute_refunds(made.shop.pk, since=since, until=until) == 1
    assert marks.interventions(made.shop.pk, since=since, until=until) == 1
    assert marks.dispute_refunds(made.shop.pk, since=since, until=now) == 0


# --- dying between any two statements


class Died(BaseException):
    """Not an Exception: nothing in the house may catch it, as nothing catches kill -9."""


@contextmanager
def dying_at(statement: int) -> Any:
    """Die when the ``statement``-th statement is about to be sent. Yields whether it came to that."""
    seen = [0]

    def count(send: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        seen[0] += 1
        if seen[0] == statement:
            raise Died
        return send(sql, params, many, context)

    with connection.execute_wrapper(count), suppress(Died):
        yield


@pytest.mark.parametrize("mode", ["answer", "pay_then_fail", "refuse"])
def test_dying_between_any_two_statements_loses_nothing_and_doubles_nothing(market: Market, mode: str) -> None:
    """Every place at which an attempt can be cut off, one after the other, in one and the same database."""
    scene = reach.a_scene()
    movements.post_due(500, now=clock.now())
    give(keys.deposit(scene.shop.pk, "CNY"), 100_000)
    settle_on(scene, an_award(20_000))
    for place in range(1, 200, 1 if mode == "answer" else 5):
        world = transaction.savepoint()  # a world of its own, gone after this place
        market.books.forget()
        market.behave(mode, times=None if mode == "refuse" else 1, kind="refund_to_buyer")
        start(scene)
        step = Step.objects.get(purpose="refund")
        now, died = clock.now(), True
        with dying_at(place):
            execution.attempt(step.pk, now=now)
            died = False
        for _try in range(4):
            run(now)
            now += timedelta(hours=1)
        assert Case.objects.get(pk=scene.case.pk).state == State.CLOSED
        told = paid_out(market)
        to_buyer = [(kind, amount) for kind, amount in told if kind != "release"]
        assert [amount for _kind, amount in to_buyer] == [20_000]
        assert (to_buyer[0][0] == "refund_to_buyer") == (mode != "refuse")
        released = sum(amount for kind, amount in told if kind == "release")
        assert released == PAID - (0 if mode == "refuse" else 20_000)
        assert book.audit() == []
        assert book.balance(keys.clearing(scene.case.pk, "CNY")) == 0
        transaction.savepoint_rollback(world)
        if not died:
            assert place > 20
            return
    raise AssertionError("an attempt never came to its end")


# --- what people must look at


def test_what_does_not_fit_together_is_found_and_named(market: Market) -> None:
    made = settled(20_000)
    assert reconciliation.findings(clock.now()) == []
    market.behave("fail", kind="refund_to_buyer")
    run()
    later = clock.now() + timedelta(days=2)
    assert [(f.code, f.what) for f in reconciliation.findings(later)] == [("not_started", made.case.number)]
    start(made)
    run()
    found = reconciliation.findings(later)
    assert [(f.code, f.amount, f.currency) for f in found] == [("answer_unknown", 20_000, "CNY")]
    market.behave("refuse")
    Movement.objects.create(
        key="odd", kind="refund_deposit", amount=1, currency="CNY", at=clock.now(), merchant=made.shop
    )
    run(clock.now() + timedelta(hours=1))
    codes = {(f.code, f.amount) for f in reconciliation.findings(later + timedelta(days=1))}
    assert codes == {("refused_for_good", 20_000), ("movement_waits", 1)}
    assert reconciliation.books() == []


# --- two connections


@pytest.mark.django_db(transaction=True)
def test_many_who_attempt_the_same_step_pay_once(market: Market) -> None:
    made = agreed()
    start(made)
    step = Step.objects.get(purpose="refund")
    now = clock.now()
    barrier = threading.Barrier(6)

    def one() -> None:
        try:
            barrier.wait(10)
            execution.attempt(step.pk, now=now)
        finally:
            connection.close()

    threads = [threading.Thread(target=one) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert paid_out(market) == [("refund_to_buyer", PAID)]
    assert [row["asked"] for row in market.payments()] == [1]
    assert made.state is State.CLOSED
