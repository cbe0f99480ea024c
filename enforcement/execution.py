"""Carrying out an outcome: set money apart, tell the marketplace, write down what it answered, go on to the next rung.

A step is told to the marketplace under one key for ever. Between setting apart and writing down no transaction is open;
whatever dies in between is asked again under the same key, and the marketplace pays once.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from accounts.models import Identity
from common.actor import Actor, Role, Side
from common.acts import act, outside_act, require_act
from common.errors import Refused
from disputes import queries
from disputes.awards import BY_THE_FUND, Award, Payer, Source
from disputes.lifecycle import Event, State
from disputes.models import Case, Outcome
from disputes.transitions import advance
from enforcement import entries, holds, plan, reversals, setbacks
from enforcement.entries import Books
from enforcement.marks import mark
from enforcement.models import Execution, Proposal, Step
from enforcement.plan import Draft, Funds, Pot, Purpose
from journal import book as journal
from journal.kinds import Kind
from ledger import book, keys
from marketplace import gateway
from marketplace.gateway import Answer, Instruction, Result
from marketplace.models import Order

# Whoever tells the marketplace has this long to write down its answer before somebody else asks again.
LEASE = timedelta(minutes=2)
BACK_OFF = (
    timedelta(minutes=1),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=12),
    timedelta(hours=24),
)
# What the marketplace refuses of these is refused for good: there is no lower rung.
LAST_RESORT = (Purpose.RELEASE, Purpose.RESTORE, Purpose.RECLAIM, Purpose.COMPENSATE)
GIVES_BACK = (Purpose.RESTORE, Purpose.COMPENSATE)
RECOVERS = (Purpose.COLLECT, Purpose.REPAY)
SHORT_OF_MONEY = "insufficient_funds"
SYSTEM = Actor.system()

_ASKED: dict[tuple[Purpose, Pot], gateway.Kind] = {
    (Purpose.RELEASE, Pot.ESCROW): gateway.Kind.RELEASE,
    (Purpose.REPAY, Pot.ESCROW): gateway.Kind.RECOVER_ESCROW,
    (Purpose.REPAY, Pot.SETTLEMENT): gateway.Kind.RECOVER_SETTLEMENT,
    (Purpose.REPAY, Pot.DEPOSIT): gateway.Kind.RECOVER_DEPOSIT,
    (Purpose.RECLAIM, Pot.BUYER): gateway.Kind.RECLAIM,
    (Purpose.HOLD, Pot.SETTLEMENT): gateway.Kind.HOLD_SETTLEMENT,
    (Purpose.LIFT, Pot.SETTLEMENT): gateway.Kind.LIFT_HOLD,
}
_PAYS_BUYER = {
    Pot.ESCROW: gateway.Kind.REFUND_TO_BUYER,
    Pot.SETTLEMENT: gateway.Kind.DEDUCT_SETTLEMENT,
    Pot.DEPOSIT: gateway.Kind.DEDUCT_DEPOSIT,
    Pot.ADVANCE: gateway.Kind.ADVANCE,
}


@dataclass(frozen=True, slots=True)
class Told:
    """What the marketplace is to be told, once the transaction that set the money apart has committed."""

    step_id: int
    instruction: Instruction


def start(case: Case, outcome: Outcome, *, now: datetime) -> Execution:
    """Begin to carry out ``outcome``: its steps are planned, what needs nobody outside is done at once.

    The caller holds the lock of the case. Asked twice in one round, the second time changes nothing. Raises
    ``Refused("not_executable")`` as long as the case may still be appealed (H13).
    """
    require_act()
    already = Execution.objects.filter(case=case, purpose=Execution.SETTLEMENT, round=case.round).first()
    if already is not None:
        return already
    if case.executable_at is None or now < case.executable_at:
        raise Refused("not_executable", case=case.number)
    return _open(case, outcome, Execution.SETTLEMENT, now=now)


def start_advance(case: Case, outcome: Outcome, *, now: datetime) -> Execution:
    """Begin to pay out of the platform's own fund before the outcome is final. ``advances.approve`` says who may."""
    require_act()
    already = Execution.objects.filter(case=case, purpose=Execution.ADVANCE, round=case.round).first()
    return already or _open(case, outcome, Execution.ADVANCE, now=now)


def due_steps(now: datetime, limit: int) -> list[int]:
    """Ids of steps to attempt now, oldest first. Only a hint: ``attempt`` decides again under the lock."""
    due = Step.objects.filter(next_attempt_at__lte=now).order_by("next_attempt_at", "id")
    return list(due.values_list("id", flat=True)[:limit])


def attempt(step_id: int, *, now: datetime) -> Result | None:
    """Take one step as far as it goes: two acts with the marketplace between them. Harmless to repeat and to race.

    Returns what the marketplace answered, or ``None`` if there was nothing to tell it.
    """
    outside_act()
    told = set_apart(step_id, now=now)
    if told is None:
        return None
    answer = _tell(told.instruction)
    write_down(step_id, answer, now=now)
    return answer.result


@act
def set_apart(step_id: int, *, now: datetime) -> Told | None:
    """The money of a step is out of everybody's reach, and the step counts as told. ``None``: not now."""
    case, step = _lock(step_id)
    if step.next_attempt_at is None or now < step.next_attempt_at:
        return None
    if step.purpose == Purpose.LIFT and _open_steps(case, [Purpose.HOLD]):
        # A hold that arrives after its lifting would stay for ever.
        _put_off(step, "hold_under_way", now=now)
        return None
    if step.purpose == Purpose.RECLAIM and _open_steps(case, GIVES_BACK):
        # The buyer owes it once the merchant has been made whole, and not before.
        _put_off(step, "restore_under_way", now=now)
        return None
    if step.state == Step.PENDING:
        legs = entries.reserve(_books(case), Purpose(step.purpose), Pot(step.source), step.amount)
        try:
            if legs is not None:
                book.post(f"reserve:{step.key}", legs, reference=_reference(case), kind="reserve", at=now)
        except Refused as refusal:
            if refusal.code != SHORT_OF_MONEY:
                raise
            _fall_short(case, step, now=now)
            return None
        step.state, step.sent_at = Step.SENT, now
    step.attempts += 1
    step.next_attempt_at = now + LEASE
    step.save()
    return Told(step.pk, _instruction(case, step))


@act
def write_down(step_id: int, answer: Answer, *, now: datetime) -> Step:
    """What the marketplace answered has become true in the books. A second answer changes nothing."""
    case, step = _lock(step_id)
    if step.state not in (Step.SENT, Step.UNKNOWN):
        return step
    match answer.result:
        case Result.DONE:
            _carried_out(case, step, now=now)
        case Result.REFUSED:
            _was_refused(case, step, answer.code, now=now)
        case Result.UNKNOWN:
            first = step.state != Step.UNKNOWN
            step.state, step.last_error_code = Step.UNKNOWN, answer.code[:40]
            step.next_attempt_at = now + back_off(step.attempts)
            step.save()
            if first:
                _record(case, step, Kind.PAYMENT_UNKNOWN, now=now)
    return step


@act
def ask_again(step_id: int, *, now: datetime) -> None:
    """Ops have looked at it: a step that waits for its next try is tried with the next round, under its own key."""
    _, step = _lock(step_id)
    if step.state in (Step.PENDING, Step.UNKNOWN):
        step.next_attempt_at = now
        step.save(update_fields=["next_attempt_at"])


@act
def try_anew(step_id: int, *, actor: Actor, now: datetime) -> Step:
    """Ops have cleared why the marketplace refused: the same is asked once more, under a key of its own.

    Only what no other rung makes up for (`LAST_RESORT`), and never more than is still to be moved. Raises ``Refused``:
    ``not_for_this_role``, ``nothing_to_try_again``.
    """
    if actor.role is not Role.OPS:
        raise Refused("not_for_this_role")
    case, step = _lock(step_id)
    execution, purpose = step.execution, Purpose(step.purpose)
    later = execution.steps.filter(purpose=step.purpose, source=step.source, target=step.target, order__gt=step.order)
    if step.state != Step.REFUSED or purpose not in LAST_RESORT or later.exclude(state=Step.CANCELLED).exists():
        raise Refused("nothing_to_try_again")
    draft = draft_of(step)
    if purpose is Purpose.RELEASE:
        funds = funds_of(case)
        left = plan.rest(carried_out(case), funds.line, funds.escrow)
        if not left:
            raise Refused("nothing_to_try_again")
        draft = replace(draft, amount=min(draft.amount, left[0].amount))
    add_steps(case, execution, [draft], now=now)
    return execution.steps.order_by("-order")[0]


def back_off(attempts: int) -> timedelta:
    """How long to wait after the ``attempts``-th try brought no answer. The last wait repeats for ever."""
    return BACK_OFF[min(max(attempts, 1), len(BACK_OFF)) - 1]


def draft_of(step: Step) -> Draft:
    return Draft(Purpose(step.purpose), Pot(step.source), Pot(step.target), step.amount)


def carried_out(case: Case) -> list[Draft]:
    """The steps of the case that were carried out, in the order they were planned."""
    done = Step.objects.filter(execution__case=case, state=Step.DONE).order_by("execution_id", "order")
    return [draft_of(step) for step in done]


def award_of(outcome: Outcome) -> Award:
    return Award(
        source=Source(outcome.source),
        remedy=outcome.remedy,
        amount=outcome.amount,
        currency=outcome.currency,
        freight_amount=outcome.freight_amount,
        freight_payer=Payer(outcome.freight_payer),
    )


def funds_of(case: Case) -> Funds:
    """What this case may draw on now. Of the order's escrow that is its own line and the freight, not other lines."""
    order = Order.objects.only("freight").get(pk=case.order_id)
    return funds(case, order.freight, book.available(accounts_of(case).values()))


def accounts_of(case: Case) -> dict[Pot, str]:
    """The accounts that hold what this case may draw on."""
    return {pot: _books(case).account(pot) for pot in entries.MONEY}


def funds(case: Case, freight: int, room: Mapping[str, int]) -> Funds:
    """The same from what was read: ``freight`` of the order, ``room`` by account, as `ledger.book.available` says it."""
    names = accounts_of(case)
    left = {pot: max(0, room.get(name, 0)) for pot, name in names.items()}
    return Funds(
        escrow=min(left[Pot.ESCROW], case.paid + freight),
        settlement=left[Pot.SETTLEMENT],
        deposit=left[Pot.DEPOSIT],
        advance=left[Pot.ADVANCE],
        line=case.paid,
    )


def add_steps(case: Case, execution: Execution, drafts: Sequence[Draft], *, now: datetime) -> None:
    """Write further steps. What changes claims only is done at once; the rest is due now. Holds the case's lock."""
    require_act()
    place = Step.objects.filter(execution=execution).count()
    for draft in drafts:
        place += 1
        internal = entries.is_internal(draft.purpose, draft.source)
        step = Step.objects.create(
            execution=execution,
            order=place,
            key=f"{case.number}-{case.round}-{execution.purpose}-{place}",
            purpose=draft.purpose.value,
            source=draft.source.value,
            target=draft.target.value,
            amount=draft.amount,
            currency=case.currency,
            state=Step.SENT if internal else Step.PENDING,
            sent_at=now if internal else None,
            next_attempt_at=now,
        )
        if internal:
            _settle(case, step, now=now)


def _open(case: Case, outcome: Outcome, purpose: str, *, now: datetime) -> Execution:
    execution = Execution.objects.create(
        case=case,
        outcome=outcome,
        purpose=purpose,
        round=case.round,
        state=Execution.WAITING,
        started_at=now,
    )
    journal.record(
        case.stream_id,
        Kind.PAYMENT_STARTED,
        data={"execution": execution.pk, "purpose": purpose, "amount": outcome.amount, "currency": outcome.currency},
        actor=SYSTEM,
        now=now,
    )
    _go_on(case, execution, now=now)
    return execution


def _go_on(case: Case, execution: Execution, *, now: datetime) -> None:
    """Plan the steps, unless an earlier payment of this case is still under way: its end decides what is left to do."""
    payments = [Execution.ADVANCE, Execution.SETTLEMENT]
    earlier_ones = Execution.objects.filter(case=case, state=Execution.RUNNING, purpose__in=payments)
    for earlier in earlier_ones.exclude(pk=execution.pk):
        earlier.steps.filter(state=Step.PENDING).update(state=Step.CANCELLED, next_attempt_at=None)
        if earlier.steps.filter(state__in=Step.OPEN).exists():
            return
        _close(earlier, now=now)
    assert execution.outcome is not None
    award, funds = award_of(execution.outcome), funds_of(case)
    if execution.purpose == Execution.ADVANCE:
        agreed = Proposal.objects.get(outcome=execution.outcome, state=Proposal.APPROVED)
        planned = plan.advance(award, replace(funds, advance=min(funds.advance, agreed.amount)))
    elif case.claimant == Side.MERCHANT.value:
        planned = plan.reverse(reversals.borne(case), award.amount, by_the_fund=award.remedy in BY_THE_FUND)
    else:
        planned = plan.restore(carried_out(case), award, funds)
    execution.state = Execution.RUNNING
    execution.save(update_fields=["state"])
    add_steps(case, execution, planned.steps, now=now)
    _finish(case, execution, now=now)


def _carried_out(case: Case, step: Step, *, now: datetime) -> None:
    _settle(case, step, now=now)
    if step.purpose in RECOVERS:
        setbacks.drawn(case)
    if step.purpose in GIVES_BACK:
        waiting = step.execution.steps.filter(purpose=Purpose.RECLAIM.value, state=Step.PENDING)
        waiting.update(next_attempt_at=now)
    _record(case, step, Kind.PAYMENT_DONE, now=now)
    _finish(case, step.execution, now=now)


def _settle(case: Case, step: Step, *, now: datetime) -> None:
    legs = entries.settle(_books(case), Purpose(step.purpose), Pot(step.source), Pot(step.target), step.amount)
    if legs is not None:
        book.post(f"settle:{step.key}", legs, reference=_reference(case), kind=step.purpose, at=now)
    step.state, step.done_at, step.next_attempt_at, step.last_error_code = Step.DONE, now, None, ""
    step.save()


def _was_refused(case: Case, step: Step, code: str, *, now: datetime) -> None:
    if entries.reserve(_books(case), Purpose(step.purpose), Pot(step.source), step.amount) is not None:
        book.reverse(f"reserve:{step.key}", at=now)
    step.state, step.last_error_code, step.next_attempt_at = Step.REFUSED, code[:40], None
    step.save()
    _record(case, step, Kind.PAYMENT_REFUSED, now=now)
    _next_rung(case, step, now=now)
    if step.purpose in RECOVERS and not _open_steps(case, RECOVERS):
        setbacks.refused(case, code, now=now)
    _finish(case, step.execution, now=now)


def _fall_short(case: Case, step: Step, *, now: datetime) -> None:
    """The money was there when the step was planned and is gone now; nobody outside has been told anything."""
    if step.purpose in GIVES_BACK:
        # The merchant is made whole whenever the platform's fund allows: no lower rung exists.
        _put_off(step, SHORT_OF_MONEY, now=now)
        return
    step.state, step.last_error_code, step.next_attempt_at = Step.REFUSED, SHORT_OF_MONEY, None
    step.attempts += 1
    step.save()
    _next_rung(case, step, now=now)
    _finish(case, step.execution, now=now)


def _next_rung(case: Case, step: Step, *, now: datetime) -> None:
    """What a step did not bring is drawn elsewhere: never again where the marketplace refused it."""
    execution, purpose = step.execution, Purpose(step.purpose)
    funds = funds_of(case)
    pots = {pot: funds.of(pot) for pot in plan.LADDER}
    for waiting in execution.steps.filter(state=Step.PENDING):
        if Pot(waiting.source) in pots:
            pots[Pot(waiting.source)] = max(0, pots[Pot(waiting.source)] - waiting.amount)
    if purpose in plan.RUNGS:
        refused = execution.steps.filter(state=Step.REFUSED).exclude(last_error_code=SHORT_OF_MONEY)
        without = [Pot(source) for source in refused.values_list("source", flat=True)]
        if execution.purpose == Execution.ADVANCE:
            without += [pot for pot in plan.LADDER if pot is not Pot.ADVANCE]
        add_steps(case, execution, plan.draw(purpose, step.amount, pots, without=without), now=now)
    elif purpose is Purpose.RELEASE and step.last_error_code == SHORT_OF_MONEY:
        left = min(step.amount, pots[Pot.ESCROW])
        if left:
            add_steps(case, execution, [Draft(purpose, Pot.ESCROW, Pot.SETTLEMENT, left)], now=now)


def _put_off(step: Step, code: str, *, now: datetime) -> None:
    step.attempts += 1
    step.last_error_code = code
    step.next_attempt_at = now + back_off(step.attempts)
    step.save()


def _finish(case: Case, execution: Execution, *, now: datetime) -> None:
    """With the last step the execution is done, and with the settlement the case is closed."""
    if execution.state != Execution.RUNNING or execution.steps.filter(state__in=Step.OPEN).exists():
        return
    if execution.purpose == Execution.SETTLEMENT and _release_rest(case, execution, now=now):
        return
    _close(execution, now=now)
    if execution.purpose == Execution.SETTLEMENT:
        owed = -book.balance(keys.due(case.pk, case.currency))
        execution.shortfall = owed
        execution.save(update_fields=["shortfall"])
        mark(case, now=now)
        holds.release(case, now=now)
        if case.state == State.ENFORCING:
            data = {"execution": execution.pk, "shortfall": owed, "currency": case.currency}
            advance(case, Event.EXECUTION_FINISHED, actor=SYSTEM, now=now, data=data)
    waiting = Execution.objects.filter(case=case, state=Execution.WAITING).order_by("id").first()
    if waiting is not None:
        _go_on(case, waiting, now=now)


def _release_rest(case: Case, execution: Execution, *, now: datetime) -> bool:
    """Escrow that the marketplace would not pay from was made up for elsewhere: it is the merchant's, who may owe more."""
    if case.claimant == Side.MERCHANT.value:
        return False  # the payment was distributed by the case that the claim is about
    if execution.steps.filter(purpose=Purpose.RELEASE.value, state=Step.REFUSED).exists():
        return False
    funds = funds_of(case)
    left = plan.rest(carried_out(case), funds.line, funds.escrow)
    add_steps(case, execution, left, now=now)
    return bool(left)


def _close(execution: Execution, *, now: datetime) -> None:
    execution.state, execution.finished_at = Execution.DONE, now
    execution.save(update_fields=["state", "finished_at"])


def _lock(step_id: int) -> tuple[Case, Step]:
    case_id = Step.objects.values_list("execution__case_id", flat=True).get(pk=step_id)
    case = queries.lock(case_id)
    step = Step.objects.select_for_update(of=("self",)).select_related("execution").get(pk=step_id)
    return case, step


def _open_steps(case: Case, purposes: Iterable[Purpose]) -> bool:
    named = [purpose.value for purpose in purposes]
    return Step.objects.filter(execution__case=case, purpose__in=named, state__in=Step.OPEN).exists()


def _tell(instruction: Instruction) -> Answer:
    """Whatever goes wrong on the way is not knowing: only the marketplace can say that it did not pay."""
    outside_act()
    try:
        return gateway.current().carry_out(instruction)
    except Exception as error:
        return Answer.unknown(type(error).__name__.lower()[:40])


def _instruction(case: Case, step: Step) -> Instruction:
    """The same for every attempt, to the byte: a key that comes with other words is refused."""
    order = Order.objects.only("external_id", "source").get(pk=case.order_id)
    known_as = Identity.objects.filter(source=order.source, merchant_id=case.merchant_id).order_by("id").first()
    return Instruction(
        key=step.key,
        kind=_kind(step),
        order=order.external_id,
        merchant=known_as.external_id if known_as else case.merchant.public_id,
        amount=step.amount or case.paid,
        currency=step.currency,
        reason=case.number,
    )


def _kind(step: Step) -> gateway.Kind:
    purpose, source = Purpose(step.purpose), Pot(step.source)
    if purpose in (Purpose.REFUND, Purpose.FREIGHT, Purpose.COLLECT):
        return _PAYS_BUYER[source]
    if purpose in GIVES_BACK:
        to_deposit = step.target == Pot.DEPOSIT
        return gateway.Kind.RESTORE_DEPOSIT if to_deposit else gateway.Kind.RESTORE_SETTLEMENT
    return _ASKED[purpose, source]


def _books(case: Case) -> Books:
    return Books(case.pk, case.order_id, case.merchant_id, case.currency)


def _reference(case: Case) -> str:
    return f"case:{case.pk}"


def _record(case: Case, step: Step, kind: Kind, *, now: datetime) -> None:
    if step.purpose in (Purpose.HOLD, Purpose.LIFT):
        return
    data: dict[str, str | int] = {
        "step": step.key,
        "purpose": step.purpose,
        "source": step.source,
        "target": step.target,
        "amount": step.amount,
        "currency": step.currency,
    }
    if step.last_error_code:
        data |= {"code": step.last_error_code}
    journal.record(case.stream_id, kind, data=data, actor=SYSTEM, now=now)
