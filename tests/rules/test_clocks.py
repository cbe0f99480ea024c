"""H, D, BD and SH: the worked examples, and what must hold for every instant and every zone."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from rulebook import calendars, clocks
from rulebook.clocks import PLATFORM_ZONE, Clock, Duration

SHIPPED = calendars.merge([calendars.parse_year(body) for body in calendars.shipped_years()], "CN")
# Zones that are hard: half an hour of summer time, a day that never was, midnight itself put forward or back.
ZONES = [
    "Asia/Shanghai",
    "Australia/Lord_Howe",
    "Pacific/Apia",
    "America/New_York",
    "America/Sao_Paulo",
    "America/Havana",
    "America/St_Johns",
    "Africa/Cairo",
    "Asia/Beirut",
    "UTC",
]
INSTANTS = st.datetimes(datetime(2005, 1, 1), datetime(2030, 12, 31), timezones=st.just(UTC))
DURATIONS = st.builds(Duration, st.integers(1, 60), st.sampled_from(Clock))
ANY_ZONE = st.sampled_from(ZONES).map(ZoneInfo)


def beijing(*moment: int) -> datetime:
    return datetime(*moment, tzinfo=PLATFORM_ZONE)  # type: ignore[misc, arg-type]


@pytest.mark.parametrize(
    ("start", "last_day"),
    [
        (date(2026, 9, 18), date(2026, 9, 23)),  # Sunday the 20th is worked
        (date(2026, 9, 24), date(2026, 10, 8)),  # two holidays in a row
        (date(2026, 9, 30), date(2026, 10, 12)),  # Saturday the 10th is worked
        (date(2026, 2, 13), date(2026, 2, 26)),  # Spring Festival, Saturday the 14th is worked
        (date(2026, 4, 30), date(2026, 5, 9)),  # the last of the four is a worked Saturday
    ],
)
@pytest.mark.parametrize("at", [time(0), time(10, 30), time(23, 59, 59)])
def test_four_working_days_end_at_24_00_of_the_day_that_the_calendar_says(
    start: date, last_day: date, at: time
) -> None:
    begins = datetime.combine(start, at, PLATFORM_ZONE)
    due = clocks.due(begins, Duration(4, Clock.BD), SHIPPED)
    assert due.at == datetime.combine(last_day + timedelta(days=1), time(), PLATFORM_ZONE)
    assert due.at.tzinfo is UTC
    assert not due.provisional
    assert due.calendar_version == "cn-2026.1"


def test_working_days_beyond_the_published_calendar_are_provisional_and_never_an_error() -> None:
    due = clocks.due(beijing(2026, 12, 30, 12), Duration(4, Clock.BD), SHIPPED)
    assert due.provisional
    # 31 December, then 4, 5 and 6 January: New Year's Day is a holiday by law whatever the notice will say.
    assert due.at == beijing(2027, 1, 7)
    far = clocks.due(beijing(2031, 9, 30), Duration(1, Clock.BD), SHIPPED)
    assert far.provisional
    assert far.at == beijing(2031, 10, 7)  # 1–3 October off by law, then a weekend


def test_a_term_that_ends_with_the_last_published_day_is_not_provisional() -> None:
    due = clocks.due(beijing(2026, 12, 30, 12), Duration(1, Clock.BD), SHIPPED)
    assert (due.at, due.provisional) == (beijing(2027, 1, 1), False)


def test_hours_run_from_the_second_itself() -> None:
    start = beijing(2026, 11, 18, 18, 20, 7)
    assert clocks.due(start, Duration(24, Clock.H), SHIPPED).at == start + timedelta(hours=24)
    assert clocks.due(start, Duration(72, Clock.H), SHIPPED).at == start + timedelta(hours=72)


def test_natural_days_leave_out_the_first_and_take_the_last_whole() -> None:
    seven = Duration(7, Clock.D)
    assert clocks.due(beijing(2026, 11, 18, 0, 0, 0), seven, SHIPPED).at == beijing(2026, 11, 26)
    assert clocks.due(beijing(2026, 11, 18, 23, 59, 59), seven, SHIPPED).at == beijing(2026, 11, 26)
    assert clocks.due(beijing(2026, 11, 19, 0, 0, 0), seven, SHIPPED).at == beijing(2026, 11, 27)


@pytest.mark.parametrize(
    ("start", "hours", "end"),
    [
        (beijing(2026, 10, 1, 10), 4, beijing(2026, 10, 1, 14)),  # holidays are served
        (beijing(2026, 11, 18, 16), 4, beijing(2026, 11, 19, 11)),
        (beijing(2026, 11, 18, 14), 4, beijing(2026, 11, 18, 18)),
        (beijing(2026, 11, 18, 14, 0, 1), 4, beijing(2026, 11, 19, 9, 0, 1)),
        (beijing(2026, 11, 18, 18), 4, beijing(2026, 11, 19, 13)),
        (beijing(2026, 11, 18, 3), 4, beijing(2026, 11, 18, 13)),
        (beijing(2026, 11, 18, 22), 20, beijing(2026, 11, 21, 11)),
    ],
)
def test_service_hours_carry_what_is_left_to_the_next_morning(start: datetime, hours: int, end: datetime) -> None:
    assert clocks.due(start, Duration(hours, Clock.SH), SHIPPED).at == end


@given(INSTANTS, DURATIONS, ANY_ZONE)
def test_a_term_never_ends_before_it_begins(start: datetime, duration: Duration, zone: ZoneInfo) -> None:
    assert clocks.due(start, duration, SHIPPED, zone).at > start


@given(INSTANTS, INSTANTS, DURATIONS, ANY_ZONE)
def test_who_begins_later_is_never_due_sooner(
    one: datetime, other: datetime, duration: Duration, zone: ZoneInfo
) -> None:
    first, second = sorted([one, other])
    assert clocks.due(first, duration, SHIPPED, zone).at <= clocks.due(second, duration, SHIPPED, zone).at


@given(INSTANTS, st.integers(1, 59), st.sampled_from(Clock), ANY_ZONE)
def test_a_longer_term_is_never_due_sooner(start: datetime, amount: int, clock: Clock, zone: ZoneInfo) -> None:
    shorter = clocks.due(start, Duration(amount, clock), SHIPPED, zone).at
    longer = clocks.due(start, Duration(amount + 1, clock), SHIPPED, zone).at
    assert shorter <= longer
    if clock in (Clock.H, Clock.BD, Clock.SH):
        assert shorter < longer or zone.key == "Pacific/Apia"


@given(INSTANTS, st.integers(1, 30))
def test_working_days_end_with_a_working_day_and_count_exactly_so_many(start: datetime, amount: int) -> None:
    due = clocks.due(start, Duration(amount, Clock.BD), SHIPPED)
    first = start.astimezone(PLATFORM_ZONE).date()
    last = (due.at - timedelta(seconds=1)).astimezone(PLATFORM_ZONE).date()
    assert SHIPPED.is_working(last)
    days = [first + timedelta(days=offset) for offset in range(1, (last - first).days + 1)]
    assert sum(SHIPPED.is_working(day) for day in days) == amount
    assert due.provisional == any(not SHIPPED.knows(day) for day in days)


@given(st.dates(date(2005, 1, 1), date(2030, 12, 31)), ANY_ZONE)
@example(date(2011, 12, 29), ZoneInfo("Pacific/Apia"))
@example(date(2011, 12, 30), ZoneInfo("Pacific/Apia"))
@example(date(2010, 11, 6), ZoneInfo("America/St_Johns"))
@example(date(2010, 11, 7), ZoneInfo("America/St_Johns"))
@example(date(2018, 11, 3), ZoneInfo("America/Sao_Paulo"))
def test_a_day_is_over_at_the_first_instant_from_which_none_of_it_is_to_come(day: date, zone: ZoneInfo) -> None:
    end = clocks.midnight_after(day, zone)
    second = timedelta(seconds=1)
    assert end.astimezone(zone).date() > day
    assert (end - second).astimezone(zone).date() <= day
    later = [end + step * timedelta(minutes=5) for step in range(24)]
    assert all(moment.astimezone(zone).date() > day for moment in later)


def test_lord_howe_puts_its_clocks_forward_by_half_an_hour_and_a_day_is_still_a_day() -> None:
    zone = ZoneInfo("Australia/Lord_Howe")
    start = datetime(2026, 10, 3, 12, tzinfo=zone)
    day = clocks.due(start, Duration(1, Clock.D), SHIPPED, zone).at
    assert day.astimezone(zone) == datetime(2026, 10, 5, tzinfo=zone)
    hours = clocks.due(start, Duration(24, Clock.H), SHIPPED, zone).at
    assert hours - start.astimezone(UTC) == timedelta(hours=24)
    assert hours.astimezone(zone).time() == time(12, 30)


def test_new_york_loses_an_hour_on_the_wall_and_none_of_the_term() -> None:
    zone = ZoneInfo("America/New_York")
    start = datetime(2026, 3, 7, 12, tzinfo=zone)
    assert clocks.due(start, Duration(24, Clock.H), SHIPPED, zone).at.astimezone(zone).time() == time(13)
    assert clocks.due(start, Duration(1, Clock.D), SHIPPED, zone).at == datetime(2026, 3, 9, tzinfo=zone)


def test_the_day_that_apia_never_had_is_over_when_the_day_before_it_is() -> None:
    zone = ZoneInfo("Pacific/Apia")
    assert clocks.midnight_after(date(2011, 12, 30), zone) == clocks.midnight_after(date(2011, 12, 29), zone)


def test_a_term_needs_an_aware_beginning_and_at_least_one_unit() -> None:
    with pytest.raises(ValueError, match="aware"):
        clocks.due(datetime(2026, 1, 1), Duration(1, Clock.H), SHIPPED)
    with pytest.raises(ValueError, match="at least one"):
        Duration(0, Clock.D)


def test_hour_and_day_clocks_remind_24_4_and_1_hours_before() -> None:
    start = beijing(2026, 11, 18, 18, 20)
    due_at = clocks.due(start, Duration(72, Clock.H), SHIPPED).at
    hours = [clocks.hours_between(at, due_at) for at in clocks.reminders(start, due_at, Duration(72, Clock.H))]
    assert hours == [24, 4, 1]
    # A term of 24 hours begins with what would be its first reminder.
    short = clocks.reminders(start, start + timedelta(hours=24), Duration(24, Clock.H))
    assert [clocks.hours_between(at, start + timedelta(hours=24)) for at in short] == [4, 1]


def test_working_day_clocks_remind_at_half_and_at_four_fifths() -> None:
    start, due_at = beijing(2026, 9, 18), beijing(2026, 9, 28)
    moments = clocks.reminders(start, due_at, Duration(4, Clock.BD))
    assert moments == [beijing(2026, 9, 23), beijing(2026, 9, 26)]


@given(INSTANTS, DURATIONS)
def test_reminders_come_in_order_and_within_the_term(start: datetime, duration: Duration) -> None:
    due_at = clocks.due(start, duration, SHIPPED).at
    moments = clocks.reminders(start, due_at, duration)
    assert moments == sorted(set(moments))
    assert all(start < moment < due_at for moment in moments)


def test_what_is_left_of_a_term_is_never_negative() -> None:
    noon = beijing(2026, 11, 18, 12)
    assert clocks.remaining(noon, noon + timedelta(hours=2)) == timedelta(hours=2)
    assert clocks.remaining(noon, noon - timedelta(hours=2)) == timedelta()
    assert clocks.hours_between(noon, noon - timedelta(hours=2)) == 0


def test_the_end_of_a_day_is_the_midnight_that_comes_after_it() -> None:
    assert clocks.end_of_day(beijing(2026, 11, 18, 0)) == beijing(2026, 11, 19)
    assert clocks.end_of_day(beijing(2026, 11, 18, 23, 59)) == beijing(2026, 11, 19)
