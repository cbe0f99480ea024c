"""What awaits a shop: as a query, and as a number that comes along with another row at no statement more."""

from __future__ import annotations

from collections.abc import Mapping

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Func, IntegerField, Q, QuerySet

from common.actor import Actor
from disputes import access
from disputes.lifecycle import State
from disputes.models import Case

# Nobody reads on from there; and what is counted no further costs the same for the largest shop.
MOST = 100
# The case may still await "both", but nothing more is asked of the shop: it has given what it had, or it won.
_NOTHING_ASKED = Q(state=State.GATHERING_EVIDENCE.value, merchant_handed_in_at__isnull=False) | (
    Q(state=State.APPEAL_WINDOW.value)
    & (Q(pays=False, returns=False) | Q(merchant_waived_at__isnull=False) | Q(merchant_appealed_at__isnull=False))
)


def of(actor: Actor) -> QuerySet[Case]:
    """The cases in which something is asked of the actor's shop."""
    mine = access.visible_to(actor).filter(awaits__in=["merchant", "both"], due_at__isnull=False)
    return mine.exclude(_NOTHING_ASKED)


def how_many(actor: Actor) -> Func:
    """Their number, up to ``MOST``, as a column of whatever is asked for."""
    few = of(actor).order_by("due_at", "id").values("pk")[:MOST]
    return Func(ArraySubquery(few), function="CARDINALITY", output_field=IntegerField())


def counts(case: Case) -> Mapping[str, int]:
    """For the navigation around a case that `fetch` gave to somebody of its shop; for everybody else nothing."""
    found = getattr(case, "shop_is_asked", None)
    return {} if found is None else {"inbox": found}
