"""Draws the consequences of journal entries: each once in effect, in order within a case, by any number of workers.

One entry is one act: its reactions and its leaving the outbox commit together. A worker that dies leaves the entry
where it was. An entry whose reactions raise is backed off and blocks only its own case; after five tries ops see it.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection

from common import clock
from common.acts import act
from disputes import queries
from disputes.models import Case
from engine import reactions
from journal.models import Entry, Undelivered

log = logging.getLogger(__name__)

TRIES = 5
BACK_OFF = (timedelta(seconds=5), timedelta(seconds=30), timedelta(minutes=5), timedelta(minutes=30))
_LOCK_SPACE = 7261  # any constant: keeps our advisory locks apart from anybody else's

# Only the head of each stream: what is behind it waits for it.
_HEADS = """
SELECT u.entry_id, u.stream_id FROM journal_undelivered u
WHERE u.set_aside_at IS NULL AND (u.retry_at IS NULL OR u.retry_at <= %(now)s)
  AND NOT EXISTS (SELECT 1 FROM journal_undelivered v WHERE v.stream_id = u.stream_id AND v.entry_id < u.entry_id)
ORDER BY u.entry_id
LIMIT %(limit)s
"""


@dataclass(frozen=True)
class Delivered:
    """What one round did."""

    entries: int
    failed: int


def deliver(*, limit: int = 100) -> Delivered:
    """Work off up to ``limit`` streams that have something undelivered, each as far as it goes."""
    now = clock.now()
    with connection.cursor() as cursor:
        cursor.execute(_HEADS, {"now": now, "limit": limit})
        heads = cursor.fetchall()
    done = failed = 0
    for _entry_id, stream_id in heads:
        try:
            while deliver_next(stream_id):
                done += 1
        except Exception as error:
            # Whatever a reaction did wrong, other cases go on; this one is counted and shown to ops.
            log.warning("delivery_failed", extra={"stream": stream_id, "error": type(error).__name__})
            _back_off(stream_id, f"{type(error).__name__}: {getattr(error, 'code', '')}")
            failed += 1
    return Delivered(done, failed)


@act
def deliver_next(stream_id: int) -> bool:
    """Deliver the head of one stream. False: nothing is left, or somebody else is at it, or it has to wait."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s, %s)", [_LOCK_SPACE, stream_id % 2**31])
        if not cursor.fetchone()[0]:
            return False
    head = Undelivered.objects.filter(stream_id=stream_id).order_by("entry_id").first()
    now = clock.now()
    if head is None or head.set_aside_at is not None or (head.retry_at is not None and head.retry_at > now):
        return False
    entry = Entry.objects.get(pk=head.entry_id)
    following = reactions.of(entry)
    if following:
        case = _case_of(stream_id)
        for reaction in following:
            reaction(entry, case, now)
    Undelivered.objects.filter(pk=head.pk).delete()
    return True


def _case_of(stream_id: int) -> Case:
    case_id = Case.objects.values_list("pk", flat=True).get(stream_id=stream_id)
    return queries.lock(case_id)


@act
def _back_off(stream_id: int, error: str) -> None:
    head = Undelivered.objects.select_for_update().filter(stream_id=stream_id).order_by("entry_id").first()
    if head is None:
        return
    now: datetime = clock.now()
    attempts = head.attempts + 1
    aside = attempts >= TRIES
    Undelivered.objects.filter(pk=head.pk).update(
        attempts=attempts,
        retry_at=None if aside else now + BACK_OFF[attempts - 1],
        set_aside_at=now if aside else None,
        error=error[:200],
    )


@act
def try_again(entry_id: int) -> None:
    """Ops have looked at it: the entry is tried again with the next round."""
    Undelivered.objects.filter(pk=entry_id).update(attempts=0, retry_at=None, set_aside_at=None, error="")
