"""The shelf of a shop as a fact: papers it uses again in many cases. Knows a shop and bytes, refuses to know cases."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from common.ids import public_id


class LibraryItem(models.Model):
    """One file on a shop's shelf. An exhibit made of it points at the same bytes, so that reuse can be seen.

    ``sku`` is the beginning of the SKUs that it fits; empty fits all. ``expires_on`` is the last day it is good for.
    """

    public_id = models.CharField(max_length=26, unique=True, default=public_id)
    merchant = models.ForeignKey("accounts.Merchant", models.PROTECT, related_name="library")
    blob = models.ForeignKey("evidence.Blob", models.PROTECT, related_name="library_items")
    sha256 = models.CharField(max_length=64)
    code = models.CharField(max_length=8)
    name = models.CharField(max_length=60)
    note = models.CharField(max_length=300, blank=True)
    sku = models.CharField(max_length=64, blank=True)
    batch = models.CharField(max_length=64, blank=True)
    expires_on = models.DateField(null=True)
    added_by = models.BigIntegerField(null=True)
    added_at = models.DateTimeField()
    removed_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["merchant", "sha256"],
                condition=Q(removed_at__isnull=True),
                name="library_same_bytes_once_a_shop",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["merchant", "-added_at", "-id"], name="library_of_shop"),
        ]

    def __str__(self) -> str:
        return self.name
