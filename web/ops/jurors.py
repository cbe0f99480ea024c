"""People who want to sit on juries: whose name is checked, who sits, who may not. Shows nobody's votes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from common.actor import Actor
from common.errors import Missing, Refused
from disputes import refusals
from jury import jurors
from jury.models import Juror
from web.ops import shell

MOST = 50
ACTS: dict[str, Callable[..., Juror]] = {
    "confirm": jurors.confirm_real_name,
    "suspend": jurors.suspend,
    "readmit": jurors.readmit,
}


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """Who waits for a check of their name, the longest first; who is suspended; who has to learn again."""
    desk = shell.enter(request)
    rows = Juror.objects.filter(left_at__isnull=True).select_related("user")
    named = rows.filter(real_name_at__isnull=False)
    shown = shell.around(
        desk,
        "jurors",
        waiting=rows.filter(real_name_at__isnull=True).order_by("volunteered_at", "id")[:MOST],
        learning=named.exclude(learning="").order_by("-id")[:MOST],
        suspended=named.filter(suspended_at__isnull=False).order_by("-suspended_at", "-id")[:MOST],
    )
    return render(request, "ops/jurors.html", shown)


@require_POST
def act(request: HttpRequest, pk: int, what: str) -> HttpResponse:
    """Confirm a name, suspend, readmit."""
    desk = shell.enter(request)
    if what not in ACTS:
        raise Http404
    if _done(request, ACTS[what], pk, desk.actor, desk.now):
        messages.success(request, _("Saved."))
    return HttpResponseRedirect(reverse("ops:jurors"))


def _done(request: HttpRequest, what: Callable[..., Juror], pk: int, actor: Actor, now: datetime) -> bool:
    try:
        what(pk, actor=actor, now=now)
    except Missing:
        raise Http404 from None
    except Refused as refused:
        messages.error(request, refusals.say(refused))
        return False
    return True
