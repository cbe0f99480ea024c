"""What the platform's own records say of a buyer's cases: counts over a year, no names, no numbers of other cases (E35)."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Q

from disputes.lifecycle import State
from disputes.models import Case
from disputes.models.contested import MALICIOUS

EVIDENCE = "E35"
DAYS = 365


def of_buyer(buyer_id: int, now: datetime) -> dict[str, Any]:
    """Cases that the buyer asked for in the last ``DAYS`` days, how many of them ended in a payout, and how many claims of
    merchants against this buyer were upheld because the buyer knew better. One query.
    """
    paid = Q(claimant="buyer", state=State.CLOSED.value, outcome__amount__gt=0)
    upheld = Q(claimant="merchant", contests__reason__in=sorted(MALICIOUS), state=State.CLOSED.value)
    counted = Case.objects.filter(buyer_id=buyer_id, opened_at__gte=now - timedelta(days=DAYS)).aggregate(
        cases=Count("pk", filter=Q(claimant="buyer")),
        paid_out=Count("pk", filter=paid),
        upheld=Count("pk", filter=upheld & Q(outcome__amount__gt=0)),
    )
    return {"pattern": {"days": DAYS, "until": now.isoformat(), **counted}}
