"""Why an act is not open to this party now, said before a form is filled in; and who can do it, or what can be done instead.

Asks the table's own guards and the rights of sub-accounts, in a few queries at most. The act asks again under the lock.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _

from accounts import hats
from accounts.models import Right
from common import money
from common.actor import Actor, Role, Side
from common.errors import Refused
from disputes import deadlines, eligibility, labels, moves, negotiation, queries, rebuttals, submissions
from disputes.lifecycle import LIFECYCLE, Event, State
from disputes.models import Case, Deadline, Offer
from disputes.timers import DUTIES
from evidence.models import Exhibit
from web.acts import Closed
from web.case_page import ACT_ROUTES

_ABOUT_OFFERS = frozenset({Event.OFFER_MADE, Event.OFFER_ACCEPTED, Event.OFFER_DECLINED, Event.OFFER_RETRACTED})


def why_not(case: Case, actor: Actor, event: Event, now: datetime, query: Mapping[str, str]) -> Closed | None:
    """``None`` while the act is open. ``query``: the page's own address may name which proposal is meant."""
    side = actor.side
    assert side is not None
    offers = list(queries.open_offers(case.pk)) if event in _ABOUT_OFFERS else []
    offer, gone = meant(offers, event, side, now, query.get("offer", ""))
    facts = moves.facts_of(
        case,
        actor,
        now,
        offer_is_open=offer is not None,
        offer_is_mine=event is Event.OFFER_RETRACTED,
        offer_returns=offer is not None and offer.returns,
        offer_settles=True,
    )
    said = LIFECYCLE.weigh(State(case.state), event, actor.role, facts)
    if isinstance(said, str):
        return Closed(Refused(gone if said == "offer_is_gone" and gone else said))
    lacking = _right_that_is_missing(actor, event)
    if lacking is not None:
        return Closed(Refused("right_missing", right=lacking.value))
    refused = _against(case, actor, side, event, offers, now)
    if refused is not None:
        return Closed(refused, instead=_evidence_page(case, actor) if refused.code == "evidence_missing" else [])
    return _above_the_limit(case, actor, event, offer)


def meant(offers: Sequence[Offer], event: Event, side: Side, now: datetime, named: str) -> tuple[Offer | None, str]:
    """The open proposal that the act is about: the one named, or the only one it can be; else why there is none."""
    mine = event is Event.OFFER_RETRACTED
    fits = [offer for offer in offers if (offer.side == side.value) is mine and offer.is_open_at(now)]
    if event is Event.OFFER_ACCEPTED and any(side.value in offer.accepted_by for offer in fits):
        fits = [offer for offer in fits if side.value not in offer.accepted_by]
        if not fits:
            return None, "the_other_side_has_yet_to_agree"
    chosen = next((offer for offer in fits if str(offer.pk) == named), None)
    return chosen or (fits[0] if fits else None), ""


def against_extending(case: Case, actor: Actor, now: datetime) -> Refused | None:
    """Why the term that runs cannot be extended by this reader, whatever they would write. One query."""
    duty = DUTIES.get(State(case.state))
    deadline = Deadline.objects.filter(case=case, duty=duty.name, state=Deadline.PENDING).first() if duty else None
    if deadline is None:
        return Refused("no_deadline_runs")
    extendable = deadlines.step_of(case, deadline.step).extendable
    if extendable is None or deadline.extensions >= extendable.times:
        return Refused("deadline_not_extendable")
    if actor.side is not None and deadline.awaits not in (actor.side.value, "both"):
        return Refused("deadline_is_not_yours")
    return Refused("deadline_is_over") if now >= deadline.due_at else None


def _right_that_is_missing(actor: Actor, event: Event) -> Right | None:
    """What a member of a shop would have to be given first."""
    if actor.role is not Role.MERCHANT:
        return None
    held = hats.rights_of(actor)
    needed = [Right.RESPOND, *([Right.APPEAL] if event in (Event.APPEAL_FILED, Event.APPEAL_WAIVED) else [])]
    return next((right for right in needed if right not in held), None)


def _against(
    case: Case, actor: Actor, side: Side, event: Event, offers: Sequence[Offer], now: datetime
) -> Refused | None:
    """What only this act looks at, as far as no form could change it."""
    match event:
        case Event.OFFER_MADE if any(offer.side == side.value for offer in offers):
            return Refused("offer_already_open")
        case Event.DEADLINE_EXTENDED:
            return against_extending(case, actor, now)
        case Event.EVIDENCE_WITHDRAWN:
            own = Exhibit.objects.filter(dossier_id=case.dossier_id, side=side.value, withdrawn_at__isnull=True)
            return None if own.exists() else Refused("nothing_to_take_back")
        case Event.EXHIBIT_ANSWERED:
            return None if rebuttals.unanswered(case, side, now).exists() else Refused("nothing_to_answer")
        case Event.POINT_ANSWERED:
            theirs = queries.points(case).exclude(raised_by=side.value)
            return None if theirs.exists() else Refused("no_point_to_answer")
        case Event.BUYER_HANDED_IN | Event.MERCHANT_HANDED_IN:
            return submissions.against_handing_in(case, side)
        case Event.INTERVENTION_REQUESTED:
            situation = negotiation.situation(case, now, by=actor.role)
            failed = next((check for check in eligibility.checks(situation) if not check.holds), None)
            return Refused(failed.code, **failed.data) if failed else None
        case _:
            return None


def _above_the_limit(case: Case, actor: Actor, event: Event, offer: Offer | None) -> Closed | None:
    """A sub-account may accept up to a sum: above it, who can, and what it can propose itself."""
    if actor.limit is None or actor.role is not Role.MERCHANT or actor.merchant_id is None:
        return None
    amount = at_stake(case, event, offer)
    if amount <= actor.limit:
        return None
    return Closed(
        Refused("over_your_limit", highest=actor.limit, currency=case.currency),
        amount=amount,
        limit=actor.limit,
        people=[one.get_full_name() for one in hats.who_may_accept(actor.merchant_id, amount)],
        instead=_proposal(case, actor, event),
    )


def at_stake(case: Case, event: Event, offer: Offer | None) -> int:
    """What this act would bind the shop to pay, in minor units; zero for what binds it to nothing."""
    match event:
        case Event.CLAIM_ACCEPTED if case.claimant == Side.MERCHANT.value:
            return 0
        case Event.REFUND_AGREED | Event.RETURN_AGREED | Event.CLAIM_ACCEPTED:
            return case.claimed
        case Event.COMPLIED:
            return case.outcome.amount if case.outcome is not None else 0
        case Event.OFFER_ACCEPTED:
            return offer.amount if offer is not None else 0
        case Event.OFFER_MADE:
            return 1  # the smallest sum there is: whoever may accept nothing can propose nothing
        case _:
            return 0


def _proposal(case: Case, actor: Actor, event: Event) -> list[tuple[str, str]]:
    """A proposal within the limit, where one can be made."""
    open_now = LIFECYCLE.open_to(State(case.state), actor.role)
    if not actor.limit or event is Event.OFFER_MADE or Event.OFFER_MADE not in open_now:
        return []
    if queries.open_offers(case.pk).filter(side=Side.MERCHANT.value).exists():
        return []
    upto = money.sign(case.currency) + money.text(actor.limit, case.currency)
    label = _("%(act)s, up to %(sum)s") % {"act": labels.ACTIONS[Event.OFFER_MADE], "sum": upto}
    return [(label, reverse(ACT_ROUTES[Role.MERCHANT], args=[case.number, Event.OFFER_MADE.value]))]


def _evidence_page(case: Case, actor: Actor) -> list[tuple[str, str]]:
    if actor.role is not Role.BUYER:
        return []
    return [(_("Go to the evidence"), reverse("buyer:evidence", args=[case.number]))]
