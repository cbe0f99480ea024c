"""The page of one exhibit at the desk, as large as the window."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from arbitration import markings, queries
from common import clock
from rulebook import queries as rulebook
from web import fetch, listing_pictures, masking, media, records
from web.desk import annotating, drafted, looking, panes, shell, signals


@require_safe
def page(request: HttpRequest, number: str, place: str) -> HttpResponse:
    """One exhibit by itself, as large as the page; that the reader opened it is noted."""
    actor = shell.reader(request)
    found = fetch.case_or_404(number, actor)
    now = clock.now()
    work = queries.workspace_of(found, actor=actor)
    rules = rulebook.rules(found.substance_rules_id)
    every = panes.exhibits(work, actor, rules, now)
    at = next((index for index, view in enumerate(every.views) if view.number == place), None)
    if at is None:
        raise Http404
    view = every.views[at]
    row = every.rows[view.number]
    looking.note(request, [row], actor=actor, now=now)
    masks = masking.card(found, row, actor, now)
    writes = drafted.may_write(found, actor)
    shown = {
        **shell.around(actor, "queue", now),
        "case": found,
        "view": view,
        "row": row,
        "media": media.of(row, viewer=actor.id or 0, sees_all=True, beneath=masks.is_open, now=now),
        "masks": masks,
        "lines": records.lines(view.content or {}, found.currency),
        "pictures": listing_pictures.of_record(view.content or {}),
        "note": records.masked(view.note),
        "previous": every.views[at - 1].number if at else "",
        "following": every.views[at + 1].number if at + 1 < len(every.views) else "",
        "checks": panes.checks(row, drafted.citable_after(found), now),
        "signals": signals.of(work, [row], rules)[row.number],
        "answers": panes.answers(row),
        "marks": annotating.marks(found, row, actor, may_write=writes),
        "annotation": annotating.AnnotationForm() if writes and markings.may_bear(row) else None,
    }
    return render(request, "desk/exhibit.html", shown)
