"""The deadline fires in the second of the merchant's click: two connections, one winner, and the loser is told."""

from __future__ import annotations

from datetime import timedelta
from threading import Barrier, Thread

import pytest
from django.db import connection

from disputes import sweep
from disputes.lifecycle import Event, State
from journal import book as journal
from journal.models import Entry
from tests import builders, reach
from tests.journeys.pages import Page
from tests.journeys.people import Person

WORDS = "汝窑开片是天然特征。"
# How long before the term ends the merchant presses the button. At its very end: just after the sweep.
EARLY = [timedelta(milliseconds=ms) for ms in (0, 40, 80, 120, 2_000)]


def race(scene: reach.Scene, early: timedelta) -> Page:
    """A click and a sweep at once, each on a connection of its own. What the merchant got to see."""
    merchant = Person(scene.merchant)
    page = merchant.open("act", scene.case.number, Event.REFUND_REFUSED.value)
    data = page.form("seen", "text").filled({"text": WORDS})
    barrier, came = Barrier(2 if early else 1), []

    def click() -> None:
        barrier.wait()
        try:
            reply = merchant.http.post(page.path, data)
            came.append(Page.of(page.path, reply.status_code, reply.content.decode()))
        finally:
            connection.close()

    def fire() -> None:
        barrier.wait()
        try:
            while not sweep.fire_due().fired and not came:
                pass
        finally:
            connection.close()

    due_at = scene.case.due_at
    assert due_at is not None
    builders.travel_to(due_at - early)
    clicking, sweeping = Thread(target=click), Thread(target=fire)
    sweeping.start()
    if not early:
        sweeping.join()
    clicking.start()
    for thread in (clicking, sweeping):
        thread.join()
    builders.travel(timedelta(seconds=3))
    sweep.fire_due()
    (answer,) = came
    return answer


@pytest.mark.django_db(transaction=True)
def test_of_a_click_and_a_deadline_in_the_same_second_exactly_one_counts() -> None:
    winners = set()
    for early in EARLY:
        scene = reach.a_scene()
        answer = race(scene, early)
        # Exactly one of the two ends the merchant's term, whichever it was.
        ended = Entry.objects.get(stream=scene.case.stream, kind__in=["refund_refused", "merchant_silent"])
        clicked = ended.kind == "refund_refused"
        winners.add(ended.kind)
        assert scene.state is State.AWAITING_BUYER
        assert scene.case.deadlines.get(duty="merchant_reply").state == ("met" if clicked else "expired")
        assert scene.case.deadlines.filter(state="pending").count() == 1
        assert journal.verify(scene.case.stream_id) is None
        assert answer.status == 302 if clicked else answer.status in (409, 422)
        assert clicked or WORDS in answer.html  # the loser reads why, and keeps the words
    assert winners == {"refund_refused", "merchant_silent"}
