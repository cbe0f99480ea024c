"""What stops goes on with what was left to it: working days as working days, the file open as long, a review for itself."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from arbitration import assignment, inquiries
from common import clock
from common.actor import Role
from common.errors import Refused
from disputes import clocks, negotiation, offers, queries, submissions, sweep
from disputes.lifecycle import State
from disputes.models import Deadline
from engine import ticks
from rulebook import calendars, publishing
from rulebook import clocks as terms
from rulebook.clocks import DAY, PLATFORM_ZONE
from tests import builders, deciding, reach
from tests.builders import HOUR
from tests.reach import Scene

pytestmark = pytest.mark.django_db

WEDNESDAY = 2


def stop(made: Scene) -> None:
    clocks.stop(made.case.pk, reason=_agreed(made), text="双方约定先谈。", actor=made.ops, now=clock.now())


def resume(made: Scene) -> None:
    clocks.resume(made.case.pk, actor=made.ops, now=clock.now())
    made.reload()


def _agreed(made: Scene) -> str:
    pauses = made.case.procedure_rules.body["pauses"]
    return next(pause["code"] for pause in pauses if pause["step"] == "pause_agreed")


def the(made: Scene, duty: str) -> Deadline:
    return Deadline.objects.get(case=made.case, duty=duty, state__in=["pending", "paused"])


def day(moment: datetime) -> date:
    return moment.astimezone(PLATFORM_ZONE).date()


def last_day(deadline: Deadline) -> date:
    return day(deadline.due_at - timedelta(seconds=1))


def to_a_day_of_rest() -> None:
    """Ten in the morning of the next one."""
    calendar, local = calendars.current(), clock.now().astimezone(PLATFORM_ZONE)
    local = local.replace(hour=10, minute=0) + DAY
    while calendar.is_working(local.date()):
        local += DAY
    builders.travel_to(local)


def test_a_review_that_goes_on_on_a_day_of_rest_ends_with_a_working_day() -> None:
    made = deciding.taken()
    calendar = calendars.current()
    before = the(made, "review")
    left = terms.working_days_left(clock.now(), before.due_at, calendar)
    stop(made)
    builders.travel(3 * HOUR)
    to_a_day_of_rest()
    resume(made)
    after = the(made, "review")
    assert calendar.is_working(last_day(after))
    worked = calendar.is_working(day(before.paused_at or before.armed_at))
    days = [day(clock.now()) + DAY * n for n in range(1, (last_day(after) - day(clock.now())).days + 1)]
    # The day on which it stopped had begun; today has no working hour to make up for it.
    assert sum(calendar.is_working(one) for one in days) == left + worked == after.counts_days
    assert after.due_at == made.case.due_at
    assert after.remind_at is not None and after.remind_at > clock.now()


def test_a_term_of_working_days_is_extended_by_working_days() -> None:
    made = deciding.under_appeal()
    calendar, before = calendars.current(), the(made, "appeal_decision")
    clocks.extend(made.case.pk, hours=48, text="需要鉴定意见", actor=made.senior, now=clock.now())
    after = the(made, "appeal_decision")
    between = [last_day(before) + DAY * n for n in range(1, (last_day(after) - last_day(before)).days + 1)]
    assert sum(calendar.is_working(one) for one in between) == 2
    assert calendar.is_working(last_day(after))
    assert made.reload().due_at == after.due_at


def test_a_term_that_went_on_beyond_the_calendar_is_settled_as_it_runs_and_not_from_its_beginning(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    made = deciding.under_appeal()
    shipped, today = calendars.current(), day(clock.now())
    ends = replace(shipped, version="short", last=today + DAY, spans=((shipped.first, today + DAY),))
    monkeypatch.setattr(calendars, "current", lambda: ends)
    monkeypatch.setattr(calendars, "as_of", lambda version: ends)
    stop(made)
    builders.travel(2 * DAY)
    while day(clock.now()).weekday() != WEDNESDAY:  # so that there are days of rest in what is left
        builders.travel(DAY)
    resume(made)
    before = the(made, "appeal_decision")
    assert before.provisional and before.counts_days is not None and before.counts_days >= 4
    # What is published then makes every day of rest a day of work.
    far = today + 60 * DAY
    worked = frozenset(today + DAY * n for n in range(60))
    known = replace(shipped, version="long", last=far, spans=((shipped.first, far),), workdays=worked)
    monkeypatch.setattr(calendars, "current", lambda: known)
    assert ticks.calendar() == 1
    after = the(made, "appeal_decision")
    assert (after.provisional, after.calendar_version) == (False, "long")
    assert last_day(after) == day(clock.now()) + before.counts_days * DAY < last_day(before)
    assert after.due_at == made.reload().due_at


def plain(year: int, version: str, days: list[str]) -> dict[str, Any]:
    """A year with these days off besides its Saturdays and Sundays."""
    shipped = calendars.shipped_years()[-1]
    holiday = {**shipped["holidays"][0], "days": days, "workdays": []}
    return {**shipped, "year": year, "version": version, "fixed": [], "holidays": [holiday]}


def test_a_calendar_published_later_does_not_change_what_was_left() -> None:
    deciding.rules()
    today, ops = day(clock.now()), builders.an_officer(Role.OPS)
    # Whenever this is run, the term ends within what is known.
    for year in (today.year, today.year + 1):
        publishing.publish_calendar(plain(year, f"known-{year}", []), actor=ops, now=clock.now())
    made = deciding.taken()
    before = the(made, "review")
    stop(made)
    off = [day(clock.now()) + DAY * n for n in range(12)]
    for year in {one.year for one in off}:
        days = [one.isoformat() for one in off if one.year == year]
        publishing.publish_calendar(plain(year, f"later-{year}", days), actor=ops, now=clock.now())
    assert not any(calendars.current().is_working(one) for one in off)
    resume(made)
    after = the(made, "review")
    assert (after.due_at, after.calendar_version) == (before.due_at, before.calendar_version)


def test_the_file_stays_open_as_long_as_it_would_have() -> None:
    made = reach.admitted()
    builders.travel(10 * HOUR)
    stop(made)
    builders.travel(5 * DAY)
    resume(made)
    assert made.case.evidence_closes_at == the(made, "evidence").due_at
    reach.give_required_evidence(made)
    submissions.hand_in(made.case.pk, actor=made.buyer, now=clock.now())
    # Handed in: the duty is met, and the merchant may still add until the period ends.
    open_until = made.reload().evidence_closes_at
    assert open_until is not None
    stop(made)
    stopped_at = clock.now()
    builders.travel(2 * DAY)
    resume(made)
    assert made.case.evidence_closes_at is not None
    assert abs(made.case.evidence_closes_at - open_until - (clock.now() - stopped_at)) < timedelta(seconds=5)


def test_a_review_that_waits_for_evidence_does_not_go_on_with_the_other_clocks() -> None:
    made = deciding.taken()
    calendar = calendars.current()
    left = terms.working_days_left(clock.now(), the(made, "review").due_at, calendar)
    inquiries.ask_more(
        made.case.pk, sides="merchant", points=[1], text="请补质检记录", actor=made.arbitrator, now=clock.now()
    )
    stop(made)
    builders.travel(DAY)
    resume(made)
    assert the(made, "review").state == Deadline.PAUSED
    assert the(made, "more_evidence").state == Deadline.PENDING
    builders.travel_to(the(made, "more_evidence").due_at)
    assert sweep.fire_due().fired == 1
    assert made.state is State.UNDER_REVIEW
    again = the(made, "review")
    assert again.state == Deadline.PENDING
    assert terms.working_days_left(clock.now(), again.due_at, calendar) >= left


def test_a_proposal_ends_as_much_later_as_the_case_stood_still_and_stays_open_meanwhile() -> None:
    made = reach.admitted()
    offer = offers.make(made.case.pk, amount=30_000, returns=False, text="", actor=made.merchant, now=clock.now())
    before = offer.expires_at
    stop(made)
    builders.travel(3 * DAY)
    assert clock.now() > before
    (standing,) = queries.open_offers(made.case.pk)
    assert standing.is_open_at(clock.now()) and sweep.fire_due().fired == 0
    resume(made)
    (standing,) = queries.open_offers(made.case.pk)
    assert standing.expires_at == the(made, "offer_merchant").due_at > before + 3 * DAY - HOUR
    builders.travel_to(standing.expires_at - timedelta(seconds=5))
    offers.accept(offer.pk, actor=made.buyer, now=clock.now())
    assert made.reload().outcome is not None


def test_a_proposal_can_be_accepted_while_the_case_stands_still_after_its_term_would_have_ended() -> None:
    made = reach.admitted()
    offer = offers.make(made.case.pk, amount=30_000, returns=False, text="", actor=made.merchant, now=clock.now())
    stop(made)
    builders.travel(3 * DAY)
    offers.accept(offer.pk, actor=made.buyer, now=clock.now())
    assert made.reload().outcome is not None


def test_a_proposal_whose_term_went_on_and_ended_is_gone() -> None:
    made = reach.admitted()
    offer = offers.make(made.case.pk, amount=30_000, returns=False, text="", actor=made.merchant, now=clock.now())
    stop(made)
    builders.travel(DAY)
    resume(made)
    builders.travel_to(the(made, "offer_merchant").due_at)
    with pytest.raises(Refused, match="offer_is_gone"):
        offers.accept(offer.pk, actor=made.buyer, now=clock.now())
    sweep.fire_due()
    offer.refresh_from_db()
    assert offer.state == "lapsed"


def test_a_proposal_made_while_all_clocks_stand_still_has_its_whole_term_afterwards() -> None:
    made = reach.admitted()
    stop(made)
    builders.travel(HOUR)
    offer = offers.make(made.case.pk, amount=100, returns=False, text="", actor=made.merchant, now=clock.now())
    whole = offer.expires_at - offer.made_at
    builders.travel(whole + DAY)
    assert ticks.deadlines() == 0
    resume(made)
    offer.refresh_from_db()
    assert offer.state == "open" and abs(offer.expires_at - clock.now() - whole) < timedelta(minutes=1)
    builders.travel(whole)
    ticks.deadlines()
    offer.refresh_from_db()
    assert offer.state == "lapsed"


def test_what_begins_while_all_clocks_stand_still_begins_when_they_go_on() -> None:
    made = deciding.taken()
    calendar = calendars.current()
    stop(made)
    assignment.hand_back(made.case.pk, reason="overload", text="", actor=made.arbitrator, now=clock.now())
    waits = the(made, "pickup")
    assert waits.state == Deadline.PAUSED
    whole = terms.working_days_left(clock.now(), waits.due_at, calendar)
    builders.travel(2 * DAY)
    resume(made)
    after = the(made, "pickup")
    assert after.state == Deadline.PENDING and made.case.due_at == after.due_at
    assert terms.working_days_left(clock.now(), after.due_at, calendar) >= whole


@pytest.mark.parametrize("returns", [True, False])
def test_who_agrees_during_a_hold_ends_it(returns: bool) -> None:
    made = reach.admitted()
    stop(made)
    offer = offers.make(made.case.pk, amount=100, returns=returns, text="", actor=made.merchant, now=clock.now())
    builders.travel(DAY)
    offers.accept(offer.pk, actor=made.buyer, now=clock.now())
    assert made.state is (State.AWAITING_RETURN if returns else State.ENFORCING)
    assert made.case.suspended_at is None
    open_now = Deadline.objects.filter(case=made.case, state__in=Deadline.RUNNING)
    assert [(deadline.duty, deadline.state) for deadline in open_now] == [("return_shipment", "pending")] * returns
    if returns:
        negotiation.ship_return(
            made.case.pk, carrier="SF", tracking="SF1234567890123", actor=made.buyer, now=clock.now()
        )
        assert made.state is State.RETURN_IN_TRANSIT


def test_who_withdraws_during_a_hold_ends_it() -> None:
    made = reach.admitted()
    stop(made)
    negotiation.withdraw(made.case.pk, actor=made.buyer, now=clock.now())
    assert made.state is State.WITHDRAWN and made.case.suspended_at is None
    assert not Deadline.objects.filter(case=made.case, state__in=Deadline.RUNNING).exists()
