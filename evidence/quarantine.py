"""Files in which malware was found: kept apart and encrypted for thirty days, for operations alone. Knows no case.

They are no evidence: nothing serves them, and only ``manage.py quarantine`` gives one out.
"""

from __future__ import annotations

import hashlib
import os
import secrets
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import IO

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES256
from cryptography.hazmat.primitives.ciphers.modes import CTR
from django.core.files import File
from django.db.models import QuerySet

from common.acts import act
from common.errors import Missing, Refused
from evidence import store
from evidence.models import Quarantined
from evidence.scanner import Verdict

KEPT_FOR = timedelta(days=30)
_KEY, _NONCE = 32, 16
_PIECE = 256 * 1024


def keep(
    path: Path, verdict: Verdict, *, sha256: str, size: int, mime: str, owner: str, room: Path, now: datetime
) -> None:
    """Put the file away, encrypted in ``room`` first. If the storage is away its row stays and its bytes are lost."""
    row = _enter(
        Quarantined(
            at=now,
            sha256=sha256,
            size=size,
            mime=mime,
            found=verdict.found,
            engine=verdict.engine,
            owner=owner,
            key=f"quarantine/{secrets.token_hex(16)}",
            secret=os.urandom(_KEY + _NONCE),
        )
    )
    locked = room / "locked"
    with path.open("rb") as source, locked.open("wb") as out:
        out.writelines(_turned(source, bytes(row.secret)))
    try:
        with locked.open("rb") as file:
            store.storage().save(row.key, File(file))
    except Exception as error:  # every storage has its own
        raise Refused("malware") from error


def held(limit: int) -> QuerySet[Quarantined]:
    """What still lies there, the newest first."""
    return Quarantined.objects.filter(gone_at__isnull=True).order_by("-at", "-id")[:limit]


def take_out(pk: int, to: Path) -> Quarantined:
    """Write the file as it came to ``to``, which must not exist. Raises `Missing`; `Refused("evidence_altered")`."""
    row = Quarantined.objects.filter(pk=pk, gone_at__isnull=True).first()
    if row is None:
        raise Missing
    seen = hashlib.sha256()
    with store.storage().open(row.key, "rb") as source, to.open("xb") as out:
        for piece in _turned(source, bytes(row.secret)):
            seen.update(piece)
            out.write(piece)
    if seen.hexdigest() != row.sha256:
        to.unlink()
        raise Refused("evidence_altered")
    return row


def collect(now: datetime, *, limit: int = 100) -> int:
    """Delete what has lain there for thirty days. The row stays, and says what it was."""
    over = Quarantined.objects.filter(gone_at__isnull=True, at__lt=now - KEPT_FOR).order_by("at", "id")[:limit]
    gone = []
    for row in over:
        store.storage().delete(row.key)
        gone.append(row.pk)
    return _forget(gone, now) if gone else 0


@act
def _enter(row: Quarantined) -> Quarantined:
    """The row before the bytes."""
    row.save(force_insert=True)
    return row


@act
def _forget(pks: list[int], now: datetime) -> int:
    return Quarantined.objects.filter(pk__in=pks).update(gone_at=now, secret=b"")


def _turned(source: IO[bytes], secret: bytes) -> Iterator[bytes]:
    """Encrypted, or what was encrypted as it was: in this mode the two are one. A secret is used for one file."""
    cipher = Cipher(AES256(secret[:_KEY]), CTR(secret[_KEY:])).encryptor()
    while piece := source.read(_PIECE):
        yield cipher.update(piece)
    yield cipher.finalize()
