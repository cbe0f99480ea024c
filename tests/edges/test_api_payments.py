"""The payments of a case for the marketplace's systems: the keys under which it was told, and what became of each."""

from __future__ import annotations

import pytest

from tests.acts.market import market, running_market
from tests.acts.test_enforcement import run, settled, start
from tests.edges.callers import Caller

__all__ = ["market", "running_market"]
pytestmark = pytest.mark.django_db


def test_a_marketplace_reads_by_its_keys_what_was_paid(market):
    made = settled(20_000)
    market.behave("refuse", kind="refund_to_buyer", code="account_frozen")
    start(made)
    run()
    source = made.case.order.source
    told = Caller(source=source).get(f"cases/{made.case.number}/payments").json()["payments"]
    refused = next(row for row in told if row["state"] == "refused")
    assert (refused["purpose"], refused["source"], refused["code"]) == ("refund", "escrow", "account_frozen")
    keys = {row["key"] for row in told}
    assert {paid["key"] for paid in market.payments()} <= keys
    assert Caller(source="elsewhere").get(f"cases/{made.case.number}/payments").status_code == 404
