"""A letter on paper: one PDF for each of its readers, made after the letter was given. Knows no words and no typesetting."""

from __future__ import annotations

from typing import ClassVar

import pgtrigger
from django.db import models
from django.db.models import Q

TRIES = 5


class Print(models.Model):
    """The letter of a ruling or of a decision on appeal, printed for one reader: buyer, merchant, or empty for others.

    ``tries`` counts how often somebody began; ``retry_at``: nobody else tries before. The digest is SHA-256 in hex and
    stays when the bytes are erased, so that whoever kept the file can still have it recognised. ``key`` is where the bytes
    lie, until they are gone.
    """

    READERS = ("", "buyer", "merchant")

    ruling = models.ForeignKey("arbitration.Ruling", models.PROTECT, null=True, related_name="prints")
    appeal = models.ForeignKey("arbitration.Appeal", models.PROTECT, null=True, related_name="prints")
    reader = models.CharField(max_length=8, blank=True)
    tries = models.PositiveSmallIntegerField(default=0)
    retry_at = models.DateTimeField()
    printed_at = models.DateTimeField(null=True)
    sha256 = models.CharField(max_length=64, blank=True)
    size = models.PositiveIntegerField(default=0)
    key = models.CharField(max_length=120, blank=True)
    erased_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(ruling__isnull=True, appeal__isnull=False) | Q(ruling__isnull=False, appeal__isnull=True),
                name="print_of_one_letter",
            ),
            models.UniqueConstraint(fields=["ruling", "reader"], name="print_once_a_reader"),
            models.UniqueConstraint(fields=["appeal", "reader"], name="print_once_a_reader_on_appeal"),
            models.CheckConstraint(
                condition=Q(printed_at__isnull=True, sha256="", key="")
                | (Q(printed_at__isnull=False, size__gt=0) & ~Q(sha256="")),
                name="print_is_whole_or_not_there",
            ),
        ]
        indexes: ClassVar = [
            # Not unique: where nobody is addressed, two readings of one letter are the same file.
            models.Index(fields=["sha256"], condition=~Q(sha256=""), name="print_by_digest"),
            models.Index(
                fields=["retry_at", "id"],
                condition=Q(printed_at__isnull=True, erased_at__isnull=True, tries__lt=TRIES),
                name="print_to_be_made",
            ),
            models.Index(fields=["id"], condition=Q(erased_at__isnull=False) & ~Q(key=""), name="print_to_be_removed"),
        ]
        triggers: ClassVar = [
            pgtrigger.Protect(name="prints_stay", operation=pgtrigger.Delete),
            pgtrigger.Trigger(
                name="prints_unaltered",
                when=pgtrigger.Before,
                operation=pgtrigger.Update,
                func="""
                    IF (OLD.ruling_id, OLD.appeal_id, OLD.reader) IS DISTINCT FROM
                        (NEW.ruling_id, NEW.appeal_id, NEW.reader)
                        OR (OLD.printed_at IS NOT NULL AND (OLD.printed_at, OLD.sha256, OLD.size) IS DISTINCT FROM
                            (NEW.printed_at, NEW.sha256, NEW.size))
                        OR (OLD.key <> '' AND NEW.key <> OLD.key AND NOT (NEW.key = '' AND NEW.erased_at IS NOT NULL))
                        OR (OLD.erased_at IS NOT NULL AND NEW.erased_at IS DISTINCT FROM OLD.erased_at) THEN
                        RAISE EXCEPTION 'what was printed is not altered, only erased';
                    END IF;
                    RETURN NEW;
                """,
            ),
        ]
