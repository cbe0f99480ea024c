"""How the API says no: one shape for every error (RFC 9457), in the reader's language. Knows codes and words
only.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

from django.core.exceptions import PermissionDenied, RequestDataTooBig, SuspiciousOperation
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.csrf import csrf_exempt
from rest_framework import exceptions
from rest_framework.renderers import JSONRenderer
from rest_framework.response import Response

from common.errors import Conflict, Missing, Refused
from disputes import refusals

MEDIA_TYPE = "application/problem+json"

# status → (code where none is more exact, what a person reads)
WORDS = {
    400: ("unreadable", _("This request cannot be read.")),
    401: ("no_key", _("A valid API key is needed.")),
    403: ("scope_missing", _("This key may not do this.")),
    404: ("missing", _("There is nothing here.")),
    405: ("method_not_allowed", _("This address does not take this method.")),
    406: ("not_acceptable", _("This address answers in JSON only.")),
    409: ("conflict", _("Things have moved on since you looked.")),
    413: ("too_large", _("This is too large.")),
    415: ("media_type_unknown", _("This kind of content is not taken here.")),
    422: ("refused", _("This is not possible.")),
    429: ("too_many_requests", _("Too many requests. Wait a moment.")),
    500: ("broken", _("Something broke on our side. It is noted; repeat with the same Idempotency-Key.")),
    503: ("unavailable", _("Not available at the moment. Try again later.")),
}
_UNAVAILABLE = {"storage_unavailable", "scanner_unavailable"}
_TOO_LARGE = {"file_too_big", "body_too_large"}


class BodyTooLarge(exceptions.APIException):
    status_code = 413
    default_code = "body_too_large"


def problem(
    status: int,
    *,
    title: str | Promise = "",
    code: str = "",
    detail: str = "",
    data: dict[str, Any] | None = None,
    errors: list[dict[str, str]] | None = None,
    headers: dict[str, str] | None = None,
) -> Response:
    """The response. ``code`` is the contract; ``title`` and ``detail`` are for people, in the active
    language. ``title``: for a status that has none of its own here.
    """
    standing, usual = WORDS.get(status, (code, title))
    body: dict[str, Any] = {
        "type": f"urn:heng:problem:{code or standing}",
        "title": str(title or usual),
        "status": status,
        "code": code or standing,
    }
    if detail:
        body["detail"] = detail
    if data:
        body["data"] = data
    if errors:
        body["errors"] = errors
    return Response(body, status=status, headers=headers, content_type=MEDIA_TYPE)


def answer(error: Exception, context: dict[str, Any]) -> Response | None:
    """DRF's exception handler. What is not known here goes on, is logged, and becomes a 500."""
    match error:
        case Conflict():
            return problem(409, code=error.code, detail=refusals.say(error), data=error.data)
        case Refused():
            status = 503 if error.code in _UNAVAILABLE else 413 if error.code in _TOO_LARGE else 422
            return problem(status, code=error.code, detail=refusals.say(error), data=error.data)
        case Missing() | Http404() | exceptions.NotFound():
            return problem(404)
        case exceptions.ValidationError():
            return problem(400, code="invalid", errors=list(_fields(error.detail)))
        case exceptions.Throttled():
            wait = str(max(1, math.ceil(getattr(error, "wait", None) or 1)))
            return problem(429, headers={"Retry-After": wait})
        case RequestDataTooBig():
            return problem(413)
        case SuspiciousOperation() | RecursionError():  # the latter: JSON nested without end
            return problem(400)
        case PermissionDenied():
            return problem(403)
        case exceptions.NotAuthenticated() | exceptions.AuthenticationFailed():
            wanted = getattr(error, "auth_header", "")
            return problem(401, headers={"WWW-Authenticate": wanted} if wanted else None)
        case exceptions.APIException() if error.status_code in WORDS:
            return problem(error.status_code)
        case _:
            return None


def response(request: HttpRequest, status: int) -> HttpResponse:
    """The same body outside of DRF, for addresses that do not exist and for what broke."""
    made = problem(status)
    return HttpResponse(JSONRenderer().render(made.data), status=status, content_type=MEDIA_TYPE)


@csrf_exempt
def missing(request: HttpRequest, path: str = "") -> HttpResponse:
    return response(request, 404)


def _fields(detail: Any, path: str = "") -> Iterator[dict[str, str]]:
    """One row for each thing that is wrong: where (``points/0``), which code, what it means."""
    if isinstance(detail, dict):
        for name, inner in detail.items():
            here = "" if name == "non_field_errors" else str(name)
            yield from _fields(inner, "/".join(part for part in (path, here) if part))
    elif isinstance(detail, list):
        for place, inner in enumerate(detail):
            deeper = isinstance(inner, dict | list)
            yield from _fields(inner, f"{path}/{place}" if deeper and inner else path)
    else:
        yield {"field": path, "code": str(getattr(detail, "code", "invalid")), "message": str(detail)}
