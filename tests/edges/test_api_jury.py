"""The jury of a case for the marketplace's systems: nothing before its end, the split and no person after it."""

from __future__ import annotations

import pytest

from common import clock
from jury import counting
from tests import juries, reach
from tests.edges.callers import Caller
from tests.juries import sent

pytestmark = pytest.mark.django_db


def test_a_marketplace_reads_nothing_before_the_end_and_the_split_after_it() -> None:
    made = sent()
    caller, path = Caller(source=made.case.order.source), f"cases/{made.case.number}/jury"
    juries.all_vote(made, "buyer", "buyer")
    assert caller.get(path).json() == {"jury": None}
    juries.all_vote(made, "buyer")
    counting.close_settled(clock.now())
    told = caller.get(path).json()["jury"]
    assert (told["verdict"], told["for_buyer"], told["for_merchant"], told["size"]) == ("buyer", 3, 0, 5)
    assert {reason["vote"] for reason in told["reasons"]} == {"buyer"}
    assert told["question"] == juries.QUESTION
    assert set(told["reasons"][0]) == {"vote", "text"}
    assert Caller(source="elsewhere").get(path).status_code == 404


def test_a_case_whose_rules_know_no_jury_has_none() -> None:
    made = reach.a_scene()
    assert Caller(source="test").get(f"cases/{made.case.number}/jury").json() == {"jury": None}
