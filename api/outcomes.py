"""Outcomes out: what was agreed or decided, each once, in the order of their numbers, none left out.

A number is drawn before its transaction commits, so a reader who goes on from 13 could leave out a 12 that is still
to come. The feed therefore ends at the last number that was drawn before everybody who was writing then had finished.
"""

from __future__ import annotations

import time
from typing import Any, ClassVar

from django.db import connection
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import Scope
from api import bodies, documents, pagination, prints
from api.authentication import caller_of
from api.endpoint import Endpoint
from disputes.models import Outcome

_TRIES = 10
_PAUSE = 0.02  # seconds; an act lasts some milliseconds


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
        rows = Outcome.objects.filter(case__order__source=caller_of(request).source, pk__gt=after)
        rows = rows.filter(pk__lte=settled()).select_related("case", "case__order", "case__line")
        found = list(rows.order_by("pk")[: limit + 1])
        shown = found[:limit]
        last = shown[-1].pk if shown else after
        return Response(
            {
                "outcomes": [_print(row) for row in shown],
                "next": pagination.write(last),
                "more": len(found) > limit,
            }
        )


def settled() -> int:
    """The highest id behind which no outcome can appear any more; 0 if somebody writes for too long to tell.

    Whoever inserts holds the table's ROW EXCLUSIVE lock from before the id is drawn until the end of the transaction.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM disputes_outcome_id_seq")
        (drawn,) = cursor.fetchone()
        writing = _writers(cursor)
        for _ in range(_TRIES):
            if not writing:
                return int(drawn)
            time.sleep(_PAUSE)
            writing &= _writers(cursor)
    return 0


def _writers(cursor: Any) -> set[str]:
    """The virtual transactions that are writing outcomes now."""
    cursor.execute(
        "SELECT virtualtransaction FROM pg_locks WHERE locktype = 'relation' "
        "AND relation = 'disputes_outcome'::regclass AND mode = 'RowExclusiveLock' "
        "AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
    )
    return {row[0] for row in cursor.fetchall()}


def _print(row: Outcome) -> dict[str, Any]:
    case = row.case
    named = {"case": case.number, "order": case.order.external_id, "line": case.line.external_id}
    return {**named, **prints.outcome(row, case)}
