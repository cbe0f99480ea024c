"""Makes what is left to be made of a file after it was received: a film, further pages, a large copy; and reads printed
digits, where that is wanted. Knows no case.

Work is rows: whoever is free claims the next one, does it outside of every act, and writes down what came of it. A claim is
only a time before which nobody else tries, and a count, so that a worker may die at any moment: its work is tried
again, and after three deaths set aside. Of all owners those who have had least are served first.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import connection
from django.db.models import Q

from common.acts import act, outside_act, require_act
from common.errors import Refused
from evidence import intake, limits, media, numbers, sandbox, sniff, store
from evidence.models import Blob, Derivative, Exhibit, Kind, Preparation, PrintedNumbers

STATES = ("ready", "preparing", "unreadable")
_AGAIN_AFTER = timedelta(seconds=30)
_GRACE = timedelta(seconds=60)
# Everybody's first file comes before anybody's second; those that are being worked on count.
_NEXT = """
    WITH waiting AS MATERIALIZED (
        SELECT id, retry_at, row_number() OVER (PARTITION BY owner ORDER BY id) AS turn
          FROM evidence_preparation WHERE refused_at IS NULL AND set_aside_at IS NULL
    )
    SELECT p.id FROM evidence_preparation p JOIN waiting w ON w.id = p.id
     WHERE w.retry_at <= %s ORDER BY w.turn, p.id LIMIT 1 FOR UPDATE OF p SKIP LOCKED
"""


@dataclass(frozen=True, slots=True)
class _Claim:
    preparation_id: int
    blob: Blob
    work: str
    first: int
    attempt: int


def needed(blob: Blob) -> str:
    """What is still to be done with this file: one of `copies_needed`, "numbers", or nothing."""
    unread = reads_digits() and blob.mime in sniff.PHOTOS and not PrintedNumbers.objects.filter(blob=blob).exists()
    return copies_needed(blob) or ("numbers" if unread else "")


def reads_digits() -> bool:
    """Whether plain digits are read here: operations want it, and have installed what it takes."""
    return bool(settings.HENG_OCR) and media.reads_digits()


def copies_needed(blob: Blob) -> str:
    """What is still to be made of this file: "film", "pages", "large", or nothing. Its sheet and copies are asked for."""
    made = {copy.kind for copy in blob.derivatives.all()}
    if blob.mime in sniff.FILMS:
        return "" if store.FILM in made else "film"
    if blob.mime == sniff.PDF:
        return "pages" if f"page_{blob.sheet.pages}" not in made else ""
    larger = max(blob.sheet.width, blob.sheet.height) > limits.DISPLAY_SIDE
    return "large" if larger and store.LARGE not in made else ""


def enqueue(blob: Blob, *, owner: str, now: datetime) -> None:
    """The file has become an exhibit: whatever is left to be made of it will be. Harmless to repeat."""
    require_act()
    if needed(blob):
        Preparation.objects.get_or_create(blob=blob, defaults={"owner": owner, "begun_at": now, "retry_at": now})


def do_next(instant: Callable[[], datetime]) -> bool:
    """Do one piece of work, if any is waiting. ``instant`` gives the time, which passes meanwhile."""
    outside_act()
    claim = _claim(instant())
    if claim is None:
        return False
    base = claim.blob.key.rpartition("/")[0]
    try:
        with intake.a_room() as directory:
            intake.fetch(claim.blob, directory / "original")
            reading = intake.read_in(directory, claim.blob.mime, claim.blob.sha256, work=claim.work, first=claim.first)
            for copy in reading.copies:
                key = store.copy_key(base, copy.kind, claim.attempt)
                store.storage().delete(key)  # of one who died after this step
                intake.keep(copy.path, key)
    except Refused as refused:
        if refused.code == "storage_unavailable":
            # What the reader says of a full disk is counted: it may have been taken over, and say so for ever.
            _put_back(claim, now=instant(), counted="where" in refused.data)
        else:
            _refuse(claim, refused, now=instant())
        return True
    except (KeyboardInterrupt, SystemExit):
        _put_back(claim, now=instant())  # whoever worked on it was told to stop: no fault of the file
        raise
    if not _finish(claim, reading, base, now=instant()):
        # Too late: somebody else has done it meanwhile, or the file is gone.
        for copy in reading.copies:
            with suppress(Exception):
                store.storage().delete(store.copy_key(base, copy.kind, claim.attempt))
    return True


def untold(limit: int) -> list[Preparation]:
    """What was refused or set aside, and matters to its side: without its film a video cannot be seen."""
    over = Q(refused_at__isnull=False) | Q(set_aside_at__isnull=False)
    return list(Preparation.objects.filter(over, told_at__isnull=True).select_related("blob").order_by("id")[:limit])


def exhibits_of(preparation: Preparation) -> list[Exhibit]:
    return list(Exhibit.objects.filter(blob_id=preparation.blob_id, withdrawn_at__isnull=True).order_by("id"))


def state(exhibit: Exhibit) -> str:
    """One of `STATES`: "ready", "preparing" (a video before its film is made), "unreadable"."""
    if is_lost(exhibit):
        return "unreadable"
    left: Preparation | None = getattr(exhibit.blob, "preparation", None)
    return "preparing" if left is not None and exhibit.kind == Kind.VIDEO else "ready"


def is_lost(exhibit: Exhibit) -> bool:
    """Whether this exhibit turned out to be a file that cannot be shown. It then meets nothing that is asked for.

    Its blob and what is prepared of it were fetched with it (`dossiers.listing`), or are fetched now.
    """
    if exhibit.blob is None:
        return False
    lost: Preparation | None = getattr(exhibit.blob, "preparation", None)
    return lost is not None and lost.is_over and exhibit.blob.mime in sniff.FILMS


def mark_told(preparation_id: int, *, now: datetime) -> bool:
    """Its side has been told. False if it had been already."""
    require_act()
    return bool(Preparation.objects.filter(pk=preparation_id, told_at__isnull=True).update(told_at=now))


@act
def try_again(preparation_id: int, *, now: datetime) -> bool:
    """Operations let a file that was set aside be tried once more from the beginning."""
    waiting = Preparation.objects.filter(pk=preparation_id, set_aside_at__isnull=False)
    return bool(waiting.update(set_aside_at=None, told_at=None, tries=0, retry_at=now, code="", data={}))


@act
def _claim(now: datetime) -> _Claim | None:
    """The next work, counted as tried. Work that has cost three workers their lives is set aside on the way."""
    for _round in range(20):
        with connection.cursor() as cursor:
            cursor.execute(_NEXT, [now])
            row = cursor.fetchone()
        if row is None:
            return None
        preparation = Preparation.objects.select_related("blob__sheet").get(pk=row[0])
        blob, work = preparation.blob, needed(preparation.blob)
        if not work:
            preparation.delete()
            continue
        if preparation.tries >= limits.TRIES:
            preparation.set_aside_at, preparation.code = now, "could_not_be_read"
            preparation.told_at = None if work == "film" else now
            preparation.save(update_fields=["set_aside_at", "code", "told_at"])
            continue
        preparation.tries += 1
        preparation.retry_at = now + timedelta(seconds=limits.child(work).wall_seconds) + _GRACE
        preparation.save(update_fields=["tries", "retry_at"])
        return _Claim(preparation.pk, blob, work, _first_missing(blob), _attempts(blob) + preparation.tries)
    return None


def _first_missing(blob: Blob) -> int:
    made = {copy.kind for copy in blob.derivatives.all()}
    return next((n for n in range(1, blob.sheet.pages + 1) if f"page_{n}" not in made), 1)


def _attempts(blob: Blob) -> int:
    """A number that no earlier batch of copies of this file has used."""
    return len(blob.derivatives.all()) * 10


@act
def _finish(claim: _Claim, reading: sandbox.Reading, base: str, *, now: datetime) -> bool:
    """The copies count, unless another's do already. A document with pages left goes to the end of its owner's row."""
    preparation = _mine(claim)
    if preparation is None:
        return False
    Derivative.objects.bulk_create(intake.rows_of(claim.blob, reading.copies, base, attempt=claim.attempt))
    if claim.work == "numbers":
        printed = numbers.keep(reading.facts.get("printed"), ends=False) or []
        PrintedNumbers.objects.create(blob=claim.blob, read_at=now, numbers=printed)
    if needed(Blob.objects.select_related("sheet").get(pk=claim.blob.pk)) and reading.copies:
        preparation.tries, preparation.retry_at = 0, now
        preparation.save(update_fields=["tries", "retry_at"])
    else:
        preparation.delete()
    return True


@act
def _refuse(claim: _Claim, refused: Refused, *, now: datetime) -> None:
    preparation = _mine(claim)
    if preparation is None:
        return
    preparation.refused_at, preparation.code, preparation.data = now, refused.code, dict(refused.data)
    # A photo without its large copy or its digits, a document without its last pages: what is there can be seen.
    preparation.told_at = None if claim.work == "film" else now
    preparation.save(update_fields=["refused_at", "code", "data", "told_at"])


@act
def _put_back(claim: _Claim, *, now: datetime, counted: bool = False) -> None:
    """The storage is away: nobody's fault, so it is not counted, and tried again in a while."""
    preparation = _mine(claim)
    if preparation is not None:
        preparation.tries -= 0 if counted else 1
        preparation.retry_at = now + _AGAIN_AFTER
        preparation.save(update_fields=["tries", "retry_at"])


def _mine(claim: _Claim) -> Preparation | None:
    """The row, locked, if the work is still this claim's."""
    preparation = Preparation.objects.select_for_update(of=("self",)).filter(pk=claim.preparation_id).first()
    if preparation is None or preparation.is_over:
        return None
    current = _attempts(Blob.objects.get(pk=claim.blob.pk)) + preparation.tries
    return preparation if current == claim.attempt else None
