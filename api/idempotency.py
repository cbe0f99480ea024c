"""The same request twice is one effect and one answer. Knows keys and replies; refuses to know what is
asked.

A reply is a row written in the very transaction of the effect: first in it, so that a doubled request waits for the
first and then reads its answer; and last, with what is answered. Whatever dies on the way leaves neither. A request
that was refused left no effect, so nothing is kept and it may be tried again under the same key.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, TypeVar

from django.core.files.uploadedfile import UploadedFile
from django.db import IntegrityError, transaction
from django.http import HttpResponse
from rest_framework.exceptions import ValidationError
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request

from accounts.models import ApiClient
from api.authentication import caller_of
from api.models import Reply
from common import digest
from common.acts import Companion, accompanied_by, act
from common.errors import Refused

HEADER = "Idempotency-Key"
REPLAYED = "Idempotent-Replayed"
KEPT = timedelta(days=3)  # a client may retry over a weekend
_FIT = re.compile(r"[\x21-\x7e]{1,255}")
T = TypeVar("T")


class _AlreadyAnswered(Exception):
    """Somebody was faster under this key; their answer is there now."""


def once(
    request: Request, perform: Callable[[], T], reply: Callable[[T], tuple[int, Any]], *, now: datetime
) -> HttpResponse:
    """Call ``perform``, which calls exactly one act, and answer ``reply(result)``; or replay what was
    answered before.

    ``reply`` gives status and JSON body and runs inside the act's transaction. Raises ``Refused``
    ``idempotency_key_reused`` if the key was used for another request.
    """
    client, key, mark = caller_of(request).client, key_of(request), digest_of(request)
    before_us = _find(client, key)
    if before_us is not None:
        return _replay(before_us, mark)
    row: list[Reply] = []

    def before() -> None:
        row[:] = [_claim(client, key, mark, now)]

    def after(result: object) -> None:
        status, body = reply(result)  # type: ignore[arg-type]
        _answer(row[0], status, body)

    try:
        with accompanied_by(Companion(before, after)):
            perform()
    except _AlreadyAnswered:
        faster = _find(client, key)
        if faster is None:  # the faster one was pruned in between: answer as if it had just failed
            raise Refused("idempotency_key_in_use") from None
        return _replay(faster, mark)
    return _response(row[0])


def known(request: Request) -> HttpResponse | None:
    """What was answered under this key before, for an endpoint that has costly work to do before its act."""
    row = _find(caller_of(request).client, key_of(request))
    return _replay(row, digest_of(request)) if row is not None else None


def afterwards(
    request: Request, perform: Callable[[], T], reply: Callable[[T], tuple[int, Any]], *, now: datetime
) -> HttpResponse:
    """The same for work of several acts that is harmless to repeat as a whole, such as a feed: kept when it
    is done.

    Without a key nothing is kept.
    """
    if HEADER not in request.headers:
        status, body = reply(perform())
        return HttpResponse(JSONRenderer().render(body), status=status, content_type="application/json")
    client, key, mark = caller_of(request).client, key_of(request), digest_of(request)
    before_us = _find(client, key)
    if before_us is not None:
        return _replay(before_us, mark)
    status, body = reply(perform())
    try:
        return _response(_keep(client, key, mark, status, body, now))
    except _AlreadyAnswered:
        faster = _find(client, key)
        assert faster is not None
        return _replay(faster, mark)


def tidy(now: datetime) -> int:
    """The hourly chore: a batch of replies that are past keeping."""
    return forget(now - KEPT)


@act
def forget(before: datetime) -> int:
    """Replies given before that moment are pruned, 5,000 at most; returns how many. A day is the least to
    keep.
    """
    old = Reply.objects.filter(at__lt=before).order_by("at").values("pk")[:5_000]
    count, _ = Reply.objects.filter(pk__in=old).delete()
    return count


def key_of(request: Request) -> str:
    """The key: 1 to 255 visible ASCII characters, chosen by the client, unique to one intention."""
    key = request.headers.get(HEADER)
    if key is None:
        raise ValidationError({HEADER: ["required"]}, code="required")
    if not _FIT.fullmatch(key):
        raise ValidationError({HEADER: ["1–255 visible ASCII characters"]}, code="invalid")
    return key


def digest_of(request: Request) -> str:
    """What was asked, whatever the order of JSON keys or the boundary of a form: method, path, and content."""
    data = request.data
    if isinstance(data, dict):
        content: Any = {name: _content(data, name) for name in sorted(data)}
    else:
        content = data
    asked = [request.method, request.path, content]
    return digest.sha256(json.dumps(asked, sort_keys=True, default=str).encode())


def _content(data: Any, name: str) -> Any:
    values = data.getlist(name) if hasattr(data, "getlist") else [data[name]]
    return [_of_file(value) if isinstance(value, UploadedFile) else value for value in values]


def _of_file(file: UploadedFile[bytes]) -> str:
    hashed = hashlib.sha256()
    for piece in file.chunks():
        hashed.update(piece)
    file.seek(0)
    return hashed.hexdigest()


def _claim(client: ApiClient, key: str, mark: str, now: datetime) -> Reply:
    """Take the key. Under the unique index a second request waits here until the first has committed or
    gone.
    """
    try:
        with transaction.atomic():
            return Reply.objects.create(client=client, key=key, digest=mark, at=now)
    except IntegrityError:
        raise _AlreadyAnswered from None


def _answer(row: Reply, status: int, body: Any) -> None:
    row.status, row.body = status, JSONRenderer().render(body).decode()
    row.save(update_fields=["status", "body"])


@act
def _keep(client: ApiClient, key: str, mark: str, status: int, body: Any, now: datetime) -> Reply:
    row = _claim(client, key, mark, now)
    _answer(row, status, body)
    return row


def _find(client: ApiClient, key: str) -> Reply | None:
    return Reply.objects.filter(client=client, key=key).first()


def _replay(known: Reply, mark: str) -> HttpResponse:
    if known.digest != mark:
        raise Refused("idempotency_key_reused")
    response = _response(known)
    response[REPLAYED] = "true"
    return response


def _response(row: Reply) -> HttpResponse:
    return HttpResponse(row.body.encode(), status=row.status, content_type="application/json")
