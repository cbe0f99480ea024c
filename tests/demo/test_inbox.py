"""The inboxes of the demonstration: old messages carry the time of what they tell, and only new ones are unread."""

from __future__ import annotations

from datetime import datetime

import pytest

from engine import demo_inbox
from journal.models import Undelivered
from notifications.models import Notice

pytestmark = pytest.mark.django_db


def test_messages_are_told_in_the_order_of_what_happened_and_old_ones_are_read(filled_at: datetime) -> None:
    began = list(Undelivered.objects.order_by("entry__at", "entry_id").values_list("entry_id", flat=True))
    demo_inbox.tell(filled_at)
    assert not Undelivered.objects.filter(entry_id__in=began).exists()
    notices = list(Notice.objects.select_related("entry").order_by("id"))
    assert all(notice.at == notice.entry.at for notice in notices)
    told = [notice.at for notice in notices if notice.entry_id in began]
    assert told == sorted(told)
    unread = [notice.at for notice in notices if notice.read_at is None]
    assert unread and min(unread) >= filled_at - demo_inbox.NEW and len(unread) < len(notices) / 2
