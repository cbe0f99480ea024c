"""Two at once before a jury: one ballot a juror, no vote after the end, nobody on two panels (H29, H31)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from accounts.models import Grant
from arbitration import inquiries
from common import clock
from common.errors import Refused
from common.models import ClockOffset
from disputes import sweep
from disputes.lifecycle import State
from engine import ticks
from journal import book
from journal.kinds import Kind
from journal.models import Entry
from jury import counting, panels
from jury.models import Ballot, Panel, Seat
from tests import builders, deciding, juries
from tests.acts.test_arbitration_races import at_once
from tests.juries import cast, held, sent, sits
from tests.reach import Scene

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def clock_can_be_moved() -> None:
    ClockOffset.objects.get_or_create(id=1)


def _counted_is_what_was_cast(made: Scene) -> None:
    """Whoever was told that their vote is in is in the count, and nobody else."""
    panel = Panel.objects.get(case=made.case)
    assert panel.state == Panel.CLOSED
    ballots = Ballot.objects.filter(seat__panel=panel)
    counts = (panel.for_buyer or 0) + (panel.for_merchant or 0) + (panel.unsure or 0) + (panel.spoiled or 0)
    assert counts == ballots.count() and not ballots.filter(opened_at__isnull=True).exists()
    kinds = list(Entry.objects.filter(stream_id=made.case.stream_id).order_by("seq").values_list("kind", flat=True))
    assert kinds.count(Kind.JURY_CLOSED.value) == kinds.count(Kind.JURY_COUNTED.value) == 1
    assert Kind.JURY_VOTED.value not in kinds[kinds.index(Kind.JURY_CLOSED.value) :]
    assert book.verify(made.case.stream_id) is None


def test_of_two_at_once_one_ballot_counts_and_the_end_is_the_end() -> None:
    """One long story, because emptying the tables between tests costs more than the races."""
    # The same juror in two tabs, for two sides: one ballot, the other is told.
    made = sent()
    seat = held(made)[0]
    actor = sits(seat)
    results = at_once(
        lambda: cast(seat, "buyer", actor=actor),
        lambda: cast(seat, "merchant", actor=actor),
    )
    assert sum(isinstance(result, Ballot) for result in results) == 1
    assert [result.code for result in results if isinstance(result, Refused)] == ["already_voted"]
    assert Ballot.objects.filter(seat=seat).count() == 1

    # The office is taken away while they vote: the vote is in, or it never was.
    other = held(made)[0]
    leaving = sits(other)
    results = at_once(
        lambda: cast(other, "buyer", actor=leaving),
        lambda: Grant.objects.filter(user_id=leaving.id, role="juror").update(revoked_at=clock.now()),
    )
    assert Ballot.objects.filter(seat=other).exists() == isinstance(results[0], Ballot)

    # Several vote while two workers ask whether it is over: it ends once, and nobody votes afterwards.
    rows = [row for row in held(made) if row.pk != other.pk]
    people = [(row, sits(row)) for row in rows]
    at_once(
        *[lambda r=row, a=person: cast(r, "buyer", actor=a) for row, person in people],
        lambda: counting.close_settled(clock.now()),
        lambda: counting.close_settled(clock.now()),
    )
    counting.close_settled(clock.now())
    ticks.consequences()
    assert made.state is State.UNDER_REVIEW
    _counted_is_what_was_cast(made)


def test_a_vote_in_the_moment_in_which_the_term_ends_is_counted_or_refused_and_never_lost() -> None:
    for nth in range(2):
        made = sent(jurors=(6, 6) if nth == 0 else (0, 0))
        rows = held(made)[:3]
        people = [(row, sits(row)) for row in rows]
        due_at = made.reload().due_at
        assert due_at is not None
        Seat.objects.filter(panel__case=made.case, state__in=Seat.OPEN).update(expires_at=due_at + timedelta(hours=1))
        builders.travel_to(due_at - timedelta(milliseconds=60))
        results = at_once(
            *[lambda r=row, a=person: cast(r, "buyer", actor=a) for row, person in people],
            lambda: [sweep.fire_due() for _try in range(10)],
        )
        builders.travel_to(due_at + timedelta(seconds=1))
        ticks.deadlines()
        ticks.consequences()
        assert made.state is State.UNDER_REVIEW
        said = [result for result in results[:3] if isinstance(result, Ballot)]
        assert len(said) == Ballot.objects.filter(seat__panel__case=made.case).count()
        _counted_is_what_was_cast(made)


def test_two_panels_drawn_at_once_never_share_a_juror() -> None:
    deciding.rules(jury=True, juries=[juries.SMALL])
    first, second = deciding.taken(), deciding.taken()
    juries.some_jurors(4, 3)
    for made in (first, second):
        inquiries.send_to_jury(made.case.pk, question=juries.QUESTION, actor=made.arbitrator, now=clock.now())
    at_once(ticks.consequences, ticks.consequences)
    ticks.consequences()
    drawn = list(Seat.objects.filter(state__in=Seat.OPEN).values_list("juror_id", flat=True))
    assert len(drawn) == len(set(drawn)) == 7
    at_once(lambda: panels.fill_up(clock.now()), lambda: panels.fill_up(clock.now()))
    assert Seat.objects.filter(state__in=Seat.OPEN).count() == 7
