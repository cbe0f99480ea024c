"""From what the marketplace says has moved to postings. Knows which accounts a kind of movement means.

What the court itself told the marketplace to move is booked by the court's own step. The marketplace names that step's key
when it reports the money, and then nothing is booked again. A refund without a key is booked as it was told, always: no
likeness of sums or dates is taken for sameness. If its order stands before the court, people are asked (`Report`).
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import F, Q

from common.actor import Actor, Role
from common.acts import act
from common.errors import Missing, Refused
from disputes import queries
from disputes.models import Case
from enforcement.holds import is_held
from enforcement.models import Postponed, Report, Step
from enforcement.plan import Pot, Purpose
from journal import book as journal
from journal.kinds import Kind
from ledger import book, keys
from marketplace.models import Movement

BATCH = 100
REFUNDS: dict[Movement.Kind, Pot] = {
    Movement.Kind.REFUND_FROM_ESCROW: Pot.ESCROW,
    Movement.Kind.REFUND_FROM_SETTLEMENT: Pot.SETTLEMENT,
    Movement.Kind.REFUND_FROM_DEPOSIT: Pot.DEPOSIT,
}
TO_BUYER = (Purpose.REFUND, Purpose.FREIGHT, Purpose.COLLECT)
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
        reason = _instructed(movement) if movement.instruction else _post(movement)
        if not movement.instruction and movement.kind in REFUNDS:
            _ask_people(movement, now=now)
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


def _instructed(movement: Movement) -> str:
    """Nothing is booked for what a step of ours has booked. The reason why the two do not fit, or nothing."""
    step = Step.objects.filter(key=movement.instruction).select_related("execution__case").first()
    if step is None:
        return "instruction_unknown"
    if not fits(movement, step):
        return "instruction_differs"
    if step.state in (Step.REFUSED, Step.CANCELLED):
        return "instruction_was_refused"
    # What was told and not answered yet is asked again under its key; until then nobody knows more than this report.
    return "" if step.state == Step.DONE else "instruction_under_way"


def fits(movement: Movement, step: Step) -> bool:
    """Whether the report speaks of this step: the same money, the same order or shop, the same way."""
    case = step.execution.case
    whose = movement.order_id == case.order_id if movement.order_id else movement.merchant_id == case.merchant_id
    if not whose or movement.currency != step.currency or abs(movement.amount) != step.amount:
        return False
    purpose, source = Purpose(step.purpose), Pot(step.source)
    match movement.kind:
        case Movement.Kind.SETTLEMENT:
            return purpose is Purpose.RELEASE
        case Movement.Kind.DEPOSIT if movement.amount > 0:
            return purpose in (Purpose.RESTORE, Purpose.COMPENSATE) and step.target == Pot.DEPOSIT
        case Movement.Kind.DEPOSIT:
            return source is Pot.DEPOSIT and purpose in (*TO_BUYER, Purpose.REPAY)
        case _:
            return purpose in TO_BUYER and source is REFUNDS.get(Movement.Kind(movement.kind))


def _ask_people(movement: Movement, *, now: datetime) -> None:
    """A refund without our key on an order of ours: the newest case hears of it, an open one before a closed one."""
    if movement.order_id is None:
        return
    cases = Case.objects.filter(order_id=movement.order_id).order_by(F("closed_at").desc(nulls_first=True), "-id")
    case_id = cases.values_list("pk", flat=True).first()
    if case_id is not None:
        Report.objects.get_or_create(movement=movement, defaults={"case_id": case_id, "since": now})


def untold(limit: int) -> list[int]:
    """Reports of which their case's record knows nothing yet, oldest first."""
    waiting = Report.objects.filter(told_at__isnull=True).order_by("movement_id")
    return list(waiting.values_list("movement_id", flat=True)[:limit])


@act
def tell(report_id: int, *, now: datetime) -> None:
    """The case's record says that the marketplace reported a refund. By itself: a batch of movements locks no cases."""
    report = Report.objects.select_related("movement").get(pk=report_id)
    case = queries.lock(report.case_id)
    if not Report.objects.filter(pk=report_id, told_at__isnull=True).update(told_at=now):
        return
    movement = report.movement
    journal.record(
        case.stream_id,
        Kind.REFUND_REPORTED,
        data={"amount": movement.amount, "currency": movement.currency, "movement": movement.pk},
        actor=Actor.system(),
        now=now,
    )


@act
def settle(report_id: int, *, verdict: str, reason: str, actor: Actor, now: datetime) -> Report:
    """Ops have looked: the refund is another one, or one of our own payments told again, whose second booking is undone.

    Raises ``Refused``: ``not_for_this_role``, ``movement_verdict_unknown``, ``text_missing``, ``already_settled``.
    """
    if actor.role is not Role.OPS:
        raise Refused("not_for_this_role")
    if verdict not in (Report.SEPARATE, Report.OURS):
        raise Refused("movement_verdict_unknown")
    if not reason.strip():
        raise Refused("text_missing", field="reason")
    found = Report.objects.select_for_update(of=("self",)).filter(pk=report_id).first()
    if found is None:
        raise Missing
    if found.verdict:
        raise Refused("already_settled")
    movement = Movement.objects.select_for_update(of=("self",)).get(pk=report_id)
    if verdict == Report.OURS:
        if movement.posted_at is not None:
            book.reverse(f"movement:{movement.key}", at=now)
        else:
            Movement.objects.filter(pk=movement.pk).update(posted_at=now)
            Postponed.objects.filter(pk=movement.pk).delete()
    found.verdict, found.reason = verdict, reason.strip()[:500]
    found.settled_by_id, found.settled_at = actor.id, now
    found.save()
    return found


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
