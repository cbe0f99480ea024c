"""Settlement in every state before a ruling is served: made, accepted, declined, retracted. Each offer has a term (T21)."""

from __future__ import annotations

from datetime import datetime

from common.actor import Actor, Side
from common.acts import act
from common.errors import Missing, Refused
from disputes import access, amounts, consents, deadlines, moves, queries, statements
from disputes.awards import FROM_THE_BUYER, Award, AwardLine, Source
from disputes.lifecycle import Event
from disputes.models import Case, Deadline, Offer
from disputes.timers import OFFERS
from disputes.transitions import advance
from rulebook import calendars, clocks


@act
def make(
    case_id: int,
    *,
    amount: int,
    returns: bool,
    text: str,
    actor: Actor,
    now: datetime,
    seen: int | None = None,
) -> Offer:
    """An offer is on the table until its term ends: ``amount`` in minor units to the buyer, with or without a return.

    A merchant or the platform offers what the merchant pays; a buyer offers what they would settle for. In a merchant's
    claim it is the other way round: ``amount`` is what the buyer gives back, and no goods move. A side has one open offer
    at a time: a new one needs the old one retracted.
    """
    case = queries.lock(case_id, seen=seen)
    _require_may_answer(case, actor)
    side = actor.side.value if actor.side else "platform"
    refusals: list[str] = []
    _require_fits(case, amount, returns)
    consents.require_second(case, actor, Event.OFFER_MADE, amount, now=now)
    if case.offers.filter(side=side, state=Offer.OPEN).exists():
        refusals.append("offer_already_open")
    statement = statements.add(case, "offer", text, actor=actor, now=now)
    step = deadlines.step_of(case, "offer")
    offer = (
        Offer.objects.create(
            case=case,
            side=side,
            remedy=_remedy(case, amount, returns),
            amount=amount,
            returns=returns,
            statement=statement,
            by_id=actor.id,
            made_at=now,
            expires_at=clocks.due(now, step.duration, calendars.current()).at,
        )
        if not refusals
        else None
    )
    awaits = actor.side.other.value if actor.side else "both"
    facts = moves.facts_of(case, actor, now, refusals=tuple(refusals), within_limit=_within_limit(actor, amount))
    data = {
        "offer": offer.pk if offer else None,
        "offer_of": side,
        "offer_awaits": awaits,
        "amount": amount,
        "currency": case.currency,
        "returns": returns,
        "expires_at": offer.expires_at.isoformat() if offer else "",
        **statements.ref(statement),
    }
    advance(case, Event.OFFER_MADE, actor=actor, now=now, facts=facts, data=data)
    assert offer is not None
    return offer


@act
def accept(offer_id: int, *, actor: Actor, now: datetime, seen: int | None = None) -> Case:
    """The offer binds both sides: the outcome is recorded and goes to execution, after the return if one was agreed."""
    offer, case = _lock(offer_id, actor, seen)
    consents.require_second(case, actor, Event.OFFER_ACCEPTED, offer.amount, now=now, offer_id=offer.pk)
    settled = offer.side != "platform" or bool(set(offer.accepted_by) - {actor.role.value})
    facts = moves.facts_of(
        case,
        actor,
        now,
        offer_is_open=offer.is_open_at(now),
        offer_is_mine=offer.side == actor.role.value,
        offer_returns=offer.returns,
        offer_settles=settled,
        within_limit=actor.limit is None or actor.side is None or offer.amount <= actor.limit,
    )
    award = Award(
        source=Source.SETTLED,
        remedy=offer.remedy,
        amount=offer.amount,
        currency=case.currency,
        returns=offer.returns,
        ground="" if offer.returns or case.claimant != Side.BUYER.value else "CONSENT",
        lines=(AwardLine("settled", "offer", offer.amount),),
    )
    data = {
        "offer": offer.pk,
        "offer_of": offer.side,
        "amount": offer.amount,
        "returns": offer.returns,
        "settled": settled,
        "expires_at": offer.expires_at.isoformat(),
    }
    accepted_by = [*offer.accepted_by, actor.role.value]
    advance(case, Event.OFFER_ACCEPTED, actor=actor, now=now, facts=facts, award=award if settled else None, data=data)
    Offer.objects.filter(pk=offer.pk).update(
        accepted_by=accepted_by,
        state="accepted" if settled else Offer.OPEN,
        ended_at=now if settled else None,
    )
    if not settled and actor.side is not None:
        # The term of the proposal goes on, for the side that has not answered.
        left = Deadline.objects.filter(case=case, duty=OFFERS[offer.side].name, state__in=Deadline.RUNNING)
        left.update(awaits=actor.side.other.value)
    return case


@act
def decline(offer_id: int, *, actor: Actor, now: datetime, seen: int | None = None) -> Case:
    """The offer is gone; nothing about the case changes."""
    offer, case = _lock(offer_id, actor, seen)
    facts = moves.facts_of(
        case, actor, now, offer_is_open=offer.state == Offer.OPEN, offer_is_mine=offer.side == actor.role.value
    )
    advance(
        case,
        Event.OFFER_DECLINED,
        actor=actor,
        now=now,
        facts=facts,
        data={"offer": offer.pk, "offer_of": offer.side},
    )
    _close(offer, "declined", now)
    return case


@act
def retract(offer_id: int, *, actor: Actor, now: datetime, seen: int | None = None) -> Case:
    """Whoever made the offer takes it back."""
    offer, case = _lock(offer_id, actor, seen)
    mine = offer.side == (actor.side.value if actor.side else "platform")
    facts = moves.facts_of(case, actor, now, offer_is_open=offer.state == Offer.OPEN, offer_is_mine=mine)
    advance(
        case,
        Event.OFFER_RETRACTED,
        actor=actor,
        now=now,
        facts=facts,
        data={"offer": offer.pk, "offer_of": offer.side},
    )
    _close(offer, "retracted", now)
    return case


def _require_fits(case: Case, amount: int, returns: bool) -> None:
    """``amount`` is more than nothing and no more than what can be asked for, or what is claimed back."""
    if case.claimant == Side.BUYER.value:
        amounts.require_within(case, amount)
        if returns and not case.order.has_left:
            raise Refused("nothing_was_sent")
    elif returns:
        raise Refused("no_return_about_a_payout")
    elif not 0 < amount <= case.claimed:
        raise Refused("contested_amount_out_of_range", highest=case.claimed, currency=case.currency)


def _remedy(case: Case, amount: int, returns: bool) -> str:
    if case.claimant != Side.BUYER.value:
        return FROM_THE_BUYER
    return "R3" if returns else ("R2" if amount < case.claimed else "R1")


def _lock(offer_id: int, actor: Actor, seen: int | None) -> tuple[Offer, Case]:
    """The offer under its case's lock: first the case, then the offer as it is now."""
    case_id = Offer.objects.filter(pk=offer_id).values_list("case_id", flat=True).first()
    if case_id is None:
        raise Missing
    case = queries.lock(case_id, seen=seen)
    _require_may_answer(case, actor)
    return queries.with_clock(Offer.objects.all()).get(pk=offer_id), case


def _require_may_answer(case: Case, actor: Actor) -> None:
    """A party needs the right to speak for its side; the bench needs to see the case."""
    if actor.side is None:
        access.require_visible(case, actor)
    else:
        access.require_party(case, actor)


def _close(offer: Offer, state: str, now: datetime) -> None:
    Offer.objects.filter(pk=offer.pk).update(state=state, ended_at=now)


def _within_limit(actor: Actor, amount: int) -> bool:
    return actor.limit is None or amount <= actor.limit
