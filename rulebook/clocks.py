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
_INSTANT = timedelta(microseconds=1)
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


@dataclass(frozen=True, slots=True)
class Rest:
    """What is left of a term at one instant, in the term's own measure: ``days`` that count whole, and before them
    ``part`` of the day ``on`` which it is asked (all of it, where a clock knows no days).
    """

    days: int
    part: timedelta
    on: date | None = None


def rest(at: datetime, due_at: datetime, clock: Clock, calendar: Calendar, zone: tzinfo = PLATFORM_ZONE) -> Rest | None:
    """What is left at ``at`` of a term that ends at ``due_at``; ``None`` if it was over.

    H: time. SH: time between 09:00 and 18:00. D and BD: days after this one, and the rest of this one; on BD only
    days that are worked.
    """
    _aware(at)
    if due_at <= at:
        return None
    if clock is Clock.H:
        return Rest(0, due_at - at)
    if clock is Clock.SH:
        return Rest(0, _service_time(at, due_at, zone))
    today, last = _local_day(at, zone), _local_day(due_at - _INSTANT, zone)
    ends = min(midnight_after(today, zone), due_at)
    if clock is Clock.D:
        return Rest((last - today).days, ends - at, today)
    worked = sum(calendar.is_working(today + offset * DAY) for offset in range(1, (last - today).days + 1))
    return Rest(worked, ends - at if calendar.is_working(today) else timedelta(), today)


def days_again(start: datetime, left: Rest, clock: Clock, calendar: Calendar, zone: tzinfo = PLATFORM_ZONE) -> int:
    """How many days after ``start`` a term of D or BD has that goes on with ``left``.

    It gets back at least what was left: a part of a day for which this day is too far gone counts as a day. A clock of
    days does not notice that it stood for hours of one.
    """
    today = _local_day(start, zone)
    if today == left.on:
        return left.days
    counts = clock is Clock.D or calendar.is_working(today)
    still = midnight_after(today, zone) - start if counts else timedelta()
    return left.days if still >= left.part else left.days + 1


def due_after(start: datetime, days: int, clock: Clock, calendar: Calendar, zone: tzinfo = PLATFORM_ZONE) -> Due:
    """The end of a term of D or BD that has ``days`` after the day of ``start``; 0: it ends with that day.

    On BD it ends with a working day: where ``start`` falls on a day of rest, with the first after it.
    """
    today = _local_day(start, zone)
    if clock is Clock.D:
        return Due(midnight_after(today + days * DAY, zone), False, calendar.version)
    if days == 0 and calendar.is_working(today):
        return Due(midnight_after(today, zone), not calendar.knows(today), calendar.version)
    last, provisional = _working_day_after(today, max(days, 1), calendar)
    return Due(midnight_after(last, zone), provisional, calendar.version)


def due_again(start: datetime, left: Rest, clock: Clock, calendar: Calendar, zone: tzinfo = PLATFORM_ZONE) -> Due:
    """When a term is over that goes on at ``start`` with what was left of it."""
    _aware(start)
    if clock is Clock.H:
        return Due(start.astimezone(UTC) + left.part, False, calendar.version)
    if clock is Clock.SH:
        return Due(_after_service_hours(start, left.part, zone), False, calendar.version)
    return due_after(start, days_again(start, left, clock, calendar, zone), clock, calendar, zone)


def working_days_left(now: datetime, due_at: datetime, calendar: Calendar, zone: tzinfo = PLATFORM_ZONE) -> int:
    """Working days still to come after today, up to the one with which the term ends; 0: it ends today."""
    today, last = _local_day(now, zone), _local_day(due_at - _INSTANT, zone)
    worked = sum(calendar.is_working(today + offset * DAY) for offset in range(1, (last - today).days + 1))
    # A last day that a later calendar made a day of rest is still to come.
    return max(worked, 1) if last > today else 0


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


def _service_time(start: datetime, end: datetime, zone: tzinfo) -> timedelta:
    """How much of the time from ``start`` to ``end`` is served."""
    served, day = timedelta(), _local_day(start, zone)
    while day <= _local_day(end, zone):
        opens = datetime.combine(day, SERVICE_OPENS, zone).astimezone(UTC)
        closes = datetime.combine(day, SERVICE_CLOSES, zone).astimezone(UTC)
        served += max(min(closes, end) - max(opens, start), timedelta())
        day += DAY
    return served


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
