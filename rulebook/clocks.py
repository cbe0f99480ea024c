"""When is it due? Four clocks as pure functions over instants. Knows days and hours; refuses to know cases or
rules.

Sources: Civil Code §200–204 (an hour period runs from the event, a day period from the next day and ends at
24:00); the calendar of working days is data (``calendars.py``), and where it ends the answer is marked
provisional.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from enum import StrEnum
from itertools import count
from zoneinfo import ZoneInfo

PLATFORM_ZONE = ZoneInfo("Asia/Shanghai")
SERVICE_OPENS, SERVICE_CLOSES = time(9), time(18)
DAY = timedelta(days=1)
_SATURDAY = 5


class Clock(StrEnum):
    """H natural hours · D natural days · BD working days · SH service hours (09:00–18:00 on every day)."""

    H = "H"
    D = "D"
    BD = "BD"
    SH = "SH"


@dataclass(frozen=True, slots=True)
class Duration:
    """A length of time on one clock: ``Duration(4, Clock.BD)`` is four working days.

    At least one unit long.
    """

    amount: int
    clock: Clock

    def __post_init__(self) -> None:
        if self.amount < 1:
            raise ValueError(f"a duration needs at least one unit, not {self.amount}")

    def __str__(self) -> str:
        return f"{self.amount} {self.clock.value}"


@dataclass(frozen=True, slots=True)
class Calendar:
    """Which days are worked in one region, as published for ``first``…``last`` (both known).

    ``holidays`` are days off, weekends among them or not; ``workdays`` are weekend days that are worked.
    ``fixed`` are the (month, day) that the law itself makes holidays every year: all that is known before a
    year has been published. ``spans`` are the published stretches within ``first``…``last``; a year missing
    between two others is not known.
    """

    region: str
    version: str
    source: str
    holidays: frozenset[date]
    workdays: frozenset[date]
    first: date
    last: date
    fixed: frozenset[tuple[int, int]] = frozenset()
    spans: tuple[tuple[date, date], ...] = ()

    def knows(self, day: date) -> bool:
        """Whether ``day`` lies within what has been published."""
        spans = self.spans or ((self.first, self.last),)
        return any(first <= day <= last for first, last in spans)

    def is_working(self, day: date) -> bool:
        """Whether ``day`` is worked;

        beyond what has been published, by the week and the fixed holidays alone.
        """
        if self.knows(day):
            return day in self.workdays or (day not in self.holidays and day.weekday() < _SATURDAY)
        return day.weekday() < _SATURDAY and (day.month, day.day) not in self.fixed


@dataclass(frozen=True, slots=True)
class Due:
    """The exclusive end of a term: ``now < at`` is in time. ``at`` is aware UTC.

    ``provisional``: working days were counted beyond the published calendar; to be computed again when it is
    loaded.
    """

    at: datetime
    provisional: bool
    calendar_version: str


def due(start: datetime, duration: Duration, calendar: Calendar, zone: tzinfo = PLATFORM_ZONE) -> Due:
    """When a term that begins at ``start`` (aware) is over.

    H from the second itself. D and BD: the start day is not counted and the last day counts whole, so the end
    is the midnight after it in ``zone``. SH: what is left of a day at 18:00 carries over to 09:00.
    """
    _aware(start)
    provisional = False
    if duration.clock is Clock.H:
        at = start.astimezone(UTC) + timedelta(hours=duration.amount)
    elif duration.clock is Clock.D:
        at = midnight_after(_local_day(start, zone) + duration.amount * DAY, zone)
    elif duration.clock is Clock.BD:
        last, provisional = _working_day_after(_local_day(start, zone), duration.amount, calendar)
        at = midnight_after(last, zone)
    else:
        at = _after_service_hours(start, timedelta(hours=duration.amount), zone)
    return Due(at, provisional, calendar.version)


def end_of_day(moment: datetime, zone: tzinfo = PLATFORM_ZONE) -> datetime:
    """24:00 of the day ``moment`` falls on, as UTC: the first midnight that comes after it."""
    _aware(moment)
    return midnight_after(_local_day(moment, zone), zone)


def midnight_after(day: date, zone: tzinfo = PLATFORM_ZONE) -> datetime:
    """24:00 of ``day`` in ``zone``, as UTC: the first instant from which no more of ``day`` is to come.

    Where clocks are put forward over midnight the next day begins later than 00:00, and where they are put
    back over it 00:00 strikes twice; a day that a zone never had is over when the day before it is.
    """
    following = datetime.combine(day + DAY, time())
    earlier, later = (following.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1))
    if earlier == later:
        return earlier
    if earlier < later:  # 00:00 twice: the second time only if some of the day lies between
        return later if _local_day(later - timedelta(seconds=1), zone) <= day else earlier
    return _first_instant_past(day, zone, later - DAY, earlier + DAY)


def hours_between(start: datetime, end: datetime) -> int:
    """Whole hours from ``start`` to ``end``, rounded down; zero if ``end`` is not after ``start``."""
    return max(end - start, timedelta()) // timedelta(hours=1)


def remaining(now: datetime, due_at: datetime) -> timedelta:
    """What is left of a term at ``now``; never negative."""
    return max(due_at - now, timedelta())


def reminders(start: datetime, due_at: datetime, duration: Duration) -> list[datetime]:
    """When to remind whoever is awaited, soonest first, all within the term (T43).

    Hour and day clocks: 24, 4 and 1 hours before the end. Working days: when half and when four fifths have
    passed.
    """
    if duration.clock is Clock.BD:
        span = due_at - start
        moments = [start + span * 5 // 10, start + span * 8 // 10]
    else:
        moments = [due_at - timedelta(hours=hours) for hours in (24, 4, 1)]
    return [moment for moment in moments if start < moment < due_at]


def _working_day_after(start: date, amount: int, calendar: Calendar) -> tuple[date, bool]:
    """The ``amount``-th working day after ``start``, and whether a day on the way was not published."""
    left, unknown = amount, False
    for offset in count(1):
        day = start + offset * DAY
        unknown = unknown or not calendar.knows(day)
        if calendar.is_working(day):
            left -= 1
            if left == 0:
                return day, unknown
    raise AssertionError("unreachable")


def _after_service_hours(start: datetime, left: timedelta, zone: tzinfo) -> datetime:
    day = _local_day(start, zone)
    at = start.astimezone(UTC)
    while True:
        opens = datetime.combine(day, SERVICE_OPENS, zone).astimezone(UTC)
        closes = datetime.combine(day, SERVICE_CLOSES, zone).astimezone(UTC)
        begins = max(at, opens)
        if begins < closes:
            if begins + left <= closes:
                return begins + left
            left -= closes - begins
        day += DAY


def _first_instant_past(day: date, zone: tzinfo, low: datetime, high: datetime) -> datetime:
    """Bisect to the second: ``low`` falls on ``day`` or before it, ``high`` after it."""
    while high - low > timedelta(seconds=1):
        middle = (low + (high - low) / 2).replace(microsecond=0)
        if _local_day(middle, zone) <= day:
            low = middle
        else:
            high = middle
    return high


def _local_day(moment: datetime, zone: tzinfo) -> date:
    return moment.astimezone(zone).date()


def _aware(moment: datetime) -> None:
    if moment.utcoffset() is None:
        raise ValueError("a term begins at an aware instant")
