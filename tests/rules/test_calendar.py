"""Working days as data: against an independent calendar, and against slips of the pen."""

from __future__ import annotations

import copy
from datetime import date, timedelta
from typing import Any

import chinese_calendar
import pytest

from rulebook import calendars
from rulebook.reading import Unreadable

BODIES = {body["year"]: body for body in calendars.shipped_years()}


def calendar_of(*bodies: dict[str, Any]) -> Any:
    return calendars.merge([calendars.parse_year(body) for body in bodies], "CN")


def test_every_day_of_the_shipped_years_is_what_an_independent_calendar_says() -> None:
    ours = calendar_of(*BODIES.values())
    day, differing = ours.first, []
    while day <= ours.last:
        if ours.is_working(day) != chinese_calendar.is_workday(day):
            differing.append(day)
        day += timedelta(days=1)
    assert (ours.first, ours.last) == (date(2024, 1, 1), date(2026, 12, 31))
    assert differing == []


def test_a_corrected_year_replaces_the_one_before_and_gives_the_calendar_its_version() -> None:
    corrected = copy.deepcopy(BODIES[2025])
    corrected["version"] = "cn-2025.2"
    corrected["holidays"][0]["days"].append("2025-01-03")
    ours = calendar_of(*BODIES.values(), corrected)
    assert ours.version == "cn-2025.2"
    assert not ours.is_working(date(2025, 1, 3))
    assert ours.last == date(2026, 12, 31)


def test_a_year_between_two_others_that_was_not_published_is_not_known() -> None:
    ours = calendar_of(BODIES[2024], BODIES[2026])
    assert ours.knows(date(2024, 6, 1))
    assert not ours.knows(date(2025, 6, 1))
    assert not ours.is_working(date(2025, 10, 1))  # by law, whatever a notice says
    assert ours.is_working(date(2025, 1, 28))  # Spring Festival moves, and is not assumed


def test_a_day_off_has_a_name_in_three_languages() -> None:
    year = calendars.parse_year(BODIES[2026])
    name = year.name_of(date(2026, 2, 17))
    assert name is not None
    assert (name.zh_Hans, name.zh_Hant, name.en) == ("春节", "春節", "Spring Festival")
    assert year.name_of(date(2026, 2, 14)) == name
    assert year.name_of(date(2026, 3, 2)) is None


@pytest.mark.parametrize(
    ("slip", "message"),
    [
        ({"days": ["2025-01-01"]}, "2025-01-01 is not in 2026"),
        ({"days": ["2026-01-01"], "workdays": ["2026-01-05"]}, "2026-01-05 is worked anyway"),
        ({"days": ["2026-01-03"], "workdays": ["2026-01-03"]}, "named twice"),
        ({"days": ["2026-02-30"]}, "not a date"),
        ({"days": ["2026-01-01"], "extra": 1}, "unknown extra"),
    ],
)
def test_a_calendar_with_a_slip_is_not_read(slip: dict[str, Any], message: str) -> None:
    body = copy.deepcopy(BODIES[2026])
    body["holidays"][0].update(slip)
    with pytest.raises(Unreadable, match=message):
        calendars.parse_year(body)


def test_the_next_working_day_after_a_holiday_is_found() -> None:
    ours = calendar_of(*BODIES.values())
    assert calendars.next_working_day(date(2026, 10, 1), ours) == date(2026, 10, 8)
    assert calendars.next_working_day(date(2026, 10, 9), ours) == date(2026, 10, 9)
