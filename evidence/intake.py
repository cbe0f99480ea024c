"""Takes in bytes: streams, digests, has them read in a child, stores original and copies. Knows no dossier.

Runs outside of every act, because storage is elsewhere. What it leaves becomes an exhibit through
`dossiers.add`, or is collected by `orphans` a day later.
"""

from __future__ import annotations

import hashlib
import tempfile
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol

from django.core.files import File

from common import ids
from common.acts import act
from common.errors import Refused
from evidence import limits, names, sandbox, sniff, store
from evidence.models import Blob, Derivative

_PIECE = 256 * 1024


class Readable(Protocol):
    def read(self, size: int, /) -> bytes: ...


@dataclass(frozen=True, slots=True)
class Received:
    """Bytes that are kept and not yet part of anything. ``name`` is fit to be shown, and may be empty."""

    blob_id: int
    sha256: str
    size: int
    mime: str
    name: str


def receive(file: Readable, *, claimed_name: str, now: datetime) -> Received:
    """Take in one photo or PDF of up to 20 MB, read from ``file`` at its position.

    Raises `Refused`: `file_is_empty`, `file_too_big`, `type_not_accepted`, `name_says_other_type`,
    `too_many_pixels`, `could_not_be_read`, `too_complex`, `pdf_is_locked`, `pdf_too_long`,
    `storage_unavailable`. What is refused leaves nothing behind.
    """
    try:
        room = tempfile.TemporaryDirectory(prefix="intake-", ignore_cleanup_errors=True)
    except OSError as error:
        raise Refused("storage_unavailable") from error
    with room as path:
        directory = Path(path)
        sha256, size, head = _spool(file, directory / "original")
        mime = _accepted(head, claimed_name)
        reading = sandbox.read(directory, mime)
        with (directory / "original").open("rb") as file_read:
            # The child could write here: what is kept is what was digested on arrival, or nothing.
            if hashlib.file_digest(file_read, "sha256").hexdigest() != sha256:
                raise Refused("could_not_be_read")
        base = store.base_of(sha256, ids.public_id())
        blob = _register(
            base,
            sha256=sha256,
            size=size,
            mime=mime,
            reading=reading,
            now=now,
        )
        _keep(directory / "original", store.original_key(base))
        for copy in reading.copies:
            _keep(copy.path, store.copy_key(base, copy.kind))
    return Received(blob.pk, sha256, size, mime, names.display(claimed_name, mime))


def _spool(file: Readable, to: Path) -> tuple[str, int, bytes]:
    """Stream to disk, stop one piece after the limit. Gives SHA-256 in hex, size, first bytes."""
    digest, size, head = hashlib.sha256(), 0, b""
    try:
        with to.open("wb") as out:
            while piece := file.read(_PIECE):
                size += len(piece)
                if size > limits.FILE_BYTES:
                    raise Refused("file_too_big", megabytes=limits.FILE_BYTES // limits.MEGABYTE)
                head += piece[: sniff.HEAD - len(head)]
                digest.update(piece)
                out.write(piece)
    except OSError as error:
        raise Refused("storage_unavailable") from error
    if size == 0:
        raise Refused("file_is_empty")
    return digest.hexdigest(), size, head


def _accepted(head: bytes, claimed_name: str) -> str:
    mime = sniff.type_of(head)
    extension = names.extension(claimed_name)
    if mime is None:
        raise Refused("type_not_accepted", extension=extension)
    if names.is_active(claimed_name):
        raise Refused("name_says_other_type", extension=extension)
    stated = sniff.size_of(head)
    if stated is not None and (stated[0] * stated[1] > limits.IMAGE_PIXELS or max(stated) > limits.IMAGE_SIDE):
        raise Refused("too_many_pixels", megapixels=limits.IMAGE_PIXELS // 1_000_000, side=limits.IMAGE_SIDE)
    return mime


@act
def _register(
    base: str,
    *,
    sha256: str,
    size: int,
    mime: str,
    reading: sandbox.Reading,
    now: datetime,
) -> Blob:
    """The rows before the bytes: whatever is then written has a row by which it is found and collected."""
    blob = Blob.objects.create(
        sha256=sha256,
        size=size,
        mime=mime,
        key=store.original_key(base),
        width=reading.width,
        height=reading.height,
        pages=reading.pages,
        received_at=now,
    )
    Derivative.objects.bulk_create(
        Derivative(
            blob=blob,
            kind=copy.kind,
            key=store.copy_key(base, copy.kind),
            sha256=copy.sha256,
            size=copy.size,
            width=copy.width,
            height=copy.height,
        )
        for copy in reading.copies
    )
    return blob


def _keep(path: Path, key: str) -> None:
    try:
        with path.open("rb") as file:
            kept = store.storage().save(key, File(file))
    except Exception as error:  # every storage has its own; to the uploader they are one: try again later
        raise Refused("storage_unavailable") from error
    if kept != key:
        raise RuntimeError("the storage renamed what it was given")
