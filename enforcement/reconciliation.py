"""Where money and cases do not fit together, for people to look at. Knows how to find it; repairs nothing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection

from disputes.lifecycle import TERMINAL, State
from ledger import book
from ledger.book import Difference

# Why a report under a key of ours is not taken for our own payment: at once a matter for people.
DIFFERS = ("instruction_unknown", "instruction_differs", "instruction_was_refused")
LATE = timedelta(days=1)  # T32: money is executed within a working day


@dataclass(frozen=True, slots=True)
class Finding:
    """``what`` names a step, a case or a movement; ``amount`` is in minor units; ``since`` when it began."""

    code: str
    what: str
    amount: int
    currency: str
    since: datetime


def findings(now: datetime, *, limit: int = 200) -> list[Finding]:
    """Oldest first, at most ``limit`` of each code.

    ``answer_unknown``: told more than a day ago, and nobody knows what came of it · ``refused_for_good``: refused, and
    no other rung makes up for it · ``money_left_apart``: the case is over, and
    money is still set apart for it · ``not_started``: the case is to be enforced, and nothing was begun ·
    ``movement_waits``: the marketplace reported money that the books cannot take · ``report_differs``: it reported money
    under a key of ours that stands for something else · ``refund_without_key``: it reported a refund on an order of ours,
    and nobody has said whether it is one of our own payments · ``recovery_parked``: it would not draw what a merchant owes.
    """
    values: dict[str, Any] = {
        "late": now - LATE,
        "limit": limit,
        "over": [state.value for state in TERMINAL],
        "enforcing": State.ENFORCING.value,
        "told": list(DIFFERS),
    }
    with connection.cursor() as cursor:
        found: list[Finding] = []
        for statement in _FINDINGS:
            cursor.execute(statement, values)
            found += [Finding(*row) for row in cursor.fetchall()]
    return sorted(found, key=lambda finding: finding.since)


def books() -> list[Difference]:
    """Where the ledger disagrees with itself. Reads every leg: for the night."""
    return book.audit()


_FINDINGS = (
    """
    SELECT 'answer_unknown', key, amount, currency, sent_at FROM enforcement_step
     WHERE next_attempt_at IS NOT NULL AND state IN ('sent', 'unknown') AND sent_at < %(late)s
     ORDER BY sent_at, id LIMIT %(limit)s
    """,
    """
    SELECT 'refused_for_good', s.key, s.amount, s.currency, COALESCE(s.sent_at, e.started_at)
      FROM enforcement_step s JOIN enforcement_execution e ON e.id = s.execution_id
     WHERE s.state = 'refused'
       AND s.purpose IN ('release', 'restore', 'compensate', 'reclaim', 'hold', 'lift')
       AND s.last_error_code <> 'insufficient_funds'
       AND NOT EXISTS (SELECT 1 FROM enforcement_step n
                        WHERE n.execution_id = s.execution_id AND n.purpose = s.purpose AND n.source = s.source
                          AND n.target = s.target AND n."order" > s."order" AND n.state <> 'cancelled')
     ORDER BY s.id LIMIT %(limit)s
    """,
    """
    SELECT 'money_left_apart', a.key, a.balance, a.currency, c.closed_at
      FROM ledger_account a JOIN disputes_case c ON c.id = split_part(a.key, ':', 2)::bigint
     WHERE a.kind IN ('clearing', 'freight') AND a.balance <> 0 AND c.state = ANY(%(over)s)
       AND NOT EXISTS (SELECT 1 FROM enforcement_step s JOIN enforcement_execution e ON e.id = s.execution_id
                        WHERE e.case_id = c.id AND s.next_attempt_at IS NOT NULL)
     ORDER BY a.id LIMIT %(limit)s
    """,
    """
    SELECT 'not_started', c.number, o.amount, o.currency, c.state_since
      FROM disputes_case c JOIN disputes_outcome o ON o.id = c.outcome_id
     WHERE c.state = %(enforcing)s AND c.state_since < %(late)s
       AND NOT EXISTS (SELECT 1 FROM enforcement_execution e
                        WHERE e.case_id = c.id AND e.purpose = 'settlement' AND e.round = c.round)
     ORDER BY c.state_since, c.id LIMIT %(limit)s
    """,
    """
    SELECT 'movement_waits', m.key, m.amount, m.currency, p.since
      FROM enforcement_postponed p JOIN marketplace_movement m ON m.id = p.movement_id
     WHERE p.reason <> ALL(%(told)s) AND p.reason <> 'held' AND p.since < %(late)s
     ORDER BY p.since, m.id LIMIT %(limit)s
    """,
    """
    SELECT 'report_differs', m.key, m.amount, m.currency, p.since
      FROM enforcement_postponed p JOIN marketplace_movement m ON m.id = p.movement_id
     WHERE p.reason = ANY(%(told)s)
     ORDER BY p.since, m.id LIMIT %(limit)s
    """,
    """
    SELECT 'refund_without_key', m.key, m.amount, m.currency, r.since
      FROM enforcement_report r JOIN marketplace_movement m ON m.id = r.movement_id
     WHERE r.verdict = ''
     ORDER BY r.since, m.id LIMIT %(limit)s
    """,
    """
    SELECT 'recovery_parked', c.number, -sum(a.balance)::bigint, c.currency, r.parked_at
      FROM enforcement_recovery r JOIN disputes_case c ON c.id = r.case_id
      JOIN ledger_account a ON a.key IN ('recourse:' || c.id || ':' || c.currency, 'due:' || c.id || ':' || c.currency)
     WHERE r.parked_at IS NOT NULL
     GROUP BY c.id, r.parked_at ORDER BY r.parked_at LIMIT %(limit)s
    """,
)
