"""What jurors are told, and what of a case never reaches them by mail; what both sides are told of their jury."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core import mail

from accounts.models import User
from common import clock
from engine import ticks
from jury import counting, panels
from jury.models import Seat
from notifications import sending
from notifications.models import Email, Notice
from tests import builders, juries
from tests.juries import held, sent
from tests.reach import Scene

pytestmark = pytest.mark.django_db


def told(user_id: int | None) -> list[str]:
    return list(Notice.objects.filter(user_id=user_id, audience="jurors").order_by("id").values_list("kind", flat=True))


def test_whoever_is_drawn_is_invited_and_the_mail_names_nothing_of_the_case() -> None:
    made = sent()
    drawn = {seat.juror.user_id for seat in held(made)}
    ticks.consequences()
    assert set(Notice.objects.filter(audience="jurors").values_list("user_id", flat=True)) == drawn
    assert all(notice.params["number"] == "" for notice in Notice.objects.filter(audience="jurors"))
    while sending.send_due(limit=100, now=clock.now()):
        pass
    letters = [letter for letter in mail.outbox if letter.to[0] in _addresses(drawn)]
    assert len(letters) == 5
    for letter in letters:
        text = f"{letter.subject} {letter.body}"
        assert "/jury/" in text and letter.subject == "大众评审"
        assert [word for word in _secrets(made) if word in text] == []


def _addresses(people: set[int]) -> set[str]:
    return set(User.objects.filter(pk__in=people).values_list("email", flat=True))


def _secrets(made: Scene) -> list[str]:
    case = made.case
    return [case.number, case.title, made.shop.name, "680", User.objects.get(pk=made.buyer.id).display_name]


def test_who_has_little_time_left_is_reminded_once() -> None:
    made = sent()
    seat = held(made)[0]
    juries.votes(held(made)[1], "buyer")
    builders.travel_to(seat.expires_at - timedelta(hours=4) + timedelta(seconds=1))
    assert panels.remind(clock.now()) == 4
    assert panels.remind(clock.now()) == 0
    ticks.consequences()
    assert told(seat.juror.user_id) == ["jury_drawn", "jury_reminded"]
    assert told(held(made, Seat.VOTED)[0].juror.user_id) == ["jury_drawn"]


def test_the_one_who_takes_over_is_invited_alone() -> None:
    made = sent(jurors=(8, 8))
    gone = held(made)[0]
    builders.travel_to(gone.expires_at + timedelta(seconds=1))
    Seat.objects.filter(panel__case=made.case).exclude(pk=gone.pk).update(
        expires_at=gone.expires_at + timedelta(hours=9)
    )
    assert panels.replace_absent(clock.now()) == 1
    ticks.consequences()
    new = held(made)[-1]
    assert told(new.juror.user_id) == ["jury_replaced"]
    assert Notice.objects.filter(kind="jury_replaced").count() == 1


def test_when_it_is_over_voters_are_thanked_and_both_sides_and_the_arbitrator_are_told() -> None:
    made = sent()
    juries.all_vote(made, "buyer", "buyer", "buyer")
    counting.close_settled(clock.now())
    ticks.consequences()
    rows = Notice.objects.filter(kind="jury_counted")
    voters = {seat.juror.user_id for seat in held(made, Seat.VOTED)}
    assert set(rows.filter(audience="jurors").values_list("user_id", flat=True)) == voters
    for audience, actor in (("buyer", made.buyer), ("merchant", made.merchant), ("assignee", made.arbitrator)):
        assert rows.filter(audience=audience, user_id=actor.id).count() == 1
    assert Notice.objects.filter(kind="sent_to_jury", audience="buyer").count() == 1
    assert Email.objects.filter(notice__audience="jurors", notice__kind="jury_counted").count() == 3
