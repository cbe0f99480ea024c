"""先行赔付: the platform pays first and recovers later (P03, JD1§45–46, ECL§58). One proposes, another approves (9.4).

The fund is the account ``advance:platform``; how far it may fall below zero is what the platform is willing to have out.
What is still open stands in the ledger's claims; `recoveries` makes it good from the merchant's money as it arrives.
"""

from __future__ import annotations

from datetime import datetime

from accounts import conflicts
from common.actor import Actor, Role, Side
from common.acts import act
from common.errors import Missing, Refused
from disputes import outcomes, queries
from disputes.lifecycle import APPEAL, State
from disputes.models import Case, Outcome
from enforcement import execution
from enforcement.models import Execution, FundLimit, Proposal
from journal import book as journal
from journal.kinds import Kind
from ledger import book, keys
from ledger.models import Account
from rulebook import queries as rulebook

_RULED = (*APPEAL, State.AWAITING_COMPLIANCE)
LONGEST = 500


@act
def set_limit(currency: str, limit: int, *, reason: str = "", actor: Actor, now: datetime) -> Account:
    """How much the platform may have advanced at any time, in minor units. Zero (as shipped): it advances nothing.

    Raises ``Refused``: ``not_for_this_role``, ``limit_is_negative``, ``text_missing`` where a person gives no reason.
    """
    if actor.role not in (Role.OPS, Role.SYSTEM):
        raise Refused("not_for_this_role")
    if limit < 0:
        raise Refused("limit_is_negative")
    reason = _said(reason, required=not actor.is_system)
    account = book.set_floor(keys.advance(currency), -limit)
    FundLimit.objects.create(
        currency=currency, amount=limit, before=limit_of(currency), reason=reason, by_id=actor.id, at=now
    )
    return account


def limit_of(currency: str) -> int:
    """What the fund may have out, as last set, in minor units."""
    newest = FundLimit.objects.filter(currency=currency).order_by("-at", "-id")
    return newest.values_list("amount", flat=True).first() or 0


def payable(case: Case, outcome: Outcome | None, actor: Actor) -> int:
    """How much ``actor`` could propose to advance in this case, in minor units: the award, up to the rules' cap (9.4).

    Raises ``Refused``: ``not_for_this_role``, ``not_in_this_state``, ``own_ruling``, ``nothing_to_pay``,
    ``return_is_due``, ``no_advance_in_this_currency``, ``already_advanced``.
    """
    if actor.role not in (Role.SENIOR, Role.OPS):
        raise Refused("not_for_this_role")
    if case.state not in _RULED:
        raise Refused("not_in_this_state", state=case.state)
    if actor.id is not None and actor.id == case.ruled_by_id:
        raise Refused("own_ruling")
    if outcome is None or outcome.amount == 0 or case.claimant != Side.BUYER.value:
        raise Refused("nothing_to_pay")
    if outcome.returns:
        raise Refused("return_is_due")
    limits = rulebook.rules(case.procedure_rules_id).thresholds
    if case.currency != limits.currency or not limits.advance_amount:
        raise Refused("no_advance_in_this_currency", currency=case.currency)
    if Execution.objects.filter(case=case, purpose=Execution.ADVANCE, round=case.round).exists():
        raise Refused("already_advanced")
    return min(outcome.amount, limits.advance_amount)


@act
def propose(case_id: int, *, reason: str, actor: Actor, now: datetime, seen: int | None = None) -> Proposal:
    """One person says that the platform should pay before the ruling is final, and why; another decides.

    Raises what `payable` raises, and ``text_missing``, ``already_proposed``, ``conflict_of_interest``,
    ``insufficient_funds``.
    """
    case = queries.lock(case_id, seen=seen)
    outcome = outcomes.effective(case_id)
    amount = payable(case, outcome, actor)
    _has_no_interest(case, actor)
    if Proposal.objects.filter(case=case, state=Proposal.OPEN).exists():
        raise Refused("already_proposed")
    _fund_has(case, amount)
    assert outcome is not None and actor.id is not None
    proposal = Proposal.objects.create(
        case=case,
        outcome=outcome,
        amount=amount,
        currency=case.currency,
        reason=_said(reason),
        proposed_by_id=actor.id,
        proposed_at=now,
    )
    _record(case, Kind.ADVANCE_PROPOSED, proposal, actor, now)
    return proposal


@act
def approve(proposal_id: int, *, actor: Actor, now: datetime) -> Execution:
    """A second person of operations agrees: the platform pays at its own risk, and the merchant owes it what was paid.

    Raises what `payable` raises, and ``takes_another``, ``proposal_is_decided``, ``outcome_has_changed``,
    ``conflict_of_interest``, ``insufficient_funds``.
    """
    case, proposal = _lock(proposal_id)
    if actor.role is not Role.OPS:
        raise Refused("not_for_this_role")
    if proposal.state == Proposal.APPROVED and proposal.decided_by_id == actor.id:
        return Execution.objects.get(case=case, purpose=Execution.ADVANCE, outcome=proposal.outcome)
    if proposal.state != Proposal.OPEN:
        raise Refused("proposal_is_decided")
    if actor.id == proposal.proposed_by_id:
        raise Refused("takes_another")
    outcome = outcomes.effective(case.pk)
    if outcome is None or outcome.pk != proposal.outcome_id:
        raise Refused("outcome_has_changed")
    payable(case, outcome, actor)
    _has_no_interest(case, actor)
    _fund_has(case, proposal.amount)
    _decide(proposal, Proposal.APPROVED, "", actor, now)
    _record(case, Kind.ADVANCE_APPROVED, proposal, actor, now)
    return execution.start_advance(case, outcome, now=now)


@act
def decline(proposal_id: int, *, reason: str, actor: Actor, now: datetime) -> Proposal:
    """The platform does not pay first; whoever proposed it may take it back in the same way."""
    case, proposal = _lock(proposal_id)
    if actor.role is not Role.OPS and actor.id != proposal.proposed_by_id:
        raise Refused("not_for_this_role")
    if proposal.state != Proposal.OPEN:
        raise Refused("proposal_is_decided")
    _decide(proposal, Proposal.DECLINED, _said(reason), actor, now)
    _record(case, Kind.ADVANCE_DECLINED, proposal, actor, now)
    return proposal


def _lock(proposal_id: int) -> tuple[Case, Proposal]:
    case_id = Proposal.objects.filter(pk=proposal_id).values_list("case_id", flat=True).first()
    if case_id is None:
        raise Missing
    case = queries.lock(case_id)
    return case, Proposal.objects.select_for_update(of=("self",)).select_related("outcome").get(pk=proposal_id)


def _decide(proposal: Proposal, state: str, because: str, actor: Actor, now: datetime) -> None:
    proposal.state, proposal.decided_because = state, because
    proposal.decided_by_id, proposal.decided_at = actor.id, now
    proposal.save()


def _has_no_interest(case: Case, actor: Actor) -> None:
    if actor.id is not None and conflicts.has_interest(actor.id, buyer_id=case.buyer_id, merchant_id=case.merchant_id):
        raise Refused("conflict_of_interest")


def _fund_has(case: Case, amount: int) -> None:
    available = execution.funds_of(case).advance
    if available < amount:
        raise Refused("insufficient_funds", account=keys.advance(case.currency), available=available, needed=amount)


def _said(reason: str, *, required: bool = True) -> str:
    reason = reason.strip()
    if required and not reason:
        raise Refused("text_missing", field="reason")
    if len(reason) > LONGEST:
        raise Refused("text_too_long", field="reason", longest=LONGEST, length=len(reason))
    return reason


def _record(case: Case, kind: Kind, proposal: Proposal, actor: Actor, now: datetime) -> None:
    data = {"proposal": proposal.pk, "amount": proposal.amount, "currency": proposal.currency}
    journal.record(case.stream_id, kind, data=data, actor=actor, now=now)
