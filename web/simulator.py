"""P2: what the rules say about a dispute that does not exist yet. Pure; asks the same rules that filing and ruling ask.

Says who proves what, until when, and how sums come about. Refuses to say who will win: nobody has looked at anything.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from arbitration import calculator
from arbitration.calculator import WHOLE, Calculation, Inputs
from disputes import eligibility, negotiation
from disputes.awards import Payer
from disputes.eligibility import Check, Situation
from disputes.lifecycle import State
from evidence import checklist
from evidence.checklist import Row
from marketplace.models import Order
from rulebook.rules import Rules
from rulebook.schema import Parcel, Remedy, Since, Type

MERCHANTS_OWN = "merchant"  # claims that only a shop can bring
REFUSED, SILENT, WAITING, NOTHING = "refused", "silent", "waiting", "nothing"
OPEN: tuple[str, ...] = ("PAID_UNSHIPPED", "SHIPPED", "SIGNED", "COMPLETED")
SAID = (REFUSED, SILENT, WAITING, NOTHING)
MOST_DAYS = 3650
MOST_PAID = 10**11  # minor units
# Remedies without a sum of their own until somebody says what is lost, promised or paid for a test.
_ASKS_A_VALUE = calculator.PARTIAL | calculator.IN_KIND


@dataclass(frozen=True, slots=True)
class Sums:
    """What was paid for the thing, for sending it, and what was promised on it. Minor units."""

    paid: int
    freight: int = 0
    promised: int = 0


@dataclass(frozen=True, slots=True)
class Told:
    """What somebody answered. ``days`` since what the window counts from; ``None`` where it has not happened."""

    type_code: str
    order_state: str
    days: int | None
    said: str


@dataclass(frozen=True, slots=True)
class Way:
    """One remedy that may be ordered, and what it comes to if the claim is upheld in full; ``None`` without sums.

    ``at_most``: the sum follows what is found to be lost, and is this at most.
    """

    remedy: Remedy
    calculation: Calculation | None
    at_most: bool


@dataclass(frozen=True)
class Outlook:
    """``ends_at``: until when the merchant can be asked, exclusive; ``None`` while nothing ends it."""

    kind: Type
    checks: list[Check]
    ends_at: datetime | None
    late: bool
    freight_if_upheld: Payer | None
    freight_if_not: Payer | None
    buyer: list[Row]
    merchant: list[Row]
    ways: list[Way]

    @property
    def failed(self) -> list[Check]:
        return [check for check in self.checks if not check.holds]


def claimable(rules: Rules) -> list[str]:
    """The kinds of dispute that a buyer may bring, in the order of the catalogue."""
    return [kind.code for kind in rules.types.values() if kind.group != MERCHANTS_OWN]


def states_of(kind: Type) -> list[str]:
    """The order states in which this kind may be claimed."""
    return [state for state in OPEN if state in kind.states] or list(OPEN)


def counts_days(kind: Type, order_state: str) -> bool:
    """Whether the window of this kind runs for an order in this state: else there is nothing to count."""
    match kind.window.since:
        case Since.COMPLETED:
            return kind.window.days is not None and order_state == "COMPLETED"
        case Since.SIGNED:
            return kind.window.days is not None and order_state in ("SIGNED", "COMPLETED")
        case _:
            return False


def look(rules: Rules, procedure: Rules, told: Told, sums: Sums | None, *, currency: str, now: datetime) -> Outlook:
    """What the rules in force say. ``rules`` are those of substance, ``procedure`` those of terms. No query."""
    kind = rules.type(told.type_code)
    order = _order(kind, told, now)
    ends_at = negotiation.window_ends_at(rules, kind.code, order)
    automatic = {code for code, sort in rules.exhibits.items() if sort.automatic}
    return Outlook(
        kind=kind,
        checks=eligibility.checks(_situation(kind, procedure, told, ends_at, now)),
        ends_at=ends_at,
        late=negotiation.is_late(rules, kind.code, order, now) is not None,
        freight_if_upheld=calculator.payer_by_rule(kind.freight, WHOLE),
        freight_if_not=calculator.payer_by_rule(kind.freight, 0),
        buyer=checklist.rows(rules, kind.code, "buyer", told.order_state, (), automatic),
        merchant=checklist.rows(rules, kind.code, "merchant", told.order_state, (), automatic),
        ways=[_way(rules, kind, code, sums, currency) for code in _orderable(rules, kind)],
    )


def inputs_of(rules: Rules, kind: Type, remedy: Remedy, sums: Sums, currency: str) -> Inputs:
    """What the calculator is given for a claim that is upheld in full, as a ruling would give it (`arbitration.sheet`)."""
    payer = calculator.payer_by_rule(kind.freight, WHOLE) or Payer.NOBODY
    cap = calculator.promise_cap(sums.promised, sums.paid, kind.code, rules, currency)
    return Inputs(
        remedy=remedy.code,
        paid=sums.paid,
        merchant_share=WHOLE,
        freight_payer=payer,
        returns=remedy.returns,
        outbound_back=calculator.outbound_back(payer, all_undetermined=False),
        freight_out=sums.freight,
        promise_cap=cap,
        statutory=calculator.statutory(sums.paid, kind.code, rules, currency),
        return_freight=calculator.return_freight_by_rule(sums.freight, returns=remedy.returns),
        compensation=sums.promised,
    )


def _way(rules: Rules, kind: Type, code: str, sums: Sums | None, currency: str) -> Way:
    remedy = rules.remedy(code)
    at_most = code in _ASKS_A_VALUE
    if sums is None:
        return Way(remedy, None, at_most)
    inputs = inputs_of(rules, kind, remedy, sums, currency)
    if code in calculator.IN_KIND:
        # Done in kind it costs the merchant no money; undone, its price is owed, at most what was paid (3.15).
        inputs = replace(inputs, value=sums.paid)
    return Way(remedy, calculator.compute(inputs), at_most)


def _orderable(rules: Rules, kind: Type) -> Sequence[str]:
    return [code for code in kind.remedies if code != calculator.DISMISSAL and rules.may_order(code, kind.code)]


def _order(kind: Type, told: Told, now: datetime) -> Order:
    """The order as far as the answers tell of it; never saved."""
    at = now - timedelta(days=told.days) if told.days is not None else None
    completed = at if kind.window.since is Since.COMPLETED and told.order_state == "COMPLETED" else None
    signed = at if kind.window.since is Since.SIGNED else None
    return Order(state=told.order_state, completed_at=completed, signed_at=signed)


def _situation(kind: Type, procedure: Rules, told: Told, ends_at: datetime | None, now: datetime) -> Situation:
    """As if the merchant were asked now, with the parcels where this kind has them: asked earlier it can only be better."""
    return Situation(
        state=State.AWAITING_BUYER if told.said in (REFUSED, SILENT) else State.AWAITING_MERCHANT,
        order_state=told.order_state,
        opened_at=now,
        now=now,
        opens_after=timedelta(hours=procedure.step("intervention_opens").duration.amount),
        refused=told.said == REFUSED,
        silent=told.said == SILENT,
        messages=0 if told.said == NOTHING else 1,
        completed_at=None,
        window_ends_at=ends_at,
        exceptions=kind.window.exceptions,
        unfit=eligibility.unfit(kind, told.order_state, tuple(Parcel)),
    )
