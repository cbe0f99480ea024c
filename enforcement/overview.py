"""What merchants and the platform's fund have and owe, as sums for people to look at. Reads; decides and changes nothing."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection

from accounts.models import Merchant
from enforcement.models import FundLimit, Proposal, Report, Step
from ledger import book, keys
from ledger.keys import AccountKind
from ledger.models import Account


@dataclass(frozen=True, slots=True)
class Fund:
    """The platform's fund in one currency, in minor units. ``out``: advanced and not made good; ``room``: what may still
    be advanced."""

    currency: str
    limit: int
    out: int
    room: int


@dataclass(frozen=True, slots=True)
class Standing:
    """One merchant in one currency, in minor units. ``held``: escrow of orders that a case holds; ``advanced``: what the
    platform paid and has not had back; ``owed``: everything the merchant owes, to the platform and to buyers."""

    merchant: Merchant
    currency: str
    held: int
    settlement: int
    deposit: int
    advanced: int
    owed: int


def currencies(*first: str) -> list[str]:
    """In which the fund has ever been used or limited, after ``first``."""
    used = (
        Account.objects.filter(kind=AccountKind.ADVANCE.value).order_by("currency").values_list("currency", flat=True)
    )
    return list(dict.fromkeys([*first, *used]))


def funds(named: Sequence[str]) -> list[Fund]:
    """Two queries, whatever the number of currencies."""
    names = {currency: keys.advance(currency) for currency in named}
    accounts = {account.key: account for account in Account.objects.filter(key__in=names.values())}
    newest = FundLimit.objects.filter(currency__in=named).order_by("currency", "-at", "-id").distinct("currency")
    limits = dict(newest.values_list("currency", "amount"))
    found = []
    for currency, name in names.items():
        account = accounts.get(name)
        balance, floor = (account.balance, account.floor or 0) if account else (0, 0)
        found.append(Fund(currency, limits.get(currency, -floor), max(0, -balance), max(0, balance - floor)))
    return found


def owing(after: int, limit: int) -> list[int]:
    """Ids of merchants who owe something, ``after`` this one."""
    with connection.cursor() as cursor:
        cursor.execute(_OWING, {"after": after, "limit": limit})
        return [row[0] for row in cursor.fetchall()]


def standings(merchant_ids: Iterable[int], named: Sequence[str]) -> list[Standing]:
    """How each merchant stands, in the order of ids and then of currencies. What is all zero is left out. Four queries."""
    merchants = {row.pk: row for row in Merchant.objects.filter(pk__in=list(merchant_ids)).order_by("pk")}
    values: dict[str, Any] = {"merchants": list(merchants)}
    pairs = [(pk, currency) for pk in merchants for currency in named]
    kinds = (keys.settlement, keys.deposit, keys.receivable)
    balances = book.balances(name(pk, currency) for pk, currency in pairs for name in kinds)
    with connection.cursor() as cursor:
        cursor.execute(_HELD, values)
        held = {(row[0], row[1]): int(row[2]) for row in cursor.fetchall()}
        cursor.execute(_ADVANCED, values)
        advanced = {(row[0], row[1]): int(row[2]) for row in cursor.fetchall()}
    found = []
    for pk, currency in pairs:
        settlement, deposit, owed = (balances[name(pk, currency)] for name in kinds)
        sums = (held.get((pk, currency), 0), settlement, deposit, advanced.get((pk, currency), 0), owed)
        if any(sums):
            found.append(Standing(merchants[pk], currency, *sums))
    return found


def failing(limit: int) -> list[Step]:
    """Steps that were tried and are not done: no clear answer, or put off. The next to be tried comes first."""
    tried = Step.objects.filter(next_attempt_at__isnull=False, attempts__gt=0, state__in=[Step.UNKNOWN, Step.PENDING])
    return list(tried.select_related("execution__case").order_by("next_attempt_at", "id")[:limit])


def open_proposals(limit: int) -> list[Proposal]:
    """Advances that wait for a second person, the oldest first."""
    waiting = Proposal.objects.filter(state=Proposal.OPEN).select_related("case", "proposed_by")
    return list(waiting.order_by("proposed_at", "id")[:limit])


def open_reports(limit: int) -> list[Report]:
    """Refunds without a key that nobody has settled, the oldest first."""
    waiting = Report.objects.filter(verdict="").select_related("movement", "case")
    return list(waiting.order_by("since", "movement_id")[:limit])


def steps_of(case_id: int, limit: int) -> list[Step]:
    """All that was planned for one case, in the order in which it was."""
    steps = Step.objects.filter(execution__case_id=case_id).select_related("execution")
    return list(steps.order_by("execution_id", "order")[:limit])


def proposals_of(case_id: int) -> list[Proposal]:
    """The newest first."""
    made = Proposal.objects.filter(case_id=case_id).select_related("proposed_by", "decided_by")
    return list(made.order_by("-proposed_at", "-id")[:10])


def limit_history(currency: str) -> list[FundLimit]:
    return list(FundLimit.objects.filter(currency=currency).select_related("by").order_by("-at", "-id")[:20])


# Debts are few and have a partial index.
_OWING = """
SELECT DISTINCT split_part(key, ':', 2)::bigint AS merchant
  FROM ledger_account
 WHERE kind = 'receivable' AND balance > 0 AND split_part(key, ':', 2)::bigint > %(after)s
 ORDER BY merchant LIMIT %(limit)s
"""
_HELD = """
SELECT o.merchant_id, a.currency, sum(a.balance)::bigint
  FROM marketplace_order o
  JOIN ledger_account a ON a.key = 'escrow:' || o.id || ':' || o.currency
 WHERE o.merchant_id = ANY(%(merchants)s)
   AND o.id IN (SELECT order_id FROM enforcement_hold WHERE lifted_at IS NULL)
 GROUP BY o.merchant_id, a.currency
"""
_ADVANCED = """
SELECT c.merchant_id, a.currency, -sum(a.balance)::bigint
  FROM ledger_account a JOIN disputes_case c ON c.id = split_part(a.key, ':', 2)::bigint
 WHERE a.kind = 'recourse' AND a.balance < 0 AND c.merchant_id = ANY(%(merchants)s)
 GROUP BY c.merchant_id, a.currency
"""
