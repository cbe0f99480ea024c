"""What was agreed or decided, kept. At most one outcome of a case is effective; a newer one takes its place."""

from __future__ import annotations

from datetime import datetime

from common.acts import require_act
from disputes.awards import Award
from disputes.models import Case, Outcome


def record(case: Case, award: Award, *, now: datetime) -> Outcome:
    """Write the outcome and make it the effective one. The caller holds the lock of the case and saves it."""
    require_act()
    supersede(case, now=now)
    outcome = draft(case.pk, case.round, award, now)
    outcome.save(force_insert=True)
    case.outcome = outcome
    return outcome


def draft(case_id: int, round_: int, award: Award, now: datetime) -> Outcome:
    """The outcome as a row that is not written yet."""
    return Outcome(
        case_id=case_id,
        round=round_,
        source=award.source.value,
        remedy=award.remedy,
        amount=award.amount,
        currency=award.currency,
        returns=award.returns,
        pays=award.pays,
        freight_amount=award.freight_amount,
        freight_payer=award.freight_payer.value,
        ground=award.ground,
        merchant_share=award.merchant_share,
        substitute=award.substitute,
        lines=award.lines_as_data(),
        recorded_at=now,
    )


def supersede(case: Case, *, now: datetime) -> None:
    """The effective outcome, if any, is no longer in force. It stays readable."""
    require_act()
    if case.outcome_id is not None:
        Outcome.objects.filter(pk=case.outcome_id, superseded_at__isnull=True).update(superseded_at=now)
        case.outcome = None


def effective(case_id: int) -> Outcome | None:
    return Outcome.objects.filter(case_id=case_id, superseded_at__isnull=True).first()
