"""The two sides among themselves, under the clock: every way a refund request can go."""

from __future__ import annotations

from datetime import timedelta

import pytest

from common import clock
from common.actor import Actor
from common.errors import Conflict, Missing, Refused
from disputes import intervention, negotiation, sweep
from disputes.lifecycle import Kind, State
from disputes.models import Case, Deadline, Outcome
from journal import book
from journal.models import Entry, Undelivered
from tests import builders, reach
from tests.builders import DAY, HOUR

pytestmark = pytest.mark.django_db


def test_a_request_freezes_the_facts_pins_the_rules_and_starts_the_merchants_clock() -> None:
    scene = reach.a_scene()
    case = scene.case
    assert case.state == State.AWAITING_MERCHANT
    assert case.files.get().body["line"]["paid"] == 68_000
    assert case.substance_rules_id and case.procedure_rules_id
    deadline = case.deadlines.get()
    assert (deadline.duty, deadline.awaits, deadline.due_at) == (
        "merchant_reply",
        "merchant",
        case.opened_at + 48 * HOUR,
    )
    assert case.due_at == deadline.due_at
    entry = Entry.objects.get(stream=case.stream)
    assert entry.kind == "refund_requested" and "裂纹" not in str(entry.data)
    assert Undelivered.objects.filter(entry=entry).exists()


@pytest.mark.parametrize(
    ("kind", "order_state", "hours"),
    [
        (Kind.UNSHIPPED, "PAID_UNSHIPPED", 24),
        (Kind.IN_TRANSIT, "SHIPPED", 36),
        (Kind.REFUND_ONLY, "SIGNED", 48),
        (Kind.RETURN_REFUND, "SIGNED", 48),
    ],
)
def test_each_kind_of_refund_has_its_own_term(kind: Kind, order_state: str, hours: int) -> None:
    type_code = (
        "LATE_SHIPMENT"
        if order_state == "PAID_UNSHIPPED"
        else "NOT_RECEIVED"
        if order_state == "SHIPPED"
        else "DAMAGED"
    )
    scene = reach.a_scene(kind=kind, order_state=order_state, type_code=type_code)
    assert scene.case.deadlines.get().due_at == scene.case.opened_at + hours * HOUR


@pytest.mark.parametrize(
    ("kind", "order_state", "type_code", "state"),
    [
        (Kind.UNSHIPPED, "PAID_UNSHIPPED", "LATE_SHIPMENT", State.ENFORCING),
        (Kind.IN_TRANSIT, "SHIPPED", "NOT_RECEIVED", State.ENFORCING),
        (Kind.REFUND_ONLY, "SIGNED", "DAMAGED", State.AWAITING_BUYER),
        (Kind.RETURN_REFUND, "SIGNED", "DAMAGED", State.AWAITING_RETURN),
    ],
)
def test_silence_of_the_merchant_means_what_the_kind_says(
    kind: Kind, order_state: str, type_code: str, state: State
) -> None:
    scene = reach.a_scene(kind=kind, order_state=order_state, type_code=type_code)
    reach.let_term_end(scene)
    assert scene.state is state
    outcomes = Outcome.objects.filter(case=scene.case, superseded_at__isnull=True)
    assert outcomes.count() == (1 if state is State.ENFORCING else 0)
    assert book.verify(scene.case.stream_id) is None
    last = Entry.objects.filter(stream=scene.case.stream).order_by("-seq").first()
    assert last is not None and last.data["fired_at"] >= last.data["due_at"]


def test_a_return_runs_from_agreement_to_refund() -> None:
    scene = reach.a_scene(kind=Kind.RETURN_REFUND)
    negotiation.agree_return(scene.case.pk, actor=scene.merchant, now=clock.now())
    assert scene.state is State.AWAITING_RETURN
    with pytest.raises(Refused, match="tracking_number_unreadable"):
        negotiation.ship_return(scene.case.pk, carrier="顺丰", tracking="??", actor=scene.buyer, now=clock.now())
    negotiation.ship_return(
        scene.case.pk, carrier="顺丰", tracking=" SF12-3456 7890", actor=scene.buyer, now=clock.now()
    )
    assert scene.state is State.RETURN_IN_TRANSIT
    assert scene.case.statements.get(kind="return_tracking").text == "顺丰 SF1234567890"
    assert "SF1234567890" not in str(list(Entry.objects.values_list("data", flat=True)))
    negotiation.accept_return(scene.case.pk, actor=scene.merchant, now=clock.now())
    assert scene.state is State.ENFORCING
    assert scene.case.outcome is not None and scene.case.outcome.remedy == "R3"


def test_a_return_that_nobody_sends_lapses() -> None:
    scene = reach.a_scene(kind=Kind.RETURN_REFUND)
    negotiation.agree_return(scene.case.pk, actor=scene.merchant, now=clock.now())
    reach.let_term_end(scene)
    assert scene.state is State.LAPSED
    assert scene.case.closed_at is not None
    assert not Deadline.objects.filter(case=scene.case, state="pending").exists()


def test_a_refused_request_lapses_after_seven_days() -> None:
    scene = reach.refused()
    reach.let_term_end(scene)
    assert scene.state is State.LAPSED


def test_the_merchant_may_still_agree_after_refusing() -> None:
    scene = reach.refused()
    negotiation.agree_refund(scene.case.pk, actor=scene.merchant, now=clock.now())
    assert scene.state is State.ENFORCING


def test_nobody_acts_in_a_case_that_is_not_theirs() -> None:
    scene = reach.a_scene()
    stranger = builders.a_member(builders.a_shop("别家"))
    other_buyer = builders.a_buyer()
    for actor in (stranger, other_buyer, scene.ops):
        with pytest.raises(Missing):
            negotiation.refuse(scene.case.pk, text="不行", actor=actor, now=clock.now())
    with pytest.raises(Refused, match="not_for_this_role"):
        negotiation.agree_refund(scene.case.pk, actor=scene.buyer, now=clock.now())


def test_a_member_who_left_the_shop_acts_no_more() -> None:
    scene = reach.a_scene()
    scene.shop.memberships.update(removed_at=clock.now())
    with pytest.raises(Missing):
        negotiation.refuse(scene.case.pk, text="不行", actor=scene.merchant, now=clock.now())


def test_a_sub_account_does_not_accept_above_its_limit() -> None:
    scene = reach.a_scene()
    helper = builders.a_member(scene.shop, limit=20_000)
    with pytest.raises(Refused, match="over_your_limit"):
        negotiation.agree_refund(scene.case.pk, actor=helper, now=clock.now())


def test_two_cases_about_one_line_cannot_live_at_once() -> None:
    scene = reach.a_scene()
    with pytest.raises(Refused, match="live_case_exists"):
        negotiation.open_refund(
            scene.case.line_id,
            kind=Kind.REFUND_ONLY,
            type_code="DAMAGED",
            amount=100,
            text="再来一次",
            actor=scene.buyer,
            now=clock.now(),
        )
    assert Case.objects.filter(line_id=scene.case.line_id).count() == 1


@pytest.mark.parametrize("amount", [0, -1, 68_001])
def test_no_more_than_what_was_paid_can_be_asked_for(amount: int) -> None:
    with pytest.raises(Refused, match="amount_out_of_range"):
        reach.a_scene(amount=amount)


def test_an_order_long_completed_is_out_of_the_window() -> None:
    with pytest.raises(Refused, match="out_of_window"):
        reach.a_scene(order_state="COMPLETED", age=40 * DAY)


def test_a_stale_page_is_told_that_the_case_moved_on() -> None:
    scene = reach.a_scene()
    seen = scene.case.version
    negotiation.refuse(scene.case.pk, text="不行", actor=scene.merchant, now=clock.now(), seen=seen)
    with pytest.raises(Conflict):
        negotiation.withdraw(scene.case.pk, actor=scene.buyer, now=clock.now(), seen=seen)


def test_acting_at_the_very_end_is_too_late_and_just_before_is_in_time() -> None:
    scene = reach.a_scene()
    due_at = scene.case.deadlines.get().due_at
    builders.travel_to(due_at - timedelta(seconds=20))
    assert sweep.fire_due().fired == 0
    builders.travel_to(due_at)
    assert sweep.fire_due().fired == 1
    with pytest.raises(Refused, match="not_in_this_state"):
        negotiation.agree_return(scene.case.pk, actor=scene.merchant, now=clock.now())


def test_reminders_come_before_the_end_and_name_who_is_awaited() -> None:
    scene = reach.a_scene()
    builders.travel(25 * HOUR)
    assert sweep.remind_due() == 1
    assert sweep.remind_due() == 0
    entry = Entry.objects.filter(stream=scene.case.stream, kind="deadline_reminded").get()
    assert entry.data["awaits"] == "merchant"


def test_the_system_is_no_party() -> None:
    scene = reach.a_scene()
    with pytest.raises(Missing):
        negotiation.withdraw(scene.case.pk, actor=Actor.system(), now=clock.now())


def test_a_term_that_is_over_is_over_even_if_the_sweep_is_late() -> None:
    scene = reach.refused()
    builders.travel(8 * DAY)
    for late in (
        lambda: negotiation.revise(
            scene.case.pk, kind=Kind.REFUND_ONLY, amount=100, text="", actor=scene.buyer, now=clock.now()
        ),
        lambda: intervention.request(scene.case.pk, reach.claim_of(scene.case), actor=scene.buyer, now=clock.now()),
    ):
        with pytest.raises(Refused, match="deadline_is_over"):
            late()
    assert sweep.fire_due().fired == 1
    assert scene.state is State.LAPSED


def test_the_term_of_the_merchant_ends_for_a_refusal_but_not_for_a_concession() -> None:
    scene = reach.a_scene()
    builders.travel(3 * DAY)
    with pytest.raises(Refused, match="deadline_is_over"):
        negotiation.refuse(scene.case.pk, text="不同意", actor=scene.merchant, now=clock.now())
    negotiation.agree_refund(scene.case.pk, actor=scene.merchant, now=clock.now())
    assert scene.state is State.ENFORCING
