"""All that can be done from the keyboard, to read; and a way to a case by its number. The page behind the action menu."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from arbitration import preferences, queries
from common import clock
from common.actor import Actor
from common.ids import is_shaped_like_case_number
from disputes import access
from disputes.models import Case
from web.desk import keys, shell

LONGEST = 40
_SHORTEST = 2


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """``?q=``: the number of a case leads to it, if there is one to see; a part of it or of what was bought finds those
    that the reader has at hand. As JSON for the menu: ``cases``, and what is ``said`` where there is none.
    """
    actor = shell.reader(request)
    wanted = request.GET.get("q", "").strip()[:LONGEST]
    found, said = _found(actor, wanted)
    rows = [
        {"number": case.number, "title": case.title, "href": reverse("desk:case", args=[case.number])} for case in found
    ]
    if request.accepts("application/json") and not request.accepts("text/html"):
        return JsonResponse({"cases": rows, "said": said})
    if rows and is_shaped_like_case_number(wanted.upper()):
        return HttpResponseRedirect(rows[0]["href"])
    liked = preferences.of(request.user.pk)
    shown = {
        **shell.around(actor, "", clock.now()),
        "key_groups": keys.by_group(keys.table(liked.keys)),
        "q": wanted,
        "hint": said,
        "cases": rows,
    }
    return render(request, "desk/keys.html", shown)


def _found(actor: Actor, wanted: str) -> tuple[list[Case], str]:
    """The cases, or what to say instead."""
    number = wanted.upper()
    if is_shaped_like_case_number(number):
        case = access.visible_to(actor).filter(number=number).only("number", "title").first()
        said = _("There is no case %(number)s that you can read.") % {"number": number}
        return ([case], "") if case is not None else ([], said)
    found = queries.at_hand(actor, wanted) if len(wanted) >= _SHORTEST else []
    said = _(
        "Nothing that you have at hand or that waits is called so. Any other case opens by its whole number: %(number)s."
    )
    return found, said % {"number": "DA-20261120-00871"} if wanted and not found else ""
