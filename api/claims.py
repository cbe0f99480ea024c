"""A merchant's claim about a payout, brought by the marketplace's own pages on the merchant's behalf."""

from __future__ import annotations

from typing import ClassVar

from django.http import HttpResponse
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request

from accounts.models import Scope
from api import bodies, documents, idempotency, prints
from api.authentication import caller_of
from api.cases import again, case_or_missing
from api.endpoint import Endpoint
from common import clock
from common.actor import Side
from common.errors import Missing
from disputes import claims, payouts
from disputes.claims import Contest
from marketplace.models import ExternalRefund


class Claims(Endpoint):
    """The way for a merchant to contest what was paid out."""

    scopes: ClassVar[dict[str, Scope | None]] = {"POST": Scope.CASES_WRITE}

    @extend_schema(
        operation_id="open_claim",
        tags=["cases"],
        request=bodies.OpenClaim,
        parameters=[documents.KEY],
        responses={201: prints.CaseShape, **documents.problems(400, 404, 409, 415, 422)},
        description=(
            "A claim on behalf of the merchant: money was paid out that was not owed. Within seven days of the payout, "
            "which is named either by the case that gave it or by your own refund. The answer is the case of the claim, "
            "in which the merchant claims and the buyer answers: in `claim_accepted`, `claim_rebutted` and `withdrawn` "
            "name the side by `on_behalf_of`."
        ),
    )
    def post(self, request: Request) -> HttpResponse:
        data = bodies.parsed(bodies.OpenClaim, request.data)
        caller = caller_of(request)
        if data["case"]:
            earlier = case_or_missing(caller, data["case"])
            ref, order = earlier.number, earlier.order
        else:
            refund = (
                ExternalRefund.objects.select_related("order")
                .filter(source=caller.source, external_id=data["refund"])
                .first()
            )
            if refund is None:
                raise Missing
            ref, order = payouts.ref_of(refund), refund.order
        actor = caller.on_behalf_of(Side.MERCHANT, buyer_id=order.buyer_id, merchant_id=order.merchant_id)
        contest = Contest(
            reason=data["reason"],
            amount=data["amount"],
            points=tuple(data["points"]),
            story=data["story"],
            new_facts=data["new_facts"],
            exception=data["exception"],
        )
        now = clock.now()
        return idempotency.once(
            request,
            lambda: claims.file(ref, contest, actor=actor, now=now),
            lambda case: (201, again(case, caller)),
            now=now,
        )
