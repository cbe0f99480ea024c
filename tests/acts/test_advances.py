"""Advance payments take two people, neither of whom ruled; the limit of the fund has a reason; recovery is patient."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import DatabaseError, transaction

from common import clock
from common.actor import Actor, Role
from common.errors import Refused
from demo_market.server import Market
from disputes import awards
from disputes.awards import Source
from disputes.lifecycle import Event
from enforcement import advances, execution, reconciliation, recoveries, setbacks
from enforcement.models import Execution, FundLimit, Proposal, Recovery, Step
from journal.kinds import Kind
from journal.models import Entry
from ledger import book, keys
from marketplace.models import Movement
from tests import builders, deciding
from tests.acts.market import market, paid_out, running_market
from tests.acts.test_enforcement import PAID, approved, decide_appeal, give, pay_in_advance, ruled, run, settled, start
from tests.reach import Scene

__all__ = ["market", "running_market"]
pytestmark = pytest.mark.django_db


def a_ruling(amount: int = PAID) -> Scene:
    made = ruled(amount)
    advances.set_limit("CNY", 100_000, reason="试行", actor=made.ops, now=clock.now())
    return made


def test_an_advance_takes_two_people() -> None:
    made = a_ruling()
    proposal = advances.propose(made.case.pk, reason="凭证确凿。", actor=made.ops, now=clock.now())
    with pytest.raises(Refused, match="takes_another"):
        advances.approve(proposal.pk, actor=made.ops, now=clock.now())
    with pytest.raises(Refused, match="not_for_this_role"):
        advances.approve(proposal.pk, actor=made.senior, now=clock.now())
    advances.approve(proposal.pk, actor=builders.an_officer(Role.OPS), now=clock.now())
    assert Execution.objects.get(case=made.case, purpose=Execution.ADVANCE).steps.get().amount == PAID
    kinds = Entry.objects.filter(stream_id=made.case.stream_id, kind__startswith="advance_").order_by("seq")
    assert [entry.kind for entry in kinds] == [Kind.ADVANCE_PROPOSED, Kind.ADVANCE_APPROVED]


def test_nobody_proposes_or_approves_who_ruled() -> None:
    made = a_ruling()
    judge = Actor(Role.OPS, made.arbitrator.id)
    with pytest.raises(Refused, match="own_ruling"):
        advances.propose(made.case.pk, reason="x", actor=judge, now=clock.now())
    proposal = advances.propose(made.case.pk, reason="x", actor=made.senior, now=clock.now())
    with pytest.raises(Refused, match="own_ruling"):
        advances.approve(proposal.pk, actor=judge, now=clock.now())


@pytest.mark.parametrize("who", ["one_person", "who_ruled", "decided_twice", "more"])
def test_postgresql_keeps_the_two_apart_whoever_writes(who: str) -> None:
    made = a_ruling()
    proposal = advances.propose(made.case.pk, reason="x", actor=made.senior, now=clock.now())
    row = Proposal.objects.filter(pk=proposal.pk)
    changes = {
        "one_person": {"state": "approved", "decided_by_id": made.senior.id, "decided_at": clock.now()},
        "who_ruled": {"state": "approved", "decided_by_id": made.arbitrator.id, "decided_at": clock.now()},
        "decided_twice": {"state": "open", "decided_by_id": None, "decided_at": None},
        "more": {"amount": 1},
    }[who]
    if who == "decided_twice":
        advances.decline(proposal.pk, reason="再等等。", actor=made.ops, now=clock.now())
    with pytest.raises(DatabaseError), transaction.atomic():
        row.update(**changes)


def test_postgresql_starts_no_advance_that_nobody_approved() -> None:
    made = a_ruling()
    advances.propose(made.case.pk, reason="x", actor=made.senior, now=clock.now())
    with pytest.raises(DatabaseError, match="takes two people"), transaction.atomic():
        Execution.objects.create(
            case=made.case,
            outcome=made.case.outcome,
            purpose=Execution.ADVANCE,
            round=made.case.round,
            state=Execution.RUNNING,
            started_at=clock.now(),
        )


def test_no_more_is_advanced_than_the_rules_allow(market: Market) -> None:
    deciding.rules(advance_amount=5_000)
    made = a_ruling()
    assert advances.payable(made.case, made.case.outcome, made.ops) == 5_000
    pay_in_advance(made)
    run()
    assert paid_out(market) == [("advance", 5_000)]
    with pytest.raises(Refused, match="already_advanced"):
        advances.propose(made.case.pk, reason="x", actor=made.senior, now=clock.now())


def test_a_proposal_is_made_once_and_can_be_declined_with_a_reason() -> None:
    made = a_ruling()
    proposal = advances.propose(made.case.pk, reason="x", actor=made.senior, now=clock.now())
    with pytest.raises(Refused, match="already_proposed"):
        advances.propose(made.case.pk, reason="y", actor=made.ops, now=clock.now())
    with pytest.raises(Refused, match="text_missing"):
        advances.decline(proposal.pk, reason=" ", actor=made.ops, now=clock.now())
    advances.decline(proposal.pk, reason="商家当天会付。", actor=made.ops, now=clock.now())
    with pytest.raises(Refused, match="proposal_is_decided"):
        advances.approve(proposal.pk, actor=builders.an_officer(Role.OPS), now=clock.now())
    advances.propose(made.case.pk, reason="还是没有付。", actor=made.senior, now=clock.now())


def test_a_proposal_ends_with_the_outcome_it_was_made_for(market: Market) -> None:
    made = a_ruling()
    proposal = advances.propose(made.case.pk, reason="x", actor=made.senior, now=clock.now())
    decide_appeal(made, Event.APPEAL_CHANGED, awards.release(source=Source.APPEALED, currency="CNY"))
    with pytest.raises(Refused, match="outcome_has_changed"):
        advances.approve(proposal.pk, actor=made.ops, now=clock.now())
    assert paid_out(market) == []


def test_the_limit_of_the_fund_has_a_reason_and_a_history() -> None:
    ops = builders.an_officer(Role.OPS)
    with pytest.raises(Refused, match="text_missing"):
        advances.set_limit("CNY", 5_000, actor=ops, now=clock.now())
    advances.set_limit("CNY", 5_000, reason="双十一", actor=ops, now=clock.now())
    advances.set_limit("CNY", 2_000, reason="活动结束", actor=ops, now=clock.now())
    assert list(FundLimit.objects.order_by("pk").values_list("before", "amount", "reason")) == [
        (0, 5_000, "双十一"),
        (5_000, 2_000, "活动结束"),
    ]
    assert advances.limit_of("CNY") == 2_000 and advances.limit_of("JPY") == 0
    with pytest.raises(DatabaseError), transaction.atomic():
        FundLimit.objects.update(amount=1)


def owing(market: Market) -> Scene:
    """A closed case whose merchant owes the platform, has money now, and whose marketplace does not draw it."""
    made = settled(PAID, escrowed=False)
    Movement.objects.all().update(posted_at=clock.now())
    advances.set_limit("CNY", PAID, reason="x", actor=made.ops, now=clock.now())
    start(made)
    run()
    give(keys.settlement(made.shop.pk, "CNY"), PAID)
    market.behave("refuse", kind="recover_settlement", code="account_frozen")
    return made


def test_a_recovery_that_is_refused_waits_ever_longer_and_is_then_left_to_people(market: Market) -> None:
    made = owing(market)
    now = clock.now()
    for number, wait in enumerate(setbacks.BACK_OFF, start=1):
        assert recoveries.recover_due(10, now=now) == 1
        run(now)
        assert Recovery.objects.get().refusals == number
        for _tick in range(5):
            assert recoveries.recover_due(10, now=now + wait - timedelta(seconds=1)) == 0
        now += wait
    assert recoveries.recover_due(10, now=now) == 1
    run(now)
    assert Recovery.objects.get().parked_at is not None
    assert recoveries.recover_due(10, now=now + timedelta(days=400)) == 0
    assert [found.code for found in reconciliation.findings(now) if found.code == "recovery_parked"]
    assert Step.objects.filter(purpose="repay").count() == len(setbacks.BACK_OFF) + 1
    market.behave()
    recoveries.try_again(made.case.pk, actor=made.ops, now=now)
    assert recoveries.recover_due(10, now=now) == 1
    run(now)
    assert book.balance(keys.receivable(made.shop.pk, "CNY")) == 0
    assert not Recovery.objects.exists() and book.audit() == []


def test_what_is_drawn_after_all_starts_the_count_anew(market: Market) -> None:
    made = owing(market)
    now = clock.now()
    recoveries.recover_due(10, now=now)
    run(now)
    market.behave()
    now += setbacks.BACK_OFF[0]
    assert recoveries.recover_due(10, now=now) == 1
    run(now)
    assert not Recovery.objects.exists()
    assert book.balance(keys.advance("CNY")) == 0 and made is not None


def test_only_operations_try_again() -> None:
    made = a_ruling()
    with pytest.raises(Refused, match="not_for_this_role"):
        recoveries.try_again(made.case.pk, actor=made.senior, now=clock.now())
    assert approved(made).state == Proposal.APPROVED


def test_what_was_refused_for_good_can_be_asked_once_more_when_the_cause_is_gone(market: Market) -> None:
    made = settled(20_000)
    market.behave("refuse", kind="release", code="account_frozen")
    start(made)
    run()
    refused = Step.objects.get(purpose="release", state=Step.REFUSED)
    assert book.balance(keys.escrow(made.case.order_id, "CNY")) == PAID - 20_000
    assert [found.code for found in reconciliation.findings(clock.now())] == ["refused_for_good"]
    with pytest.raises(Refused, match="not_for_this_role"):
        execution.try_anew(refused.pk, actor=made.senior, now=clock.now())
    market.behave()
    again = execution.try_anew(refused.pk, actor=made.ops, now=clock.now())
    assert again.key != refused.key
    with pytest.raises(Refused, match="nothing_to_try_again"):
        execution.try_anew(refused.pk, actor=made.ops, now=clock.now())
    run()
    assert book.balance(keys.escrow(made.case.order_id, "CNY")) == 0
    assert reconciliation.findings(clock.now()) == [] and book.audit() == []
    with pytest.raises(Refused, match="nothing_to_try_again"):
        execution.try_anew(refused.pk, actor=made.ops, now=clock.now())
