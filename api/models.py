"""What the API itself remembers: the replies it gave under a key, and hits while Redis is away. Nothing of a
case.
"""

from __future__ import annotations

from typing import ClassVar

from django.db import models


class Reply(models.Model):
    """What a client was answered under one Idempotency-Key, written in the transaction of the effect itself."""

    client = models.ForeignKey("accounts.ApiClient", models.PROTECT, related_name="+")
    key = models.CharField(max_length=255)
    digest = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField(default=0)
    body = models.TextField(blank=True)
    at = models.DateTimeField()

    class Meta:
        verbose_name_plural = "replies"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["client", "key"], name="reply_one_per_key"),
        ]
        indexes: ClassVar = [models.Index(fields=["at"], name="reply_age")]

    def __str__(self) -> str:
        return f"{self.client_id}:{self.key[:12]}"


class Hits(models.Model):
    """How often a bucket was hit in one minute of the wall clock. Used only while Redis does not answer."""

    bucket = models.CharField(max_length=60)
    minute = models.DateTimeField()
    count = models.PositiveIntegerField(default=1)

    class Meta:
        verbose_name_plural = "hits"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["bucket", "minute"], name="hits_one_per_minute"),
        ]

    def __str__(self) -> str:
        return f"{self.bucket}: {self.count}"
