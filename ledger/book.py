"""The only writer of the ledger. Locks accounts in the order of their keys, always last of all locks.

A posting is written once for its key: the same key with the same legs gives the first posting back, with other legs
it is refused. Sums are whole minor units; what does not sum to zero never reaches the database, and would not pass it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db import connection
from django.db.models import F, QuerySet, Sum

from common.acts import require_act
from common.errors import Refused
from ledger.keys import BOTTOMLESS, UNCOUNTED, currency_of, kind_of
from ledger.models import Account, Leg, Posting


@dataclass(frozen=True, slots=True)
class Difference:
    """Where the books do not agree with themselves. ``what`` is an account's or a posting's key."""

    what: str
    reason: str
    expected: int
    found: int


def post(
    key: str,
    legs: Mapping[str, int],
    *,
    reference: str,
    kind: str,
    at: datetime,
    reverses: Posting | None = None,
) -> Posting:
    """Move money: ``legs`` maps account keys to minor units, in above zero, out below, summing to zero.

    Accounts open themselves at their first posting. Raises ``Refused``: ``insufficient_funds`` (account, available,
    needed) if an account would fall below its floor, ``posting_key_reused`` if the key stands for other legs. Both are
    raised before anything is written, so that the caller's act may go on. ``ValueError`` for legs that make no posting.
    """
    require_act()
    currency = _check(legs)
    accounts = _lock(legs)
    earlier = Posting.objects.filter(key=key).first()
    if earlier is not None:
        return _same_or_refused(earlier, legs)
    for name in sorted(legs):
        account = accounts[name]
        if account.floor is not None and account.balance + legs[name] < account.floor:
            room = account.balance - account.floor
            raise Refused("insufficient_funds", account=name, available=room, needed=-legs[name])
    posting = Posting.objects.create(
        key=key, reference=reference, kind=kind, currency=currency, size=len(legs), at=at, reverses=reverses
    )
    Leg.objects.bulk_create([Leg(posting=posting, account=accounts[name], amount=legs[name]) for name in sorted(legs)])
    return posting


def reverse(key: str, *, at: datetime) -> Posting:
    """Undo the posting ``key`` by a new one with every leg turned round. A posting is undone at most once."""
    require_act()
    posting = Posting.objects.get(key=key)
    legs = {leg.account.key: -leg.amount for leg in posting.legs.select_related("account")}
    return post(f"reverse:{key}", legs, reference=posting.reference, kind="reversal", at=at, reverses=posting)


def balance(key: str) -> int:
    """What the account holds, in minor units; zero for one that was never opened."""
    return balances([key])[key]


def balances(keys: Iterable[str]) -> dict[str, int]:
    """What each account holds. One statement; accounts that keep no balance cost one more."""
    wanted = list(keys)
    found = dict.fromkeys(wanted, 0)
    uncounted: list[int] = []
    names: dict[int, str] = {}
    for account in Account.objects.filter(key__in=wanted):
        found[account.key] = account.balance
        if not account.counted:
            uncounted.append(account.pk)
            names[account.pk] = account.key
    if uncounted:
        sums = Leg.objects.filter(account_id__in=uncounted).values("account_id").annotate(total=Sum("amount"))
        found |= {names[row["account_id"]]: row["total"] for row in sums}
    return found


def available(keys: Iterable[str]) -> dict[str, int]:
    """How much each account could still give before it meets its floor; never below zero, none for unopened ones."""
    wanted = list(keys)
    found = dict.fromkeys(wanted, 0)
    return found | {row.key: max(0, row.balance - (row.floor or 0)) for row in rooms(wanted)}


def rooms(keys: Iterable[str]) -> QuerySet[Account]:
    """The same as rows, for whoever reads them within a query of their own: ``left`` may be below zero."""
    return Account.objects.filter(key__in=list(keys), floor__isnull=False).annotate(left=F("balance") - F("floor"))


def set_floor(key: str, floor: int) -> Account:
    """Let the account fall as far as ``floor``. Lowering takes effect at once; raising it above the balance only
    stops further outflow, because what has been paid has been paid."""
    require_act()
    _open([key])
    account = Account.objects.select_for_update(no_key=True).get(key=key)
    account.floor = min(floor, account.balance)
    account.save(update_fields=["floor"])
    return account


def statement(reference: str, *, after: int = 0, limit: int = 100) -> list[Posting]:
    """The postings for one reference in the order they were made, each with its legs and their accounts read.

    Keyset: pass the last posting's id as ``after`` for the next page.
    """
    postings = Posting.objects.filter(reference=reference, id__gt=after).order_by("id")[:limit]
    return list(postings.prefetch_related("legs__account"))


def audit() -> list[Difference]:
    """Everything in which the books disagree with themselves: empty, or somebody must be told. Reads every leg."""
    with connection.cursor() as cursor:
        cursor.execute(_AUDIT)
        return [Difference(*row) for row in cursor.fetchall()]


_AUDIT = """
SELECT a.key, 'balance', COALESCE(s.total, 0)::bigint, a.balance
  FROM ledger_account a
  LEFT JOIN (SELECT account_id, sum(amount) AS total FROM ledger_leg GROUP BY account_id) s ON s.account_id = a.id
 WHERE a.balance <> CASE WHEN a.counted THEN COALESCE(s.total, 0) ELSE 0 END
UNION ALL
SELECT p.key, 'zero_sum', 0, COALESCE(sum(l.amount), 0)::bigint
  FROM ledger_posting p LEFT JOIN ledger_leg l ON l.posting_id = p.id
 GROUP BY p.id HAVING COALESCE(sum(l.amount), 0) <> 0
UNION ALL
SELECT p.key, 'legs', p.size, count(l.id)
  FROM ledger_posting p LEFT JOIN ledger_leg l ON l.posting_id = p.id
 GROUP BY p.id HAVING count(l.id) <> p.size OR count(l.id) < 2
UNION ALL
SELECT p.key, 'currency', 0, count(*)
  FROM ledger_posting p JOIN ledger_leg l ON l.posting_id = p.id JOIN ledger_account a ON a.id = l.account_id
 WHERE a.currency <> p.currency GROUP BY p.id
UNION ALL
SELECT a.key, 'floor', a.floor, a.balance FROM ledger_account a WHERE a.balance < a.floor
UNION ALL
SELECT 'claims:' || a.currency, 'claims_mirror', 0, sum(a.balance)::bigint
  FROM ledger_account a WHERE a.kind IN ('receivable', 'reclaim', 'recourse', 'due')
 GROUP BY a.currency HAVING sum(a.balance) <> 0
"""


def _check(legs: Mapping[str, int]) -> str:
    if len(legs) < 2:
        raise ValueError("a posting has at least two legs")
    if any(not isinstance(amount, int) or amount == 0 for amount in legs.values()):
        raise ValueError("a leg moves a whole number of minor units, and not zero")
    if sum(legs.values()) != 0:
        raise ValueError(f"legs sum to {sum(legs.values())}, not zero")
    currencies = {currency_of(name) for name in legs}
    if len(currencies) != 1:
        raise ValueError("a posting has one currency")
    return currencies.pop()


def _open(names: Iterable[str]) -> None:
    """Open what is not open yet. In the order of keys, so that two who open the same accounts do not cross."""
    Account.objects.bulk_create(
        [
            Account(
                key=name,
                kind=kind_of(name).value,
                currency=currency_of(name),
                floor=None if kind_of(name) in BOTTOMLESS else 0,
                counted=kind_of(name) not in UNCOUNTED,
            )
            for name in sorted(names)
        ],
        ignore_conflicts=True,
    )


def _lock(legs: Mapping[str, int]) -> dict[str, Account]:
    known = dict(Account.objects.filter(key__in=legs).values_list("key", "counted"))
    missing = [name for name in legs if name not in known]
    if missing:
        _open(missing)
    # NO KEY: whoever only points at an account (a foreign key) need not wait.
    rows = Account.objects.filter(key__in=legs, counted=True).order_by("key").select_for_update(no_key=True)
    locked = {account.key: account for account in rows}
    rest = [name for name in legs if name not in locked]
    if rest:
        locked |= {account.key: account for account in Account.objects.filter(key__in=rest)}
    return locked


def _same_or_refused(earlier: Posting, legs: Mapping[str, int]) -> Posting:
    theirs = dict(earlier.legs.values_list("account__key", "amount"))
    if theirs != dict(legs):
        raise Refused("posting_key_reused", key=earlier.key)
    return earlier
