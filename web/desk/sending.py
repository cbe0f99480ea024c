"""A ruling on its way: for ten seconds its author can call it back, by a plain button, and then go on to the next case."""

from __future__ import annotations

import math
from datetime import datetime, timedelta

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from arbitration import assignment, outgoing, preferences, queries
from arbitration.models import Outgoing, Ruling
from common import clock
from common.actor import Actor
from common.errors import Missing, Refused
from disputes import refusals
from disputes.models import Case
from web import fetch, wording
from web.desk import shell

# The tick that serves it comes soon after its time is over, and no later than this as a rule.
_TICK = timedelta(seconds=3)


def onward(case: Case, actor: Actor, now: datetime) -> str:
    """Where whoever sent a ruling out goes: to its page, with the next case in hand if they wish so and may have one."""
    sent = reverse("desk:sent", args=[case.number])
    if not preferences.of(actor.id).goes_on:
        return sent
    try:
        following = assignment.take_next(actor=actor, now=now)
    except Refused:
        return sent
    return f"{sent}?next={following.number}"


@require_safe
def sent(request: HttpRequest, number: str) -> HttpResponse:
    """What became of the ruling: on its way, served, or back with its author."""
    actor = shell.reader(request)
    case = fetch.case_or_404(number, actor)
    now = clock.now()
    ruling = Ruling.objects.filter(case=case, author_id=actor.id).select_related("outgoing").order_by("-pk").first()
    if ruling is None:
        raise Http404
    waiting = queries.on_its_way(ruling)
    at = waiting.until.astimezone(wording.HOUSE_ZONE) if waiting is not None else None
    shown = {
        **shell.around(actor, "queue", now),
        "case": case,
        "ruling": ruling,
        "until": f"{at:%H:%M:%S}" if at is not None else "",
        "may_call_back": waiting is not None and waiting.can_be_called_back(now),
        "set_aside": waiting is not None and waiting.set_aside_at is not None,
        "called_back_until": waiting.until if waiting is not None and waiting.can_be_called_back(now) else None,
        "again_in": _again_in(waiting, now),
        "following": request.GET.get("next", "")[:32],
    }
    return render(request, "desk/sent.html", shown)


def _again_in(waiting: Outgoing | None, now: datetime) -> int:
    """After how many seconds the page asks again what became of it, without scripts too; 0 where nothing moves by itself."""
    if waiting is None or waiting.set_aside_at is not None:
        return 0
    return math.ceil((max(waiting.until - now, timedelta()) + _TICK).total_seconds())


@require_POST
def call_back(request: HttpRequest, number: str) -> HttpResponse:
    """The ruling is a draft again, if its time is not over."""
    actor = shell.reader(request)
    case = fetch.case_or_404(number, actor)
    try:
        outgoing.call_back(case.pk, actor=actor, now=clock.now())
    except Missing:
        raise Http404 from None
    except Refused as refused:
        messages.warning(request, refusals.say(refused))
        return HttpResponseRedirect(reverse("desk:sent", args=[number]))
    messages.success(request, _("Called back. Nobody was told; your draft is as it was."))
    return HttpResponseRedirect(reverse("desk:case", args=[number]))
