"""A whole case as one ZIP, for either side, checked without us. Gives files out, and only those that this side may have."""

from __future__ import annotations

from typing import Any, ClassVar

from django.http import HttpResponseBase, StreamingHttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.renderers import BaseRenderer, JSONRenderer
from rest_framework.request import Request

from accounts.models import Scope
from api import bodies, documents
from api.authentication import caller_of
from api.cases import case_or_missing
from api.endpoint import Endpoint
from common import clock
from common.actor import Side
from insights import exports


class Zip(BaseRenderer):
    """Only for the choice of what is accepted: the archive itself is never in one piece."""

    media_type = "application/zip"
    format = "zip"
    charset = None
    render_style = "binary"

    def render(self, data: Any, accepted_media_type: str | None = None, renderer_context: Any = None) -> bytes:
        """A problem, for who takes nothing but a ZIP."""
        return JSONRenderer().render(data)


class CaseBundle(Endpoint):
    """One side's copy of a case."""

    scopes: ClassVar[dict[str, Scope | None]] = {"GET": Scope.EVIDENCE_READ}
    renderer_classes = [Zip, JSONRenderer]
    # Each is journalled: a look at the head alone would be noted like a copy taken.
    http_method_names = ["get"]

    @extend_schema(
        operation_id="take_bundle",
        tags=["evidence"],
        parameters=[documents.NUMBER, bodies.TakeBundle],
        responses={(200, "application/zip"): OpenApiTypes.BINARY, **documents.problems(400, 404)},
        description=(
            "Everything this side may see: letters, its own evidence as handed in, copies of the other side's, the record, "
            "the money; with a signed list of digests and verifiers that need no network. Every copy is noted in the case's "
            "journal. The format is described in verification.md."
        ),
    )
    def get(self, request: Request, number: str) -> HttpResponseBase:
        wanted = bodies.filtered(bodies.TakeBundle, request.query_params)
        case = case_or_missing(caller_of(request), number)
        actor = caller_of(request).on_behalf_of(
            Side(wanted["on_behalf_of"]), buyer_id=case.buyer_id, merchant_id=case.merchant_id
        )
        export = exports.export(case.pk, actor=actor, now=clock.now())
        reply = StreamingHttpResponse(export.pieces(), content_type="application/zip")
        reply["Content-Length"] = str(export.length)
        reply["Content-Disposition"] = f'attachment; filename="{export.name}"'
        return reply
