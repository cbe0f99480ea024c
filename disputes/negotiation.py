"""From the refund request to an agreement, a refusal or a return: the two sides among themselves, under the clock."""

from __future__ import annotations

import re
import unicodedata
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction

from common import ids
from common.actor import Actor, Role
from common.acts import act, require_act
from common.errors import Missing, Refused
from disputes import access, amounts, consents, deadlines, eligibility, moves, parcels, queries, remaining, statements
from disputes.lifecycle import Event, Kind, State
from disputes.models import LIVE_STATES, Case, CaseFile
from disputes.moves import Arm
from disputes.timers import DUTIES
from disputes.transitions import advance
from evidence import dossiers, record_pictures
from journal import book
from journal.kinds import Kind as Entry
from marketplace import snapshots
from marketplace.models import Order, OrderLine
from rulebook import queries as rulebook
from rulebook.rules import Rules
from rulebook.schema import Since

ORDER_STATES: dict[Kind, tuple[str, ...]] = {
    Kind.UNSHIPPED: ("PAID_UNSHIPPED",),
    Kind.IN_TRANSIT: ("SHIPPED",),
    Kind.REFUND_ONLY: ("SIGNED", "COMPLETED"),
    Kind.RETURN_REFUND: ("SIGNED", "COMPLETED"),
}
RETURN = "R3"  # refund after the goods are back
_TRACKING = re.compile(r"[A-Za-z0-9]{8,24}")
_BETWEEN = re.compile(r"[\s\-‐-―]+")  # how people and labels group the digits of a number


def kinds_for(order_state: str) -> list[Kind]:
    """Which refund kinds an order in this state may ask for."""
    return [kind for kind, states in ORDER_STATES.items() if order_state in states]


def may_return(rules: Rules, type_code: str) -> bool:
    """Whether what is in dispute can be sent back at all: what never came cannot."""
    return RETURN in rules.type(type_code).remedies


def unfit(rules: Rules, type_code: str, line_id: int, order: Order) -> str:
    """Why this kind of dispute cannot be claimed of this line of the order now; empty where it can. One query at most."""
    kind = rules.type(type_code)
    known = parcels.known_of(line_id, order) if kind.parcel is not None else ()
    return eligibility.unfit(kind, order.state, known)


def _needs_goods(rules: Rules, type_code: str, kind: Kind) -> None:
    if kind is Kind.RETURN_REFUND and not may_return(rules, type_code):
        raise Refused("return_not_for_type")


@act
def open_refund(
    line_id: int,
    *,
    kind: Kind,
    type_code: str,
    amount: int,
    text: str,
    exception: str = "",
    actor: Actor,
    now: datetime,
) -> Case:
    """The buyer has asked the merchant for a refund; the merchant's clock runs (T01–T06).

    ``amount`` in minor units, at most what was paid for the line and has not come back (`remaining`). ``exception``:
    which of the type's exceptions still admits it after the window (clause 1.4); whether it holds is looked at when the
    platform is asked. What the marketplace knows now is frozen onto the case, and both rule sets are pinned: substance as
    in force when the order was paid, procedure as of now.
    """
    require_act()
    try:
        line = OrderLine.objects.select_related("order").get(pk=line_id)
    except OrderLine.DoesNotExist:
        raise Missing from None
    order = line.order
    if actor.role is not Role.BUYER or order.buyer_id != actor.id:
        raise Missing
    if order.state not in ORDER_STATES[kind]:
        raise Refused("order_not_eligible", order_state=order.state, kind=kind.value)
    if order.paid_at is None:
        raise Refused("order_not_eligible", order_state=order.state, kind=kind.value)
    profile = rulebook.default_profile()
    substance = rulebook.in_force(profile, order.paid_at)
    procedure = rulebook.in_force(profile, now)
    rules = rulebook.rules(substance.pk)
    if type_code not in rules.types:
        raise Refused("type_unknown", type_code=type_code)
    if why := unfit(rules, type_code, line.pk, order):
        raise Refused(why, order_state=order.state, type_code=type_code)
    _needs_goods(rules, type_code, kind)
    late = is_late(rules, type_code, order, now)
    exceptions = rules.type(type_code).window.exceptions
    if late is not None and exception not in exceptions:
        raise Refused("out_of_window", ended_at=late.isoformat(), exceptions=list(exceptions))
    if Case.objects.filter(line=line, state__in=LIVE_STATES).exists():
        raise Refused("live_case_exists")
    left = remaining.of_one(line)
    if not left:
        raise Refused("nothing_left_to_refund")
    if not 0 < amount <= left:
        raise Refused("amount_out_of_range", highest=left, price=line.paid, currency=order.currency)
    body = snapshots.freeze(line.pk)
    returns = kind is Kind.RETURN_REFUND
    duty = DUTIES[State.AWAITING_MERCHANT]
    try:
        with transaction.atomic():
            case = Case.objects.create(
                number=ids.case_number(now),
                stream=book.open_stream(),
                dossier=dossiers.open_dossier(now),
                order=order,
                line=line,
                buyer_id=order.buyer_id,
                merchant_id=order.merchant_id,
                state=State.AWAITING_MERCHANT.value,
                state_since=now,
                awaits="merchant",
                kind=kind.value,
                type_code=type_code,
                title=line.title[:200],
                currency=order.currency,
                paid=left,
                claimed=amount,
                remedy=RETURN if returns else "R1",
                returns=returns,
                substance_rules=substance,
                procedure_rules=procedure,
                opened_at=now,
            )
    except IntegrityError:
        raise Refused("live_case_exists") from None
    CaseFile.objects.create(case=case, round=0, body=body, digest=body["digest"], frozen_at=now)
    record_pictures.want(snapshots.images(body), now=now)
    statement = statements.add(case, "request", text, actor=actor, now=now, required=True)
    facts = moves.facts_of(case, actor, now)
    armed = deadlines.arm(case, Arm(duty.name, duty.step(facts), duty.awaits(facts)), now=now)
    case.due_at = armed.due_at
    case.save(update_fields=["due_at"])
    book.record(
        case.stream_id,
        Entry.REFUND_REQUESTED,
        data={
            "kind": kind.value,
            "type": type_code,
            "amount": amount,
            "currency": order.currency,
            "file": body["digest"],
            "substance": substance.pk,
            "procedure": procedure.pk,
            **({"exception": exception} if late is not None else {}),
            **statements.ref(statement),
        },
        actor=actor,
        now=now,
    )
    return case


def window_ends_at(rules: Rules, type_code: str, order: Order) -> datetime | None:
    """When the filing window of this type ends (T11); ``None`` while what it counts from has not happened.

    Windows that count from a refusal are the negotiation's own clocks (``buyer_reply``): nothing ends them here.
    """
    window = rules.type(type_code).window
    since = {Since.COMPLETED: order.completed_at, Since.SIGNED: order.signed_at}
    return window.ends_at(since.get(window.since))


def is_late(rules: Rules, type_code: str, order: Order, now: datetime) -> datetime | None:
    """When the time to ask for this ended; ``None`` while it has not."""
    ends_at = window_ends_at(rules, type_code, order)
    return ends_at if ends_at is not None and now >= ends_at else None


@act
def revise(
    case_id: int, *, kind: Kind, amount: int, text: str, actor: Actor, now: datetime, seen: int | None = None
) -> Case:
    """The buyer has changed the request after a refusal, or says more to it; it is the merchant's turn again.

    Raises `Refused`: ``nothing_changed``, and what `open_refund` says of sums and goods.
    """
    case = queries.lock(case_id, seen=seen)
    access.require_party(case, actor)
    if case.order.state not in ORDER_STATES[kind]:
        raise Refused("order_not_eligible", order_state=case.order.state, kind=kind.value)
    amounts.require_within(case, amount)
    if case.intervened_at is not None:
        raise Refused("already_in_intervention")
    _needs_goods(rulebook.rules(case.substance_rules_id), case.type_code, kind)
    if (kind.value, amount) == (case.kind, case.claimed) and not text.strip():
        raise Refused("nothing_changed")  # the merchant would have to answer the same thing again
    statement = statements.add(case, "request", text, actor=actor, now=now)
    returns = kind is Kind.RETURN_REFUND
    changes = {"kind": kind.value, "claimed": amount, "returns": returns, "remedy": RETURN if returns else "R1"}
    data = {"kind": kind.value, "amount": amount, "currency": case.currency, **statements.ref(statement)}
    return advance(case, Event.REQUEST_REVISED, actor=actor, now=now, changes=changes, data=data)


@act
def agree_refund(case_id: int, *, actor: Actor, now: datetime, seen: int | None = None) -> Case:
    """The merchant pays what was asked, without a return. The outcome is recorded and goes to execution."""
    case = queries.lock(case_id, seen=seen)
    access.require_party(case, actor)
    consents.require_second(case, actor, Event.REFUND_AGREED, case.claimed, now=now)
    facts = moves.facts_of(case, actor, now, within_limit=_within_limit(actor, case.claimed))
    return advance(case, Event.REFUND_AGREED, actor=actor, now=now, facts=facts)


@act
def agree_return(case_id: int, *, actor: Actor, now: datetime, seen: int | None = None) -> Case:
    """The merchant takes the goods back; the buyer has the term of T08 to send them."""
    case = queries.lock(case_id, seen=seen)
    access.require_party(case, actor)
    consents.require_second(case, actor, Event.RETURN_AGREED, case.claimed, now=now)
    facts = moves.facts_of(case, actor, now, within_limit=_within_limit(actor, case.claimed))
    return advance(case, Event.RETURN_AGREED, actor=actor, now=now, facts=facts)


@act
def refuse(case_id: int, *, text: str, actor: Actor, now: datetime, seen: int | None = None) -> Case:
    """The merchant has refused, with a reason; the buyer may change the request or ask the platform to step in."""
    case = queries.lock(case_id, seen=seen)
    access.require_party(case, actor)
    statement = statements.add(case, "refusal", text, actor=actor, now=now, required=True)
    return advance(case, Event.REFUND_REFUSED, actor=actor, now=now, data=statements.ref(statement))


@act
def ship_return(
    case_id: int, *, carrier: str, tracking: str, actor: Actor, now: datetime, seen: int | None = None
) -> Case:
    """The goods are on their way back. The number goes to the merchant at once, as a statement, not into the journal."""
    case = queries.lock(case_id, seen=seen)
    access.require_party(case, actor)
    tracking = _BETWEEN.sub("", unicodedata.normalize("NFKC", tracking))
    if not _TRACKING.fullmatch(tracking):
        raise Refused("tracking_number_unreadable")
    text = f"{carrier.strip()[:40]} {tracking}".strip()
    statement = statements.add(case, "return_tracking", text, actor=actor, now=now, required=True)
    return advance(case, Event.RETURN_SHIPPED, actor=actor, now=now, data=statements.ref(statement))


@act
def accept_return(case_id: int, *, actor: Actor, now: datetime, seen: int | None = None) -> Case:
    """The goods are back and in order; the refund is executed."""
    case = queries.lock(case_id, seen=seen)
    access.require_party(case, actor)
    return advance(case, Event.RETURN_ACCEPTED, actor=actor, now=now)


@act
def refuse_return(case_id: int, *, text: str, actor: Actor, now: datetime, seen: int | None = None) -> Case:
    """The merchant says that what came back is not what was sent; the platform may be asked to step in."""
    case = queries.lock(case_id, seen=seen)
    access.require_party(case, actor)
    statement = statements.add(case, "return_refusal", text, actor=actor, now=now, required=True)
    return advance(case, Event.RETURN_REFUSED, actor=actor, now=now, data=statements.ref(statement))


@act
def withdraw(case_id: int, *, actor: Actor, now: datetime, seen: int | None = None) -> Case:
    """Whoever claims has taken it back. Money that was held goes on its ordinary way."""
    case = queries.lock(case_id, seen=seen)
    access.require_party(case, actor)
    return advance(case, Event.WITHDRAWN, actor=actor, now=now)


def _within_limit(actor: Actor, amount: int) -> bool:
    return actor.limit is None or amount <= actor.limit


def situation(
    case: Case,
    now: datetime,
    *,
    messages: int | None = None,
    type_code: str = "",
    exception: str = "",
    by: Role = Role.BUYER,
) -> eligibility.Situation:
    """What the eligibility checks look at. ``messages``: how many the two exchanged, if that is known already.

    ``type_code``: what is claimed; empty while that is not said, and then what the merchant was asked for counts. The
    window, and what a kind of dispute asks of the order, bind the buyer alone.
    """
    rules = rulebook.rules(case.substance_rules_id)
    procedure = rulebook.rules(case.procedure_rules_id)
    order = case.order
    if messages is None:
        messages = snapshots.message_count(case.line_id)
    kind = rules.type(type_code if type_code in rules.types else case.type_code)
    refused = case.refusals_so_far > 0 and case.state in (State.AWAITING_BUYER.value, State.RETURN_IN_TRANSIT.value)
    silent = case.state == State.AWAITING_BUYER.value and case.refusals_so_far == 0
    # What was ordered in kind was done on the merchant's word: that it was not would be a new fact.
    decided = (
        Case.objects.filter(line_id=case.line_id, outcome__source__in=["ruled", "appealed", "forced"])
        .filter(outcome__substitute=0)
        .exclude(pk=case.pk)
        .exists()
    )
    ends_at = window_ends_at(rules, kind.code, order) if by is Role.BUYER else None
    return eligibility.Situation(
        state=State(case.state),
        order_state=order.state,
        opened_at=case.opened_at,
        now=now,
        opens_after=timedelta(hours=procedure.step("intervention_opens").duration.amount),
        refused=refused,
        silent=silent,
        messages=messages or _talk(case),
        completed_at=order.completed_at,
        window_ends_at=ends_at,
        exceptions=kind.window.exceptions,
        exception=exception,
        decided_before=decided,
        unfit=unfit(rules, type_code, case.line_id, order) if type_code in rules.types and by is Role.BUYER else None,
    )


def _talk(case: Case) -> int:
    """What the sides said to each other in the case itself: an answer counts, the request alone is no negotiation."""
    return case.statements.exclude(side="platform").exclude(kind="request").count()
