"""How a case is read and locked. The lock of the case is the lock of everything that belongs to it."""

from __future__ import annotations

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Exists, OuterRef, QuerySet, Value
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
