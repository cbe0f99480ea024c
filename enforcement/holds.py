"""While a case is open its order is not settled (P04, JD1§51). Knows who holds; the marketplace is told by a step."""

from __future__ import annotations

from datetime import datetime

from common.acts import require_act
from disputes.models import Case
from enforcement.models import Execution, Hold, Postponed, Step
from enforcement.plan import Pot, Purpose


def place(case: Case, *, now: datetime) -> Hold:
    """The order is held for this case, and the marketplace is to be told. Holds the lock of the case; once a case."""
    require_act()
    standing = Hold.objects.filter(case=case, lifted_at__isnull=True).first()
    if standing is not None:
        return standing
    hold = Hold.objects.create(case=case, order_id=case.order_id, placed_at=now)
    _tell(case, Execution.HOLD, Purpose.HOLD, now=now)
    return hold


def release(case: Case, *, now: datetime) -> None:
    """This case no longer holds the order. Nothing happens if it does not."""
    require_act()
    if not Hold.objects.filter(case=case, lifted_at__isnull=True).update(lifted_at=now):
        return
    held = Postponed.objects.filter(movement__order_id=case.order_id, reason="held")
    held.update(retry_at=now)
    if untold := Step.objects.filter(execution__case=case, purpose=Purpose.HOLD.value, state=Step.PENDING).first():
        # The marketplace never heard of the hold, so it need not hear of its end.
        Step.objects.filter(pk=untold.pk).update(state=Step.CANCELLED, next_attempt_at=None)
        return
    _tell(case, Execution.LIFT, Purpose.LIFT, now=now)


def is_held(order_id: int) -> bool:
    return Hold.objects.filter(order_id=order_id, lifted_at__isnull=True).exists()


def _tell(case: Case, what: str, purpose: Purpose, *, now: datetime) -> None:
    execution, made = Execution.objects.get_or_create(
        case=case,
        purpose=what,
        round=case.round,
        defaults={"state": Execution.RUNNING, "started_at": now},
    )
    if made:
        Step.objects.create(
            execution=execution,
            order=1,
            key=f"{case.number}-{case.round}-{what}-1",
            purpose=purpose.value,
            source=Pot.SETTLEMENT.value,
            target=Pot.SETTLEMENT.value,
            amount=0,
            currency=case.currency,
            next_attempt_at=now,
        )
