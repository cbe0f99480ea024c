"""How somebody of the bench likes to work: keys, density, layout, and the views that they saved. Knows no case."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from arbitration import bench
from arbitration.models import DeskSettings
from common.actor import Actor
from common.acts import act, require_act
from common.errors import Missing, Refused

MOST_KEYS = 60
MOST_VIEWS = 12
LONGEST_NAME = 24
LONGEST_QUERY = 300


@dataclass(frozen=True, slots=True)
class Wanted:
    """``keys``: action → key code, for those that were moved. ``compact``: more rows, less air. ``swapped``: the decision
    stands left and the claims right. ``goes_on``: after a ruling the next case is taken at once.
    """

    keys_on: bool
    keys: Mapping[str, str]
    compact: bool
    swapped: bool
    goes_on: bool


def of(user_id: int | None) -> DeskSettings:
    """What this person chose, or what everybody begins with. One query."""
    return DeskSettings.objects.filter(user_id=user_id or 0).first() or DeskSettings(user_id=user_id or 0)


@act
def keep(wanted: Wanted, *, actor: Actor, now: datetime) -> DeskSettings:
    """This is how they work from now on. Raises `Refused`: ``key_used_twice``."""
    found = _own(actor, now)
    keys = dict(wanted.keys)
    if len(keys) > MOST_KEYS or len(set(keys.values())) < len(keys):
        raise Refused("key_used_twice")
    found.keys_on, found.keys = wanted.keys_on, keys
    found.compact, found.swapped, found.goes_on = wanted.compact, wanted.swapped, wanted.goes_on
    found.saved_at = now
    found.save()
    return found


@act
def keep_view(name: str, query: str, *, actor: Actor, now: datetime) -> DeskSettings:
    """A view of the queue under a name; the same name again takes its place. ``query`` is the address's own, cleaned.

    Raises `Refused`: ``text_missing``, ``text_too_long``, ``too_many_of_these``.
    """
    found = _own(actor, now)
    name = name.strip()
    if not name or not query:
        raise Refused("text_missing", field="name")
    if len(name) > LONGEST_NAME or len(query) > LONGEST_QUERY:
        raise Refused("text_too_long", field="name", longest=LONGEST_NAME, length=len(name))
    others = [view for view in found.views if view["name"] != name]
    if len(others) >= MOST_VIEWS:
        raise Refused("too_many_of_these", most=MOST_VIEWS)
    found.views = [*others, {"name": name, "query": query}]
    found.save(update_fields=["views"])
    return found


@act
def drop_view(name: str, *, actor: Actor, now: datetime) -> DeskSettings:
    """The view is gone. Harmless to repeat."""
    found = _own(actor, now)
    found.views = [view for view in found.views if view["name"] != name]
    found.save(update_fields=["views"])
    return found


def _own(actor: Actor, now: datetime) -> DeskSettings:
    require_act()
    if actor.id is None or actor.role not in bench.OFFICES:
        raise Missing
    bench.require_office(actor)
    DeskSettings.objects.get_or_create(user_id=actor.id, defaults={"saved_at": now})
    return DeskSettings.objects.select_for_update().get(user_id=actor.id)
