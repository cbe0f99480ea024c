"""Where the money comes from, as a pure function of what is owed and what is there. Knows no case and no database.

The ladder is TB§85–87, JD1§51 (P01–P03): escrow, then settlement, then deposit, then the platform's own fund, which it
recovers later; what nobody can pay now stays owed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from disputes.awards import Award, Payer


class Pot(StrEnum):
    """Where a step takes from or gives to."""

    ESCROW = "escrow"
    SETTLEMENT = "settlement"
    DEPOSIT = "deposit"
    ADVANCE = "advance"
    RECEIVABLE = "receivable"  # nobody pays now; the merchant owes
    BUYER = "buyer"


class Purpose(StrEnum):
    REFUND = "refund"
    FREIGHT = "freight"
    RELEASE = "release"  # what is left of the payment for this line goes to the merchant
    REPAY = "repay"  # the merchant's money makes good what the platform advanced
    COLLECT = "collect"  # the merchant's money pays the buyer what stayed owed
    WAIVE = "waive"  # what stayed owed to the buyer is owed no more
    CHARGE = "charge"  # what was advanced is owed by the buyer now, no longer by the merchant
    RESTORE = "restore"  # the platform gives the merchant back what was taken
    RECLAIM = "reclaim"  # the buyer gives back what was paid too much
    COMPENSATE = "compensate"  # the platform makes good from its own fund what it found wrongly
    HOLD = "hold"  # the marketplace does not pay the order out meanwhile (P04)
    LIFT = "lift"


LADDER = (Pot.ESCROW, Pot.SETTLEMENT, Pot.DEPOSIT, Pot.ADVANCE, Pot.RECEIVABLE)
MERCHANTS = (Pot.ESCROW, Pot.SETTLEMENT, Pot.DEPOSIT)
RUNGS = {
    Purpose.REFUND: LADDER,
    Purpose.FREIGHT: LADDER,
    Purpose.REPAY: MERCHANTS,
    Purpose.COLLECT: MERCHANTS,
}


@dataclass(frozen=True, slots=True)
class Draft:
    """One step to take: ``amount`` minor units from ``source`` to ``target``."""

    purpose: Purpose
    source: Pot
    target: Pot
    amount: int


@dataclass(frozen=True, slots=True)
class Funds:
    """What can be drawn, in minor units. ``escrow`` is what this case may touch of the order's escrow; ``line`` the
    price paid for the line in dispute, the most that is released to the merchant."""

    escrow: int = 0
    settlement: int = 0
    deposit: int = 0
    advance: int = 0
    line: int = 0

    def of(self, pot: Pot) -> int:
        return 0 if pot in (Pot.RECEIVABLE, Pot.BUYER) else int(getattr(self, pot.value))


@dataclass(frozen=True, slots=True)
class Plan:
    """The steps, and how much of the award nobody can pay now (it stays owed: P26)."""

    steps: tuple[Draft, ...]
    shortfall: int = 0


def plan(award: Award, funds: Funds) -> Plan:
    """Everything that follows from ``award`` when nothing has been paid yet."""
    return restore((), award, funds)


def restore(previous: Iterable[Draft], award: Award, funds: Funds) -> Plan:
    """What is still to be done so that after ``previous`` (the steps that were carried out) exactly ``award`` stands.

    If the buyer is to have more, the ladder pays the difference. If less, the merchant is made whole at once, from the
    last rung upwards, and what the buyer holds too much is reclaimed (H14, P21). What the platform advanced is made
    good from the merchant's money. The rest of the payment for the line is released to the merchant.
    """
    carried_out = tuple(previous)
    borne = borne_by(carried_out)
    steps: list[Draft] = []
    too_much = sum(borne.values()) - award.amount
    if too_much > 0:
        steps += _unwind(borne, too_much)
    pots = {pot: funds.of(pot) for pot in LADDER}
    missing = max(0, -too_much)
    freight = min(missing, award.freight_amount if award.freight_payer is Payer.MERCHANT else 0)
    owed: list[Draft] = []
    for purpose, amount in ((Purpose.REFUND, missing - freight), (Purpose.FREIGHT, freight)):
        owed += draw(purpose, amount, pots)
    steps += owed
    advanced = borne_by((*carried_out, *steps))[Pot.ADVANCE] - _drawn(owed, Pot.ADVANCE)
    steps += draw(Purpose.REPAY, advanced, pots)
    steps += rest((*carried_out, *steps), funds.line, pots[Pot.ESCROW])
    return Plan(tuple(steps), shortfall=_drawn(owed, Pot.RECEIVABLE))


def reverse(borne: Mapping[Pot, int], amount: int, *, by_the_fund: bool) -> Plan:
    """A merchant's claim was upheld: ``amount`` of what the merchant bore goes back to where it was taken from.

    The last rung comes first, as when an appeal restores. The merchant has it at once, from the platform's own fund; then
    the buyer gives it back, unless it was the platform that was wrong (``by_the_fund``). Never more than was borne.
    """
    steps: list[Draft] = []
    purpose = Purpose.COMPENSATE if by_the_fund else Purpose.RESTORE
    for pot in reversed(MERCHANTS):
        back = min(amount, borne.get(pot, 0))
        if back > 0:
            steps.append(Draft(purpose, Pot.ADVANCE, pot, back))
            amount -= back
    held = sum(step.amount for step in steps)
    if held and not by_the_fund:
        steps.append(Draft(Purpose.RECLAIM, Pot.BUYER, Pot.ADVANCE, held))
    return Plan(tuple(steps), shortfall=amount)


def rest(steps: Sequence[Draft], line: int, escrow: int) -> list[Draft]:
    """What of the payment for the line is still in escrow after ``steps``, and is the merchant's."""
    left = line - borne_by(steps)[Pot.ESCROW] - _released(steps)
    left = min(escrow, max(0, left))
    return [Draft(Purpose.RELEASE, Pot.ESCROW, Pot.SETTLEMENT, left)] if left else []


def advance(award: Award, funds: Funds) -> Plan:
    """先行赔付 before the ruling is final: from the platform's own fund and from nothing else (P03)."""
    amount = min(award.amount, funds.advance)
    steps = (Draft(Purpose.REFUND, Pot.ADVANCE, Pot.BUYER, amount),) if amount else ()
    return Plan(steps, shortfall=award.amount - amount)


def draw(purpose: Purpose, amount: int, pots: dict[Pot, int], *, without: Sequence[Pot] = ()) -> list[Draft]:
    """``amount`` down the rungs open to ``purpose``. ``pots`` is what is left and shrinks by what is drawn.

    The last rung of a refund holds any amount, so a refund is always planned in full; a repayment ends where the
    merchant's money ends.
    """
    target = Pot.ADVANCE if purpose is Purpose.REPAY else Pot.BUYER
    steps: list[Draft] = []
    for pot in RUNGS[purpose]:
        if amount <= 0 or pot in without:
            continue
        taken = amount if pot is Pot.RECEIVABLE else min(amount, pots[pot])
        if taken <= 0:
            continue
        if pot is not Pot.RECEIVABLE:
            pots[pot] -= taken
        steps.append(Draft(purpose, pot, target, taken))
        amount -= taken
    return steps


def borne_by(steps: Iterable[Draft]) -> Counter[Pot]:
    """Who bears what the buyer was awarded, after ``steps``. Its total is what the buyer was paid or is owed."""
    borne: Counter[Pot] = Counter()
    for step in steps:
        match step.purpose:
            case Purpose.REFUND | Purpose.FREIGHT:
                borne[step.source] += step.amount
            case Purpose.REPAY:
                borne[step.source] += step.amount
                borne[Pot.ADVANCE] -= step.amount
            case Purpose.COLLECT:
                borne[step.source] += step.amount
                borne[Pot.RECEIVABLE] -= step.amount
            case Purpose.WAIVE | Purpose.CHARGE:
                borne[step.source] -= step.amount
            case Purpose.RESTORE | Purpose.COMPENSATE:
                borne[step.target] -= step.amount
            case _:
                pass
    return borne


def _unwind(borne: Mapping[Pot, int], amount: int) -> list[Draft]:
    """Give back ``amount``, the last rung first."""
    steps: list[Draft] = []
    held_by_buyer = 0
    for pot in reversed(LADDER):
        back = min(amount, borne.get(pot, 0))
        if back <= 0:
            continue
        amount -= back
        if pot is Pot.RECEIVABLE:
            steps.append(Draft(Purpose.WAIVE, Pot.RECEIVABLE, Pot.BUYER, back))
            continue
        held_by_buyer += back
        if pot is Pot.ADVANCE:
            steps.append(Draft(Purpose.CHARGE, Pot.ADVANCE, Pot.BUYER, back))
        else:
            steps.append(Draft(Purpose.RESTORE, Pot.ADVANCE, pot, back))
    if held_by_buyer:
        steps.append(Draft(Purpose.RECLAIM, Pot.BUYER, Pot.ADVANCE, held_by_buyer))
    return steps


def _drawn(steps: Iterable[Draft], pot: Pot) -> int:
    return sum(step.amount for step in steps if step.source is pot)


def _released(steps: Iterable[Draft]) -> int:
    """What of the line's payment the merchant has had; what is restored from escrow goes there too."""
    return sum(
        step.amount
        for step in steps
        if step.purpose is Purpose.RELEASE or (step.purpose is Purpose.RESTORE and step.target is Pot.ESCROW)
    )
