"""What the court may ask of the marketplace's money. Knows the questions and the answers; refuses to know the wire."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol


class Kind(StrEnum):
    """What the marketplace is told to do with money it holds."""

    REFUND_TO_BUYER = "refund_to_buyer"  # from escrow back to the way it was paid
    DEDUCT_SETTLEMENT = "deduct_settlement"  # from what the merchant has earned to the buyer
    DEDUCT_DEPOSIT = "deduct_deposit"  # from the merchant's deposit to the buyer
    ADVANCE = "advance"  # the platform pays the buyer out of its own pocket
    RECOVER_ESCROW = "recover_escrow"  # what was advanced comes back to the platform from the merchant's money
    RECOVER_SETTLEMENT = "recover_settlement"
    RECOVER_DEPOSIT = "recover_deposit"
    RESTORE_SETTLEMENT = "restore_settlement"  # the platform gives the merchant back what was taken
    RESTORE_DEPOSIT = "restore_deposit"
    RECLAIM = "reclaim"  # the buyer gives the platform back what was paid too much
    RELEASE = "release"  # pay escrow out to the merchant
    HOLD_SETTLEMENT = "hold_settlement"  # keep back what would be paid out to the merchant
    LIFT_HOLD = "lift_hold"  # no longer keep it back


@dataclass(frozen=True, slots=True)
class Instruction:
    """One movement of money, once. ``key`` is ours and stands for it for ever: asked again under the same key, the
    marketplace does nothing new and answers as before. ``order`` and ``merchant`` are the marketplace's own ids,
    ``amount`` is in minor units and above zero, ``reason`` a code or case number, never text about a person."""

    key: str
    kind: Kind
    order: str
    merchant: str
    amount: int
    currency: str
    reason: str

    def __post_init__(self) -> None:
        if self.amount <= 0:
            raise ValueError("an instruction moves more than nothing")


class Result(StrEnum):
    DONE = "done"
    REFUSED = "refused"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Answer:
    """What is known afterwards.

    ``done``: the money moved, ``reference`` is the marketplace's name for it. ``refused``: nothing moved, ``code`` says
    why; ask for something else, under another key. ``unknown``: nobody can tell (no answer, or none that makes
    sense); ask again under the *same* key until one of the other two comes. ``code`` then says what went wrong.
    """

    result: Result
    reference: str = ""
    code: str = ""

    @classmethod
    def done(cls, reference: str) -> Answer:
        return cls(Result.DONE, reference=reference)

    @classmethod
    def refused(cls, code: str) -> Answer:
        return cls(Result.REFUSED, code=code)

    @classmethod
    def unknown(cls, code: str) -> Answer:
        return cls(Result.UNKNOWN, code=code)


class Gateway(Protocol):
    """The marketplace as the court sees it. Nothing here raises for what the other side does or fails to do; every call
    is made outside of any act, because it may take seconds."""

    def carry_out(self, instruction: Instruction) -> Answer:
        """Move money once. See `Answer`."""
        ...

    def look_up(self, key: str) -> Answer:
        """What became of an instruction: ``done``, ``refused`` with the code ``not_found`` if it never arrived, or
        ``unknown``. An instruction that was not found may still be on its way: ask again under the same key."""
        ...

    def deposit_balance(self, merchant: str, currency: str) -> int | None:
        """What the merchant's deposit holds now, in minor units; ``None`` if nobody can tell."""
        ...
