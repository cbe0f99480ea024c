"""Health by work done, not by ping: how late is the oldest thing that should have happened?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from arbitration.models import Outgoing
from disputes.models import Deadline
from evidence.models import Damage
from journal.models import Undelivered

LATE = timedelta(seconds=60)


@dataclass(frozen=True)
class Health:
    """``overdue_by``: age of the oldest deadline that is over and has not fired. ``undelivered``: oldest entry waiting.

    ``unserved``: rulings that were sent out and could not be served. ``damaged``: files of evidence that are gone or differ
    from what was received.
    """

    overdue_by: timedelta
    undelivered_for: timedelta
    set_aside: int
    stuck: int
    unserved: int = 0
    damaged: int = 0

    @property
    def ready(self) -> bool:
        return self.overdue_by <= LATE and self.undelivered_for <= LATE


def look(now: datetime) -> Health:
    """Six cheap look-ups, each on an index."""
    pending = Deadline.objects.filter(
        state=Deadline.PENDING, set_aside_at__isnull=True, retry_at__isnull=True, due_at__lte=now
    )
    oldest = pending.order_by("due_at").values_list("due_at", flat=True).first()
    waiting = Undelivered.objects.filter(set_aside_at__isnull=True).order_by("entry_id")
    since = waiting.values_list("entry__at", flat=True).first()
    return Health(
        overdue_by=now - oldest if oldest else timedelta(),
        undelivered_for=now - since if since else timedelta(),
        set_aside=Deadline.objects.filter(set_aside_at__isnull=False, state=Deadline.PENDING)[:100].count(),
        stuck=Undelivered.objects.filter(set_aside_at__isnull=False)[:100].count(),
        unserved=Outgoing.objects.filter(set_aside_at__isnull=False)[:100].count(),
        damaged=Damage.objects.filter(gone_at__isnull=True)[:100].count(),
    )
