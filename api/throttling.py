"""How much a client may ask in a minute, per scope. Counted in Redis; exact however many processes serve.

While Redis is away reads go unlimited and are noted, and writes are counted in PostgreSQL: a limit that guards the
books must not fall with a cache.
"""

from __future__ import annotations

import logging
from functools import cache
from typing import Any

import redis
from django.conf import settings
from django.db import connection
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

from accounts.models import Scope
from api.authentication import Caller
from common.acts import act

log = logging.getLogger("heng.api")
WINDOW = 60
# Requests a minute and client.
RATES: dict[Scope | None, int] = {
    Scope.INGEST: 120,
    Scope.CASES_READ: 1_200,
    Scope.CASES_WRITE: 300,
    Scope.EVIDENCE_READ: 30,  # each may be a gigabyte
    Scope.EVIDENCE_WRITE: 120,
    Scope.OUTCOMES_READ: 600,
    None: 600,
}
PIECES = 1_200
_READS = ("GET", "HEAD", "OPTIONS")


class PerScope(BaseThrottle):
    """Refuses with 429 and Retry-After once the scope's rate is used up."""

    _wait: float = 1

    def allow_request(self, request: Request, view: Any) -> bool:
        if not isinstance(request.user, Caller):
            return True
        bucket, most = self.limit_of(request.user, view.scope_of(request.method))
        try:
            hits, self._wait = _count(bucket)
        except redis.RedisError as error:
            log.warning("throttle without redis", extra={"error": type(error).__name__, "bucket": bucket})
            if request.method in _READS:
                return True
            hits, self._wait = count_in_database(bucket)
        return hits <= most

    def limit_of(self, caller: Caller, scope: Scope | None) -> tuple[str, int]:
        """Under which name this request counts, and up to how many."""
        return f"{caller.client.pk}:{scope.value if scope else 'any'}", RATES[scope]

    def wait(self) -> float:
        return self._wait


class PerPiece(PerScope):
    """A large file comes in many pieces: they count by themselves, so that one video does not use up the scope."""

    def limit_of(self, caller: Caller, scope: Scope | None) -> tuple[str, int]:
        return f"{caller.client.pk}:pieces", PIECES


def _count(bucket: str) -> tuple[int, float]:
    """Hits in the current minute, this one included, and the seconds until it ends. One round trip, atomic."""
    key = f"heng:throttle:{bucket}"
    pipe = _redis().pipeline(transaction=True)
    pipe.set(key, 0, ex=WINDOW, nx=True)
    pipe.incr(key)
    pipe.ttl(key)
    _, hits, left = pipe.execute()
    return int(hits), float(max(left, 1))


@act
def count_in_database(bucket: str) -> tuple[int, float]:
    """The same in PostgreSQL, by the minutes of its wall clock. Rows of earlier minutes go as new ones come."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM api_hits WHERE bucket = %s AND minute < date_trunc('minute', now())", [bucket])
        cursor.execute(
            "INSERT INTO api_hits (bucket, minute, count) VALUES (%s, date_trunc('minute', now()), 1) "
            "ON CONFLICT (bucket, minute) DO UPDATE SET count = api_hits.count + 1 "
            "RETURNING count, ceil(extract(epoch FROM date_trunc('minute', now()) + interval '1 minute' - now()))",
            [bucket],
        )
        count, left = cursor.fetchone()
    return int(count), float(max(left, 1))


@cache
def _redis() -> redis.Redis:
    return redis.Redis.from_url(settings.REDIS_URL, socket_timeout=0.5, socket_connect_timeout=0.5)
