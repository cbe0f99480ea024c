"""Where the money comes from: never from nowhere, never more than is there, and always exactly what is owed."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from disputes.awards import Award, Payer, Source
from enforcement import entries, plan
from enforcement.entries import Books
from enforcement.plan import Draft, Funds, Plan, Pot, Purpose

BOOKS = Books(case_id=1, order_id=7, merchant_id=3, currency="CNY")


def an_award(amount: int, freight: int = 0, payer: Payer = Payer.MERCHANT) -> Award:
    return Award(
        source=Source.RULED,
        remedy="R2",
        amount=amount,
        currency="CNY",
        freight_amount=freight,
        freight_payer=payer if freight else Payer.NOBODY,
    )


def told(made: Plan) -> list[tuple[str, str, int]]:
    return [(step.purpose.value, step.source.value, step.amount) for step in made.steps]


def test_a_full_refund_comes_from_escrow_alone() -> None:
    made = plan.plan(an_award(680), Funds(escrow=680, settlement=999, line=680))
    assert told(made) == [("refund", "escrow", 680)]


def test_what_escrow_lacks_comes_from_settlement_then_deposit_then_the_platform() -> None:
    made = plan.plan(an_award(1_000), Funds(escrow=400, settlement=300, deposit=200, advance=1_000, line=400))
    assert told(made) == [
        ("refund", "escrow", 400),
        ("refund", "settlement", 300),
        ("refund", "deposit", 200),
        ("refund", "advance", 100),
    ]
    assert made.shortfall == 0


def test_what_nobody_can_pay_stays_owed_and_is_called_the_shortfall() -> None:
    made = plan.plan(an_award(1_000), Funds(escrow=400, line=400))
    assert told(made) == [("refund", "escrow", 400), ("refund", "receivable", 600)]
    assert made.shortfall == 600


def test_the_rest_of_the_payment_for_the_line_is_released_to_the_merchant() -> None:
    made = plan.plan(an_award(300), Funds(escrow=700, line=680))
    assert told(made) == [("refund", "escrow", 300), ("release", "escrow", 380)]


def test_a_claim_that_falls_releases_the_whole_line() -> None:
    assert told(plan.plan(an_award(0), Funds(escrow=900, line=680))) == [("release", "escrow", 680)]


def test_freight_is_a_payment_of_its_own() -> None:
    made = plan.plan(an_award(692, freight=12), Funds(escrow=680, settlement=50, line=680))
    assert told(made) == [("refund", "escrow", 680), ("freight", "settlement", 12)]


def test_freight_that_the_buyer_pays_is_no_payment() -> None:
    made = plan.plan(an_award(668, freight=12, payer=Payer.BUYER), Funds(escrow=680, line=680))
    assert told(made) == [("refund", "escrow", 668), ("release", "escrow", 12)]


def test_before_the_ruling_is_final_only_the_platforms_own_money_moves() -> None:
    made = plan.advance(an_award(680), Funds(escrow=680, settlement=999, deposit=999, advance=600, line=680))
    assert told(made) == [("refund", "advance", 600)]
    assert made.shortfall == 80


ADVANCED = (Draft(Purpose.REFUND, Pot.ADVANCE, Pot.BUYER, 680),)


def test_what_was_advanced_is_made_good_when_the_ruling_stands() -> None:
    made = plan.restore(ADVANCED, an_award(680), Funds(escrow=680, line=680))
    assert told(made) == [("repay", "escrow", 680)]


def test_a_ruling_changed_for_the_merchant_restores_everything() -> None:
    made = plan.restore(ADVANCED, an_award(0), Funds(escrow=680, line=680))
    assert told(made) == [("charge", "advance", 680), ("reclaim", "buyer", 680), ("release", "escrow", 680)]


def test_a_ruling_made_smaller_takes_back_the_last_rung_first() -> None:
    before = (
        Draft(Purpose.REFUND, Pot.ESCROW, Pot.BUYER, 400),
        Draft(Purpose.REFUND, Pot.DEPOSIT, Pot.BUYER, 200),
        Draft(Purpose.REFUND, Pot.ADVANCE, Pot.BUYER, 100),
        Draft(Purpose.REFUND, Pot.RECEIVABLE, Pot.BUYER, 50),
    )
    made = plan.restore(before, an_award(500), Funds(advance=999, line=400))
    assert [(step.purpose.value, step.target.value, step.amount) for step in made.steps] == [
        ("waive", "buyer", 50),
        ("charge", "buyer", 100),
        ("restore", "deposit", 100),
        ("reclaim", "advance", 200),
    ]


def test_a_ruling_made_larger_pays_the_difference_only() -> None:
    before = (
        Draft(Purpose.REFUND, Pot.ESCROW, Pot.BUYER, 300),
        Draft(Purpose.RELEASE, Pot.ESCROW, Pot.SETTLEMENT, 380),
    )
    assert told(plan.restore(before, an_award(500), Funds(settlement=380, line=680))) == [("refund", "settlement", 200)]


def test_the_same_ruling_again_moves_nothing() -> None:
    funds = Funds(escrow=400, settlement=300, line=400)
    first = plan.plan(an_award(500), funds)
    assert told(plan.restore(first.steps, an_award(500), Funds(settlement=200, line=400))) == []


# --- any award, any funds, any sequence of changes

sums = st.integers(0, 2_000)
awards = st.builds(an_award, sums, st.integers(0, 40), st.sampled_from([Payer.MERCHANT, Payer.BUYER]))
all_funds = st.builds(Funds, escrow=sums, settlement=sums, deposit=sums, advance=sums, line=sums)


@given(awards, all_funds)
def test_the_steps_sum_to_the_award_and_no_pot_gives_more_than_it_has(award: Award, funds: Funds) -> None:
    made = plan.plan(award, funds)
    assert sum(plan.borne_by(made.steps).values()) == award.amount
    drawn = Counter[Pot]()
    for step in made.steps:
        assert step.amount > 0
        drawn[step.source] += step.amount
    assert all(drawn[pot] <= funds.of(pot) for pot in entries.MONEY)
    assert made.shortfall == drawn[Pot.RECEIVABLE]
    releases = [step.amount for step in made.steps if step.purpose is Purpose.RELEASE]
    assert sum(releases) <= funds.line


class World:
    """The accounts of one case as plain numbers, moved by the same table of legs that moves the ledger."""

    def __init__(self, funds: Funds) -> None:
        self.start = funds
        self.accounts: Counter[str] = Counter()
        for pot in entries.MONEY:
            self.accounts[BOOKS.account(pot)] = funds.of(pot)
        self.steps: list[Draft] = []

    def funds(self) -> Funds:
        have = {pot.value: max(0, self.accounts[BOOKS.account(pot)]) for pot in entries.MONEY}
        have["escrow"] = min(have["escrow"], self.start.line)
        return Funds(**have, line=self.start.line)

    def carry_out(self, made: Plan) -> None:
        for step in made.steps:
            for legs in (
                entries.reserve(BOOKS, step.purpose, step.source, step.amount),
                entries.settle(BOOKS, step.purpose, step.source, step.target, step.amount),
            ):
                assert legs is None or sum(legs.values()) == 0
                for account, amount in (legs or {}).items():
                    self.accounts[account] += amount
            self.steps.append(step)

    def merchants_money(self) -> int:
        return sum(self.accounts[BOOKS.account(pot)] for pot in plan.MERCHANTS)


@given(all_funds, st.lists(awards, min_size=1, max_size=5))
def test_whatever_is_ruled_and_ruled_again_exactly_the_last_ruling_stands(funds: Funds, rulings: list[Award]) -> None:
    world = World(funds)
    before = world.merchants_money()
    for award in rulings:
        world.carry_out(plan.restore(world.steps, award, world.funds()))
        borne = plan.borne_by(world.steps)
        assert sum(borne.values()) == award.amount
        assert all(amount >= 0 for amount in borne.values())
        # What the merchant has lost is what the merchant bears, to the last minor unit.
        assert before - world.merchants_money() == sum(borne[pot] for pot in plan.MERCHANTS)
        assert sum(world.accounts.values()) == sum(funds.of(pot) for pot in entries.MONEY)
        assert world.accounts["clearing:1:CNY"] == world.accounts["freight:1:CNY"] == 0
        claims = {name: amount for name, amount in world.accounts.items() if name.split(":")[0] in CLAIMS}
        assert sum(claims.values()) == 0
        assert claims.get("receivable:3:CNY", 0) == borne[Pot.ADVANCE] + borne[Pot.RECEIVABLE]
        assert -claims.get("due:1:CNY", 0) == borne[Pot.RECEIVABLE]
        assert claims.get("reclaim:1:CNY", 0) == 0  # everything reclaimed was given back here


CLAIMS = {"receivable", "reclaim", "recourse", "due"}


@given(all_funds, awards)
def test_a_claim_that_falls_in_the_end_leaves_the_merchant_as_before(funds: Funds, award: Award) -> None:
    world = World(funds)
    before = world.merchants_money()
    world.carry_out(plan.plan(award, world.funds()))
    world.carry_out(plan.restore(world.steps, an_award(0), world.funds()))
    assert world.merchants_money() == before
    assert world.accounts["outside:CNY"] == 0


@pytest.mark.parametrize("purpose", list(Purpose))
def test_every_purpose_has_its_entries(purpose: Purpose) -> None:
    for source in Pot:
        legs = entries.settle(BOOKS, purpose, source, Pot.SETTLEMENT, 5)
        assert legs is None or sum(legs.values()) == 0
