"""Outcomes out: what was agreed or decided, in the order in which it became so, none left out."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import Scope
from api import bodies, documents, pagination, prints
from api.endpoint import Endpoint
from disputes.models import Outcome

# Ids are drawn before their transactions commit, so a reader could pass one that is still to come. Only rows older than
# every transaction that is still open are shown: behind them nothing can appear any more.
_SETTLED = "age(disputes_outcome.xmin) > age(pg_snapshot_xmin(pg_current_snapshot())::xid)"


class Outcomes(Endpoint):
    """The feed of outcomes, to be asked again and again with the cursor of the last answer."""

    scopes: ClassVar[dict[str, Scope | None]] = {"GET": Scope.OUTCOMES_READ}

    @extend_schema(
        operation_id="list_outcomes",
        tags=["outcomes"],
        parameters=[bodies.Paged],
        responses={200: prints.OutcomePageShape, **documents.problems(400)},
        description=(
            "Oldest first. A later outcome of the same case takes the place of an earlier one; whether one was "
            "dropped without another in its place is told by the case itself."
        ),
    )
    def get(self, request: Request) -> Response:
        bodies.filtered(bodies.Paged, request.query_params)
        after, limit = pagination.after_id(request.query_params), pagination.limit_of(request.query_params)
        found = list(settled(request.user.source).filter(pk__gt=after).order_by("pk")[: limit + 1])
        shown = found[:limit]
        last = shown[-1].pk if shown else after
        return Response(
            {
                "outcomes": [_print(row) for row in shown],
                "next": pagination.write(last),
                "more": len(found) > limit,
            }
        )


def settled(source: str) -> QuerySet[Outcome]:
    rows = Outcome.objects.filter(case__order__source=source).extra(where=[_SETTLED])
    return rows.select_related("case", "case__order", "case__line")


def _print(row: Outcome) -> dict[str, Any]:
    case = row.case
    named = {"case": case.number, "order": case.order.external_id, "line": case.line.external_id}
    return {**named, **prints.outcome(row)}
