"""What every page of the jury stands in: who reads it, and whether they sit, volunteer, or do neither yet."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import Http404, HttpRequest
from django.urls import reverse

from accounts import hats
from common import clock
from common.actor import Actor, Role
from common.errors import Missing
from jury import jurors
from jury.models import Juror
from web import fetch, navigation


@dataclass(frozen=True)
class Reader:
    """``juror`` is ``None`` for whoever has not volunteered. Without the office they act as the buyer everybody is."""

    actor: Actor
    user_id: int
    juror: Juror | None
    now: datetime

    @property
    def sits(self) -> bool:
        return self.actor.role is Role.JUROR


def enter(request: HttpRequest) -> Reader:
    """Anybody who is signed in. Three queries."""
    try:
        actor = hats.office_for(request.user, (Role.JUROR,))
    except Missing:
        actor = fetch.actor_or_404(request, Role.BUYER)
    if actor.id is None:
        raise Http404
    return Reader(actor, actor.id, jurors.of(actor.id), clock.now())


def juror(request: HttpRequest) -> Reader:
    """Somebody in office; everybody else finds nothing here."""
    actor = fetch.actor_or_404(request, Role.JUROR)
    found = jurors.of(actor.id or 0)
    if found is None or actor.id is None:
        raise Http404
    return Reader(actor, actor.id, found, clock.now())


def around(reader: Reader, current: str, **page: Any) -> dict[str, Any]:
    """The context of a page. With ``back`` it has a titled bar instead of the navigation."""
    return {
        "now": reader.now,
        "area_name": navigation.NAMES["jury"],
        "home": reverse("jury:lobby"),
        "nav": navigation.items("jury", current),
        **page,
    }
