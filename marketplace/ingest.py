"""Takes in a marketplace's records, in any order and any number of times: batch by batch, and what was parked meanwhile.

Writers of one source wait for each other, so a batch reads and writes without a gap. What stands of a thing is `batch`'s to
say; which records fit at all, `feed`'s.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import islice
from typing import Any, TypeVar

from django.db import DataError, IntegrityError, connection
from django.db.models import Exists, OuterRef, Q

from common.acts import act
from marketplace import tables
from marketplace.batch import Batch, Numbered, Report, problem_of
from marketplace.feed import TYPES, Parsed, Problem, parse
from marketplace.models import Parked

BATCH = 500
T = TypeVar("T")


def ingest(
    records: Iterable[tuple[int, dict[str, Any] | str | bytes]],
    *,
    source: str,
    now: datetime,
    batch: int = BATCH,
    after_batch: Callable[[int, Report], None] | None = None,
) -> Report:
    """Take in numbered records, ``batch`` of them to a transaction. ``after_batch`` gets the last line and its report.

    Never raises for a bad record: it is in ``rejected``, and stops nothing else. Must not be called inside an act.
    """
    total = Report()
    for chunk in _chunks(records, batch):
        report = receive(chunk, source=source, now=now)
        total.add(report)
        if after_batch is not None:
            after_batch(chunk[-1][0], report)
    return total


def receive(records: Sequence[tuple[int, dict[str, Any] | str | bytes]], *, source: str, now: datetime) -> Report:
    """Take in one batch, then whatever was parked for want of it."""
    report = Report()
    fitting: list[Numbered] = []
    for line, record in records:
        parsed = parse(record)
        if isinstance(parsed, Problem):
            report.rejected.append(replace(parsed, line=line))
        else:
            fitting.append(Numbered(line, parsed))
    report.add(_take(fitting, source=source, now=now))
    report.add(release(source=source, now=now))
    report.rejected.sort(key=lambda problem: problem.line or 0)
    return report


def release(*, source: str, now: datetime) -> Report:
    """Apply what is parked and has its reason no longer. Harmless to repeat."""
    report = Report()
    while ready := _ready(source, BATCH):
        waiting = [
            Numbered(None, Parsed(row.type, row.external_id, row.version, row.seen_digest, row.record)) for row in ready
        ]
        report.add(_take(waiting, source=source, now=now, unpark=[row.pk for row in ready]))
    return report


def _take(records: list[Numbered], *, source: str, now: datetime, unpark: Sequence[int] | None = None) -> Report:
    """One transaction for all; if PostgreSQL cannot store one of them, halves, until it stands alone."""
    if not records:
        return Report()
    try:
        return apply(records, source=source, now=now, unpark=unpark)
    except (DataError, IntegrityError):
        if len(records) == 1:
            report = Report(rejected=[problem_of(records[0], "", "not_storable")])
            if unpark:
                _drop_parked(unpark)
            return report
    middle = len(records) // 2
    report = _take(records[:middle], source=source, now=now, unpark=unpark and unpark[:middle])
    report.add(_take(records[middle:], source=source, now=now, unpark=unpark and unpark[middle:]))
    return report


@act
def apply(records: Sequence[Numbered], *, source: str, now: datetime, unpark: Sequence[int] | None = None) -> Report:
    """The records stand in the tables, or wait for what they refer to. ``unpark`` names parked rows now taken up."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"marketplace.ingest:{source}"])
    if unpark:
        Parked.objects.filter(pk__in=unpark).delete()
    batch = Batch(source, now)
    for kind in TYPES:
        mine = [numbered for numbered in records if numbered.record.type == kind]
        if mine:
            batch.take(kind, mine)
    batch.park(again=unpark is not None)
    return batch.report


@act
def _drop_parked(ids: Sequence[int]) -> None:
    Parked.objects.filter(pk__in=ids).delete()


def _ready(source: str, limit: int) -> list[Parked]:
    here: dict[str, Any] = {
        kind: Exists(tables.MODELS[kind].objects.filter(source=OuterRef("source"), external_id=OuterRef("needs_id")))  # type: ignore[attr-defined]
        for kind in ("merchant", "buyer", "order")
    }
    found = Q()
    for kind, exists in here.items():
        found |= Q(needs_type=kind) & Q(exists)
    return list(Parked.objects.filter(found, source=source).order_by("id")[:limit])


def _chunks(items: Iterable[T], size: int) -> Iterator[list[T]]:
    iterator = iter(items)
    while chunk := list(islice(iterator, size)):
        yield chunk
