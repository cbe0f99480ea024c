"""Final rulings as they are found again: without names, without a case number, searchable. And what departs from them."""

from __future__ import annotations

from typing import ClassVar

import pgtrigger
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import Q

from arbitration.precedent_rules import RESULTS


class Precedent(models.Model):
    """What a final ruling decided, one row a case: facts that nobody is known by, and words with names taken out.

    ``reference`` is how reasons cite it; ``case`` and ``ruling`` lead back for the house alone. ``points``: finding and
    text of each. ``buyer_codes``, ``merchant_codes``: which kinds of evidence each side gave, sorted. ``band``: of the
    sum claimed (`precedent_rules.band`). ``merchant_share``: basis points. ``words``: what `precedent_text.terms` finds
    in points and reasons, by which it is searched. ``month``: the first day of the month of the ruling.
    """

    reference = models.CharField(max_length=10, unique=True)
    case = models.OneToOneField("disputes.Case", models.PROTECT, related_name="precedent")
    ruling = models.ForeignKey("arbitration.Ruling", models.PROTECT, related_name="+")
    month = models.DateField()
    recorded_at = models.DateTimeField()
    on_appeal = models.BooleanField(default=False)

    type_code = models.CharField(max_length=32)
    category = models.CharField(max_length=40)
    currency = models.CharField(max_length=3)
    band = models.PositiveSmallIntegerField()
    buyer_codes = ArrayField(models.CharField(max_length=8), default=list)
    merchant_codes = ArrayField(models.CharField(max_length=8), default=list)

    result = models.CharField(max_length=8, choices=[(r, r) for r in RESULTS])
    remedy = models.CharField(max_length=4)
    merchant_share = models.PositiveSmallIntegerField()
    clauses = ArrayField(models.CharField(max_length=12), default=list)
    rules_version = models.CharField(max_length=40)
    points = models.JSONField(default=list)
    reasons = models.TextField(blank=True)
    words = SearchVectorField(null=True)

    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    withdrawn_because = models.CharField(max_length=24, blank=True)
    erased_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(withdrawn_at__isnull=True, withdrawn_by__isnull=True, withdrawn_because="")
                | (Q(withdrawn_at__isnull=False, withdrawn_by__isnull=False) & ~Q(withdrawn_because="")),
                name="precedent_withdrawn_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(erased_at__isnull=True) | Q(reasons="", points=[], words__isnull=True),
                name="precedent_erased_says_nothing",
            ),
            models.CheckConstraint(condition=Q(merchant_share__lte=10_000), name="precedent_share_is_a_share"),
        ]
        indexes: ClassVar = [
            GinIndex(fields=["words"], name="precedent_words", fastupdate=False),
            # The newest of a type, and of a type and a kind of goods: what a case is held against.
            models.Index(
                fields=["type_code", "currency", "-id"],
                condition=Q(withdrawn_at__isnull=True),
                name="precedent_of_type",
            ),
            models.Index(
                fields=["type_code", "currency", "category", "-id"],
                condition=Q(withdrawn_at__isnull=True),
                name="precedent_of_goods",
            ),
            models.Index(fields=["month"], name="precedent_month"),
        ]


class DrawnLine(models.Model):
    """The line that like cases drew for a case when a draft of it was last held against them (`precedents.line_for`).

    ``basis``: SHA-256 of what the case was compared by, in hex; empty ``result``: no line is clear.
    """

    case = models.OneToOneField("disputes.Case", models.PROTECT, related_name="drawn_line")
    basis = models.CharField(max_length=64)
    result = models.CharField(max_length=8, blank=True)
    alike = models.PositiveIntegerField(default=0)
    near = models.PositiveIntegerField(default=0)
    at = models.DateTimeField()


class Deviation(models.Model):
    """That a ruling decides otherwise than a clear line of like cases, and why. Written while it is a draft, with it.

    ``usual`` is the result of ``alike`` out of ``near`` like cases, as the line stood when the draft was saved; empty where
    a reason stands and no line is departed from.
    """

    ruling = models.OneToOneField("arbitration.Ruling", models.PROTECT, related_name="deviation")
    usual = models.CharField(max_length=8, blank=True)
    alike = models.PositiveIntegerField(default=0)
    near = models.PositiveIntegerField(default=0)
    reason = models.CharField(max_length=500, blank=True)
    erased_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(erased_at__isnull=True) | Q(reason=""), name="deviation_erased_says_nothing"
            ),
        ]
        triggers: ClassVar = [
            pgtrigger.Trigger(
                name="deviations_stay",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
                declare=[("whose", "bigint"), ("stands", "text"), ("goes", "text[]")],
                func="""
                    goes := ARRAY['reason', 'erased_at'];
                    IF TG_OP = 'UPDATE' AND OLD.erased_at IS NULL AND NEW.erased_at IS NOT NULL
                        AND to_jsonb(NEW) - goes = to_jsonb(OLD) - goes THEN
                        RETURN NEW;
                    END IF;
                    IF TG_OP = 'DELETE' THEN whose := OLD.ruling_id; ELSE whose := NEW.ruling_id; END IF;
                    SELECT r.state INTO stands FROM arbitration_ruling r WHERE r.id = whose;
                    IF stands <> 'draft' OR (TG_OP = 'UPDATE' AND OLD.ruling_id <> NEW.ruling_id) THEN
                        RAISE EXCEPTION 'a ruling that was proposed or served is not altered';
                    END IF;
                    IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
                    RETURN NEW;
                """,
            ),
        ]
