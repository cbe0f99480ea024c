"""What whoever sends a ruling out sees: ten seconds to call it back by a plain button, and the next case."""

from __future__ import annotations

import re

import pytest
from django.test import Client
from django.urls import reverse

from arbitration import outgoing, preferences
from arbitration.models import Outgoing, Ruling
from arbitration.preferences import Wanted
from common import clock
from disputes.lifecycle import State
from journal.kinds import Kind
from journal.models import Entry
from tests import builders, deciding, reach
from tests.edges.test_desk_acts import post
from tests.edges.test_desk_pages import page, signed_in, text
from tests.reach import Scene

pytestmark = pytest.mark.django_db


def sent(made: Scene):
    version = deciding.drafted(made).version
    return post(made.arbitrator, "preview", made, {"seen": made.reload().version, "version": version})


def test_a_plain_button_calls_it_back_and_the_draft_is_as_it_was():
    made = deciding.taken()
    reply = sent(made)
    assert reply.headers["Location"] == page("sent", made.case.number)
    client = signed_in(made.arbitrator)
    shown = text(client, page("sent", made.case.number))
    assert "can be called back for 10 seconds" in shown and page("call_back", made.case.number) in shown
    case = text(client, page("case", made.case.number))
    assert "The ruling is on its way" in case and 'id="ruling"' not in case
    assert client.get(page("preview", made.case.number)).headers["Location"] == page("sent", made.case.number)
    back = client.post(page("call_back", made.case.number))
    assert back.headers["Location"] == page("case", made.case.number)
    assert deciding.REASONS in text(client, page("case", made.case.number))
    assert not Outgoing.objects.exists() and made.state is State.UNDER_REVIEW
    # The same button in another tab: it is back already, and nobody says that it has gone out.
    again = client.post(page("call_back", made.case.number), follow=True).content.decode()
    assert "Called back." in again and "The ruling has gone out" not in again
    assert Entry.objects.filter(stream_id=made.case.stream_id, kind=Kind.RULING_CALLED_BACK.value).count() == 1


def test_too_late_says_that_it_is_out_and_parties_see_nothing_before():
    made = deciding.taken()
    sent(made)
    code = Ruling.objects.get(case=made.case).letter_code
    assert not code
    deciding.goes_out(made)
    client = signed_in(made.arbitrator)
    late = client.post(page("call_back", made.case.number), follow=True).content.decode()
    assert "The ruling has gone out" in late and "The ruling is served on both sides." in late
    assert page("call_back", made.case.number) not in late


def test_nobody_else_calls_it_back():
    made = deciding.taken()
    sent(made)
    assert signed_in(made.senior).get(page("sent", made.case.number)).status_code == 404
    assert page("sent", made.case.number) not in text(signed_in(made.senior), page("case", made.case.number))
    signed_in(made.senior).post(page("call_back", made.case.number))
    assert signed_in(made.buyer).post(page("call_back", made.case.number)).status_code == 404
    assert Outgoing.objects.exists()


def test_the_page_says_until_when_and_asks_by_itself_what_became_of_it():
    made = deciding.taken()
    sent(made)
    mine, where = signed_in(made.arbitrator), page("sent", made.case.number)
    shown = text(mine, where)
    wait = re.search(r'<meta http-equiv="refresh" content="(\d+)">', shown)
    assert wait is not None and 10 <= int(wait[1]) <= 13
    assert re.search(r"told at \d\d:\d\d:\d\d", shown) and "data-seconds=" in shown
    builders.travel(outgoing.HOLD)
    late = text(mine, where)
    assert (
        "it is being served" in late and "data-seconds=" not in late and page("call_back", made.case.number) not in late
    )
    assert '<meta http-equiv="refresh" content="3">' in late
    outgoing.release_due(clock.now())
    done = text(mine, where)
    assert "The ruling is served on both sides" in done and "refresh" not in done.split("<body")[0]


def test_whoever_wishes_so_has_the_next_case_at_once():
    made = deciding.taken()
    waiting = reach.queued()
    builders.travel(25 * builders.HOUR)
    wanted = Wanted(keys_on=True, keys={}, compact=False, swapped=False, goes_on=True)
    preferences.keep(wanted, actor=made.arbitrator, now=clock.now())
    reply = sent(made)
    assert reply.headers["Location"] == page("sent", made.case.number) + f"?next={waiting.case.number}"
    assert waiting.state is State.UNDER_REVIEW
    shown = text(signed_in(made.arbitrator), reply.headers["Location"])
    assert page("case", waiting.case.number) in shown and page("call_back", made.case.number) in shown


def test_a_ruling_that_could_not_be_served_is_shown_to_operations_and_its_author_has_it_back():
    made = deciding.taken()
    sent(made)
    failing = Outgoing.objects.get()
    failing.attempts, failing.set_aside_at, failing.error = 5, clock.now(), "ValueError: "
    failing.save()
    builders.travel(outgoing.HOLD)
    stuck = text(signed_in(made.ops), "/en/ops/stuck/")
    assert "Rulings that could not be served" in stuck and "ValueError" in stuck and made.case.number in stuck
    assert Client().get("/readyz").json()["rulings_set_aside"] == 1
    mine = signed_in(made.arbitrator)
    assert "The ruling could not be served" in text(mine, page("sent", made.case.number))
    assert "The ruling could not be served" in text(mine, page("case", made.case.number))
    mine.post(page("call_back", made.case.number))
    assert not Outgoing.objects.exists() and made.state is State.UNDER_REVIEW


def test_operations_have_it_served_again():
    made = deciding.taken()
    sent(made)
    Outgoing.objects.update(attempts=5, set_aside_at=clock.now(), error="ValueError: ")
    signed_in(made.ops).post(reverse("ops:again", args=["ruling", Outgoing.objects.get().pk]))
    deciding.goes_out(made)
    assert made.state is State.APPEAL_WINDOW
