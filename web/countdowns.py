"""How long a duty still runs, in the measure of its clock: where the words of `wording` meet the calendar. Days of work are
counted in memory, so that a list of fifty asks nothing fifty times.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from disputes import deadlines
from disputes.models import Case, Deadline
from web import wording
from web.wording import Countdown


def until(due_at: datetime, now: datetime, *, mine: bool, clock: str) -> Countdown:
    """A term that runs until ``due_at``, on ``clock`` (`rulebook.clocks.Clock`)."""
    days = deadlines.working_days_left(due_at, now, clock)
    return wording.countdown(due_at, now, mine=mine, clock=clock, working_days=days)


def of(deadline: Deadline, now: datetime, *, mine: bool) -> Countdown:
    """A deadline that runs, or that stands still with what was left when it stopped."""
    if deadline.state != Deadline.PAUSED:
        return until(deadline.due_at, now, mine=mine, clock=deadline.clock)
    return still(deadline.due_at, deadline.paused_at or now, now, deadline.clock)


def of_case(case: Case, now: datetime, *, mine: bool) -> Countdown | None:
    """The term of what the case awaits, from its row alone: for lists and headings."""
    if case.due_at is None:
        return None
    clock = deadlines.clock_of(case)
    if case.suspended_at is not None:
        return still(case.due_at, case.suspended_at, now, clock)
    return until(case.due_at, now, mine=mine, clock=clock)


def still(due_at: datetime, stopped_at: datetime, now: datetime, clock: str) -> Countdown:
    """A term that stands still since ``stopped_at``, with what was left of it then."""
    days = deadlines.working_days_left(due_at, stopped_at, clock)
    # A day that had begun is still there whole: a term of days ends with a day.
    days = None if days is None else max(days, 1)
    return wording.paused(due_at, now, max(due_at - stopped_at, timedelta()), working_days=days)
