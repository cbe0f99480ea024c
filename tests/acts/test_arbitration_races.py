"""Two at once: whoever commits first wins, the other is told, and nothing is there twice (H2, H3, H29)."""

from __future__ import annotations

from collections.abc import Callable
from threading import Barrier, Thread
from typing import Any

import pytest
from django.db import connection

from arbitration import assignment, rulings
from arbitration.models import Ruling
from common import clock
from common.actor import Role
from common.errors import Missing, Refused
from common.models import ClockOffset
from disputes import negotiation
from disputes.lifecycle import State
from disputes.models import Case, Outcome
from journal import book
from tests import deciding, reach

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def clock_can_be_moved() -> None:
    ClockOffset.objects.get_or_create(id=1)


def at_once(*acts: Callable[[], Any]) -> list[Any]:
    """Each act on its own connection, released together. What each gave back, or how it was refused."""
    barrier, results = Barrier(len(acts)), [None] * len(acts)

    def run(index: int, act: Callable[[], Any]) -> None:
        try:
            barrier.wait(timeout=20)
            results[index] = act()
        except (Refused, Missing) as refused:
            results[index] = refused
        finally:
            connection.close()

    threads = [Thread(target=run, args=(index, act)) for index, act in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert not any(thread.is_alive() for thread in threads)
    return results


def test_of_two_at_once_exactly_one_wins() -> None:
    """One long story, because emptying the tables between tests costs more than the races."""
    # Two ask for the next case: two different cases, or one case and one refusal, never the same twice.
    deciding.rules()
    made = reach.queued()
    other = deciding.another(Role.ARBITRATOR)
    taken = at_once(
        lambda: assignment.take(made.case.pk, actor=made.arbitrator, now=clock.now()),
        lambda: assignment.take(made.case.pk, actor=other, now=clock.now()),
        lambda: assignment.take_next(actor=other, now=clock.now()),
    )
    won = [result for result in taken if isinstance(result, Case)]
    assert len(won) == 1
    assert made.reload().assignee_id == won[0].assignee_id

    # One arbitrator with two tabs issues the same ruling: one letter, one outcome.
    twice = deciding.taken()
    ruling = deciding.drafted(twice)
    results = at_once(
        *[lambda: rulings.issue(twice.case.pk, version=ruling.version, actor=twice.arbitrator, now=clock.now())] * 2
    )
    assert sum(isinstance(result, Ruling) for result in results) == 1
    assert Outcome.objects.filter(case=twice.case).count() == 1
    assert twice.state is State.APPEAL_WINDOW

    # The buyer withdraws while the ruling goes out: a withdrawn case is not ruled, a ruled one not withdrawn.
    for _ in range(3):
        racing = deciding.taken()
        draft = deciding.drafted(racing)
        results = at_once(
            lambda r=racing, d=draft: rulings.issue(r.case.pk, version=d.version, actor=r.arbitrator, now=clock.now()),
            lambda r=racing: negotiation.withdraw(r.case.pk, actor=r.buyer, now=clock.now()),
        )
        assert sum(isinstance(result, Refused) for result in results) == 1
        served = Ruling.objects.filter(case=racing.case, state=Ruling.SERVED).exists()
        assert (racing.state is State.WITHDRAWN) == (not served)

    # The case is given to somebody else while its arbitrator issues: one of the two, never both.
    moved = deciding.taken()
    draft = deciding.drafted(moved)
    results = at_once(
        lambda: rulings.issue(moved.case.pk, version=draft.version, actor=moved.arbitrator, now=clock.now()),
        lambda: assignment.reassign(moved.case.pk, other.id, text="", actor=moved.ops, now=clock.now()),
    )
    assert sum(isinstance(result, Refused) for result in results) == 1
    assert (moved.state is State.APPEAL_WINDOW) == (moved.case.assignee_id == moved.arbitrator.id)

    for scene in (made, twice, moved):
        assert book.verify(scene.case.stream_id) is None
