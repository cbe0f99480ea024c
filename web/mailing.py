"""Whether e-mail reaches a reader, as their settings say it: the address as its owner recognises it, and their last test."""

from __future__ import annotations

from dataclasses import dataclass

from accounts.models import User
from notifications.models import Trial
from web import wording


@dataclass(frozen=True, slots=True)
class Mailing:
    """``address``: masked; empty where there is none. ``trial``: the last test e-mail."""

    address: str
    trial: Trial | None


def of(user: User) -> Mailing:
    """One query."""
    return Mailing(wording.masked_email(user.email), Trial.objects.filter(user=user).first())
