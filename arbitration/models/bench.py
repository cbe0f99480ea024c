"""What somebody on the bench does with a case besides ruling, as facts: sitting, seeing, marking, handing back."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q


class Sitting(models.Model):
    """Who has a case open to write on it, until when. ``tab``: which of their pages wrote last; ``turn``: how often."""

    case = models.OneToOneField("disputes.Case", models.PROTECT, related_name="sitting")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    tab = models.CharField(max_length=22, blank=True)
    turn = models.PositiveIntegerField(default=0)
    until = models.DateTimeField()


class HandBack(models.Model):
    """Somebody gave a case back to the queue. ``recused``: they will not get it again. The words are for the bench only."""

    REASONS = ("overload", "not_my_field", "conflict", "absence", "other")

    case = models.ForeignKey("disputes.Case", models.PROTECT, related_name="hand_backs")
    round = models.PositiveSmallIntegerField()
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="hand_backs")
    reason = models.CharField(max_length=16, choices=[(r, r) for r in REASONS])
    text = models.CharField(max_length=500, blank=True)
    recused = models.BooleanField(default=False)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["user", "case"], condition=Q(recused=True), name="hand_back_recused"),
        ]


class Seen(models.Model):
    """Who of the bench opened which exhibit, first when."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    exhibit = models.ForeignKey("evidence.Exhibit", models.PROTECT, related_name="seen_by")
    at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["exhibit", "user"], name="seen_once"),
        ]


class Annotation(models.Model):
    """A place on a picture that the bench marked, in thousandths of its width and height; a point where the corners are one.

    ``office``: the number of whoever marked it. It stays inside until its author puts it in the letter.
    """

    case = models.ForeignKey("disputes.Case", models.PROTECT, related_name="annotations")
    exhibit = models.ForeignKey("evidence.Exhibit", models.PROTECT, related_name="annotations")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    office = models.CharField(max_length=20, blank=True)
    page = models.PositiveSmallIntegerField(default=0)
    left = models.PositiveSmallIntegerField()
    top = models.PositiveSmallIntegerField()
    right = models.PositiveSmallIntegerField()
    bottom = models.PositiveSmallIntegerField()
    text = models.CharField(max_length=200)
    in_letter = models.BooleanField(default=False)
    at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(left__lte=F("right"), right__lte=1000, top__lte=F("bottom"), bottom__lte=1000),
                name="annotation_within_the_picture",
            ),
        ]


class DeskSettings(models.Model):
    """How somebody of the bench works (`preferences`). ``keys``: action → key code; ``views``: name and query of each."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, models.PROTECT, related_name="desk_settings")
    keys_on = models.BooleanField(default=True)
    keys = models.JSONField(default=dict)
    compact = models.BooleanField(default=False)
    swapped = models.BooleanField(default=False)
    goes_on = models.BooleanField(default=False)
    views = models.JSONField(default=list)
    saved_at = models.DateTimeField(null=True)
