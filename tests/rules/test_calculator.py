"""The award: computed, capped, and always the sum of its lines."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from arbitration import calculator
from arbitration.calculator import FULL, PARTIAL, Inputs, compute
from disputes.awards import Payer
from rulebook import schema

REMEDIES = [f"R{number}" for number in range(1, 17)]
SUMS = st.integers(min_value=0, max_value=10**12)
INPUTS = st.builds(
    Inputs,
    remedy=st.sampled_from(REMEDIES),
    paid=st.integers(min_value=1, max_value=10**12),
    merchant_share=st.integers(min_value=0, max_value=10_000),
    freight_payer=st.sampled_from(Payer),
    returns=st.booleans(),
    outbound_back=st.booleans(),
    freight_out=SUMS,
    promise_cap=SUMS,
    value=st.none() | SUMS,
    deduction=SUMS,
    return_freight=SUMS,
    compensation=SUMS,
)


def a_decision(**changes: object) -> Inputs:
    values: dict[str, object] = {
        "remedy": "R3",
        "paid": 68_000,
        "merchant_share": 10_000,
        "freight_payer": Payer.MERCHANT,
        "returns": True,
        "return_freight": 1_800,
    }
    return Inputs(**(values | changes))  # type: ignore[arg-type]


def freight(win: schema.Payer, lose: schema.Payer = schema.Payer.BUYER) -> schema.Freight:
    return schema.Freight(win=win, lose=lose, clause="6.1")


@given(INPUTS)
def test_the_amount_is_the_sum_of_its_lines(inputs: Inputs) -> None:
    found = compute(inputs)
    assert found.amount == sum(line.amount for line in found.lines)
    assert found.amount >= 0


@given(INPUTS)
def test_goods_never_come_to_more_than_was_paid(inputs: Inputs) -> None:
    goods = sum(line.amount for line in compute(inputs).lines if line.label in ("goods", "deduction"))
    assert 0 <= goods <= inputs.paid


@given(INPUTS)
def test_nothing_comes_on_top_but_freight_and_promises_by_rule(inputs: Inputs) -> None:
    found = compute(inputs)
    on_top = found.amount - sum(line.amount for line in found.lines if line.label in ("goods", "deduction"))
    allowed = inputs.promise_cap
    if inputs.outbound_back:
        allowed += inputs.freight_out
    if inputs.freight_payer is Payer.MERCHANT:
        allowed += inputs.return_freight
    assert 0 <= on_top <= allowed


@given(INPUTS)
def test_a_greater_share_of_the_merchant_never_gives_the_buyer_less(inputs: Inputs) -> None:
    whole = Inputs(**{name: getattr(inputs, name) for name in inputs.__slots__} | {"merchant_share": 10_000})
    assert compute(inputs).amount <= compute(whole).amount


@given(INPUTS)
def test_a_dismissal_pays_and_returns_nothing(inputs: Inputs) -> None:
    dismissed = Inputs(**{name: getattr(inputs, name) for name in inputs.__slots__} | {"remedy": "R7"})
    found = compute(dismissed)
    assert (found.amount, found.returns, found.pays) == (0, False, False)


@given(st.integers(1, 10**12), st.integers(0, 10_000))
def test_shares_of_both_sides_make_up_the_price(paid: int, share: int) -> None:
    merchants = compute(a_decision(remedy="R2", returns=False, paid=paid, merchant_share=share)).amount
    others = compute(a_decision(remedy="R2", returns=False, paid=paid, merchant_share=10_000 - share)).amount
    assert paid <= merchants + others <= paid + 1
    assert abs(merchants * 10_000 - paid * share) < 10_000


def test_the_teapot_comes_to_its_price_and_the_way_back() -> None:
    found = compute(a_decision())
    assert found.amount == 69_800
    assert [(line.label, line.formula, line.amount) for line in found.lines] == [
        ("goods", "paid_by_share", 68_000),
        ("freight_back", "freight_back", 1_800),
    ]
    assert found.returns and found.pays


def test_a_value_above_the_price_is_capped_and_says_so() -> None:
    found = compute(a_decision(remedy="R2", returns=False, value=90_000))
    assert found.lines[0].formula == "value_capped_by_share"
    assert found.amount == 68_000


def test_a_gift_kept_is_deducted_but_never_more_than_there_is() -> None:
    assert compute(a_decision(deduction=5_000)).amount == 68_000 - 5_000 + 1_800
    found = compute(a_decision(deduction=99_000, return_freight=0))
    assert found.amount == 0
    assert found.lines[1].formula == "deducted_as_far_as_there_is"


def test_a_promise_is_paid_on_top_up_to_what_was_promised() -> None:
    found = compute(a_decision(compensation=300_000, promise_cap=204_000, return_freight=0))
    assert found.amount == 68_000 + 204_000
    assert found.lines[-1].formula == "promised_capped"


def test_without_a_promise_nothing_comes_on_top() -> None:
    assert compute(a_decision(compensation=300_000, return_freight=0)).amount == 68_000


def test_whoever_bears_the_freight_by_rule_bears_it() -> None:
    merchant_always = freight(schema.Payer.MERCHANT)
    assert calculator.payer_by_rule(merchant_always, 10_000) is Payer.MERCHANT
    assert calculator.payer_by_rule(merchant_always, 0) is Payer.BUYER
    assert calculator.payer_by_rule(freight(schema.Payer.NONE), 5_000) is Payer.NOBODY


def test_freight_at_fault_follows_the_greater_share_and_equal_shares_leave_it_open() -> None:
    at_fault = freight(schema.Payer.AT_FAULT)
    assert calculator.payer_by_rule(at_fault, 6_000) is Payer.MERCHANT
    assert calculator.payer_by_rule(at_fault, 4_000) is Payer.BUYER
    assert calculator.payer_by_rule(at_fault, 5_000) is None


def test_a_no_reason_return_gives_no_freight_back() -> None:
    assert not calculator.outbound_back(Payer.BUYER, all_undetermined=False)
    found = compute(a_decision(freight_payer=Payer.BUYER, freight_out=1_200, outbound_back=False))
    assert found.amount == 68_000


def test_what_nobody_can_determine_leaves_the_way_out_with_the_merchant_and_the_way_back_with_the_buyer() -> None:
    assert calculator.outbound_back(Payer.BUYER, all_undetermined=True)
    found = compute(a_decision(freight_payer=Payer.BUYER, freight_out=1_200, outbound_back=True))
    assert found.amount == 68_000 + 1_200


@given(st.integers(0, 10**6), st.integers(1, 10**6), st.integers(0, 10**6))
def test_the_lines_of_an_order_share_its_freight(freight_paid: int, mine: int, others: int) -> None:
    part = calculator.share_of_freight(freight_paid, mine, mine + others)
    assert 0 <= part <= freight_paid
    if not others:
        assert part == freight_paid


def test_in_kind_remedies_oblige_the_merchant_without_a_sum() -> None:
    for remedy in calculator.IN_KIND:
        found = compute(a_decision(remedy=remedy, returns=False, return_freight=0))
        assert found.amount == 0
        assert found.pays


def test_only_refunds_give_back_the_price() -> None:
    for remedy in REMEDIES:
        goods = [line for line in compute(a_decision(remedy=remedy)).lines if line.label == "goods"]
        assert bool(goods and goods[0].amount) == (remedy in FULL | PARTIAL)
