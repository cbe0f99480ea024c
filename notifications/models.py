"""Facts of telling: a notice in the site for each person concerned, and an e-mail that may follow it."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q


class Notice(models.Model):
    """One person was told of one entry. The words are made when it is read, in the reader's language."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="notices")
    case = models.ForeignKey("disputes.Case", models.PROTECT, related_name="notices")
    entry = models.ForeignKey("journal.Entry", models.PROTECT, related_name="+")
    kind = models.CharField(max_length=32)
    audience = models.CharField(max_length=12)
    params = models.JSONField(default=dict)
    at = models.DateTimeField()
    read_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["entry", "user", "audience"], name="notice_once"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["user", "-id"], name="notice_inbox"),
            models.Index(fields=["user"], condition=Q(read_at__isnull=True), name="notice_unread"),
        ]


class Email(models.Model):
    """One notice by e-mail. Address and words are looked up when it is sent; nothing personal is stored here."""

    WAITING, SENT, PARKED = "waiting", "sent", "parked"
    notice = models.OneToOneField(Notice, models.CASCADE, related_name="email")
    state = models.CharField(max_length=8, default=WAITING, choices=[(s, s) for s in (WAITING, SENT, PARKED)])
    attempts = models.PositiveSmallIntegerField(default=0)
    retry_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)
    error = models.CharField(max_length=60, blank=True)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["retry_at", "id"], condition=Q(state="waiting"), name="email_waiting"),
            models.Index(fields=["id"], condition=Q(state="parked"), name="email_parked"),
        ]


class Trial(models.Model):
    """The last test e-mail that a person asked for: whether the mail server took it."""

    WAITING, SENT, REFUSED = "waiting", "sent", "refused"
    user = models.OneToOneField(settings.AUTH_USER_MODEL, models.CASCADE, related_name="mail_trial")
    asked_at = models.DateTimeField()
    state = models.CharField(max_length=8, default=WAITING, choices=[(s, s) for s in (WAITING, SENT, REFUSED)])
    retry_at = models.DateTimeField(null=True)
    settled_at = models.DateTimeField(null=True)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["id"], condition=Q(state="waiting"), name="trial_waiting")]


class Preference(models.Model):
    """What a person wants besides notices in the site. No row: e-mail for everything, at once.

    ``news``: also of what asks nothing of them. ``colleagues``: a shop's member, also of cases that a colleague looks
    after. The quiet hours are those of the house's zone.
    """

    user = models.OneToOneField(settings.AUTH_USER_MODEL, models.CASCADE, related_name="notice_preference")
    email = models.BooleanField(default=True)
    news = models.BooleanField(default=True)
    colleagues = models.BooleanField(default=False)
    quiet_since = models.PositiveSmallIntegerField(null=True)
    quiet_until = models.PositiveSmallIntegerField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(quiet_since__isnull=True, quiet_until__isnull=True)
                | (
                    Q(quiet_since__isnull=False, quiet_until__isnull=False, quiet_since__lte=23, quiet_until__lte=23)
                    & ~Q(quiet_since=models.F("quiet_until"))
                ),
                name="quiet_hours_are_hours",
            ),
        ]
