"""Stopping, resuming and extending: each an act with a reason, in the journal, and told to both sides."""

from __future__ import annotations

from datetime import datetime, timedelta

from common.actor import Actor
from common.acts import act
from common.errors import Refused
from disputes import access, deadlines, moves, queries, statements
from disputes.lifecycle import Event
from disputes.models import Case, Deadline
from disputes.timers import DUTIES
from disputes.transitions import advance
from journal import book
from journal.kinds import Kind
from rulebook import calendars
from rulebook import clocks as terms
from rulebook import queries as rulebook
from rulebook.schema import Extension, Step


@act
def stop(case_id: int, *, reason: str, text: str, actor: Actor, now: datetime, seen: int | None = None) -> Case:
    """All clocks of the case stand still, at most for the term of the reason (T22–T25); what was left is kept."""
    case = queries.lock(case_id, seen=seen)
    access.require_visible(case, actor)
    pauses = rulebook.rules(case.procedure_rules_id).pauses
    if reason not in pauses:
        raise Refused("reason_unknown", reason=reason)
    statement = statements.add(case, "suspension", text, actor=actor, now=now, required=True)
    data = {"reason": reason, "step": pauses[reason].step, **statements.ref(statement)}
    return advance(case, Event.CLOCKS_STOPPED, actor=actor, now=now, data=data)


@act
def resume(case_id: int, *, actor: Actor, now: datetime, seen: int | None = None) -> Case:
    """The clocks run again with what was left to each."""
    case = queries.lock(case_id, seen=seen)
    access.require_visible(case, actor)
    return advance(case, Event.CLOCKS_RESUMED, actor=actor, now=now)


@act
def extend(case_id: int, *, hours: int, text: str, actor: Actor, now: datetime, seen: int | None = None) -> Deadline:
    """The duty of the current state is due later, as far and as often as its step allows. Both sides are told.

    ``hours``: 24 of them are a day on clocks of days, and a working day on clocks of those. A party may extend only what
    it owes itself, and only where the rules give it that right; staff need a reason too.
    """
    case = queries.lock(case_id, seen=seen)
    access.require_visible(case, actor)
    deadline = deadlines.running(case)
    if deadline is None:
        raise Refused("no_deadline_runs")
    step = deadlines.step_of(case, deadline.step)
    refusals = _against(step, deadline, hours, actor, now)
    facts = moves.facts_of(case, actor, now, refusals=refusals)
    statement = statements.add(case, "extension", text, actor=actor, now=now, required=True)
    columns = deadlines.extended(case, deadline, hours, now=now)
    due_at = columns["due_at"]
    data = {
        "duty": deadline.duty,
        "from_due_at": deadline.due_at.isoformat(),
        "to_due_at": due_at.isoformat(),
        **statements.ref(statement),
    }
    Deadline.objects.filter(pk=deadline.pk).update(extensions=deadline.extensions + 1, **columns)
    changes: dict[str, object] = {"due_at": due_at}
    if deadline.duty == "evidence":
        changes["evidence_closes_at"] = due_at
    advance(case, Event.DEADLINE_EXTENDED, actor=actor, now=now, facts=facts, changes=changes, data=data)
    deadline.refresh_from_db()
    return deadline


def _against(step: Step, deadline: Deadline, hours: int, actor: Actor, now: datetime) -> tuple[str, ...]:
    if step.extendable is None or deadline.extensions >= step.extendable.times:
        return ("deadline_not_extendable",)
    if not 0 < hours <= longest_extension(step.extendable):
        return ("extension_too_long",)
    if actor.side is not None and deadline.awaits not in (actor.side.value, "both"):
        return ("deadline_is_not_yours",)
    if now >= deadline.due_at:
        return ("deadline_is_over",)
    return ()


def longest_extension(extension: Extension) -> int:
    """In hours; a day, or a working day where the clock counts those, is 24 of them."""
    return extension.duration.amount * (1 if extension.duration.clock in (terms.Clock.H, terms.Clock.SH) else 24)


@act
def recompute_provisional(deadline_id: int, *, actor: Actor, now: datetime) -> bool:
    """A due date beyond the known calendar is computed again once the calendar is known; parties are told of a change."""
    case_id = Deadline.objects.values_list("case_id", flat=True).get(pk=deadline_id)
    case = queries.lock(case_id)
    deadline = Deadline.objects.get(pk=deadline_id)
    if deadline.state != Deadline.PENDING or not deadline.provisional:
        return False
    columns = deadlines.recomputed(case, deadline, calendars.current(), now=now)
    if columns["provisional"]:
        return False
    # Never to the past: what would already be over is due at the end of the coming tick, after a last reminder.
    if columns["due_at"] != deadline.due_at:
        columns["due_at"] = max(columns["due_at"], now + timedelta(hours=1))
    due_at = columns["due_at"]
    moved: bool = due_at != deadline.due_at
    Deadline.objects.filter(pk=deadline_id).update(**columns)
    if moved:
        deadlines.offer_follows(case, deadline.duty, due_at)
        duty = DUTIES.get(moves.facts_of(case, actor, now).state)
        if duty is not None and duty.name == deadline.duty:
            Case.objects.filter(pk=case.pk).update(due_at=due_at)
        data = {
            "duty": deadline.duty,
            "from_due_at": deadline.due_at.isoformat(),
            "to_due_at": due_at.isoformat(),
            "calendar": columns["calendar_version"],
        }
        book.record(case.stream_id, Kind.DEADLINE_RECOMPUTED, data=data, actor=actor, now=now)
    return moved
