"""Giving and taking back offices. Only ops or the system, and never for oneself; it works from the next
question on.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from accounts import hats
from accounts.models import Grant, Office, User
from common.actor import Actor, Role
from common.acts import act, require_act
from common.errors import Missing, Refused


@act
def give(
    user_id: int,
    *,
    office: Office,
    number: str = "",
    skills: Sequence[str] = (),
    load_limit: int = 30,
    actor: Actor,
    now: datetime,
) -> Grant:
    """The person holds the office. Giving it again as it stands is harmless; with other terms the new ones
    follow.

    ``number`` is what parties read of an arbitrator or senior: required for these, and never that of another
    person, present or past.
    """
    return establish(user_id, office=office, number=number, skills=skills, load_limit=load_limit, actor=actor, now=now)


def establish(
    user_id: int,
    *,
    office: Office,
    number: str = "",
    skills: Sequence[str] = (),
    load_limit: int = 30,
    actor: Actor,
    now: datetime,
) -> Grant:
    """``give`` for use inside another act."""
    require_act()
    user = _lock(user_id)
    require_ops(actor, about=user_id)
    if not user.is_active:
        raise Refused("person_is_disabled")
    if office in (Office.ARBITRATOR, Office.SENIOR) and not number:
        raise Refused("number_missing")
    if number and Grant.objects.filter(role=office.value, number=number).exclude(user=user).exists():
        raise Refused("number_taken", number=number)
    terms = {"number": number, "skills": list(skills), "load_limit": load_limit}
    current = Grant.objects.filter(user=user, role=office.value, revoked_at__isnull=True).first()
    if current is not None:
        if all(getattr(current, name) == value for name, value in terms.items()):
            return current
        _end(current, actor, now)
    return Grant.objects.create(user=user, role=office.value, since=now, given_by_id=actor.id, **terms)


@act
def revoke(grant_id: int, *, actor: Actor, now: datetime) -> Grant:
    """The office has ended. Cases in hand are the arbitration room's to reassign."""
    grant = Grant.objects.filter(pk=grant_id).first()
    if grant is None:
        raise Missing
    _lock(grant.user_id)
    require_ops(actor, about=grant.user_id)
    grant.refresh_from_db()
    if grant.revoked_at is None:
        _end(grant, actor, now)
    return grant


def require_ops(actor: Actor, *, about: int | None = None) -> None:
    """Ops in office, or the system; and never about oneself."""
    if actor.role not in (Role.OPS, Role.SYSTEM) or not hats.still_holds(actor):
        raise Missing
    if about is not None and actor.id == about:
        raise Refused("not_for_yourself")


def _lock(user_id: int) -> User:
    user = User.objects.select_for_update(of=("self",)).filter(pk=user_id).first()
    if user is None:
        raise Missing
    return user


def _end(grant: Grant, actor: Actor, now: datetime) -> None:
    grant.revoked_at, grant.revoked_by_id = now, actor.id
    grant.save(update_fields=["revoked_at", "revoked_by"])
