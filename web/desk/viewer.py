"""The evidence of one case in a window of its own, for a second screen. Follows the workspace, and works alone."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from arbitration import queries
from rulebook import queries as rulebook
from web import fetch
from web.desk import columns, keys, shell, workspace


@require_safe
def index(request: HttpRequest, number: str) -> HttpResponse:
    """``?p=3&b=B2&m=M1&v=one`` as the workspace has it."""
    actor = shell.reader(request)
    case, now = fetch.case_and_now_or_404(number, actor)
    work = queries.workspace_of(case, actor=actor, more=shell.columns(actor))
    shown = {
        **shell.around(actor, "queue", now, shell.read_with_it(actor, work.more)),
        **columns.to_look_at(request, work, rulebook.rules(case.substance_rules_id), actor, now),
        **keys.of(request.user.pk, keys.READ),
        "case": case,
        "scripts": workspace.SCRIPTS[:3],
    }
    return render(request, "desk/viewer.html", shown)
