"""The only writer of the journal. The caller holds the lock of what the stream tells about, so the stream is quiet."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from common.actor import Actor
from common.acts import require_act
from journal import chain
from journal.kinds import Kind
from journal.models import Entry, Stream, Undelivered


def open_stream() -> Stream:
    """A new, empty chain."""
    require_act()
    return Stream.objects.create()


def record(stream_id: int, kind: Kind | str, *, data: dict[str, Any], actor: Actor, now: datetime) -> Entry:
    """Append one entry and put it into the outbox. ``data`` holds ids, codes, sums and digests, never personal text."""
    require_act()
    stream = Stream.objects.select_for_update().get(pk=stream_id)
    seq = stream.head_seq + 1
    kind = Kind(kind)
    mark = chain.digest_of(
        stream_id=stream_id,
        seq=seq,
        kind=kind.value,
        actor_role=actor.role.value,
        actor_id=actor.id,
        client_id=actor.client_id,
        at=now,
        data=data,
        previous=stream.head_digest,
    )
    entry = Entry.objects.create(
        stream_id=stream_id,
        seq=seq,
        kind=kind.value,
        actor_role=actor.role.value,
        actor_id=actor.id,
        client_id=actor.client_id,
        at=now,
        data=data,
        previous=stream.head_digest,
        digest=mark,
    )
    Stream.objects.filter(pk=stream_id).update(head_seq=seq, head_digest=mark)
    Undelivered.objects.create(entry=entry, stream_id=stream_id)
    return entry


def verify(stream_id: int) -> chain.Break | None:
    """Whether one chain holds, from the database as it is now."""
    stream = Stream.objects.get(pk=stream_id)
    entries = Entry.objects.filter(stream_id=stream_id).order_by("seq").iterator(chunk_size=2000)
    return chain.check(stream_id, entries, head_seq=stream.head_seq, head_digest=stream.head_digest)
