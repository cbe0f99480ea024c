"""Which rules and calendars are published, and publishing a calendar. What is published is never edited."""

from __future__ import annotations

import calendar as months
import tomllib
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.contrib import messages
from django.forms import FileField
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from common.errors import Refused
from rulebook import calendars, publishing
from rulebook import queries as rulebook
from rulebook.calendars import Year
from rulebook.models import CalendarVersion, RuleSet
from web import narrowing, wording
from web.forms import HouseForm
from web.ops import shell

LARGEST = 64 * 1024
SETS = 200

REFUSALS: dict[str, str | Promise] = {
    "calendar_unreadable": gettext_lazy("This is not a calendar we can read: %(problem)s"),
    "version_taken": gettext_lazy(
        "Version %(version)s is published already. Give the correction a version of its own."
    ),
}


@require_safe
def rule_sets(request: HttpRequest) -> HttpResponse:
    """Every published set by profile, the newest first."""
    desk = shell.enter(request)
    found = RuleSet.objects.defer("body").order_by("profile", "-effective_from", "-id")[:SETS]
    seen: set[str] = set()
    rows = []
    for row in found:
        in_force = row.effective_from <= desk.now and row.profile not in seen
        if in_force:
            seen.add(row.profile)
        coming = row.effective_from > desk.now
        rows.append({"set": row, "in_force": in_force, "coming": coming, "readable": row.profile == _profile()})
    return render(request, "ops/rules.html", shell.around(desk, "rules", rows=rows, profile=_profile()))


class CalendarForm(HouseForm):
    """One year's calendar as a TOML file."""

    file = FileField(
        label=gettext_lazy("Calendar file"),
        help_text=gettext_lazy("One year as TOML, like the files that come with Heng. At most 64 KB."),
    )

    def clean_file(self) -> dict[str, Any]:
        file = self.cleaned_data["file"]
        if (file.size or 0) > LARGEST:
            self.add_error("file", _("A calendar file has at most 64 KB."))
            return {}
        try:
            body: dict[str, Any] = calendars.jsonable(tomllib.loads(file.read().decode("utf-8")))
        except UnicodeDecodeError:
            self.add_error("file", _("This file is not text in UTF-8. Save it as UTF-8 and send it again."))
            return {}
        except tomllib.TOMLDecodeError as error:
            self.add_error("file", str(REFUSALS["calendar_unreadable"]) % {"problem": str(error)[:200]})
            return {}
        return body


@require_http_methods(["GET", "HEAD", "POST"])
def calendar(request: HttpRequest) -> HttpResponse:
    """A year as a grid with its source and version; a file that is sent becomes public if it can be read."""
    desk = shell.enter(request)
    form = CalendarForm(request.POST or None, request.FILES or None) if request.method == "POST" else CalendarForm()
    form.fields["file"].error_messages["required"] = _("Choose a calendar file.")
    if request.method == "POST" and form.is_valid():
        try:
            row = publishing.publish_calendar(form.cleaned_data["file"], actor=desk.actor, now=desk.now)
        except Refused as refused:
            sentence = REFUSALS.get(refused.code)
            form.add_error("file", str(sentence) % refused.data if sentence else refused.code)
        else:
            messages.success(request, _("The calendar %(version)s is public.") % {"version": row.version})
            return HttpResponseRedirect(f"{reverse('ops:calendar')}?year={row.year}")
    years = calendars.published_years()
    numbers = sorted({year.year for year in years})
    today = desk.now.astimezone(wording.HOUSE_ZONE).date()
    usual = min(max(today.year, numbers[0]), numbers[-1])
    asked, unknown = narrowing.view(request, "year", [str(number) for number in numbers], str(usual))
    chosen = int(asked)
    year = [one for one in years if one.year == chosen][-1]
    left = calendars.ends_in_days(desk.now)
    context = shell.around(
        desk,
        "calendar",
        form=form,
        year=year,
        grid=grid(year, today),
        holidays=[(str(holiday.name), holiday.days, holiday.workdays) for holiday in year.holidays],
        tabs=[{"href": f"?year={number}", "label": str(number), "is_current": number == chosen} for number in numbers],
        unknown=unknown,
        days_left=left,
        runs_out=left < rulebook.current_rules(desk.now).body.thresholds.calendar_alarm_days,
        last_day=calendars.current().last,
        versions=list(CalendarVersion.objects.defer("body").filter(year=chosen).order_by("-id")[:20]),
    )
    return render(request, "ops/calendar.html", context, status=422 if form.errors else 200)


@dataclass(frozen=True, slots=True)
class Day:
    """``kind``: off by a holiday, worked on a weekend, weekend, or plain; empty for the days before the first."""

    number: int
    kind: str
    name: str
    is_today: bool


@dataclass(frozen=True, slots=True)
class Month:
    first: date
    weeks: list[list[Day]]


def grid(year: Year, today: date) -> list[Month]:
    """Twelve months of weeks that begin on Monday."""
    off = {day: str(holiday.name) for holiday in year.holidays for day in holiday.days}
    worked = {day: str(holiday.name) for holiday in year.holidays for day in holiday.workdays}
    found = []
    for number in range(1, 13):
        blank, length = months.monthrange(year.year, number)
        days = [Day(0, "", "", False)] * blank
        first = date(year.year, number, 1)
        for offset in range(length):
            day = first + timedelta(days=offset)
            kind = "off" if day in off else "work" if day in worked else "rest" if day.weekday() >= 5 else "plain"
            days.append(Day(day.day, kind, off.get(day) or worked.get(day) or "", day == today))
        days += [Day(0, "", "", False)] * (-len(days) % 7)
        found.append(Month(first, [days[at : at + 7] for at in range(0, len(days), 7)]))
    return found


def _profile() -> str:
    return rulebook.default_profile()
