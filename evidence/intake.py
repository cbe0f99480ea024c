"""Takes in bytes: streams, digests, has them read in a child, stores original and copies. Knows no dossier.

Runs outside of every act, because storage is elsewhere. What it leaves becomes an exhibit through
`dossiers.add`, or is collected by `orphans` a day later. What takes long, a video above all, is made after that by
`preparation`.
"""

from __future__ import annotations

import hashlib
import tempfile
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol

from django.core.files import File

from common import ids
from common.actor import Actor
from common.acts import act
from common.errors import Refused
from evidence import limits, media, names, quarantine, sandbox, scanner, sheets, sniff, store
from evidence.models import Blob, Derivative, Scan
from evidence.scanner import Verdict

# Smaller ones are handed to the other thread more often than they are worth; of larger ones an upload would hold more.
_PIECE = limits.MEGABYTE
_AHEAD = 2  # pieces that may wait to be digested: what one upload holds in memory


class Readable(Protocol):
    def read(self, size: int, /) -> bytes: ...


@dataclass(frozen=True, slots=True)
class Received:
    """Bytes that are kept and not yet part of anything. ``name`` is fit to be shown, and may be empty.

    ``upload``: by which they came in pieces, if they did; it holds room for them, and may hold them for a form.
    """

    blob_id: int
    sha256: str
    size: int
    mime: str
    name: str
    upload: int | None = None


def receive(file: Readable, *, claimed_name: str, now: datetime, actor: Actor | None = None) -> Received:
    """Take in one photo, video or PDF within `limits`, read from ``file`` at its position.

    All of it is kept as it came; whether it can be read at all is found out at once, and before that, if a scanner is set,
    whether it carries malware: such a file is set apart for operations, who see that ``actor`` sent it. Raises `Refused`:
    `malware`, `scanner_unavailable`, `too_large_to_scan`, `file_is_empty`,
    `file_too_big`, `film_too_big`, `type_not_accepted`, `kind_not_installed`, `name_says_other_type`, `too_many_pixels`,
    `could_not_be_read`, `too_complex`, `pdf_is_locked`, `pdf_too_long`, `film_too_long`, `film_too_large`,
    `film_codec_unknown`, `film_without_pictures`, `storage_unavailable`. What else is refused leaves nothing
    behind.
    """
    with a_room() as directory:
        sha256, size, mime = _spool(file, directory / "original", claimed_name)
        verdict = _scanned(directory, sha256=sha256, size=size, mime=mime, actor=actor, now=now)
        reading = read_in(directory, mime, sha256)
        base = store.base_of(sha256, ids.public_id())
        blob = _register(base, sha256=sha256, size=size, mime=mime, reading=reading, verdict=verdict, now=now)
        keep(directory / "original", store.original_key(base), move=True)
        for copy in reading.copies:
            keep(copy.path, store.copy_key(base, copy.kind))
    return Received(blob.pk, sha256, size, mime, names.display(claimed_name, mime))


@contextmanager
def a_room() -> Iterator[Path]:
    """A folder for one file while it is looked at. Raises `Refused("storage_unavailable")` where there is none."""
    try:
        room = tempfile.TemporaryDirectory(prefix="intake-", ignore_cleanup_errors=True)
    except OSError as error:
        raise Refused("storage_unavailable") from error
    with room as path:
        yield Path(path)


def read_in(directory: Path, mime: str, sha256: str, *, work: str = "read", **about: Any) -> sandbox.Reading:
    """Have ``directory/original`` read, and be sure that it is still what was digested.

    Where the child could have written there, it is digested again: what is kept is what came in, or nothing.
    """
    reading = sandbox.read(directory, mime, work=work, **about)
    if reading.apart:
        return reading
    with (directory / "original").open("rb") as file:
        if hashlib.file_digest(file, "sha256").hexdigest() != sha256:
            raise Refused("could_not_be_read")
    return reading


class _Movable(File):  # type: ignore[type-arg]
    """A file that a disk on the same machine may take as it is; every other storage reads it."""

    def temporary_file_path(self) -> str:
        return str(self.name)


def keep(path: Path, key: str, *, move: bool = False) -> None:
    """Store a file under ``key``. ``move``: it is not needed here any more. Raises `Refused("storage_unavailable")`."""
    try:
        with path.open("rb") as file:
            kept = store.storage().save(key, _Movable(file, str(path)) if move else File(file))
    except Exception as error:  # every storage has its own; to the uploader they are one: try again later
        raise Refused("storage_unavailable") from error
    if kept != key:
        raise RuntimeError("the storage renamed what it was given")


def fetch(kept: Blob | Derivative, to: Path) -> None:
    """Copy a file out of the storage. Raises `Refused`: `storage_unavailable`; `evidence_altered` if it is another one."""
    digest = hashlib.sha256()
    try:
        with store.storage().open(kept.key, "rb") as file, to.open("wb") as out:
            while piece := file.read(limits.PIECE_BYTES):
                digest.update(piece)
                out.write(piece)
    except Exception as error:  # as in `keep`
        raise Refused("storage_unavailable") from error
    if digest.hexdigest() != kept.sha256:
        raise Refused("evidence_altered")


def rows_of(blob: Blob, copies: tuple[sandbox.Copy, ...], base: str, *, attempt: int = 0) -> list[Derivative]:
    return [
        Derivative(
            blob=blob,
            kind=copy.kind,
            key=store.copy_key(base, copy.kind, attempt),
            sha256=copy.sha256,
            size=copy.size,
            width=copy.width,
            height=copy.height,
            pieces=copy.pieces or None,
        )
        for copy in copies
    ]


def _spool(file: Readable, to: Path, claimed_name: str) -> tuple[str, int, str]:
    """Stream to disk, look at the first bytes, stop one piece after the limit. Gives SHA-256 in hex, size, type.

    Pieces are digested by a thread of their own while they and the next ones are written: both let go of the interpreter,
    and neither waits for the other at every piece.
    """
    digest, size, head, mime = hashlib.sha256(), 0, b"", ""
    behind: deque[Future[None]] = deque()
    try:
        with to.open("wb") as out, ThreadPoolExecutor(max_workers=1) as beside:
            while piece := file.read(_PIECE):
                size += len(piece)
                head += piece[: sniff.HEAD - len(head)]
                behind.append(beside.submit(digest.update, piece))
                out.write(piece)
                if len(behind) == _AHEAD:
                    behind.popleft().result()
                if not mime and len(head) == sniff.HEAD:
                    mime = accepted(head, claimed_name)
                weigh_size(size, mime)
            for digested in behind:
                digested.result()
    except OSError as error:
        raise Refused("storage_unavailable") from error
    if size == 0:
        raise Refused("file_is_empty")
    return digest.hexdigest(), size, mime or accepted(head, claimed_name)


def _scanned(directory: Path, *, sha256: str, size: int, mime: str, actor: Actor | None, now: datetime) -> Verdict:
    """What the scanner says, before anything of ours opens the file. Raises `Refused`."""
    verdict = scanner.current().scan(directory / "original")
    if not verdict.found:
        return verdict
    owner = f"{actor.role.value}:{actor.id}" if actor is not None else ""
    quarantine.keep(
        directory / "original", verdict, sha256=sha256, size=size, mime=mime, owner=owner, room=directory, now=now
    )
    raise Refused("malware", found=verdict.found)


def weigh_size(size: int, mime: str) -> None:
    """That a file of this type may be so large. Raises `Refused`."""
    if mime not in sniff.FILMS and size > limits.FILE_BYTES:
        raise Refused("file_too_big", megabytes=limits.FILE_BYTES // limits.MEGABYTE)
    if size > limits.FILM_BYTES:
        raise Refused("film_too_big", megabytes=limits.FILM_BYTES // limits.MEGABYTE, minutes=limits.FILM_SECONDS // 60)


def accepted(head: bytes, claimed_name: str) -> str:
    """The type that the first bytes claim, if such a file is taken here. Raises `Refused`."""
    mime = sniff.type_of(head)
    extension = names.extension(claimed_name)
    if mime is None:
        raise Refused("type_not_accepted", extension=extension)
    if names.is_active(claimed_name):
        raise Refused("name_says_other_type", extension=extension)
    if not media.takes(mime):
        raise Refused("kind_not_installed", extension=sniff.EXTENSIONS[mime])
    stated = sniff.size_of(head)
    most = limits.PIXELS.get(mime, limits.IMAGE_PIXELS)
    if stated is not None and (stated[0] * stated[1] > most or max(stated) > limits.IMAGE_SIDE):
        raise Refused("too_many_pixels", megapixels=most // 1_000_000, side=limits.IMAGE_SIDE)
    return mime


@act
def _register(
    base: str,
    *,
    sha256: str,
    size: int,
    mime: str,
    reading: sandbox.Reading,
    verdict: Verdict,
    now: datetime,
) -> Blob:
    """The rows before the bytes: whatever is then written has a row by which it is found and collected."""
    blob = Blob.objects.create(sha256=sha256, size=size, mime=mime, key=store.original_key(base), received_at=now)
    sheets.of(blob, reading, now=now).save(force_insert=True)
    if verdict.engine:
        Scan.objects.create(blob=blob, at=now, engine=verdict.engine)
    Derivative.objects.bulk_create(rows_of(blob, reading.copies, base))
    return blob
