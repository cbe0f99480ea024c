"""The demonstration's jury: the second visitor's vote closes a case, and those who are nobody wait for both."""

from __future__ import annotations

import pytest

from accounts.models import User
from arbitration import inquiries
from common import clock
from common.actor import Actor, Role
from disputes.lifecycle import State
from disputes.models import Case
from engine import demo_jury, ticks
from journal import book
from jury import counting, seats, tally
from jury.models import Ballot, Panel, Seat
from tests import deciding, juries

pytestmark = pytest.mark.django_db


@pytest.fixture
def panel() -> Panel:
    return Panel.objects.get()


def test_both_visitors_vote_and_nobody_elses_vote_closes_the_case_before(panel: Panel) -> None:
    assert panel.seats.count() == demo_jury.SEATS
    assert Ballot.objects.count() == len(demo_jury.SAID)
    ticks.consequences()
    for _tick in range(3):
        ticks.jury()
    assert Ballot.objects.count() == len(demo_jury.SAID)  # they wait
    for name in ("juror-1", "juror-2"):
        user = User.objects.get(username=name)
        seat = seats.mine(user.pk, clock.now())
        assert seat is not None and seat.state == Seat.SUMMONED
    for name, closes in (("juror-1", 0), ("juror-2", 1)):
        seat = seats.mine(User.objects.get(username=name).pk, clock.now())
        assert seat is not None
        juries.votes(seat, "buyer")
        if not closes:
            ticks.jury()
            assert Ballot.objects.count() == len(demo_jury.SAID) + 1, "the others wait for the second too"
        assert counting.close_settled(clock.now()) == closes
    panel.refresh_from_db()
    assert (panel.verdict, panel.for_buyer, panel.for_merchant, panel.unsure) == ("buyer", 15, 9, 2)
    assert Case.objects.get(pk=panel.case_id).state == State.UNDER_REVIEW


def test_after_a_vote_for_the_other_side_the_others_go_on_until_it_is_decided(panel: Panel) -> None:
    for name in ("juror-2", "juror-1"):
        seat = seats.mine(User.objects.get(username=name).pk, clock.now())
        assert seat is not None
        juries.votes(seat, "merchant")
    for _tick in range(10):
        if not ticks.jury():
            break
    panel.refresh_from_db()
    cast = Ballot.objects.count()
    assert cast > len(demo_jury.SAID) + 2
    rule = tally.Rule(panel.size, panel.majority, panel.quorum)
    assert panel.state == Panel.CLOSED or rule.size - cast <= 2
    assert book.verify(panel.case.stream_id) is None


def test_the_others_settle_no_new_vote_before_a_person_came(panel: Panel, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not even if all of them say the same."""
    monkeypatch.setattr(demo_jury, "_leaning", lambda _seat: "merchant")
    user, now = User.objects.get(username="juror-2"), clock.now()
    sitting = seats.mine(user.pk, now)
    assert sitting is not None
    seats.recuse(sitting.token, reason="cannot_judge", actor=Actor.staff(Role.JUROR, user.pk), now=now)
    made = deciding.taken(paid=38_000)
    inquiries.send_to_jury(made.case.pk, question=juries.QUESTION, actor=made.arbitrator, now=clock.now())
    demo_jury.draw(made.case.pk, clock.now())
    second = Panel.objects.get(case=made.case)
    for _tick in range(second.size):
        demo_jury.others_vote(clock.now())
        counting.close_settled(clock.now())
    assert Ballot.objects.filter(seat__panel=second).count() == second.majority - 1
    waiting = seats.mine(user.pk, clock.now())
    assert waiting is not None and waiting.panel_id == second.pk


def test_nothing_simulated_happens_outside_of_a_demo(panel: Panel, settings) -> None:
    settings.HENG_DEMO = False
    Seat.objects.filter(juror__user__username="juror-1").update(state=Seat.RELEASED)
    Seat.objects.filter(juror__user__username="juror-2").update(state=Seat.RELEASED)
    assert demo_jury.others_vote(clock.now()) == 0
    settings.HENG_DEMO = True
    assert demo_jury.others_vote(clock.now()) == 1
