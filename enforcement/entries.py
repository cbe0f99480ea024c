"""What each kind of step does to the books, as a pure table of legs. Knows no balances and writes nothing."""

from __future__ import annotations

from dataclasses import dataclass

from enforcement.plan import Pot, Purpose
from ledger import keys


@dataclass(frozen=True, slots=True)
class Books:
    """The accounts of one case."""

    case_id: int
    order_id: int
    merchant_id: int
    currency: str

    def account(self, pot: Pot) -> str:
        match pot:
            case Pot.ESCROW:
                return keys.escrow(self.order_id, self.currency)
            case Pot.SETTLEMENT:
                return keys.settlement(self.merchant_id, self.currency)
            case Pot.DEPOSIT:
                return keys.deposit(self.merchant_id, self.currency)
            case Pot.ADVANCE:
                return keys.advance(self.currency)
            case Pot.RECEIVABLE:
                return keys.receivable(self.merchant_id, self.currency)
            case Pot.BUYER:
                return keys.outside(self.currency)


MONEY = frozenset({Pot.ESCROW, Pot.SETTLEMENT, Pot.DEPOSIT, Pot.ADVANCE})
# Nothing leaves the house: the claim alone changes, in the transaction that starts the execution.
INTERNAL = frozenset({Purpose.WAIVE, Purpose.CHARGE})


def is_internal(purpose: Purpose, source: Pot) -> bool:
    """Whether the step changes claims only, so that nobody outside need be told."""
    return purpose in INTERNAL or (purpose in (Purpose.REFUND, Purpose.FREIGHT) and source is Pot.RECEIVABLE)


def reserve(books: Books, purpose: Purpose, source: Pot, amount: int) -> dict[str, int] | None:
    """Set the money apart before anybody is told to pay it. ``None``: there is nothing to set apart."""
    if purpose in (Purpose.HOLD, Purpose.LIFT) or is_internal(purpose, source) or source not in MONEY:
        return None
    return {books.account(source): -amount, _apart(books, purpose): amount}


def settle(books: Books, purpose: Purpose, source: Pot, target: Pot, amount: int) -> dict[str, int] | None:
    """The step has been carried out: the money arrives, and the claims follow."""
    apart, outside = _apart(books, purpose), keys.outside(books.currency)
    fund = keys.advance(books.currency)
    merchant_owes = keys.receivable(books.merchant_id, books.currency)
    buyer_owes = keys.reclaim(books.case_id, books.currency)
    to_platform = keys.recourse(books.case_id, books.currency)
    to_buyer = keys.due(books.case_id, books.currency)
    match purpose:
        case Purpose.REFUND | Purpose.FREIGHT if source is Pot.RECEIVABLE:
            return {merchant_owes: amount, to_buyer: -amount}
        case Purpose.REFUND | Purpose.FREIGHT if source is Pot.ADVANCE:
            return {apart: -amount, outside: amount, merchant_owes: amount, to_platform: -amount}
        case Purpose.REFUND | Purpose.FREIGHT:
            return {apart: -amount, outside: amount}
        case Purpose.RELEASE:
            return {apart: -amount, books.account(Pot.SETTLEMENT): amount}
        case Purpose.REPAY:
            return {apart: -amount, fund: amount, merchant_owes: -amount, to_platform: amount}
        case Purpose.COLLECT:
            return {apart: -amount, outside: amount, merchant_owes: -amount, to_buyer: amount}
        case Purpose.WAIVE:
            return {merchant_owes: -amount, to_buyer: amount}
        case Purpose.CHARGE:
            return {merchant_owes: -amount, buyer_owes: amount}
        case Purpose.RESTORE:
            return {apart: -amount, books.account(_back_to(target)): amount, buyer_owes: amount, to_platform: -amount}
        case Purpose.COMPENSATE:
            # Nobody owes it back: the platform bears what it found wrongly.
            return {apart: -amount, books.account(_back_to(target)): amount}
        case Purpose.RECLAIM:
            return {outside: -amount, fund: amount, buyer_owes: -amount, to_platform: amount}
        case Purpose.HOLD | Purpose.LIFT:
            return None


def _back_to(target: Pot) -> Pot:
    """What was taken from escrow comes back to the settlement: the payment is the merchant's now."""
    return Pot.DEPOSIT if target is Pot.DEPOSIT else Pot.SETTLEMENT


def _apart(books: Books, purpose: Purpose) -> str:
    if purpose is Purpose.FREIGHT:
        return keys.freight(books.case_id, books.currency)
    return keys.clearing(books.case_id, books.currency)
