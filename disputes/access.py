"""Who may see which case. What one may not see does not exist: every door to a case goes through here."""

from __future__ import annotations

from django.db.models import Q, QuerySet

from accounts import conflicts, hats
from accounts.models import Right
from common.actor import Actor, Role
from common.errors import Missing, Refused
from disputes.lifecycle import APPEAL, INTERVENTION, REVIEW, State
from disputes.models import Case

# Where an arbitrator works on a case, and a second one who comes to it reads it only.
_IN_HAND = [state.value for state in (State.UNDER_REVIEW, State.MORE_EVIDENCE, State.JURY_VOTING)]
_COURT = [state.value for state in (*INTERVENTION, *REVIEW, *APPEAL)]


def visible_to(actor: Actor) -> QuerySet[Case]:
    """The cases that ``actor`` may open under this hat."""
    cases = Case.objects.all()
    match actor.role:
        case Role.BUYER if actor.id is not None:
            return cases.filter(buyer_id=actor.id)
        case Role.MERCHANT if actor.merchant_id is not None:
            return cases.filter(merchant_id=actor.merchant_id)
        case Role.ARBITRATOR:
            mine = Q(assignee_id=actor.id) | Q(ruled_by_id=actor.id)
            open_ones = Q(state__in=[State.AWAITING_ASSIGNMENT.value, *_IN_HAND])
            return open_to_judge(actor).filter(mine | (open_ones & ~_stepped_back(actor)))
        case Role.SENIOR:
            return open_to_judge(actor).filter(Q(state__in=_COURT) | Q(intervened_at__isnull=False))
        case Role.OPS:
            return cases
        case Role.SYSTEM:
            return cases
        case _:
            return cases.none()


def open_to_judge(actor: Actor) -> QuerySet[Case]:
    """Every case but those in which the reader is, or was, a party or a member of the shop: what ``visible_to`` is cut
    from for the bench, and all that is left to ask where a list's own condition is narrower than it.
    """
    if actor.id is None:
        return Case.objects.none()
    return (
        Case.objects.exclude(buyer_id=actor.id)
        .exclude(buyer_id__in=conflicts.people_of(actor.id))
        .exclude(merchant_id__in=conflicts.shops_of(actor.id))
    )


def _stepped_back(actor: Actor) -> Q:
    """Cases that this reader declared not to be able to judge: kept by the room above, and asked by its relation."""
    recused = Case.objects.filter(hand_backs__user_id=actor.id or 0, hand_backs__recused=True)
    return Q(pk__in=recused.values("pk"))


def require_visible(case: Case, actor: Actor) -> None:
    """Inside an act, under the lock: the same question again, since rights may have changed since the page."""
    if not hats.still_holds(actor):
        raise Missing
    match actor.role:
        case Role.SYSTEM | Role.OPS:
            return
        case Role.BUYER if case.buyer_id == actor.id:
            return
        case Role.MERCHANT if case.merchant_id == actor.merchant_id:
            return
        case Role.ARBITRATOR | Role.SENIOR if visible_to(actor).filter(pk=case.pk).exists():
            return
    raise Missing


def require_party(case: Case, actor: Actor, right: Right = Right.RESPOND) -> None:
    """A party of this case, and nobody else; a member of the shop also needs the right to do this."""
    if actor.side is None:
        raise Missing
    require_visible(case, actor)
    require_right(actor, right)


def require_right(actor: Actor, right: Right = Right.RESPOND) -> None:
    """What a member of a shop was given is enough for this; other parties speak for themselves."""
    if not hats.still_holds(actor):
        raise Missing
    if actor.role is Role.MERCHANT and right not in hats.rights_of(actor):
        raise Refused("right_missing", right=right.value)
