"""What stands around every page of operations. Knows who may enter; refuses to know what the page shows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse

from common import clock
from common.actor import Actor, Role
from web import fetch, navigation

LAYOUT = "layout/desk.html"


@dataclass(frozen=True, slots=True)
class Desk:
    request: HttpRequest
    actor: Actor
    now: datetime


def enter(request: HttpRequest) -> Desk:
    """Somebody of operations; everybody else finds nothing here."""
    return Desk(request, fetch.actor_or_404(request, Role.OPS), clock.now())


def around(desk: Desk, current: str, **page: Any) -> dict[str, Any]:
    """The context of a page. The demo clock has a place only where there is one."""
    places = navigation.items("ops", current)
    return {
        "now": desk.now,
        "area_name": navigation.NAMES["ops"],
        "home": reverse("ops:deadlines"),
        "nav": [item for item in places if item.key != "clock" or settings.HENG_DEMO],
        **page,
    }
