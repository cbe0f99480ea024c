"""A finished movement of money in words, for one reader. Knows pots and purposes; refuses to know amounts and journals.

A side reads no more of where money came from than its copy of the books names (`insights.bundle`): the buyer does not
learn which of the merchant's pots paid, the merchant not what the platform advanced from.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

Text = str | Promise

_TO_BUYER = frozenset({"refund", "freight", "collect"})
_PAID: Text = gettext_lazy("paid the buyer %(amount)s")
_OWED: Text = gettext_lazy("noted that the merchant still owes the buyer %(amount)s")
_BETWEEN_OTHERS: Text = gettext_lazy("settled %(amount)s with the merchant")
# Which pots the merchant's own books name; the platform's own is shown to the house alone.
_FROM: dict[str, Text] = {
    "escrow": gettext_lazy("paid the buyer %(amount)s from the payment held"),
    "settlement": gettext_lazy("paid the buyer %(amount)s from what is due to the merchant"),
    "deposit": gettext_lazy("paid the buyer %(amount)s from the merchant's deposit"),
}
_ADVANCED: Text = gettext_lazy("paid the buyer %(amount)s in advance from the platform's money")
_OTHERS: dict[str, Text] = {
    "release": gettext_lazy("gave the merchant %(amount)s of the payment held"),
    "repay": gettext_lazy("took %(amount)s from the merchant for what the platform advanced"),
    "waive": gettext_lazy("noted that the merchant no longer owes the buyer %(amount)s"),
    "charge": gettext_lazy("noted that the buyer owes the platform %(amount)s, no longer the merchant"),
    "restore": gettext_lazy("gave the merchant %(amount)s back from the platform's money"),
    "reclaim": gettext_lazy("took %(amount)s back from the buyer that had been paid too much"),
    "compensate": gettext_lazy("gave the merchant %(amount)s from the platform's own money"),
}
_BUYERS_OTHERS = frozenset({"waive", "charge", "reclaim"})


def sentence(data: Mapping[str, Any], reader: str) -> Text:
    """With a place for the amount. ``reader``: buyer, merchant, or anything else for the house."""
    purpose, source = str(data.get("purpose", "")), str(data.get("source", ""))
    if purpose in _TO_BUYER:
        if source == "receivable":
            return _OWED
        if reader == "buyer":
            return _PAID
        return _FROM.get(source, _PAID if reader == "merchant" else _ADVANCED)
    if reader == "buyer" and purpose not in _BUYERS_OTHERS:
        return _BETWEEN_OTHERS
    return _OTHERS.get(purpose, gettext_lazy("moved %(amount)s"))
