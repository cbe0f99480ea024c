"""A stream is one chain of entries; its row is the chain's head. Nothing here is ever changed or removed."""

from __future__ import annotations

from typing import ClassVar

import pgtrigger
from django.db import models

from journal.kinds import Kind

GENESIS = "0" * 64


class Stream(models.Model):
    """The head of one chain. Whoever appends holds the lock of what the stream tells about."""

    head_seq = models.PositiveIntegerField(default=0)
    head_digest = models.CharField(max_length=64, default=GENESIS)


def kinds() -> list[tuple[str, str]]:
    """The choices of an entry's kind. Called, so that a new kind is no migration."""
    return [(kind.value, kind.value) for kind in Kind]


class Entry(models.Model):
    """One thing that happened. ``digest`` covers every other field and the digest of the entry before.

    ``salt`` is 16 random bytes in hex: in a copy of the chain that holds something back, its digest gives nothing away.
    """

    stream = models.ForeignKey(Stream, models.PROTECT, related_name="entries")
    seq = models.PositiveIntegerField()
    kind = models.CharField(max_length=32, choices=kinds)
    actor_role = models.CharField(max_length=12)
    actor_id = models.BigIntegerField(null=True)
    client_id = models.BigIntegerField(null=True)
    at = models.DateTimeField()
    data = models.JSONField(default=dict)
    salt = models.CharField(max_length=32)
    previous = models.CharField(max_length=64)
    digest = models.CharField(max_length=64)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["stream", "seq"], name="journal_one_entry_per_place"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["kind", "at"], name="journal_kind_at"),
            # Bundles by their code: few among very many, and asked for by anybody.
            models.Index(
                models.F("data__code"), condition=models.Q(kind="bundle_exported"), name="journal_bundle_code"
            ),
        ]
        triggers: ClassVar = [
            pgtrigger.Protect(name="entries_stay", operation=pgtrigger.Update | pgtrigger.Delete),
        ]


class Anchor(models.Model):
    """A signed Merkle root over the heads of all chains that have grown since the anchor before. See `journal.anchors`.

    ``digest`` is that of the signed body, which names the anchor before: the anchors are a chain too. Kept outside of
    this database, one of them shows whether anything older was rewritten.
    """

    number = models.PositiveIntegerField(unique=True)
    at = models.DateTimeField()
    size = models.PositiveIntegerField()
    root = models.CharField(max_length=64)
    previous = models.CharField(max_length=64, default=GENESIS)
    digest = models.CharField(max_length=64)
    key_id = models.CharField(max_length=16)
    signature = models.CharField(max_length=86)

    class Meta:
        triggers: ClassVar = [
            pgtrigger.Protect(name="anchors_stay", operation=pgtrigger.Update | pgtrigger.Delete),
        ]


class AnchoredHead(models.Model):
    """One leaf of an anchor's tree: how far one chain had come, and its digest there. ``place`` counts from 0."""

    anchor = models.ForeignKey(Anchor, models.PROTECT, related_name="heads")
    place = models.PositiveIntegerField()
    stream = models.ForeignKey(Stream, models.PROTECT, related_name="anchored")
    seq = models.PositiveIntegerField()
    digest = models.CharField(max_length=64)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["anchor", "place"], name="journal_one_leaf_per_place"),
            models.UniqueConstraint(fields=["stream", "seq"], name="journal_anchored_once"),
        ]
        triggers: ClassVar = [
            pgtrigger.Protect(name="leaves_stay", operation=pgtrigger.Update | pgtrigger.Delete),
        ]


class Undelivered(models.Model):
    """The outbox: an entry whose consequences have not been drawn yet. Written with the entry, gone with the last."""

    entry = models.OneToOneField(Entry, models.PROTECT, primary_key=True, related_name="undelivered")
    stream = models.ForeignKey(Stream, models.PROTECT, related_name="undelivered")
    attempts = models.PositiveSmallIntegerField(default=0)
    retry_at = models.DateTimeField(null=True)
    set_aside_at = models.DateTimeField(null=True)
    error = models.CharField(max_length=200, blank=True)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["stream", "entry"], name="journal_undelivered_order")]
