"""A term that was stopped goes on with what was left of it, in its own measure; one that is extended counts in it too."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rulebook import calendars, clocks
from rulebook.clocks import PLATFORM_ZONE, Clock, Duration

SHIPPED = calendars.merge([calendars.parse_year(body) for body in calendars.shipped_years()], "CN")
INSTANTS = st.datetimes(datetime(2005, 1, 1), datetime(2030, 12, 31), timezones=st.just(UTC))
SPANS = st.timedeltas(timedelta(), timedelta(days=40))


def beijing(*moment: int) -> datetime:
    return datetime(*moment, tzinfo=PLATFORM_ZONE)  # type: ignore[misc, arg-type]


def goes_on(due_at: datetime, stopped: datetime, again: datetime, clock: Clock = Clock.BD) -> clocks.Due:
    left = clocks.rest(stopped, due_at, clock, SHIPPED)
    assert left is not None
    return clocks.due_again(again, left, clock, SHIPPED)


# Four working days from Friday 18 September 2026 end on Wednesday the 23rd at 24:00, because Sunday the 20th is worked.
DUE = beijing(2026, 9, 24)


@pytest.mark.parametrize(
    ("stopped", "again", "last_day"),
    [
        # On Monday morning two days and the rest of Monday are left …
        (beijing(2026, 9, 21, 10), beijing(2026, 9, 22, 9), (2026, 9, 24)),  # … an earlier hour: two days after it
        (beijing(2026, 9, 21, 10), beijing(2026, 9, 22, 11), (2026, 9, 28)),  # … a later one: a third, after Mid-Autumn
        (beijing(2026, 9, 21, 10), beijing(2026, 9, 26, 9), (2026, 9, 30)),  # on a holiday: Monday, Tuesday, Wednesday
        (beijing(2026, 9, 21, 10), beijing(2026, 9, 30, 9), (2026, 10, 9)),  # over National Day, until Friday
        (beijing(2026, 9, 21, 10), beijing(2026, 9, 30, 11), (2026, 10, 10)),  # and the Saturday that is worked
        (beijing(2026, 9, 21, 10), beijing(2026, 9, 21, 17), (2026, 9, 23)),  # the same day: nothing moves
        # Saturday the 19th is no working day: all four days are left and no part of one.
        (beijing(2026, 9, 19, 15), beijing(2026, 9, 27, 23), (2026, 10, 8)),
        (beijing(2026, 9, 19, 15), beijing(2026, 9, 29, 23, 59), (2026, 10, 10)),
        # On the last day only its rest is left.
        (beijing(2026, 9, 23, 20), beijing(2026, 9, 29, 9), (2026, 9, 29)),
        (beijing(2026, 9, 23, 9), beijing(2026, 9, 29, 20), (2026, 9, 30)),
        (beijing(2026, 9, 23, 9), beijing(2026, 10, 3, 9), (2026, 10, 8)),
    ],
)
def test_working_days_go_on_as_working_days(stopped: datetime, again: datetime, last_day: tuple[int, int, int]) -> None:
    due = goes_on(DUE, stopped, again)
    assert due.at == beijing(*last_day) + timedelta(days=1)
    assert not due.provisional


def test_what_goes_on_beyond_the_published_calendar_is_provisional() -> None:
    due_at = clocks.due(beijing(2026, 12, 24, 12), Duration(4, Clock.BD), SHIPPED).at
    assert due_at == beijing(2026, 12, 31)
    due = goes_on(due_at, beijing(2026, 12, 28, 12), beijing(2026, 12, 31, 9))
    assert (due.at, due.provisional) == (beijing(2027, 1, 6), True)


@pytest.mark.parametrize(
    ("stopped", "again", "end"),
    [
        # Service hours from 16:00 for four: until 11:00; what is served meanwhile is what is left.
        (beijing(2026, 11, 18, 17), beijing(2026, 11, 18, 20), beijing(2026, 11, 19, 12)),
        (beijing(2026, 11, 18, 22), beijing(2026, 11, 20, 17), beijing(2026, 11, 21, 10)),
        (beijing(2026, 11, 19, 10), beijing(2026, 11, 25, 3), beijing(2026, 11, 25, 10)),
    ],
)
def test_service_hours_go_on_when_they_are_served(stopped: datetime, again: datetime, end: datetime) -> None:
    assert goes_on(beijing(2026, 11, 19, 11), stopped, again, Clock.SH).at == end


def test_what_was_over_when_it_stopped_has_nothing_left() -> None:
    for clock in Clock:
        assert clocks.rest(DUE, DUE, clock, SHIPPED) is None


@given(INSTANTS, st.integers(1, 20), st.sampled_from(Clock), st.integers(0, 9_999), SPANS)
def test_whoever_was_stopped_gets_back_at_least_what_was_left_and_no_day_more(
    start: datetime, amount: int, clock: Clock, ran: int, stood: timedelta
) -> None:
    due_at = clocks.due(start, Duration(amount, clock), SHIPPED).at
    stopped = start + (due_at - start) * ran / 10_000
    again = stopped + stood
    left = clocks.rest(stopped, due_at, clock, SHIPPED)
    assert left is not None
    due = clocks.due_again(again, left, clock, SHIPPED)
    now_left = clocks.rest(again, due.at, clock, SHIPPED)
    assert now_left is not None
    if clock in (Clock.H, Clock.SH):
        assert now_left == left
    elif now_left.on == left.on:
        assert due.at == due_at
    else:
        assert (left.days, left.part) <= (now_left.days, now_left.part) < (left.days + 2, timedelta())
    if clock is Clock.BD:
        assert SHIPPED.is_working((due.at - timedelta(seconds=1)).astimezone(PLATFORM_ZONE).date())


@given(INSTANTS, st.integers(1, 20), st.sampled_from(Clock), SPANS, SPANS)
def test_whoever_goes_on_later_is_never_due_sooner(
    start: datetime, amount: int, clock: Clock, one: timedelta, other: timedelta
) -> None:
    due_at = clocks.due(start, Duration(amount, clock), SHIPPED).at
    first, second = sorted([start + one, start + other])
    left = clocks.rest(start, due_at, clock, SHIPPED)
    assert left is not None
    assert clocks.due_again(first, left, clock, SHIPPED).at <= clocks.due_again(second, left, clock, SHIPPED).at


@given(INSTANTS, st.integers(1, 20))
def test_a_term_of_working_days_counts_the_same_whether_it_is_armed_or_counted_again(
    start: datetime, amount: int
) -> None:
    assert clocks.due_after(start, amount, Clock.BD, SHIPPED) == clocks.due(start, Duration(amount, Clock.BD), SHIPPED)


@pytest.mark.parametrize(
    ("now", "days"),
    [
        (beijing(2026, 9, 18, 12), 4),  # Sunday the 20th is worked
        (beijing(2026, 9, 19, 12), 4),
        (beijing(2026, 9, 20, 12), 3),
        (beijing(2026, 9, 22, 23, 59), 1),
        (beijing(2026, 9, 23, 0), 0),
        (beijing(2026, 9, 24, 0), 0),
    ],
)
def test_working_days_left_are_those_after_today(now: datetime, days: int) -> None:
    assert clocks.working_days_left(now, DUE, SHIPPED) == days
