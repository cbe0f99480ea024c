"""What was agreed or decided, as a value. Knows sums and duties; refuses to know where the money comes from."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any

# What a merchant's claim can come to: given back by the buyer, or made good from the platform's own fund where nobody but
# the platform was wrong. The fund is the platform's to give: no agreement of the two sides reaches it.
FROM_THE_BUYER, FROM_THE_FUND = "R17", "R18"
BY_THE_FUND = frozenset({FROM_THE_FUND})


class Source(StrEnum):
    """How an outcome came about."""

    AGREED = "agreed"
    SILENCE = "silence"
    SETTLED = "settled"
    CONCEDED = "conceded"
    RULED = "ruled"
    APPEALED = "appealed"
    FALLEN = "fallen"
    FORCED = "forced"  # what was ordered in kind was not done in time, and is owed in money now


class Payer(StrEnum):
    BUYER = "buyer"
    MERCHANT = "merchant"
    NOBODY = "nobody"


@dataclass(frozen=True, slots=True)
class AwardLine:
    """One line of the calculation: what for, by which formula, how much (minor units; may be negative)."""

    label: str
    formula: str
    amount: int


@dataclass(frozen=True, slots=True)
class Award:
    """``amount``: what the buyer gets in minor units, freight included; in a merchant's claim, what the merchant gets back.
    ``returns``: the goods come back first.

    ``pays``: the merchant owes a performance, and has the voluntary term (T31) before it is forced. ``ground``: the
    recorded reason for a refund without return (R1 gate), empty if the goods come back or nothing is refunded.
    ``substitute``: what the buyer gets in all if what was ordered in kind is not done in time; zero where nothing is.
    """

    source: Source
    remedy: str
    amount: int
    currency: str
    returns: bool = False
    pays: bool = False
    freight_amount: int = 0
    freight_payer: Payer = Payer.NOBODY
    ground: str = ""
    merchant_share: int = 10_000
    substitute: int = 0
    lines: tuple[AwardLine, ...] = field(default_factory=tuple)

    def lines_as_data(self) -> list[dict[str, Any]]:
        return [asdict(line) for line in self.lines]


def refund(*, source: Source, remedy: str, amount: int, currency: str, ground: str = "") -> Award:
    """The buyer gets ``amount``; nothing further is owed by anybody."""
    return Award(source=source, remedy=remedy, amount=amount, currency=currency, ground=ground)


def instead(*, amount: int, currency: str) -> Award:
    """What was ordered in kind was not done within its term: the sum that the ruling gave it is owed (clause 3.15)."""
    lines = (AwardLine("not_done", "not_done", amount),)
    return Award(source=Source.FORCED, remedy="R2", amount=amount, currency=currency, lines=lines)


def release(*, source: Source, currency: str) -> Award:
    """The claim falls: the payment goes to the merchant (R7)."""
    return Award(source=source, remedy="R7", amount=0, currency=currency, merchant_share=0)
