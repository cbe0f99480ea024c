"""The jury is asked and nobody votes: the case comes back to its arbitrator, whose clock goes on where it stood."""

from __future__ import annotations

from functools import partial

import pytest

from demo_market.server import Market
from disputes.lifecycle import Event, State
from rulebook import calendars, clocks
from tests import deciding
from tests.journeys import people
from tests.journeys.people import HOUR

pytestmark = pytest.mark.django_db


def test_a_jury_that_does_not_come_gives_the_case_back_and_takes_no_time_from_the_review(market: Market) -> None:
    town = people.gather(market, rules=partial(deciding.rules, jury=True))
    town.gets_to_the_queue(kind="refund_only")
    town.is_taken()
    now = town.passes(3 * HOUR)
    review = town.case.deadlines.get(duty="review", state="pending")
    left = clocks.working_days_left(now, review.due_at, calendars.current())
    town.arbitrator.do(town.case, Event.SENT_TO_JURY, question="照片里的是裂纹还是开片？")
    town.tick()
    assert town.state is State.JURY_VOTING
    assert town.case.deadlines.get(duty="review").state == "paused"
    assert town.case.deadlines.get(duty="jury_vote").state == "pending"
    town.term_ends()
    assert (town.state, town.kinds()[-2:]) == (State.UNDER_REVIEW, ["jury_closed", "jury_counted"])
    resumed = town.case.deadlines.get(duty="review")
    assert resumed.state == "pending"
    # Working days go on as working days: what is left of a broken one counts whole.
    assert left <= resumed.counts_days <= left + 1
    assert town.case.assignee_id == town.arbitrator.actor.id
    town.is_ruled("buyer")
    assert town.state is State.APPEAL_WINDOW
    town.all_is_well()
