"""Anchors: a signed Merkle root over the heads of all chains that have grown. Knows chains, not what they tell about.

A chain alone shows an altered entry only to who has its head from elsewhere. An anchor that somebody else keeps is that
elsewhere, for every chain of the house at once: it is signed, small, and says nothing about anybody.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.db import connection

from common import digest, merkle, signet
from common.acts import act
from common.signet import Signature
from journal.models import GENESIS, Anchor, AnchoredHead

BATCH = 20_000
_LOCK = 0x48454E47  # one at a time: two would give the same number


@dataclass(frozen=True, slots=True)
class Proof:
    """That one chain had come to ``seq`` with ``head`` when ``anchor`` was cast: its place and the way up to the root."""

    anchor: dict[str, Any]
    signature: Signature
    seq: int
    head: str
    place: int
    path: tuple[str, ...]


@act
def cast(now: datetime, *, limit: int = BATCH) -> int:
    """Anchor up to ``limit`` chains that have grown since they were anchored last. Gives how many; none casts nothing."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
        cursor.execute(_GROWN, [limit])
        grown: list[tuple[int, int, str]] = cursor.fetchall()
    if not grown:
        return 0
    before = Anchor.objects.order_by("-number").first()
    root = merkle.root([_leaf(seq, head) for _stream, seq, head in grown])
    body = _body(
        number=before.number + 1 if before else 1,
        at=now,
        size=len(grown),
        root=root.hex(),
        previous=before.digest if before else GENESIS,
    )
    signed = signet.sign(body)
    anchor = Anchor.objects.create(
        number=body["number"],
        at=now,
        size=body["size"],
        root=body["root"],
        previous=body["previous"],
        digest=digest.of(body),
        key_id=signed.key_id,
        signature=signed.value,
    )
    AnchoredHead.objects.bulk_create(
        (
            AnchoredHead(anchor=anchor, place=place, stream_id=stream, seq=seq, digest=head)
            for place, (stream, seq, head) in enumerate(grown)
        ),
        batch_size=2000,
    )
    return len(grown)


# For each chain one look into an index, whatever its length; nothing is locked, so that acts go on meanwhile.
_GROWN = """
SELECT s.id, s.head_seq, s.head_digest
  FROM journal_stream s
  LEFT JOIN LATERAL (SELECT a.seq FROM journal_anchoredhead a WHERE a.stream_id = s.id ORDER BY a.seq DESC LIMIT 1) a
    ON true
 WHERE s.head_seq > COALESCE(a.seq, 0)
 ORDER BY s.id
 LIMIT %s
"""


def body_of(anchor: Anchor) -> dict[str, Any]:
    """What was signed."""
    return _body(number=anchor.number, at=anchor.at, size=anchor.size, root=anchor.root, previous=anchor.previous)


def proof(stream_id: int) -> Proof | None:
    """The newest anchor of this chain: through the chain it covers everything before. Three queries."""
    head = AnchoredHead.objects.filter(stream_id=stream_id).select_related("anchor").order_by("-seq").first()
    if head is None:
        return None
    rows = AnchoredHead.objects.filter(anchor=head.anchor).order_by("place").values_list("seq", "digest")
    leaves = [_leaf(seq, text) for seq, text in rows]
    return Proof(
        anchor=body_of(head.anchor),
        signature=Signature(head.anchor.key_id, head.anchor.signature),
        seq=head.seq,
        head=head.digest,
        place=head.place,
        path=tuple(step.hex() for step in merkle.path(leaves, head.place)),
    )


def published(*, after: int = 0, limit: int = 500) -> list[dict[str, Any]]:
    """Anchors by number, each with its signature, for whoever keeps a copy elsewhere."""
    anchors = Anchor.objects.filter(number__gt=after).order_by("number")[:limit]
    return [
        {"body": body_of(anchor), "digest": anchor.digest, "kid": anchor.key_id, "signature": anchor.signature}
        for anchor in anchors
    ]


def wrong() -> Iterator[str]:
    """What does not hold: an anchor whose root, chain or signature is off, a chain that differs from where it was anchored.

    Reads every anchor and every leaf once. The entry at an anchored place must still have the anchored digest.
    """
    previous, number = GENESIS, 0
    for anchor in Anchor.objects.order_by("number").iterator():
        number += 1
        body = body_of(anchor)
        rows = AnchoredHead.objects.filter(anchor=anchor).order_by("place").values_list("seq", "digest")
        root = merkle.root([_leaf(seq, head) for seq, head in rows.iterator()]).hex()
        if anchor.number != number or anchor.previous != previous:
            yield f"anchor {anchor.number}: does not follow the one before"
        if digest.of(body) != anchor.digest or root != anchor.root:
            yield f"anchor {anchor.number}: altered"
        if not signet.fits(body, Signature(anchor.key_id, anchor.signature)):
            yield f"anchor {anchor.number}: not signed by key {anchor.key_id}"
        previous, number = anchor.digest, anchor.number
    with connection.cursor() as cursor:
        cursor.execute(_DIFFERING)
        for stream_id, seq in cursor.fetchall():
            yield f"stream {stream_id}: entry {seq} is not the one that was anchored"


_DIFFERING = """
SELECT a.stream_id, a.seq
  FROM journal_anchoredhead a
  LEFT JOIN journal_entry e ON e.stream_id = a.stream_id AND e.seq = a.seq
 WHERE e.digest IS DISTINCT FROM a.digest
 ORDER BY a.stream_id, a.seq
"""


def _body(*, number: int, at: datetime, size: int, root: str, previous: str) -> dict[str, Any]:
    return {
        "type": "heng.anchor",
        "format": 1,
        "number": number,
        "at": at.astimezone(UTC).isoformat(timespec="microseconds"),
        "size": size,
        "root": root,
        "previous": previous,
    }


def _leaf(seq: int, head: str) -> bytes:
    """No number of a stream: what a proof shows of neighbours is a hash of a digest that only their readers know."""
    return merkle.leaf(digest.canonical({"seq": seq, "digest": head}))
