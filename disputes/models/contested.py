"""What a merchant's claim is about, and what has been typed of one that is not filed yet, as rows."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

# Why a payout was wrong, as the merchant has it. The first two say that the buyer knew better.
SWAPPED, FALSE_CLAIM, WRONG_FINDING, PAID_TWICE = "swapped", "false_claim", "wrong_finding", "paid_twice"
REASONS = (SWAPPED, FALSE_CLAIM, WRONG_FINDING, PAID_TWICE)
MALICIOUS = frozenset({SWAPPED, FALSE_CLAIM})


class Contested(models.Model):
    """The payout that a merchant's claim is about: what a case gave the buyer, or what the marketplace gave by itself."""

    case = models.OneToOneField("disputes.Case", models.PROTECT, primary_key=True, related_name="contests")
    earlier = models.ForeignKey("disputes.Case", models.PROTECT, null=True, related_name="contested_by")
    refund = models.ForeignKey("marketplace.ExternalRefund", models.PROTECT, null=True, related_name="contested_by")
    reason = models.CharField(max_length=16, choices=[(reason, reason) for reason in REASONS])
    paid_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(earlier__isnull=False, refund__isnull=True) | Q(earlier__isnull=True, refund__isnull=False),
                name="contested_one_payout",
            ),
        ]


class ClaimDraft(models.Model):
    """What a shop has typed of a claim about the payout ``ref``, one draft a payout for all of its members.

    No other side reads it. Gone with the filing, and once nothing can be filed any more.
    """

    merchant = models.ForeignKey("accounts.Merchant", models.CASCADE, related_name="+")
    ref = models.CharField(max_length=24)
    body = models.JSONField(default=dict)
    begun_at = models.DateTimeField()
    saved_at = models.DateTimeField(db_index=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["merchant", "ref"], name="claim_draft_one_a_payout"),
            models.CheckConstraint(
                condition=Q(saved_at__gte=models.F("begun_at")), name="claim_draft_saved_after_begun"
            ),
        ]
