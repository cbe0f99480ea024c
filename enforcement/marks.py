"""What a closed case counts for in a merchant's measures (P05, P06). Facts only: no penalty follows from them here."""

from __future__ import annotations

from datetime import datetime

from common.actor import Side
from common.acts import require_act
from disputes.awards import Source
from disputes.models import Case
from enforcement.models import Mark

DECIDED = (Source.RULED.value, Source.APPEALED.value, Source.FORCED.value)


def mark(case: Case, *, now: datetime) -> Mark:
    """Remember how the case ended. Once a case; written when it closes, so nothing needs to be undone on appeal."""
    require_act()
    outcome = case.outcome
    found, _ = Mark.objects.get_or_create(
        case=case,
        defaults={
            "merchant_id": case.merchant_id,
            # Only what a buyer brought counts against a shop.
            "intervened": case.intervened_at is not None and case.claimant == Side.BUYER.value,
            "refunded": outcome is not None and outcome.amount > 0 and case.claimant == Side.BUYER.value,
            "decided": outcome is not None and outcome.source in DECIDED,
            "at": now,
        },
    )
    return found


def dispute_refunds(merchant_id: int, *, since: datetime, until: datetime) -> int:
    """P05: how many cases that the platform decided ended with a refund in ``[since, until)``."""
    return Mark.objects.filter(
        merchant_id=merchant_id, decided=True, refunded=True, at__gte=since, at__lt=until
    ).count()


def interventions(merchant_id: int, *, since: datetime, until: datetime) -> int:
    """P06: how many cases in which the platform stepped in closed in ``[since, until)``."""
    return Mark.objects.filter(merchant_id=merchant_id, intervened=True, at__gte=since, at__lt=until).count()
