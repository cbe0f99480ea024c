"""The buyer's cases: what needs them first, then what others owe, then what has ended. Two lists never mix readers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from django.db.models import Case as If
from django.db.models import DateTimeField, F, OuterRef, Q, Subquery, Value, When
from django.db.models.functions import Coalesce, Least
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from common import clock
from common.actor import Actor, Role
from disputes import access
from disputes.lifecycle import NEGOTIATION, TERMINAL, State
from disputes.models import Case, Deadline
from disputes.timers import OFFERED
from notifications.models import Notice
from web import fetch, listing_pictures, narrowing, navigation, sums, turn, wording
from web.keyset import Cursor
from web.party import terms
from web.turn import Turn

PAGE = 50
MOST_COUNTED = 100

GROUPS: dict[str, str | Promise] = {
    "mine": _("Needs me"),
    "waiting": _("Waiting for others"),
    "ended": _("Ended"),
}
_FILES_FROM = [state.value for state in NEGOTIATION]
_ENDED = [state.value for state in TERMINAL]
# Where money is moving, nobody owes anything by any time: last in its list.
_NEVER = datetime(9000, 1, 1, tzinfo=UTC)
# The case awaits "both", but nothing more is asked of the buyer: to appeal is a right, and who has handed in is done.
_NOTHING_ASKED = Q(state=State.APPEAL_WINDOW.value) | Q(
    state=State.GATHERING_EVIDENCE.value, buyer_handed_in_at__isnull=False
)
_OWED = Q(awaits__in=["buyer", "both"]) & ~_NOTHING_ASKED


@dataclass(frozen=True, slots=True)
class Row:
    """``result``: what was agreed or decided, once something was. ``picture``: of the listing, if one is here."""

    case: Case
    turn: Turn
    result: str
    picture: str


@dataclass(frozen=True, slots=True)
class Group:
    """``next_href`` is empty on the last page."""

    key: str
    name: str | Promise
    rows: list[Row]
    next_href: str


@dataclass(frozen=True, slots=True)
class Begun:
    """A claim that was begun: go on where it was left, while it can be sent."""

    case: Case
    saved: str
    till: str


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """All three groups, or one of them further down (``?group=ended&after=…``)."""
    actor = fetch.actor_or_404(request, Role.BUYER)
    now = clock.now()
    wanted, unknown = narrowing.view(request, "group", GROUPS)
    keys = [wanted] if wanted else list(GROUPS)
    after = request.GET.get("after", "") if wanted else ""
    found = {key: _page(key, actor, after) for key in keys}
    shown_cases = [case for cases, _ in found.values() for case in cases]
    deadlines = _deadlines(shown_cases)
    pictures = listing_pictures.firsts([case.line_id for case in shown_cases])
    groups = [
        Group(key, GROUPS[key], [_row(case, actor, deadlines, pictures, now) for case in cases], following)
        for key, (cases, following) in found.items()
    ]
    shown = {
        "now": now,
        "nav": nav(actor, "cases"),
        "groups": [group for group in groups if group.rows],
        "begun": [] if after else _begun((case for cases, _ in found.values() for case in cases), now),
        "is_part": bool(wanted and after),
        "unknown": unknown,
    }
    return render(request, "buyer/home.html", shown)


def nav(actor: Actor, current: str) -> list[navigation.Item]:
    """The buyer's three places, with the number of unread messages (counted no further than a hundred)."""
    unread = Notice.objects.filter(user_id=actor.id or 0, audience="buyer", read_at__isnull=True)
    count = len(unread.values_list("pk", flat=True)[:MOST_COUNTED])
    return navigation.items("buyer", current, {"inbox": count} if count else None)


def _begun(cases: Iterable[Case], now: datetime) -> list[Begun]:
    """Claims that were begun and can still be sent, the newest first. No query: the draft came with its case."""
    drafts = [draft for case in cases if (draft := getattr(case, "filing_draft", None)) is not None]
    newest = sorted(drafts, key=lambda draft: draft.saved_at, reverse=True)
    can_file = [draft.case for draft in newest if draft.case.state in _FILES_FROM]
    return [Begun(case, wording.moment(case.filing_draft.saved_at, now), terms.to_file(case, now)) for case in can_file]


def _page(key: str, actor: Actor, after: str) -> tuple[list[Case], str]:
    """One page of a group and the address of the next. Live cases by what is due first, ended ones newest first."""
    cases = access.visible_to(actor).select_related("merchant", "outcome", "filing_draft")
    cases = cases.defer("outcome__lines", "filing_draft__body")
    cursor = Cursor.read(after)
    if key == "ended":
        ended = cases.filter(state__in=_ENDED).annotate(place=F("opened_at")).order_by("-place", "-id")
        if cursor is not None:
            ended = ended.filter(Q(place__lt=cursor.at) | Q(place=cursor.at, id__lt=cursor.id))
        return _cut(key, list(ended[: PAGE + 1]))
    live = cases.exclude(state__in=_ENDED).annotate(proposed_until=_proposed_until())
    mine = _OWED | Q(proposed_until__isnull=False)
    if key == "mine":
        # Whatever ends first: what the state awaits, or a proposal that is open to the buyer.
        soonest = Least(If(When(_OWED, then=F("due_at"))), F("proposed_until"))
        live = live.filter(mine).annotate(place=Coalesce(soonest, Value(_NEVER, DateTimeField())))
    else:
        live = live.exclude(mine).annotate(place=Coalesce("due_at", Value(_NEVER, DateTimeField())))
    live = live.order_by("place", "id")
    if cursor is not None:
        live = live.filter(Q(place__gt=cursor.at) | Q(place=cursor.at, id__gt=cursor.id))
    return _cut(key, list(live[: PAGE + 1]))


def _proposed_until() -> Subquery:
    """The end of a proposal that waits for the buyer's word."""
    waiting = Deadline.objects.filter(
        case=OuterRef("pk"), duty__in=OFFERED, awaits__in=["buyer", "both"], state__in=Deadline.RUNNING
    )
    return Subquery(waiting.order_by("due_at").values("due_at")[:1])


def _cut(key: str, found: list[Case]) -> tuple[list[Case], str]:
    if len(found) <= PAGE:
        return found, ""
    last = found[PAGE - 1]
    return found[:PAGE], f"?group={key}&after={Cursor(last.place, last.pk)}"  # type: ignore[attr-defined]


def _deadlines(cases: Sequence[Case]) -> dict[int, list[Deadline]]:
    """What runs in these cases, in one query."""
    pending = Deadline.objects.filter(
        case_id__in=[case.pk for case in cases], state__in=[Deadline.PENDING, Deadline.PAUSED]
    )
    found: dict[int, list[Deadline]] = {}
    for deadline in pending:
        found.setdefault(deadline.case_id, []).append(deadline)
    return found


def _row(
    case: Case, actor: Actor, deadlines: dict[int, list[Deadline]], pictures: dict[int, str], now: datetime
) -> Row:
    shown = turn.turn(case, actor, deadlines.get(case.pk, []), now)
    return Row(case, shown, sums.result(case), pictures.get(case.line_id, ""))
