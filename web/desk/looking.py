"""What the desk showed to whom. An exhibit counts as seen where its content stood on the page, never as a thumbnail."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_POST

from arbitration import queries
from common import clock
from common.actor import Actor
from common.errors import Missing
from evidence import preparation
from evidence.models import Exhibit, Kind
from web import fetch
from web.case_page import ExhibitView
from web.desk import shell

MOST = 100
# Whose whole content a picture is. A film, a paper of many pages, a record and words are seen on a page of their own,
# or where a page shows them whole and says so by `note`.
_ONE_PICTURE = frozenset({Kind.IMAGE})


def is_whole(view: ExhibitView) -> bool:
    """Whether a card that shows this exhibit's picture shows all of it."""
    return bool(view.display) and view.kind in _ONE_PICTURE


def note(request: HttpRequest, rows: Iterable[Exhibit], *, actor: Actor, now: datetime) -> None:
    """These exhibits stand whole on the page that is being sent: the reader has seen them, and the page says so.

    ``rows`` as `arbitration.queries` reads them, with ``seen``. Nothing is written for what was seen before, for a film
    that is still being made, for a page that is fetched ahead, or for the answer to a form.
    """
    if request.method != "GET" or "prefetch" in request.headers.get("Sec-Purpose", ""):
        return
    fresh = [row for row in rows if not row.seen and preparation.state(row) != "preparing"]  # type: ignore[attr-defined]
    if not fresh:
        return
    queries.mark_many_seen([row.pk for row in fresh], actor=actor, now=now)
    for row in fresh:
        row.seen = True  # type: ignore[attr-defined]


@require_POST
def seen(request: HttpRequest, number: str) -> HttpResponse:
    """A script opened exhibits without a page of the server: ``n`` are their numbers. Answers with what is left."""
    actor = shell.reader(request)
    case = fetch.case_or_404(number, actor)
    asked = set(request.POST.getlist("n")[:MOST])
    rows = queries.exhibits(case, actor)
    opened = [row for row in rows if row.number in asked and not row.seen]  # type: ignore[attr-defined]
    if asked - {row.number for row in rows}:
        raise Http404
    if opened:
        try:
            queries.mark_many_seen([row.pk for row in opened], actor=actor, now=clock.now())
        except Missing:
            raise Http404 from None
    left = [row.number for row in rows if not row.seen and row not in opened]  # type: ignore[attr-defined]
    return JsonResponse({"seen": len(rows) - len(left), "total": len(rows), "left": left})
