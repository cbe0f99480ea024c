"""Deadlines that are over are enforced here, a hundred at once, by any number of workers side by side.

Due rows and their cases are claimed together (``FOR UPDATE … SKIP LOCKED``), weighed by the same table as a person's
click, and written set-wise in that one transaction: no lease, no claimed state, nothing to clean up after a crash. A
case that somebody holds is left for the next tick. A row that raises is undone alone, counted and backed off; after
five tries it is set aside for ops and blocks no other.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any, NamedTuple

from django.db import DatabaseError, connection, transaction
from psycopg2.extras import execute_values

from common import clock
from common.actor import Actor
from common.acts import act
from common.errors import Refused
from disputes import deadlines, moves, outcomes, transitions
from disputes.lifecycle import Event, Facts
from disputes.models import Case, Deadline, Outcome
from disputes.moves import Arm, Move
from disputes.timers import BY_NAME, DUTIES
from journal import book
from journal.kinds import Kind

BATCH = 100
TRIES = 5
BACK_OFF = (timedelta(seconds=10), timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=30))


class Row(NamedTuple):
    """A deadline that is over, with its case and the head of its record: all that weighing it needs."""

    deadline_id: int
    duty: str
    step: str
    deadline_due_at: datetime
    head_seq: int
    head_digest: str
    id: int
    number: str
    state: str
    kind: str
    version: int
    round: int
    priority: int
    currency: str
    claimant: str
    claimed: int
    remedy: str
    returns: bool
    pays: bool
    substitute: int
    asked: str
    answered: str
    appellant: str
    decided_on_appeal: bool
    due_at: datetime | None
    suspended_at: datetime | None
    intervened_at: datetime | None
    evidence_closes_at: datetime | None
    refusals_so_far: int
    buyer_handed_in_at: datetime | None
    merchant_handed_in_at: datetime | None
    buyer_waived_at: datetime | None
    merchant_waived_at: datetime | None
    buyer_appealed_at: datetime | None
    merchant_appealed_at: datetime | None
    outcome_id: int | None
    assignee_id: int | None
    ruled_by_id: int | None
    procedure_rules_id: int
    stream_id: int


_CASE = Row._fields[Row._fields.index("id") :]

_CLAIM = f"""
SELECT d.id, d.duty, d.step, d.due_at, s.head_seq, s.head_digest, {", ".join("c." + name for name in _CASE)}
FROM disputes_deadline d
JOIN disputes_case c ON c.id = d.case_id
JOIN journal_stream s ON s.id = c.stream_id
WHERE d.state = 'pending' AND d.set_aside_at IS NULL AND d.due_at <= %(now)s
  AND (%(since)s::timestamptz IS NULL OR d.due_at >= %(since)s)
  AND (d.retry_at IS NULL OR d.retry_at <= %(now)s)
ORDER BY d.due_at, d.id
LIMIT %(limit)s
FOR UPDATE OF d, c SKIP LOCKED
"""


@dataclass(frozen=True)
class Fired:
    """What one batch did. ``next_from`` lets the next claim start where this one ended, before what it had to leave."""

    claimed: int
    fired: int
    failed: int
    next_from: datetime | None


def fire_due(*, limit: int = BATCH, since: datetime | None = None) -> Fired:
    """Enforce up to ``limit`` deadlines that are over, soonest first. Several processes may call this at once."""
    try:
        return _fire_batch(limit, since)
    except (DatabaseError, Refused, LookupError, ValueError, TypeError, AttributeError, AssertionError):
        # One of the rows is poisonous. Nothing of the batch has been written: go through it row by row.
        return _fire_singly(limit, since)


def _claim(limit: int, since: datetime | None, now: datetime) -> list[Row]:
    with connection.cursor() as cursor:
        cursor.execute(_CLAIM, {"now": now, "since": since, "limit": limit})
        return [Row._make(row) for row in cursor.fetchall()]


def _event(row: Row, facts: Facts) -> tuple[Event, dict[str, Any]]:
    """What the end of this term means, and what the entry says about it besides due and fired."""
    duty = BY_NAME[row.duty]
    silence = deadlines.step_of(row, row.step).silence
    more = {"offer_of": row.duty.removeprefix("offer_")} if row.duty.startswith("offer_") else {}
    return duty.expires(facts, silence), more


def _next_from(rows: Sequence[Row], left: Sequence[Row]) -> datetime | None:
    first_open = left[0] if left else rows[-1] if rows else None
    return first_open.deadline_due_at if first_open else None


@act
def _fire_batch(limit: int, since: datetime | None) -> Fired:
    now = clock.now()
    rows = _claim(limit, since, now)
    system = Actor.system()
    planned: list[tuple[Row, Move]] = []
    singly: list[Row] = []
    left: list[Row] = []
    taken: set[int] = set()
    for row in rows:
        if row.id in taken:  # two terms of one case: the second is weighed after the first, in the next batch
            left.append(row)
            continue
        taken.add(row.id)
        facts = moves.facts_of(row, system, now)
        event, more = _event(row, facts)
        move = moves.weigh(row, event, facts, actor=system, now=now, data=more)
        if move.pauses or move.resumes or move.pauses_all or move.resumes_all:
            singly.append(row)
        else:
            planned.append((row, move))
    _write(planned, now)
    for row in singly:
        _fire_one(row, now)
    return Fired(
        claimed=len(rows),
        fired=len(planned) + len(singly),
        failed=0,
        next_from=_next_from(rows, left),
    )


@act
def _fire_singly(limit: int, since: datetime | None) -> Fired:
    now = clock.now()
    rows = _claim(limit, since, now)
    fired = failed = 0
    left: list[Row] = []
    taken: set[int] = set()
    for row in rows:
        if row.id in taken:
            left.append(row)
            continue
        taken.add(row.id)
        try:
            with transaction.atomic():
                _fire_one(row, now)
            fired += 1
        except Exception as error:
            # Whatever is wrong with this row, it may not stop the others; ops see its name in the queue of set-asides.
            _back_off(row, error, now)
            failed += 1
    return Fired(len(rows), fired, failed, _next_from(rows, left))


def _fire_one(row: Row, now: datetime) -> None:
    """The same move by the way that pages take. The case is locked already; this reads it afresh."""
    event, more = _event(row, moves.facts_of(row, Actor.system(), now))
    case = Case.objects.get(pk=row.id)
    transitions.advance(case, event, actor=Actor.system(), now=now, data=more)


def _back_off(row: Row, error: Exception, now: datetime) -> None:
    attempts = Deadline.objects.values_list("attempts", flat=True).get(pk=row.deadline_id) + 1
    aside = attempts >= TRIES
    Deadline.objects.filter(pk=row.deadline_id).update(
        attempts=attempts,
        retry_at=None if aside else now + BACK_OFF[attempts - 1],
        set_aside_at=now if aside else None,
        error=f"{type(error).__name__}: {getattr(error, 'code', '')}"[:200],
    )


@act
def try_again(deadline_id: int) -> None:
    """Ops have looked at it: the deadline that was set aside is weighed again with the next tick."""
    aside = Deadline.objects.filter(pk=deadline_id, state=Deadline.PENDING, set_aside_at__isnull=False)
    aside.update(attempts=0, retry_at=None, set_aside_at=None, error="")


def _write(planned: Sequence[tuple[Row, Move]], now: datetime) -> None:
    """All moves of a batch in a handful of statements. Gives the same rows as ``transitions.advance`` one by one."""
    if not planned:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE disputes_deadline SET state = 'expired', ended_at = %s, fired_at = %s, remind_at = NULL "
            "WHERE id = ANY(%s)",
            [now, now, [row.deadline_id for row, _ in planned]],
        )
    _end_others(planned, now)
    _end_offers(planned, now)
    due = _arm(planned, now)
    outcome = _outcomes(planned, now)
    changed: list[tuple[int, dict[str, Any]]] = []
    for row, move in planned:
        columns = dict(move.changes)
        if row.id in due:
            columns["due_at"] = due[row.id]
            if "evidence" in [arm.duty for arm in move.arms]:
                columns["evidence_closes_at"] = due[row.id]
        if row.id in outcome:
            columns["outcome_id"] = outcome[row.id]
        elif move.drops_outcome:
            columns["outcome_id"] = None
        changed.append((row.id, columns))
    _update_cases(changed)
    drafts = [
        book.Draft(
            stream_id=row.stream_id,
            head_seq=row.head_seq,
            head_digest=row.head_digest,
            kind=Kind(move.event.value),
            data={
                "from": move.source.value,
                "to": move.target.value,
                **move.entry,
                "due_at": row.deadline_due_at.isoformat(),
                "fired_at": now.isoformat(),
            },
        )
        for row, move in planned
    ]
    book.record_many(drafts, actor=Actor.system(), now=now)


def _end_others(planned: Sequence[tuple[Row, Move]], now: datetime) -> None:
    """Other open duties of the same cases end with the move: cancelled, since their term was not over."""
    pairs = [(row.id, duty) for row, move in planned for duty in move.ends if duty != row.duty]
    if not pairs:
        return
    with connection.cursor() as cursor:
        execute_values(
            cursor.cursor,
            "UPDATE disputes_deadline d SET state = 'cancelled', ended_at = v.now, remind_at = NULL "
            "FROM (VALUES %s) AS v(case_id, duty, now) "
            "WHERE d.case_id = v.case_id AND d.duty = v.duty AND d.state IN ('pending', 'paused')",
            [(case_id, duty, now) for case_id, duty in pairs],
            page_size=len(pairs),
        )


def _end_offers(planned: Sequence[tuple[Row, Move]], now: datetime) -> None:
    void = [row.id for row, move in planned if move.voids_offers]
    lapsed = [(row.id, move.lapses_offer_of, now) for row, move in planned if move.lapses_offer_of]
    with connection.cursor() as cursor:
        if void:
            cursor.execute(
                "UPDATE disputes_offer SET state = 'void', ended_at = %s WHERE state = 'open' AND case_id = ANY(%s)",
                [now, void],
            )
        if lapsed:
            execute_values(
                cursor.cursor,
                "UPDATE disputes_offer o SET state = 'lapsed', ended_at = v.now "
                "FROM (VALUES %s) AS v(case_id, side, now) "
                "WHERE o.case_id = v.case_id AND o.side = v.side AND o.state = 'open'",
                lapsed,
            )


_ARM = """
INSERT INTO disputes_deadline (case_id, duty, step, clock, awaits, armed_at, due_at, provisional, calendar_version,
    remind_at, reminders, state, extensions, attempts, error)
SELECT unnest(v.cases), v.duty, v.step, v.clock, v.awaits, v.armed_at, v.due_at, v.provisional, v.calendar_version,
    v.remind_at, v.reminders, 'pending', 0, 0, ''
FROM (VALUES %s) AS v(cases, duty, step, clock, awaits, armed_at, due_at, provisional, calendar_version,
    remind_at, reminders)
"""
_TERM = """(%(cases)s::bigint[], %(duty)s, %(step)s, %(clock)s, %(awaits)s, %(armed_at)s, %(due_at)s, %(provisional)s,
    %(calendar_version)s, %(remind_at)s::timestamptz, %(reminders)s::timestamptz[])"""


def _arm(planned: Sequence[tuple[Row, Move]], now: datetime) -> dict[int, datetime]:
    """Arm what the moves await next. Returns when each case's main duty is due."""
    # Whoever awaits the same from now on, by the same rules, has the same term: days are counted once for all of them.
    terms: dict[tuple[int, Arm], dict[str, Any]] = {}
    due: dict[int, datetime] = {}
    for row, move in planned:
        duty = DUTIES.get(move.target)
        for arm in move.arms:
            term = terms.get((row.procedure_rules_id, arm))
            if term is None:
                term = deadlines.draft(deadlines.step_of(row, arm.step), arm, now) | {"cases": []}
                terms[row.procedure_rules_id, arm] = term
            term["cases"].append(row.id)
            if duty is not None and duty.name == arm.duty:
                due[row.id] = term["due_at"]
    if terms:
        with connection.cursor() as cursor:
            execute_values(cursor.cursor, _ARM, list(terms.values()), template=_TERM, page_size=len(terms))
    return due


def _outcomes(planned: Sequence[tuple[Row, Move]], now: datetime) -> dict[int, int]:
    """Record what the moves decide, superseding what was in force. Returns the new outcome of each case."""
    old = [row.outcome_id for row, move in planned if row.outcome_id and (move.drops_outcome or move.award)]
    if old:
        Outcome.objects.filter(pk__in=old, superseded_at__isnull=True).update(superseded_at=now)
    new = [
        outcomes.draft(row.id, int(move.changes.get("round", row.round)), move.award, now)
        for row, move in planned
        if move.award is not None
    ]
    return {outcome.case_id: outcome.pk for outcome in Outcome.objects.bulk_create(new)}


def _update_cases(changed: Sequence[tuple[int, dict[str, Any]]]) -> None:
    """Write each case's changed columns: one statement per set of columns, usually one per batch.

    What is the same for all of them is said once. ``version`` counts on by itself: the cases are locked.
    """
    groups: dict[tuple[str, ...], list[tuple[int, dict[str, Any]]]] = {}
    for case_id, columns in changed:
        groups.setdefault(tuple(columns), []).append((case_id, columns))
    for names, rows in groups.items():
        first = rows[0][1]
        told = [name for name in names if name != "version"]
        same = [name for name in told if all(columns[name] == first[name] for _id, columns in rows)]
        own = [name for name in told if name not in same]
        sets = [f"{name} = %s" for name in same] + [f"{name} = v.{name}" for name in own] + ["version = c.version + 1"]
        arrays = ", ".join(f"%s::{_column_type(name)}[]" for name in ("id", *own))
        with connection.cursor() as cursor:
            cursor.execute(
                f"UPDATE disputes_case c SET {', '.join(sets)} "
                f"FROM unnest({arrays}) AS v({', '.join(('id', *own))}) WHERE c.id = v.id",
                [
                    *(first[name] for name in same),
                    [case_id for case_id, _columns in rows],
                    *([columns[name] for _id, columns in rows] for name in own),
                ],
            )


@cache
def _column_type(name: str) -> str:
    kind = next(field for field in Case._meta.concrete_fields if field.column == name).rel_db_type(connection)
    assert kind is not None
    return kind


_REMIND = """
SELECT d.id, d.duty, d.awaits, d.due_at, d.reminders, c.stream_id, s.head_seq, s.head_digest
FROM disputes_deadline d
JOIN disputes_case c ON c.id = d.case_id
JOIN journal_stream s ON s.id = c.stream_id
WHERE d.state = 'pending' AND d.remind_at <= %(now)s
ORDER BY d.remind_at, d.id
LIMIT %(limit)s
FOR UPDATE OF d, c SKIP LOCKED
"""


@act
def remind_due(*, limit: int = BATCH) -> int:
    """Record a reminder for each duty whose next one has come (T43); the engine tells whoever is awaited."""
    now = clock.now()
    with connection.cursor() as cursor:
        cursor.execute(_REMIND, {"now": now, "limit": limit})
        rows = cursor.fetchall()
        drafts: list[book.Draft] = []
        nexts: list[tuple[int, datetime | None, list[datetime]]] = []
        streams: set[int] = set()
        for deadline_id, duty, awaits, due_at, reminders, stream_id, head_seq, head_digest in rows:
            if stream_id in streams:
                continue
            streams.add(stream_id)
            later = [at for at in reminders if at > now]
            nexts.append((deadline_id, later[0] if later else None, later[1:]))
            if due_at > now:
                data = {"duty": duty, "awaits": awaits, "due_at": due_at.isoformat()}
                drafts.append(book.Draft(stream_id, head_seq, head_digest, Kind.DEADLINE_REMINDED, data))
        if nexts:
            execute_values(
                cursor.cursor,
                "UPDATE disputes_deadline d SET remind_at = v.next, reminders = v.later "
                "FROM (VALUES %s) AS v(id, next, later) WHERE d.id = v.id",
                nexts,
                template="(%s, %s::timestamptz, %s::timestamptz[])",
                page_size=len(nexts),
            )
    book.record_many(drafts, actor=Actor.system(), now=now)
    return len(nexts)
