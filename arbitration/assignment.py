"""Cases find their arbitrator: taken, taken next, handed back, reassigned. What fits whom is `routing`'s to say."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from django.db.models import Q, QuerySet

from accounts import conflicts
from accounts.models import Grant
from arbitration import appeals, approvals, bench, routing
from arbitration.models import HandBack, Ruling, SecondReader
from arbitration.queries import ORDER
from common.actor import Actor, Role
from common.acts import act, require_act
from common.errors import Missing, Refused
from disputes import queries
from disputes.lifecycle import Event, State
from disputes.models import Case
from disputes.transitions import advance
from marketplace.models import Order

LOOK_AHEAD = 100
LONGEST_TEXT = 500
# What only a senior may have in hand.
SENIORS_OWN = (State.AWAITING_APPROVAL, State.UNDER_APPEAL)
# Cases that weigh on an arbitrator. What waits for a senior's signature does not.
IN_HAND = (State.UNDER_REVIEW.value, State.MORE_EVIDENCE.value, State.JURY_VOTING.value)


@act
def take(case_id: int, *, actor: Actor, now: datetime, seen: int | None = None) -> Case:
    """The case is the actor's to rule, and its file is sealed. Never one they have an interest in or ruled before."""
    case = queries.lock(case_id, seen=seen)
    bench.require_office(actor)
    return _take(case, actor, now)


@act
def take_next(*, actor: Actor, now: datetime) -> Case:
    """The most urgent case that fits the actor is theirs. Two who ask at once get two different cases.

    Raises `Refused`: ``load_limit_reached``, ``queue_is_empty``.
    """
    if actor.id is None or actor.role not in bench.OFFICES:
        raise Missing
    bench.require_office(actor)
    arbiter = arbiter_of(actor.id, actor.role)
    if not routing.may_take_more(arbiter):
        raise Refused("load_limit_reached", limit=arbiter.load_limit)
    for candidate in routing.choose(arbiter, _candidates(arbiter, now)):
        case = (
            Case.objects.select_for_update(of=("self",), skip_locked=True)
            .filter(pk=candidate.id, state=State.AWAITING_ASSIGNMENT.value)
            .first()
        )
        if case is None:
            continue
        try:
            return _take(case, actor, now)
        except Refused:
            continue  # the case changed between choosing and locking; nothing was written
    raise Refused("queue_is_empty")


@act
def hand_back(
    case_id: int,
    *,
    reason: str,
    text: str = "",
    recuse: bool = False,
    actor: Actor,
    now: datetime,
    seen: int | None = None,
) -> Case:
    """Whoever had it in hand no longer has: a case waits in the queue again, an approval or an appeal for another senior.

    ``recuse``: they step back and will not get it again; a senior may do so before anybody has taken it. ``reason`` is one
    of `HandBack.REASONS`; the words stay with the bench and never reach the parties.
    """
    case = queries.lock(case_id, seen=seen)
    bench.require_office(actor)
    return _hand_back(case, reason=reason, text=text, recuse=recuse, actor=actor, now=now)


@act
def reassign(case_id: int, to_user_id: int, *, text: str, actor: Actor, now: datetime, seen: int | None = None) -> Case:
    """Ops has given the case, its approval or its appeal to somebody of the bench; from whoever had it, it is taken first.

    Their own conflicts and earlier rulings count as if they had taken it themselves; their load limit does not.
    """
    case = queries.lock(case_id, seen=seen)
    bench.require_office(actor)
    state = State(case.state)
    grant = bench.office_of(to_user_id, seniors=state in SENIORS_OWN)
    if grant is None:
        raise Refused("not_on_the_bench")
    holder = holder_of(case)
    if holder == to_user_id:
        return case
    if actor.role not in (Role.OPS, Role.SENIOR):
        raise Refused("not_for_this_role", state=case.state)
    if holder is not None and state in (State.UNDER_REVIEW, *SENIORS_OWN):
        _hand_back(case, reason="absence", text=text, recuse=False, actor=actor, now=now, given_on=True)
    to = Actor.staff(Role(grant.role), to_user_id)
    if state is State.UNDER_APPEAL:
        appeals.give(case, to, now, assigned_by=actor)
        return case
    ruling = Ruling.objects.filter(case=case, round=case.round, state=Ruling.PROPOSED).first()
    if state is State.AWAITING_APPROVAL and ruling is not None:
        approvals.give(case, ruling, to, now, assigned_by=actor)
        return case
    return _take(case, to, now, assigned_by=actor)


def holder_of(case: Case) -> int | None:
    """Who has in hand what the bench owes now."""
    if case.state == State.AWAITING_APPROVAL.value:
        readers = SecondReader.objects.filter(ruling__case=case, ruling__state=Ruling.PROPOSED)
        return readers.values_list("user_id", flat=True).first()
    return case.assignee_id if case.state in (*IN_HAND, State.UNDER_APPEAL.value) else None


def arbiter_of(user_id: int, role: Role) -> routing.Arbiter:
    """What routing needs to know of somebody. Four queries."""
    grant = Grant.objects.filter(user_id=user_id, role=role.value, revoked_at__isnull=True).first()
    recused = HandBack.objects.filter(user_id=user_id, recused=True).values_list("case_id", flat=True)
    return routing.Arbiter(
        user_id=user_id,
        load=load_of(user_id),
        load_limit=grant.load_limit if grant else 0,
        skills=frozenset(grant.skills) if grant else frozenset(),
        shops=frozenset(conflicts.shops_of(user_id)),
        bought_from=frozenset(
            Order.objects.filter(buyer_id=user_id).order_by().values_list("merchant_id", flat=True).distinct()
        ),
        never_again=frozenset(recused),
    )


def load_of(user_id: int) -> int:
    return Case.objects.filter(assignee_id=user_id, state__in=IN_HAND).count()


def waiting(now: datetime) -> QuerySet[Case]:
    """Cases that somebody may take now: the file is complete and the clocks run."""
    complete = Q(evidence_closes_at__isnull=True) | Q(evidence_closes_at__lte=now)
    handed_in = Q(buyer_handed_in_at__isnull=False, merchant_handed_in_at__isnull=False)
    return Case.objects.filter(complete | handed_in, state=State.AWAITING_ASSIGNMENT.value, suspended_at__isnull=True)


def _candidates(arbiter: routing.Arbiter, now: datetime) -> list[routing.Candidate]:
    """The most urgent cases that may fit. What can be excluded by the database is, so that a full page is a useful one."""
    cases = waiting(now).exclude(buyer_id=arbiter.user_id).exclude(pk__in=arbiter.never_again)
    cases = cases.exclude(merchant_id__in=arbiter.shops | arbiter.bought_from)
    mine = Ruling.objects.filter(author_id=arbiter.user_id, served_at__isnull=False).values("case_id")
    cases = cases.exclude(pk__in=mine)
    if arbiter.skills:
        cases = cases.filter(type_code__in=arbiter.skills)
    rows = cases.order_by(*ORDER).only("id", "due_at", "priority", "claimed", "type_code", "buyer_id", "merchant_id")[
        :LOOK_AHEAD
    ]
    return [
        routing.Candidate(
            id=case.pk,
            due_at=case.due_at or now,
            priority=case.priority,
            claimed=case.claimed,
            type_code=case.type_code,
            buyer_id=case.buyer_id,
            merchant_id=case.merchant_id,
        )
        for case in rows
    ]


def _take(case: Case, actor: Actor, now: datetime, *, assigned_by: Actor | None = None) -> Case:
    require_act()
    data: dict[str, object] = {}
    refusals: list[str] = []
    if actor.id is not None and actor.role in bench.OFFICES:
        if bench.has_ruled(actor.id, case):
            refusals.append("own_ruling")
        grant = Grant.objects.filter(user_id=actor.id, role=actor.role.value, revoked_at__isnull=True).first()
        full = grant is not None and grant.load_limit and load_of(actor.id) >= grant.load_limit
        if full and assigned_by is None:
            refusals.append("load_limit_reached")
    if assigned_by is not None:
        data["assigned_by"] = assigned_by.id
    facts = bench.facts(case, actor, now, refusals=tuple(refusals))
    advance(case, Event.TAKEN, actor=actor, now=now, facts=facts, changes={"assignee_id": actor.id}, data=data)
    Ruling.objects.filter(case=case, round=case.round, state=Ruling.DRAFT).exclude(author_id=actor.id).update(
        state=Ruling.DROPPED
    )
    bench.seal(case, now=now)
    return case


def _hand_back(
    case: Case, *, reason: str, text: str, recuse: bool, actor: Actor, now: datetime, given_on: bool = False
) -> Case:
    """``given_on``: somebody else gets it in the same act, so nobody needs to look for one."""
    require_act()
    if reason not in HandBack.REASONS:
        raise Refused("reason_unknown", reason=reason)
    text = text.strip()
    if len(text) > LONGEST_TEXT:
        raise Refused("text_too_long", field="hand_back", longest=LONGEST_TEXT, length=len(text))
    state, holder = State(case.state), holder_of(case)
    refusals: tuple[str, ...] = ()
    if actor.role is Role.OPS:
        refusals = ("nobody_has_it",) if holder is None else ()
    elif holder != actor.id:
        refusals = () if recuse else ("case_is_not_yours",)
    facts = bench.facts(case, actor, now, refusals=refusals)
    if state is State.AWAITING_APPROVAL:
        # Whoever wrote it has nothing to give back: it is another's to check.
        own = Ruling.objects.filter(case=case, round=case.round, state=Ruling.PROPOSED, author_id=actor.id)
        facts = replace(facts, ruled_it_myself=own.exists())
    theirs = holder if actor.role is Role.OPS else actor.id
    # Who only checks a ruling leaves it to its author; who steps back from what another has in hand takes nothing away.
    stays = state is State.AWAITING_APPROVAL or theirs != holder
    changes = {"assignee_id": case.assignee_id} if stays else {}
    data: dict[str, object] = {"reason": reason, "recused": recuse}
    if state in SENIORS_OWN and theirs == holder and not given_on:
        data["freed"] = True
    advance(case, Event.HANDED_BACK, actor=actor, now=now, facts=facts, changes=changes, data=data)
    if state is State.AWAITING_APPROVAL:
        SecondReader.objects.filter(ruling__case=case, user_id=theirs or 0).delete()
    elif state is State.UNDER_APPEAL and not stays:
        appeals.put_back(case)
    assert actor.id is not None and theirs is not None
    HandBack.objects.create(
        case=case,
        round=case.round,
        user_id=theirs,
        reason=reason,
        text=text,
        recused=recuse,
        by_id=actor.id,
        at=now,
    )
    return case
