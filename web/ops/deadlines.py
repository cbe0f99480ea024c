"""The board of terms: what is over, what ends soon, what ends today; and the queue of cases that ask to be admitted.

Metadata only: whose term, of which duty, by which clock. Counts no further than it shows.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from disputes import labels
from disputes.lifecycle import State
from disputes.models import Case, Deadline
from rulebook import queries as rulebook
from web import narrowing, reversed_roles, wording
from web.keyset import Cursor
from web.ops import shell

PAGE = 50
MOST = 100
SOON = timedelta(hours=2)
VIEWS = ("over", "soon", "today", "all")

CLOCKS: dict[str, str | Promise] = {
    "H": gettext_lazy("hours"),
    "D": gettext_lazy("days"),
    "BD": gettext_lazy("working days"),
    "SH": gettext_lazy("service hours"),
}
AWAITED: dict[str, str | Promise] = {
    "buyer": gettext_lazy("Buyer"),
    "merchant": gettext_lazy("Merchant"),
    "both": gettext_lazy("Both sides"),
    "platform": gettext_lazy("Platform"),
}


@dataclass(frozen=True, slots=True)
class Row:
    """One term. ``watched``: the platform owes it, so that its end is warm for the reader."""

    deadline: Deadline
    case: Case
    duty: str
    awaited: str
    clock: str
    watched: bool


@require_safe
def board(request: HttpRequest) -> HttpResponse:
    """Running terms by due time. ``?view=`` narrows them to what is over, ends within two hours, or ends today."""
    desk = shell.enter(request)
    view, unknown = narrowing.view(request, "view", VIEWS, "all")
    ends = _ends(desk.now)
    found = _running()
    if view != "all":
        found = found.filter(due_at__lte=ends[view])
    at = Cursor.read(request.GET.get("after", ""))
    if at is not None:
        found = found.filter(Q(due_at__gt=at.at) | Q(due_at=at.at, id__gt=at.id))
    rows = list(found.select_related("case").order_by("due_at", "id")[: PAGE + 1])
    last = rows[PAGE - 1] if len(rows) > PAGE else None
    context = shell.around(
        desk,
        "deadlines",
        view=view,
        unknown=unknown,
        strip=_strip(ends, view),
        rows=[_row(deadline) for deadline in rows[:PAGE]],
        next=str(Cursor(last.due_at, last.pk)) if last else "",
        is_later_page=at is not None,
    )
    return render(request, "ops/deadlines.html", context)


@require_safe
def admission(request: HttpRequest) -> HttpResponse:
    """Cases that ask the platform to step in and have not been looked at, the most urgent first."""
    desk = shell.enter(request)
    cases = Case.objects.filter(state=State.ADMISSION.value)
    at = Cursor.read(request.GET.get("after", ""))
    if at is not None:
        cases = cases.filter(Q(due_at__gt=at.at) | Q(due_at=at.at, id__gt=at.id))
    rows = list(cases.order_by("due_at", "id")[: PAGE + 1])
    last = rows[PAGE - 1] if len(rows) > PAGE else None
    context = shell.around(
        desk,
        "admission",
        rows=[(case, _type_name(case)) for case in rows[:PAGE]],
        next=str(Cursor(last.due_at, last.pk)) if last and last.due_at else "",
        is_later_page=at is not None,
    )
    return render(request, "ops/admission.html", context)


def duty_name(deadline: Deadline) -> str:
    """What the term is for; in a merchant's claim it is the buyer who answers the evidence."""
    if (deadline.duty, deadline.awaits) == ("confirmation", "buyer"):
        return str(reversed_roles.ANSWER_STEP)
    return str(labels.DUTIES.get(deadline.duty, deadline.duty))


def _running() -> QuerySet[Deadline]:
    return Deadline.objects.filter(state=Deadline.PENDING, set_aside_at__isnull=True)


def _row(deadline: Deadline) -> Row:
    return Row(
        deadline,
        deadline.case,
        duty_name(deadline),
        str(AWAITED.get(deadline.awaits, deadline.awaits)),
        str(CLOCKS.get(deadline.clock, deadline.clock)),
        watched=deadline.awaits == "platform",
    )


def _ends(now: datetime) -> dict[str, datetime]:
    """Up to when each view reaches."""
    midnight = now.astimezone(wording.HOUSE_ZONE).replace(hour=0, minute=0, second=0, microsecond=0) + wording.DAY
    return {"over": now, "soon": now + SOON, "today": midnight}


def _strip(ends: dict[str, datetime], view: str) -> list[dict[str, Any]]:
    """The three counters, in one query over the ``MOST`` most urgent terms."""
    due = list(_running().order_by("due_at", "id").values_list("due_at", flat=True)[:MOST])
    told = (
        ("over", _("over, not fired yet"), "over"),
        ("soon", _("end within 2 hours"), "warn"),
        ("today", _("end today"), ""),
    )
    strip = []
    for key, label, kind in told:
        count = sum(1 for at in due if at <= ends[key])
        strip.append(
            {
                "key": key,
                "label": label,
                "count": f"{MOST}+" if count >= MOST else str(count),
                "kind": kind if count else "ok" if key == "over" else "",
                "is_current": view == key,
            }
        )
    return strip


def _type_name(case: Case) -> str:
    return str(rulebook.rules(case.substance_rules_id).type(case.type_code).name)
