"""A person's notices: read newest first by keyset, marked as read."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db.models import QuerySet

from common.acts import act
from notifications.models import Notice

PAGE = 30


def page(
    user_id: int, audiences: Sequence[str], *, before: int | None = None, merchant_id: int | None = None
) -> list[Notice]:
    """Up to ``PAGE`` + 1 notices for these hats, newest first; one more than a page tells that there is a next.

    ``merchant_id``: only those about cases of this shop, for a member of several.
    """
    notices = _of(user_id, audiences, merchant_id).select_related("case")
    if before is not None:
        notices = notices.filter(pk__lt=before)
    return list(notices.order_by("-id")[: PAGE + 1])


def has_unread(user_id: int, audiences: Sequence[str]) -> bool:
    return Notice.objects.filter(user_id=user_id, audience__in=audiences, read_at__isnull=True).exists()


@act
def mark_read(user_id: int, audiences: Sequence[str], *, now: datetime, merchant_id: int | None = None) -> int:
    """Everything told so far to these hats of this person (about this shop, if one is named) counts as read."""
    return _of(user_id, audiences, merchant_id).filter(read_at__isnull=True).update(read_at=now)


def _of(user_id: int, audiences: Sequence[str], merchant_id: int | None) -> QuerySet[Notice]:
    notices = Notice.objects.filter(user_id=user_id, audience__in=audiences)
    return notices.filter(case__merchant_id=merchant_id) if merchant_id is not None else notices
