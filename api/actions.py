"""What may be done to a case through the API: one row per event, with its shape and the act it calls.

The table says which events have an address. Whether one may happen is asked of the lifecycle, never decided here.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from api import bodies
from arbitration import appeals
from common.actor import Actor, Role, Side
from common.errors import Missing
from disputes import compliance, eligibility, intervention, moves, negotiation, offers, rebuttals, submissions
from disputes.intervention import Claim
from disputes.lifecycle import LIFECYCLE, Event, Kind, State
from disputes.models import Case, Deadline, Offer, Point
from disputes.submissions import Answer
from disputes.supplements import IN_WORDS
from disputes.timers import DUTIES
from evidence.intake import Received
from evidence.models import Exhibit

BUYER, MERCHANT = Role.BUYER, Role.MERCHANT
Data = dict[str, Any]
Perform = Callable[[Case, Data, Actor, datetime], object]


@dataclass(frozen=True)
class Row:
    """``side`` None: either side may; the body names it. Else whose it usually is: in a merchant's claim the body may name
    the other. ``upload``: the shape of the same action with a file, which
    ``perform`` finds, looked at and stored, as ``data["received"]``.
    """

    event: Event
    side: Side | None
    body: type[bodies.Action]
    perform: Perform
    upload: type[bodies.Action] | None = None


@dataclass(frozen=True)
class Open:
    """An event that the table opens to ``role`` now. ``blocked_by``: the code of the refusal, were it tried."""

    event: Event
    role: Role
    due_at: datetime | None
    blocked_by: str | None


def _offer(case: Case, side: str) -> int:
    """The id of that side's open offer. Ids stay inside: a side has one at most."""
    found = Offer.objects.filter(case=case, side=side, state=Offer.OPEN).values_list("pk", flat=True).first()
    if found is None:
        raise Missing
    return found


def _answers(case: Case, data: Data) -> list[Answer]:
    """Points by number and exhibits by public id, as their rows."""
    points = dict(Point.objects.filter(case=case, round=case.round).values_list("number", "pk"))
    named = {public for answer in data["answers"] for public in answer["exhibits"]}
    own = Exhibit.objects.filter(dossier_id=case.dossier_id, public_id__in=named)
    exhibits = dict(own.values_list("public_id", "pk"))
    if named - exhibits.keys() or {answer["number"] for answer in data["answers"]} - points.keys():
        raise Missing
    return [
        Answer(
            points[answer["number"]],
            answer["stance"],
            answer["text"],
            tuple(exhibits[public] for public in answer["exhibits"]),
        )
        for answer in data["answers"]
    ]


def _claim(data: Data) -> Claim:
    return Claim(
        type_code=data["type"],
        remedy=data["remedy"],
        amount=data["amount"],
        returns=data["returns"],
        points=tuple(data["points"]),
        story=data["story"],
        exception=data["exception"],
    )


def _plain(act: Callable[..., object]) -> Perform:
    return lambda case, data, actor, now: act(case.pk, actor=actor, now=now, seen=data.get("version"))


def _with_text(act: Callable[..., object]) -> Perform:
    return lambda case, data, actor, now: act(
        case.pk, text=data["text"], actor=actor, now=now, seen=data.get("version")
    )


def _revise(case: Case, data: Data, actor: Actor, now: datetime) -> object:
    kind, seen = Kind(data["kind"]), data.get("version")
    return negotiation.revise(
        case.pk, kind=kind, amount=data["amount"], text=data["text"], actor=actor, now=now, seen=seen
    )


def _ship_return(case: Case, data: Data, actor: Actor, now: datetime) -> object:
    carrier, seen = data["carrier"], data.get("version")
    return negotiation.ship_return(case.pk, carrier=carrier, tracking=data["tracking"], actor=actor, now=now, seen=seen)


def _make_offer(case: Case, data: Data, actor: Actor, now: datetime) -> object:
    amount, returns, seen = data["amount"], data["returns"], data.get("version")
    return offers.make(case.pk, amount=amount, returns=returns, text=data["text"], actor=actor, now=now, seen=seen)


def _of_offer(act: Callable[..., object]) -> Perform:
    return lambda case, data, actor, now: act(
        _offer(case, data["offer_of"]), actor=actor, now=now, seen=data.get("version")
    )


def _retract(case: Case, data: Data, actor: Actor, now: datetime) -> object:
    return offers.retract(_offer(case, data["on_behalf_of"]), actor=actor, now=now, seen=data.get("version"))


def _intervene(case: Case, data: Data, actor: Actor, now: datetime) -> object:
    return intervention.request(case.pk, _claim(data), actor=actor, now=now, seen=data.get("version"))


def _rebut(case: Case, data: Data, actor: Actor, now: datetime) -> object:
    answers, seen = _answers(case, data), data.get("version")
    return intervention.rebut(case.pk, answers, text=data["text"], actor=actor, now=now, seen=seen)


def _answer_points(case: Case, data: Data, actor: Actor, now: datetime) -> object:
    return submissions.answer_points(case.pk, _answers(case, data), actor=actor, now=now, seen=data.get("version"))


def _answer_exhibit(case: Case, data: Data, actor: Actor, now: datetime) -> object:
    named = Exhibit.objects.filter(dossier_id=case.dossier_id, public_id=data["exhibit"])
    exhibit = named.values_list("pk", flat=True).first()
    if exhibit is None:
        raise Missing
    return rebuttals.answer(
        case.pk,
        exhibit,
        stance=data["stance"],
        grounds=data["grounds"],
        text=data["text"],
        actor=actor,
        now=now,
        seen=data.get("version"),
    )


def _appeal(case: Case, data: Data, actor: Actor, now: datetime) -> object:
    received: Received | None = data.get("received")
    new = [appeals.NewExhibit(received, data["code"], data["name"], data["why_late"])] if received else []
    if data["new_text"].strip():
        new.append(appeals.NewExhibit(data["new_text"], IN_WORDS, "", data["why_late"]))
    return appeals.file(
        case.pk,
        ground=data["ground"],
        points=data["points"],
        text=data["text"],
        exhibits=new,
        actor=actor,
        now=now,
        seen=data.get("version"),
    )


ROWS: tuple[Row, ...] = (
    Row(Event.REFUND_AGREED, Side.MERCHANT, bodies.Plain, _plain(negotiation.agree_refund)),
    Row(Event.RETURN_AGREED, Side.MERCHANT, bodies.Plain, _plain(negotiation.agree_return)),
    Row(Event.REFUND_REFUSED, Side.MERCHANT, bodies.WithText, _with_text(negotiation.refuse)),
    Row(Event.REQUEST_REVISED, Side.BUYER, bodies.Revise, _revise),
    Row(Event.RETURN_SHIPPED, Side.BUYER, bodies.ShipReturn, _ship_return),
    Row(Event.RETURN_ACCEPTED, Side.MERCHANT, bodies.Plain, _plain(negotiation.accept_return)),
    Row(Event.RETURN_REFUSED, Side.MERCHANT, bodies.WithText, _with_text(negotiation.refuse_return)),
    Row(Event.WITHDRAWN, Side.BUYER, bodies.PlainFor, _plain(negotiation.withdraw)),
    Row(Event.OFFER_MADE, None, bodies.MakeOffer, _make_offer),
    Row(Event.OFFER_ACCEPTED, None, bodies.OfferOf, _of_offer(offers.accept)),
    Row(Event.OFFER_DECLINED, None, bodies.OfferOf, _of_offer(offers.decline)),
    Row(Event.OFFER_RETRACTED, None, bodies.RetractOffer, _retract),
    Row(Event.INTERVENTION_REQUESTED, None, bodies.Intervene, _intervene),
    Row(Event.EXHIBIT_ANSWERED, None, bodies.AnswerExhibit, _answer_exhibit),
    Row(Event.POINT_ANSWERED, None, bodies.AnswerPoints, _answer_points),
    Row(Event.BUYER_HANDED_IN, Side.BUYER, bodies.Plain, _plain(submissions.hand_in)),
    Row(Event.MERCHANT_HANDED_IN, Side.MERCHANT, bodies.Plain, _plain(submissions.hand_in)),
    Row(Event.CLAIM_ACCEPTED, Side.MERCHANT, bodies.PlainFor, _plain(intervention.accept_claim)),
    Row(Event.CLAIM_REBUTTED, Side.MERCHANT, bodies.Rebut, _rebut),
    Row(Event.MORE_EVIDENCE_HANDED_IN, None, bodies.HandInMore, _with_text(submissions.hand_in_more)),
    Row(Event.APPEAL_FILED, None, bodies.FileAppeal, _appeal, upload=bodies.FileAppealWithEvidence),
    Row(Event.APPEAL_WAIVED, None, bodies.PlainOf, _plain(appeals.waive)),
    Row(Event.APPEAL_ANSWERED, None, bodies.AnswerAppeal, _with_text(appeals.answer)),
    Row(Event.COMPLIED, Side.MERCHANT, bodies.Comply, _with_text(compliance.comply)),
)
# What belongs to the other side for as long as the case lasts, since that is the one that claims, or that answers.
_NEVER = frozenset({"not_your_claim", "your_own_claim"})
BY_EVENT: dict[Event, Row] = {row.event: row for row in ROWS}


def open_in(case: Case, deadlines: Sequence[Deadline], standing: Sequence[Offer], now: datetime) -> list[Open]:
    """What the table opens to either side in the case's state, in the table's order."""
    state = State(case.state)
    duty = DUTIES.get(state)
    main = next((row for row in deadlines if duty is not None and row.duty == duty.name), None)
    found: list[Open] = []
    for role in (BUYER, MERCHANT):
        due_at = main.due_at if main is not None and main.awaits in (role.value, "both") else None
        for event in LIFECYCLE.open_to(state, role):
            if event in BY_EVENT:
                blocked = _blocked(case, event, role, standing, now)
                if blocked not in _NEVER:
                    found.append(Open(event, role, due_at, blocked))
    return found


def _blocked(case: Case, event: Event, role: Role, standing: Sequence[Offer], now: datetime) -> str | None:
    """What would speak against it, as far as it can be known without the body."""
    theirs = [offer for offer in standing if offer.side != role.value and offer.is_open_at(now)]
    mine = [offer for offer in standing if offer.side == role.value]
    checked: dict[str, Any] = {}
    match event:
        case Event.OFFER_ACCEPTED | Event.OFFER_DECLINED:
            offer = theirs[0] if theirs else None
            checked = {
                "offer_is_open": offer is not None,
                "offer_settles": offer is not None,
                "offer_returns": offer is not None and offer.returns,
            }
        case Event.OFFER_RETRACTED:
            checked = {"offer_is_open": bool(mine), "offer_is_mine": True}
        case Event.OFFER_MADE if mine:
            checked = {"refusals": ("offer_already_open",)}
        case Event.INTERVENTION_REQUESTED:
            checked = {"refusals": eligibility.refusals(negotiation.situation(case, now, by=role))}
        case Event.BUYER_HANDED_IN | Event.MERCHANT_HANDED_IN:
            lacking = submissions.against_handing_in(case, Side(role.value))
            checked = {"refusals": (lacking.code,)} if lacking is not None else {}
        case _:
            pass
    actor = Actor(role, case.buyer_id if role is BUYER else None, merchant_id=case.merchant_id)
    facts = moves.facts_of(case, actor, now, **checked)
    weighed = LIFECYCLE.weigh(facts.state, event, role, facts)
    return weighed if isinstance(weighed, str) else None
