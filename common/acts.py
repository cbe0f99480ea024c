"""One act, one durable transaction. Knows transactions; refuses to know what an act does."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import wraps
from typing import ParamSpec, TypeVar

from django.db import OperationalError, transaction

P = ParamSpec("P")
R = TypeVar("R")


@dataclass
class Companion:
    """What an edge writes in the very transaction of the one act it calls: what was asked, what came of it.

    ``before`` is the first thing in the transaction and may refuse by raising; ``after`` gets the act's result
    and is the last. Both run again if the act does. Neither may call an act.
    """

    before: Callable[[], None]
    after: Callable[[object], None]
    has_gone: bool = False


_inside: ContextVar[str | None] = ContextVar("inside_act", default=None)
_companion: ContextVar[Companion | None] = ContextVar("companion", default=None)
_TRIES = 3
_DEADLOCK = "40P01"
_SERIALIZATION = "40001"


def act(function: Callable[P, R]) -> Callable[P, R]:
    """Run ``function`` in one durable transaction; acts never nest.

    PostgreSQL may end one of two acts that wait for each other; an act is harmless to repeat, so it is run again.
    What an edge must write with it comes along as a ``Companion``.
    """

    @wraps(function)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        outer = _inside.get()
        if outer is not None:
            raise RuntimeError(f"{function.__qualname__} was called inside the act {outer}: acts never nest")
        companion = _companion.get()
        if companion is not None and companion.has_gone:
            raise RuntimeError(f"{function.__qualname__} is a second act: a companion goes with exactly one")
        for attempt in range(1, _TRIES + 1):
            token = _inside.set(function.__qualname__)
            try:
                with transaction.atomic(durable=True):
                    if companion is not None:
                        companion.before()
                    result = function(*args, **kwargs)
                    if companion is not None:
                        companion.after(result)
                if companion is not None:
                    companion.has_gone = True
                return result
            except OperationalError as error:
                state = getattr(error.__cause__, "pgcode", None)
                if state not in (_DEADLOCK, _SERIALIZATION) or attempt == _TRIES:
                    raise
            finally:
                _inside.reset(token)
        raise AssertionError("unreachable")

    return run


@contextmanager
def accompanied_by(companion: Companion) -> Iterator[None]:
    """Within this block exactly one act is called, and ``companion`` goes with it. Calling none, or two, is
    a mistake.
    """
    token = _companion.set(companion)
    try:
        yield
        if not companion.has_gone:
            raise RuntimeError("no act was called: what its companion had to write is not written")
    finally:
        _companion.reset(token)


def require_act() -> None:
    """What acts share is a plain function that begins with this: it may only run inside an act."""
    if _inside.get() is None:
        raise RuntimeError("this may only run inside an act")
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError("the act has lost its transaction")


def outside_act() -> None:
    """What talks to the world outside begins with this: a transaction never waits for a network."""
    running = _inside.get()
    if running is not None:
        raise RuntimeError(f"the act {running} may not wait for the network")
