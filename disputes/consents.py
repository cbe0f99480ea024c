"""A second person above a sum: what one member of a shop wants to accept waits for a colleague. Stops no clock.

The colleague does the very act that is waiting; the act finds the consent here. Nobody confirms their own.
"""

from __future__ import annotations

from datetime import datetime

from accounts.models import Merchant, Right
from common.actor import Actor, Role
from common.acts import act, require_act
from common.errors import Missing, Refused
from disputes import access, amounts, queries
from disputes.lifecycle import LIFECYCLE, Event, State
from disputes.models import Case, Consent, Offer
from journal import book
from journal.kinds import Kind

# What binds the shop to a sum, and so may need two people.
EVENTS = (Event.REFUND_AGREED, Event.RETURN_AGREED, Event.CLAIM_ACCEPTED, Event.OFFER_MADE, Event.OFFER_ACCEPTED)


@act
def propose(
    case_id: int,
    *,
    event: Event,
    amount: int,
    returns: bool = False,
    offer_id: int | None = None,
    text: str = "",
    actor: Actor,
    now: datetime,
    seen: int | None = None,
) -> Consent:
    """What this member would accept waits for a colleague. A newer proposal takes the place of the older one; the same
    one again asks nobody a second time.

    Raises `Refused`: `not_in_this_state`, `right_missing`, `offer_is_gone`, `amount_out_of_range`.
    """
    case = queries.lock(case_id, seen=seen)
    if actor.role is not Role.MERCHANT or actor.id is None:
        raise Missing
    access.require_party(case, actor, Right.RESPOND)
    if event not in EVENTS or event not in LIFECYCLE.open_to(State(case.state), actor.role):
        raise Refused("not_in_this_state")
    amounts.require_within(case, amount)
    if event is Event.OFFER_ACCEPTED and not _is_open(case, offer_id, amount):
        raise Refused("offer_is_gone")
    asked = {"event": event.value, "amount": amount, "returns": returns, "offer_id": offer_id, "by_id": actor.id}
    asked |= {"text": text.strip()[:500]}
    standing = Consent.objects.filter(case=case, state=Consent.OPEN, **asked).first()
    if standing is not None:
        return standing
    _end(case, Consent.VOID, by=actor.id, now=now)
    consent = Consent.objects.create(case=case, at=now, **asked)
    said = {"consent": consent.pk, "event": event.value, "amount": amount}
    book.record(case.stream_id, Kind.SECOND_PERSON_ASKED, data=said, actor=actor, now=now)
    return consent


@act
def decline(consent_id: int, *, actor: Actor, now: datetime) -> Consent:
    """A colleague does not want it, or whoever proposed it takes it back. The case is as open as before."""
    case_id = Consent.objects.filter(pk=consent_id).values_list("case_id", flat=True).first()
    if case_id is None:
        raise Missing
    case = queries.lock(case_id)
    if actor.role is not Role.MERCHANT:
        raise Missing
    access.require_party(case, actor, Right.RESPOND)
    consent = Consent.objects.get(pk=consent_id)
    if consent.state == Consent.OPEN:
        consent.state, consent.ended_by_id, consent.ended_at = Consent.DECLINED, actor.id, now
        consent.save(update_fields=["state", "ended_by", "ended_at"])
        said = {"consent": consent.pk, "amount": consent.amount, "proposed_by": consent.by_id}
        book.record(case.stream_id, Kind.SECOND_PERSON_DECLINED, data=said, actor=actor, now=now)
    return consent


def require_second(
    case: Case, actor: Actor, event: Event, amount: int, *, now: datetime, offer_id: int | None = None
) -> None:
    """Inside the act that binds the shop: ``Refused`` unless one person is enough, or another one proposed just this.

    The shop's own system (no person behind it) decides as the shop has programmed it.
    """
    require_act()
    if actor.role is not Role.MERCHANT or actor.id is None:
        return
    waiting = Consent.objects.filter(case=case, state=Consent.OPEN, event=event.value, amount=amount).exclude(
        by_id=actor.id
    )
    waiting = waiting.filter(offer__isnull=True) if offer_id is None else waiting.filter(offer_id=offer_id)
    if waiting.exists():
        _end(case, Consent.CONFIRMED, by=actor.id, now=now)
        return
    limit = Merchant.objects.values_list("second_above", flat=True).get(pk=case.merchant_id)
    if limit is not None and amount > limit:
        raise Refused("needs_a_second_person", highest=limit, currency=case.currency)
    _end(case, Consent.VOID, by=actor.id, now=now)


def waiting_for(case: Case) -> Consent | None:
    """What waits for a colleague and could still be done, or nothing."""
    found = Consent.objects.filter(case=case, state=Consent.OPEN).select_related("by").first()
    return found if found is not None and is_possible(case, found.event) else None


def is_possible(case: Case, event: str) -> bool:
    """Whether a shop could still do what waits for its second person."""
    return Event(event) in LIFECYCLE.open_to(State(case.state), Role.MERCHANT)


def _is_open(case: Case, offer_id: int | None, amount: int) -> bool:
    return offer_id is not None and case.offers.filter(pk=offer_id, state=Offer.OPEN, amount=amount).exists()


def _end(case: Case, state: str, *, by: int | None, now: datetime) -> None:
    Consent.objects.filter(case=case, state=Consent.OPEN).update(state=state, ended_by_id=by, ended_at=now)
