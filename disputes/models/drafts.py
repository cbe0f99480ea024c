"""A claim that is being written and has not been sent, as a row."""

from __future__ import annotations

from typing import ClassVar

from django.db import models


class FilingDraft(models.Model):
    """What a buyer has typed of a claim, one draft a case: field → its text, when it was saved, and from which page.

    Nobody else reads it. Gone with the filing, and once nothing can be filed any more.
    """

    case = models.OneToOneField("disputes.Case", models.CASCADE, primary_key=True, related_name="filing_draft")
    body = models.JSONField(default=dict)
    begun_at = models.DateTimeField()
    saved_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(saved_at__gte=models.F("begun_at")), name="filing_draft_saved_after_it_began"
            ),
        ]
