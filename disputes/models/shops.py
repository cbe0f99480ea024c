"""A shop's own affairs about a case, as facts. They move no case, and the buyer never sees them."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from disputes.models.cases import Case, Offer


class Handling(models.Model):
    """Which member of the shop looks after a case. The shop's own affair: no deadline and no state depends on it."""

    case = models.OneToOneField(Case, models.CASCADE, primary_key=True, related_name="handling")
    merchant = models.ForeignKey("accounts.Merchant", models.PROTECT, related_name="+")
    member = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()

    class Meta:
        indexes: ClassVar = [models.Index(fields=["merchant", "member", "case"], name="handling_of_member")]


class ShopNote(models.Model):
    """What members of a shop tell each other about a case, such as on handing it over. No other side ever reads it."""

    case = models.ForeignKey(Case, models.CASCADE, related_name="shop_notes")
    text = models.CharField(max_length=300)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    to = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()

    class Meta:
        indexes: ClassVar = [models.Index(fields=["case", "-at", "-id"], name="shop_note_of_case")]


class ReplyDraft(models.Model):
    """What a shop has typed and not sent yet, one draft a case for all of its members: the newest wins.

    It is also the sign that somebody works on the answer. Gone as soon as the answer is sent.
    """

    case = models.OneToOneField(Case, models.CASCADE, primary_key=True, related_name="reply_draft")
    body = models.JSONField(default=dict)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    saved_at = models.DateTimeField(db_index=True)


class Consent(models.Model):
    """What one member wants the shop to accept, waiting for a second one: above a sum, two agree.

    No clock stops for it. ``event`` is what is done once a colleague confirms, with just this sum.
    """

    OPEN, CONFIRMED, DECLINED, VOID = "open", "confirmed", "declined", "void"

    case = models.ForeignKey(Case, models.PROTECT, related_name="consents")
    event = models.CharField(max_length=24)
    amount = models.BigIntegerField()
    returns = models.BooleanField(default=False)
    offer = models.ForeignKey(Offer, models.PROTECT, null=True, related_name="+")
    text = models.CharField(max_length=500, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField()
    state = models.CharField(max_length=10, default=OPEN, choices=[(s, s) for s in (OPEN, CONFIRMED, DECLINED, VOID)])
    ended_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["case"], condition=Q(state="open"), name="consent_one_open_a_case"),
            models.CheckConstraint(
                condition=~Q(state="confirmed") | ~Q(ended_by=models.F("by")), name="consent_of_two_people"
            ),
            models.CheckConstraint(condition=Q(amount__gt=0), name="consent_amount_above_zero"),
        ]
