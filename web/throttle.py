"""How often one visitor may do what costs or could be used to guess. Counted in the cache; a dead cache stops nobody."""

from __future__ import annotations

import hashlib
import logging

from django.conf import settings
from django.core.cache import cache
from redis.exceptions import RedisError

log = logging.getLogger("heng.web")


def allows(what: str, whose: str, *, most: int, seconds: int) -> bool:
    """Whether this is at most the ``most``-th time within ``seconds``. The window begins with the first time."""
    # No address of a visitor lies in the cache as it is.
    key = f"throttle:{what}:{hashlib.blake2s(whose.encode(), key=settings.SECRET_KEY.encode()[:32]).hexdigest()[:24]}"
    try:
        if cache.add(key, 1, seconds):
            return True
        return bool(cache.incr(key) <= most)
    except ValueError:  # it ran out between the two
        return True
    except RedisError as error:
        log.warning("throttle without redis", extra={"error": type(error).__name__, "what": what})
        return True
