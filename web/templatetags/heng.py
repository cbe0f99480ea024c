"""The template tags of the shell. Knows markup; the words come from ``web.wording``."""

from __future__ import annotations

import re
from collections import Counter
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from django import template
from django.contrib.auth.models import AbstractBaseUser
from django.forms import BaseForm
from django.http import QueryDict
from django.templatetags.static import static
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString

from accounts import demo
from common import dates
from common import money as sums
from disputes import deadlines
from disputes.models import Case
from web import countdowns, wording

register = template.Library()

_NUMBER = re.compile(r"(\d+)")


@register.simple_tag
def icon(name: str, extra: str = "") -> SafeString:
    """One symbol of the sprite. Always decoration beside a word; an icon-only control carries its own label."""
    return _icon(name, extra)


@lru_cache(maxsize=512)
def _icon(name: str, extra: str) -> SafeString:
    return format_html(
        '<svg class="{}" aria-hidden="true" focusable="false"><use href="{}#{}"></use></svg>',
        f"i {extra}".strip(),
        static("icons/sprite.svg"),
        name,
    )


# Which symbol stands for which kind of badge; every other kind has the hourglass.
_BADGE_ICONS = {
    "you": "timer",
    "warn": "timer",
    "done": "circle-check",
    "ok": "circle-check",
    "bad": "alarm-clock",
    "danger": "alarm-clock",
    "stop": "circle-minus",
}


@register.simple_tag
def badge(label: Any, kind: str = "", icon_name: str = "") -> SafeString:
    """A state in words with its symbol: a tag and not an include, because a list holds fifty of them."""
    return _badge(str(label), kind, icon_name)


@lru_cache(maxsize=512)
def _badge(text: str, kind: str, icon_name: str) -> SafeString:
    symbol = _icon(icon_name or _BADGE_ICONS.get(kind, "hourglass"), "")
    return format_html('<span class="badge {}">{}{}</span>', kind, symbol, text)


@register.simple_tag
def money(amount: int | None, currency: str = "CNY", struck: bool = False) -> SafeString | str:
    """``amount`` minor units. No sum (``None``) is a dash, never a zero."""
    if amount is None:
        return "–"
    return _sum(amount, currency, struck)


@lru_cache(maxsize=2048)
def _sum(amount: int, currency: str, struck: bool) -> SafeString:
    return format_html(
        '<span class="money{}">{}<small>{}</small>{}</span>',
        " struck" if struck else "",
        "−" if amount < 0 else "",
        sums.sign(currency),
        sums.text(abs(amount), currency),
    )


@register.simple_tag
def countdown(due_at: datetime, now: datetime, mine: bool = False, clock: str = "H") -> wording.Countdown:
    """The countdown as a value, for ``components/countdown.html`` and ``components/clock.html``."""
    return countdowns.until(due_at, now, mine=mine, clock=clock)


@register.simple_tag
def left(
    due_at: datetime | None, now: datetime, mine: bool = False, clock: str = "H", stopped_at: datetime | None = None
) -> SafeString | str:
    """The countdown on one line, for lists: built without an include, because a list holds fifty of them. One that stands
    still since ``stopped_at`` ends at no known time.
    """
    if due_at is None:
        return "–"
    if stopped_at is not None:
        told = countdowns.still(due_at, stopped_at, now, clock)
        return SafeString(f'<span class="left {told.level}"><b>{escape(told.text)}</b></span>')
    told = countdowns.until(due_at, now, mine=mine, clock=clock)
    at = due_at.isoformat()
    ticks = f' data-due="{at}" data-form="left"{" data-mine" if mine else ""}' if told.ticks else ""
    return SafeString(
        f'<span class="left {told.level}"><b{ticks}>{escape(told.text)}</b> · '
        f'<time datetime="{at}">{escape(told.by)}</time></span>'
    )


@register.filter
def errors_of(form: BaseForm) -> list[tuple[str, str]]:
    """``(id of the field, what is wrong)`` in the form's order. What is said of more than one field names each of them."""
    found = [(field, str(error)) for field in form for error in field.errors]
    often = Counter(error for _field, error in found)
    return [
        (
            f"{field.auto_id}{'_0' if field.use_fieldset else ''}",
            wording.labelled(str(field.label), error) if often[error] > 1 else error,
        )
        for field, error in found
    ]


@register.filter
def own_name(user: AbstractBaseUser) -> str:
    """How a page calls its reader."""
    username = str(getattr(user, "username", ""))
    return demo.called(username) or str(getattr(user, "display_name", "")) or username


@register.filter
def clock_of(case: Case) -> str:
    """The clock on which the duty of a case runs: the last argument of the tags above."""
    return deadlines.clock_of(case)


@register.simple_tag
def tick_attributes(told: wording.Countdown, form: str = "left") -> SafeString | str:
    """What the script needs to keep a countdown going; nothing at all for a clock that never shows hours."""
    if not told.ticks:
        return ""
    return format_html(
        ' data-due="{}" data-form="{}"{}',
        told.due_at.isoformat(),
        form,
        SafeString(" data-mine") if told.mine else "",
    )


@register.filter
def units(span: str) -> SafeString:
    """``6 小时 17 分`` with the words small and the numbers large."""
    parts = []
    for part in _NUMBER.split(span):
        if part.isdigit():
            parts.append(format_html("{}", part))
        elif part.strip():
            parts.append(format_html("<small>{}</small>", part.strip()))
    return SafeString("".join(parts))


@register.simple_tag(takes_context=True)
def moment(context: template.Context, at: datetime | None) -> SafeString | str:
    """When something happened, as a ``<time>``. Reads ``now`` from the page."""
    return _time(at, context, wording.moment)


@register.simple_tag(takes_context=True)
def deadline(context: template.Context, at: datetime | None) -> SafeString | str:
    """When something ends, as a ``<time>``: midnight is 24:00 of the day before."""
    return _time(at, context, wording.deadline)


@register.filter
def on_day(at: date | None) -> str:
    """A day with its year, on the house's clock, as the active language writes it: ``3 Dec 2026``. A dash for none."""
    if at is None:
        return "–"
    local = at.astimezone(wording.HOUSE_ZONE).date() if isinstance(at, datetime) else at
    return dates.written(local, with_year=True)


@register.simple_tag(takes_context=True)
def day(context: template.Context, at: datetime | None) -> SafeString | str:
    return _time(at, context, wording.day)


def _time(at: datetime | None, context: template.Context, words: Any) -> SafeString | str:
    if at is None:
        return "–"
    return format_html('<time datetime="{}">{}</time>', at.isoformat(), words(at, context.get("now")))


@register.filter
def masked_name(name: str) -> str:
    return wording.masked_name(name)


@register.simple_tag(takes_context=True)
def query_with(context: template.Context, **changes: Any) -> str:
    """This page's query with ``changes``; a value of ``None`` or empty takes its key out. Starts with ``?``."""
    request = context.get("request")
    query: QueryDict = request.GET.copy() if request is not None else QueryDict(mutable=True)
    for key, value in changes.items():
        if value in (None, ""):
            query.pop(key, None)
        else:
            query[key] = str(value)
    return f"?{query.urlencode()}"
