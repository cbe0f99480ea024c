"""A notice in words, in the reader's language. Moments are told in the platform's zone, sums with their sign."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from common import money
from common.ids import PLATFORM_ZONE
from journal.kinds import Kind
from notifications.catalogue import CATALOGUE


def sentence(kind: str, audience: str, params: dict[str, Any], title: str) -> str:
    """One notice as a sentence, in the language that is active."""
    text = str(CATALOGUE[Kind(kind)][audience])
    return text % {
        "title": title,
        "number": params["number"],
        "amount": money.sign(params["currency"]) + money.text(params["amount"], params["currency"]),
        "due": _end(datetime.fromisoformat(params["due"])) if params.get("due") else "",
    }


def _end(due_at: datetime) -> str:
    """Midnight belongs to the day that it ends, as on the pages: ``12-09 24:00``, never ``12-10 00:00``."""
    local = due_at.astimezone(PLATFORM_ZONE)
    if (local.hour, local.minute, local.second) == (0, 0, 0):
        return f"{local - timedelta(minutes=1):%m-%d} 24:00"
    return f"{local:%m-%d %H:%M}"
