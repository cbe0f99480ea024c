"""The only writer of the journal. The caller holds the lock of what the stream tells about, so the stream is quiet."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection

from common import digest
from common.actor import Actor
from common.acts import require_act
from journal import chain
from journal.kinds import Kind
from journal.models import Entry, Stream


def open_stream() -> Stream:
    """A new, empty chain."""
    require_act()
    return Stream.objects.create()


def record(stream_id: int, kind: Kind | str, *, data: dict[str, Any], actor: Actor, now: datetime) -> Entry:
    """Append one entry and put it into the outbox. ``data`` holds ids, codes, sums and digests, never personal text."""
    require_act()
    with connection.cursor() as cursor:
        cursor.execute("SELECT head_seq, head_digest FROM journal_stream WHERE id = %s FOR UPDATE", [stream_id])
        head_seq, head_digest = cursor.fetchone()
    seq = head_seq + 1
    kind = Kind(kind)
    salt = chain.new_salt()
    digest.refuse_floats(data)
    mark = chain.digest_of(
        stream_id=stream_id,
        seq=seq,
        kind=kind.value,
        actor_role=actor.role.value,
        actor_id=actor.id,
        client_id=actor.client_id,
        at=now,
        data=data,
        salt=salt,
        previous=head_digest,
    )
    row = [stream_id, seq, kind.value, actor.role.value, actor.id, actor.client_id, now]
    row += [json.dumps(data), salt, head_digest, mark]
    with connection.cursor() as cursor:
        cursor.execute(_APPEND, [*row, seq, mark, stream_id])
        entry_id = cursor.fetchone()[0]
    return Entry(
        id=entry_id,
        stream_id=stream_id,
        seq=seq,
        kind=kind.value,
        actor_role=actor.role.value,
        actor_id=actor.id,
        client_id=actor.client_id,
        at=now,
        data=data,
        salt=salt,
        previous=head_digest,
        digest=mark,
    )


# Every act appends: one statement for the entry, the head of the chain and the outbox.
_APPEND = """
WITH written AS (
    INSERT INTO journal_entry
        (stream_id, seq, kind, actor_role, actor_id, client_id, at, data, salt, previous, digest)
    VALUES (%s, %s, %s, %s, %s, %s, %s, %s::jsonb, %s, %s, %s) RETURNING id, stream_id
), moved AS (
    UPDATE journal_stream SET head_seq = %s, head_digest = %s WHERE id = %s
)
INSERT INTO journal_undelivered (entry_id, stream_id, attempts, error)
SELECT id, stream_id, 0, '' FROM written RETURNING entry_id
"""


def verify(stream_id: int) -> chain.Break | None:
    """Whether one chain holds, from the database as it is now."""
    stream = Stream.objects.get(pk=stream_id)
    entries = Entry.objects.filter(stream_id=stream_id).order_by("seq").iterator(chunk_size=2000)
    return chain.check(stream_id, entries, head_seq=stream.head_seq, head_digest=stream.head_digest)


@dataclass(frozen=True, slots=True)
class Draft:
    """An entry to append to a stream whose head the caller has read under the lock of what it tells about."""

    stream_id: int
    head_seq: int
    head_digest: str
    kind: Kind
    data: dict[str, Any]


def record_many(drafts: Sequence[Draft], *, actor: Actor, now: datetime) -> None:
    """Append one entry to each of several streams, set-wise: one statement, however many entries."""
    require_act()
    if not drafts:
        return
    rows: list[tuple[Any, ...]] = []
    for draft in drafts:
        seq = draft.head_seq + 1
        salt = chain.new_salt()
        digest.refuse_floats(draft.data)
        mark = chain.digest_of(
            stream_id=draft.stream_id,
            seq=seq,
            kind=draft.kind.value,
            actor_role=actor.role.value,
            actor_id=actor.id,
            client_id=actor.client_id,
            at=now,
            data=draft.data,
            salt=salt,
            previous=draft.head_digest,
        )
        rows.append((draft.stream_id, seq, draft.kind.value, json.dumps(draft.data), salt, draft.head_digest, mark))
    with connection.cursor() as cursor:
        columns = [list(column) for column in zip(*rows, strict=True)]
        cursor.execute(_APPEND_MANY, [*columns, actor.role.value, actor.id, actor.client_id, now])


# The same for many streams at once, one entry each.
_APPEND_MANY = """
WITH entry AS (
    SELECT * FROM unnest(%s::bigint[], %s::int[], %s::text[], %s::text[], %s::text[], %s::text[], %s::text[])
        AS told(stream_id, seq, kind, data, salt, previous, digest)
), written AS (
    INSERT INTO journal_entry (stream_id, seq, kind, actor_role, actor_id, client_id, at, data, salt, previous, digest)
    SELECT stream_id, seq, kind, %s, %s::bigint, %s::bigint, %s, data::jsonb, salt, previous, digest FROM entry
    RETURNING id, stream_id
), moved AS (
    UPDATE journal_stream SET head_seq = entry.seq, head_digest = entry.digest FROM entry
    WHERE journal_stream.id = entry.stream_id
)
INSERT INTO journal_undelivered (entry_id, stream_id, attempts, error)
SELECT id, stream_id, 0, '' FROM written
"""
