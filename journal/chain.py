"""How entries are chained, and how a chain is checked. Pure: needs nothing but the rows."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Protocol

from common import digest

GENESIS = "0" * 64


class Link(Protocol):
    """What of an entry the digest covers."""

    seq: int
    kind: str
    actor_role: str
    actor_id: int | None
    client_id: int | None
    at: datetime
    data: Any
    previous: str
    digest: str


@dataclass(frozen=True)
class Break:
    """The first place where a chain does not hold."""

    seq: int
    reason: str


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
    previous: str,
) -> str:
    """SHA-256 in hex over the entry and the digest before it. ``at`` counts to the microsecond, in UTC."""
    return digest.of(
        {
            "stream": stream_id,
            "seq": seq,
            "kind": kind,
            "role": actor_role,
            "actor": actor_id,
            "client": client_id,
            "at": at.astimezone(UTC).isoformat(timespec="microseconds"),
            "data": data,
            "previous": previous,
        }
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
        expected = digest_of(
            stream_id=stream_id,
            seq=entry.seq,
            kind=entry.kind,
            actor_role=entry.actor_role,
            actor_id=entry.actor_id,
            client_id=entry.client_id,
            at=entry.at,
            data=entry.data,
            previous=entry.previous,
        )
        if entry.digest != expected:
            return Break(seq, "altered")
        previous = entry.digest
    if seq != head_seq:
        return Break(seq + 1, "head_elsewhere")
    if previous != head_digest:
        return Break(seq, "head_altered")
    return None
