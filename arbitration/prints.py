"""Letters as PDF: ordered with the letter, made by a worker afterwards, kept with their digests. Knows no typesetting.

Setting a page takes a tenth of a second in a child (ADR 25): never inside of a transaction. Who asks before the worker
came has it made at once; whichever of the two is first counts, and the other's bytes go away again.
"""

from __future__ import annotations

import hashlib
import logging
import secrets
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from typing import IO, Any

from django.conf import settings
from django.core.files.base import ContentFile
from django.db.models import Q, QuerySet
from django.utils.module_loading import import_string

from arbitration.models import Appeal, Print, Ruling
from arbitration.models.prints import TRIES
from common.actor import Actor
from common.acts import act, outside_act, require_act
from common.errors import Refused
from disputes import queries
from disputes.models import Case
from evidence import integrity, store
from journal import book
from journal.kinds import Kind

log = logging.getLogger("heng.letters")
_AGAIN_AFTER = timedelta(minutes=1)
_BATCH = 100
Letter = Ruling | Appeal


def order(letter: Letter, *, now: datetime) -> None:
    """This letter was given: it is to be printed for each of its readers. Inside of the act that gives it."""
    require_act()
    Print.objects.bulk_create(Print(**_of(letter), reader=reader, retry_at=now) for reader in Print.READERS)


def do_next(instant: Callable[[], datetime]) -> bool:
    """Print one letter for one reader, if any waits. ``instant`` gives the time, which passes meanwhile."""
    outside_act()
    claimed = _claim(instant())
    if claimed is None:
        return False
    try:
        _make(claimed, now=instant())
    except Exception as error:
        # The letter itself was given, and is read on its page; whoever runs the house sees which one cannot be printed.
        log.error("letter_not_printed", extra={"print": claimed.pk, "error": type(error).__name__})
    return True


def printed(letter: Letter, reader: str, *, now: datetime) -> Print:
    """The print for this reader, made now if nobody made it yet. Raises ``LookupError`` where the letter was erased."""
    outside_act()
    found = Print.objects.filter(**_of(letter), reader=reader).first() or _order_late(letter, reader, now=now)
    if found.erased_at is not None or letter.letter_code == "" or letter.erased_at is not None:
        raise LookupError("the letter was erased")
    return found if found.printed_at is not None else _make(found, now=now)


def finish(case_id: int, *, now: datetime) -> None:
    """Whatever of this case waits to be printed is printed. Before a copy of the whole case is taken."""
    outside_act()
    waiting = Q(ruling__case_id=case_id) | Q(appeal__case_id=case_id)
    for found in _to_be_made().filter(waiting).order_by("id"):
        try:
            _make(found, now=now)
        except Exception as error:
            log.error("letter_not_printed", extra={"print": found.pk, "error": type(error).__name__})


def made(given: Sequence[Letter], reader: str) -> dict[Letter, Print]:
    """Of these letters the prints for this reader whose bytes are there. One query."""
    rulings = {letter.pk: letter for letter in given if isinstance(letter, Ruling)}
    appeals = {letter.pk: letter for letter in given if isinstance(letter, Appeal)}
    ours = Print.objects.filter(Q(ruling__in=rulings) | Q(appeal__in=appeals), reader=reader)
    found: dict[Letter, Print] = {}
    for one in ours.filter(printed_at__isnull=False, erased_at__isnull=True):
        found[rulings[one.ruling_id] if one.ruling_id else appeals[one.appeal_id or 0]] = one
    return found


def newest(case: Case) -> Letter | None:
    """The letter that was given last in this case, of a ruling or of a decision on appeal."""
    ruling = Ruling.objects.filter(case=case, served_at__isnull=False).order_by("-served_at", "-pk").first()
    appeal = Appeal.objects.filter(case=case, letter__isnull=False).order_by("-decided_at", "-pk").first()
    if ruling is None or appeal is None:
        return ruling or appeal
    assert ruling.served_at is not None and appeal.decided_at is not None
    return appeal if appeal.decided_at >= ruling.served_at else ruling


def opened(found: Print) -> IO[Any]:
    """The bytes, weighed against their digest first. Raises `Refused` ``evidence_altered`` if they are not the ones."""
    if integrity.state(found.key, found.sha256):
        log.error("letter_altered", extra={"print": found.pk})
        raise Refused("evidence_altered")
    return store.storage().open(found.key, "rb")


def by_digest(sha256: str) -> Print | None:
    """The print with this SHA-256 (hex), and the letter that it is of; also if its bytes are erased."""
    return Print.objects.filter(sha256=sha256).exclude(sha256="").select_related("ruling", "appeal").first()


def erase(case_ids: Any, *, now: datetime) -> None:
    """What was printed in these cases is not given out any more as of ``now``; `remove` takes the bytes away."""
    require_act()
    ours = Q(ruling__case_id__in=case_ids) | Q(appeal__case_id__in=case_ids)
    ids = list(Print.objects.filter(ours, erased_at__isnull=True).values_list("pk", flat=True))
    Print.objects.filter(pk__in=ids).update(erased_at=now)


def remove(now: datetime) -> int:
    """A chore: the bytes of erased prints go, then their names. Whoever dies in between does it again."""
    doomed = list(Print.objects.filter(erased_at__isnull=False).exclude(key="").order_by("id")[:_BATCH])
    for found in doomed:
        store.storage().delete(found.key)
        _forget(found.pk)
    return len(doomed)


def _of(letter: Letter) -> dict[str, int]:
    return {"ruling_id": letter.pk} if isinstance(letter, Ruling) else {"appeal_id": letter.pk}


def _to_be_made() -> QuerySet[Print]:
    waiting = Print.objects.filter(printed_at__isnull=True, erased_at__isnull=True, tries__lt=TRIES)
    return waiting.select_related("ruling__case", "appeal__case", "appeal__ruling")


@act
def _claim(now: datetime) -> Print | None:
    """The next one, counted as tried: one that kills its worker is not tried for ever."""
    due = _to_be_made().filter(retry_at__lte=now).order_by("retry_at", "id")
    found = due.select_for_update(of=("self",), skip_locked=True).first()
    if found is not None:
        found.tries, found.retry_at = found.tries + 1, now + _AGAIN_AFTER * 2**found.tries
        found.save(update_fields=["tries", "retry_at"])
    return found


@act
def _order_late(letter: Letter, reader: str, *, now: datetime) -> Print:
    """Of a letter that was given before letters were printed."""
    return Print.objects.get_or_create(**_of(letter), reader=reader, defaults={"retry_at": now})[0]


def _make(found: Print, *, now: datetime) -> Print:
    letter = found.ruling or found.appeal
    assert letter is not None
    pdf: bytes = import_string(settings.HENG_PRESS)(letter, found.reader)
    digest = hashlib.sha256(pdf).hexdigest()
    key = store.storage().save(f"letters/{digest[:2]}/{digest}/{secrets.token_hex(8)}.pdf", ContentFile(pdf))
    kept = _keep(found.pk, letter.case_id, sha256=digest, size=len(pdf), key=key, now=now)
    if kept.key != key:
        with suppress(Exception):
            store.storage().delete(key)
    return kept


@act
def _keep(print_id: int, case_id: int, *, sha256: str, size: int, key: str, now: datetime) -> Print:
    """The first who comes has printed it; the journal names the digest, so that the paper can be held against the chain."""
    case = queries.lock(case_id)
    found = Print.objects.select_for_update(of=("self",)).select_related("ruling", "appeal").get(pk=print_id)
    letter = found.ruling or found.appeal
    if found.printed_at is not None or found.erased_at is not None or letter is None or letter.erased_at is not None:
        return found
    found.printed_at, found.sha256, found.size, found.key = now, sha256, size, key
    found.save(update_fields=["printed_at", "sha256", "size", "key"])
    data = {"letter_code": letter.letter_code, "for": found.reader, "pdf": sha256}
    book.record(case.stream_id, Kind.LETTER_PRINTED, data=data, actor=Actor.system(), now=now)
    return found


@act
def _forget(print_id: int) -> None:
    Print.objects.filter(pk=print_id).update(key="")
