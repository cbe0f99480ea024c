"""What a juror does with the one case they are given: come, skip, step back, look at everything, vote. Counts nothing.

A seat is found by its token and its juror. The lock of the case comes first, so that a vote and the end of the vote never
both win, and everything is asked again under it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet

from accounts import hats
from accounts.models import Membership
from common.actor import Actor, Role
from common.acts import act, require_act
from common.errors import Missing, Refused
from common.ids import PLATFORM_ZONE
from disputes import queries
from disputes.lifecycle import State
from disputes.models import Case
from evidence.models import Exhibit, Holder
from journal import book
from journal.kinds import Kind
from jury import neutral, panels, pool, sealing, standing
from jury.models import Ballot, Control, Juror, Opened, Panel, Seat
from jury.tally import Vote

# How somebody votes: for the side that stands first on their page, for the other, or for none.
FIRST, SECOND, UNSURE = "first", "second", "unsure"
CHOICES = (FIRST, SECOND, UNSURE)
# Characters: what is too long is kept until it is shortened.
LONGEST_DRAFT = 2 * standing.LONGEST_REASON


@dataclass(frozen=True)
class _Sitting:
    case: Case
    seat: Seat


def mine(user_id: int, now: datetime) -> Seat | None:
    """The one case that this juror is asked about now; there is never a second. One query."""
    held = Seat.objects.filter(
        juror__user_id=user_id, state__in=Seat.OPEN, expires_at__gt=now, panel__state=Panel.VOTING
    )
    return held.select_related("panel__case", "panel__question", "juror").first()


def items(dossier_id: int, now: datetime) -> QuerySet[Exhibit]:
    """What both sides show, in the order in which all jurors go through it. The platform's records name too many people."""
    shown = Exhibit.objects.filter(dossier_id=dossier_id, withdrawn_at__isnull=True, visible_at__lte=now)
    return shown.filter(side__in=[Holder.BUYER.value, Holder.MERCHANT.value]).order_by("side", "place")


def may_look_at(user_id: int, exhibit: Exhibit, now: datetime) -> bool:
    """Whether this person is sitting, at this moment, on the case that the exhibit belongs to. One query."""
    held = Seat.objects.filter(
        Q(panel__case__due_at__isnull=True) | Q(panel__case__due_at__gt=now),
        juror__user_id=user_id,
        state=Seat.SITTING,
        expires_at__gt=now,
        panel__state=Panel.VOTING,
        panel__case__dossier_id=exhibit.dossier_id,
        panel__case__state=State.JURY_VOTING.value,
    )
    shown = exhibit.visible_at is not None and exhibit.visible_at <= now and exhibit.withdrawn_at is None
    return shown and exhibit.side != Holder.PLATFORM.value and held.exists()


def names_of(case: Case) -> list[str]:
    """How the people and the shop of this case are called, to be left out. Three queries at most."""
    members = Membership.objects.filter(merchant_id=case.merchant_id).values_list("user__display_name", flat=True)
    return [name for name in (case.buyer.display_name, case.merchant.name, *members) if name]


def skips_left(juror: Juror, now: datetime) -> int:
    """How many cases may still be skipped on this day of the platform."""
    begins = now.astimezone(PLATFORM_ZONE).replace(hour=0, minute=0, second=0, microsecond=0)
    skipped = Seat.objects.filter(juror=juror, state=Seat.SKIPPED, ended_at__gte=begins).count()
    return max(0, standing.SKIPS_A_DAY - skipped)


def owes_control(juror: Juror) -> bool:
    """Whether the next thing for this juror is a case with a known answer."""
    return standing.owes_control(juror.votes, Control.objects.filter(juror=juror).count())


@act
def come(token: str, *, tied: bool, actor: Actor, now: datetime) -> Seat:
    """The juror sits and may read, for six hours; or knows somebody here, and steps back without any penalty.

    Raises `Missing`; `Refused`: ``seat_is_over``, ``case_is_suspended``, ``conflict_of_interest``, ``control_first``.
    """
    sitting = _sit(token, actor, now)
    seat = sitting.seat
    if tied:
        return _leave(sitting, Seat.RECUSED, reason="knows_somebody", now=now)
    if seat.state == Seat.SITTING:
        return seat
    if owes_control(seat.juror):
        raise Refused("control_first")
    if not pool.may_sit(seat.juror_id, sitting.case):
        raise Refused("conflict_of_interest")
    until = now + standing.SITTING
    seat.state, seat.sat_at = Seat.SITTING, now
    seat.expires_at = min(until, sitting.case.due_at or until)
    seat.save(update_fields=["state", "sat_at", "expires_at"])
    return seat


@act
def skip(token: str, *, actor: Actor, now: datetime) -> Seat:
    """Somebody else gets the case. Three a day. Raises as `come`, and ``skips_used_up``."""
    sitting = _sit(token, actor, now)
    Juror.objects.select_for_update().get(pk=sitting.seat.juror_id)
    if not skips_left(sitting.seat.juror, now):
        raise Refused("skips_used_up", a_day=standing.SKIPS_A_DAY)
    return _leave(sitting, Seat.SKIPPED, now=now)


@act
def recuse(token: str, *, reason: str, actor: Actor, now: datetime) -> Seat:
    """The juror steps back for one of three reasons; it counts against nobody. Raises as `come`, and ``reason_unknown``."""
    if reason not in Seat.REASONS:
        raise Refused("reason_unknown", reason=reason)
    return _leave(_sit(token, actor, now), Seat.RECUSED, reason=reason, now=now)


@act
def open_item(token: str, exhibit_id: int, *, actor: Actor, now: datetime) -> Opened:
    """The juror looks at one exhibit; the first time is kept. Raises as `come`, and ``come_first``."""
    sitting = _sit(token, actor, now)
    if sitting.seat.state != Seat.SITTING:
        raise Refused("come_first")
    exhibit = items(sitting.case.dossier_id, now).filter(pk=exhibit_id).first()
    if exhibit is None:
        raise Missing
    opened, _is_new = Opened.objects.get_or_create(seat=sitting.seat, exhibit=exhibit, defaults={"at": now})
    return opened


@act
def pen(
    token: str, *, choice: str = "", reason: str = "", decisive: Sequence[int] = (), actor: Actor, now: datetime
) -> Seat:
    """What the juror has written so far is kept until they vote, sealed as a vote is. It need not be complete.

    Raises as `come`, and ``come_first``, ``choice_unknown``, ``text_too_long``.
    """
    sitting = _sit(token, actor, now)
    seat = sitting.seat
    if seat.state != Seat.SITTING:
        raise Refused("come_first")
    if choice and choice not in CHOICES:
        raise Refused("choice_unknown")
    if len(reason) > LONGEST_DRAFT:
        raise Refused("text_too_long", field="reason", longest=standing.LONGEST_REASON, length=len(reason))
    there = set(items(sitting.case.dossier_id, now).values_list("pk", flat=True))
    draft = {"choice": choice, "reason": reason, "decisive": sorted(there.intersection(decisive))}
    seat.draft = sealing.seal_draft(draft, seat.panel.key)
    seat.save(update_fields=["draft"])
    return seat


def penned(seat: Seat) -> dict[str, Any]:
    """What its juror has written so far: ``choice``, ``reason``, ``decisive``; empty where nothing."""
    return sealing.open_draft(seat.draft, seat.panel.key) or {} if seat.draft else {}


@act
def vote(
    token: str, *, choice: str, reason: str = "", decisive: Sequence[int] = (), actor: Actor, now: datetime
) -> Ballot:
    """The vote is sealed and stays as it is. Nobody reads it before the vote is over, and who cast it never.

    Names, numbers and addresses in the reason are left out before it is sealed: the sides read it as it is kept.
    ``decisive`` are ids of up to three exhibits; they or ten characters of reason have to be given. Raises as `come`, and
    ``already_voted``, ``come_first``, ``choice_unknown``, ``items_unopened``, ``reason_or_items``, ``too_many_decisive``,
    ``text_too_long``.
    """
    sitting = _sit(token, actor, now, voted="already_voted")
    case, seat = sitting.case, sitting.seat
    if seat.state != Seat.SITTING:
        raise Refused("come_first")
    if choice not in CHOICES:
        raise Refused("choice_unknown")
    if not pool.may_sit(seat.juror_id, case):
        raise Refused("conflict_of_interest")
    there = set(items(case.dossier_id, now).values_list("pk", flat=True))
    opened = dict(Opened.objects.filter(seat=seat, exhibit__in=there).values_list("exhibit_id", "at"))
    if len(opened) < len(there):
        raise Refused("items_unopened", left=len(there) - len(opened))
    said, named = _grounds(reason, decisive, there)
    said = neutral.unnamed(said, names_of(case))
    panel = seat.panel
    slip = sealing.slip(panel.public_id, seat.token, _vote(choice, seat), decisive=named, reason=said)
    ballot = Ballot.objects.create(
        seat=seat,
        commitment=slip.commitment,
        sealed=sealing.seal(slip, panel.key),
        at=now,
        read_for=now - min(opened.values(), default=seat.sat_at or now),
        items=len(there),
    )
    panels.end_seat(seat, Seat.VOTED, now=now)
    data = {"panel": panel.public_id, "seat": seat.token, "commitment": ballot.commitment}
    book.record(case.stream_id, Kind.JURY_VOTED, data=data, actor=actor, now=now)
    return ballot


def _grounds(reason: str, decisive: Sequence[int], there: set[int]) -> tuple[str, list[int]]:
    said, named = reason.strip(), sorted(set(decisive))
    if not set(named) <= there:
        raise Missing
    if len(named) > standing.DECISIVE:
        raise Refused("too_many_decisive", most=standing.DECISIVE)
    if len(said) > standing.LONGEST_REASON:
        raise Refused("text_too_long", field="reason", longest=standing.LONGEST_REASON, length=len(said))
    if not named and len(said) < standing.SHORTEST_REASON:
        raise Refused("reason_or_items", least=standing.SHORTEST_REASON)
    return said, named


def _vote(choice: str, seat: Seat) -> Vote:
    if choice == UNSURE:
        return Vote.UNSURE
    first = Vote(seat.first)
    return first if choice == FIRST else Vote.MERCHANT if first is Vote.BUYER else Vote.BUYER


def _sit(token: str, actor: Actor, now: datetime, *, voted: str = "seat_is_over") -> _Sitting:
    """The seat of this juror under the lock of its case, as long as it can still be voted from."""
    require_act()
    if actor.role is not Role.JUROR or actor.id is None or not hats.still_holds(actor):
        raise Missing
    held = Seat.objects.filter(token=token, juror__user_id=actor.id)
    case_id = held.values_list("panel__case_id", flat=True).first()
    if case_id is None:
        raise Missing
    case = queries.lock(case_id)
    seat = held.select_for_update(of=("self",)).select_related("panel", "juror").get()
    if seat.state == Seat.VOTED:
        raise Refused(voted)
    is_over = now >= seat.expires_at or (case.due_at is not None and now >= case.due_at)
    ended = seat.state not in Seat.OPEN or seat.panel.state != Panel.VOTING or case.state != State.JURY_VOTING.value
    if is_over or ended:
        raise Refused("seat_is_over")
    if case.suspended_at is not None:
        raise Refused("case_is_suspended", state=case.state)
    return _Sitting(case, seat)


def _leave(sitting: _Sitting, state: str, *, reason: str = "", now: datetime) -> Seat:
    panels.end_seat(sitting.seat, state, reason=reason, now=now)
    panels.summon_next(sitting.case, sitting.seat.panel, sitting.seat, why=state, now=now)
    return sitting.seat
