"""How much can be asked for in a case: what was paid for its thing and had not come back when the case began."""

from __future__ import annotations

from common.errors import Refused
from disputes.models import Case


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
