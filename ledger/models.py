"""Accounts, postings and their legs. PostgreSQL keeps the books: sums are zero at commit, and nothing is rewritten."""

from __future__ import annotations

from typing import ClassVar

import pgtrigger
from django.db import models
from django.db.models import F, Q

from ledger.keys import AccountKind

_BALANCED = """
SELECT count(l.id) AS legs, COALESCE(sum(l.amount), 0) AS total,
       COALESCE(bool_and(a.currency = p.currency), false) AS one_currency, p.size, p.key
  INTO found
  FROM ledger_posting p LEFT JOIN ledger_leg l ON l.posting_id = p.id LEFT JOIN ledger_account a ON a.id = l.account_id
 WHERE p.id = {posting}
 GROUP BY p.size, p.key;
IF found.legs <> found.size OR found.legs < 2 THEN
    RAISE EXCEPTION 'posting % has % legs, not %', found.key, found.legs, found.size USING ERRCODE = 'check_violation';
END IF;
IF found.total <> 0 THEN
    RAISE EXCEPTION 'posting % is out of balance by %', found.key, found.total USING ERRCODE = 'check_violation';
END IF;
IF NOT found.one_currency THEN
    RAISE EXCEPTION 'posting % mixes currencies', found.key USING ERRCODE = 'check_violation';
END IF;
RETURN NULL;
"""


def _balanced(name: str, posting: str) -> pgtrigger.Trigger:
    return pgtrigger.Trigger(
        name=name,
        operation=pgtrigger.Insert,
        when=pgtrigger.After,
        timing=pgtrigger.Deferred,
        declare=[("found", "record")],
        func=_BALANCED.format(posting=posting),
    )


class Account(models.Model):
    """One heap of money or claims. ``floor``: the least it may hold in minor units (null: no limit).

    ``balance`` is written by the trigger on legs and by nothing else. An account that is not ``counted`` keeps none:
    its balance is the sum of its legs.
    """

    key = models.CharField(max_length=64, unique=True)
    kind = models.CharField(max_length=12, choices=[(kind.value, kind.value) for kind in AccountKind])
    currency = models.CharField(max_length=3)
    balance = models.BigIntegerField(default=0)
    floor = models.BigIntegerField(null=True)
    counted = models.BooleanField(default=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(floor__isnull=True) | Q(balance__gte=F("floor")), name="account_not_below_floor"
            ),
            models.CheckConstraint(
                condition=~Q(kind__in=["recourse", "due"]) | Q(balance__lte=0), name="account_claim_not_overpaid"
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["kind", "id"],
                condition=Q(kind__in=["recourse", "due"], balance__lt=0),
                name="account_open_claim",
            ),
            models.Index(
                fields=["kind", "id"], condition=Q(kind="receivable", balance__gt=0), name="account_open_debt"
            ),
        ]
        triggers: ClassVar = [
            pgtrigger.Protect(name="accounts_stay", operation=pgtrigger.Delete),
            pgtrigger.Protect(
                name="balances_follow_legs",
                operation=pgtrigger.Update,
                # Depth 0 is a statement of somebody's own; the trigger on legs updates from depth 1.
                condition=pgtrigger.Condition("OLD.balance IS DISTINCT FROM NEW.balance AND pg_trigger_depth() < 1"),
            ),
            pgtrigger.Protect(
                name="accounts_keep_their_name",
                operation=pgtrigger.Update,
                condition=pgtrigger.AnyChange("key", "kind", "currency", "counted"),
            ),
        ]

    def __str__(self) -> str:
        return self.key


class Posting(models.Model):
    """One movement of money or claims, whole. ``reference`` ties it to what it was for (``case:12``, ``order:7``)."""

    key = models.CharField(max_length=160, unique=True)
    reference = models.CharField(max_length=64)
    kind = models.CharField(max_length=24)
    currency = models.CharField(max_length=3)
    size = models.PositiveSmallIntegerField()
    at = models.DateTimeField()
    reverses = models.OneToOneField("self", models.PROTECT, null=True, related_name="reversed_by")

    class Meta:
        indexes: ClassVar = [models.Index(fields=["reference", "id"], name="posting_of_reference")]
        triggers: ClassVar = [
            pgtrigger.Protect(name="postings_stay", operation=pgtrigger.Update | pgtrigger.Delete),
            _balanced("postings_balance", "NEW.id"),
        ]

    def __str__(self) -> str:
        return self.key


class Leg(models.Model):
    """What one posting does to one account: minor units, above zero in, below zero out."""

    posting = models.ForeignKey(Posting, models.PROTECT, related_name="legs")
    account = models.ForeignKey(Account, models.PROTECT, related_name="legs", db_index=False)
    amount = models.BigIntegerField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["account", "posting"], name="leg_once_per_account"),
            models.CheckConstraint(condition=~Q(amount=0), name="leg_moves_something"),
        ]
        triggers: ClassVar = [
            pgtrigger.Protect(name="legs_stay", operation=pgtrigger.Update | pgtrigger.Delete),
            _balanced("legs_balance", "NEW.posting_id"),
            pgtrigger.Trigger(
                name="legs_move_balances",
                operation=pgtrigger.Insert,
                when=pgtrigger.After,
                func="""
                UPDATE ledger_account SET balance = balance + NEW.amount WHERE id = NEW.account_id AND counted;
                RETURN NULL;
                """,
            ),
        ]
