"""Who must keep away from whose cases: one's own, one's shop's past or present, and every tie that was
declared.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from accounts.models import Interest, Membership
from common.actor import Actor
from common.acts import act, require_act
from common.errors import Refused


def shops_of(user_id: int) -> QuerySet[Membership, int]:
    """The ids of every shop that this person works or worked for, or declared a tie to; fit for a subquery."""
    worked = Membership.objects.filter(user_id=user_id).order_by().values_list("merchant_id", flat=True)
    tied = Interest.objects.filter(user_id=user_id, merchant__isnull=False).order_by()
    return worked.union(tied.values_list("merchant_id", flat=True))


def people_of(user_id: int) -> QuerySet[Interest, int | None]:
    """The ids of the people to whom this person declared a tie; fit for a subquery."""
    tied = Interest.objects.filter(user_id=user_id, person__isnull=False).order_by()
    return tied.values_list("person_id", flat=True)


def has_interest(user_id: int, *, buyer_id: int, merchant_id: int) -> bool:
    """Whether this person may not decide between these two. What they bought elsewhere is not known here."""
    if user_id == buyer_id:
        return True
    if Membership.objects.filter(user_id=user_id, merchant_id=merchant_id).exists():
        return True
    ties = Interest.objects.filter(user_id=user_id)
    return ties.filter(merchant_id=merchant_id).exists() or ties.filter(person_id=buyer_id).exists()


@act
def declare(*, merchant_id: int | None = None, person_id: int | None = None, actor: Actor, now: datetime) -> Interest:
    """Somebody has told of a tie to a shop or a person. Declaring it again is harmless."""
    return keep(merchant_id=merchant_id, person_id=person_id, actor=actor, now=now)


def keep(*, merchant_id: int | None = None, person_id: int | None = None, actor: Actor, now: datetime) -> Interest:
    """The same inside another act, as when a case is handed back because of it."""
    require_act()
    if actor.id is None or (merchant_id is None) == (person_id is None):
        raise Refused("tie_unclear")
    tie: dict[str, Any] = {"merchant_id": merchant_id, "person_id": person_id}
    interest, _ = Interest.objects.get_or_create(user_id=actor.id, **tie, defaults={"declared_at": now})
    return interest
