"""What is said about evidence, as facts: what an arbitrator asked a side for, and how a side answers an exhibit.

Words are statements, which can be erased; what stands here are choices.
"""

from __future__ import annotations

from typing import ClassVar

import pgtrigger
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

_SIDES = [("buyer", "buyer"), ("merchant", "merchant")]


class Supplement(models.Model):
    """One thing that an arbitrator asked one side for (T17): which kind of evidence, on which point, and why.

    Everything asked for at once has one ``asked_at``. Whether it was given is read from the file: an exhibit of this kind by
    this side, added since.
    """

    case = models.ForeignKey("disputes.Case", models.PROTECT, related_name="supplements")
    round = models.PositiveSmallIntegerField()
    side = models.CharField(max_length=8, choices=_SIDES)
    code = models.CharField(max_length=8)
    point = models.ForeignKey("disputes.Point", models.PROTECT, related_name="+")
    why = models.ForeignKey("disputes.Statement", models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["id"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["case", "asked_at", "side", "code", "point"], name="supplement_asked_once_at_a_time"
            ),
        ]
        triggers: ClassVar = [pgtrigger.Protect(name="supplements_stay", operation=pgtrigger.Update)]


class ExhibitAnswer(models.Model):
    """What one side says to one exhibit of the other: once a round, beside the exhibit, for everybody who may see it.

    ``grounds`` say why it is disputed; whoever holds it for genuine gives none.
    """

    GENUINE, DISPUTED = "genuine", "disputed"
    GROUNDS: ClassVar = ["other_item", "edited", "time_unknown", "irrelevant"]

    case = models.ForeignKey("disputes.Case", models.PROTECT, related_name="exhibit_answers")
    exhibit = models.ForeignKey("evidence.Exhibit", models.PROTECT, related_name="answers")
    round = models.PositiveSmallIntegerField()
    side = models.CharField(max_length=8, choices=_SIDES)
    stance = models.CharField(max_length=8, choices=[(GENUINE, GENUINE), (DISPUTED, DISPUTED)])
    grounds = ArrayField(models.CharField(max_length=12), default=list)
    words = models.ForeignKey("disputes.Statement", models.PROTECT, null=True, related_name="+")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["at", "id"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["exhibit", "side", "round"], name="exhibit_answered_once_a_round"),
            models.CheckConstraint(
                condition=Q(stance="genuine", grounds=[]) | (Q(stance="disputed") & ~Q(grounds=[])),
                name="exhibit_is_disputed_for_a_reason",
            ),
        ]
        triggers: ClassVar = [pgtrigger.Protect(name="exhibit_answers_stay", operation=pgtrigger.Update)]
