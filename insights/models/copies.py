"""Copies that people asked for of what is kept about them."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q


class PersonalCopy(models.Model):
    """What is kept about one person, as they asked for it: made by a tick, read by its owner alone, gone after a week.

    ``token`` is its address, 256 random bits; whoever opens it must be signed in as the owner too.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="personal_copies")
    token = models.CharField(max_length=43, unique=True)
    asked_at = models.DateTimeField()
    made_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField(null=True, db_index=True)
    body = models.BinaryField(null=True)
    sha256 = models.CharField(max_length=64, blank=True)
    tries = models.PositiveSmallIntegerField(default=0)
    taken = models.PositiveIntegerField(default=0)
    taken_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["user"], condition=Q(made_at__isnull=True), name="copy_one_under_way"),
            models.CheckConstraint(
                condition=Q(made_at__isnull=True, body__isnull=True, expires_at__isnull=True)
                | Q(made_at__isnull=False, body__isnull=False, expires_at__isnull=False),
                name="copy_is_made_or_not",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["asked_at", "id"], condition=Q(made_at__isnull=True), name="copy_to_be_made"),
        ]
