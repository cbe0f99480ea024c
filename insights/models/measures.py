"""What was counted for each shop, once an hour."""

from __future__ import annotations

from typing import ClassVar

from django.db import models


class Measure(models.Model):
    """One number of one shop with its parts: ``numerator`` out of ``denominator``, over the ``window_days`` up to ``at``.

    ``kind`` says what was counted, ``key`` for what: a type, a SKU, a batch, a carrier; empty for the shop as a whole.
    """

    merchant = models.ForeignKey("accounts.Merchant", models.CASCADE, related_name="measures")
    window_days = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=24)
    key = models.CharField(max_length=120, blank=True)
    numerator = models.BigIntegerField()
    denominator = models.BigIntegerField()
    at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["merchant", "window_days", "kind", "key"], name="measure_once"),
            models.CheckConstraint(
                condition=models.Q(numerator__gte=0) & models.Q(denominator__gte=0), name="measure_not_negative"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.key} {self.numerator}/{self.denominator}"
