"""The demo clock: a visitor moves time forward and sees which terms end. Exists on demo sites only."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.db.models import Min
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from common import clock
from common.errors import Refused
from disputes import refusals
from disputes.models import Deadline
from insights import snapshots
from rulebook.models import RuleSet
from web import wording
from web.ops import shell
from web.ops.deadlines import duty_name

STEPS: dict[str, timedelta] = {"hour": timedelta(hours=1), "day": timedelta(hours=24), "days": timedelta(days=3)}
MOST = 20


@require_safe
def show(request: HttpRequest) -> HttpResponse:
    """What time it is here, what is due next, and which terms ended last."""
    desk = _enter(request)
    upcoming = _next(desk.now)
    context = shell.around(
        desk,
        "clock",
        ahead=wording.span(offset) if (offset := clock.offset()) else "",
        upcoming=upcoming,
        upcoming_duty=duty_name(upcoming) if upcoming else "",
        **_ended(),
    )
    return render(request, "ops/clock.html", context)


@require_POST
def move(request: HttpRequest) -> HttpResponse:
    """Time goes forward by one of the steps, or to just after the next term ends."""
    desk = _enter(request)
    by = request.POST.get("by", "")
    step = STEPS.get(by)
    if by == "next":
        upcoming = _next(desk.now)
        step = upcoming.due_at - desk.now + timedelta(seconds=1) if upcoming else None
    if step is None:
        messages.warning(request, _("Nothing is due: the clock stays where it is."))
        return HttpResponseRedirect(reverse("ops:clock"))
    try:
        clock.move_forward(step)
    except Refused as refused:
        messages.error(request, refusals.say(refused))
    else:
        # What is counted by the hour is as old as the leap until the next tick: whoever moved time looks now.
        snapshots.take_when_due(clock.now())
        moved = _("The clock has moved. Terms that are over end within a few seconds; reload to see them.")
        messages.success(request, moved)
    return HttpResponseRedirect(reverse("ops:clock"))


def _enter(request: HttpRequest) -> shell.Desk:
    if not settings.HENG_DEMO:
        raise Http404
    return shell.enter(request)


def _next(now: datetime) -> Deadline | None:
    running = Deadline.objects.filter(state=Deadline.PENDING, set_aside_at__isnull=True, due_at__gt=now)
    return running.select_related("case").order_by("due_at", "id").first()


def _ended() -> dict[str, list[dict[str, Any]]]:
    """The terms that ended last, by what their end meant. Those of the stories were over before there was a house to end
    them: its first minute did, and they are told apart.
    """
    filled_at = RuleSet.objects.aggregate(at=Min("published_at"))["at"]
    expired = Deadline.objects.filter(state=Deadline.EXPIRED, fired_at__isnull=False).select_related("case")
    found = {"fired": expired.filter(due_at__gte=filled_at), "told": expired.filter(due_at__lt=filled_at)}
    return {
        key: [{"deadline": one, "duty": duty_name(one)} for one in rows.order_by("-fired_at", "-due_at", "-id")[:MOST]]
        for key, rows in found.items()
    }
