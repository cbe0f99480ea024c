"""What stands around every page of a shop: its navigation, its name, the way to another shop."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from accounts import hats
from accounts.models import Membership
from common import clock
from common.actor import Actor, Role
from common.errors import Missing
from web import fetch, navigation
from web.merchant import cases


@dataclass(frozen=True, slots=True)
class Desk:
    """Who looks at which shop, and when."""

    request: HttpRequest
    actor: Actor
    now: datetime


def enter(request: HttpRequest) -> Desk:
    return Desk(request, fetch.actor_or_404(request, Role.MERCHANT), clock.now())


def around(desk: Desk, current: str, **page: Any) -> dict[str, Any]:
    """The context of a list: two queries, how much awaits the shop and which shops the reader works for."""
    waiting = cases.waiting(desk.actor, desk.now)
    shops = _shops(desk.actor)
    return {
        "now": desk.now,
        "area_name": navigation.NAMES["merchant"],
        "home": reverse("merchant:inbox"),
        "nav": navigation.items("merchant", current, {"inbox": waiting.total}),
        "waiting": waiting,
        "shop_name": next((name for shop, name in shops if shop == desk.actor.merchant_id), ""),
        "shops": [(shop, name) for shop, name in shops if shop != desk.actor.merchant_id],
        **page,
    }


@require_POST
def switch(request: HttpRequest) -> HttpResponse:
    """From now on the reader looks at another of their shops. A shop that is not theirs does not exist."""
    fetch.actor_or_404(request, Role.MERCHANT)
    wanted = request.POST.get("shop", "")
    if wanted.isdigit():
        try:
            actor = hats.actor_for(request.user, Role.MERCHANT, int(wanted))
        except Missing:
            return HttpResponseRedirect(reverse("merchant:inbox"))
        request.session["merchant_id"] = actor.merchant_id
    return HttpResponseRedirect(reverse("merchant:inbox"))


def _shops(actor: Actor) -> list[tuple[int, str]]:
    assert actor.id is not None
    mine = Membership.objects.filter(user_id=actor.id, removed_at__isnull=True)
    return list(mine.order_by("merchant__name", "pk").values_list("merchant_id", "merchant__name"))
