"""Quiet hours hold what can wait, and never what ends within a day."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notifications.quiet import HOUSE_ZONE, URGENT, Hours, held_until

HOUR = timedelta(hours=1)
NIGHT = Hours(22, 8)


def at(hour: int, minute: int = 0, day: int = 29) -> datetime:
    return datetime(2026, 11, day, hour, minute, tzinfo=HOUSE_ZONE)


@pytest.mark.parametrize(
    ("now", "until"),
    [
        (at(21, 59), None),
        (at(22), at(8, day=30)),
        (at(23, 30), at(8, day=30)),
        (at(0), at(8)),
        (at(7, 59), at(8)),
        (at(8), None),
        (at(12), None),
    ],
)
def test_the_night_holds_mail_from_its_first_minute_to_its_last(now: datetime, until: datetime | None) -> None:
    assert held_until(now, NIGHT, None) == until


def test_hours_of_one_day_end_on_it() -> None:
    assert held_until(at(13), Hours(12, 14), None) == at(14)
    assert held_until(at(14), Hours(12, 14), None) is None


def test_without_quiet_hours_everything_goes() -> None:
    assert held_until(at(3), None, None) is None


@pytest.mark.parametrize(
    ("due_in", "until"),
    [
        (1 * HOUR, None),
        (24 * HOUR, None),
        (24 * HOUR + timedelta(seconds=1), at(23) + timedelta(seconds=1)),
        (26 * HOUR, at(1, day=30)),
        (200 * HOUR, at(8, day=30)),
    ],
)
def test_what_ends_within_a_day_goes_at_once_or_as_soon_as_it_does(due_in: timedelta, until: datetime | None) -> None:
    assert held_until(at(23), NIGHT, at(23) + due_in) == until


def test_a_term_that_is_over_wakes_nobody() -> None:
    assert held_until(at(23), NIGHT, at(22)) == at(8, day=30)


HOURS = st.builds(Hours, st.integers(0, 23), st.integers(0, 23)).filter(lambda hours: hours.since != hours.until)
MOMENTS = st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1)).map(lambda moment: moment.replace(tzinfo=HOUSE_ZONE))


@given(MOMENTS, HOURS, st.none() | st.integers(-48, 96).map(lambda hours: hours * HOUR))
def test_mail_waits_less_than_a_day_and_is_never_held_into_the_last_day_of_a_term(
    now: datetime, hours: Hours, due_in: timedelta | None
) -> None:
    due = now + due_in if due_in is not None else None
    until = held_until(now, hours, due)
    if until is None:
        return
    assert now < until <= now + 24 * HOUR
    assert held_until(until, hours, due) is None
    if due is not None and due > now:
        assert due - until >= URGENT
