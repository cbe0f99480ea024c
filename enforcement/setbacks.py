"""How often the marketplace would not draw what a merchant owes. Knows how long to wait; refuses to know what is owed."""

from __future__ import annotations

from datetime import datetime, timedelta

from common.acts import require_act
from disputes.models import Case
from enforcement.models import Recovery

# Ever more rarely, and after the last time people look.
BACK_OFF = (
    timedelta(hours=1),
    timedelta(hours=6),
    timedelta(days=1),
    timedelta(days=2),
    timedelta(days=4),
)


def refused(case: Case, code: str, *, now: datetime) -> None:
    """The marketplace would not draw what is owed. Tried again later, and after the last time left to people."""
    require_act()
    row, _ = Recovery.objects.get_or_create(case=case)
    row.refusals += 1
    row.last_code = code[:40]
    row.retry_at, row.parked_at = None, None
    if row.refusals > len(BACK_OFF):
        row.parked_at = now
    else:
        row.retry_at = now + BACK_OFF[row.refusals - 1]
    row.save()


def drawn(case: Case) -> None:
    """Something was drawn: the marketplace does draw, and the count begins again."""
    require_act()
    Recovery.objects.filter(case=case).delete()
