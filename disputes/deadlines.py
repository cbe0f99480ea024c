"""Deadlines as rows: armed with the move that needs them, ended by the move that meets them. No act forgets one."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db import connection
from psycopg2.extras import execute_values

from common.acts import require_act
from disputes.models import Case, Deadline
from disputes.moves import Arm
from rulebook import calendars, clocks
from rulebook import queries as rulebook
from rulebook.schema import Step


def step_of(case: Case | Any, key: str) -> Step:
    """The timed step as the case's own rules have it: procedure as at filing."""
    return rulebook.rules(case.procedure_rules_id).step(key)


def draft(step: Step, arm: Arm, now: datetime) -> dict[str, Any]:
    """The columns of a deadline that starts now. ``due_at`` is computed once, here, by the case's own rules."""
    calendar = calendars.current()
    due = clocks.due(now, step.duration, calendar)
    reminders = [at for at in clocks.reminders(now, due.at, step.duration) if at > now]
    return {
        "duty": arm.duty,
        "step": arm.step,
        "clock": step.duration.clock.value,
        "awaits": arm.awaits.value,
        "armed_at": now,
        "due_at": due.at,
        "provisional": due.provisional,
        "calendar_version": due.calendar_version,
        "remind_at": reminders[0] if reminders else None,
        "reminders": reminders[1:],
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


def resume(case: Case, duties: tuple[str, ...] | None, *, now: datetime) -> None:
    """Start the named clocks again with what was left to each. Day clocks end with a day: a broken day counts whole."""
    require_act()
    stopped = Deadline.objects.filter(case=case, state=Deadline.PAUSED)
    if duties is not None:
        stopped = stopped.filter(duty__in=duties)
    for deadline in stopped:
        assert deadline.paused_at is not None
        stood = now - deadline.paused_at
        due_at = deadline.due_at + stood
        if deadline.clock in ("D", "BD"):
            due_at = clocks.end_of_day(due_at - timedelta(microseconds=1))
        reminders = [at + stood for at in [deadline.remind_at, *deadline.reminders] if at is not None]
        Deadline.objects.filter(pk=deadline.pk).update(
            state=Deadline.PENDING,
            paused_at=None,
            due_at=due_at,
            remind_at=reminders[0] if reminders else None,
            reminders=reminders[1:],
        )


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


def left(deadline: Deadline, now: datetime) -> timedelta:
    """What is left of a term; for a paused one, what was left when it stopped. Never negative."""
    until = deadline.paused_at if deadline.paused_at is not None else now
    return max(deadline.due_at - until, timedelta())
