"""What a scanner said, as facts: that it found nothing in a file, or what it found in one that was not taken."""

from __future__ import annotations

from typing import ClassVar

import pgtrigger
from django.db import models
from django.db.models import Q


class Scan(models.Model):
    """A scanner looked at this file and found nothing. A file without such a row was not scanned."""

    blob = models.OneToOneField("evidence.Blob", models.CASCADE, related_name="scan", primary_key=True)
    at = models.DateTimeField()
    engine = models.CharField(max_length=120)

    class Meta:
        triggers: ClassVar = [pgtrigger.Protect(name="scans_stay", operation=pgtrigger.Update)]


class Quarantined(models.Model):
    """A file in which malware was found. It became no exhibit; operations may look into it until its bytes go.

    Its bytes lie encrypted, under a key that lies here and not beside them: nothing that reads the storage opens it by
    accident. ``owner`` is whoever sent it, as role and number. ``gone_at``: the bytes are deleted, and the key with them.
    """

    at = models.DateTimeField()
    sha256 = models.CharField(max_length=64)
    size = models.PositiveBigIntegerField()
    mime = models.CharField(max_length=40)
    found = models.CharField(max_length=120)
    engine = models.CharField(max_length=120)
    owner = models.CharField(max_length=40, blank=True)
    key = models.CharField(max_length=80, unique=True)
    secret = models.BinaryField()
    gone_at = models.DateTimeField(null=True)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["at", "id"], condition=Q(gone_at__isnull=True), name="evidence_quarantined_now")
        ]
        constraints: ClassVar = [
            models.CheckConstraint(condition=~Q(found=""), name="quarantined_for_something"),
            models.CheckConstraint(condition=Q(gone_at__isnull=True) | Q(secret=b""), name="quarantined_key_goes_too"),
        ]
