"""Which days are worked, as published year by year.

Knows calendar data; refuses to know what is counted with it.
"""

from __future__ import annotations

import time
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from django.utils.timezone import localdate

from rulebook.clocks import DAY, PLATFORM_ZONE, Calendar
from rulebook.models import CalendarVersion
from rulebook.reading import Unreadable, read
from rulebook.schema import Text

SHIPPED = Path(__file__).parent / "years"
_KEEP_SECONDS = 60.0
_kept: dict[str, tuple[float, Calendar]] = {}
_pinned: dict[tuple[str, str], Calendar] = {}


@dataclass(frozen=True, slots=True)
class Holiday:
    """One holiday of one year: its days off, and the weekend days worked in exchange."""

    name: Text
    days: tuple[date, ...]
    workdays: tuple[date, ...] = ()


@dataclass(frozen=True, slots=True)
class Year:
    """One published year. ``fixed``: month and day (``10-01``) of what is a holiday by law in every year."""

    region: str
    version: str
    year: int
    source: str
    holidays: tuple[Holiday, ...]
    fixed: tuple[str, ...] = field(default=())

    @property
    def first(self) -> date:
        return date(self.year, 1, 1)

    @property
    def last(self) -> date:
        return date(self.year, 12, 31)

    def name_of(self, day: date) -> Text | None:
        """The holiday that ``day`` is off for, or worked for."""
        return next((one.name for one in self.holidays if day in one.days or day in one.workdays), None)


def parse_year(data: Any) -> Year:
    """One year from plain data.

    Raises ``Unreadable``: also for days of another year, and for work on a weekday.
    """
    year = read(Year, data, "calendar")
    for holiday in year.holidays:
        for day in (*holiday.days, *holiday.workdays):
            if day.year != year.year:
                raise Unreadable(f"calendar.holidays: {day} is not in {year.year}")
        for day in holiday.workdays:
            if day.weekday() < 5:
                raise Unreadable(f"calendar.holidays: {day} is worked anyway")
    off = [day for holiday in year.holidays for day in holiday.days]
    worked = {day for holiday in year.holidays for day in holiday.workdays}
    if len(off) != len(set(off)) or worked & set(off):
        raise Unreadable("calendar.holidays: a day is named twice")
    for text in year.fixed:
        _month_and_day(text)
    return year


def shipped_years() -> list[dict[str, Any]]:
    """The bodies of the years that come with Heng, oldest first, JSON-safe."""
    return [jsonable(tomllib.loads(path.read_text("utf-8"))) for path in sorted(SHIPPED.glob("*.toml"))]


def jsonable(data: Any) -> Any:
    """TOML has dates of its own; JSON does not."""
    if isinstance(data, dict):
        return {key: jsonable(value) for key, value in data.items()}
    if isinstance(data, list):
        return [jsonable(value) for value in data]
    return data.isoformat() if isinstance(data, date) else data


def merge(years: Iterable[Year], region: str) -> Calendar:
    """Years, in the order of their publication, as one calendar. A year published again replaces the one
    before.

    The calendar bears the version that was published last: it names everything that was known at that point.
    """
    by_year: dict[int, Year] = {}
    version = ""
    for year in years:
        by_year[year.year] = year
        version = year.version
    if not by_year:
        raise LookupError(f"no calendar for {region}")
    known = [by_year[number] for number in sorted(by_year)]
    holidays = [holiday for year in known for holiday in year.holidays]
    return Calendar(
        region=region,
        version=version,
        source=known[-1].source,
        holidays=frozenset(day for holiday in holidays for day in holiday.days),
        workdays=frozenset(day for holiday in holidays for day in holiday.workdays),
        first=known[0].first,
        last=known[-1].last,
        fixed=frozenset(_month_and_day(text) for text in known[-1].fixed),
        spans=tuple((year.first, year.last) for year in known),
    )


def current(region: str = "CN") -> Calendar:
    """The calendar as published now; the years that come with Heng while nothing has been published.

    Kept for a minute in each process: deadlines are armed by the thousand. A term computed in that minute
    beyond the old calendar is marked provisional like any other, and computed again by the next nightly
    round.
    """
    kept = _kept.get(region)
    if kept is not None and time.monotonic() - kept[0] < _KEEP_SECONDS:
        return kept[1]
    calendar = merge(published_years(region), region)
    _kept[region] = (time.monotonic(), calendar)
    return calendar


def as_of(version: str, region: str = "CN") -> Calendar:
    """The calendar that a term was computed with: as it was when ``version`` was the newest. What was published never
    changes, so it is kept for good. A version that is not known gives today's.
    """
    kept = _pinned.get((region, version))
    if kept is not None:
        return kept
    years = published_years(region)
    places = [place for place, year in enumerate(years) if year.version == version]
    if not places:
        return current(region)
    calendar = merge(years[: places[-1] + 1], region)
    _pinned[region, version] = calendar
    return calendar


def published_years(region: str = "CN") -> list[Year]:
    """The years of ``region`` in the order of publication, or those that come with Heng."""
    bodies = list(CalendarVersion.objects.filter(region=region).order_by("id").values_list("body", flat=True)) or [
        body for body in shipped_years() if body["region"] == region
    ]
    return [parse_year(body) for body in bodies]


def forget() -> None:
    """Read the calendar anew at the next question: after publishing, and between tests."""
    _kept.clear()
    _pinned.clear()


def ends_in_days(now: datetime, region: str = "CN") -> int:
    """Whole days from today (on the platform's clock) to the last published day;

    negative when it has passed.
    """
    return (current(region).last - localdate(now, PLATFORM_ZONE)) // DAY


def next_working_day(day: date, calendar: Calendar) -> date:
    """``day`` itself if it is worked, otherwise the first day after it that is."""
    while not calendar.is_working(day):
        day += timedelta(days=1)
    return day


def _month_and_day(text: str) -> tuple[int, int]:
    try:
        day = date.fromisoformat(f"2000-{text}")
    except ValueError:
        raise Unreadable(f"calendar.fixed: {text!r} is not a month and a day") from None
    return day.month, day.day
