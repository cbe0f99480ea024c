"""Second readings of decided cases: who drew what, what they found without knowing the result, and what that opens."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q


class Draw(models.Model):
    """One ruling drawn for a second, blind reading. ``token`` is its address: nothing in it says whose case it is.

    ``author`` repeats the ruling's, so that a constraint can see both. What the second reader submits stays as it is.
    """

    token = models.CharField(max_length=26, unique=True)
    ruling = models.OneToOneField("arbitration.Ruling", models.PROTECT, related_name="draw")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    drawn_at = models.DateTimeField()
    reader = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    taken_at = models.DateTimeField(null=True)
    remedy = models.CharField(max_length=4, blank=True)
    merchant_share = models.PositiveSmallIntegerField(null=True)
    clauses = ArrayField(models.CharField(max_length=12), default=list)
    submitted_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(reader__isnull=True) | ~Q(reader=F("author")), name="draw_read_by_somebody_else"
            ),
            models.CheckConstraint(
                condition=Q(reader__isnull=True, taken_at__isnull=True)
                | Q(reader__isnull=False, taken_at__isnull=False),
                name="draw_taken_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(submitted_at__isnull=True, remedy="", merchant_share__isnull=True)
                | (Q(submitted_at__isnull=False, reader__isnull=False, merchant_share__lte=10_000) & ~Q(remedy="")),
                name="draw_submitted_is_complete",
            ),
            models.UniqueConstraint(fields=["reader"], condition=Q(submitted_at__isnull=True), name="draw_one_in_hand"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["drawn_at", "id"], condition=Q(reader__isnull=True), name="draw_open"),
            models.Index(fields=["reader", "-submitted_at"], name="draw_of_reader"),
            models.Index(fields=["submitted_at"], name="draw_submitted"),
        ]


class DrawFinding(models.Model):
    """What was found on one point, first and second. Both are copies, so that what was compared stays compared."""

    draw = models.ForeignKey(Draw, models.PROTECT, related_name="findings")
    point = models.ForeignKey("disputes.Point", models.PROTECT, related_name="+")
    first = models.CharField(max_length=12)
    second = models.CharField(max_length=12, choices=[(f, f) for f in ("buyer", "merchant", "undetermined")])

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["draw", "point"], name="draw_one_finding_a_point"),
        ]


class ClauseNote(models.Model):
    """Two people read one clause differently: open until a senior or operations have said what comes of it.

    ``number`` is the clause, in the rule set of the ruling. ``answer``: what was made clear, or changed; for the house only.
    """

    draw = models.ForeignKey(Draw, models.PROTECT, related_name="notes")
    point = models.ForeignKey("disputes.Point", models.PROTECT, related_name="+")
    rules = models.ForeignKey("rulebook.RuleSet", models.PROTECT, related_name="+")
    number = models.CharField(max_length=12)
    opened_at = models.DateTimeField()
    answer = models.CharField(max_length=500, blank=True)
    closed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    closed_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["draw", "point", "number"], name="clause_note_once"),
            models.CheckConstraint(
                condition=Q(closed_at__isnull=True, closed_by__isnull=True, answer="")
                | (Q(closed_at__isnull=False, closed_by__isnull=False) & ~Q(answer="")),
                name="clause_note_closed_with_an_answer",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["number", "id"], condition=Q(closed_at__isnull=True), name="clause_note_open"),
        ]
