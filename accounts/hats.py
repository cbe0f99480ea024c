"""Which roles a person may act in, asked anew each time: what was revoked a second ago does not count any
more.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.db.models import Q

from accounts.models import ApiClient, Grant, Identity, Membership, Right, User
from common import clock
from common.actor import Actor, Role
from common.errors import Missing

_ORDER = (Role.ARBITRATOR, Role.SENIOR, Role.OPS, Role.JUROR)


@dataclass(frozen=True, slots=True)
class Shop:
    """One shop that somebody works for: whom they act as there, how it is called, and what they may do at ``read_at``."""

    actor: Actor
    name: str
    rights: frozenset[Right]
    read_at: datetime


def hats_of(user: AbstractBaseUser | AnonymousUser) -> list[Actor]:
    """Every actor this person may be: offices first, then shops, then buyer. Empty for strangers. Three
    queries.
    """
    if not isinstance(user, User) or not user.is_active:
        return []
    held = set(Grant.objects.filter(user=user, revoked_at__isnull=True).values_list("role", flat=True))
    hats = [Actor.staff(role, user.pk) for role in _ORDER if role.value in held]
    hats += [shop.actor for shop in shops_of(user)]
    if Identity.objects.filter(user=user).exists():
        hats.append(Actor.buyer(user.pk))
    return hats


def shops_of(user: AbstractBaseUser | AnonymousUser) -> list[Shop]:
    """Every shop this person works for, by name, in one query. Empty for strangers."""
    if not isinstance(user, User) or not user.is_active:
        return []
    standing = Membership.objects.filter(user=user, removed_at__isnull=True).select_related("merchant")
    # The present instant comes along: pages of a shop need both, and their budget is small.
    held = standing.annotate(read_at=clock.in_query()).order_by("merchant__name", "pk")
    return [Shop(_member(row), row.merchant.name, _rights(row), row.read_at) for row in held]


def actor_for(user: AbstractBaseUser | AnonymousUser, role: Role, merchant_id: int | None = None) -> Actor:
    """This person under one hat, in at most one query, or ``Missing``. A member of several shops names one.

    Whoever is signed in may look at their own purchases: a buyer needs no entry anywhere.
    """
    if not isinstance(user, User) or not user.is_active:
        raise Missing
    if role is Role.BUYER:
        return Actor.buyer(user.pk)
    if role is Role.MERCHANT:
        shops = Membership.objects.filter(user=user, removed_at__isnull=True).order_by("merchant__name", "pk")
        if merchant_id is not None:
            shops = shops.filter(merchant_id=merchant_id)
        membership = shops.first()
        if membership is None:
            raise Missing
        return _member(membership)
    if not Grant.objects.filter(user=user, role=role.value, revoked_at__isnull=True).exists():
        raise Missing
    return Actor.staff(role, user.pk)


def office_for(user: AbstractBaseUser | AnonymousUser, roles: Sequence[Role]) -> Actor:
    """This person under the first of these offices that they hold, in one query, or ``Missing``."""
    if not isinstance(user, User) or not user.is_active:
        raise Missing
    wanted = [role.value for role in roles]
    held = set(Grant.objects.filter(user=user, role__in=wanted, revoked_at__isnull=True).values_list("role", flat=True))
    for role in roles:
        if role.value in held:
            return Actor.staff(role, user.pk)
    raise Missing


def rights_of(actor: Actor) -> frozenset[Right]:
    """What a merchant's member may do now. A machine acts with all rights but the sub-accounts; others have
    none.
    """
    if actor.role is not Role.MERCHANT or actor.merchant_id is None:
        return frozenset()
    if actor.id is None:
        return frozenset(Right) - {Right.MANAGE} if actor.client_id is not None else frozenset()
    membership = Membership.objects.filter(
        user_id=actor.id, user__is_active=True, merchant_id=actor.merchant_id, removed_at__isnull=True
    ).first()
    return _rights(membership) if membership else frozenset()


def who_may_accept(merchant_id: int, amount: int) -> list[User]:
    """The members of a shop who may bind it to ``amount`` minor units, in the order of their names. One query."""
    may = Q(rights__contains=[Right.ACCEPT.value]) | Q(rights__contains=[Right.MANAGE.value])
    enough = Q(accept_limit__isnull=True) | Q(accept_limit__gte=amount)
    held = Membership.objects.filter(
        may, enough, merchant_id=merchant_id, removed_at__isnull=True, user__is_active=True
    )
    return [row.user for row in held.select_related("user").order_by("user__display_name", "pk")]


def still_holds(actor: Actor) -> bool:
    """Whether the hat is still theirs, for an act to ask under its lock: rights may have gone since the
    page.
    """
    if actor.is_system:
        return True
    if actor.client_id is not None:
        return ApiClient.objects.filter(pk=actor.client_id, revoked_at__isnull=True).exists()
    if actor.id is None or not User.objects.filter(pk=actor.id, is_active=True).exists():
        return False
    match actor.role:
        case Role.BUYER:
            return True
        case Role.MERCHANT:
            return Right.VIEW in rights_of(actor)
        case _:
            return Grant.objects.filter(user_id=actor.id, role=actor.role.value, revoked_at__isnull=True).exists()


def number_of(user_id: int | None, at: datetime | None = None) -> str:
    """The number by which parties know an arbitrator or senior, the newest first; empty if there never was
    one.
    """
    if user_id is None:
        return ""
    grants = Grant.objects.filter(user_id=user_id).exclude(number="")
    if at is not None:
        grants = grants.filter(since__lte=at)
    return grants.order_by("-since", "-pk").values_list("number", flat=True).first() or ""


def _rights(membership: Membership) -> frozenset[Right]:
    if membership.is_owner:
        return frozenset(Right)
    return frozenset(Right(right) for right in membership.rights)


def _member(membership: Membership) -> Actor:
    """A member without the right to accept has the limit zero, so that no act needs to ask twice."""
    limit = membership.accept_limit if Right.ACCEPT in _rights(membership) else 0
    return Actor.merchant(membership.user_id, membership.merchant_id, limit=limit)
