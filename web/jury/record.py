"""J4: what a juror has done, for themselves: how often with the others, how long they read. Names no case."""

from __future__ import annotations

from datetime import timedelta

from django.db.models import Count, Q, Sum
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from common import ids
from jury import ratings
from jury.models import Ballot, Seat
from rulebook import queries as rulebook
from web.jury import shell

MOST = 20
STATES = {
    Seat.SUMMONED: gettext_lazy("Waits for you"),
    Seat.SITTING: gettext_lazy("You are reading it"),
    Seat.VOTED: gettext_lazy("Voted"),
    Seat.SKIPPED: gettext_lazy("Skipped"),
    Seat.RECUSED: gettext_lazy("Stepped aside"),
    Seat.ABSENT: gettext_lazy("Somebody else took over"),
    Seat.RELEASED: gettext_lazy("Not needed any more"),
}


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """The last twenty, without anything to know a case by; and the sums of all."""
    reader = shell.juror(request)
    own = Ballot.objects.filter(seat__juror=reader.juror)
    sums = own.aggregate(
        cast=Count("id"),
        compared=Count("id", filter=Q(agreed__isnull=False)),
        agreed=Count("id", filter=Q(agreed=True)),
        read=Sum("read_for"),
    )
    seats = Seat.objects.filter(juror=reader.juror).select_related("panel__case", "ballot")
    rows = [
        {
            "token": seat.token,
            "type": str(rulebook.rules(seat.panel.case.substance_rules_id).type(seat.panel.case.type_code).name),
            "at": seat.ended_at or seat.summoned_at,
            "state": STATES[seat.state],
            "voted": seat.state == Seat.VOTED,
            "ballot": getattr(seat, "ballot", None),
            "receipt": ids.short_code(seat.ballot.commitment) if seat.state == Seat.VOTED else "",
        }
        for seat in seats.defer("panel__candidates").order_by("-summoned_at", "-id")[:MOST]
    ]
    shown = shell.around(
        reader,
        "me",
        rows=rows,
        sums=sums,
        rated=ratings.of_juror(reader.juror.pk) if reader.juror else (0, 0),
        minutes=round((sums["read"] or timedelta()) / timedelta(minutes=1)),
    )
    return render(request, "jury/me.html", shown)
