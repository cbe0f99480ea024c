"""The award: computed, capped, and always the sum of its lines."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from arbitration import calculator
from arbitration.calculator import FULL, PARTIAL, Inputs, compute
from disputes.awards import Payer
from rulebook import editions, schema
from rulebook.rules import Rules, parse

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
    statutory=SUMS,
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
    # The law's multiple and the fee of a test are sums of their own (R10, R13).
    allowed = {"R10": inputs.statutory, "R13": inputs.compensation}.get(inputs.remedy, inputs.promise_cap)
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


@given(INPUTS)
def test_what_is_ordered_in_kind_has_its_sum_and_nothing_else_has_one(inputs: Inputs) -> None:
    found = compute(inputs)
    if inputs.remedy not in calculator.IN_KIND or not inputs.value or not inputs.merchant_share:
        assert found.substitute == 0
    elif inputs.merchant_share == 10_000:
        assert found.substitute == found.amount + min(inputs.value, inputs.paid)
    assert found.substitute == 0 or found.amount < found.substitute <= found.amount + inputs.paid


def test_a_part_sent_late_is_owed_by_the_share_that_the_merchant_bears() -> None:
    found = compute(a_decision(remedy="R5", returns=False, return_freight=0, value=12_000, merchant_share=5_000))
    assert (found.amount, found.substitute) == (0, 6_000)


CLASSIC = parse(editions.shipped_as("taobao-classic").body, version="test", effective_from=None)


def with_switches(**switches: object) -> Rules:
    return replace(CLASSIC, body=replace(CLASSIC.body, switches=replace(CLASSIC.body.switches, **switches)))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("type_code", "sums", "over"),
    [
        ("RETURN_CONDITION", {"deduction": 34_000}, []),
        ("RETURN_CONDITION", {"deduction": 34_001}, [("deduction", "3.12")]),
        ("RETURN_CONDITION", {"remedy": "R2", "value": 33_999}, [("value", "3.12")]),
        ("GIFT_BUNDLE", {"remedy": "R15", "deduction": 20_400}, []),
        ("GIFT_BUNDLE", {"remedy": "R15", "deduction": 20_401}, [("deduction", "3.7")]),
        ("NO_REASON_RETURN", {"deduction": 30_000}, []),
        ("NO_REASON_RETURN", {"remedy": "R15", "deduction": 30_000}, [("deduction", "3.7")]),
        ("DAMAGED", {"deduction": 60_000}, []),
    ],
)
def test_what_is_kept_back_has_a_cap_by_the_clause_of_its_type(
    type_code: str, sums: dict[str, object], over: list[tuple[str, str]]
) -> None:
    kind = CLASSIC.type(type_code)
    assert calculator.over_caps(a_decision(**sums), kind, CLASSIC.thresholds) == over


def test_an_error_in_the_listing_costs_a_tenth_of_the_price_up_to_two_hundred() -> None:
    def cap(paid: int, promised: int, rules: Rules = CLASSIC, currency: str = "CNY") -> int:
        return calculator.promise_cap(promised, paid, "NOT_AS_DESCRIBED", rules, currency)

    assert cap(68_000, 0) == 6_800
    assert cap(680_000, 0) == 20_000
    assert cap(680_000, 50_000) == 50_000  # the higher of promise and rule (clause 4.1)
    assert cap(680_000, 50_000, with_switches(promise_rule="platform")) == 20_000
    assert cap(680_000, 50_000, currency="JPY") == 50_000
    assert calculator.promise_cap(3_000, 68_000, "DAMAGED", CLASSIC, "CNY") == 3_000


def test_the_laws_multiple_is_ordered_only_where_it_is_switched_on_and_has_its_least_sum() -> None:
    on = with_switches(statutory_multiples=True)
    assert calculator.statutory(68_000, "COUNTERFEIT", CLASSIC, "CNY") == 0
    assert calculator.statutory(68_000, "COUNTERFEIT", on, "CNY") == 204_000
    assert calculator.statutory(1_000, "COUNTERFEIT", on, "CNY") == 50_000
    assert calculator.statutory(1_000, "FOOD_SAFETY", on, "CNY") == 100_000
    assert calculator.statutory(68_000, "DAMAGED", on, "CNY") == 0
    found = compute(a_decision(remedy="R10", returns=False, return_freight=0, statutory=204_000))
    assert found.amount == 204_000


def test_a_test_fee_is_borne_by_share_and_may_exceed_the_price() -> None:
    found = compute(
        a_decision(remedy="R13", returns=False, return_freight=0, compensation=90_000, merchant_share=5_000)
    )
    assert [(line.label, line.amount) for line in found.lines] == [("test_fee", 45_000)]


def test_the_way_back_costs_what_the_way_out_did_unless_nothing_goes_back() -> None:
    assert calculator.return_freight_by_rule(1_200, returns=True) == 1_200
    assert calculator.return_freight_by_rule(1_200, returns=False) == 0


def test_only_refunds_give_back_the_price() -> None:
    for remedy in REMEDIES:
        goods = [line for line in compute(a_decision(remedy=remedy)).lines if line.label == "goods"]
        assert bool(goods and goods[0].amount) == (remedy in FULL | PARTIAL)
