"""Which first rulings need a second signature, and why. Pure: sums, counts and a case number in, reason codes out."""

from __future__ import annotations

import hashlib

from rulebook.schema import Thresholds

AMOUNT, CURRENCY, NO_RETURN, NEW_ARBITRATOR, SAMPLE = "amount", "currency", "no_return", "new_arbitrator", "sample"
DEVIATION = "deviation"


def reasons_for_approval(
    *,
    amount: int,
    currency: str,
    gated: bool,
    served_before: int,
    case_number: str,
    thresholds: Thresholds,
    deviates: bool = False,
) -> list[str]:
    """Why a senior has to sign, in the order in which it is told; empty: nobody has to.

    ``gated``: the remedy is a refund without return. ``deviates``: it departs from a clear line of like cases.
    ``served_before``: rulings of this arbitrator that took effect.
    A sum in a currency for which the rules set no threshold counts as a large one.
    """
    reasons = []
    if currency != thresholds.currency:
        reasons.append(CURRENCY)
    elif amount >= thresholds.senior_approval_amount:
        reasons.append(AMOUNT)
    if gated:
        reasons.append(NO_RETURN)
    if deviates:
        reasons.append(DEVIATION)
    if served_before < thresholds.new_arbitrator_rulings:
        reasons.append(NEW_ARBITRATOR)
    if is_sampled(case_number, thresholds.second_look_basis_points):
        reasons.append(SAMPLE)
    return reasons


def is_sampled(case_number: str, basis_points: int) -> bool:
    """Whether this case is one of the sample: the same answer each time it is asked, and nobody can choose it."""
    drawn = int.from_bytes(hashlib.sha256(case_number.encode()).digest()[:8], "big") % 10_000
    return drawn < basis_points
