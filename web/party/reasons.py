"""What a side says of jurors' reasons: helpful or not, once each. Shows nobody who wrote them."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from common.actor import Role
from common.errors import Missing, Refused
from disputes import refusals
from jury import ratings
from web import fetch

_MOST = 3  # digits


@require_POST
def rate(request: HttpRequest, number: str, area: str) -> HttpResponse:
    """Back to the reason that was rated."""
    actor = fetch.actor_or_404(request, Role.MERCHANT if area == "merchant" else Role.BUYER)
    case, now = fetch.case_and_now_or_404(number, actor, around=())
    nth, helpful = request.POST.get("nth", ""), request.POST.get("helpful", "")
    if not (nth.isascii() and nth.isdigit() and len(nth) <= _MOST) or helpful not in ("yes", "no"):
        raise Http404
    try:
        ratings.rate(case.pk, int(nth), helpful=helpful == "yes", actor=actor, now=now)
    except Missing:
        raise Http404 from None
    except Refused as refused:
        messages.error(request, refusals.say(refused))
    return HttpResponseRedirect(reverse(f"{area}:case", args=[case.number]) + f"#reason-{nth}")
