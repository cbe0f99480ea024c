"""A merchant's claim about a payout, brought by the marketplace's own pages on the merchant's behalf."""

from __future__ import annotations

from typing import ClassVar

from django.http import HttpResponse
from drf_spectacular.utils import extend_schema
from rest_framework.parsers import JSONParser, MultiPartParser
from rest_framework.request import Request

from accounts.models import Scope
from api import bodies, documents, idempotency, prints
from api.authentication import caller_of
from api.cases import again, case_or_missing, refuse_too_large
from api.endpoint import Endpoint
from common import clock
from common.actor import Side
from common.errors import Missing
from disputes import claims, payouts
from disputes.claims import Contest, Proof
from evidence import intake
from marketplace.models import ExternalRefund


class Claims(Endpoint):
    """The way for a merchant to contest what was paid out."""

    scopes: ClassVar[dict[str, Scope | None]] = {"POST": Scope.CASES_WRITE}
    parser_classes = [JSONParser, MultiPartParser]

    @extend_schema(
        operation_id="open_claim",
        tags=["cases"],
        request={"application/json": bodies.OpenClaim, "multipart/form-data": bodies.OpenClaimWithFiles},
        parameters=[documents.KEY],
        responses={201: prints.CaseShape, **documents.problems(400, 404, 409, 413, 415, 422, 503)},
        description=(
            "A claim on behalf of the merchant: money was paid out that was not owed. Within seven days of the payout, "
            "which is named either by the case that gave it or by your own refund. The answer is the case of the claim, "
            "in which the merchant claims and the buyer answers: in `claim_accepted`, `claim_rebutted` and `withdrawn` "
            "name the side by `on_behalf_of`. Files that prove it may come along, up to 20 MB in all: as "
            "`multipart/form-data`, each with its evidence code. All are on the file with the claim, or none and no claim. "
            "Others are added to the case afterwards, large ones in pieces."
        ),
    )
    def post(self, request: Request) -> HttpResponse:
        caller = caller_of(request)
        with_files = str(request.content_type).startswith("multipart/")
        if with_files:
            refuse_too_large(request)
        data = bodies.parsed(bodies.OpenClaimWithFiles if with_files else bodies.OpenClaim, request.data)
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
        proofs: list[Proof] = []
        if with_files:
            known = idempotency.known(request)
            if known is not None:
                return known
            # Bytes are looked at and stored before the act, as of any file.
            for file, code in zip(data["files"], data["codes"], strict=True):
                received = intake.receive(file, claimed_name=file.name, now=now, actor=actor)
                proofs.append(Proof(received, code))
        return idempotency.once(
            request,
            lambda: claims.file(ref, contest, proofs=proofs, actor=actor, now=now),
            lambda case: (201, again(case, caller)),
            now=now,
        )
