"""A notice in words, in the reader's language. Moments are told in the platform's zone, sums with their sign."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils.translation import get_language

from common import dates, money
from journal.kinds import Kind
from notifications.catalogue import (
    BUYER,
    HALF_AGREED,
    HANDED_OVER_WITH_A_TERM,
    IN_KIND,
    OFFER_ENDS,
    RETURN_FIRST,
    concerned,
)


def sentence(kind: str, audience: str, params: dict[str, Any], title: str) -> str:
    """One notice as a sentence, in the language that is active."""
    usual = concerned(Kind(kind), params.get("claimant", BUYER))
    if params.get("in_kind"):
        usual = {**usual, **IN_KIND.get(Kind(kind), {})}
    if params.get("return_first"):
        usual = {**usual, **RETURN_FIRST.get(Kind(kind), {})}
    instead = {"proposal": OFFER_ENDS, "half": HALF_AGREED, "owed": HANDED_OVER_WITH_A_TERM}
    text = str(next((words for name, words in instead.items() if params.get(name)), None) or usual[audience])
    return text % {
        "title": title,
        "number": params["number"],
        "amount": money.sign(params["currency"]) + money.text(params["amount"], params["currency"]),
        "items": _in_language(params.get("items", {})),
        "due": _end(datetime.fromisoformat(params["due"])) if params.get("due") else "",
    }


def _in_language(written: dict[str, str]) -> str:
    language = (get_language() or "").lower()
    return written.get(language) or written.get(language.split("-")[0]) or written.get("zh-hans", "")


def _end(due_at: datetime) -> str:
    """As on the pages, without the year: a notice is of a term that runs."""
    return dates.written(*dates.end(due_at), with_year=False)
