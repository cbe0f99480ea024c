"""One act, one durable transaction. Knows transactions; refuses to know what an act does."""

from __future__ import annotations

from collections.abc import Callable
from contextvars import ContextVar
from functools import wraps
from typing import ParamSpec, TypeVar

from django.db import OperationalError, transaction

P = ParamSpec("P")
R = TypeVar("R")

_inside: ContextVar[str | None] = ContextVar("inside_act", default=None)
_TRIES = 3
_DEADLOCK = "40P01"
_SERIALIZATION = "40001"


def act(function: Callable[P, R]) -> Callable[P, R]:
    """Run ``function`` in one durable transaction; acts never nest.

    PostgreSQL may end one of two acts that wait for each other; an act is harmless to repeat, so it is run again.
    """

    @wraps(function)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        outer = _inside.get()
        if outer is not None:
            raise RuntimeError(f"{function.__qualname__} was called inside the act {outer}: acts never nest")
        for attempt in range(1, _TRIES + 1):
            token = _inside.set(function.__qualname__)
            try:
                with transaction.atomic(durable=True):
                    return function(*args, **kwargs)
            except OperationalError as error:
                state = getattr(error.__cause__, "pgcode", None)
                if state not in (_DEADLOCK, _SERIALIZATION) or attempt == _TRIES:
                    raise
            finally:
                _inside.reset(token)
        raise AssertionError("unreachable")

    return run


def require_act() -> None:
    """What acts share is a plain function that begins with this: it may only run inside an act."""
    if _inside.get() is None:
        raise RuntimeError("this may only run inside an act")
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError("the act has lost its transaction")
