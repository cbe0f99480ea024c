"""A decision letter as a PDF, as one of the sides reads it. Gives out, and makes nothing that a worker would not make."""

from __future__ import annotations

from typing import Any, ClassVar

from django.http import FileResponse, HttpResponseBase
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.renderers import BaseRenderer, JSONRenderer
from rest_framework.request import Request

from accounts.models import Scope
from api import bodies, documents
from api.authentication import caller_of
from api.cases import case_or_missing
from api.endpoint import Endpoint
from arbitration import prints
from common import clock
from common.errors import Missing


class Pdf(BaseRenderer):
    """Only for the choice of what is accepted."""

    media_type = "application/pdf"
    format = "pdf"
    charset = None
    render_style = "binary"

    def render(self, data: Any, accepted_media_type: str | None = None, renderer_context: Any = None) -> bytes:
        """A problem, for who takes nothing but a PDF."""
        return JSONRenderer().render(data)


class CaseLetter(Endpoint):
    """The newest letter of a case."""

    scopes: ClassVar[dict[str, Scope | None]] = {"GET": Scope.OUTCOMES_READ}
    renderer_classes = [Pdf, JSONRenderer]
    http_method_names = ["get"]

    @extend_schema(
        operation_id="take_letter",
        tags=["outcomes"],
        parameters=[documents.NUMBER, bodies.TakeLetter],
        responses={(200, "application/pdf"): OpenApiTypes.BINARY, **documents.problems(400, 404)},
        description=(
            "The letter that was given last: PDF/A with its text, its code, and a QR code that leads to the page which "
            "verifies it. 404 before a letter was given, and after it was erased. The file never changes; its SHA-256 is in "
            "the journal."
        ),
    )
    def get(self, request: Request, number: str) -> HttpResponseBase:
        wanted = bodies.filtered(bodies.TakeLetter, request.query_params)
        case = case_or_missing(caller_of(request), number)
        given = prints.newest(case)
        if given is None:
            raise Missing
        try:
            found = prints.printed(given, wanted["for"], now=clock.now())
        except LookupError:
            raise Missing from None
        reply = FileResponse(prints.opened(found), content_type="application/pdf", as_attachment=True)
        reply["Content-Length"] = str(found.size)
        reply["Content-Disposition"] = f'attachment; filename="{case.number}-{given.letter_code}.pdf"'
        return reply
