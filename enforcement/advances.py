"""先行赔付: the platform pays first and recovers later (P03, JD1§45–46, ECL§58).

The fund is the account ``advance:platform``; how far it may fall below zero is what the platform is willing to have out.
What is still open stands in the ledger's claims, and is made good from the merchant's money as it arrives.
"""

from __future__ import annotations

from datetime import datetime

from django.db import connection

from common.actor import Actor, Role
from common.acts import act
from common.errors import Refused
from disputes import outcomes, queries
from disputes.lifecycle import APPEAL, State
from enforcement import execution, plan
from enforcement.models import Execution, Step
from enforcement.plan import Draft, Pot, Purpose
from ledger import book, keys
from ledger.models import Account

_RULED = (*APPEAL, State.AWAITING_COMPLIANCE)


@act
def set_limit(currency: str, limit: int, *, actor: Actor, now: datetime) -> Account:
    """How much the platform may have advanced at any time, in minor units. Zero (as shipped): it advances nothing."""
    if actor.role not in (Role.OPS, Role.SYSTEM):
        raise Refused("not_for_this_role")
    if limit < 0:
        raise Refused("limit_is_negative")
    return book.set_floor(keys.advance(currency), -limit)


@act
def pay(case_id: int, *, actor: Actor, now: datetime) -> Execution:
    """The platform pays what was ruled before the ruling is final, at its own risk (four eyes: never by who ruled).

    Raises ``Refused``: ``not_for_this_role``, ``not_in_this_state``, ``own_ruling``, ``nothing_to_pay``,
    ``return_is_due``, ``insufficient_funds``.
    """
    case = queries.lock(case_id)
    outcome = outcomes.effective(case_id)
    if actor.role not in (Role.SENIOR, Role.OPS):
        raise Refused("not_for_this_role")
    if case.state not in _RULED:
        raise Refused("not_in_this_state", state=case.state)
    if actor.id is not None and actor.id == case.ruled_by_id:
        raise Refused("own_ruling")
    if outcome is None or outcome.amount == 0:
        raise Refused("nothing_to_pay")
    if outcome.returns:
        raise Refused("return_is_due")
    available = execution.funds_of(case).advance
    if available < outcome.amount:
        raise Refused(
            "insufficient_funds", account=keys.advance(case.currency), available=available, needed=outcome.amount
        )
    return execution.start_advance(case, outcome, now=now)


def recoverable(limit: int) -> list[int]:
    """Cases in which something is still owed and whose merchant has money now. A hint: ``recover`` looks again."""
    with connection.cursor() as cursor:
        cursor.execute(_RECOVERABLE, [limit])
        return [row[0] for row in cursor.fetchall()]


@act
def recover(case_id: int, *, now: datetime) -> int:
    """Draw what the merchant still owes in this case from what the merchant has: the buyer first, then the platform.

    Returns the sum planned, in minor units. Nothing before the outcome was carried out.
    """
    case = queries.lock(case_id)
    settled = (
        Execution.objects.filter(case=case, purpose=Execution.SETTLEMENT, state=Execution.DONE)
        .order_by("-round")
        .first()
    )
    if settled is None:
        return 0
    borne = plan.borne_by(execution.carried_out(case))
    under_way = Step.objects.filter(execution__case=case, state__in=Step.OPEN)
    if any(step.purpose in (Purpose.COLLECT, Purpose.REPAY) for step in under_way):
        return 0
    funds = execution.funds_of(case)
    pots = {Pot.ESCROW: 0, Pot.SETTLEMENT: funds.settlement, Pot.DEPOSIT: funds.deposit}
    drafts: list[Draft] = plan.draw(Purpose.COLLECT, borne[Pot.RECEIVABLE], pots)
    drafts += plan.draw(Purpose.REPAY, borne[Pot.ADVANCE], pots)
    execution.add_steps(case, settled, drafts, now=now)
    return sum(draft.amount for draft in drafts)


def recover_due(limit: int, *, now: datetime) -> int:
    """Draw on the money of merchants who owe, for up to ``limit`` cases. Returns for how many something was planned."""
    return sum(1 for case_id in recoverable(limit) if recover(case_id, now=now))


# Claims are few and have a partial index; each names its case in its key.
_RECOVERABLE = """
SELECT DISTINCT c.id
  FROM ledger_account claim
  JOIN disputes_case c ON c.id = split_part(claim.key, ':', 2)::bigint
  JOIN ledger_account owes ON owes.key = 'receivable:' || c.merchant_id || ':' || claim.currency AND owes.balance > 0
  JOIN ledger_account has
    ON has.key IN ('settlement:' || c.merchant_id || ':' || claim.currency,
                   'deposit:' || c.merchant_id || ':' || claim.currency)
   AND has.balance > 0
 WHERE claim.kind IN ('recourse', 'due') AND claim.balance < 0
   AND EXISTS (SELECT 1 FROM enforcement_execution e
                WHERE e.case_id = c.id AND e.purpose = 'settlement' AND e.state = 'done')
   AND NOT EXISTS (SELECT 1 FROM enforcement_step s JOIN enforcement_execution e ON e.id = s.execution_id
                    WHERE e.case_id = c.id AND s.next_attempt_at IS NOT NULL AND s.purpose IN ('collect', 'repay'))
 ORDER BY c.id
 LIMIT %s
"""
