"""A merchant's claim on its way to the platform, as `drafts` keeps a buyer's: the shop's own affair until it is filed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from common.actor import Actor, Role
from common.acts import act, require_act
from common.errors import Missing
from disputes import access, payouts
from disputes.drafts import LONGEST, MOST_FIELDS
from disputes.models import ClaimDraft

# The window to claim is shorter; what is older than this can be filed by nobody.
KEPT = timedelta(days=30)


@act
def begin(ref: str, *, actor: Actor, now: datetime) -> ClaimDraft:
    """The shop has begun to write. Harmless to repeat: a draft that is there stays, whoever of the shop began it."""
    merchant_id = _shop(actor)
    if payouts.find(merchant_id, ref) is None:
        raise Missing
    return ClaimDraft.objects.get_or_create(
        merchant_id=merchant_id, ref=ref, defaults={"begun_at": now, "saved_at": now}
    )[0]


@act
def save(ref: str, typed: Mapping[str, str], *, actor: Actor, now: datetime) -> ClaimDraft:
    """What was typed is kept, field by field; of two members the newest wins. Raises `Missing` where nothing was begun."""
    found = ClaimDraft.objects.select_for_update().filter(merchant_id=_shop(actor), ref=ref).first()
    if found is None:
        raise Missing
    found.body |= {field[:40]: text[:LONGEST] for field, text in list(typed.items())[:MOST_FIELDS]}
    found.saved_at = max(now, found.begun_at)
    found.save(update_fields=["body", "saved_at"])
    return found


@act
def discard(ref: str, *, actor: Actor, now: datetime) -> None:
    """The shop does not want to claim after all."""
    settle(_shop(actor), ref)


def settle(merchant_id: int, ref: str) -> None:
    """The claim is filed, or given up: nothing of the draft is left."""
    require_act()
    ClaimDraft.objects.filter(merchant_id=merchant_id, ref=ref).delete()


def of(merchant_id: int, ref: str) -> ClaimDraft | None:
    return ClaimDraft.objects.filter(merchant_id=merchant_id, ref=ref).first()


def refs(merchant_id: int) -> set[str]:
    """The payouts of which the shop has begun to write."""
    return set(ClaimDraft.objects.filter(merchant_id=merchant_id).values_list("ref", flat=True)[: payouts.MOST * 2])


@act
def forget(now: datetime) -> int:
    """A chore: what can no longer be filed goes away. 200 at most."""
    old = ClaimDraft.objects.filter(saved_at__lt=now - KEPT).values_list("pk", flat=True)[:200]
    return ClaimDraft.objects.filter(pk__in=list(old)).delete()[0]


def _shop(actor: Actor) -> int:
    if actor.role is not Role.MERCHANT or actor.merchant_id is None:
        raise Missing
    access.require_right(actor)
    return actor.merchant_id
