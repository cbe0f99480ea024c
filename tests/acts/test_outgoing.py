"""Ten seconds to call a ruling back: until then nothing has begun, afterwards it is out, whatever died in between."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from accounts.models import Grant
from arbitration import drafting, outgoing, rulings
from arbitration.models import Outgoing, Ruling
from common import clock
from common.actor import Role
from common.errors import Refused
from disputes import intervention, outcomes
from disputes.lifecycle import State
from disputes.models import Case, Deadline
from engine import health, ticks
from journal import book
from journal.models import Entry
from tests import builders, deciding
from tests.reach import Scene

pytestmark = pytest.mark.django_db
SECOND = timedelta(seconds=1)


def sent() -> Scene:
    made = deciding.taken()
    ruling = deciding.drafted(made)
    outgoing.send(made.case.pk, version=ruling.version, actor=made.arbitrator, now=clock.now())
    return made


def kinds(made: Scene) -> list[str]:
    return list(Entry.objects.filter(stream=made.case.stream_id).order_by("seq").values_list("kind", flat=True))


def test_until_the_time_is_over_nothing_has_begun() -> None:
    made = sent()
    before = clock.now()
    assert outgoing.release_due(before + outgoing.HOLD - SECOND) == 0
    assert made.state is State.UNDER_REVIEW and outcomes.effective(made.case.pk) is None
    ruling = Ruling.objects.get(case=made.case)
    assert ruling.state == Ruling.DRAFT and ruling.letter is None
    assert not Deadline.objects.filter(case=made.case, duty="appeal_window").exists()
    assert kinds(made)[-1] == "ruling_sent"


def test_when_it_is_over_the_ruling_is_served_once_in_its_authors_name() -> None:
    made = sent()
    builders.travel(outgoing.HOLD)
    assert ticks.deadlines() >= 1
    assert made.state is State.APPEAL_WINDOW and made.case.ruled_by_id == made.arbitrator.id
    entry = Entry.objects.get(stream=made.case.stream_id, kind="ruling_served")
    assert (entry.actor_role, entry.actor_id) == (Role.ARBITRATOR.value, made.arbitrator.id)
    ticks.deadlines()
    assert kinds(made).count("ruling_served") == 1 and not Outgoing.objects.exists()
    assert book.verify(made.case.stream_id) is None


def test_its_author_calls_it_back_and_goes_on_with_the_draft() -> None:
    made = sent()
    with pytest.raises(Refused, match="ruling_is_on_its_way"):
        deciding.drafted(made, looked=False)
    with pytest.raises(Refused, match="ruling_is_out"):
        outgoing.call_back(made.case.pk, actor=made.senior, now=clock.now())
    back = outgoing.call_back(made.case.pk, actor=made.arbitrator, now=clock.now())
    assert kinds(made)[-1] == "ruling_called_back"
    assert drafting.draft_of(back) == deciding.a_draft(made)
    builders.travel(outgoing.HOLD)
    ticks.deadlines()
    assert made.state is State.UNDER_REVIEW
    deciding.drafted(made, deciding.a_draft(made, language="en"))


def test_called_back_a_moment_too_late_it_is_out() -> None:
    made = sent()
    with pytest.raises(Refused, match="ruling_is_out"):
        outgoing.call_back(made.case.pk, actor=made.arbitrator, now=clock.now() + outgoing.HOLD)
    deciding.goes_out(made)
    with pytest.raises(Refused, match="ruling_is_out"):
        outgoing.call_back(made.case.pk, actor=made.arbitrator, now=clock.now())


def test_workers_that_were_dead_beyond_the_term_serve_it_before_the_term_is_held_against_it() -> None:
    made = sent()
    due = made.reload().due_at
    assert due is not None
    builders.travel_to(due + timedelta(hours=3))
    ticks.forget()
    ticks.deadlines()
    assert made.state is State.APPEAL_WINDOW
    assert "returned_to_queue" not in kinds(made)


def test_shortly_before_the_term_ends_a_ruling_is_served_at_once() -> None:
    made = deciding.taken()
    ruling = deciding.drafted(made)
    due = made.reload().due_at
    assert due is not None
    now = builders.travel_to(due - timedelta(seconds=30))
    outgoing.send(made.case.pk, version=ruling.version, actor=made.arbitrator, now=now)
    assert made.state is State.APPEAL_WINDOW


def test_what_lacks_something_is_not_sent() -> None:
    made = deciding.taken()
    ruling = deciding.drafted(made, deciding.a_draft(made, clauses=()))
    with pytest.raises(Refused, match="ruling_incomplete"):
        outgoing.send(made.case.pk, version=ruling.version, actor=made.arbitrator, now=clock.now())
    assert not Outgoing.objects.exists()


def test_what_needs_a_second_signature_is_proposed_at_once() -> None:
    deciding.rules(new_arbitrator_rulings=5)
    made = sent()
    assert made.state is State.AWAITING_APPROVAL and not Outgoing.objects.exists()


def test_sending_twice_is_harmless() -> None:
    made = sent()
    ruling = Ruling.objects.get(case=made.case)
    outgoing.send(made.case.pk, version=ruling.version, actor=made.arbitrator, now=clock.now())
    assert Outgoing.objects.count() == 1 and kinds(made).count("ruling_sent") == 1


def test_a_case_that_was_settled_meanwhile_stays_settled() -> None:
    made = sent()
    intervention.accept_claim(made.case.pk, actor=made.merchant, now=clock.now())
    state = made.state
    deciding.goes_out(made)
    assert made.state is state is not State.UNDER_REVIEW
    assert not Outgoing.objects.exists()
    entry = Entry.objects.filter(stream=made.case.stream_id).order_by("-seq").first()
    assert entry is not None and entry.kind == "ruling_came_back" and entry.data["because"]


def test_an_author_who_lost_the_office_meanwhile_serves_nothing() -> None:
    made = sent()
    Grant.objects.filter(user_id=made.arbitrator.id).update(revoked_at=clock.now())
    deciding.goes_out(made)
    assert made.state is State.UNDER_REVIEW and kinds(made)[-1] == "ruling_came_back"


def fails(monkeypatch: pytest.MonkeyPatch, made: Scene) -> None:
    """Serving the ruling of this case raises, whatever the reason; other rulings are served."""
    serve = rulings.issue_now

    def issue_now(case: Case, *rest: Any) -> Ruling:
        if case.pk == made.case.pk:
            raise ValueError("poison")
        return serve(case, *rest)

    monkeypatch.setattr(rulings, "issue_now", issue_now)


def until_set_aside() -> Outgoing:
    builders.travel(outgoing.HOLD)
    for pause in (*outgoing.BACK_OFF, SECOND):
        ticks.deadlines()
        builders.travel(pause)
    return Outgoing.objects.get()


def test_a_ruling_that_cannot_be_served_is_backed_off_and_stops_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    made, other = sent(), sent()
    fails(monkeypatch, made)
    builders.travel(outgoing.HOLD)
    ticks.deadlines()
    assert other.state is State.APPEAL_WINDOW and made.state is State.UNDER_REVIEW
    ticks.deadlines()
    waiting = Outgoing.objects.get()
    assert waiting.attempts == 1 and waiting.retry_at is not None and waiting.set_aside_at is None
    builders.travel(outgoing.BACK_OFF[0])
    ticks.deadlines()
    assert Outgoing.objects.get().attempts == 2


def test_after_five_tries_it_is_set_aside_counted_and_tried_again_when_ops_say_so(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    made = sent()
    with monkeypatch.context() as broken:
        fails(broken, made)
        waiting = until_set_aside()
        assert waiting.attempts == outgoing.TRIES and waiting.set_aside_at is not None
        assert waiting.error == "ValueError: " and health.look(clock.now()).unserved == 1
    ticks.deadlines()
    assert made.state is State.UNDER_REVIEW
    outgoing.try_again(waiting.pk)
    ticks.deadlines()
    assert made.state is State.APPEAL_WINDOW and kinds(made).count("ruling_served") == 1
    assert health.look(clock.now()).unserved == 0


def test_its_author_has_back_what_could_not_be_served(monkeypatch: pytest.MonkeyPatch) -> None:
    made = sent()
    fails(monkeypatch, made)
    waiting = until_set_aside()
    outgoing.call_back(made.case.pk, actor=made.arbitrator, now=clock.now())
    outgoing.try_again(waiting.pk)
    ticks.deadlines()
    assert made.state is State.UNDER_REVIEW and kinds(made)[-1] == "ruling_called_back"
    deciding.drafted(made, deciding.a_draft(made, language="en"))
