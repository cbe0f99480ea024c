"""The lists of the desk: to rule, in hand, to approve, appeals, decided. Soonest deadline first; no party is named."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypedDict
from urllib.parse import urlencode

from django.contrib import messages
from django.forms import CharField, ChoiceField, HiddenInput
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from arbitration import assignment, preferences, queries
from arbitration.queries import Cursor, View
from common import clock
from common.actor import Actor
from common.errors import Refused
from disputes import access, deadlines, labels, refusals
from disputes.lifecycle import State
from disputes.models import Case
from rulebook import queries as rulebook
from web import addresses, keyset, letter, narrowing, wording
from web.desk import glance, keys, offered, shell
from web.narrowing import LeastField, NarrowingForm
from web.selects import PlainSelect

Text = str | Promise
# What of the address makes a view that can be saved.
_NARROWING = ("list", "type", "least")


@dataclass(frozen=True)
class List:
    """One list: what it shows, what it says when it is empty, and where a row leads."""

    view: View
    current: str
    title: Text
    empty: Text
    route: str = "desk:case"
    act: str = ""
    newest: bool = False


LISTS: dict[str, List] = {
    "waiting": List(
        View.WAITING,
        "queue",
        gettext_lazy("To rule"),
        gettext_lazy("The queue is empty. Nothing to do here now."),
        act="taken",
    ),
    "mine": List(
        View.MINE, "queue", gettext_lazy("In hand"), gettext_lazy("You have no case in hand. Take the next one.")
    ),
    "review": List(
        View.APPROVALS,
        "review",
        gettext_lazy("To approve"),
        gettext_lazy("No ruling waits for a second signature."),
        route="desk:approval",
    ),
    "appeals": List(
        View.APPEALS, "appeals", gettext_lazy("Appeals"), gettext_lazy("No appeal waits."), route="desk:appeal"
    ),
    "done": List(
        View.DONE,
        "done",
        gettext_lazy("I decided"),
        gettext_lazy("You have not decided a case yet."),
        newest=True,
    ),
}


class Row(TypedDict):
    """One case as the lists show it. ``marks`` are words; ``act`` is the address of a one-click act, ``version`` what
    the reader had seen when they click. Numbers are written already: localising them costs more than the rest of a cell.
    ``later``: from when on it can be taken.
    A dict, since a template looks for a key first, and fifty rows of anything else are seven hundred failed tries.
    """

    number: str
    title: str
    href: str
    due_at: datetime | None
    clock: str
    stopped_at: datetime | None
    since: datetime
    type_name: str
    points: str
    amount: int
    currency: str
    exhibits: str
    marks: tuple[str, ...]
    state: labels.Label | None
    act: str
    later: str
    version: str


class Filter(NarrowingForm):
    """Type of dispute and smallest sum."""

    list = CharField(required=False, widget=HiddenInput)
    type = ChoiceField(label=gettext_lazy("Type"), required=False, widget=PlainSelect)
    least = LeastField(gettext_lazy("Amount from"))

    def __init__(self, *args: Any, now: datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kinds = [(kind.code, str(kind.name)) for kind in rulebook.current_rules(now).types.values()]
        self.fields["type"].choices = [("", _("All")), *kinds]  # type: ignore[attr-defined]

    def chosen(self) -> dict[str, Any]:
        return {"type_code": self.narrowed.get("type", ""), "least": self.narrowed.get("least")}


def _page(key: str, who: Callable[[HttpRequest], Actor]) -> Callable[[HttpRequest], HttpResponse]:
    @require_safe
    def view(request: HttpRequest) -> HttpResponse:
        return _show(request, LISTS[key], who(request))

    return view


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """The queue, or with ``?list=mine`` what the reader has in hand."""
    wanted, unknown = narrowing.view(request, "list", ("waiting", "mine"), "waiting")
    return _show(request, LISTS[wanted], shell.reader(request), unknown)


review = _page("review", shell.senior)
appeals = _page("appeals", shell.senior)
done = _page("done", shell.reader)


@require_POST
def take_next(request: HttpRequest) -> HttpResponse:
    """The most urgent case that fits the reader is theirs."""
    actor = shell.reader(request)
    try:
        case = assignment.take_next(actor=actor, now=clock.now())
    except Refused as refused:
        messages.warning(request, refusals.say(refused))
        return HttpResponseRedirect(reverse("desk:queue"))
    messages.success(request, _("The case is yours."))
    return HttpResponseRedirect(reverse("desk:case", args=[case.number]))


def _show(request: HttpRequest, which: List, actor: Actor, unknown: str = "") -> HttpResponse:
    now = clock.now()
    form = Filter(request.GET or None, now=now)
    chosen = form.chosen() if form.is_bound else {}
    after = keyset.Cursor.read(request.GET.get("after", ""))
    cursor = Cursor(after.at, after.id) if after else None
    among = access.open_to_judge(actor)
    page = queries.queue(actor, which.view, cursor=cursor, among=among, **chosen)
    waiting, liked = shell.counts_and_liked(actor, more=(View.MINE,), among=among)
    narrows = which.current == "queue"
    views, here = _views(request, liked.get("views", [])) if narrows else ([], "")
    applied = sum(1 for value in chosen.values() if value)
    home = request.path
    shown = {
        **shell.around(actor, which.current, now, waiting),
        **(keys.on_page(liked, keys.LIST) if narrows else {}),
        "list": which,
        "newest": which.newest,
        "rows": _rows(page.cases, which, actor, now),
        "tabs": _tabs(which, waiting) if which.current == "queue" else [],
        "form": form,
        "unknown": unknown,
        "applied": applied,
        "clear_href": home + ("?list=mine" if which.view is View.MINE else ""),
        "after": str(keyset.Cursor(page.next.due_at, page.next.id)) if page.next else "",
        "first_href": home if cursor else "",
        "mine": waiting.get(View.MINE, 0) if which.view is View.WAITING else 0,
        "views": views,
        "view": next((view for view in views if view["is_current"]), None),
        "here": here,
        "look": _look(request),
        "glance": glance.of(request.GET.get("preview", ""), actor, now) if narrows else None,
        "overturned": _overturned(actor, now) if which.view is View.DONE and cursor is None else [],
    }
    return render(request, "desk/list.html", shown)


@require_POST
def keep_view(request: HttpRequest) -> HttpResponse:
    """The list as it is narrowed now, under a name."""
    actor = shell.reader(request)
    query = _kept(QueryDict(request.POST.get("query", "")[: preferences.LONGEST_QUERY]))
    try:
        preferences.keep_view(request.POST.get("name", ""), query, actor=actor, now=clock.now())
    except Refused as refused:
        messages.warning(request, refusals.say(refused))
    else:
        messages.success(request, _("The view is kept."))
    return HttpResponseRedirect(reverse("desk:queue") + (f"?{query}" if query else ""))


@require_POST
def drop_view(request: HttpRequest) -> HttpResponse:
    """A view is removed; the list stands as nobody narrowed it."""
    actor = shell.reader(request)
    preferences.drop_view(request.POST.get("name", ""), actor=actor, now=clock.now())
    return HttpResponseRedirect(reverse("desk:queue"))


def _kept(query: QueryDict) -> str:
    """What of an address is a view of the queue: which list, and how it is narrowed."""
    return urlencode([(key, query[key]) for key in _NARROWING if query.get(key)])


def _views(request: HttpRequest, saved: list[dict[str, str]]) -> tuple[list[dict[str, Any]], str]:
    """The reader's saved views, and the query of this one where it is narrowed: the lists themselves need no name."""
    here = _kept(request.GET)
    is_narrowed = any(request.GET.get(key) for key in _NARROWING if key != "list")
    return [{**view, "is_current": view["query"] == here} for view in saved], here if is_narrowed else ""


def _look(request: HttpRequest) -> str:
    """Where a row's preview is, less the number: the query of this page is written once for all of them."""
    query = request.GET.copy()
    query.pop("preview", None)
    return f"?{query.urlencode()}{'&' if query else ''}preview="


def _overturned(actor: Actor, now: datetime) -> list[dict[str, Any]]:
    """Own rulings that an appeal changed or set aside, the newest first, each with why."""
    return [
        {
            "number": appeal.case.number,
            # Whose case it has become since is not theirs to read any more.
            "href": reverse("desk:case", args=[appeal.case.number]) if appeal.case.ruled_by_id == actor.id else "",
            "at": appeal.decided_at,
            "type_name": shell.type_name(appeal.case),
            "decision": letter.DECISIONS[appeal.decision],
            "reasons": appeal.reasons,
        }
        for appeal in queries.overturned(actor)
    ]


def _tabs(which: List, waiting: dict[View, int]) -> list[dict[str, Any]]:
    home = reverse("desk:queue")
    return [
        {
            "href": home if key == "waiting" else f"{home}?list=mine",
            "label": LISTS[key].title,
            "count": waiting.get(LISTS[key].view),
            "is_current": LISTS[key] is which,
        }
        for key in ("waiting", "mine")
    ]


def _rows(cases: Sequence[Case], which: List, actor: Actor, now: datetime) -> list[Row]:
    """Where a row has its act, nothing tells its state: all of them wait for the same."""
    href = addresses.of_cases(which.route)
    act = addresses.of_cases("desk:act", which.act) if which.act else None
    return [_row(case, href(case.number), act(case.number) if act else "", actor, now) for case in cases]


def _row(case: Case, href: str, act: str, actor: Actor, now: datetime) -> Row:
    opens = offered.open_until(case, now) if act else None
    stopped = case.suspended_at is not None
    return Row(
        number=case.number,
        title=case.title,
        href=href,
        due_at=case.due_at,
        clock=deadlines.clock_of(case),
        stopped_at=case.suspended_at,
        since=case.state_since,
        type_name=shell.type_name(case),
        points=str(case.points_count),  # type: ignore[attr-defined]
        amount=case.claimed,
        currency=case.currency,
        exhibits=str(case.exhibits_count),  # type: ignore[attr-defined]
        marks=tuple(_marks(case)),
        state=None if act and not stopped else _state(case, actor),
        act="" if opens or stopped else act,
        later=_("from %(at)s") % {"at": wording.moment(opens, now)} if opens and not stopped else "",
        version=str(case.version),
    )


def _state(case: Case, actor: Actor) -> labels.Label:
    return labels.state_label(
        State(case.state),
        actor.role,
        awaits=case.awaits,
        suspended=case.suspended_at is not None,
        claimant=case.claimant,
    )


def _marks(case: Case) -> list[str]:
    """What makes a case unlike others, in words."""
    marks = []
    thresholds = rulebook.rules(case.procedure_rules_id).thresholds
    if case.claimed >= thresholds.senior_approval_amount or case.currency != thresholds.currency:
        marks.append(_("High amount"))
    returned = case.was_returned and State(case.state) is State.UNDER_REVIEW  # type: ignore[attr-defined]
    if shell.is_again(case) or returned:
        marks.append(_("To be ruled again"))
    # A case that an appeal sent back comes first without having waited (`disputes.moves`).
    if case.priority > shell.times_set_aside(case):
        marks.append(_("Waited too long"))
    if case.suspended_at is not None:
        marks.append(_("On hold"))
    if case.decided_on_appeal:
        marks.append(_("Decided on appeal"))
    return marks
