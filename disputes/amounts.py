"""How much can be asked for in a case: what was paid for its thing and had not come back when the case began."""

from __future__ import annotations

import re
import unicodedata

from common import money
from common.errors import Refused
from disputes.models import Case

_BELOW_ZERO = re.compile(r"[-\u2212]\s*[0-9][0-9.,]*")
_WHOLE = re.compile(r"([0-9]+|[0-9]{1,3}(,[0-9]{3})+)(\.[0-9]*)?")
_DECIMAL = re.compile(r"[0-9,]{1,15}\.[0-9]{2,}")


def require_within(case: Case, amount: int) -> None:
    """``amount`` in minor units is more than nothing and no more than is left. Raises `Refused`."""
    if not 0 < amount <= case.paid:
        raise out_of_range(case)


def out_of_range(case: Case) -> Refused:
    """Where ``highest`` is less than the whole ``price``, the words say that some of it has come back."""
    return Refused("amount_out_of_range", highest=case.paid, price=case.line.paid, currency=case.currency)


def given_back(case: Case) -> int:
    """What of the price had come back before the case began, in minor units."""
    return max(0, case.line.paid - case.paid)


def read(written: str, currency: str) -> int:
    """Minor units from what a person typed. Raises `Refused`: ``amount_not_above_zero``, ``amount_too_fine``,
    ``amount_too_large``, ``amount_unreadable``."""
    try:
        amount = money.parse(written, currency)
    except ValueError:
        raise why_unreadable(written, currency) from None
    if not amount:
        raise Refused("amount_not_above_zero")
    return amount


def why_unreadable(written: str, currency: str) -> Refused:
    """What is wrong with a sum that `money.parse` does not take."""
    plain = unicodedata.normalize("NFKC", written).strip().replace(money.sign(currency), "")
    if _BELOW_ZERO.fullmatch(plain):
        return Refused("amount_not_above_zero")
    places = money.exponent(currency)
    if places and _DECIMAL.fullmatch(plain):
        return Refused("amount_too_fine", places=places)
    if (found := _WHOLE.fullmatch(plain)) and len(found[1].replace(",", "")) > money.MOST_DIGITS:
        return Refused("amount_too_large", most=money.MOST_DIGITS)
    return Refused("amount_unreadable")
