"""The rulebook beside the desk: one version, searched. Knows no case; a case's page names the version it is ruled by."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from common import clock
from rulebook import queries
from web import rules
from web.desk import shell


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
