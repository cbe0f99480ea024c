"""What every page of the desk stands in: who reads it, its navigation with what waits, its number. Knows no single case."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.core.cache import cache
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _
from redis.exceptions import RedisError

from arbitration import queries
from arbitration.queries import View
from common.actor import Actor, Role
from disputes.models import Case
from rulebook import queries as rulebook
from web import fetch, navigation

LAYOUT = "layout/desk.html"
# Places of the navigation that are a senior's.
_SENIORS = frozenset({"review", "appeals"})
_COUNTED = {"queue": View.WAITING, "review": View.APPROVALS, "appeals": View.APPEALS}
_KEPT = 30  # seconds


def reader(request: HttpRequest) -> Actor:
    """Somebody of the bench. Whoever is both acts as a senior, who may do all that an arbitrator may."""
    return fetch.actor_or_404(request, Role.SENIOR, Role.ARBITRATOR)


def senior(request: HttpRequest) -> Actor:
    return fetch.actor_or_404(request, Role.SENIOR)


def counts_and_liked(
    actor: Actor, *, more: tuple[View, ...], among: QuerySet[Case]
) -> tuple[dict[View, int], dict[str, Any]]:
    """What waits for this reader, counted up to a hundred, and how they like to work, with the views that they saved."""
    return queries.counts_and_liked(actor, [*_views(actor), *more], among=among)


def columns(actor: Actor) -> tuple[ArraySubquery, ...]:
    """What waits for this reader, to be read with a case: the page of a case has no query to spare."""
    return tuple(queries.first_of(actor, view) for view in _views(actor))


def read_with_it(actor: Actor, read: Sequence[Sequence[int]]) -> dict[View, int]:
    """From what was read by `columns`."""
    return {view: len(ids) for view, ids in zip(_views(actor), read, strict=True)}


def around(actor: Actor, current: str, now: datetime, waiting: Mapping[View, int] | None = None) -> dict[str, Any]:
    """The shell of a page. ``waiting``: what the page has counted; without it the numbers may be half a minute old."""
    waiting = _lately(actor) if waiting is None else waiting
    numbers = {key: waiting[view] for key, view in _COUNTED.items() if waiting and view in waiting}
    items = navigation.items("desk", current, numbers)
    return {
        "nav": [item for item in items if _is_open(item.key, actor)],
        "area_name": _("Ruling desk"),
        "home": reverse("desk:queue"),
        "commands_href": (commands := reverse("desk:keys")),
        # For the action menu: a page on which single keys work says which.
        "desk_keys": {"on": False, "keys": [], "find": commands},
        "actor": actor,
        "now": now,
    }


def _views(actor: Actor) -> list[View]:
    return [view for key, view in _COUNTED.items() if _is_open(key, actor)]


def _lately(actor: Actor) -> dict[View, int]:
    """What waits for this reader, counted at most twice a minute."""
    key = f"desk:waiting:{actor.role.value}:{actor.id}"
    try:
        known: dict[View, int] | None = cache.get(key)
        if known is None:
            known = _count(actor)
            cache.set(key, known, _KEPT)
    except RedisError:
        return _count(actor)
    return known


def _count(actor: Actor) -> dict[View, int]:
    return queries.counts_and_liked(actor, _views(actor))[0]


def type_name(case: Case) -> str:
    return str(rulebook.rules(case.substance_rules_id).type(case.type_code).name)


def is_again(case: Case) -> bool:
    """Whether the case was ruled before: filed again, or its ruling was set aside on appeal."""
    return case.round > 1 or times_set_aside(case) > 0


def times_set_aside(case: Case) -> int:
    """How often an appeal sent this case back in its round. Any other decision of an appeal leaves an outcome for good."""
    appealed = (case.buyer_appealed_at, case.merchant_appealed_at)
    return 0 if case.outcome_id is not None else sum(1 for at in appealed if at is not None)


def _is_open(key: str, actor: Actor) -> bool:
    return key not in _SENIORS or actor.role is Role.SENIOR
