"""What merchants owe from cases that are over, drawn as their money arrives: the buyer first, then the platform.

How long to wait after the marketplace would not draw is `setbacks`' to say.
"""

from __future__ import annotations

from datetime import datetime

from django.db import connection

from common.actor import Actor, Role
from common.acts import act
from common.errors import Refused
from disputes import queries
from enforcement import execution, plan
from enforcement.models import Execution, Recovery, Step
from enforcement.plan import Draft, Pot, Purpose


def recoverable(limit: int, *, now: datetime) -> list[int]:
    """Cases in which something is still owed and whose merchant has money now. A hint: ``recover`` looks again."""
    with connection.cursor() as cursor:
        cursor.execute(_RECOVERABLE, [now, limit])
        return [row[0] for row in cursor.fetchall()]


@act
def recover(case_id: int, *, now: datetime) -> int:
    """Draw what the merchant still owes in this case from what the merchant has: the buyer first, then the platform.

    Returns the sum planned, in minor units. Nothing before the outcome was carried out.
    """
    case = queries.lock(case_id)
    waits = Recovery.objects.filter(case=case).first()
    if waits is not None and (waits.parked_at is not None or (waits.retry_at is not None and now < waits.retry_at)):
        return 0
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
    return sum(1 for case_id in recoverable(limit, now=now) if recover(case_id, now=now))


@act
def try_again(case_id: int, *, actor: Actor, now: datetime) -> None:
    """Ops have looked at it: what the merchant owes is drawn again with the next round."""
    if actor.role is not Role.OPS:
        raise Refused("not_for_this_role")
    case = queries.lock(case_id)
    Recovery.objects.filter(case=case).update(refusals=0, retry_at=None, parked_at=None)


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
   AND NOT EXISTS (SELECT 1 FROM enforcement_recovery r
                    WHERE r.case_id = c.id AND (r.parked_at IS NOT NULL OR r.retry_at > %s))
 ORDER BY c.id
 LIMIT %s
"""
