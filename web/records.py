"""What the platform's own records say, line by line. Telephone numbers are masked; reads JSON, no query."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from common import money
from evidence import names
from web import wording

_PHONE = re.compile(r"(?<!\d)1[3-9]\d[ -]?\d{4}[ -]?\d{4}(?!\d)")
_MAIL = re.compile(r"[\w.+-]+@[\w-]+\.[\w.]+")


@dataclass(frozen=True)
class Line:
    """``at`` may be missing; ``who`` is b, m, p or empty."""

    text: str
    at: datetime | None = None
    who: str = ""
    # Whether something stands in it that nobody would see, and that is left out here.
    hides: bool = False


def masked(text: str) -> str:
    """Words of a party without telephone numbers and e-mail addresses."""
    text = _PHONE.sub(lambda match: wording.masked_phone(re.sub(r"\D", "", match[0])), text)
    return _MAIL.sub("***@***", text)


def words(content: Mapping[str, Any]) -> str:
    """What a side typed as evidence, as everybody reads it; empty for what is no text."""
    return masked(names.text(str(content["text"]))) if "text" in content else ""


def lines(content: Mapping[str, Any], currency: str) -> list[Line]:
    """The content of a text or record exhibit, in reading order."""
    found: list[Line] = []
    if "text" in content:
        typed = str(content["text"])
        found += [Line(words(content), hides=names.hides(typed))]
    if content.get("listing"):
        found += _listing(content["listing"])
    for message in (content.get("chat") or {}).get("messages", []):
        who = {"buyer": "b", "merchant": "m"}.get(str(message.get("sender")), "p")
        found.append(Line(masked(str(message.get("text", ""))), _at(message.get("at")), who))
    for shipment in content.get("shipments") or []:
        number = str(shipment.get("tracking_number", ""))
        found.append(Line(f"{shipment.get('carrier', '')} {number}".strip(), _at(shipment.get("shipped_at")), "p"))
        found += [
            Line(
                masked(" · ".join(part for part in (str(event.get("place", "")), str(event.get("text", ""))) if part)),
                _at(event.get("at")),
            )
            for event in shipment.get("events", [])
        ]
    found += [Line(text) for text in promise_lines(content.get("promises") or [], currency)]
    for payment in content.get("payments") or []:
        amount = _sum(payment.get("amount"), str(payment.get("currency") or currency))
        found.append(Line(_("Paid %(sum)s") % {"sum": amount}, _at(payment.get("paid_at"))))
    for refund in content.get("refunds_elsewhere") or []:
        amount = _sum(refund.get("amount"), str(refund.get("currency") or currency))
        found.append(Line(_("Refunded elsewhere: %(sum)s") % {"sum": amount}, _at(refund.get("refunded_at"))))
    if pattern := content.get("pattern"):
        found.append(Line(_pattern(pattern), _at(pattern.get("until")), "p"))
    return found


def _pattern(pattern: Mapping[str, Any]) -> str:
    """Counts from the platform's own cases, with how they were counted."""
    said = _(
        "Counted from the platform's own cases of the last %(days)s days: this buyer asked for %(cases)s refunds, "
        "%(paid_out)s ended with money to the buyer; %(upheld)s claims of merchants were upheld against this buyer. "
        "Counts prove nothing of this case by themselves."
    )
    return said % {name: int(pattern.get(name) or 0) for name in ("days", "cases", "paid_out", "upheld")}


PROMISES: dict[str, str | Promise] = {
    "free_shipping": gettext_lazy("Free shipping"),
    "seven_day_return": gettext_lazy("7-day returns without a reason"),
    "damage_cover": gettext_lazy("Damage in transit covered"),
    "fake_cover": gettext_lazy("Counterfeits compensated"),
    "freight_insurance": gettext_lazy("Return freight insured"),
    "price_protect": gettext_lazy("Price protected"),
    "warranty": gettext_lazy("Warranty"),
}


def promise_lines(promises: list[Any], currency: str) -> list[str]:
    """Each promise by the name under which the marketplace shows it, with its multiple or sum."""
    found = []
    for promise in promises:
        if not isinstance(promise, Mapping):
            continue
        code = str(promise.get("code", ""))
        text = str(promise.get("name") or PROMISES.get(code, code))
        if promise.get("times"):
            text += f" × {promise['times']}"
        if promise.get("cap"):
            text += f" ≤ {_sum(promise['cap'], currency)}"
        found.append(text)
    return found


def _listing(listing: Mapping[str, Any]) -> list[Line]:
    attributes = listing.get("attributes") or {}
    found = [Line(str(listing.get("title", "")), _at(listing.get("captured_at")), "m")]
    if isinstance(attributes, Mapping):
        found += [Line(f"{name}{_(': ')}{value}") for name, value in attributes.items()]
    if listing.get("description"):
        found.append(Line(masked(str(listing["description"]))))
    return found


def _sum(amount: Any, currency: str) -> str:
    return money.sign(currency) + money.text(int(amount or 0), currency)


def _at(written: Any) -> datetime | None:
    return datetime.fromisoformat(written) if written else None
