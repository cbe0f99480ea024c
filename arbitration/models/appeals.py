"""An appeal and how it was decided, as facts. Never by whoever ruled."""

from __future__ import annotations

from typing import ClassVar

import pgtrigger
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from arbitration.models.rulings import Ruling

SIDES = [("buyer", "buyer"), ("merchant", "merchant")]


class Appeal(models.Model):
    """One side's appeal against the ruling of one round: once, on one ground, decided by somebody else.

    ``points`` are the numbers of the findings attacked, ``exhibits`` the ids of what came with the filing.
    ``ruling_author`` repeats the author of the ruling appealed, so that a constraint can see both.
    """

    NEW_EVIDENCE, PROCEDURE, RULE_ERROR = "new_evidence", "procedure", "rule_error"
    GROUNDS = (NEW_EVIDENCE, PROCEDURE, RULE_ERROR)
    UPHELD, CHANGED, SENT_BACK = "upheld", "changed", "sent_back"

    case = models.ForeignKey("disputes.Case", models.PROTECT, related_name="appeals")
    round = models.PositiveSmallIntegerField()
    side = models.CharField(max_length=8, choices=SIDES)
    ruling = models.ForeignKey(Ruling, models.PROTECT, related_name="appeals")
    ruling_author = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    ground = models.CharField(max_length=16, choices=[(g, g) for g in GROUNDS])
    points = ArrayField(models.PositiveSmallIntegerField(), default=list)
    exhibits = ArrayField(models.BigIntegerField(), default=list)
    statement = models.ForeignKey("disputes.Statement", models.PROTECT, related_name="+")
    filed_at = models.DateTimeField()
    answer = models.ForeignKey("disputes.Statement", models.PROTECT, null=True, related_name="+")
    answered_at = models.DateTimeField(null=True)
    taken_at = models.DateTimeField(null=True)
    decision = models.CharField(max_length=9, blank=True, choices=[(d, d) for d in (UPHELD, CHANGED, SENT_BACK)])
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    reasons = models.TextField(blank=True, max_length=8000)
    decided_at = models.DateTimeField(null=True)
    language = models.CharField(max_length=10, blank=True)
    letter = models.JSONField(null=True)
    letter_code = models.CharField(max_length=14, blank=True)
    letter_digest = models.CharField(max_length=64, blank=True)
    erased_at = models.DateTimeField(null=True)

    class Meta:
        indexes: ClassVar = [
            models.Index(
                fields=["ruling_author", "-decided_at"],
                condition=Q(decision__in=["changed", "sent_back"]),
                name="appeal_overturned",
            ),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["case", "round", "side"], name="appeal_once_a_side"),
            models.UniqueConstraint(fields=["case"], condition=Q(decided_at__isnull=True), name="appeal_one_open"),
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True) | ~Q(decided_by=F("ruling_author")),
                name="appeal_decided_by_somebody_else",
            ),
            models.CheckConstraint(
                condition=Q(decision="", decided_at__isnull=True, decided_by__isnull=True, reasons="")
                | (
                    Q(decided_at__isnull=False, decided_by__isnull=False)
                    & ~Q(decision="")
                    & (~Q(reasons="") | Q(erased_at__isnull=False))
                ),
                name="appeal_decided_with_reasons",
            ),
            models.CheckConstraint(
                condition=Q(erased_at__isnull=True) | Q(letter__isnull=True, reasons=""),
                name="appeal_erased_says_nothing",
            ),
        ]
        triggers: ClassVar = [
            pgtrigger.Protect(name="appeals_stay", operation=pgtrigger.Delete),
            pgtrigger.Trigger(
                name="appeals_unaltered",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.Update,
                declare=[("goes", "text[]")],
                func="""
                    IF TG_OP = 'UPDATE' AND (OLD.erased_at IS NOT NULL OR NEW.erased_at IS NOT NULL) THEN
                        goes := ARRAY['reasons', 'letter', 'erased_at'];
                        IF OLD.erased_at IS NULL AND to_jsonb(NEW) - goes = to_jsonb(OLD) - goes THEN
                            RETURN NEW;
                        END IF;
                        RAISE EXCEPTION 'an appeal is erased once, as a whole, and stays so';
                    END IF;
                    IF NEW.ruling_author_id
                        <> (SELECT r.author_id FROM arbitration_ruling r WHERE r.id = NEW.ruling_id) THEN
                        RAISE EXCEPTION 'an appeal names the author of the ruling appealed';
                    END IF;
                    IF TG_OP = 'UPDATE' AND (OLD.decided_at IS NOT NULL OR
                        (OLD.ruling_id, OLD.side, OLD.ground, OLD.points, OLD.statement_id, OLD.filed_at)
                        IS DISTINCT FROM
                        (NEW.ruling_id, NEW.side, NEW.ground, NEW.points, NEW.statement_id, NEW.filed_at)) THEN
                        RAISE EXCEPTION 'an appeal that was decided, or what was filed, is not altered';
                    END IF;
                    RETURN NEW;
                """,
            ),
        ]
