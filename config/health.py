"""Two questions of a load balancer: is the process alive, and does the work get done. Knows no case."""

from __future__ import annotations

from django.db import DatabaseError, transaction
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from common import clock
from engine import health


@never_cache
@require_safe
def alive(request: HttpRequest) -> HttpResponse:
    """200 while this process can answer at all. Touches nothing outside of it."""
    return JsonResponse({"status": "alive"})


@never_cache
@require_safe
def ready(request: HttpRequest) -> HttpResponse:
    """200 if the database answers and the clock keeps up, else 503. Ages in seconds; counts end at 100."""
    try:
        with transaction.atomic():
            found = health.look(clock.now())
    except DatabaseError:
        return JsonResponse({"status": "unavailable", "database": False}, status=503)
    body = {
        "status": "ready" if found.ready else "late",
        "database": True,
        "oldest_overdue_deadline_s": round(found.overdue_by.total_seconds(), 1),
        "oldest_undelivered_entry_s": round(found.undelivered_for.total_seconds(), 1),
        "deadlines_set_aside": found.set_aside,
        "entries_set_aside": found.stuck,
        "rulings_set_aside": found.unserved,
        "evidence_damaged": found.damaged,
    }
    return JsonResponse(body, status=200 if found.ready else 503)
