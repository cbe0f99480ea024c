"""Which face an error has: JSON for the marketplace's systems, a page for everybody else. Knows the two, and no reason."""

from __future__ import annotations

from http import HTTPStatus

from django.http import HttpRequest, HttpResponse

from api import problems
from web import errors


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    if _of_the_api(request):
        return problems.response(request, HTTPStatus.BAD_REQUEST)
    return errors.bad_request(request, exception)


def broken(request: HttpRequest) -> HttpResponse:
    if _of_the_api(request):
        return problems.response(request, HTTPStatus.INTERNAL_SERVER_ERROR)
    return errors.broken(request)


def _of_the_api(request: HttpRequest) -> bool:
    return request.path.startswith("/api/")
