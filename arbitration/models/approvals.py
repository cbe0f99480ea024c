"""Who checks a proposed ruling, and what they said, as facts. Never its author."""

from __future__ import annotations

from typing import ClassVar

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q

from arbitration.models.rulings import Ruling


class Approval(models.Model):
    """A second pair of eyes on a proposed ruling. ``author`` repeats the ruling's, so that a constraint can see both."""

    APPROVED, RETURNED = "approved", "returned"

    ruling = models.OneToOneField(Ruling, models.PROTECT, related_name="approval")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    approver = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    decision = models.CharField(max_length=8, choices=[(d, d) for d in (APPROVED, RETURNED)])
    reason = models.CharField(max_length=500, blank=True)
    at = models.DateTimeField()
    erased_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=~Q(approver=F("author")), name="approval_by_somebody_else"),
            models.CheckConstraint(
                condition=Q(decision="approved") | ~Q(reason="") | Q(erased_at__isnull=False),
                name="approval_returned_with_a_reason",
            ),
            models.CheckConstraint(
                condition=Q(erased_at__isnull=True) | Q(reason=""), name="approval_erased_says_nothing"
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["approver", "-at"], name="approval_of_senior")]
        triggers: ClassVar = [
            pgtrigger.Protect(name="approvals_stay", operation=pgtrigger.Delete),
            pgtrigger.Trigger(
                name="approvals_unaltered",
                when=pgtrigger.Before,
                operation=pgtrigger.Update,
                declare=[("goes", "text[]")],
                func="""
                    goes := ARRAY['reason', 'erased_at'];
                    IF OLD.erased_at IS NULL AND NEW.erased_at IS NOT NULL
                        AND to_jsonb(NEW) - goes = to_jsonb(OLD) - goes THEN
                        RETURN NEW;
                    END IF;
                    RAISE EXCEPTION 'an approval is not altered, but for its erasure';
                """,
            ),
            pgtrigger.Trigger(
                name="approval_names_the_author",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert,
                func="""
                    IF NEW.author_id <> (SELECT r.author_id FROM arbitration_ruling r WHERE r.id = NEW.ruling_id) THEN
                        RAISE EXCEPTION 'an approval names the author of its ruling';
                    END IF;
                    RETURN NEW;
                """,
            ),
        ]


class SecondReader(models.Model):
    """The senior who checks a proposed ruling now: meanwhile nobody else signs or returns it."""

    ruling = models.OneToOneField(Ruling, models.PROTECT, related_name="second_reader")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField()
