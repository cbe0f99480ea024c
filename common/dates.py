"""How a day and the end of a term are written in the language that is active: ``3 Dec, 18:00``, ``12-03 18:00``.

And in a cell, where spreadsheets have to read it too.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from functools import lru_cache

from django.utils.formats import date_format
from django.utils.translation import get_language, pgettext

from common.ids import PLATFORM_ZONE

_MINUTE = timedelta(minutes=1)


def written(day: date, clock: str | None = None, *, with_year: bool) -> str:
    """The day, and the time of day ``clock`` if one is given."""
    said = _written_day(day, with_year, get_language())
    return said if clock is None else pgettext("day and time", "{day}, {time}").format(day=said, time=clock)


def end(at: datetime) -> tuple[date, str]:
    """The day and the time at which something ends, in the platform's zone. Midnight belongs to the day that it ends."""
    local = at.astimezone(PLATFORM_ZONE)
    if (local.hour, local.minute, local.second) == (0, 0, 0):
        return (local - _MINUTE).date(), "24:00"
    return local.date(), f"{local:%H:%M}"


def full(at: datetime) -> str:
    """A moment with its year, for whoever may read it long after: ``3 Dec 2026, 18:00``."""
    return written(*end(at), with_year=True)


# What stands behind the name of a column whose cells `cell` wrote.
CELL_ZONE = "UTC+8"


def cell(at: datetime | None) -> str:
    """``2026-12-05 18:00`` in the platform's zone, which spreadsheets take for a moment; empty for none.

    Rounded down to the minute. The zone stands in the head of the column: no spreadsheet reads a moment with one.
    """
    return f"{at.astimezone(PLATFORM_ZONE):%Y-%m-%d %H:%M}" if at is not None else ""


# The days of a list are few; writing one costs more than the rest of its cell.
@lru_cache(maxsize=512)
def _written_day(day: date, with_year: bool, _language: str | None) -> str:
    return date_format(day, pgettext("day format with year", "j M Y") if with_year else pgettext("day format", "j M"))
