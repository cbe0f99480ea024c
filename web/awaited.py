"""What awaits a shop: as a query, and as a number that comes along with another row at no statement more."""

from __future__ import annotations

from collections.abc import Mapping

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Func, IntegerField, QuerySet

from common.actor import Actor
from disputes import access
from disputes.models import Case
from disputes.shop_due import SHOP_IS_ASKED

# Nobody reads on from there; and what is counted no further costs the same for the largest shop.
MOST = 100


def of(actor: Actor) -> QuerySet[Case]:
    """The cases in which something is asked of the actor's shop, a proposal that waits for its answer among them."""
    return access.visible_to(actor).filter(SHOP_IS_ASKED)


def how_many(actor: Actor) -> Func:
    """Their number, up to ``MOST``, as a column of whatever is asked for."""
    few = of(actor).order_by("shop_due_at", "id").values("pk")[:MOST]
    return Func(ArraySubquery(few), function="CARDINALITY", output_field=IntegerField())


def counts(case: Case) -> Mapping[str, int]:
    """For the navigation around a case that `fetch` gave to somebody of its shop; for everybody else nothing."""
    found = getattr(case, "shop_is_asked", None)
    return {} if found is None else {"inbox": found}
