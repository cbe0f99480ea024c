"""Sub-accounts of a shop. An owner gives no more than they have, and a shop is never left without an owner."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from accounts import hats
from accounts.models import Grant, Membership, Merchant, Office, Right, User
from common.actor import Actor, Role
from common.acts import act, require_act
from common.errors import Missing, Refused


@act
def invite(
    merchant_id: int,
    *,
    user_id: int,
    rights: Iterable[Right],
    accept_limit: int | None = None,
    actor: Actor,
    now: datetime,
) -> Membership:
    """The person acts for the shop from now on. ``accept_limit`` in minor units; ``None``: no limit.

    Who decides or works for the platform is nobody that a shop can take in: it would only have to name an arbitrator to
    have them stand aside from its cases. A juror may work for a shop, and then does not sit on what concerns it.
    """
    offices = Grant.objects.filter(user_id=user_id, revoked_at__isnull=True).exclude(role=Office.JUROR.value)
    if offices.exists():
        raise Refused("nobody_by_that_name")
    return establish(merchant_id, user_id=user_id, rights=rights, accept_limit=accept_limit, actor=actor, now=now)


def establish(
    merchant_id: int,
    *,
    user_id: int,
    rights: Iterable[Right],
    accept_limit: int | None = None,
    actor: Actor,
    now: datetime,
) -> Membership:
    """``invite`` for use inside another act. Somebody who is a member already is refused: change them
    instead.
    """
    require_act()
    _lock(merchant_id, actor)
    if not User.objects.filter(pk=user_id, is_active=True).exists():
        raise Missing
    if Membership.objects.filter(user_id=user_id, merchant_id=merchant_id, removed_at__isnull=True).exists():
        raise Refused("already_a_member")
    return _begin(merchant_id, user_id, rights, accept_limit, actor=actor, now=now)


@act
def change(
    membership_id: int, *, rights: Iterable[Right], accept_limit: int | None, actor: Actor, now: datetime
) -> Membership:
    """The member has other rights from now on. The old row ends and stays: who could do what, when, can be
    told.
    """
    membership = _find(membership_id, actor)
    wanted = frozenset(rights)
    if membership.is_owner and Right.MANAGE not in wanted:
        _keep_an_owner(membership)
    _end(membership, actor, now)
    changed = _begin(membership.merchant_id, membership.user_id, wanted, accept_limit, actor=actor, now=now)
    if membership.away_until is not None:
        changed.away_until, changed.cover_id = membership.away_until, membership.cover_id
        changed.save(update_fields=["away_until", "cover"])
    return changed


@act
def remove(membership_id: int, *, actor: Actor, now: datetime) -> Membership:
    """The person no longer acts for the shop."""
    membership = _find(membership_id, actor)
    if membership.is_owner:
        _keep_an_owner(membership)
    _end(membership, actor, now)
    return membership


@act
def go_away(
    membership_id: int, *, until: datetime | None, cover_id: int | None = None, actor: Actor, now: datetime
) -> Membership:
    """A member says until when they are away (``None``: back), and which colleague looks after their cases.

    Deadlines run on; nothing is handed over, so that nothing has to be handed back.
    """
    shop = Membership.objects.filter(pk=membership_id).values_list("merchant_id", flat=True).first()
    # Two who leave at once must not find each other still there.
    Merchant.objects.select_for_update().filter(pk=shop or 0).first()
    membership = Membership.objects.select_for_update(of=("self",)).filter(pk=membership_id).first()
    if membership is None or membership.removed_at is not None or membership.user_id != actor.id:
        raise Missing
    if until is not None and until <= now:
        raise Refused("time_is_past")
    if cover_id is not None and (
        cover_id == membership.user_id
        or not Membership.objects.filter(
            merchant_id=membership.merchant_id, user_id=cover_id, removed_at__isnull=True
        ).exists()
    ):
        raise Missing
    if until is not None and cover_id is not None and _comes_back_to(membership, cover_id, now):
        raise Refused("cover_is_away")
    membership.away_until, membership.cover_id = until, cover_id if until is not None else None
    membership.save(update_fields=["away_until", "cover"])
    return membership


def _comes_back_to(membership: Membership, cover_id: int, now: datetime) -> bool:
    """Whether whoever would stand in is away and has, by however many others, this member to stand in."""
    away = Membership.objects.filter(merchant_id=membership.merchant_id, removed_at__isnull=True, away_until__gt=now)
    covers: dict[int, int | None] = dict(away.values_list("user_id", "cover_id"))
    asked, at = set(), cover_id
    while at not in asked and (further := covers.get(at)) is not None:
        asked.add(at)
        at = further
        if at == membership.user_id:
            return True
    return False


def _find(membership_id: int, actor: Actor) -> Membership:
    """The standing membership under the lock of its shop."""
    found = Membership.objects.filter(pk=membership_id).values_list("merchant_id", flat=True).first()
    if found is None:
        raise Missing
    _lock(found, actor)
    membership = Membership.objects.get(pk=membership_id)
    if membership.removed_at is not None:
        raise Missing
    return membership


def _lock(merchant_id: int, actor: Actor) -> None:
    """The shop's row is the lock of its memberships. Its owners, ops and the system may change them, nobody
    else.
    """
    if not Merchant.objects.select_for_update().filter(pk=merchant_id).exists():
        raise Missing
    if actor.role in (Role.OPS, Role.SYSTEM) and hats.still_holds(actor):
        return
    if actor.merchant_id == merchant_id and Right.MANAGE in hats.rights_of(actor):
        return
    raise Missing


def _begin(
    merchant_id: int,
    user_id: int,
    rights: Iterable[Right],
    accept_limit: int | None,
    *,
    actor: Actor,
    now: datetime,
) -> Membership:
    wanted = frozenset(rights) | {Right.VIEW}
    if accept_limit is not None and accept_limit < 0:
        raise Refused("amount_out_of_range", lowest=0)
    if actor.limit is not None and Right.ACCEPT in wanted and (accept_limit is None or accept_limit > actor.limit):
        raise Refused("more_than_you_have", highest=actor.limit)
    return Membership.objects.create(
        user_id=user_id,
        merchant_id=merchant_id,
        rights=[right.value for right in Right if right in wanted],
        accept_limit=accept_limit,
        since=now,
        given_by_id=actor.id,
    )


def _end(membership: Membership, actor: Actor, now: datetime) -> None:
    membership.removed_at, membership.removed_by_id = now, actor.id
    membership.save(update_fields=["removed_at", "removed_by"])


def _keep_an_owner(leaving: Membership) -> None:
    others = Membership.objects.filter(
        merchant_id=leaving.merchant_id,
        removed_at__isnull=True,
        rights__contains=[Right.MANAGE.value],
        user__is_active=True,
    ).exclude(pk=leaving.pk)
    if not others.exists():
        raise Refused("last_owner")
