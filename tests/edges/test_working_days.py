"""Wherever a term of working days is shown, it is counted in working days, and no row asks the database for it."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from common import clock
from disputes.models import Deadline
from rulebook import calendars, clocks
from rulebook.clocks import DAY, PLATFORM_ZONE
from tests import builders, deciding, reach
from tests.acts.test_going_on import stop
from tests.edges.callers import Caller
from tests.edges.test_desk_pages import signed_in
from tests.reach import Scene

pytestmark = pytest.mark.django_db


def on_a_working_morning() -> None:
    """Early on a day of work: what is armed now has all its days before it, and none of them is cut by this test."""
    local = clock.now().astimezone(PLATFORM_ZONE).replace(hour=8, minute=0, second=0, microsecond=0) + DAY
    while not calendars.current().is_working(local.date()):
        local += DAY
    builders.travel_to(local)


def left(made: Scene) -> str:
    """In the words of the pages."""
    deadline = Deadline.objects.get(case=made.case, state=Deadline.PENDING)
    assert deadline.clock == "BD"
    days = clocks.working_days_left(clock.now(), deadline.due_at, calendars.current())
    assert days == {"pickup": 4, "admission": 1, "appeal_decision": 5}[deadline.duty]
    return f"{days} working day{'' if days == 1 else 's'} left"


def test_the_lists_of_desk_and_operations_count_working_days() -> None:
    builders.rules()
    on_a_working_morning()
    queued, filed = reach.queued(), reach.filed()
    assert left(queued) in signed_in(queued.arbitrator).get("/en/desk/").content.decode()
    board = signed_in(queued.ops).get("/en/ops/").content.decode()
    assert left(queued) in board and left(filed) in board
    assert left(filed) in signed_in(filed.ops).get("/en/ops/admission/").content.decode()
    for path in (f"/en/ops/cases/{queued.case.number}/", f"/en/desk/cases/{queued.case.number}/"):
        reader = queued.ops if "/ops/" in path else queued.senior
        assert left(queued) in signed_in(reader).get(path).content.decode()


def test_both_sides_read_working_days_while_the_platform_owes_the_next_step() -> None:
    builders.rules()
    on_a_working_morning()
    made = reach.queued()
    for reader, paths in (
        (made.buyer, ("/en/my/", f"/en/my/cases/{made.case.number}/")),
        (made.merchant, ("/en/shop/open/", f"/en/shop/cases/{made.case.number}/")),
    ):
        for path in paths:
            assert left(made) in signed_in(reader).get(path).content.decode(), path


def test_a_stopped_term_says_how_many_working_days_are_kept() -> None:
    builders.rules()
    on_a_working_morning()
    made = reach.queued()
    words = left(made).removesuffix(" left")
    stop(made)
    builders.travel(20 * DAY)
    assert words in signed_in(made.ops).get(f"/en/ops/cases/{made.case.number}/").content.decode()


def test_the_marketplace_reads_working_days_on_those_clocks_alone() -> None:
    builders.rules()
    on_a_working_morning()
    made = reach.queued()
    (deadline,) = Caller().get(f"cases/{made.case.number}").json()["deadlines"]
    assert (deadline["clock"], deadline["working_days_left"]) == ("BD", 4)
    other = reach.a_scene()
    (deadline,) = Caller().get(f"cases/{other.case.number}").json()["deadlines"]
    assert (deadline["clock"], deadline["working_days_left"]) == ("H", None)


def test_a_longer_list_of_working_days_takes_no_query_more() -> None:
    deciding.rules()
    on_a_working_morning()
    first = reach.queued()
    client = signed_in(first.ops)
    client.get("/en/ops/")
    with CaptureQueriesContext(connection) as short:
        client.get("/en/ops/")
    reach.queued()
    reach.queued()
    with CaptureQueriesContext(connection) as long:
        client.get("/en/ops/")
    assert len(long) == len(short)
