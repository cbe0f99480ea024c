"""How much one request may bring, and how slowly. Knows sizes and speeds; refuses to know what is in it.

Django's forgery check reads a form before any view sees it, so that what is too large has to be refused before that. What
comes in pieces (tus) is weighed by whoever takes it, before a byte is read.
"""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
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
# A sender who is silent for so many seconds, or slower than this, is let go of: it holds a thread.
SILENCE = 20.0
SLOWEST = 1024  # bytes a second
STEP = 64 * 1024


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


class Watch:
    """Ends what a thread waits for on a socket, from another thread: a server's own read waits until it has all it wants."""

    def __init__(self) -> None:
        self._waits: dict[object, tuple[socket.socket, float]] = {}
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None

    @contextmanager
    def over(self, line: socket.socket, seconds: float) -> Iterator[None]:
        """Within this block, ``line`` has so long; then nothing more is heard from it, and what waits goes on."""
        wait = object()
        with self._lock:
            self._waits[wait] = (line, time.monotonic() + seconds)
            if self._thread is None or not self._thread.is_alive():  # also after a fork
                self._thread = threading.Thread(target=self._look, name="slow-bodies", daemon=True)
                self._thread.start()
        try:
            yield
        finally:
            with self._lock:
                self._waits.pop(wait, None)

    def _look(self) -> None:
        while True:
            time.sleep(1)
            with self._lock:
                late = [line for line, until in self._waits.values() if time.monotonic() > until]
            for line in late:
                with suppress(OSError):
                    line.shutdown(socket.SHUT_RD)


class Paced:
    """A request's body that ends early when it comes too slowly. Read in steps, each of which has its time."""

    def __init__(self, body: Input, line: socket.socket, watch: Watch) -> None:
        self._body, self._line, self._watch = body, line, watch

    def read(self, size: int = -1, /) -> bytes:
        pieces, left = [], size
        while left:
            step = STEP if left < 0 else min(left, STEP)
            with self._watch.over(self._line, SILENCE + step / SLOWEST):
                piece = self._body.read(step)
            pieces.append(piece)
            left -= len(piece) if left > 0 else 0
            if len(piece) < step:
                break
        return b"".join(pieces)

    def readline(self, size: int = -1, /) -> bytes:
        with self._watch.over(self._line, SILENCE + STEP / SLOWEST):
            return self._body.readline(size)

    def __iter__(self) -> Iterator[bytes]:
        return iter(self.readline, b"")


_watch = Watch()


def paced(application: Callable[..., Iterable[bytes]]) -> Callable[..., Iterable[bytes]]:
    """The WSGI application with bodies that may not be slow. A proxy that takes them in first makes this idle."""

    def serve(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        line = environ.get("gunicorn.socket")
        if line is not None and _number(environ.get("CONTENT_LENGTH")):
            line.settimeout(SILENCE)
            environ["wsgi.input"] = Paced(environ["wsgi.input"], line, _watch)
        return application(environ, start_response)

    return serve


def _number(text: str | None) -> int:
    return int(text) if text and text.isascii() and text.isdigit() else 0
