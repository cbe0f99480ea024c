"""What stands around every page of a shop: its navigation, its name, the way to another shop."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from accounts import hats
from accounts.hats import Shop
from accounts.models import Right
from common.actor import Actor, Role
from common.errors import Missing
from web import fetch, navigation
from web.merchant import cases


@dataclass(frozen=True, slots=True)
class Desk:
    """Who looks at which shop, and when. ``others``: where else the reader works."""

    request: HttpRequest
    actor: Actor
    now: datetime
    shop_name: str
    rights: frozenset[Right]
    others: tuple[Shop, ...]

    @property
    def shop_id(self) -> int:
        assert self.actor.merchant_id is not None
        return self.actor.merchant_id

    @property
    def user_id(self) -> int:
        assert self.actor.id is not None
        return self.actor.id


def enter(request: HttpRequest) -> Desk:
    """One query: the reader's shops, and the time."""
    here, *others = fetch.shops_or_404(request)
    return Desk(request, here.actor, here.read_at, here.name, here.rights, tuple(others))


def around(desk: Desk, current: str, **page: Any) -> dict[str, Any]:
    """The context of a list. One query: how much awaits the shop."""
    waiting = cases.waiting(desk.actor, desk.now)
    return {
        "now": desk.now,
        "area_name": navigation.NAMES["merchant"],
        "home": reverse("merchant:inbox"),
        "nav": navigation.items("merchant", current, {"inbox": waiting.total}),
        "waiting": waiting,
        "shop_name": desk.shop_name,
        "shops": [(shop.actor.merchant_id, shop.name) for shop in desk.others],
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
