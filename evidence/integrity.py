"""Whether what lies in the storage is still what was received. Refuses to repair: it says what differs."""

from __future__ import annotations

import hashlib

from django.core.files.base import File

from common import digest
from common.errors import Refused
from evidence import store
from evidence.links import Served
from evidence.models import Blob, Exhibit

_PIECE = 1024 * 1024


def open_checked(served: Served) -> File[bytes]:
    """The file to send, at its beginning, after its digest was found right. The caller closes it.

    Raises `Refused("evidence_altered")` when the bytes are gone or differ: nothing that differs is ever
    shown.
    """
    file = whole(served.key, served.sha256)
    if file is None:
        raise Refused("evidence_altered", exhibit=served.exhibit.public_id)
    return file


def whole(key: str, sha256: str) -> File[bytes] | None:
    """The file at its beginning, if it is there and has this digest. The caller closes it."""
    file = _opened(key)
    if file is None:
        return None
    if _digest(file) != sha256:
        file.close()
        return None
    file.seek(0)
    return file


def altered(blob: Blob) -> list[str]:
    """Which of a blob's files are gone or differ: "original" and kinds of copies. Empty when all is well."""
    return [kind for kind, key, sha256 in files_of(blob) if state(key, sha256)]


def files_of(blob: Blob) -> list[tuple[str, str, str]]:
    """Each file of a blob: what it is ("original", the kind of a copy, or which of a mask's), its key, its SHA-256."""
    copies = [(copy.kind, copy.key, copy.sha256) for copy in blob.derivatives.all()]
    for mask in blob.masks.all():
        copies += [(f"m{mask.pk}.{n}", copy["key"], copy["sha256"]) for n, copy in enumerate(mask.copies or ())]
    return [("original", blob.key, blob.sha256), *copies]


def state(key: str, sha256: str) -> str:
    """Empty if what lies under ``key`` is what it must be, else "missing" or "altered". Reads all of it."""
    file = _opened(key)
    if file is None:
        return "missing"
    with file:
        return "" if _digest(file) == sha256 else "altered"


def holds(exhibit: Exhibit) -> bool:
    """Whether a typed text or a record still has the digest it was entered under. Files: see `altered`."""
    return exhibit.content is not None and digest.of(exhibit.content) == exhibit.sha256


def _opened(key: str) -> File[bytes] | None:
    try:
        return store.storage().open(key, "rb")
    except FileNotFoundError:
        return None


def _digest(file: File[bytes]) -> str:
    seen = hashlib.sha256()
    while piece := file.read(_PIECE):
        seen.update(piece)
    return seen.hexdigest()
