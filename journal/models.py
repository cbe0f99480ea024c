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


class Entry(models.Model):
    """One thing that happened. ``digest`` covers every other field and the digest of the entry before."""

    stream = models.ForeignKey(Stream, models.PROTECT, related_name="entries")
    seq = models.PositiveIntegerField()
    kind = models.CharField(max_length=32, choices=[(kind.value, kind.value) for kind in Kind])
    actor_role = models.CharField(max_length=12)
    actor_id = models.BigIntegerField(null=True)
    client_id = models.BigIntegerField(null=True)
    at = models.DateTimeField()
    data = models.JSONField(default=dict)
    previous = models.CharField(max_length=64)
    digest = models.CharField(max_length=64)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["stream", "seq"], name="journal_one_entry_per_place"),
        ]
        indexes: ClassVar = [models.Index(fields=["kind", "at"], name="journal_kind_at")]
        triggers: ClassVar = [
            pgtrigger.Protect(name="entries_stay", operation=pgtrigger.Update | pgtrigger.Delete),
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
