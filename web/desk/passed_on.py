"""A ruling that is sent by somebody who no longer has its case: said so, and their words given back. Nothing is saved.

Whoever never worked on the case learns nothing here; whoever did learns that it is not theirs, and no name.
"""

from __future__ import annotations

from django.forms import Form
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from arbitration import queries
from common import clock
from common.actor import Actor
from common.errors import Refused
from disputes.models import Case
from web import drafts
from web.acts import Closed
from web.desk import shell
from web.desk.ruling_form import RulingForm

CODE = "not_yours"
# Fields in which somebody writes sentences. Those of points and exhibits are named by their number.
_WORDS = ("reasons", "deviation_reason")
_NUMBERED = ("note_", "skip_")
_LONGEST = 20_000


def was_theirs(number: str, actor: Actor) -> bool:
    """Whether a case that this reader may not see any more was in their hands once. One query."""
    return queries.had_in_hand(number, actor)


def is_not_theirs(case: Case, actor: Actor) -> bool:
    """Whether somebody else has this case, or nobody."""
    return case.assignee_id != actor.id


def reply(request: HttpRequest, number: str, actor: Actor, case: Case | None = None) -> HttpResponse:
    """409: to a script as JSON with ``code`` and ``detail``, to a person as a page with what they had written."""
    free = case is not None and case.assignee_id is None
    detail = _free(number) if free else _taken(number)
    if request.headers.get(drafts.BY_SCRIPT) or not request.accepts("text/html"):
        return JsonResponse({"code": CODE, "detail": detail}, status=409)
    shown = {
        **shell.around(actor, "queue", clock.now()),
        "case": case if case is not None else {"number": number},
        "title": _("Ruling"),
        "layout": shell.LAYOUT,
        "back": reverse("desk:case", args=[number]) if case is not None else reverse("desk:queue"),
        "back_label": "" if case is not None else _("Back to the queue"),
        "closed": Closed(Refused("case_is_not_yours")),
        "reason": detail,
        "typed": _typed(request),
    }
    return render(request, "case/closed.html", shown, status=409)


def _taken(number: str) -> str:
    said = _("%(number)s is with another arbitrator now. Nothing was saved; what you wrote is still here to copy.")
    return said % {"number": number}


def _free(number: str) -> str:
    said = _("%(number)s is no longer in your hands. Nothing was saved; what you wrote is still here to copy.")
    return said % {"number": number}


def _typed(request: HttpRequest) -> list[tuple[str, str]]:
    """The words that were sent, each under the name of its field."""
    form: type[Form] = RulingForm
    found = []
    for name, value in request.POST.items():
        words = str(value).strip()[:_LONGEST]
        prefix, _sep, at = name.partition("_")
        if words and name in _WORDS:
            found.append((str(form.base_fields[name].label), words))
        elif words and f"{prefix}_" in _NUMBERED and at:
            labels = {"note": _("Note on point %(number)s"), "skip": _("Why you skip %(number)s")}
            found.append((labels[prefix] % {"number": at[:8]}, words))
    return found
