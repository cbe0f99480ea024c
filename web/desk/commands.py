"""All that can be done from the keyboard, to read; and a way to a case by its number. The page behind the action menu."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from common import clock
from common.ids import is_shaped_like_case_number
from web.desk import shell, workspace


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """``?q=``: the number of a case leads to it; the page of the case says whether there is one to see."""
    actor = shell.reader(request)
    wanted = request.GET.get("q", "").strip().upper()[:32]
    if is_shaped_like_case_number(wanted):
        return HttpResponseRedirect(reverse("desk:case", args=[wanted]))
    shown = {
        **shell.around(actor, "", clock.now()),
        **workspace.hotkeys(request),
        "q": wanted,
        "hint": _("A case number looks like DA-20261120-00871.") if wanted else "",
    }
    return render(request, "desk/keys.html", shown)
