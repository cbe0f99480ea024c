"""What was paid out to a buyer and may still be contested by the merchant, with every condition on its record. Reads only.

A payout is money that a closed case gave the buyer, or that the marketplace gave back by itself. While a case can still be
appealed nothing has been paid out: a claim is no second appeal.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Max, Q, QuerySet

from common import digest
from disputes import parcels
from disputes.awards import Source
from disputes.lifecycle import State
from disputes.models import LIVE_STATES, Case, Contested
from disputes.models.contested import REASONS, SWAPPED, WRONG_FINDING
from ledger import book, keys
from ledger.models import Posting
from marketplace.models import ExternalRefund, OrderLine
from rulebook import queries as rulebook
from rulebook.schema import Parcel, Window

TYPE = "MERCHANT_CLAIM"
NOTHING_PAID, NOT_FINAL, NOT_WHOLE = "nothing_was_paid_out", "payout_not_final", "payout_not_whole"
OVER, CLAIMED, LIVE = "claim_window_over", "payout_claimed_before", "live_case_exists"
# What the platform decided itself; everything else the shop or the marketplace gave.
DECIDED = frozenset({Source.RULED.value, Source.APPEALED.value, Source.FORCED.value})
# How money comes to the buyer's side, as postings of a case name it.
_PAYING = ("refund", "freight", "collect", "repay")
MOST = 50
CLAUSE, WINDOW_CLAUSE, AGAIN_CLAUSE = "8.8", "1.3", "1.5"


@dataclass(frozen=True)
class Payout:
    """``ref`` is what addresses name it by: the number of the case, or a digest of the marketplace's own refund.

    ``amount`` in minor units is what may be contested; ``decided``: a ruling ordered it, so that only new facts speak
    against it.
    """

    ref: str
    line: OrderLine
    earlier: Case | None
    refund: ExternalRefund | None
    amount: int
    currency: str
    paid_at: datetime | None

    @property
    def decided(self) -> bool:
        return self.earlier is not None and self.earlier.outcome is not None and self.earlier.outcome.source in DECIDED


@dataclass(frozen=True, slots=True)
class Check:
    """One condition: the code of its refusal, whether it holds, the clause, and the record it was looked at on."""

    code: str
    holds: bool
    clause: str
    data: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Situation:
    """All that the checks look at. ``ends_at`` is exclusive; ``exception``: a code of the rules that admits a late claim."""

    amount: int
    final: bool
    whole: bool
    claimed_before: bool
    live: bool
    now: datetime
    ends_at: datetime | None
    exceptions: tuple[str, ...] = ()
    exception: str = ""


def checks(facts: Situation) -> list[Check]:
    """Every condition in the order in which it is said (clauses 8.8, 1.3, 1.5). Pure."""
    in_time = facts.ends_at is None or facts.now < facts.ends_at
    excepted = not in_time and facts.exception in facts.exceptions
    ended = {
        "ended_at": facts.ends_at.isoformat() if facts.ends_at else "",
        "exception": facts.exception if excepted else "",
        "exceptions": [] if in_time else list(facts.exceptions),
    }
    return [
        Check(NOT_FINAL, facts.final, CLAUSE),
        Check(NOTHING_PAID, not facts.final or facts.amount > 0, CLAUSE),
        Check(NOT_WHOLE, facts.whole, CLAUSE),
        Check(OVER, in_time or excepted, "1.4" if excepted else WINDOW_CLAUSE, ended),
        Check(CLAIMED, not facts.claimed_before, AGAIN_CLAUSE),
        Check(LIVE, not facts.live, AGAIN_CLAUSE),
    ]


def window(payout: Payout, now: datetime) -> Window:
    """The window to claim (JD1 46), as the rules of the day of the payment have it."""
    profile = rulebook.default_profile()
    return rulebook.rules(rulebook.in_force(profile, payout.line.order.paid_at or now).pk).type(TYPE).window


def ends_at(payout: Payout, now: datetime) -> datetime | None:
    return window(payout, now).ends_at(payout.paid_at)


def reasons(payout: Payout) -> tuple[str, ...]:
    """Why this payout can have been wrong. One query.

    Only what the platform decided it can have decided wrongly, and only what went back can be another thing than went out.
    """
    fits = {WRONG_FINDING: payout.decided, SWAPPED: _went_back(payout)}
    return tuple(reason for reason in REASONS if fits.get(reason, True))


def situation(payout: Payout, now: datetime, *, exception: str = "") -> Situation:
    """The payout as the checks see it. Five queries at most."""
    earlier = payout.earlier
    claims = before(payout).exclude(state__in=[State.WITHDRAWN.value, State.DISMISSED.value])
    rule = window(payout, now)
    return Situation(
        amount=payout.amount,
        final=earlier is None or earlier.state == State.CLOSED.value,
        whole=earlier is None or _is_whole(earlier),
        claimed_before=claims.exclude(state__in=LIVE_STATES).exists(),
        live=Case.objects.filter(line_id=payout.line.pk, state__in=LIVE_STATES).exclude(pk=_pk(earlier)).exists(),
        now=now,
        ends_at=rule.ends_at(payout.paid_at),
        exceptions=rule.exceptions,
        exception=exception,
    )


def before(payout: Payout) -> QuerySet[Case]:
    """Claims that were brought about this payout."""
    if payout.earlier is not None:
        return Case.objects.filter(contests__earlier=payout.earlier)
    return Case.objects.filter(contests__refund=payout.refund)


def of_case(case: Case) -> Payout:
    """What ``case`` gave its buyer. Two queries once it is closed."""
    outcome = case.outcome
    over = case.state == State.CLOSED.value and outcome is not None and case.claimant == "buyer"
    paid_at = None
    if over:
        paid = Posting.objects.filter(reference=f"case:{case.pk}", kind__in=_PAYING)
        paid_at = paid.aggregate(last=Max("at"))["last"] or case.closed_at
    return Payout(
        ref=case.number,
        line=case.line,
        earlier=case,
        refund=None,
        amount=outcome.amount if over and outcome is not None else 0,
        currency=case.currency,
        paid_at=paid_at,
    )


def of_refund(refund: ExternalRefund) -> Payout | None:
    """What the marketplace gave back by itself; ``None`` where it cannot be told for which thing."""
    lines = list(refund.order.lines.all())
    named = [line for line in lines if line.external_id == refund.line] if refund.line else lines
    if len(named) != 1 or refund.instruction:
        return None
    line = named[0]
    not_the_shops = refund.paid_from == ExternalRefund.Pocket.OUTSIDE.value
    return Payout(
        ref=ref_of(refund),
        line=line,
        earlier=None,
        refund=refund,
        amount=0 if not_the_shops or _told_of_a_case(line) else min(refund.amount, line.paid + refund.order.freight),
        currency=refund.currency,
        paid_at=refund.refunded_at,
    )


def recent(merchant_id: int, now: datetime) -> list[Payout]:
    """The payouts of a shop whose window is still open, the newest first. ``MOST`` of each kind, three queries and one
    for each refund of the marketplace's own."""
    days = rulebook.current_rules(now).type(TYPE).window.days or 7
    since = now - timedelta(days=days + 1)
    closed = (
        Case.objects.filter(merchant_id=merchant_id, state=State.CLOSED.value, claimant="buyer", closed_at__gte=since)
        .filter(outcome__amount__gt=0)
        .select_related("outcome", "line", "line__order", "order")
        .order_by("-closed_at", "-id")[:MOST]
    )
    refunds = (
        ExternalRefund.objects.filter(order__merchant_id=merchant_id, instruction="", refunded_at__gte=since)
        .select_related("order")
        .prefetch_related("order__lines", "order__lines__order")
        .order_by("-refunded_at", "-id")[:MOST]
    )
    found = [_listed(case) for case in closed]
    found += [payout for refund in refunds if (payout := of_refund(refund)) is not None and payout.amount]
    open_now = [payout for payout in found if (end := ends_at(payout, now)) is None or now < end]
    return sorted(open_now, key=lambda payout: payout.paid_at or now, reverse=True)


def claimed(found: list[Payout]) -> dict[str, str]:
    """The number of the claim by the ``ref`` of its payout, of those that are contested already. One query."""
    by_case = {payout.earlier.pk: payout.ref for payout in found if payout.earlier is not None}
    by_refund = {payout.refund.pk: payout.ref for payout in found if payout.refund is not None}
    about = Contested.objects.filter(Q(earlier__in=by_case) | Q(refund__in=by_refund))
    about = about.exclude(case__state__in=[State.WITHDRAWN.value, State.DISMISSED.value])
    rows = about.values_list("earlier_id", "refund_id", "case__number")
    return {by_case[case] if case is not None else by_refund[refund]: number for case, refund, number in rows}


def find(merchant_id: int, ref: str) -> Payout | None:
    """The payout of this shop that an address names, whether or not it may still be contested."""
    case = (
        Case.objects.filter(merchant_id=merchant_id, number=ref)
        .select_related("outcome", "line", "line__order", "order")
        .first()
    )
    if case is not None:
        return of_case(case)
    if not ref.startswith("R") or len(ref) != 17:
        return None
    own = ExternalRefund.objects.filter(order__merchant_id=merchant_id, instruction="").select_related("order")
    refund = next((one for one in own.order_by("-refunded_at", "-id")[: MOST * 4] if ref_of(one) == ref), None)
    return of_refund(refund) if refund is not None else None


def ref_of(refund: ExternalRefund) -> str:
    """No counter, and nothing of the marketplace's own name for it."""
    return "R" + digest.sha256(f"{refund.source}:{refund.external_id}".encode())[:16]


def _listed(case: Case) -> Payout:
    """As `of_case`, by when the case was closed: a list needs no more."""
    amount = case.outcome.amount if case.outcome is not None else 0
    return Payout(case.number, case.line, case, None, amount, case.currency, case.closed_at)


def _is_whole(case: Case) -> bool:
    """Nobody owes anything under the case any more: what was ordered has been paid, and by the merchant."""
    owed = book.balances([keys.due(case.pk, case.currency), keys.recourse(case.pk, case.currency)])
    return not any(owed.values())


def _went_back(payout: Payout) -> bool:
    """By the record of a case. A return that the marketplace settled itself need not be on record, if the goods had left."""
    order = payout.line.order
    if payout.earlier is None and (order.shipped_at is not None or order.has_arrived):
        return True
    return Parcel.SENT_BACK in parcels.known_of(payout.line.pk, order)


def _told_of_a_case(line: OrderLine) -> bool:
    """A case about the same thing has paid: the marketplace's word may be of that very payment."""
    return Case.objects.filter(line=line, state=State.CLOSED.value, claimant="buyer", outcome__amount__gt=0).exists()


def _pk(case: Case | None) -> int:
    return case.pk if case is not None else 0
