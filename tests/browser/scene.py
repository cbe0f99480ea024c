"""Cases with a past, in a house whose clock runs: it sees each of them when all of its acts are done, never between two."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from typing import Concatenate, ParamSpec

from django.db import transaction

from common import clock
from disputes.models import Case, Deadline
from tests.browser.cast import Cast

P = ParamSpec("P")
# The longest that tests take from the stage to the last case played on it.
STAYS = timedelta(hours=1)


def in_one_go(play: Callable[Concatenate[Cast, P], Case]) -> Callable[Concatenate[Cast, P], Case]:
    """All acts of ``play`` in one transaction; the case it makes stands still for an hour.

    Without it the house ends a term that had run out by now before the next act says that it was kept.
    """

    @wraps(play)
    def whole(cast: Cast, *args: P.args, **kwargs: P.kwargs) -> Case:
        if transaction.get_connection().in_atomic_block:
            return play(cast, *args, **kwargs)  # a part of a longer story
        scene = transaction.atomic()
        # As Django's own TestCase does it: acts are durable, and only such a block takes them in.
        scene._from_testcase = True
        with scene:
            case = play(cast, *args, **kwargs)
            due = Deadline.objects.filter(case=case, state=Deadline.PENDING, due_at__lt=clock.now() + STAYS)
            assert not due.exists(), [(deadline.duty, deadline.due_at) for deadline in due]
        return case

    return whole
