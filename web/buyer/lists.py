"""The buyer's cases: what needs them first, then what others owe, then what has ended. Two lists never mix readers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.dateparse import parse_datetime
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from common import clock
from common.actor import Actor, Role
from disputes import access
from disputes.lifecycle import TERMINAL, State
from disputes.models import Case, Deadline, Offer
from notifications.models import Notice
from web import fetch, navigation, turn
from web.turn import Turn

PAGE = 50
MOST_COUNTED = 100

GROUPS: dict[str, str | Promise] = {
    "mine": _("Needs me"),
    "waiting": _("Waiting for others"),
    "ended": _("Ended"),
}
_ENDED = [state.value for state in TERMINAL]
# Both sides may appeal, but whoever has waived it owes nothing any more.
_SAID_ALL = Q(state=State.APPEAL_WINDOW.value, buyer_waived_at__isnull=False)


@dataclass(frozen=True, slots=True)
class Row:
    case: Case
    turn: Turn


@dataclass(frozen=True, slots=True)
class Group:
    """``next_href`` is empty on the last page."""

    key: str
    name: str | Promise
    rows: list[Row]
    next_href: str


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """All three groups, or one of them further down (``?group=ended&after=…``)."""
    actor = fetch.actor_or_404(request, Role.BUYER)
    now = clock.now()
    wanted = request.GET.get("group", "")
    keys = [wanted] if wanted in GROUPS else list(GROUPS)
    after = request.GET.get("after", "") if wanted in GROUPS else ""
    found = {key: _page(key, actor, after) for key in keys}
    deadlines = _deadlines([case for cases, _ in found.values() for case in cases])
    groups = [
        Group(key, GROUPS[key], [Row(case, _turn(case, actor, deadlines, now)) for case in cases], following)
        for key, (cases, following) in found.items()
    ]
    shown = {
        "now": now,
        "nav": nav(actor, "cases"),
        "groups": [group for group in groups if group.rows],
        "is_part": bool(wanted in GROUPS and after),
    }
    return render(request, "buyer/home.html", shown)


def nav(actor: Actor, current: str) -> list[navigation.Item]:
    """The buyer's three places, with the number of unread messages (counted no further than a hundred)."""
    unread = Notice.objects.filter(user_id=actor.id, audience="buyer", read_at__isnull=True)
    count = len(unread.values_list("pk", flat=True)[:MOST_COUNTED])
    return navigation.items("buyer", current, {"inbox": count} if count else None)


def _page(key: str, actor: Actor, after: str) -> tuple[list[Case], str]:
    cases = access.visible_to(actor).select_related("merchant", "outcome").defer("outcome__lines")
    offered = Exists(Offer.objects.filter(case=OuterRef("pk"), state=Offer.OPEN).exclude(side="buyer"))
    mine = Q(awaits__in=["buyer", "both"]) & ~_SAID_ALL | Q(offered)
    if key == "ended":
        return _newest(cases.filter(state__in=_ENDED), key, after)
    live = cases.exclude(state__in=_ENDED)
    return _soonest(live.filter(mine) if key == "mine" else live.exclude(mine), key, after)


def _soonest(cases: QuerySet[Case], key: str, after: str) -> tuple[list[Case], str]:
    """By what is due first; a case whose money is moving is due to nobody and comes last, in one page of its own order."""
    at, pk = _cursor(after)
    rows = cases.order_by("due_at", "id")
    if at is not None:
        rows = rows.filter(Q(due_at__gt=at) | Q(due_at=at, id__gt=pk) | Q(due_at__isnull=True))
    elif pk:
        rows = rows.filter(due_at__isnull=True, id__gt=pk)
    found = list(rows[: PAGE + 1])
    return _cut(found, key, lambda case: case.due_at)


def _newest(cases: QuerySet[Case], key: str, after: str) -> tuple[list[Case], str]:
    at, pk = _cursor(after)
    rows = cases.order_by("-opened_at", "-id")
    if at is not None:
        rows = rows.filter(Q(opened_at__lt=at) | Q(opened_at=at, id__lt=pk))
    found = list(rows[: PAGE + 1])
    return _cut(found, key, lambda case: case.opened_at)


def _cut(found: list[Case], key: str, at: Callable[[Case], datetime | None]) -> tuple[list[Case], str]:
    if len(found) <= PAGE:
        return found, ""
    last = found[PAGE - 1]
    moment = at(last)
    place = f"{moment.isoformat() if moment else ''}~{last.pk}".replace("+", "%2B")
    return found[:PAGE], f"?group={key}&after={place}"


def _cursor(after: str) -> tuple[datetime | None, int]:
    """The place a page goes on from. What is not a place begins at the top."""
    written, _sep, pk = after.rpartition("~")
    try:
        return (parse_datetime(written) if written else None), int(pk or 0)
    except ValueError:
        return None, 0


def _deadlines(cases: Sequence[Case]) -> dict[int, list[Deadline]]:
    """What runs in these cases, in one query."""
    pending = Deadline.objects.filter(
        case_id__in=[case.pk for case in cases], state__in=[Deadline.PENDING, Deadline.PAUSED]
    )
    found: dict[int, list[Deadline]] = {}
    for deadline in pending:
        found.setdefault(deadline.case_id, []).append(deadline)
    return found


def _turn(case: Case, actor: Actor, deadlines: dict[int, list[Deadline]], now: datetime) -> Turn:
    return turn.turn(case, actor, deadlines.get(case.pk, []), now)
