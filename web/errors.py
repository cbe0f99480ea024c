"""The pages for when something is not there or broke. Say what is kept and what to do; never whose it was."""

from __future__ import annotations

import logging
import sys
from http import HTTPStatus
from pathlib import Path
from uuid import uuid4

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from structlog.contextvars import get_contextvars

from web import drafts, language

log = logging.getLogger("heng.web")

_A_WORD = 2  # shorter than this is nothing that somebody would miss
_BROKEN = Path(settings.BASE_DIR) / "templates" / "errors" / "500.html"


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _page(request, HTTPStatus.BAD_REQUEST)


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _page(request, HTTPStatus.FORBIDDEN)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _page(request, HTTPStatus.NOT_FOUND)


def too_large(request: HttpRequest) -> HttpResponse:
    return _page(request, HTTPStatus.REQUEST_ENTITY_TOO_LARGE)


def unavailable(request: HttpRequest) -> HttpResponse:
    reply = _page(request, HTTPStatus.SERVICE_UNAVAILABLE)
    reply["Retry-After"] = "600"
    return reply


def forgery_suspected(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Django's CSRF failure view: most often a page that was open since before the last sign-in.

    What was typed is kept only where the browser itself says that a page of ours sent it: nobody else can put words
    into a form that its reader will then send.
    """
    ours = f"{request.scheme}://{request.get_host()}" == request.headers.get("Origin")
    kept = ours and request.user.is_authenticated and drafts.keep(request)
    shown = {
        "form_page": request.get_full_path() if kept else "",
        "signed_in": request.user.is_authenticated,
        "page": request.get_full_path(),
        # Nowhere to keep it for somebody whom we do not know any more: it is given back on the page.
        "typed": _typed(request) if ours and not kept else [],
    }
    return render(request, "errors/csrf.html", shown, status=HTTPStatus.FORBIDDEN)


def _typed(request: HttpRequest) -> list[str]:
    """What a person wrote in the form, without what its page wrote; nothing of a form that takes a secret."""
    names = [name for name in request.POST if not name.startswith(("csrf", "shown_", "read_", "held"))]
    if any(secret in name for name in names for secret in ("password", "token")):
        return []
    words = [value.strip() for name in names for value in request.POST.getlist(name)]
    return [value for value in words if " " in value or (len(value) >= _A_WORD and not value.isascii())]


def broken(request: HttpRequest) -> HttpResponse:
    """The last resort: a file without template engine, session or database, in the language of the path."""
    number = str(get_contextvars().get("request_id") or uuid4().hex)[:8].upper()
    log.error("page broke", extra={"number": number}, exc_info=sys.exc_info())
    tag = language.of_path(request.path).tag
    text = _BROKEN.read_text(encoding="utf-8").replace("{{ number }}", number).replace("{{ lang }}", tag)
    return HttpResponse(text, status=HTTPStatus.INTERNAL_SERVER_ERROR)


def _page(request: HttpRequest, status: HTTPStatus) -> HttpResponse:
    return render(request, f"errors/{status.value}.html", status=status)
