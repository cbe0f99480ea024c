"""What one event does to one case, as a value. Pure: the act writes it for one case, the sweep for a hundred at once.

Both ways share this file, so that a deadline that fires and a person who clicks can never mean different things.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Protocol

from common.actor import Actor, Role
from common.errors import Refused
from disputes import awards
from disputes.awards import Award, Source
from disputes.lifecycle import (
    BEFORE_RULING,
    LIFECYCLE,
    TERMINAL,
    Event,
    Facts,
    Kind,
    State,
)
from disputes.timers import DUTIES, HOLDS_REVIEW, OFFERS, SUSPENSION, Awaits


class CaseRow(Protocol):
    """What of a case a move may read: the ORM's row and the sweep's tuple both fit."""

    @property
    def id(self) -> int: ...
    @property
    def state(self) -> Any: ...
    @property
    def kind(self) -> Any: ...
    @property
    def version(self) -> int: ...
    @property
    def round(self) -> int: ...
    @property
    def priority(self) -> int: ...
    @property
    def currency(self) -> str: ...
    @property
    def claimant(self) -> str: ...
    @property
    def claimed(self) -> int: ...
    @property
    def remedy(self) -> str: ...
    @property
    def returns(self) -> bool: ...
    @property
    def pays(self) -> bool: ...
    @property
    def substitute(self) -> int: ...
    @property
    def asked(self) -> str: ...
    @property
    def answered(self) -> str: ...
    @property
    def appellant(self) -> str: ...
    @property
    def decided_on_appeal(self) -> bool: ...
    @property
    def due_at(self) -> datetime | None: ...
    @property
    def suspended_at(self) -> datetime | None: ...
    @property
    def intervened_at(self) -> datetime | None: ...
    @property
    def evidence_closes_at(self) -> datetime | None: ...
    @property
    def refusals_so_far(self) -> int: ...
    @property
    def buyer_handed_in_at(self) -> datetime | None: ...
    @property
    def merchant_handed_in_at(self) -> datetime | None: ...
    @property
    def buyer_waived_at(self) -> datetime | None: ...
    @property
    def merchant_waived_at(self) -> datetime | None: ...
    @property
    def buyer_appealed_at(self) -> datetime | None: ...
    @property
    def merchant_appealed_at(self) -> datetime | None: ...
    @property
    def outcome_id(self) -> int | None: ...
    @property
    def assignee_id(self) -> int | None: ...
    @property
    def ruled_by_id(self) -> int | None: ...


@dataclass(frozen=True, slots=True)
class Arm:
    """A duty to arm now: by which step of the rule set, and who is awaited."""

    duty: str
    step: str
    awaits: Awaits


@dataclass(frozen=True)
class Move:
    """Everything that changes. ``changes`` are columns of the case; ``ends`` maps a duty to how it ended."""

    event: Event
    source: State
    target: State
    changes: dict[str, Any]
    ends: dict[str, str] = field(default_factory=dict)
    arms: tuple[Arm, ...] = ()
    pauses: tuple[str, ...] = ()
    resumes: tuple[str, ...] = ()
    pauses_all: bool = False
    resumes_all: bool = False
    voids_offers: bool = False
    lapses_offer_of: str = ""
    award: Award | None = None
    drops_outcome: bool = False
    entry: dict[str, Any] = field(default_factory=dict)


def facts_of(case: CaseRow, actor: Actor, now: datetime, **checked: Any) -> Facts:
    """The case as a guard may see it. ``checked`` is what the act found out beforehand."""
    return Facts(
        state=State(case.state),
        kind=Kind(case.kind),
        by=actor.role,
        claimant=case.claimant,
        suspended=case.suspended_at is not None,
        returns=case.returns,
        pays=case.pays,
        in_kind=case.substitute > 0,
        buyer_handed_in=case.buyer_handed_in_at is not None,
        merchant_handed_in=case.merchant_handed_in_at is not None,
        asked=case.asked,
        evidence_open=case.evidence_closes_at is not None and now < case.evidence_closes_at,
        buyer_waived=case.buyer_waived_at is not None,
        merchant_waived=case.merchant_waived_at is not None,
        buyer_appealed=case.buyer_appealed_at is not None,
        merchant_appealed=case.merchant_appealed_at is not None,
        appellant=case.appellant,
        intervened=case.intervened_at is not None,
        decided_on_appeal=case.decided_on_appeal,
        in_time=not actor.role.is_party or case.due_at is None or now < case.due_at,
        ruled=case.ruled_by_id is not None,
        assigned_to_me=actor.id is not None and case.assignee_id == actor.id,
        ruled_it_myself=actor.id is not None and case.ruled_by_id == actor.id,
        answers_both=case.answered not in ("", actor.role.value),
        **checked,
    )


def weigh(
    case: CaseRow,
    event: Event,
    facts: Facts,
    *,
    actor: Actor,
    now: datetime,
    award: Award | None = None,
    changes: Mapping[str, Any] | None = None,
    data: Mapping[str, Any] | None = None,
) -> Move:
    """The move, or ``Refused``. ``award`` and ``changes`` come from the act; the rest follows from the event."""
    edge = LIFECYCLE.weigh(facts.state, event, actor.role, facts)
    if isinstance(edge, str):
        raise Refused(edge, state=facts.state.value, event=event.value)
    target = edge.target if edge.target is not None else facts.state
    moved = edge.target is not None
    own, award, drops = _follows(case, event, facts, now, award)
    all_changes: dict[str, Any] = {**own, **(changes or {}), "version": case.version + 1}
    if award is not None:
        all_changes |= {"returns": award.returns, "pays": award.pays, "substitute": award.substitute}
    entry: dict[str, Any] = dict(data or {})
    if award is not None:
        entry |= {"remedy": award.remedy, "amount": award.amount, "currency": award.currency}
        entry |= {"source": award.source.value}
    if not moved:
        return _stay(case, event, facts, all_changes, entry, award)

    after = _after(facts, all_changes)
    duty = DUTIES.get(target)
    all_changes |= {
        "state": target.value,
        "state_since": now,
        "awaits": duty.awaits(after).value if duty else "",
    }
    if target in TERMINAL:
        all_changes |= {"closed_at": now, "due_at": None}
    if duty is None:
        all_changes |= {"due_at": None}
    settled = event in (Event.OFFER_ACCEPTED, Event.CLAIM_ACCEPTED)
    voids_offers = settled or (facts.state in BEFORE_RULING and target not in BEFORE_RULING)
    ends, arms, pauses, resumes = _duties(facts, target, after, actor)
    if voids_offers:
        ends |= {offer.name: "cancelled" for offer in OFFERS.values()}
    # Who agrees, withdraws or is paid waits for nothing any more: there is nothing left to hold.
    ends_hold = facts.suspended and (settled or target in TERMINAL or target is State.ENFORCING)
    if ends_hold:
        all_changes["suspended_at"] = None
        ends[SUSPENSION.name] = "cancelled"
    return Move(
        event=event,
        source=facts.state,
        target=target,
        changes=all_changes,
        ends=ends,
        arms=arms,
        pauses=pauses,
        resumes=resumes,
        resumes_all=ends_hold,
        voids_offers=voids_offers,
        award=award,
        drops_outcome=drops,
        entry=entry,
    )


def _follows(
    case: CaseRow, event: Event, facts: Facts, now: datetime, award: Award | None
) -> tuple[dict[str, Any], Award | None, bool]:
    """What the event itself changes beside state and duties: (columns, outcome to record, outcome dropped)."""
    match event:
        case Event.REFUND_AGREED:
            silent = facts.by is Role.SYSTEM
            ground = "NOT_RECEIVED" if facts.kind in (Kind.UNSHIPPED, Kind.IN_TRANSIT) else "CONSENT"
            award = award or awards.refund(
                source=Source.SILENCE if silent else Source.AGREED,
                remedy="R1",
                amount=case.claimed,
                currency=case.currency,
                ground=ground,
            )
            return {"executable_at": now}, award, False
        case Event.RETURN_AGREED:
            return {"returns": True}, None, False
        case Event.REFUND_REFUSED | Event.RETURN_REFUSED:
            return {"refusals_so_far": case.refusals_so_far + 1}, None, False
        case Event.RETURN_ACCEPTED:
            if case.outcome_id is not None:
                return {"executable_at": now, "returns": False}, None, False
            award = awards.refund(
                source=Source.SILENCE if facts.by is Role.SYSTEM else Source.AGREED,
                remedy="R3",
                amount=case.claimed,
                currency=case.currency,
            )
            return {"executable_at": now}, award, False
        case Event.REQUEST_LAPSED | Event.WITHDRAWN | Event.NOT_ADMITTED:
            return {}, None, case.outcome_id is not None
        case Event.OFFER_ACCEPTED | Event.CLAIM_ACCEPTED:
            return {"executable_at": now}, award, case.outcome_id is not None
        case Event.INTERVENTION_REQUESTED:
            fresh: dict[str, Any] = dict.fromkeys(
                [
                    "buyer_handed_in_at",
                    "merchant_handed_in_at",
                    "buyer_waived_at",
                    "merchant_waived_at",
                    "buyer_appealed_at",
                    "merchant_appealed_at",
                    "evidence_closes_at",
                    "executable_at",
                    "assignee_id",
                    "ruled_by_id",
                ]
            )
            fresh |= {"round": case.round + 1, "intervened_at": now, "asked": "", "answered": "", "appellant": ""}
            fresh |= {"decided_on_appeal": False, "pays": False, "substitute": 0}
            return fresh, None, case.outcome_id is not None
        case Event.BUYER_HANDED_IN | Event.MERCHANT_HANDED_IN | Event.CLAIM_REBUTTED:
            # Whoever answers every point has handed in with it; both may have done so before.
            before = case.buyer_handed_in_at if facts.by is Role.BUYER else case.merchant_handed_in_at
            return {f"{facts.by.value}_handed_in_at": before or now}, None, False
        case Event.TAKEN:
            return {"taken_at": now}, None, False
        case Event.HANDED_BACK | Event.APPEAL_SENT_BACK:
            more = 1 if event is Event.APPEAL_SENT_BACK else 0
            return {"assignee_id": None, "priority": case.priority + more}, None, event is Event.APPEAL_SENT_BACK
        case Event.RETURNED_TO_QUEUE:
            return {"assignee_id": None, "priority": case.priority + 1}, None, False
        case Event.PICKUP_OVERDUE | Event.APPROVAL_OVERDUE | Event.APPEAL_OVERDUE:
            return {"priority": case.priority + 1}, None, False
        case Event.MORE_EVIDENCE_ASKED:
            return {"answered": ""}, None, False
        case Event.MORE_EVIDENCE_HANDED_IN:
            return {"answered": facts.by.value}, None, False
        case Event.MORE_EVIDENCE_CLOSED:
            return {}, None, False
        case Event.RULING_SERVED:
            return {"executable_at": None}, award, case.outcome_id is not None
        case Event.APPEAL_FILED:
            return {f"{facts.by.value}_appealed_at": now, "appellant": facts.by.value, "assignee_id": None}, None, False
        case Event.APPEAL_WAIVED:
            both = facts.merchant_waived if facts.by is Role.BUYER else facts.buyer_waived
            return {f"{facts.by.value}_waived_at": now} | ({"executable_at": now} if both else {}), None, False
        case Event.APPEAL_WINDOW_CLOSED:
            return {"executable_at": now}, None, False
        case Event.APPEAL_UPHELD:
            return {"decided_on_appeal": True, "executable_at": now}, None, False
        case Event.APPEAL_CHANGED:
            return {"decided_on_appeal": True, "executable_at": now}, award, case.outcome_id is not None
        case Event.COMPLIANCE_LAPSED if facts.returns:
            # T33: the buyer did not send the goods back; what was decided in their favour falls.
            return {"executable_at": now}, awards.release(source=Source.FALLEN, currency=case.currency), True
        case Event.COMPLIANCE_LAPSED if facts.in_kind:
            # T31: what was ordered in kind was not done; its sum takes its place.
            return {"executable_at": now}, awards.instead(amount=case.substitute, currency=case.currency), True
        case Event.CLOCKS_STOPPED:
            return {"suspended_at": now}, None, False
        case Event.CLOCKS_RESUMED:
            return {"suspended_at": None}, None, False
        case _:
            return {}, award, False


def _after(facts: Facts, changes: Mapping[str, Any]) -> Facts:
    """The facts as the next duty will see them."""
    told = {name: changes[name] for name in ("returns", "pays", "asked", "appellant") if name in changes}
    if "substitute" in changes:
        told["in_kind"] = changes["substitute"] > 0
    if "kind" in changes:
        told["kind"] = Kind(changes["kind"])
    return replace(facts, **told) if told else facts


def _duties(
    facts: Facts, target: State, after: Facts, actor: Actor
) -> tuple[dict[str, str], tuple[Arm, ...], tuple[str, ...], tuple[str, ...]]:
    """How the duties of the state that ends end, and which begin: (ends, arms, pauses, resumes)."""
    ends: dict[str, str] = {}
    pauses: tuple[str, ...] = ()
    resumes: tuple[str, ...] = ()
    old, new = DUTIES.get(facts.state), DUTIES.get(target)
    if old is not None:
        if target in HOLDS_REVIEW and old.name == "review":
            pauses = ("review",)
        else:
            ends[old.name] = _how_it_ended(old.awaits(facts), actor)
    if facts.state in HOLDS_REVIEW:
        if target is State.UNDER_REVIEW:
            resumes = ("review",)
        else:
            ends["review"] = "cancelled"
    arms: tuple[Arm, ...] = ()
    if new is not None and not resumes:
        arms = (Arm(new.name, new.step(after), new.awaits(after)),)
    return ends, arms, pauses, resumes


def _how_it_ended(awaited: Awaits, actor: Actor) -> str:
    if actor.is_system:
        return "expired"
    side = actor.side
    did_it = (
        (side is None and awaited is Awaits.PLATFORM)
        or awaited is Awaits.BOTH
        or (side is not None and awaited.value == side.value)
    )
    return "met" if did_it else "cancelled"


def _stay(
    case: CaseRow,
    event: Event,
    facts: Facts,
    changes: dict[str, Any],
    entry: dict[str, Any],
    award: Award | None,
) -> Move:
    """An event that leaves the state: it may still stop clocks, or arm the same watch again."""
    duty = DUTIES.get(facts.state)
    ends: dict[str, str] = {}
    arms: tuple[Arm, ...] = ()
    if duty is not None and duty.watched and event is duty.expires(facts, ""):
        ends = {duty.name: "expired"}
        arms = (Arm(duty.name, duty.step(facts), duty.awaits(facts)),)
    lapsed = str(entry.get("offer_of", "")) if event is Event.OFFER_LAPSED else ""
    if event in (Event.OFFER_LAPSED, Event.OFFER_RETRACTED, Event.OFFER_DECLINED) and entry.get("offer_of"):
        how = "expired" if event is Event.OFFER_LAPSED else "cancelled"
        if not entry.get("still_open"):
            ends = {OFFERS[str(entry["offer_of"])].name: how}
    if event is Event.OFFER_MADE:
        offer = OFFERS[str(entry["offer_of"])]
        arms = (Arm(offer.name, offer.step(facts), Awaits(str(entry["offer_awaits"]))),)
    if event is Event.CLOCKS_STOPPED:
        arms = (Arm(SUSPENSION.name, str(entry["step"]), Awaits.PLATFORM),)
    if event is Event.CLOCKS_RESUMED:
        ends = {SUSPENSION.name: "expired" if facts.by is Role.SYSTEM else "cancelled"}
    return Move(
        event=event,
        source=facts.state,
        target=facts.state,
        changes=changes,
        ends=ends,
        arms=arms,
        pauses_all=event is Event.CLOCKS_STOPPED,
        resumes_all=event is Event.CLOCKS_RESUMED,
        lapses_offer_of=lapsed,
        award=award,
        entry=entry,
    )
