"""Large evidence for either side by tus 1.0, for a marketplace's own systems. Knows keys and headers.

Not in OpenAPI, which cannot say what tus says: docs/api.md names the addresses, https://tus.io the protocol.
"""

from __future__ import annotations

from typing import Any, ClassVar

from django.http import HttpResponse
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import Scope
from api import bodies, problems
from api.authentication import caller_of
from api.bodies import Body
from api.cases import case_or_missing
from api.endpoint import Endpoint
from api.throttling import PerPiece
from common import clock, tus
from common.actor import Side
from common.errors import Missing, Refused
from disputes import refusals
from disputes import uploads as case_uploads
from disputes.models import Case
from evidence import limits, uploads
from evidence.models import Upload
from evidence.uploads import Announced

WRITE = Scope.EVIDENCE_WRITE


class About(Body):
    """What ``Upload-Metadata`` says of a file that comes in pieces."""

    on_behalf_of = serializers.ChoiceField(bodies.SIDES)
    filename = serializers.CharField(max_length=255)
    code = serializers.CharField(max_length=8)
    name = serializers.CharField(required=False, default="", allow_blank=True, max_length=120)
    note = serializers.CharField(required=False, default="", allow_blank=True, max_length=500)


class TusEndpoint(Endpoint):
    """What both addresses share: every reply says which version it speaks, and its own statuses for some refusals."""

    http_method_names = ["get", "post", "head", "patch", "delete", "options"]

    def get_exception_handler(self) -> Any:
        return answer

    @extend_schema(exclude=True)
    def options(self, request: Request, *args: Any, **kwargs: Any) -> Response:  # type: ignore[override]
        """What is spoken here."""
        case_or_missing(caller_of(request), kwargs["number"])
        return Response(status=204, headers=tus.about_the_server(limits.FILM_BYTES))

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        made = super().finalize_response(request, response, *args, **kwargs)
        made["Tus-Resumable"] = tus.VERSION
        return made


class BeginUpload(TusEndpoint):
    """Begins an upload on a case's file. Its metadata name what ``POST …/evidence`` has as fields."""

    scopes: ClassVar[dict[str, Scope | None]] = {"POST": WRITE, "OPTIONS": None}

    @extend_schema(exclude=True)
    def post(self, request: Request, number: str) -> HttpResponse:
        case = case_or_missing(caller_of(request), number)
        asked = tus.creation(request.headers)
        named = {name: value for name, value in asked.metadata.items() if name != "filetype"}
        said = bodies.parsed(About, named)
        upload = case_uploads.begin(
            case.pk,
            Announced(asked.length, said["filename"], said["code"], said["name"], said["note"]),
            actor=caller_of(request).on_behalf_of(
                Side(said["on_behalf_of"]), buyer_id=case.buyer_id, merchant_id=case.merchant_id
            ),
            now=clock.now(),
        )
        if asked.body is not None:
            upload = case_uploads.bring(upload, request._request.read, asked.body, instant=clock.now)
        where = f"/api/v1/cases/{case.number}/uploads/{upload.token}"
        return HttpResponse(status=201, headers={**_standing(upload), "Location": where})


class OneUpload(TusEndpoint):
    """How far an upload is, its next bytes, its end; GET tells what became of it."""

    scopes: ClassVar[dict[str, Scope | None]] = {"GET": WRITE, "PATCH": WRITE, "DELETE": WRITE, "OPTIONS": None}
    throttle_classes = [PerPiece]

    @extend_schema(exclude=True)
    def get(self, request: Request, number: str, token: str) -> Response:
        upload = _upload_or_missing(request, number, token)
        body: dict[str, Any] = {"state": upload.state, "offset": upload.offset, "length": upload.length}
        if upload.exhibit is not None:
            body["exhibit"] = upload.exhibit.public_id
            body["number"] = upload.exhibit.number
            body["sha256"] = upload.exhibit.sha256
            body["receipt"] = upload.exhibit.receipt_code
        if (refused := case_uploads.refusal_of(upload)) is not None:
            body["refusal"] = {"code": refused.code, "detail": refusals.say(refused), "data": refused.data}
        return Response(body)

    @extend_schema(exclude=True)
    def head(self, request: Request, number: str, token: str) -> HttpResponse:
        upload = _upload_or_missing(request, number, token)
        tus.require_version(request.headers)
        if uploads.is_over(upload, clock.now()):
            raise Refused("upload_is_over")
        metadata = tus.written({"filename": upload.claimed_name, "code": upload.code})
        return HttpResponse(headers={**_standing(upload), "Upload-Metadata": metadata})

    @extend_schema(exclude=True)
    def patch(self, request: Request, number: str, token: str) -> HttpResponse:
        upload = _upload_or_missing(request, number, token)
        body = tus.patch(request.headers)
        upload = case_uploads.bring(upload, request._request.read, body, instant=clock.now)
        return HttpResponse(status=204, headers=_standing(upload))

    @extend_schema(exclude=True)
    def delete(self, request: Request, number: str, token: str) -> HttpResponse:
        upload = _upload_or_missing(request, number, token)
        tus.require_version(request.headers)
        uploads.give_up(upload.pk, now=clock.now())
        uploads.clear_away(upload.pk)
        return HttpResponse(status=204)


def answer(error: Exception, context: dict[str, Any]) -> Response | None:
    """As everywhere in the API, with the statuses that tus clients know."""
    match error:
        case tus.Unfit():
            return problems.problem(error.status, title=_UNFIT, code="unfit", data={"why": error.why})
        case Refused() if error.code in case_uploads.STATUS:
            status = case_uploads.STATUS[error.code]
            wait = {"Retry-After": "60"} if status in (429, 503) else None
            detail = refusals.say(error)
            return problems.problem(status, title=_UNFIT, code=error.code, detail=detail, data=error.data, headers=wait)
    return problems.answer(error, context)


_UNFIT = _("This request does not fit the upload.")


def _upload_or_missing(request: Request, number: str, token: str) -> Upload:
    """Of this client, for either side of a case that it may see."""
    caller = caller_of(request)
    case: Case = case_or_missing(caller, number)
    for side in Side:
        actor = caller.on_behalf_of(side, buyer_id=case.buyer_id, merchant_id=case.merchant_id)
        try:
            return uploads.find(case.dossier_id, token, actor=actor)
        except Missing:
            continue
    raise Missing


def _standing(upload: Upload) -> dict[str, str]:
    return tus.standing(offset=upload.offset, length=upload.length, expires_at=upload.expires_at)
