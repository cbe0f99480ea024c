"""How entries are chained, and how a chain is checked. Pure: needs nothing but the rows.

An entry is committed to in three parts, each salted, so that a copy of the chain can show one part and hold back another
and still be checked from its first link to its last (docs/verification.md):

    told   where it stands, what happened, in which role, when
    data   what the entry says of it
    kept   which stream, which person, which client: the house's own numbers
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from json import JSONEncoder
from json.encoder import encode_basestring as _quoted
from typing import Any, Protocol

GENESIS = "0" * 64
TOLD, DATA, KEPT = "told", "data", "kept"


class Link(Protocol):
    """What of an entry the digest covers."""

    seq: int
    kind: str
    actor_role: str
    actor_id: int | None
    client_id: int | None
    at: datetime
    data: Any
    salt: str
    previous: str
    digest: str


@dataclass(frozen=True)
class Break:
    """The first place where a chain does not hold."""

    seq: int
    reason: str


@dataclass(frozen=True, slots=True)
class Part:
    """One part of an entry, with all that is needed to check it: SHA-256(0x00 ‖ salt ‖ canonical value)."""

    salt: bytes
    value: Any

    def commitment(self) -> bytes:
        return hashlib.sha256(b"\x00" + self.salt + _canonical(self.value)).digest()


def new_salt() -> str:
    """16 random bytes in hex. From it come the salts of the parts; it is never shown itself."""
    return secrets.token_hex(16)


def parts(
    *,
    stream_id: int,
    seq: int,
    kind: str,
    actor_role: str,
    actor_id: int | None,
    client_id: int | None,
    at: datetime,
    data: Any,
    salt: str,
) -> dict[str, Part]:
    """An entry taken apart. ``at`` counts to the microsecond, in UTC."""
    key = bytes.fromhex(salt)
    moment = at.astimezone(UTC).isoformat(timespec="microseconds")
    values = {
        TOLD: {"seq": seq, "kind": kind, "role": actor_role, "at": moment},
        DATA: data,
        KEPT: {"stream": stream_id, "actor": actor_id, "client": client_id},
    }
    # One-way in the key: whoever is shown the salt of one part learns nothing of the others'.
    return {name: Part(_salt(name.encode(), key), value) for name, value in values.items()}


def content_of(taken_apart: dict[str, Part]) -> bytes:
    """SHA-256(0x01 ‖ told ‖ data ‖ kept) over the three commitments."""
    committed = b"".join(taken_apart[name].commitment() for name in (TOLD, DATA, KEPT))
    return hashlib.sha256(b"\x01" + committed).digest()


def content_at_once(stream_id: int, entry: Link) -> bytes:
    """The same as ``content_of(parts_of(…))`` without the parts between: whole journals are checked with it."""
    key = bytes.fromhex(entry.salt)
    moment = entry.at.astimezone(UTC).isoformat(timespec="microseconds")
    actor = "null" if entry.actor_id is None else entry.actor_id
    client = "null" if entry.client_id is None else entry.client_id
    # Keys in the order in which the canonical form sorts them.
    told = f'{{"at":"{moment}","kind":{_quoted(entry.kind)},"role":{_quoted(entry.actor_role)},"seq":{entry.seq}}}'
    kept = f'{{"actor":{actor},"client":{client},"stream":{stream_id}}}'
    return _sha256(
        b"\x01"
        + _sha256(b"\x00" + _salt(_TOLD, key) + told.encode()).digest()
        + _sha256(b"\x00" + _salt(_DATA, key) + _canonical(entry.data)).digest()
        + _sha256(b"\x00" + _salt(_KEPT, key) + kept.encode()).digest()
    ).digest()


def link(previous: str, content: bytes) -> str:
    """SHA-256(0x02 ‖ digest before ‖ content), in hex."""
    return hashlib.sha256(b"\x02" + bytes.fromhex(previous) + content).hexdigest()


def digest_of(
    *,
    stream_id: int,
    seq: int,
    kind: str,
    actor_role: str,
    actor_id: int | None,
    client_id: int | None,
    at: datetime,
    data: Any,
    salt: str,
    previous: str,
) -> str:
    """The digest of an entry, in hex: over all that it says and the digest before it."""
    taken_apart = parts(
        stream_id=stream_id,
        seq=seq,
        kind=kind,
        actor_role=actor_role,
        actor_id=actor_id,
        client_id=client_id,
        at=at,
        data=data,
        salt=salt,
    )
    return link(previous, content_of(taken_apart))


def parts_of(stream_id: int, entry: Link) -> dict[str, Part]:
    return parts(
        stream_id=stream_id,
        seq=entry.seq,
        kind=entry.kind,
        actor_role=entry.actor_role,
        actor_id=entry.actor_id,
        client_id=entry.client_id,
        at=entry.at,
        data=entry.data,
        salt=entry.salt,
    )


def check(stream_id: int, entries: Iterable[Link], *, head_seq: int, head_digest: str) -> Break | None:
    """``None`` if the chain holds from the first entry to the head, else where it first breaks."""
    seq, previous = 0, GENESIS
    for entry in entries:
        seq += 1
        if entry.seq != seq:
            return Break(seq, "missing")
        if entry.previous != previous:
            return Break(seq, "unlinked")
        if not entry.salt or entry.digest != link(previous, content_at_once(stream_id, entry)):
            return Break(seq, "altered")
        previous = entry.digest
    if seq != head_seq:
        return Break(seq + 1, "head_elsewhere")
    if previous != head_digest:
        return Break(seq, "head_altered")
    return None


# As `common.digest.canonical` writes, with one encoder for all: a chain of a hundred thousand entries is read in a second.
# Floats need no refusal here: what reads back differently shows as altered, and writing refuses them (`book.record`).
_ENCODER = JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


_TOLD, _DATA, _KEPT = TOLD.encode(), DATA.encode(), KEPT.encode()
_sha256 = hashlib.sha256


def _salt(name: bytes, key: bytes) -> bytes:
    return hashlib.blake2s(name, key=key, digest_size=16).digest()


def _canonical(value: Any) -> bytes:
    return _ENCODER.encode(value).encode()
