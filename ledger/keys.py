"""The names of accounts. Every name ends in its currency, so one account never holds two.

Money is held in escrow, settlement, deposit, advance, clearing, freight; it comes from and goes to ``outside``.
Claims mirror each other: what somebody owes stands as a positive balance (receivable: a merchant; reclaim: the buyer of
a case), and to whom it is owed as the same sum below zero (recourse: to the platform; due: to the buyer of a case).
"""

from __future__ import annotations

from enum import StrEnum


class AccountKind(StrEnum):
    ESCROW = "escrow"  # what a buyer paid for an order, until it goes to the merchant or back
    SETTLEMENT = "settlement"  # what a merchant has earned and not yet drawn
    DEPOSIT = "deposit"  # what a merchant has pledged
    ADVANCE = "advance"  # the platform's own fund; it may go below zero as far as its floor allows
    CLEARING = "clearing"  # set apart for a payment that is under way
    FREIGHT = "freight"  # the same, for freight
    OUTSIDE = "outside"  # banks, wallets, everybody else
    RECEIVABLE = "receivable"
    RECLAIM = "reclaim"
    RECOURSE = "recourse"
    DUE = "due"


CLAIMS = frozenset({AccountKind.RECEIVABLE, AccountKind.RECLAIM, AccountKind.RECOURSE, AccountKind.DUE})
BOTTOMLESS = frozenset({AccountKind.OUTSIDE, AccountKind.RECOURSE, AccountKind.DUE})
# Every payment touches the outside: a balance kept in one row would make the whole platform queue for its lock.
UNCOUNTED = frozenset({AccountKind.OUTSIDE})


def escrow(order_id: int, currency: str) -> str:
    return f"escrow:{order_id}:{currency}"


def settlement(merchant_id: int, currency: str) -> str:
    return f"settlement:{merchant_id}:{currency}"


def deposit(merchant_id: int, currency: str) -> str:
    return f"deposit:{merchant_id}:{currency}"


def advance(currency: str) -> str:
    return f"advance:platform:{currency}"


def clearing(case_id: int, currency: str) -> str:
    return f"clearing:{case_id}:{currency}"


def freight(case_id: int, currency: str) -> str:
    return f"freight:{case_id}:{currency}"


def outside(currency: str) -> str:
    return f"outside:{currency}"


def receivable(merchant_id: int, currency: str) -> str:
    return f"receivable:{merchant_id}:{currency}"


def reclaim(case_id: int, currency: str) -> str:
    return f"reclaim:{case_id}:{currency}"


def recourse(case_id: int, currency: str) -> str:
    return f"recourse:{case_id}:{currency}"


def due(case_id: int, currency: str) -> str:
    return f"due:{case_id}:{currency}"


def kind_of(key: str) -> AccountKind:
    """Raises ``ValueError`` for a name that no account can have."""
    return AccountKind(key.partition(":")[0])


def currency_of(key: str) -> str:
    return key.rpartition(":")[2]
