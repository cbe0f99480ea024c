"""Choose a stretch of the talk inside the platform as evidence: a mark where it begins, one where it ends, no script."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from common import clock
from common.actor import Actor, Role
from common.errors import Missing, Refused
from disputes import moves, quoting, refusals
from disputes.lifecycle import LIFECYCLE, Event, State
from disputes.models import Case
from web import awaited, case_page, fetch, navigation, records

_LAYOUTS = {Role.BUYER: "layout/buyer.html", Role.MERCHANT: "layout/area.html"}


def page(request: HttpRequest, number: str, role: Role) -> HttpResponse:
    """The record with two columns of choices. POST puts the stretch on the file and leads to its page."""
    actor = fetch.actor_or_404(request, role)
    case, now = fetch.case_and_now_or_404(number, actor)
    record = quoting.record_of(case)
    said = quoting.messages(record) if record is not None else []
    chosen = (quoting.since_first_complaint(case, said), max(0, len(said) - 1))
    error = ""
    if request.method == "POST":
        chosen = _number(request, "from"), _number(request, "to")
        note = request.POST.get("note", "")
        try:
            exhibit = quoting.quote_chat(case.pk, *chosen, note=note, actor=actor, now=clock.now())
        except Missing:
            raise Http404 from None
        except Refused as refused:
            error = refusals.say(refused)
        else:
            told = {"number": exhibit.number, "code": exhibit.receipt_code}
            messages.success(request, _("Received: %(number)s (receipt %(code)s).") % told)
            return HttpResponseRedirect(reverse(f"{role.value}:exhibit", args=[case.number, exhibit.number]))
    lines = records.lines(record.content or {}, case.currency) if record is not None else []
    shown = {
        "layout": _LAYOUTS[role],
        "case": case,
        "rows": list(enumerate(lines)),
        "chosen": chosen,
        "note": request.POST.get("note", ""),
        "error": error,
        "open": _is_open(case, actor, now),
        "back": reverse(case_page.CASE_ROUTES[role], args=[case.number]),
        "top_title": _("Choose from the chat"),
        **(_shop(case) if role is Role.MERCHANT else {}),
    }
    return render(request, "case/chat.html", shown, status=422 if error else 200)


def _is_open(case: Case, actor: Actor, now: datetime) -> bool:
    facts = moves.facts_of(case, actor, now)
    return not isinstance(LIFECYCLE.weigh(State(case.state), Event.EVIDENCE_ADDED, actor.role, facts), str)


def _number(request: HttpRequest, name: str) -> int:
    said = request.POST.get(name, "")
    return int(said) if said.isascii() and said.isdigit() and len(said) < 6 else -1


def _shop(case: Case) -> dict[str, Any]:
    return {
        "nav": navigation.items("merchant", "open", awaited.counts(case)),
        "area_name": navigation.NAMES["merchant"],
        "home": reverse("merchant:inbox"),
    }
