"""B12: the decision letters of a case as the buyer reads them, and what can still be done. The paper is ``web.letter``'s."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from arbitration import letters
from arbitration.models import Appeal, Ruling
from common import clock
from common.actor import Role, Side
from disputes import queries
from disputes.lifecycle import Event
from disputes.models import Case
from web import case_page, fetch, letter, turn
from web.letter import Paper


@require_safe
def page(request: HttpRequest, number: str) -> HttpResponse:
    """Every letter that was given in this case, the newest first. Before there is one: the case."""
    actor = fetch.actor_or_404(request, Role.BUYER)
    case = fetch.case_or_404(number, actor)
    papers = _papers(case)
    if not papers:
        return HttpResponseRedirect(reverse("buyer:case", args=[case.number]))
    now = clock.now()
    said_all = case.buyer_appealed_at is not None or case.buyer_waived_at is not None
    opened = {action.event: action for action in case_page.actions_for(case, actor)}
    shown = {
        "now": now,
        "case": case,
        "papers": papers,
        "turn": turn.turn(case, actor, queries.open_deadlines(case.pk), now),
        "appeal": None if said_all else opened.get(Event.APPEAL_FILED),
        "waive": None if said_all else opened.get(Event.APPEAL_WAIVED),
        "ship": opened.get(Event.RETURN_SHIPPED) if case.returns else None,
        "back": reverse("buyer:case", args=[case.number]),
        "top_title": _("Decision letter"),
    }
    return render(request, "buyer/decision.html", shown)


def _papers(case: Case) -> list[Paper]:
    """Rulings and decisions on appeal by the time they were given, newest first."""
    given = []
    for ruling in Ruling.objects.filter(case=case, served_at__isnull=False, letter__isnull=False):
        given.append((ruling.served_at, letter.paper(letters.read(ruling, Side.BUYER))))
    for appeal in Appeal.objects.filter(case=case, decided_at__isnull=False, letter__isnull=False):
        given.append(
            (
                appeal.decided_at,
                letter.appeal_paper(letters.read_appeal(appeal), code=appeal.letter_code, reader="buyer"),
            )
        )
    return [paper for at, paper in sorted(given, key=lambda pair: str(pair[0]), reverse=True)]
