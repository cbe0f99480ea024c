"""Deadlines as rows: armed with the move that needs them, ended by the move that meets them. No act forgets one."""

from __future__ import annotations

import math
from datetime import datetime, timedelta
from typing import Any

from django.db import connection
from psycopg2.extras import execute_values

from common.acts import require_act
from disputes.lifecycle import Facts, Kind, State
from disputes.models import Case, Deadline, Offer
from disputes.moves import Arm
from disputes.timers import DUTIES, HOLDS_REVIEW, OFFER_DUTY
from rulebook import calendars, clocks
from rulebook import queries as rulebook
from rulebook.clocks import Calendar, Clock
from rulebook.schema import Step


def step_of(case: Case | Any, key: str) -> Step:
    """The timed step as the case's own rules have it: procedure as at filing."""
    return rulebook.rules(case.procedure_rules_id).step(key)


def clock_of(case: Case) -> str:
    """On which clock the duty of the case's state runs, from its row and its rules: no query. Hours where none runs."""
    duty = DUTIES.get(State(case.state))
    if duty is None:
        return Clock.H.value
    facts = Facts(state=State(case.state), kind=Kind(case.kind), returns=case.returns)
    return step_of(case, duty.step(facts)).duration.clock.value


def draft(step: Step, arm: Arm, now: datetime) -> dict[str, Any]:
    """The columns of a deadline that starts now. ``due_at`` is computed once, here, by the case's own rules."""
    calendar = calendars.current()
    due = clocks.due(now, step.duration, calendar)
    return {
        "duty": arm.duty,
        "step": arm.step,
        "clock": step.duration.clock.value,
        "awaits": arm.awaits.value,
        "armed_at": now,
        "due_at": due.at,
        "provisional": due.provisional,
        "calendar_version": due.calendar_version,
        **reminded(step, due.at, now),
    }


def arm(case: Case, what: Arm, *, now: datetime) -> Deadline:
    require_act()
    return Deadline.objects.create(case=case, **draft(step_of(case, what.step), what, now))


# A duty that was not yet due can be met or cancelled; only one that is over can expire.
_END = """
UPDATE disputes_deadline d SET
    state = CASE WHEN v.how = 'expired' AND v.now < d.due_at THEN 'cancelled' ELSE v.how END,
    fired_at = CASE WHEN v.how = 'expired' AND v.now >= d.due_at THEN v.now END,
    ended_at = v.now, remind_at = NULL
FROM (VALUES %s) AS v(case_id, duty, how, now)
WHERE d.case_id = v.case_id AND d.duty = v.duty AND d.state IN ('pending', 'paused')
RETURNING d.duty, d.due_at
"""


def end(case: Case, ends: dict[str, str], *, now: datetime) -> dict[str, datetime]:
    """End each named duty, if it is open, the way it ended. Returns when each was due."""
    require_act()
    rows = [(case.pk, duty, how, now) for duty, how in ends.items()]
    with connection.cursor() as cursor:
        return dict(execute_values(cursor.cursor, _END, rows, fetch=True))


def pause(case: Case, duties: tuple[str, ...] | None, *, now: datetime) -> None:
    """Stop the named clocks, or all that run. What was left is kept as the distance between pause and due."""
    require_act()
    running = Deadline.objects.filter(case=case, state=Deadline.PENDING).exclude(duty="suspension")
    if duties is not None:
        running = running.filter(duty__in=duties)
    running.update(state=Deadline.PAUSED, paused_at=now)


def resume(case: Case, duties: tuple[str, ...] | None, *, now: datetime) -> dict[str, datetime]:
    """Start the named clocks again, or all, with what was left to each in its own measure. Returns when each is due.

    The clock of a review that stands still for another reason, because more evidence or a jury is awaited, does not go
    on with the others.
    """
    require_act()
    stopped = Deadline.objects.filter(case=case, state=Deadline.PAUSED)
    if duties is not None:
        stopped = stopped.filter(duty__in=duties)
    elif State(case.state) in HOLDS_REVIEW:
        stopped = stopped.exclude(duty="review")
    due: dict[str, datetime] = {}
    for deadline in stopped:
        columns = _goes_on(case, deadline, now)
        Deadline.objects.filter(pk=deadline.pk).update(state=Deadline.PENDING, paused_at=None, **columns)
        due[deadline.duty] = columns["due_at"]
        offer_follows(case, deadline.duty, columns["due_at"])
    return due


def offer_follows(case: Case, duty: str, due_at: datetime) -> None:
    """An offer ends with its term, also once that has moved. Nothing for other duties."""
    require_act()
    if duty.startswith(OFFER_DUTY):
        side = duty.removeprefix(OFFER_DUTY)
        Offer.objects.filter(case=case, side=side, state=Offer.OPEN).update(expires_at=due_at)


def _goes_on(case: Case, deadline: Deadline, now: datetime) -> dict[str, Any]:
    """The columns of a deadline that goes on at ``now``. What was over when it stopped is over."""
    assert deadline.paused_at is not None
    clock = Clock(deadline.clock)
    calendar = calendars.as_of(deadline.calendar_version)
    left = clocks.rest(deadline.paused_at, deadline.due_at, clock, calendar)
    if left is None:
        return {"due_at": now}
    due = clocks.due_again(now, left, clock, calendar)
    if due.provisional:
        # Where the calendar that the term was computed with ends, today's may know more.
        calendar = calendars.current()
        due = clocks.due_again(now, left, clock, calendar)
    columns: dict[str, Any] = {"due_at": due.at}
    if clock is Clock.BD:
        days = clocks.days_again(now, left, clock, calendar)
        columns |= {"provisional": due.provisional, "calendar_version": due.calendar_version}
        columns |= {"counts_from": now, "counts_days": days}
        return columns | reminded(step_of(case, deadline.step), due.at, now)
    moved = due.at - deadline.due_at
    reminders = [at + moved for at in [deadline.remind_at, *deadline.reminders] if at is not None]
    return columns | {"remind_at": reminders[0] if reminders else None, "reminders": reminders[1:]}


def extended(case: Case, deadline: Deadline, hours: int, *, now: datetime) -> dict[str, Any]:
    """The columns of a deadline that is due later by ``hours``; 24 of them are a day where the clock counts days, and
    on a clock of working days a working day. A started day counts whole.
    """
    clock = Clock(deadline.clock)
    step = step_of(case, deadline.step)
    columns: dict[str, Any] = {}
    if clock is Clock.BD:
        start, days = counted(deadline, step)
        days += math.ceil(hours / 24)
        due = clocks.due_after(start, days, clock, calendars.as_of(deadline.calendar_version))
        if due.provisional:
            due = clocks.due_after(start, days, clock, calendars.current())
        columns = {"provisional": due.provisional, "calendar_version": due.calendar_version}
        columns |= {"counts_from": start, "counts_days": days}
        due_at = due.at
    elif clock is Clock.SH:
        more = clocks.Rest(0, timedelta(hours=hours))
        due_at = clocks.due_again(deadline.due_at, more, clock, calendars.current()).at
    else:
        due_at = deadline.due_at + timedelta(hours=hours)
        if clock is Clock.D:
            due_at = clocks.end_of_day(due_at - timedelta(microseconds=1))
    return columns | {"due_at": due_at} | reminded(step, due_at, now)


def recomputed(case: Case, deadline: Deadline, calendar: Calendar, *, now: datetime) -> dict[str, Any]:
    """The columns of a deadline of working days by ``calendar``, counted as it runs now: stopped, gone on or extended."""
    step = step_of(case, deadline.step)
    start, days = counted(deadline, step)
    due = clocks.due_after(start, days, Clock.BD, calendar)
    columns = {"due_at": due.at, "provisional": due.provisional, "calendar_version": due.calendar_version}
    return columns | reminded(step, due.at, now)


def counted(deadline: Deadline, step: Step) -> tuple[datetime, int]:
    """From which day on a term of working days counts, and how many."""
    if deadline.counts_from is not None and deadline.counts_days is not None:
        return deadline.counts_from, deadline.counts_days
    return deadline.armed_at, step.duration.amount


def reminded(step: Step, due_at: datetime, now: datetime) -> dict[str, Any]:
    """When to remind of a term that is due at ``due_at`` from ``now`` on, as columns."""
    moments = [at for at in clocks.reminders(now, due_at, step.duration) if at > now]
    return {"remind_at": moments[0] if moments else None, "reminders": moments[1:]}


def running(case: Case) -> Deadline | None:
    """The deadline of the duty that the case's state awaits, if its clock runs."""
    duty = DUTIES.get(State(case.state))
    return Deadline.objects.filter(case=case, duty=duty.name, state=Deadline.PENDING).first() if duty else None


def main_due_at(case_id: int, duty: str | None) -> datetime | None:
    """When the duty of the case's state is due: what lists and inboxes are ordered by."""
    if duty is None:
        return None
    row = (
        Deadline.objects.filter(case_id=case_id, duty=duty, state__in=[Deadline.PENDING, Deadline.PAUSED])
        .values_list("due_at", flat=True)
        .first()
    )
    return row


def working_days_left(due_at: datetime, now: datetime, clock: str) -> int | None:
    """Working days after today until a term ends, 0 on its last one; ``None`` on other clocks and once it is over."""
    if clock != Clock.BD or due_at <= now:
        return None
    return clocks.working_days_left(now, due_at, calendars.current())


def left(deadline: Deadline, now: datetime) -> timedelta:
    """What is left of a term; for a paused one, what was left when it stopped. Never negative."""
    until = deadline.paused_at if deadline.paused_at is not None else now
    return max(deadline.due_at - until, timedelta())
