"""Claims that were upheld because a buyer knew better: a plain list for people to look at. No measure follows by itself."""

from __future__ import annotations

from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from disputes.lifecycle import State
from disputes.models import Contested
from disputes.models.contested import MALICIOUS
from disputes.payouts import DECIDED
from web import reversed_roles
from web.keyset import Cursor
from web.ops import shell

PAGE = 50


@require_safe
def board(request: HttpRequest) -> HttpResponse:
    """The newest first. Two queries, however many there are."""
    desk = shell.enter(request)
    upheld = Contested.objects.filter(
        reason__in=sorted(MALICIOUS),
        case__state=State.CLOSED.value,
        case__outcome__source__in=sorted(DECIDED),
        case__outcome__amount__gt=0,
    )
    at = Cursor.read(request.GET.get("after", ""))
    if at is not None:
        upheld = upheld.filter(Q(case__closed_at__lt=at.at) | Q(case__closed_at=at.at, case_id__lt=at.id))
    found = list(
        upheld.select_related("case__outcome", "case__buyer", "case__merchant", "earlier").order_by(
            "-case__closed_at", "-case_id"
        )[: PAGE + 1]
    )
    last = found[PAGE - 1].case if len(found) > PAGE else None
    context = shell.around(
        desk,
        "abuse",
        rows=[(row, reversed_roles.REASONS[row.reason]) for row in found[:PAGE]],
        next=str(Cursor(last.closed_at, last.pk)) if last is not None and last.closed_at else "",
        is_later_page=at is not None,
    )
    return render(request, "ops/abuse.html", context)
