"""The rulebook beside the desk: one version, searched, or the clauses that one case can be ruled by."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from arbitration import record
from common import clock
from disputes.models import CaseFile
from rulebook import queries
from web import fetch, rules
from web.desk import shell, verdict


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """``?version=``: which one, else the one in force. ``?q=``: words or a number to look for."""
    actor = shell.reader(request)
    now = clock.now()
    published = queries.versions(queries.default_profile())
    version = request.GET.get("version", "")[:40]
    chosen = rules.choose(published, version, now)
    if chosen is None:
        raise Http404
    wanted = request.GET.get("q", "").strip()[:64]
    shown = {
        **shell.around(actor, "rules", now),
        "version": chosen,
        "versions": published,
        "q": wanted,
        "chapters": rules.chapters(queries.rules(chosen.pk), wanted),
    }
    return render(request, "desk/rules.html", shown)


@require_safe
def of_case(request: HttpRequest, number: str) -> HttpResponse:
    """All clauses of the rules of one case; those that were not in force for it say from when they are. ``?q=`` searches.

    The workspace's script asks for the same as JSON.
    """
    actor = shell.reader(request)
    case, now = fetch.case_and_now_or_404(number, actor)
    kept = CaseFile.objects.filter(case=case, round=case.round).values_list("body", flat=True).first()
    found = verdict.all_clauses(case, record.read(kept or {}, case).paid_at)
    if request.accepts("application/json") and not request.accepts("text/html"):
        return JsonResponse({"clauses": found})
    wanted = request.GET.get("q", "").strip()[:64].casefold()
    rows = [row for row in found if wanted in f"{row['number']} {row['title']} {row['text']}".casefold()]
    shown = {
        **shell.around(actor, "queue", now),
        "case": case,
        "q": request.GET.get("q", "").strip()[:64],
        "rows": rows,
        "version": queries.rules(case.substance_rules_id).version,
    }
    return render(request, "desk/clauses.html", shown)
