"""Every file of every exhibit is read once a day and held against its digest (U69). Says what is damaged; repairs nothing.

A round goes on where the last slice stopped, whoever does the next, and rests until a day after it began. What is found is
a row for operations, who have backups, and a line in the log; it never is served (`integrity`).
"""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from common.acts import act, outside_act
from evidence import integrity
from evidence.models import Blob, Damage, Round

log = logging.getLogger("heng.evidence")
A_ROUND_EVERY = timedelta(hours=24)
# Longer than one file can take; whoever dies holding the round lets go of it after this.
HELD_FOR = timedelta(minutes=10)
# What came in just now has its rows before its bytes.
_SETTLED = timedelta(hours=1)
_BATCH = 50


@dataclass(frozen=True, slots=True)
class Found:
    """One file: "" when it is whole, else "missing" or "altered"."""

    blob_id: int
    kind: str
    state: str


def scrub(now: datetime, *, seconds: float = 60.0) -> int:
    """Read on for about so long, in seconds. Gives how many files were read; none while the round rests or is held."""
    outside_act()
    after = _hold(now)
    if after is None:
        return 0
    done, until = 0, time.monotonic() + seconds
    while True:
        batch = list(
            Blob.objects.filter(pk__gt=after, exhibits__isnull=False, received_at__lt=now - _SETTLED)
            .distinct()
            .order_by("pk")
            .prefetch_related("derivatives", "masks")[:_BATCH]
        )
        for blob in batch:
            found = [
                Found(blob.pk, kind, integrity.state(key, sha256)) for kind, key, sha256 in integrity.files_of(blob)
            ]
            _note(found, now=now)
            done, after = done + len(found), blob.pk
            if time.monotonic() >= until:
                break
        over = len(batch) < _BATCH and (not batch or after == batch[-1].pk)
        if over or time.monotonic() >= until:
            _let_go(after, files=done, over=over, now=now)
            return done


def whole(now: datetime) -> Iterator[Found]:
    """A round of its own, from the first file to the last, whatever the daily one does: gives what is damaged."""
    outside_act()
    blobs = Blob.objects.filter(exhibits__isnull=False, received_at__lt=now - _SETTLED).distinct().order_by("pk")
    for blob in blobs.prefetch_related("derivatives", "masks").iterator(chunk_size=_BATCH):
        found = [Found(blob.pk, kind, integrity.state(key, sha256)) for kind, key, sha256 in integrity.files_of(blob)]
        _note(found, now=now)
        yield from (one for one in found if one.state)


@act
def _hold(now: datetime) -> int | None:
    """After which blob to read on; ``None`` if there is nothing to do now."""
    Round.objects.get_or_create(pk=1)
    row = Round.objects.select_for_update().get(pk=1)
    if row.held_until is not None and now < row.held_until:
        return None
    if row.begun_at is None or (row.ended_at is not None and now - row.begun_at >= A_ROUND_EVERY):
        row.begun_at, row.ended_at, row.after_blob, row.files = now, None, 0, 0
    elif row.ended_at is not None:
        return None
    row.held_until = now + HELD_FOR
    row.save()
    return row.after_blob


@act
def _let_go(after: int, *, files: int, over: bool, now: datetime) -> None:
    row = Round.objects.select_for_update().get(pk=1)
    row.after_blob, row.files, row.held_until = after, row.files + files, None
    if over:
        row.ended_at = now
    row.save()


def _note(found: list[Found], *, now: datetime) -> None:
    """Write down what has changed since the last time: almost never anything."""
    known = {row.kind: row for row in Damage.objects.filter(blob_id=found[0].blob_id, gone_at__isnull=True)}
    news = [one for one in found if one.state and one.kind not in known]
    mended = [known[one.kind] for one in found if not one.state and one.kind in known]
    if news or mended:
        _write(news, mended, now=now)


@act
def _write(news: list[Found], mended: list[Damage], *, now: datetime) -> None:
    for one in news:
        if Blob.objects.filter(pk=one.blob_id, exhibits__isnull=False).exists():
            Damage.objects.get_or_create(
                blob_id=one.blob_id, kind=one.kind, gone_at=None, defaults={"state": one.state, "found_at": now}
            )
            log.error("evidence_damaged", extra={"blob": one.blob_id, "kind": one.kind, "state": one.state})
    Damage.objects.filter(pk__in=[row.pk for row in mended]).update(gone_at=now)
