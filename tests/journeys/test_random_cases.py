"""Random legal and illegal acts of everybody on one real case, the clock and the machine among them. After each step the
invariants hold: one state, one duty armed, chain intact, books balanced, at most one outcome, nothing paid twice.

``HENG_RANDOM_CASES`` and ``HENG_RANDOM_STEPS`` make it longer (nightly). A failing run prints how to repeat it.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from arbitration import appeals, approvals, assignment, drafting, inquiries, rulings
from arbitration.drafts import Draft
from arbitration.models import Ruling
from common import clock
from common.actor import Actor
from common.errors import Missing, Refused
from disputes import clocks, compliance, intervention, negotiation, offers, queries, submissions, sweep
from disputes.lifecycle import LIFECYCLE, TERMINAL, Event, Kind, State
from disputes.models import Case, Deadline, Offer, Outcome
from disputes.submissions import Answer
from disputes.timers import duty_of
from enforcement import execution, movements
from engine import delivery
from journal import book as journal
from journal.models import Entry
from ledger import book as ledger
from ledger import keys
from ledger.models import Leg
from tests import builders, claims, deciding, reach
from tests.acts.market import market, running_market
from tests.acts.test_enforcement import give

__all__ = ["market", "running_market"]

CASES = int(os.environ.get("HENG_RANDOM_CASES", "12"))
STEPS = int(os.environ.get("HENG_RANDOM_STEPS", "40"))

PAID_OUT = 68_000

ACTORS = ("buyer", "merchant", "arbitrator", "arbitrator_2", "senior", "ops", "stranger")


class RandomCase(RuleBasedStateMachine):
    """One case, everybody's hands on it."""

    made: reach.Scene
    # Where a case begins: asked of the merchant, or before the platform.
    begins = State.AWAITING_MERCHANT

    @initialize(
        kind=st.sampled_from([Kind.REFUND_ONLY, Kind.RETURN_REFUND, Kind.RETURN_REFUND, Kind.IN_TRANSIT]),
        paid=st.integers(100, 300_000),
    )
    def a_refund_is_asked_for(self, kind: Kind, paid: int) -> None:
        self.savepoint = transaction.savepoint()
        deciding.rules()
        in_transit = kind is Kind.IN_TRANSIT
        self.made = reach.a_scene(
            kind=kind,
            paid=paid,
            order_state="SHIPPED" if in_transit else "SIGNED",
            type_code="NOT_RECEIVED" if in_transit else "DAMAGED",
        )
        movements.post_due(limit=10, now=clock.now())
        self.everybody_is_there()

    def everybody_is_there(self) -> None:
        self.actors: dict[str, Actor] = {
            "buyer": self.made.buyer,
            "merchant": self.made.merchant,
            "arbitrator": self.made.arbitrator,
            "arbitrator_2": builders.an_officer(self.made.arbitrator.role),
            "senior": self.made.senior,
            "ops": self.made.ops,
            "stranger": builders.a_buyer(),
        }
        self.seen = {State(self.made.case.state)}

    def teardown(self) -> None:
        if hasattr(self, "savepoint"):
            transaction.savepoint_rollback(self.savepoint)
            connection.needs_rollback = False

    # --- what anybody may try ---------------------------------------------------------------------------------

    def attempt(self, who: str, act: Callable[..., Any], *args: Any, **kwargs: Any) -> None:
        """Do it, or be refused. Anything else is a bug."""
        with contextlib.suppress(Refused, Missing):
            act(*args, actor=self.actors[who], now=clock.now(), **kwargs)

    @rule(who=st.sampled_from(ACTORS), what=st.sampled_from(["agree", "return", "withdraw", "accept", "comply"]))
    def agree_or_give_up(self, who: str, what: str) -> None:
        act = {
            "agree": negotiation.agree_refund,
            "return": negotiation.agree_return,
            "withdraw": negotiation.withdraw,
            "accept": intervention.accept_claim,
            "comply": compliance.comply,
        }[what]
        # Rare, or no case would ever get far.
        if who in ("buyer", "merchant") and self.made.reload().version % 4:
            return
        self.attempt(who, act, self.made.case.pk)

    @rule(who=st.sampled_from(["merchant", "merchant", "buyer", "stranger"]))
    def refuse(self, who: str) -> None:
        self.attempt(who, negotiation.refuse, self.made.case.pk, text="不同意")

    @rule(who=st.sampled_from(["buyer", "buyer", "merchant", "stranger"]))
    def send_back(self, who: str) -> None:
        self.attempt(who, negotiation.ship_return, self.made.case.pk, carrier="顺丰", tracking="SF1234567890")

    @rule(who=st.sampled_from(["merchant", "buyer"]), accept=st.booleans())
    def judge_the_return(self, who: str, accept: bool) -> None:
        if accept:
            self.attempt(who, negotiation.accept_return, self.made.case.pk)
        else:
            self.attempt(who, negotiation.refuse_return, self.made.case.pk, text="不是原来的货")

    @rule(who=st.sampled_from(ACTORS), share=st.integers(1, 100), returns=st.booleans())
    def offer(self, who: str, share: int, returns: bool) -> None:
        amount = max(1, self.made.case.paid * share // 100)
        self.attempt(who, offers.make, self.made.case.pk, amount=amount, returns=returns, text="")

    @rule(who=st.sampled_from(["buyer", "merchant", "senior"]), how=st.sampled_from(["decline", "retract", "accept"]))
    def answer_an_offer(self, who: str, how: str) -> None:
        offer = Offer.objects.filter(case=self.made.case).order_by("-id").first()
        if offer is None or (how == "accept" and self.made.reload().version % 3):
            return
        self.attempt(who, getattr(offers, how), offer.pk)

    @rule(who=st.sampled_from(["buyer", "buyer", "merchant", "stranger"]))
    def ask_the_platform(self, who: str) -> None:
        case = self.made.reload()
        kind = "R1" if case.type_code == "NOT_RECEIVED" else "R3" if case.returns else "R2"
        claim = reach.claim_of(case, remedy=kind)
        self.attempt(who, intervention.request, case.pk, claim)

    @rule(who=st.sampled_from(["ops", "ops", "senior", "buyer"]), accept=st.sampled_from([True, True, True, False]))
    def check_admission(self, who: str, accept: bool) -> None:
        if accept:
            self.attempt(who, intervention.admit, self.made.case.pk)
        else:
            self.attempt(who, intervention.not_admit, self.made.case.pk, code="FAKE_TRADE", text="刷单")

    @rule(who=st.sampled_from(["buyer", "merchant", "stranger"]))
    def hand_in(self, who: str) -> None:
        if who == "buyer" and self.made.state is State.GATHERING_EVIDENCE:
            with contextlib.suppress(Refused):  # the time ended, and nobody has noticed yet
                reach.give_required_evidence(self.made)
        self.attempt(who, submissions.hand_in, self.made.case.pk)

    @rule(who=st.sampled_from(["merchant", "merchant", "buyer"]), stance=st.sampled_from(["agrees", "disputes"]))
    def rebut(self, who: str, stance: str) -> None:
        answers = [Answer(point.pk, stance, "出库时完好。") for point in queries.points(self.made.reload())]
        self.attempt(who, intervention.rebut, self.made.case.pk, answers, text="")

    @rule(who=st.sampled_from(["arbitrator", "arbitrator_2", "senior", "buyer"]))
    def take(self, who: str) -> None:
        self.attempt(who, assignment.take, self.made.case.pk)

    @rule(who=st.sampled_from(["arbitrator", "arbitrator_2"]))
    def hand_back(self, who: str) -> None:
        if self.made.reload().version % 3 == 0:
            self.attempt(who, assignment.hand_back, self.made.case.pk, reason="load", text="换人")

    @rule(who=st.sampled_from(["arbitrator", "arbitrator_2"]), sides=st.sampled_from(["buyer", "merchant", "both"]))
    def ask_for_more(self, who: str, sides: str) -> None:
        self.attempt(who, inquiries.ask_more, self.made.case.pk, sides=sides, points=(1,), text="请补充")

    @rule(who=st.sampled_from(["buyer", "merchant"]))
    def hand_in_more(self, who: str) -> None:
        self.attempt(who, submissions.hand_in_more, self.made.case.pk, text="没有更多了")

    @rule(who=st.sampled_from(["arbitrator", "arbitrator_2", "senior"]), for_merchant=st.booleans())
    def rule_it(self, who: str, for_merchant: bool) -> None:
        if self.made.state not in (State.UNDER_REVIEW, State.UNDER_APPEAL):
            return
        self.is_ruled(who, deciding.for_the_merchant(self.made) if for_merchant else deciding.a_draft(self.made))

    def is_ruled(self, who: str, draft: Draft) -> None:
        mine = Ruling.objects.filter(
            case=self.made.case, state=Ruling.DRAFT, author_id=self.actors[who].id, round=self.made.case.round
        ).first()
        self.attempt(who, drafting.save, self.made.case.pk, draft, version=mine.version if mine else 0)
        self.attempt(who, deciding.has_looked, self.made)
        saved = Ruling.objects.filter(case=self.made.case, state=Ruling.DRAFT, author_id=self.actors[who].id).last()
        version = saved.version if saved else 0
        if self.made.state is State.UNDER_APPEAL:
            self.attempt(who, appeals.change, self.made.case.pk, version=version, reasons=deciding.REASONS)
        else:
            self.attempt(who, rulings.issue, self.made.case.pk, version=version)

    @rule(who=st.sampled_from(["senior", "arbitrator"]), approve=st.booleans())
    def sign(self, who: str, approve: bool) -> None:
        ruling = Ruling.objects.filter(case=self.made.case, state=Ruling.PROPOSED).first()
        if ruling is None:
            return
        if approve:
            self.attempt(who, approvals.approve, ruling.pk)
        else:
            self.attempt(who, approvals.send_back, ruling.pk, reason="理由不足")

    @rule(who=st.sampled_from(["buyer", "merchant"]), how=st.sampled_from(["file", "waive", "answer"]))
    def appeal(self, who: str, how: str) -> None:
        pk = self.made.case.pk
        if how == "waive":
            self.attempt(who, appeals.waive, pk)
        elif how == "answer":
            self.attempt(who, appeals.answer, pk, text="维持原裁决")
        else:
            self.attempt(who, appeals.file, pk, ground="RULE_ERROR", points=[1], text="规则用错", exhibits=[])

    @rule(who=st.sampled_from(["senior", "senior", "arbitrator"]), how=st.sampled_from(["take", "uphold", "send_back"]))
    def decide_appeal(self, who: str, how: str) -> None:
        act = {"take": appeals.take, "uphold": appeals.uphold, "send_back": appeals.send_back}[how]
        more = {} if how == "take" else {"reasons": deciding.REASONS}
        self.attempt(who, act, self.made.case.pk, **more)

    @rule(who=st.sampled_from(["ops", "senior", "buyer"]), stop=st.booleans())
    def stop_or_resume(self, who: str, stop: bool) -> None:
        if not stop or self.made.reload().suspended_at is not None:
            self.attempt(who, clocks.resume, self.made.case.pk)
        elif self.made.case.version % 5 == 0:
            self.attempt(who, clocks.stop, self.made.case.pk, reason="agreed", text="再谈谈")

    @rule(who=st.sampled_from(["buyer", "merchant", "senior"]), hours=st.sampled_from([1, 24, 48, 1000]))
    def extend(self, who: str, hours: int) -> None:
        self.attempt(who, clocks.extend, self.made.case.pk, hours=hours, text="需要时间")

    # --- what nobody does -------------------------------------------------------------------------------------

    @rule(hours=st.sampled_from([1, 25, 25, 49]))
    def time_passes(self, hours: int) -> None:
        builders.travel(timedelta(hours=hours))

    @rule(before=st.sampled_from([-1, 1]))
    def time_passes_to_the_edge_of_a_term(self, before: int) -> None:
        deadline = Deadline.objects.filter(case=self.made.case, state=Deadline.PENDING).order_by("due_at").first()
        if deadline is not None:
            builders.travel_to(deadline.due_at + timedelta(seconds=before))

    @rule()
    def the_machine_ticks(self) -> None:
        sweep.fire_due()
        sweep.remind_due()
        delivery.deliver()
        for step_id in execution.due_steps(clock.now(), 10):
            execution.attempt(step_id, now=clock.now())
        delivery.deliver()

    # --- what must always be true -----------------------------------------------------------------------------

    @invariant()
    def everything_holds(self) -> None:
        if not hasattr(self, "made"):
            return
        case = Case.objects.get(pk=self.made.case.pk)
        state = State(case.state)
        self.seen.add(state)
        self.one_duty(case, state)
        self.one_outcome(case, state)
        self.the_record_holds(case)
        self.the_books_balance(case)

    def one_duty(self, case: Case, state: State) -> None:
        open_now = [d for d in case.deadlines.all() if d.state in (Deadline.PENDING, Deadline.PAUSED)]
        duty = duty_of(state)
        if state in TERMINAL:
            assert open_now == [] and case.due_at is None and case.awaits == ""
            return
        if duty is not None:
            main = [d for d in open_now if d.duty == duty.name]
            assert len(main) == 1, (state, [d.duty for d in open_now])
            assert case.due_at == main[0].due_at
        names = [d.duty for d in open_now]
        assert len(names) == len(set(names))
        allowed = {duty.name if duty else "", "review", "suspension", "offer_buyer", "offer_merchant", "offer_platform"}
        assert set(names) <= allowed
        assert (case.suspended_at is not None) == ("suspension" in names)
        if case.suspended_at is not None:
            assert all(d.state == Deadline.PAUSED for d in open_now if d.duty != "suspension")

    def one_outcome(self, case: Case, state: State) -> None:
        effective = Outcome.objects.filter(case=case, superseded_at__isnull=True)
        assert effective.count() == (1 if case.outcome_id else 0)
        if state in (State.ENFORCING, State.CLOSED, State.AWAITING_COMPLIANCE, State.APPEAL_WINDOW):
            assert case.outcome_id is not None
        if state in (State.LAPSED, State.WITHDRAWN, State.DISMISSED):
            assert case.outcome_id is None

    def the_record_holds(self, case: Case) -> None:
        assert journal.verify(case.stream_id) is None
        at = self.begins
        for entry in Entry.objects.filter(stream_id=case.stream_id, data__has_keys=["from", "to"]).order_by("seq"):
            assert State(entry.data["from"]) is at
            to = State(entry.data["to"])
            rows = LIFECYCLE.rows(at, Event(entry.kind))
            assert any((edge.target or at) is to for edge in rows), (at, entry.kind, to)
            at = to
        assert at is State(case.state)

    def the_books_balance(self, case: Case) -> None:
        assert ledger.audit() == []
        outside = Leg.objects.filter(posting__reference=f"case:{case.pk}", account__key__startswith="outside:")
        paid_out = sum(leg.amount for leg in outside)
        assert paid_out <= case.paid * 2  # refund and freight never exceed what can ever be owed
        if case.state == State.CLOSED.value and case.outcome is not None and case.outcome.remedy != "R7":
            assert paid_out <= case.outcome.amount


class RandomClaim(RandomCase):
    """The same hands on a merchant's claim about what was paid out."""

    begins = State.ADMISSION

    @initialize(amount=st.integers(1, PAID_OUT))
    def a_refund_is_asked_for(self, amount: int) -> None:
        self.savepoint = transaction.savepoint()
        give(keys.advance("CNY"), 10 * PAID_OUT, key=f"fund-{uuid4().hex}")
        self.made = claims.filed(claims.paid_out(paid=PAID_OUT), amount=amount)
        self.everybody_is_there()

    @rule(who=st.sampled_from(["buyer", "merchant", "merchant", "stranger"]))
    def hand_in(self, who: str) -> None:
        if who == "merchant" and self.made.state is State.GATHERING_EVIDENCE:
            with contextlib.suppress(Refused):  # the time ended, and nobody has noticed yet
                claims.show_proof(self.made)
        self.attempt(who, submissions.hand_in, self.made.case.pk)

    @rule(who=st.sampled_from(["buyer", "buyer", "merchant"]), stance=st.sampled_from(["agrees", "disputes"]))
    def rebut(self, who: str, stance: str) -> None:
        self.attempt(who, intervention.rebut, self.made.case.pk, claims.answers(self.made, stance), text="")

    @rule(who=st.sampled_from(["arbitrator", "arbitrator_2", "senior"]), how=st.sampled_from(["R17", "R18", "R7"]))
    def rule_it(self, who: str, how: str) -> None:
        if self.made.state not in (State.UNDER_REVIEW, State.UNDER_APPEAL):
            return
        draft = claims.upheld(self.made, remedy=how, share=10_000 if how == "R7" else 2_000)
        self.is_ruled(who, draft)

    def the_books_balance(self, case: Case) -> None:
        assert ledger.audit() == []
        outside = Leg.objects.filter(posting__reference=f"case:{case.pk}", account__key__startswith="outside:")
        came_back = -sum(leg.amount for leg in outside)
        assert 0 <= came_back <= case.paid, "nothing is taken from a buyer beyond what was paid out"
        if case.state == State.CLOSED.value and case.outcome is not None:
            wanted = 0 if case.outcome.remedy in ("R7", "R18") else case.outcome.amount
            assert came_back == wanted


@pytest.fixture
def _on_postgresql(db: None, market: Any) -> Iterator[None]:
    yield


@pytest.mark.django_db
@pytest.mark.usefixtures("_on_postgresql")
@pytest.mark.parametrize("machine", [RandomCase, RandomClaim])
def test_whatever_anybody_tries_the_invariants_hold(machine: type[RandomCase]) -> None:
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=CASES,
            stateful_step_count=STEPS,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            print_blob=True,
        ),
    )
