"""How much one request may bring, and how slowly. Knows sizes and speeds; refuses to know what is in it.

Django's forgery check reads a form before any view sees it, so that what is too large has to be refused before that. What
comes in pieces (tus) is weighed by whoever takes it, before a byte is read.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import Any, Protocol

from django.http import HttpRequest, HttpResponseBase

from api import problems
from common import tus
from web import errors

MEGABYTE = 1024 * 1024
FORM_BYTES = 50 * MEGABYTE
# Nine files of a form come with words and boundaries around them.
_AROUND = MEGABYTE
# So much of what is too large is read and thrown away, so that a browser hears why instead of a broken connection.
_HEARD_OUT = 200 * MEGABYTE
_PIECE = 256 * 1024
# A sender who is silent for so many seconds, or slower than this after that time, is let go of: it holds a thread.
SILENCE = 20
SLOWEST = 1024  # bytes a second


class Bounded:
    """Middleware, the last before the views: 413 for a body that no form of ours can have."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        length = _number(request.META.get("CONTENT_LENGTH"))
        if length <= FORM_BYTES + _AROUND or request.content_type == tus.BODY:
            return self.get_response(request)
        if length <= _HEARD_OUT:
            with suppress(OSError):
                while request.read(_PIECE):
                    pass
        return problems.response(request, 413) if request.path.startswith("/api/") else errors.too_large(request)


class Input(Protocol):
    def read(self, size: int = -1, /) -> bytes: ...
    def readline(self, size: int = -1, /) -> bytes: ...


class Paced:
    """A request's body that ends with `TimeoutError` when it comes too slowly."""

    def __init__(self, body: Input, clock: Callable[[], float] = time.monotonic) -> None:
        self._body, self._clock = body, clock
        self._begun, self._seen = clock(), 0

    def read(self, size: int = -1, /) -> bytes:
        return self._weighed(self._body.read(size))

    def readline(self, size: int = -1, /) -> bytes:
        return self._weighed(self._body.readline(size))

    def __iter__(self) -> Iterable[bytes]:
        return iter(self.readline, b"")

    def _weighed(self, piece: bytes) -> bytes:
        self._seen += len(piece)
        passed = self._clock() - self._begun
        if passed > SILENCE and self._seen < SLOWEST * passed:
            raise TimeoutError("the body comes too slowly")
        return piece


def paced(application: Callable[..., Iterable[bytes]]) -> Callable[..., Iterable[bytes]]:
    """The WSGI application with bodies that may not be slow. A proxy that takes them in first makes this idle."""

    def serve(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        if _number(environ.get("CONTENT_LENGTH")):
            if (socket := environ.get("gunicorn.socket")) is not None:
                socket.settimeout(SILENCE)
            environ["wsgi.input"] = Paced(environ["wsgi.input"])
        return application(environ, start_response)

    return serve


def _number(text: str | None) -> int:
    return int(text) if text and text.isascii() and text.isdigit() else 0
