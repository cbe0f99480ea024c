"""Bytes as received and the copies made of them, as facts. Knows no exhibit."""

from __future__ import annotations

from typing import ClassVar

import pgtrigger
from django.db import models
from django.db.models import Q
from django.db.models.functions import Substr


class Blob(models.Model):
    """Bytes as received, under a key that begins with their own SHA-256.

    Every intake has its own blob, also of equal bytes: one party never learns from a shortcut that another
    party, or another case, holds the same file, and one party's file can be erased without touching
    another's. Several exhibits may point at one blob.
    """

    sha256 = models.CharField(max_length=64, db_index=True)
    size = models.PositiveBigIntegerField()
    mime = models.CharField(max_length=40)
    key = models.CharField(max_length=160, unique=True)
    received_at = models.DateTimeField()

    class Meta:
        indexes: ClassVar = [models.Index(fields=["received_at", "id"], name="evidence_blob_received")]
        constraints: ClassVar = [models.CheckConstraint(condition=Q(size__gt=0), name="blob_is_not_empty")]
        triggers: ClassVar = [pgtrigger.Protect(name="blobs_stay", operation=pgtrigger.Update)]


class Sheet(models.Model):
    """What a file turned out to be when it was read, and what it says of itself. Written once, by the reader.

    Width and height in pixels, upright; of a PDF its first page as drawn. ``taken_at`` is ISO 8601, without an offset where
    the device knew none: it is what the file claims, and no proof. Whether there is a position in the file stands here; the
    position does not.
    """

    blob = models.OneToOneField(Blob, models.PROTECT, related_name="sheet", primary_key=True)
    read_at = models.DateTimeField()
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()
    pages = models.PositiveSmallIntegerField(default=0)
    taken_at = models.CharField(max_length=32, blank=True)
    make = models.CharField(max_length=60, blank=True)
    model = models.CharField(max_length=60, blank=True)
    software = models.CharField(max_length=60, blank=True)
    has_position = models.BooleanField(default=False)
    milliseconds = models.PositiveIntegerField(default=0)
    fps_hundredths = models.PositiveIntegerField(default=0)
    codec = models.CharField(max_length=16, blank=True)
    sound = models.CharField(max_length=16, blank=True)
    # Of the picture as shown: 64 bits in hex; mean of 0 to 255; variance of the Laplacian.
    dhash = models.CharField(max_length=16, blank=True, db_index=True)
    brightness = models.PositiveSmallIntegerField(null=True)
    sharpness = models.PositiveSmallIntegerField(null=True)

    # Of the barcodes in it, as `numbers` keeps them; null where nobody looked.
    numbers = models.JSONField(null=True)

    class Meta:
        indexes: ClassVar = [
            # The four quarters of the hash: pictures that look alike share one of them, or all but one bit of it. Not
            # partial: PostgreSQL would not use their statistics, and read the whole table.
            models.Index(Substr("dhash", 1, 4), name="evidence_alike_1"),
            models.Index(Substr("dhash", 5, 4), name="evidence_alike_2"),
            models.Index(Substr("dhash", 9, 4), name="evidence_alike_3"),
            models.Index(Substr("dhash", 13, 4), name="evidence_alike_4"),
        ]
        triggers: ClassVar = [pgtrigger.Protect(name="sheets_stay", operation=pgtrigger.Update)]


class PrintedNumbers(models.Model):
    """The numbers that a machine read in a photo's plain digits, as `numbers` keeps them; none where it found none.

    No row where it has not looked. Written once, by the reader.
    """

    blob = models.OneToOneField(Blob, models.PROTECT, related_name="printed", primary_key=True)
    read_at = models.DateTimeField()
    numbers = models.JSONField()

    class Meta:
        triggers: ClassVar = [pgtrigger.Protect(name="printed_numbers_stay", operation=pgtrigger.Update)]


class Preparation(models.Model):
    """What is left to be made of a file of an exhibit: its film, its further pages, its large copy. Gone when all is made.

    ``owner`` is whose it is, so that nobody's files wait for somebody's five thousand. ``tries`` counts claims, and
    whoever dies in one leaves it counted: after three it is set aside. ``retry_at``: nobody else takes it before.
    ``code`` and ``data`` say why it was refused, ``told_at`` that its side knows.
    """

    blob = models.OneToOneField(Blob, models.PROTECT, related_name="preparation")
    owner = models.CharField(max_length=40)
    begun_at = models.DateTimeField()
    tries = models.PositiveSmallIntegerField(default=0)
    retry_at = models.DateTimeField()
    refused_at = models.DateTimeField(null=True)
    set_aside_at = models.DateTimeField(null=True)
    told_at = models.DateTimeField(null=True)
    code = models.CharField(max_length=40, blank=True)
    data = models.JSONField(default=dict)

    class Meta:
        indexes: ClassVar = [
            models.Index(
                fields=["owner", "id"],
                condition=Q(refused_at__isnull=True, set_aside_at__isnull=True),
                name="evidence_to_be_prepared",
            ),
            models.Index(
                fields=["id"],
                condition=Q(told_at__isnull=True) & (Q(refused_at__isnull=False) | Q(set_aside_at__isnull=False)),
                name="evidence_to_be_told",
            ),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(refused_at__isnull=True) | ~Q(code=""), name="preparation_is_refused_for_a_reason"
            ),
        ]

    @property
    def is_over(self) -> bool:
        return self.refused_at is not None or self.set_aside_at is not None


class Derivative(models.Model):
    """A clean copy made from a blob: "display", "thumb" and "large" of a picture, "page_1" … of a PDF, "film" of a video.

    A film is sent in ranges, so that ``pieces`` has the SHA-256 of each of its pieces, one after the other; a still is
    checked whole.
    """

    blob = models.ForeignKey(Blob, models.PROTECT, related_name="derivatives")
    kind = models.CharField(max_length=12)
    key = models.CharField(max_length=180, unique=True)
    sha256 = models.CharField(max_length=64)
    size = models.PositiveIntegerField()
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()
    pieces = models.BinaryField(null=True)

    class Meta:
        ordering: ClassVar = ["kind"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["blob", "kind"], name="evidence_one_copy_of_a_kind"),
        ]
        triggers: ClassVar = [pgtrigger.Protect(name="copies_stay", operation=pgtrigger.Update)]


class Round(models.Model):
    """How far the daily reading of all files has come. One row: whoever reads holds it until ``held_until``."""

    id = models.SmallIntegerField(primary_key=True, default=1)
    begun_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    after_blob = models.BigIntegerField(default=0)
    files = models.PositiveBigIntegerField(default=0)
    held_until = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [models.CheckConstraint(condition=Q(id=1), name="round_is_one_row")]


class Damage(models.Model):
    """A file of an exhibit that is gone or differs from what was received. ``gone_at``: it was found whole again.

    It goes with the blob: what nobody keeps any more cannot be damaged.
    """

    blob = models.ForeignKey(Blob, models.CASCADE, related_name="damages")
    kind = models.CharField(max_length=12)
    state = models.CharField(max_length=8, choices=[("missing", "missing"), ("altered", "altered")])
    found_at = models.DateTimeField()
    gone_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["blob", "kind"], condition=Q(gone_at__isnull=True), name="damage_told_once"
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["found_at"], condition=Q(gone_at__isnull=True), name="evidence_damaged_now"),
        ]
