"""From the ids of a feed to people and shops. Makes them on first sight; refuses to know what else the feed
says.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from django.contrib.auth.hashers import make_password

from accounts.models import Identity, Merchant, User
from common.acts import require_act
from common.ids import public_id


def buyers_for(source: str, names: Mapping[str, str]) -> dict[str, int]:
    """User ids by external id, made where unknown. ``names``: external id → display name (may be empty).

    Set-wise: three to five statements however many. Two feeds that meet the same new buyer get the same user:
    the second insert waits for the first and then yields. A person made here has no password to sign in with.
    """
    require_act()
    known = _users(source, names)
    unknown = sorted(set(names) - set(known))
    if not unknown:
        return known
    made = User.objects.bulk_create(
        User(
            username=f"{source[:40]}-{public_id()}",
            password=make_password(None),
            display_name=names[external_id][:80],
        )
        for external_id in unknown
    )
    Identity.objects.bulk_create(
        (Identity(source=source, external_id=key, user=user) for key, user in zip(unknown, made, strict=True)),
        ignore_conflicts=True,
    )
    known = _users(source, names)
    kept = set(known.values())
    surplus = [user.pk for user in made if user.pk not in kept]
    if surplus:
        User.objects.filter(pk__in=surplus).delete()
    return known


def merchants_for(source: str, names: Mapping[str, str]) -> dict[str, int]:
    """Merchant ids by external id, made where unknown. ``names``: external id → name of the shop (may be
    empty).
    """
    require_act()
    known = _merchants(source, names)
    unknown = sorted(set(names) - set(known))
    if not unknown:
        return known
    made = Merchant.objects.bulk_create(Merchant(name=(names[key] or key)[:120]) for key in unknown)
    Identity.objects.bulk_create(
        (Identity(source=source, external_id=key, merchant=shop) for key, shop in zip(unknown, made, strict=True)),
        ignore_conflicts=True,
    )
    known = _merchants(source, names)
    kept = set(known.values())
    surplus = [shop.pk for shop in made if shop.pk not in kept]
    if surplus:
        Merchant.objects.filter(pk__in=surplus).delete()
    return known


def buyer_for(source: str, external_id: str, display_name: str = "") -> User:
    """The person whom ``source`` calls ``external_id``, made on first sight."""
    return User.objects.get(pk=buyers_for(source, {external_id: display_name})[external_id])


def merchant_for(source: str, external_id: str, name: str = "") -> Merchant:
    """The shop that ``source`` calls ``external_id``, made on first sight."""
    return Merchant.objects.get(pk=merchants_for(source, {external_id: name})[external_id])


def find_buyer(source: str, external_id: str) -> int | None:
    """The user id, or ``None`` if this source has never named that buyer."""
    return _users(source, [external_id]).get(external_id)


def find_merchant(source: str, external_id: str) -> int | None:
    return _merchants(source, [external_id]).get(external_id)


def rename_buyer(user_id: int, display_name: str) -> None:
    """The feed's newest version of the name. Whether it is the newest is the caller's to know."""
    require_act()
    User.objects.filter(pk=user_id).update(display_name=display_name[:80])


def rename_merchant(merchant_id: int, name: str) -> None:
    require_act()
    Merchant.objects.filter(pk=merchant_id).update(name=name[:120])


def _users(source: str, external_ids: Iterable[str]) -> dict[str, int]:
    rows = Identity.objects.filter(source=source, external_id__in=list(external_ids), user__isnull=False)
    return {external_id: user for external_id, user in rows.values_list("external_id", "user_id") if user is not None}


def _merchants(source: str, external_ids: Iterable[str]) -> dict[str, int]:
    rows = Identity.objects.filter(source=source, external_id__in=list(external_ids), merchant__isnull=False)
    return {
        external_id: shop for external_id, shop in rows.values_list("external_id", "merchant_id") if shop is not None
    }
