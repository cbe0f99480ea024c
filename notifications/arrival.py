"""Since when e-mail to a person does not arrive: kept with the person, so that any page of theirs says so at no cost."""

from __future__ import annotations

from datetime import datetime

from accounts.models import User
from common.acts import require_act


def is_missing(user_id: int, *, since: datetime) -> None:
    """The mail server would not take an e-mail to them; the first one counts."""
    require_act()
    User.objects.filter(pk=user_id, mail_fails_since__isnull=True).update(mail_fails_since=since)


def arrives(user_id: int) -> None:
    """The mail server took one."""
    require_act()
    User.objects.filter(pk=user_id, mail_fails_since__isnull=False).update(mail_fails_since=None)
