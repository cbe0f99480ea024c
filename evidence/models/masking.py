"""Masks over pictures of exhibits, and who looked beneath them, as facts. Knows no rule about who may do either."""

from __future__ import annotations

from typing import ClassVar

import pgtrigger
from django.db import models
from django.db.models import Q


class Mask(models.Model):
    """Which parts of one picture its readers do not see. The newest mask of a picture counts; earlier ones stay on record.

    ``page`` is 0 for a photo or a video, else that of a document. ``regions``: ``[left, top, right, bottom]`` in 1200ths of
    width and height, in a film with from when until when in milliseconds if it is not for all of it, or these two alone:
    then its sound is silent; none lifts an earlier mask. ``copies`` are the pictures or the film with the regions burnt in,
    as kind, key, sha256, size, width and height; until they are made readers see nothing of the page. ``tries`` and
    ``claimed_at``: whoever makes them.
    """

    exhibit = models.ForeignKey("evidence.Exhibit", models.PROTECT, related_name="masks")
    blob = models.ForeignKey("evidence.Blob", models.PROTECT, related_name="masks")
    page = models.PositiveSmallIntegerField()
    regions = models.JSONField()
    role = models.CharField(max_length=12)
    by_id = models.BigIntegerField(null=True)
    client_id = models.BigIntegerField(null=True)
    at = models.DateTimeField()
    tries = models.PositiveSmallIntegerField(default=0)
    claimed_at = models.DateTimeField(null=True)
    copies = models.JSONField(null=True)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["id"], condition=Q(copies__isnull=True), name="evidence_to_be_masked"),
        ]
        triggers: ClassVar = [
            pgtrigger.Trigger(
                name="masks_stay",
                when=pgtrigger.Before,
                operation=pgtrigger.Update,
                func="""
                    IF to_jsonb(NEW) - ARRAY['tries', 'claimed_at', 'copies']
                            = to_jsonb(OLD) - ARRAY['tries', 'claimed_at', 'copies'] AND OLD.copies IS NULL THEN
                        RETURN NEW;
                    END IF;
                    RAISE EXCEPTION 'a mask is only ever finished, once';
                """,
            ),
        ]


class Opening(models.Model):
    """Somebody of the bench may see an exhibit as it was handed in, for this reason, until ``until``.

    The reason is somebody's words: it goes when the words of the case do.
    """

    exhibit = models.ForeignKey("evidence.Exhibit", models.PROTECT, related_name="openings")
    role = models.CharField(max_length=12)
    by_id = models.BigIntegerField()
    reason = models.CharField(max_length=300)
    at = models.DateTimeField()
    until = models.DateTimeField()

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["exhibit", "by_id", "-until"], name="evidence_opened"),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(until__gt=models.F("at")), name="opened_for_a_while"),
        ]
        triggers: ClassVar = [
            pgtrigger.Protect(name="openings_stay", operation=pgtrigger.Delete),
            pgtrigger.Trigger(
                name="opened_for_a_reason",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.Update,
                func="""
                    IF TG_OP = 'INSERT' AND NEW.reason = '' THEN
                        RAISE EXCEPTION 'nothing is opened without a reason';
                    END IF;
                    IF TG_OP = 'UPDATE' AND (NEW.reason <> '' OR to_jsonb(NEW) - 'reason' <> to_jsonb(OLD) - 'reason') THEN
                        RAISE EXCEPTION 'of an opening only the reason goes, and only as a whole';
                    END IF;
                    RETURN NEW;
                """,
            ),
        ]
