"""What was paid and is being paid for one case, by the keys under which the marketplace was told. Reads only."""

from __future__ import annotations

from typing import Any, ClassVar

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import Scope
from api import documents, prints
from api.authentication import caller_of
from api.cases import case_or_missing
from api.endpoint import Endpoint
from enforcement import overview

MOST = 200


class Payments(Endpoint):
    """The steps of carrying out a case's outcome, in the order in which they were planned."""

    scopes: ClassVar[dict[str, Scope | None]] = {"GET": Scope.OUTCOMES_READ}

    @extend_schema(
        operation_id="list_payments",
        tags=["outcomes"],
        parameters=[documents.NUMBER],
        responses={200: prints.PaymentsShape, **documents.problems(404)},
    )
    def get(self, request: Request, number: str) -> Response:
        case = case_or_missing(caller_of(request), number)
        shown: list[dict[str, Any]] = [prints.payment(step) for step in overview.steps_of(case.pk, MOST)]
        return Response({"payments": shown})
