"""A merchant's claim about a payout: what may be contested, by whom, when; roles reversed; money back and no more."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from accounts.models import Right
from arbitration import appeals, drafting
from common import clock
from common.actor import Actor
from common.errors import Missing, Refused
from disputes import claims, intervention, negotiation, offers, payouts, queries, remaining, submissions, sweep
from disputes.lifecycle import State
from disputes.models import Case, Contested, Outcome
from enforcement.models import Step
from evidence.models import Exhibit
from journal.models import Entry
from ledger import book, keys
from tests import builders, deciding, reach
from tests import claims as driver
from tests.acts.market import market, paid_out, running_market
from tests.acts.test_enforcement import give
from tests.reach import Scene

__all__ = ["market", "running_market"]
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("market")]


@pytest.fixture(autouse=True)
def _fund(db: None) -> None:
    """The platform's fund has money to make merchants whole with."""
    give(keys.advance("CNY"), 1_000_000)


def code_of(act: Callable[[], Any]) -> str:
    with pytest.raises(Refused) as refused:
        act()
    return refused.value.code


def file(made: Scene, actor: Actor | None = None, **changes: Any) -> Case:
    amount = changes.pop("amount", made.case.outcome.amount if made.case.outcome else 1)
    contest = driver.a_contest(amount, **changes)
    return claims.file(made.case.number, contest, actor=actor or made.merchant, now=clock.now())


# --- what may be contested -------------------------------------------------------------------------------------------


def test_a_shop_contests_what_it_paid_and_the_platform_checks_it_first():
    made = driver.paid_out()
    claim = file(made)
    assert (claim.state, claim.claimant, claim.respondent, claim.awaits) == (
        "admission",
        "merchant",
        "buyer",
        "platform",
    )
    assert (claim.paid, claim.claimed, claim.remedy) == (68_000, 68_000, "R17")
    assert Contested.objects.get(case=claim).earlier_id == made.case.pk
    filed = Entry.objects.get(stream_id=claim.stream_id, kind="claim_filed")
    assert filed.data["about"] == made.case.number and filed.data["to"] == "admission"
    assert Entry.objects.filter(stream_id=made.case.stream_id, kind="payout_contested").count() == 1


def test_seven_days_after_the_payout_the_time_is_over_and_a_court_document_still_admits_it():
    made = driver.paid_out()
    ends_at = payouts.ends_at(driver.payout(made.case), clock.now())
    assert ends_at is not None
    builders.travel_to(ends_at - timedelta(seconds=5))
    assert payouts.recent(made.shop.pk, clock.now())
    builders.travel_to(ends_at + timedelta(seconds=1))
    assert payouts.recent(made.shop.pk, clock.now()) == []
    assert code_of(lambda: file(made)) == "claim_window_over"
    assert file(made, exception="court_document").state == "admission"


def test_as_long_as_an_appeal_is_open_there_is_nothing_to_claim():
    made = deciding.served()
    assert made.state is State.APPEAL_WINDOW
    assert code_of(lambda: file(made)) == "payout_not_final"


def test_what_an_appeal_has_restored_is_no_payout():
    made = deciding.dismissed()
    reach.let_term_end(made)
    driver.run()
    assert made.reload().state == "closed" and made.case.outcome is not None and made.case.outcome.amount == 0
    assert code_of(lambda: file(made, amount=1)) == "nothing_was_paid_out"


def test_against_a_ruling_only_new_facts_count():
    made = driver.ruled_and_paid()
    assert code_of(lambda: file(made, new_facts=" ")) == "new_facts_missing"
    assert file(made, reason="wrong_finding").remedy == "R18"


def test_what_was_never_decided_was_not_decided_wrongly():
    made = driver.paid_out()
    assert code_of(lambda: file(made, reason="wrong_finding")) == "contest_reason_unknown"
    assert file(made, new_facts="").state == "admission"


def test_what_the_shop_has_not_paid_yet_it_cannot_claim_back():
    made = reach.a_scene()  # nothing in escrow: the marketplace has reported no payment
    negotiation.agree_refund(made.case.pk, actor=made.merchant, now=clock.now())
    driver.run()
    case = made.reload()
    if book.balance(keys.due(case.pk, "CNY")) or book.balance(keys.recourse(case.pk, "CNY")):
        assert code_of(lambda: file(made)) == "payout_not_whole"


@pytest.mark.parametrize("amount", [0, 68_001])
def test_never_more_than_was_paid_out(amount: int):
    made = driver.paid_out()
    assert code_of(lambda: file(made, amount=amount)) == "contested_amount_out_of_range"


def test_only_the_shop_itself_and_who_may_speak_for_it():
    made = driver.paid_out()
    stranger = builders.a_member(builders.a_shop("另一家店"))
    for actor in (stranger, made.buyer, made.arbitrator):
        with pytest.raises(Missing):
            file(made, actor)
    assert code_of(lambda: file(made, builders.a_member(made.shop, rights=(Right.VIEW,)))) == "right_missing"


def test_one_claim_a_payout_unless_it_was_withdrawn():
    claim = driver.filed()
    made = driver.earlier_of(claim)
    assert code_of(lambda: file(made)) == "live_case_exists"
    negotiation.withdraw(claim.case.pk, actor=claim.merchant, now=clock.now())
    again = file(made)
    intervention.admit(again.pk, actor=made.ops, now=clock.now())
    intervention.accept_claim(again.pk, actor=made.buyer, now=clock.now())
    driver.run()
    assert Case.objects.get(pk=again.pk).state == "closed"
    assert code_of(lambda: file(made)) == "payout_claimed_before"


def test_nobody_claims_about_a_claim():
    claim = driver.admitted()
    intervention.accept_claim(claim.case.pk, actor=claim.buyer, now=clock.now())
    driver.run()
    assert claim.reload().state == "closed"
    assert code_of(lambda: file(claim)) == "nothing_was_paid_out"


def test_where_malice_is_claimed_the_platform_adds_counts_and_no_names():
    claim = driver.filed()
    report = Exhibit.objects.get(dossier_id=claim.case.dossier_id, code="E35")
    assert report.side == "platform" and report.content is not None
    assert {"cases": 1, "paid_out": 1, "upheld": 0}.items() <= report.content["pattern"].items()
    assert claim.more["earlier"].number not in str(report.content)
    other = driver.filed(reason="paid_twice")
    assert not Exhibit.objects.filter(dossier_id=other.case.dossier_id, code="E35").exists()


# --- roles reversed --------------------------------------------------------------------------------------------------


def test_a_claim_without_proof_is_not_handed_in():
    claim = driver.admitted()
    act = lambda: submissions.hand_in(claim.case.pk, actor=claim.merchant, now=clock.now())  # noqa: E731
    assert code_of(act) == "proof_of_claim_missing"
    driver.show_proof(claim)
    act()
    assert (claim.state, claim.case.awaits) == (State.AWAITING_CONFIRMATION, "buyer")


def test_the_buyers_silence_is_judged_on_the_file_and_admits_nothing():
    claim = driver.handed_in()
    reach.let_term_end(claim)
    assert claim.state is State.AWAITING_ASSIGNMENT
    assert claim.case.outcome_id is None and claim.case.buyer_handed_in_at is None


def test_who_claims_hands_in_first_and_who_answers_rebuts():
    claim = driver.handed_in()
    assert code_of(lambda: intervention.rebut(claim.case.pk, [], text="", actor=claim.merchant, now=clock.now())) in (
        "your_own_claim",
        "point_unanswered",
    )
    intervention.rebut(claim.case.pk, driver.answers(claim), text="没有调换", actor=claim.buyer, now=clock.now())
    assert claim.state is State.AWAITING_ASSIGNMENT
    assert claim.case.buyer_handed_in_at is not None and claim.case.merchant_handed_in_at is not None


def test_the_answering_side_may_hand_in_early_and_starts_no_clock():
    claim = driver.admitted()
    submissions.hand_in(claim.case.pk, actor=claim.buyer, now=clock.now())
    assert claim.state is State.GATHERING_EVIDENCE and claim.case.awaits == "both"
    driver.show_proof(claim)
    submissions.hand_in(claim.case.pk, actor=claim.merchant, now=clock.now())
    assert claim.state is State.AWAITING_CONFIRMATION


def test_only_who_claims_withdraws_and_only_the_other_accepts():
    claim = driver.admitted()
    about: dict[str, Any] = {"now": clock.now()}
    assert code_of(lambda: negotiation.withdraw(claim.case.pk, actor=claim.buyer, **about)) == "not_your_claim"
    assert code_of(lambda: intervention.accept_claim(claim.case.pk, actor=claim.merchant, **about)) == "your_own_claim"


@pytest.mark.parametrize("by", ["buyer", "merchant"])
@pytest.mark.parametrize("reason", ["swapped", "wrong_finding"])
def test_the_sides_may_settle_on_what_the_buyer_gives_back_and_the_fund_is_not_theirs_to_give(by: str, reason: str):
    made = driver.ruled_and_paid() if reason == "wrong_finding" else None
    claim = driver.admitted(made, reason=reason)
    had = book.balance(keys.settlement(claim.case.merchant_id, "CNY"))
    fund = book.balance(keys.advance("CNY"))
    sides = {"buyer": claim.buyer, "merchant": claim.merchant}
    other = {"buyer": claim.merchant, "merchant": claim.buyer}[by]
    about: dict[str, Any] = {"returns": False, "text": "", "now": clock.now()}
    offer = offers.make(claim.case.pk, amount=30_000, actor=sides[by], **about)
    offers.accept(offer.pk, actor=other, now=clock.now())
    outcome = Outcome.objects.get(case=claim.case)
    assert (outcome.source, outcome.remedy, outcome.amount, outcome.returns) == ("settled", "R17", 30_000, False)
    driver.run()
    assert claim.state is State.CLOSED
    assert book.balance(keys.settlement(claim.case.merchant_id, "CNY")) == had + 30_000
    assert book.balance(keys.advance("CNY")) == fund


def test_no_more_is_proposed_than_is_claimed_and_no_goods():
    claim = driver.admitted(amount=30_000)
    about: dict[str, Any] = {"text": "", "now": clock.now()}
    for by in (claim.buyer, claim.merchant):
        too_much = lambda by=by: offers.make(claim.case.pk, amount=30_001, returns=False, actor=by, **about)  # noqa: E731
        goods = lambda by=by: offers.make(claim.case.pk, amount=1, returns=True, actor=by, **about)  # noqa: E731
        assert code_of(too_much) == "contested_amount_out_of_range"
        assert code_of(goods) == "no_return_about_a_payout"


def test_a_buyer_who_accepts_gives_it_back_whoever_is_said_to_have_been_wrong():
    claim = driver.admitted(driver.ruled_and_paid(), reason="wrong_finding")
    assert claim.case.remedy == "R18"
    fund = book.balance(keys.advance("CNY"))
    intervention.accept_claim(claim.case.pk, actor=claim.buyer, now=clock.now())
    driver.run()
    assert Outcome.objects.get(case=claim.case).remedy == "R17" and claim.state is State.CLOSED
    assert book.balance(keys.advance("CNY")) == fund


# --- money -----------------------------------------------------------------------------------------------------------


def steps(case: Case) -> list[tuple[str, str, str, int, str]]:
    rows = Step.objects.filter(execution__case=case).exclude(purpose__in=["hold", "lift"])
    return [(step.purpose, step.source, step.target, step.amount, step.state) for step in rows]


def settlement(scene: Scene) -> int:
    return book.balance(keys.settlement(scene.shop.pk, "CNY"))


def fund() -> int:
    return book.balance(keys.advance("CNY"))


def test_an_upheld_claim_comes_back_from_the_buyer_and_the_fund_only_lends_it():
    claim = driver.served()
    before, had = fund(), settlement(claim)
    assert claim.case.outcome is not None and claim.case.outcome.amount == 68_000
    driver.carried_out(claim)
    assert claim.state is State.CLOSED
    assert steps(claim.case) == [
        ("restore", "advance", "escrow", 68_000, "done"),
        ("reclaim", "buyer", "advance", 68_000, "done"),
    ]
    assert settlement(claim) == had + 68_000 and fund() == before
    for key in (keys.reclaim, keys.recourse, keys.due, keys.clearing):
        assert book.balance(key(claim.case.pk, "CNY")) == 0
    assert book.audit() == []
    # What came back is no longer with the buyer.
    assert remaining.of_one(claim.case.line) == claim.more["earlier"].paid


def test_where_the_platform_was_wrong_it_pays_itself_and_the_buyer_keeps_the_money(market: Any):
    claim = driver.taken(driver.ruled_and_paid(), reason="wrong_finding")
    before = fund()
    amount = claim.case.claimed
    driver.served(claim, driver.upheld(claim, remedy="R18"))
    driver.carried_out(claim)
    assert claim.state is State.CLOSED
    assert [row[0] for row in steps(claim.case)] == ["compensate"]
    assert fund() == before - amount
    assert "reclaim" not in [kind for kind, _amount in paid_out(market)]
    assert book.audit() == []


def test_a_claim_upheld_in_part_brings_back_a_part():
    claim = driver.taken()
    driver.served(claim, driver.upheld(claim, share=2_500, value=20_000))
    assert claim.case.outcome is not None and claim.case.outcome.amount == 15_000
    driver.carried_out(claim)
    assert sum(row[3] for row in steps(claim.case) if row[0] == "reclaim") == 15_000
    assert book.audit() == []


def test_a_dismissed_claim_moves_nothing():
    claim = driver.taken()
    draft = driver.upheld(claim, remedy="R7", share=10_000)
    driver.served(claim, draft)
    driver.carried_out(claim)
    assert claim.state is State.CLOSED and steps(claim.case) == []


def test_a_dismissal_leaves_all_of_it_with_the_merchant():
    claim = driver.taken()
    ruling = deciding.drafted(claim, driver.upheld(claim, remedy="R7", share=0))
    assert "share_contradicts_remedy" in {problem.code for problem in drafting.problems(ruling, now=clock.now())}


def test_an_appeal_against_a_claim_changes_it_before_any_money_moves():
    claim = driver.served()
    deciding.appealed(claim, by=claim.buyer)
    reach.let_term_end(claim)
    assert claim.state is State.UNDER_APPEAL and steps(claim.case) == []
    appeals.take(claim.case.pk, actor=claim.senior, now=clock.now())
    draft = driver.upheld(claim, remedy="R7", share=10_000)
    deciding.has_looked(claim, actor=claim.senior, now=clock.now())
    saved = drafting.save(claim.case.pk, draft, version=0, actor=claim.senior, now=clock.now())
    appeals.change(
        claim.case.pk,
        version=saved.ruling.version,
        reasons=deciding.REASONS,
        actor=claim.senior,
        now=clock.now(),
    )
    driver.run()
    assert claim.state is State.CLOSED and steps(claim.case) == []


def test_the_buyer_may_accept_and_gives_back_what_was_claimed():
    claim = driver.admitted(amount=30_000)
    intervention.accept_claim(claim.case.pk, actor=claim.buyer, now=clock.now())
    driver.run()
    assert claim.state is State.CLOSED
    assert sum(row[3] for row in steps(claim.case) if row[0] == "reclaim") == 30_000
    assert book.audit() == []


def test_a_claim_counts_against_no_shop():
    claim = driver.served()
    driver.carried_out(claim)
    mark = claim.case.mark
    assert (mark.intervened, mark.refunded) == (False, False)


def test_the_sweep_weighs_a_claim_as_an_act_would():
    claim = driver.handed_in()
    deadline = claim.case.deadlines.get(duty="confirmation", state="pending")
    assert deadline.awaits == "buyer"
    builders.travel_to(deadline.due_at + timedelta(seconds=1))
    assert sweep.fire_due().fired == 1
    assert [point.raised_by for point in queries.points(claim.reload())] == ["merchant", "merchant"]
