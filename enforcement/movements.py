"""From what the marketplace says has moved to postings. Knows which accounts a kind of movement means."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import Q

from common.acts import act
from common.errors import Refused
from enforcement.holds import is_held
from enforcement.models import Postponed
from ledger import book, keys
from marketplace.models import Movement

BATCH = 100
RETRY = (timedelta(minutes=5), timedelta(hours=1), timedelta(hours=6), timedelta(hours=24))


def post_due(limit: int, *, now: datetime) -> int:
    """Post up to ``limit`` waiting movements, oldest first. Returns how many were posted or put off."""
    done = 0
    while done < limit:
        batch = _post_batch(min(BATCH, limit - done), now=now)
        done += batch
        if batch == 0:
            break
    return done


@act
def _post_batch(size: int, *, now: datetime) -> int:
    """Each movement is posted once, in the transaction that says so; what cannot be posted now says why and when next."""
    ready = Q(postponed__isnull=True) | Q(postponed__retry_at__lte=now)
    rows = (
        Movement.objects.filter(ready, posted_at__isnull=True)
        .order_by("id")
        .select_for_update(skip_locked=True, of=("self",))
        .select_related("order", "postponed")[:size]
    )
    movements = list(rows)
    for movement in movements:
        reason = _post(movement)
        if reason:
            _postpone(movement, reason, now=now)
        else:
            Movement.objects.filter(pk=movement.pk).update(posted_at=now)
            Postponed.objects.filter(pk=movement.pk).delete()
    return len(movements)


def _post(movement: Movement) -> str:
    """The reason why not, or nothing."""
    if movement.kind == Movement.Kind.SETTLEMENT and movement.order_id and is_held(movement.order_id):
        return "held"
    try:
        book.post(
            f"movement:{movement.key}",
            legs(movement),
            reference=f"order:{movement.order_id}" if movement.order_id else f"merchant:{movement.merchant_id}",
            kind=movement.kind,
            at=movement.at,
        )
    except Refused as refusal:
        return refusal.code
    return ""


def legs(movement: Movement) -> dict[str, int]:
    """What the movement does to which accounts. ``amount`` above zero flows as the kind says, below zero back."""
    currency, amount = movement.currency, movement.amount
    outside = keys.outside(currency)
    merchant_id = movement.merchant_id or (movement.order.merchant_id if movement.order else 0)
    escrow = keys.escrow(movement.order_id or 0, currency)
    settlement = keys.settlement(merchant_id, currency)
    deposit = keys.deposit(merchant_id, currency)
    match movement.kind:
        case Movement.Kind.PAYMENT:
            return {outside: -amount, escrow: amount}
        case Movement.Kind.SETTLEMENT:
            return {escrow: -amount, settlement: amount}
        case Movement.Kind.DEPOSIT:
            return {outside: -amount, deposit: amount}
        case Movement.Kind.REFUND_FROM_ESCROW:
            return {escrow: -amount, outside: amount}
        case Movement.Kind.REFUND_FROM_SETTLEMENT:
            return {settlement: -amount, outside: amount}
        case Movement.Kind.REFUND_FROM_DEPOSIT:
            return {deposit: -amount, outside: amount}
        case _:
            raise ValueError(movement.kind)


def _postpone(movement: Movement, reason: str, *, now: datetime) -> None:
    earlier = Postponed.objects.filter(pk=movement.pk).first()
    tries = earlier.tries + 1 if earlier else 1
    Postponed.objects.update_or_create(
        movement=movement,
        defaults={
            "reason": reason[:40],
            "since": earlier.since if earlier else now,
            "tries": tries,
            "retry_at": now + RETRY[min(tries, len(RETRY)) - 1],
        },
    )
