"""How a case is read and locked. The lock of the case is the lock of everything that belongs to it."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Exists, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Concat, JSONObject

from common.acts import require_act
from common.errors import Conflict, Missing
from disputes.models import Case, CaseFile, Deadline, Offer, Point, PointAnswer
from disputes.timers import OFFER_DUTY


def lock(case_id: int, *, seen: int | None = None) -> Case:
    """The case, locked until the act ends. ``seen``: the version the reader acted on; ``Conflict`` if it has moved."""
    require_act()
    try:
        case = Case.objects.select_for_update(of=("self",)).select_related("order").get(pk=case_id)
    except Case.DoesNotExist:
        raise Missing from None
    if seen is not None and seen != case.version:
        raise Conflict(seen=seen, now=case.version)
    return case


def open_deadlines(case_id: int) -> list[Deadline]:
    """What is awaited now, soonest first; paused ones last."""
    pending = Deadline.objects.filter(case_id=case_id, state__in=[Deadline.PENDING, Deadline.PAUSED])
    return sorted(pending, key=lambda deadline: (deadline.state != Deadline.PENDING, deadline.due_at))


@dataclass(frozen=True, slots=True)
class Terms:
    """The terms of a case. ``running`` soonest first, paused ones last; ``lapsed`` the duties of which the last term ran
    out, since the platform stepped in where it did."""

    running: list[Deadline]
    lapsed: frozenset[str]


def terms(case: Case) -> Terms:
    """What is awaited now and what was awaited in vain, in one statement. The platform's own duties only while they run."""
    ended = Q(state__in=[Deadline.MET, Deadline.EXPIRED]) & ~Q(awaits="platform")
    rows = list(Deadline.objects.filter(Q(state__in=Deadline.RUNNING) | ended, case=case).order_by("armed_at", "id"))
    since = [row for row in rows if case.intervened_at is None or row.armed_at >= case.intervened_at]
    last = {row.duty: row.state for row in since}
    running = [row for row in rows if row.state in Deadline.RUNNING]
    return Terms(
        sorted(running, key=lambda deadline: (deadline.state != Deadline.PENDING, deadline.due_at)),
        frozenset(duty for duty, state in last.items() if state == Deadline.EXPIRED),
    )


def open_offers(case_id: int) -> QuerySet[Offer]:
    return with_clock(Offer.objects.filter(case_id=case_id, state=Offer.OPEN)).order_by("made_at", "id")


def with_clock(offers: QuerySet[Offer]) -> QuerySet[Offer]:
    """The same rows, each of which knows whether its clock stands still."""
    held = Deadline.objects.filter(
        case_id=OuterRef("case_id"), duty=Concat(Value(OFFER_DUTY), OuterRef("side")), state=Deadline.PAUSED
    )
    return offers.annotate(held=Exists(held))


def points(case: Case) -> QuerySet[Point]:
    """The points of the current round with each side's standing answer in ``current_answers``, in one statement."""
    answers = PointAnswer.objects.filter(point=OuterRef("pk"), superseded_at__isnull=True).order_by("id")
    said = answers.values(said=JSONObject(**{name: name for name in Point.ANSWER}))
    return Point.objects.filter(case=case, round=case.round).annotate(standing=ArraySubquery(said))


def file_of(case: Case) -> CaseFile:
    """The frozen facts of the current round."""
    return CaseFile.objects.get(case=case, round=case.round)
