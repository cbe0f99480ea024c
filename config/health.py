"""Two questions of a load balancer: is the process alive, and does the work get done. Knows no case."""

from __future__ import annotations

from collections.abc import Callable

from django.db import DatabaseError, transaction
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.urls import resolve
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from common import clock
from engine import health

ADDRESSES = ("/healthz", "/readyz")


class Asked:
    """Answers whoever looks after this machine before anything asks by which name it was called, or how safely.

    A container's own check and most load balancers call it by its number, which is in nobody's ALLOWED_HOSTS.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if request.path_info not in ADDRESSES:
            return self.get_response(request)
        request.resolver_match = resolve(request.path_info)
        reply: HttpResponseBase = request.resolver_match.func(request)
        return reply


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
