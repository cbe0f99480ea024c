"""A file on its way in: reserved, taken in piece by piece, whole. Knows rows and objects; knows no case and no HTTP.

Every piece is an object of its own in the storage, and how far a file has come is one number in PostgreSQL under a row
lock. So any process can take the next piece, nothing is held in memory, and nothing waits for the storage under a lock.
What is whole is read as one stream (`Whole`) by `intake.receive`, which digests it; its pieces then go.
"""

from __future__ import annotations

import hashlib
import secrets
import tempfile
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import IO, Any

from django.core.files import File
from django.db.models import Q, QuerySet

from common.actor import Actor
from common.acts import act, outside_act, require_act
from common.errors import Missing, Refused
from common.tus import Checksum
from evidence import dossiers, holding, intake, limits, names, sniff, store
from evidence.models import Exhibit, Part, Upload

Reader = Callable[[int], bytes]
Instant = Callable[[], datetime]

# One object in the storage: what a sender whose connection breaks loses at most, and what a restart has to read again.
PART_BYTES = 4 * limits.MEGABYTE
# How long an upload is waited for after its last piece: with the sweep every minute, what was abandoned is gone in an hour.
LIFE = timedelta(minutes=50)
# How long its sender can ask what became of it.
REMEMBERED = timedelta(hours=2)
# How many one person begins in an hour, over all cases.
MOST_AN_HOUR = {"buyer": 50, "merchant": 500}

_PIECE = 64 * 1024
_HEAD_LENGTH = 64  # hex digits of a SHA-256
_RUNNING = (Upload.OPEN, Upload.WHOLE)


@dataclass(frozen=True, slots=True)
class Announced:
    """What a sender says of a file before it comes: its length in bytes, its name, which row of a checklist it answers, what
    it shows, and in hex the SHA-256 of its first megabyte. ``for_form``: it waits for a form once it is here.
    """

    length: int
    claimed_name: str
    code: str = ""
    title: str = ""
    note: str = ""
    head: str = ""
    for_form: bool = False


def reserve(dossier_id: int | None, announced: Announced, *, actor: Actor, now: datetime) -> Upload:
    """A side has announced a file, and its place and length are kept free for it; without a dossier it is for the shelf of
    the actor's shop, which counts papers and not bytes.

    Raises `Refused`: `file_is_empty`, `file_too_big`, `film_too_big`, `name_says_other_type`, `too_many_files`,
    `too_many_bytes`, `too_many_uploads`.
    """
    require_act()
    assert actor.side is not None
    claimed_name, head = announced.claimed_name, announced.head
    if announced.length == 0:
        raise Refused("file_is_empty")
    # As its name says: what it really is, its first bytes tell.
    intake.weigh_size(announced.length, sniff.MP4 if limits.is_film(names.extension(claimed_name)) else "")
    if names.is_active(claimed_name):
        raise Refused("name_says_other_type", extension=names.extension(claimed_name))
    _weigh_pace(actor, now)
    if dossier_id is not None:
        dossiers.require_room(dossier_id, side=actor.side.value, size=announced.length, now=now)
    return Upload.objects.create(
        token=secrets.token_urlsafe(32),
        dossier_id=dossier_id,
        side=actor.side.value,
        sent_by=actor.id,
        merchant_id=actor.merchant_id,
        client_id=actor.client_id,
        claimed_name=claimed_name[:255],
        code=announced.code,
        title=names.title(announced.title),
        note=names.note(announced.note),
        for_form=announced.for_form,
        length=announced.length,
        head=head.lower() if len(head) == _HEAD_LENGTH and head.isalnum() else "",
        begun_at=now,
        expires_at=now + LIFE,
    )


def find(dossier_id: int | None, token: str, *, actor: Actor) -> Upload:
    """The upload at this address, for whoever began it. Raises `Missing` for everybody else."""
    upload = holding.sent_by(actor, dossier_id).select_related("exhibit").filter(token=token).first()
    if upload is None:
        raise Missing
    return upload


def unfinished(dossier_id: int | None, *, actor: Actor, now: datetime) -> QuerySet[Upload]:
    """What this sender began here and can go on with, or send with its form, the oldest first."""
    alive = holding.sent_by(actor, dossier_id).filter(state__in=[Upload.OPEN, Upload.HELD], expires_at__gt=now)
    return alive.order_by("pk")


def actor_of(upload: Upload) -> Actor:
    """Who sends it, as the actor that they were when they began."""
    if upload.merchant_id is not None:
        return Actor.merchant(upload.sent_by, upload.merchant_id, client_id=upload.client_id)
    assert upload.sent_by is not None
    return Actor.buyer(upload.sent_by, client_id=upload.client_id)


def is_over(upload: Upload, now: datetime) -> bool:
    """Whether nothing more is taken in: it was refused, given up, or left alone for too long."""
    return upload.state in (Upload.REFUSED, Upload.GIVEN_UP) or (
        upload.state in (Upload.OPEN, Upload.HELD) and now >= upload.expires_at
    )


def pour(
    upload: Upload, read: Reader, *, start: int, size: int, checksum: Checksum | None = None, instant: Instant
) -> Upload:
    """Take ``size`` bytes in at ``start`` and give the upload as it is then: ``WHOLE`` if they were the last.

    ``read`` gives at most as many bytes as it is asked for, and none at the end. If the sender is cut off, what came
    until then is kept; with a ``checksum`` all of it is kept or nothing. Raises `Refused`: `upload_is_over`,
    `offset_differs`, `file_too_big`, `type_not_accepted`, `checksum_differs`, `storage_unavailable`.
    """
    outside_act()
    if is_over(upload, instant()):
        raise Refused("upload_is_over")
    if start != upload.offset:
        raise Refused("offset_differs", offset=upload.offset)
    if start + size > upload.length:
        raise Refused("more_than_announced", length=upload.length)
    whole_body = hashlib.new(checksum.algorithm) if checksum else None
    waiting: list[Part] = []
    place, end = start, start + size
    try:
        while place < end:
            part, cut_off = _store_part(upload, read, place, min(end - place, PART_BYTES), whole_body, instant())
            if part is not None:
                place += part.size
                waiting.append(part)
                if checksum is None:
                    upload = _keep(upload.pk, [part.pk], now=instant())
                    waiting.clear()
            if cut_off:
                break
        if checksum is not None and whole_body is not None:
            if place < end or whole_body.digest() != checksum.digest:
                raise Refused("checksum_differs")
            upload = _keep(upload.pk, [part.pk for part in waiting], now=instant())
            waiting.clear()
    finally:
        _drop(waiting)
    return upload


def _store_part(
    upload: Upload, read: Reader, place: int, most: int, whole_body: Any, now: datetime
) -> tuple[Part | None, bool]:
    """The next piece as an object with its row, and whether the sender is gone."""
    try:
        with tempfile.TemporaryFile(prefix="upload-") as spool:
            sha256, size, cut_off = _spool(read, spool, most, whole_body)
            if size == 0:
                return None, True
            if place == 0:
                _weigh_first_bytes(upload, spool, now)
            part = _announce(upload.pk, place, size, sha256, now=now)
            spool.seek(0)
            try:
                kept = store.storage().save(part.key, File(spool))
            except Exception as error:  # every storage has its own; to the sender they are one: try again later
                _drop([part])
                raise Refused("storage_unavailable") from error
    except OSError as error:
        raise Refused("storage_unavailable") from error
    if kept != part.key:
        raise RuntimeError("the storage renamed what it was given")
    return part, cut_off


def _spool(read: Reader, out: IO[bytes], most: int, whole_body: Any) -> tuple[str, int, bool]:
    digest, size = hashlib.sha256(), 0
    while size < most:
        try:
            piece = read(min(_PIECE, most - size))
        except OSError:  # the connection broke, or was too slow
            piece = b""
        if not piece:
            break
        size += len(piece)
        digest.update(piece)
        if whole_body is not None:
            whole_body.update(piece)
        out.write(piece)
    return digest.hexdigest(), size, size < most


def _weigh_first_bytes(upload: Upload, spool: IO[bytes], now: datetime) -> None:
    """Half a gigabyte of something that is not taken is refused at its first piece and not at its last."""
    spool.seek(0)
    first = spool.read(sniff.HEAD)
    if len(first) < sniff.HEAD:  # too little to tell: intake looks again when it is whole
        return
    try:
        intake.weigh_size(upload.length, intake.accepted(first, upload.claimed_name))
    except Refused as refused:
        refuse(upload.pk, refused, now=now)
        raise


@act
def _announce(upload_id: int, start: int, size: int, sha256: str, *, now: datetime) -> Part:
    """The row before the bytes. The key holds nothing that a stranger chose."""
    key = f"incoming/{upload_id}-{start}-{secrets.token_hex(8)}"
    return Part.objects.create(upload_id=upload_id, start=start, size=size, sha256=sha256, key=key, at=now)


@act
def _keep(upload_id: int, part_ids: list[int], *, now: datetime) -> Upload:
    """The file has come further by these parts. Of two who bring the same piece, the second is refused."""
    upload = _lock(upload_id)
    if is_over(upload, now):
        raise Refused("upload_is_over")
    for part in Part.objects.filter(pk__in=part_ids).order_by("start"):
        if part.start != upload.offset or upload.state != Upload.OPEN:
            raise Refused("offset_differs", offset=upload.offset)
        upload.offset += part.size
    Part.objects.filter(pk__in=part_ids).update(kept=True)
    upload.expires_at = now + LIFE
    if upload.offset == upload.length:
        upload.state, upload.whole_at = Upload.WHOLE, now
    upload.save(update_fields=["offset", "state", "whole_at", "expires_at"])
    return upload


class Whole:
    """The bytes of a whole upload in their order, one part open at a time, each held against its digest."""

    def __init__(self, upload: Upload) -> None:
        self._parts = list(upload.parts.filter(kept=True).order_by("start"))
        self._open: IO[bytes] | None = None
        self._digest = hashlib.sha256()

    def read(self, size: int, /) -> bytes:
        """Up to ``size`` bytes; none at the end. Raises `OSError` while the storage cannot give them, and
        `Refused("could_not_be_read")` if they are not what came in.
        """
        while self._parts:
            if self._open is None:
                self._open, self._digest = store.storage().open(self._parts[0].key, "rb"), hashlib.sha256()
            piece = self._open.read(size)
            if piece:
                self._digest.update(piece)
                return piece
            self.close()
            if self._digest.hexdigest() != self._parts.pop(0).sha256:
                raise Refused("could_not_be_read")
        return b""

    def close(self) -> None:
        if self._open is not None:
            self._open.close()
            self._open = None


@act
def note_try(upload_id: int, *, now: datetime) -> Upload:
    """One more attempt to make an exhibit of it begins."""
    upload = _lock(upload_id)
    if upload.state == Upload.WHOLE:
        upload.tries += 1
        upload.tried_at = now
        upload.save(update_fields=["tries", "tried_at"])
    return upload


@act
def take(upload_id: int, exhibit: Exhibit, *, was_there: bool, now: datetime) -> Upload:
    """It has become this exhibit, or was found to be one already. Harmless to repeat."""
    upload = _lock(upload_id)
    if upload.state == Upload.WHOLE:
        upload.state, upload.exhibit, upload.was_there, upload.closed_at = Upload.TAKEN, exhibit, was_there, now
        upload.save(update_fields=["state", "exhibit", "was_there", "closed_at"])
    return upload


@act
def refuse(upload_id: int, refused: Refused, *, now: datetime) -> Upload:
    """It will never become an exhibit, and this is why. Its sender can read that for a while."""
    upload = _lock(upload_id)
    if upload.state in _RUNNING:
        upload.state, upload.closed_at = Upload.REFUSED, now
        upload.refusal = {"code": refused.code, "data": refused.data}
        upload.save(update_fields=["state", "refusal", "closed_at"])
    return upload


@act
def give_up(upload_id: int, *, now: datetime) -> Upload:
    """Its sender does not want it any more. What it held of the quota is free at once. Harmless to repeat."""
    upload = _lock(upload_id)
    if upload.state in (Upload.OPEN, Upload.HELD):
        upload.state, upload.blob, upload.closed_at = Upload.GIVEN_UP, None, now
        upload.save(update_fields=["state", "blob", "closed_at"])
    return upload


def waiting_to_be_taken(now: datetime, limit: int) -> list[int]:
    """Whole ones that whoever brought their last piece did not finish: longer pauses after every failure."""
    rows = Upload.objects.filter(state=Upload.WHOLE).order_by("whole_at").values_list("pk", "tries", "tried_at")[:1000]
    return [pk for pk, tries, tried_at in rows if tried_at is None or now - tried_at >= _pause(tries)][:limit]


def clear_away(upload_id: int) -> int:
    """The pieces of an upload that is over: objects first, rows then, so that a killed run is finished by the next."""
    return _drop(list(Part.objects.filter(upload_id=upload_id).exclude(upload__state__in=_RUNNING)))


def collect(now: datetime, *, limit: int = 500) -> int:
    """Let go of what was abandoned: reservations that expired, pieces that nobody waits for, rows that told their story.

    Gives how much there was to do; to be called until that is nothing.
    """
    gone = _expire(now, limit)
    stale = Part.objects.filter(~Q(upload__state__in=_RUNNING) | Q(kept=False, at__lt=now - LIFE))
    gone += _drop(list(stale.order_by("pk")[:limit]))
    return gone + _forget(now, limit)


@act
def _expire(now: datetime, limit: int) -> int:
    late = Upload.objects.filter(state__in=[Upload.OPEN, Upload.HELD], expires_at__lte=now).order_by("pk")[:limit]
    chosen = list(late.select_for_update(skip_locked=True).values_list("pk", flat=True))
    return Upload.objects.filter(pk__in=chosen).update(state=Upload.GIVEN_UP, blob=None, closed_at=now)


@act
def _forget(now: datetime, limit: int) -> int:
    """Rows stay as long as somebody may ask what became of them, and as long as they count for the sender's pace."""
    old = Upload.objects.filter(closed_at__lt=now - REMEMBERED, parts__isnull=True)
    chosen = list(old.order_by("pk").values_list("pk", flat=True)[:limit])
    return Upload.objects.filter(pk__in=chosen).delete()[0]


def _drop(parts: list[Part]) -> int:
    """Objects, then rows. An object that cannot be deleted now keeps its row, and is tried again by `collect`."""
    storage, gone = store.storage(), []
    for part in parts:
        with suppress(Exception):
            storage.delete(part.key)
            gone.append(part.pk)
    return _drop_rows(gone) if gone else 0


@act
def _drop_rows(part_ids: list[int]) -> int:
    return Part.objects.filter(pk__in=part_ids).delete()[0]


def _lock(upload_id: int) -> Upload:
    upload = Upload.objects.select_for_update(of=("self",)).filter(pk=upload_id).first()
    if upload is None:
        raise Missing
    return upload


def _weigh_pace(actor: Actor, now: datetime) -> None:
    """How many files one person may begin in an hour, over all cases. A marketplace's client has its own limits."""
    if actor.client_id is not None:
        return
    most = MOST_AN_HOUR[actor.role.value]
    recent = Upload.objects.filter(sent_by=actor.id, begun_at__gt=now - timedelta(hours=1)).order_by("-begun_at")
    nth = recent.values_list("begun_at", flat=True)[most - 1 : most].first()
    if nth is not None:
        raise Refused("too_many_uploads", most=most, again_at=(nth + timedelta(hours=1)).isoformat())


def _pause(tries: int) -> timedelta:
    """After the first try, which may still be running: two minutes; then twice as long each time, up to an hour."""
    return timedelta(minutes=min(60, 2 ** max(1, min(tries, 10))))
