"""The lists of a shop: what awaits it, what goes on, what was decided. Reads by keyset; counts no further than it shows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import TypedDict

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.text import Truncator

from accounts.models import Membership
from common.actor import Actor, Role, Side
from disputes import access, deadlines, labels
from disputes.lifecycle import LIFECYCLE, TERMINAL, Event, Kind, State
from disputes.models import Case, Consent
from rulebook import queries as rulebook
from web import addresses, asked, awaited, sums, wording
from web.keyset import Cursor

PAGE = 50
LONGEST_TITLE = 40
# What a row shows, decides by, or goes on from.
_SHOWN = (
    *("number", "title", "state", "kind", "type_code", "awaits", "returns", "claimed", "currency"),
    *("due_at", "opened_at", "closed_at", "suspended_at", "merchant_handed_in_at", "version", "substitute"),
    *("proposal_due_at", "shop_due_at"),
    *("substance_rules", "procedure_rules", "intervened_at", "remedy", "claimant", "merchant_waived_at"),
    *("handling__member__display_name", "handling__member__username"),
)
SOON = timedelta(hours=2)
# The step of the rules that says how long a proposal stands.
OFFER = "offer"
_OVER = sorted(state.value for state in TERMINAL)
# What answering means where a case waits for the shop; elsewhere the case page says it.
_RESPOND = {
    State.AWAITING_CONFIRMATION.value: Event.CLAIM_REBUTTED.value,
    State.AWAITING_MERCHANT.value: Event.REFUND_REFUSED.value,
}


@dataclass(frozen=True, slots=True)
class Filter:
    """What a reader narrows a list to. ``least`` and ``most`` in minor units, both inclusive; empty and ``None`` narrow
    nothing.

    ``who``: ``me`` for what one looks after, for oneself or for a colleague who is away; ``none`` for what nobody does,
    ``second`` for what waits for a second person.
    """

    type_code: str = ""
    states: tuple[str, ...] = ()
    least: int | None = None
    most: int | None = None
    sku: str = ""
    who: str = ""
    due_before: datetime | None = None


class Row(TypedDict):
    """One case of a list as the shop reads it. ``mine``: the term that runs is the shop's; none runs once it is over.

    ``amount`` in minor units is what is claimed, as in every list; ``result``: what came of it, in the list of decided
    cases. ``who`` looks after it; ``waits``: something in it waits for a second person; ``accept``: how the shop can give
    in, if it can. A dict, since that is what a template looks for first.
    """

    number: str
    href: str
    title: str
    due_at: datetime | None
    clock: str
    stopped_at: datetime | None
    mine: bool
    type_name: str
    amount: int
    result: str
    currency: str
    asked: str
    badge: labels.Label
    who: str
    waits: bool
    accept: Event | None
    respond: str


@dataclass(frozen=True)
class Page:
    rows: list[Row]
    next: str


@dataclass(frozen=True, slots=True)
class Waiting:
    """How much awaits the shop, counted within the ``awaited.MOST`` most urgent cases. Ends are exclusive."""

    soon: int
    today: int
    week: int
    total: int
    soon_ends: datetime
    today_ends: datetime
    week_ends: datetime


def waiting(actor: Actor, now: datetime) -> Waiting:
    """One query, whatever the shop owes."""
    due = list(awaited.of(actor).order_by("shop_due_at", "id").values_list("shop_due_at", flat=True)[: awaited.MOST])
    midnight = now.astimezone(wording.HOUSE_ZONE).replace(hour=0, minute=0, second=0, microsecond=0) + wording.DAY
    ends = (now + SOON, midnight, midnight + timedelta(days=6))
    soon, today, week = (sum(1 for at in due if at is not None and at <= end) for end in ends)
    return Waiting(soon, today, week, len(due), *ends)


def inbox(actor: Actor, narrowed: Filter, after: str, now: datetime) -> Page:
    """What awaits the shop, the most urgent first."""
    cases = _narrow(awaited.of(actor), narrowed, actor, now)
    at = Cursor.read(after)
    if at is not None:
        cases = cases.filter(Q(shop_due_at__gt=at.at) | Q(shop_due_at=at.at, id__gt=at.id))
    return _page(cases.order_by("shop_due_at", "id"), actor, lambda case: case.shop_due_at)


def going_on(actor: Actor, narrowed: Filter, after: str, now: datetime) -> Page:
    """Everything that is not over, the newest first."""
    live = access.visible_to(actor).exclude(state__in=_OVER)
    return _newest(_narrow(live, narrowed, actor, now), actor, after)


def decided(actor: Actor, narrowed: Filter, after: str, now: datetime) -> Page:
    """What was ruled, agreed or ended, the newest first."""
    over = access.visible_to(actor).filter(Q(state__in=_OVER) | Q(outcome__isnull=False) | Q(ruled_by__isnull=False))
    return _newest(_narrow(over, narrowed, actor, now), actor, after, with_outcome=True)


def own_claims(actor: Actor, *, most: int) -> list[Row]:
    """What the shop claims back itself, the newest first, with what came of it. One query."""
    own = access.visible_to(actor).filter(claimant=Side.MERCHANT.value).order_by("-opened_at", "-id")
    return _page(own, actor, lambda case: case.opened_at, with_outcome=True).rows[:most]


def next_free(actor: Actor, now: datetime, *, most: int) -> list[tuple[int, str, str]]:
    """``(id, number, state)`` of the most urgent cases that await the shop and are nobody else's."""
    mine = awaited.of(actor).filter(_own(actor, now) | Q(handling__member__isnull=True))
    return list(mine.order_by("shop_due_at", "id").values_list("pk", "number", "state")[:most])


def small(actor: Actor, narrowed: Filter, now: datetime, *, most: int) -> list[tuple[str, int]]:
    """``(number, version)`` of what awaits the shop in this filter and can be accepted as it stands, most urgent first."""
    found = _narrow(awaited.of(actor), narrowed, actor, now).order_by("shop_due_at", "id")
    # Where something else was proposed, the whole claim is not what to accept in passing.
    rows = found.filter(claimant=Side.BUYER.value, proposal_due_at__isnull=True).values_list(
        "number", "version", "state", "kind"
    )[: most * 4]
    return [(number, version) for number, version, state, kind in rows if accepting(state, kind)][:most]


# Fifty rows ask for the same few answers, and the table does not change.
@cache
def accepting(state: str, kind: str, claimant: str = Side.BUYER.value) -> Event | None:
    """By which event the shop gives in to what is asked, in this state; ``None`` where it cannot, as in what it claims
    itself. The table says."""
    if claimant != Side.BUYER.value:
        return None
    open_now = LIFECYCLE.open_to(State(state), Role.MERCHANT)
    if Event.CLAIM_ACCEPTED in open_now:
        return Event.CLAIM_ACCEPTED
    wanted = Event.RETURN_AGREED if kind == Kind.RETURN_REFUND.value else Event.REFUND_AGREED
    return wanted if wanted in open_now else None


def _own(actor: Actor, now: datetime) -> Q:
    """The reader's own cases, and those of colleagues who are away and named the reader to stand in."""
    away = Membership.objects.filter(
        merchant_id=actor.merchant_id or 0, removed_at__isnull=True, cover_id=actor.id, away_until__gt=now
    )
    return Q(handling__member_id=actor.id) | Q(handling__member_id__in=away.values("user_id"))


def _narrow(cases: QuerySet[Case], narrowed: Filter, actor: Actor, now: datetime) -> QuerySet[Case]:
    if narrowed.type_code:
        cases = cases.filter(type_code=narrowed.type_code)
    if narrowed.states:
        cases = cases.filter(state__in=narrowed.states)
    if narrowed.least is not None:
        cases = cases.filter(claimed__gte=narrowed.least)
    if narrowed.most is not None:
        cases = cases.filter(claimed__lte=narrowed.most)
    if narrowed.sku:
        cases = cases.filter(line__sku__startswith=narrowed.sku)
    if narrowed.who == "me":
        cases = cases.filter(_own(actor, now))
    elif narrowed.who == "none":
        cases = cases.filter(handling__member__isnull=True)
    elif narrowed.who == "second":
        cases = cases.filter(consents__state=Consent.OPEN)
    if narrowed.due_before is not None:
        cases = cases.filter(shop_due_at__lte=narrowed.due_before)
    return cases


def _newest(cases: QuerySet[Case], actor: Actor, after: str, *, with_outcome: bool = False) -> Page:
    at = Cursor.read(after)
    if at is not None:
        cases = cases.filter(Q(opened_at__lt=at.at) | Q(opened_at=at.at, id__lt=at.id))
    return _page(cases.order_by("-opened_at", "-id"), actor, lambda case: case.opened_at, with_outcome=with_outcome)


def _page(
    cases: QuerySet[Case], actor: Actor, place: Callable[[Case], datetime | None], *, with_outcome: bool = False
) -> Page:
    # A case is wide; fifty of them cost by the column.
    shown = (
        [*_SHOWN, "outcome__amount", "outcome__substitute", "outcome__remedy", "outcome__source"]
        if with_outcome
        else _SHOWN
    )
    also = ["handling__member", "outcome"] if with_outcome else ["handling__member"]
    waits = Consent.objects.filter(case=OuterRef("pk"), state=Consent.OPEN)
    found = list(cases.select_related(*also).only(*shown).annotate(waits=Exists(waits))[: PAGE + 1])
    last = found[PAGE - 1] if len(found) > PAGE else None
    at = place(last) if last is not None else None
    href = addresses.of_cases("merchant:case")
    rows = [_row(case, href(case.number), actor, with_outcome) for case in found[:PAGE]]
    return Page(rows, str(Cursor(at, last.pk)) if last is not None and at else "")


def _row(case: Case, href: str, actor: Actor, with_outcome: bool) -> Row:
    # What ends first is what the row says: where that is a proposal, its term, and that a word on it is awaited.
    proposed = case.closed_at is None and case.proposal_due_at is not None and case.shop_due_at == case.proposal_due_at
    if proposed and case.due_at == case.proposal_due_at and case.awaits in ("merchant", "both"):
        proposed = False
    badge = labels.NEW_PROPOSAL if proposed else _badge(case, actor)
    handling = getattr(case, "handling", None)
    gives_in = not with_outcome and not proposed
    return Row(
        number=case.number,
        href=href,
        title=case.title if len(case.title) <= LONGEST_TITLE else Truncator(case.title).chars(LONGEST_TITLE),
        due_at=None if case.closed_at is not None else case.proposal_due_at if proposed else case.due_at,
        clock=deadlines.step_of(case, OFFER).duration.clock.value if proposed else deadlines.clock_of(case),
        stopped_at=case.suspended_at,
        mine=proposed or case.awaits in ("merchant", "both"),
        type_name=str(rulebook.rules(case.substance_rules_id).type(case.type_code).name),
        amount=case.claimed,
        result=sums.result(case) if with_outcome else "",
        currency=case.currency,
        asked=asked.name(case),
        badge=badge,
        who=handling.member.get_full_name() if handling is not None and handling.member is not None else "",
        waits=getattr(case, "waits", False),
        accept=accepting(case.state, case.kind, case.claimant) if gives_in else None,
        respond=_RESPOND.get(case.state, "") if case.claimant == Side.BUYER.value and not proposed else "",
    )


def _badge(case: Case, actor: Actor) -> labels.Label:
    return labels.state_label(
        State(case.state),
        actor.role,
        awaits=case.awaits,
        returns=case.returns,
        in_kind=case.substitute > 0,
        suspended=case.suspended_at is not None,
        handed_in=case.merchant_handed_in_at is not None,
        claimant=case.claimant,
        waived=case.merchant_waived_at is not None,
    )
