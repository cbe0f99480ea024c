"""Who wants words kept beyond their time, and who wants them gone before it, as facts with their reasons."""

from __future__ import annotations

from typing import ClassVar

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q


class LegalHold(models.Model):
    """A case whose words and files are kept whatever its term says: a court or an authority may ask for them.

    While one stands, ``Case.legal_hold`` says so. What ended is kept with who ended it and why.
    """

    case = models.ForeignKey("disputes.Case", models.PROTECT, related_name="legal_holds")
    reason = models.CharField(max_length=300)
    placed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    placed_at = models.DateTimeField()
    lifted_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    lifted_at = models.DateTimeField(null=True)
    lifted_because = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["case"], condition=Q(lifted_at__isnull=True), name="legal_hold_one_a_case"),
            models.CheckConstraint(condition=~Q(reason=""), name="legal_hold_has_a_reason"),
            models.CheckConstraint(
                condition=Q(lifted_at__isnull=True, lifted_by__isnull=True, lifted_because="")
                | (Q(lifted_at__isnull=False, lifted_by__isnull=False) & ~Q(lifted_because="")),
                name="legal_hold_is_lifted_for_a_reason",
            ),
        ]
        triggers: ClassVar = [pgtrigger.Protect(name="legal_holds_stay", operation=pgtrigger.Delete)]


class ErasureRequest(models.Model):
    """A person wants what is kept of them gone before its term (PIPL 47, GDPR 17). Two of operations carry it out.

    ``reference`` is where the request lies outside of here; it names nobody. ``cases`` counts what was erased.
    """

    OPEN, DONE, DECLINED = "open", "done", "declined"

    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="erasure_requests")
    reference = models.CharField(max_length=120)
    proposed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField()
    state = models.CharField(max_length=8, default=OPEN, choices=[(s, s) for s in (OPEN, DONE, DECLINED)])
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)
    cases = models.PositiveIntegerField(default=0)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["person"], condition=Q(state="open"), name="erasure_one_open_a_person"),
            models.CheckConstraint(condition=~Q(reference=""), name="erasure_has_a_reference"),
            models.CheckConstraint(
                condition=Q(state="open", decided_by__isnull=True, decided_at__isnull=True)
                | (~Q(state="open") & Q(decided_by__isnull=False, decided_at__isnull=False)),
                name="erasure_is_decided_by_somebody",
            ),
            models.CheckConstraint(
                condition=~Q(state="done") | ~Q(decided_by=F("proposed_by")), name="erasure_takes_two_people"
            ),
        ]
        triggers: ClassVar = [pgtrigger.Protect(name="erasure_requests_stay", operation=pgtrigger.Delete)]
