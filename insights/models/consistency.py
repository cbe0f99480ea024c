"""What was counted once a day of how like cases end: month by month for the house, and as a spread for the parties."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q


class Consistency(models.Model):
    """One number of one month with its parts: ``numerator`` out of ``denominator``; ``kappa`` where two are compared.

    ``kind`` says what was counted, ``key`` for what: a type, a clause, a type and a result; empty for all. ``month`` is its
    first day. Rows that few cases stand behind are not there (`consistency.FEWEST`).
    """

    month = models.DateField()
    kind = models.CharField(max_length=24)
    key = models.CharField(max_length=48, blank=True)
    numerator = models.BigIntegerField()
    denominator = models.BigIntegerField()
    kappa = models.FloatField(null=True)
    at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["month", "kind", "key"], name="consistency_once"),
            models.CheckConstraint(
                condition=Q(numerator__gte=0) & Q(denominator__gte=0), name="consistency_not_negative"
            ),
        ]


class Outcomes(models.Model):
    """How final rulings of one type ended in the year before ``at``, for sums of one band; ``band`` null: of any sum."""

    type_code = models.CharField(max_length=32)
    currency = models.CharField(max_length=3)
    band = models.PositiveSmallIntegerField(null=True)
    full = models.PositiveIntegerField()
    part = models.PositiveIntegerField()
    merchant = models.PositiveIntegerField()
    at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["type_code", "currency", "band"], name="outcomes_once", nulls_distinct=False
            ),
        ]
