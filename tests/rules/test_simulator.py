"""What is said before filing is what filing and ruling will say: the same rules, asked in the same way."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from arbitration import calculator
from arbitration.calculator import WHOLE, Inputs, compute
from disputes import eligibility
from disputes.awards import Payer
from evidence import checklist
from rulebook import editions
from rulebook.rules import Rules, parse
from rulebook.schema import Since
from web import simulator
from web.simulator import Sums, Told

NOW = datetime(2026, 11, 29, 12, 0, tzinfo=UTC)
RULES: Rules = parse(editions.shipped_as("taobao-classic").body, version="test")
TYPES = simulator.claimable(RULES)
MONEY = st.integers(min_value=0, max_value=10**10)
SUMS = st.builds(Sums, paid=st.integers(min_value=1, max_value=10**10), freight=MONEY, promised=MONEY)
TOLD = st.sampled_from(TYPES).flatmap(
    lambda code: st.builds(
        Told,
        type_code=st.just(code),
        order_state=st.sampled_from(simulator.states_of(RULES.type(code))),
        days=st.integers(min_value=0, max_value=400),
        said=st.sampled_from(simulator.SAID),
    )
)


def look(told: Told, sums: Sums | None = None) -> simulator.Outlook:
    return simulator.look(RULES, RULES, told, sums, currency="CNY", now=NOW)


@given(TOLD, SUMS)
@settings(max_examples=150)
def test_every_sum_is_what_the_calculator_gives_for_the_same_case(told: Told, sums: Sums) -> None:
    kind = RULES.type(told.type_code)
    payer = calculator.payer_by_rule(kind.freight, WHOLE) or Payer.NOBODY
    for way in look(told, sums).ways:
        counted = compute(
            Inputs(
                remedy=way.remedy.code,
                paid=sums.paid,
                merchant_share=WHOLE,
                freight_payer=payer,
                returns=way.remedy.returns,
                outbound_back=payer is not Payer.BUYER,
                freight_out=sums.freight,
                promise_cap=calculator.promise_cap(sums.promised, sums.paid, kind.code, RULES, "CNY"),
                statutory=calculator.statutory(sums.paid, kind.code, RULES, "CNY"),
                value=sums.paid if way.remedy.code in calculator.IN_KIND else None,
                return_freight=sums.freight if way.remedy.returns else 0,
                compensation=sums.promised,
            )
        )
        assert way.calculation == counted
        assert RULES.may_order(way.remedy.code, kind.code)


@given(TOLD)
def test_the_window_ends_on_the_day_that_the_rules_say_and_lateness_is_that_and_nothing_else(told: Told) -> None:
    found = look(told)
    window = RULES.type(told.type_code).window
    if window.since not in (Since.COMPLETED, Since.SIGNED) or window.days is None:
        assert found.ends_at is None
    if found.ends_at is not None:
        assert told.days is not None
        assert found.ends_at == window.ends_at(NOW - timedelta(days=told.days))
    assert found.late == (found.ends_at is not None and found.ends_at <= NOW)
    assert (eligibility.OUT_OF_WINDOW in [check.code for check in found.failed]) == found.late


@given(TOLD)
def test_the_evidence_is_the_checklist_that_the_case_would_have(told: Told) -> None:
    found = look(told)
    automatic = {code for code, sort in RULES.exhibits.items() if sort.automatic}
    for side, rows in (("buyer", found.buyer), ("merchant", found.merchant)):
        assert rows == checklist.rows(RULES, told.type_code, side, told.order_state, (), automatic)


@given(TOLD)
def test_sums_change_nothing_but_sums(told: Told) -> None:
    without, with_sums = look(told), look(told, Sums(10_000, 800, 500))
    bare = replace(with_sums, ways=[replace(way, calculation=None) for way in with_sums.ways])
    assert bare == without


@pytest.mark.parametrize(
    ("said", "failed"),
    [
        (simulator.REFUSED, []),
        (simulator.SILENT, []),
        (simulator.WAITING, [eligibility.NOT_YET]),
        (simulator.NOTHING, [eligibility.NO_NEGOTIATION, eligibility.NOT_YET]),
    ],
)
def test_the_platform_steps_in_after_a_refusal_or_silence_only(said: str, failed: list[str]) -> None:
    found = look(Told("DAMAGED", "SIGNED", None, said))
    assert [check.code for check in found.failed] == failed


def test_claims_of_merchants_are_not_tried_out_here() -> None:
    assert "MERCHANT_CLAIM" not in TYPES and len(TYPES) > 20
