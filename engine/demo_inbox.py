"""What the people of the demonstration were told so far: in the order in which it happened, and read unless it is new."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import F

from common.acts import act
from engine import delivery
from journal.models import Undelivered
from notifications.models import Notice

# What is younger than this waits to be read.
NEW = timedelta(hours=24)


def tell(now: datetime) -> None:
    """All that the stories left in the outbox is delivered, the oldest first. What a worker takes meanwhile is its own."""
    waiting = Undelivered.objects.order_by("entry__at", "entry_id").values_list("stream_id", flat=True)
    for stream_id in list(waiting):
        delivery.deliver_next(stream_id)
    _read_what_is_old(now)


@act
def _read_what_is_old(now: datetime) -> None:
    Notice.objects.filter(read_at__isnull=True, at__lt=now - NEW).update(read_at=F("at"))
