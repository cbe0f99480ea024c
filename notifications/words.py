"""A notice in words, in the reader's language. Moments are told in the platform's zone, sums with their sign."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from common import money
from common.ids import PLATFORM_ZONE
from journal.kinds import Kind
from notifications.catalogue import CATALOGUE


def sentence(kind: str, audience: str, params: dict[str, Any], title: str) -> str:
    """One notice as a sentence, in the language that is active."""
    text = str(CATALOGUE[Kind(kind)][audience])
    due = datetime.fromisoformat(params["due"]).astimezone(PLATFORM_ZONE) if params.get("due") else None
    return text % {
        "title": title,
        "number": params["number"],
        "amount": money.sign(params["currency"]) + money.text(params["amount"], params["currency"]),
        "due": f"{due:%m-%d %H:%M}" if due else "",
    }
