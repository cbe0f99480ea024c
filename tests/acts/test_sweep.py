"""Deadlines enforced: set-wise and one by one mean the same, a poisonous case blocks nobody, a race has one winner."""

from __future__ import annotations

from datetime import timedelta
from threading import Barrier, Thread
from typing import Any

import pytest
from django.db import connection

from common import clock
from common.errors import Refused
from disputes import clocks, intervention, negotiation, offers, sweep
from disputes.lifecycle import Kind, State
from disputes.models import Case, Deadline, Offer, Outcome
from journal import book
from journal.models import Entry, Undelivered
from tests import builders, reach
from tests.builders import DAY, HOUR
from tests.reach import Scene

SCENES: dict[str, Any] = {
    "merchant silent, unshipped": lambda: reach.a_scene(
        kind=Kind.UNSHIPPED, order_state="PAID_UNSHIPPED", type_code="LATE_SHIPMENT"
    ),
    "merchant silent, received": lambda: reach.a_scene(),
    "merchant silent, return": lambda: reach.a_scene(kind=Kind.RETURN_REFUND),
    "buyer silent": lambda: reach.refused(),
    "admission": lambda: reach.filed(),
    "evidence": lambda: reach.admitted(),
    "confirmation": lambda: reach.handed_in(),
    "pickup": lambda: reach.queued(),
}


def picture(scene: Scene) -> dict[str, Any]:
    """All rows of a case with ids and moments taken out: what two firings must have in common."""

    def plain(row: dict[str, Any]) -> dict[str, Any]:
        return {
            key: (value is not None) if key.endswith("_at") or key in ("state_since",) else value
            for key, value in row.items()
            if not key.endswith("id") and key not in ("number", "previous", "digest", "reminders", "calendar_version")
        }

    case = Case.objects.filter(pk=scene.case.pk)
    return {
        "case": [plain(row) for row in case.values()],
        "deadlines": [plain(row) for row in Deadline.objects.filter(case=scene.case).order_by("id").values()],
        "outcomes": [plain(row) for row in Outcome.objects.filter(case=scene.case).order_by("id").values()],
        "offers": [plain(row) for row in Offer.objects.filter(case=scene.case).order_by("id").values()],
        "entries": [
            (row.seq, row.kind, row.actor_role, sorted(row.data))
            for row in Entry.objects.filter(stream=scene.case.stream).order_by("seq")
        ],
        "outbox": Undelivered.objects.filter(stream=scene.case.stream).count(),
    }


@pytest.mark.django_db
@pytest.mark.parametrize("name", list(SCENES))
def test_set_wise_and_one_by_one_give_the_same_rows(name: str) -> None:
    first, second = SCENES[name](), SCENES[name]()
    ends = Deadline.objects.filter(case__in=[first.case, second.case], state="pending").order_by("-due_at")
    builders.travel_to(ends[0].due_at + timedelta(seconds=1))
    Deadline.objects.filter(case=second.case).update(retry_at=clock.now() + DAY)
    assert sweep._fire_batch(100, None).fired == 1
    Deadline.objects.filter(case=second.case).update(retry_at=None)
    assert sweep._fire_singly(100, None).fired == 1
    assert picture(first) == picture(second)
    for scene in (first, second):
        assert book.verify(scene.case.stream_id) is None


@pytest.mark.django_db
def test_a_mixed_batch_gives_every_case_what_is_its_own() -> None:
    names = [
        "merchant silent, unshipped",
        "buyer silent",
        "merchant silent, unshipped",
        "evidence",
        "merchant silent, return",
    ]
    together, alone = ([SCENES[name]() for name in names] for _ in range(2))
    builders.travel(30 * DAY)
    held = Deadline.objects.filter(case__in=[scene.case for scene in alone])
    held.update(retry_at=clock.now() + DAY)
    assert sweep._fire_batch(100, None).fired == len(names)
    held.update(retry_at=None)
    Deadline.objects.filter(case__in=[scene.case for scene in together]).update(retry_at=clock.now() + DAY)
    assert sweep._fire_singly(100, None).fired == len(names)
    Deadline.objects.filter(case__in=[scene.case for scene in together]).update(retry_at=None)
    for ours, theirs in zip(together, alone, strict=True):
        assert picture(ours) == picture(theirs)
        assert book.verify(ours.case.stream_id) is None
        assert not Outcome.objects.filter(case=ours.case).exclude(effective_for=ours.case).exists()


@pytest.mark.django_db
def test_the_next_claim_starts_before_what_a_batch_had_to_leave() -> None:
    twice = reach.refused()
    offers.make(twice.case.pk, amount=100, returns=False, text="", actor=twice.merchant, now=clock.now())
    builders.travel(DAY)
    later = reach.refused()
    builders.travel(9 * DAY)
    fired = sweep._fire_batch(100, None)
    assert (fired.claimed, fired.fired) == (3, 2)
    assert (twice.state, later.state) == (State.AWAITING_BUYER, State.LAPSED)
    assert sweep.fire_due(since=fired.next_from).fired == 1
    assert twice.state is State.LAPSED


@pytest.mark.django_db
def test_an_open_offer_lapses_and_leaves_the_case_where_it_is() -> None:
    scene = reach.refused()
    offers.make(scene.case.pk, amount=100, returns=False, text="", actor=scene.merchant, now=clock.now())
    builders.travel(49 * HOUR)
    assert sweep.fire_due().fired == 1
    assert scene.state is State.AWAITING_BUYER
    assert scene.case.offers.get().state == "lapsed"
    assert sweep.fire_due().fired == 0


@pytest.mark.django_db
def test_a_poisonous_case_blocks_no_other_and_is_set_aside(monkeypatch: pytest.MonkeyPatch) -> None:
    sick, healthy = reach.refused(), [reach.refused() for _ in range(3)]
    builders.travel(9 * DAY)
    whole = sweep._event

    def poisoned(row: Any, facts: Any) -> Any:
        if row.id == sick.case.pk:
            raise ValueError("poison")
        return whole(row, facts)

    monkeypatch.setattr(sweep, "_event", poisoned)
    assert sweep.fire_due().fired == 3
    assert all(scene.state is State.LAPSED for scene in healthy)
    for _attempt in range(sweep.TRIES - 1):
        builders.travel(HOUR)
        sweep.fire_due()
    deadline = sick.case.deadlines.get(state="pending")
    assert deadline.attempts == sweep.TRIES and deadline.set_aside_at is not None
    assert "ValueError" in deadline.error and sick.state is State.AWAITING_BUYER
    builders.travel(DAY)
    assert sweep.fire_due().claimed == 0


@pytest.mark.django_db
def test_a_paused_clock_does_not_fire_and_resumes_with_what_was_left() -> None:
    scene = reach.admitted()
    before = scene.case.deadlines.get(duty="evidence")
    builders.travel(10 * HOUR)
    clocks.stop(
        scene.case.pk, reason=next(iter(clocks_reasons())), text="双方同意再谈", actor=scene.ops, now=clock.now()
    )
    builders.travel(5 * DAY)
    sweep.fire_due()
    assert scene.state is State.GATHERING_EVIDENCE
    if scene.case.suspended_at is not None:
        clocks.resume(scene.case.pk, actor=scene.ops, now=clock.now())
    after = scene.case.deadlines.get(duty="evidence")
    assert after.state == "pending"
    left = after.due_at - clock.now()
    assert abs(left - (before.due_at - before.armed_at - 10 * HOUR)) < timedelta(minutes=5)


def clocks_reasons() -> list[str]:
    from rulebook import queries as rulebook

    rules = rulebook.rules(rulebook.in_force("taobao-classic", clock.now()).pk)
    return [code for code, pause in rules.pauses.items() if pause.step == "pause_agreed"]


@pytest.mark.django_db
def test_a_deadline_is_extended_once_as_far_as_the_rules_allow() -> None:
    scene = reach.admitted()
    now = clock.now()
    with pytest.raises(Refused, match="extension_too_long"):
        clocks.extend(scene.case.pk, hours=49, text="出差", actor=scene.buyer, now=now)
    first = scene.case.deadlines.get(duty="evidence").due_at
    clocks.extend(scene.case.pk, hours=48, text="出差", actor=scene.buyer, now=now)
    deadline = scene.case.deadlines.get(duty="evidence")
    assert deadline.due_at == first + 48 * HOUR
    assert scene.reload().due_at == scene.case.evidence_closes_at == deadline.due_at
    with pytest.raises(Refused, match="deadline_not_extendable"):
        clocks.extend(scene.case.pk, hours=1, text="再出差", actor=scene.merchant, now=now)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("round_", range(5))
def test_a_deadline_that_fires_in_the_second_of_the_merchants_click_has_one_winner(round_: int) -> None:
    scene = reach.handed_in()
    due_at = scene.case.deadlines.get(duty="confirmation").due_at
    clicked_at = due_at - timedelta(milliseconds=1)  # received in time, decided under the lock
    builders.travel_to(due_at + timedelta(seconds=1))
    barrier, said = Barrier(2), []

    def click() -> None:
        barrier.wait()
        try:
            intervention.accept_claim(scene.case.pk, actor=scene.merchant, now=clicked_at)
            said.append("accepted")
        except Refused as refused:
            said.append(refused.code)
        finally:
            connection.close()

    def fire() -> None:
        barrier.wait()
        try:
            sweep.fire_due()
        finally:
            connection.close()

    threads = [Thread(target=click), Thread(target=fire)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    sweep.fire_due()
    fired = Entry.objects.filter(stream=scene.case.stream, kind="confirmation_lapsed").count()
    accepted = Entry.objects.filter(stream=scene.case.stream, kind="claim_accepted").count()
    assert accepted == (said == ["accepted"])
    assert Outcome.objects.filter(case=scene.case, superseded_at__isnull=True).count() == accepted
    # A claim may still be accepted from the queue; what can never be is both ends of the one 24-hour term.
    term = scene.case.deadlines.get(duty="confirmation")
    assert term.state == ("expired" if fired else "met")
    assert book.verify(scene.case.stream_id) is None


@pytest.mark.django_db(transaction=True)
def test_several_sweepers_fire_each_deadline_once() -> None:
    scenes = [reach.refused() for _ in range(12)]
    builders.travel(9 * DAY)
    barrier, fired = Barrier(4), []

    def run() -> None:
        barrier.wait()
        try:
            for _ in range(6):
                fired.append(sweep.fire_due(limit=3).fired)
        finally:
            connection.close()

    threads = [Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(fired) == 12
    assert all(scene.state is State.LAPSED for scene in scenes)
    assert Entry.objects.filter(kind="request_lapsed").count() == 12


@pytest.mark.django_db
def test_a_term_is_never_ended_twice() -> None:
    scene = reach.a_scene()
    negotiation.refuse(scene.case.pk, text="不同意", actor=scene.merchant, now=clock.now())
    assert scene.case.deadlines.get(duty="merchant_reply").state == "met"
    builders.travel(3 * DAY)
    assert sweep.fire_due().claimed == 0
