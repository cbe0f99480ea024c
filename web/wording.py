"""How times, deadlines and masked names read. Knows words and numbers; refuses to know cases and requests."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from types import MappingProxyType
from zoneinfo import ZoneInfo

from django.utils.translation import get_language, ngettext, pgettext
from django.utils.translation import gettext as _

from common import dates

# Deadlines are promises about the marketplace's day, so every reader sees them on its clock, wherever they sit.
HOUSE_ZONE = ZoneInfo("Asia/Shanghai")

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)

WORKING_DAYS = "BD"
_BETWEEN_CHARACTERS = re.compile(r"(?<=[\u4e00-\u9fff，。：；」）]) (?=[\u4e00-\u9fff「（])")


@dataclass(frozen=True, slots=True)
class Countdown:
    """What is left of one duty. ``level`` is neutral, warn, solid or over; ``span`` is the bare duration."""

    due_at: datetime
    text: str
    span: str
    by: str
    level: str
    is_over: bool
    ticks: bool
    mine: bool


def patterns() -> MappingProxyType[str, str]:
    """The sentences of a countdown with ``{d} {h} {m} {span}`` left open: the same ones the page's script fills in."""
    return _patterns(get_language())


# Kept for each language: a list of fifty rows asks for them a hundred times.
@lru_cache(maxsize=8)
def _patterns(_language: str | None) -> MappingProxyType[str, str]:
    return MappingProxyType(
        {
            "days": _("{d} d {h} h"),
            "hours": _("{h} h {m} min"),
            "minutes": _("{m} min"),
            "under": _("less than 1 min"),
            "left": _("{span} left"),
            "over": _("{span} overdue"),
        }
    )


def span(left: timedelta) -> str:
    """A duration in words, rounded down: days and hours from 48 h on, hours and minutes from 1 h, else minutes."""
    minutes = int(left / MINUTE)
    words = patterns()
    if left >= 2 * DAY:
        return words["days"].format(d=minutes // 1440, h=minutes % 1440 // 60)
    if left >= HOUR:
        return words["hours"].format(h=minutes // 60, m=minutes % 60)
    return words["minutes"].format(m=minutes) if minutes else words["under"]


def level(due_at: datetime, now: datetime, *, mine: bool) -> str:
    """How warm a clock looks. Only my own duty takes colour: the other side's clock is neutral whatever it says."""
    left = due_at - now
    if not mine or left > DAY:
        return "neutral"
    if left <= timedelta():
        return "over"
    return "solid" if left <= 2 * HOUR else "warn"


def countdown(
    due_at: datetime, now: datetime, *, mine: bool, clock: str = "H", working_days: int | None = None
) -> Countdown:
    """The countdown of a duty that ends at ``due_at`` (exclusive).

    A clock of working days (``BD``) never shows hours: it needs ``working_days``, the working days still to come,
    from whoever holds the calendar (`countdowns`); without it all days are counted. ``mine``: the reader owes it.
    """
    left = due_at - now
    is_over = left <= timedelta()
    words = patterns()
    ticks = True
    if is_over:
        bare = span(-left)
        text = words["over"].format(span=bare)
    elif clock == WORKING_DAYS:
        bare, text, ticks = *_whole_days(due_at, now, working_days), False
    else:
        bare = span(left)
        text = words["left"].format(span=bare)
    return Countdown(
        due_at=due_at,
        text=text,
        span=bare,
        by=deadline(due_at, now),
        level=level(due_at, now, mine=mine),
        is_over=is_over,
        ticks=ticks,
        mine=mine,
    )


def paused(due_at: datetime, now: datetime, left: timedelta, *, working_days: int | None = None) -> Countdown:
    """A clock that stands still with ``left`` on it, or so many ``working_days``: it ends at no known time."""
    bare = span(left) if working_days is None else _working(working_days)
    text = _("On hold, {span} left").format(span=bare)
    return Countdown(due_at, text, bare, "", "neutral", False, False, False)


def _whole_days(due_at: datetime, now: datetime, working_days: int | None) -> tuple[str, str]:
    days = working_days
    if days is None:
        days = (_last_day(due_at) - now.astimezone(HOUSE_ZONE).date()).days
        bare = ngettext("{n} day", "{n} days", days).format(n=days)
    else:
        bare = _working(days)
    if days <= 0:
        return _("ends today"), _("ends today")
    return bare, patterns()["left"].format(span=bare)


def _working(days: int) -> str:
    return ngettext("{n} working day", "{n} working days", days).format(n=days)


def moment(at: datetime, now: datetime | None = None) -> str:
    """When something happened: ``today 18:34``, ``30 Nov, 18:00``, with the year only when it is another one."""
    local = at.astimezone(HOUSE_ZONE)
    near = _near_day(local.date(), now)
    if near:
        return f"{near} {local:%H:%M}"
    return _dated(local.date(), now, f"{local:%H:%M}")


def deadline(at: datetime, now: datetime | None = None) -> str:
    """When something ends. Midnight belongs to the day that it ends: ``3 Dec, 24:00``."""
    day, clock = dates.end(at)
    near = _near_day(day, now)
    return f"{near} {clock}" if near else _dated(day, now, clock)


def day(at: datetime, now: datetime | None = None) -> str:
    """The calendar day alone: ``30 Nov``."""
    return _dated(at.astimezone(HOUSE_ZONE).date(), now, None)


def _last_day(due_at: datetime) -> date:
    return (due_at.astimezone(HOUSE_ZONE) - timedelta(microseconds=1)).date()


def _near_day(day: date, now: datetime | None) -> str:
    if now is None:
        return ""
    away = (day - now.astimezone(HOUSE_ZONE).date()).days
    return _near_names(get_language()).get(away, "") if -1 <= away <= 1 else ""


@lru_cache(maxsize=8)
def _near_names(_language: str | None) -> dict[int, str]:
    return {-1: _("yesterday"), 0: _("today"), 1: _("tomorrow")}


def _dated(day: date, now: datetime | None, clock: str | None) -> str:
    same_year = now is not None and now.astimezone(HOUSE_ZONE).year == day.year
    return dates.written(day, clock, with_year=not same_year)


def percent(part: int, whole: int) -> str:
    """``12.5%``: half rounds up at the first decimal, which is left out where it says nothing. A dash of nothing."""
    if not whole:
        return "–"
    thousandths = (2000 * part + whole) // (2 * whole)
    whole_part, rest = divmod(thousandths, 10)
    return f"{whole_part}.{rest}%" if rest else f"{whole_part}%"


def masked_name(name: str) -> str:
    """``林**``: the first character and two stars, never the length of the rest."""
    return f"{name.strip()[:1]}**"


def masked_email(address: str) -> str:
    """``l***@example.com``: enough for its owner to know it."""
    name, _at, place = address.partition("@")
    return f"{name[:1]}***@{place}" if place else ""


def masked_phone(number: str) -> str:
    """``138****5678``; short numbers lose all but their last two digits."""
    digits = number.strip()
    return f"{digits[:3]}****{digits[-4:]}" if len(digits) >= 11 else f"****{digits[-2:]}"


def labelled(label: str, text: str) -> str:
    """``label: text``, as the language sets it."""
    return f"{label}{pgettext('between a label and its sentence', ': ')}{text}"


def tight(said: str) -> str:
    """A sentence into which something was put: Chinese has a space beside digits and letters, and none before 明天."""
    return _BETWEEN_CHARACTERS.sub("", said)


def sentences(*said: str) -> str:
    """Sentences after each other: Chinese ones follow without a space."""
    return ("" if (get_language() or "").startswith("zh") else " ").join(one for one in said if one)
