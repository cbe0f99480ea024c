"""The shop's lists as pages: to answer, in progress, decided. Filters are a GET form; the address is the state.

A saved view is an address under a name. A preview is part of the address too, so that Back restores it.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.forms import CharField, ChoiceField, TextInput
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext
from django.views.decorators.http import require_POST, require_safe

from accounts import shop_desk
from accounts.models import Right, SavedView
from common import dates, money
from common.errors import Missing, Refused
from disputes import amounts, handling, labels, refusals
from disputes.lifecycle import TERMINAL, Event, State
from insights import measures
from rulebook import queries as rulebook
from web import awaited, narrowing
from web.merchant import cases, preview, shell
from web.merchant.cases import Filter, Page, Waiting
from web.narrowing import LeastField, NarrowingForm
from web.selects import PlainSelect

DUE = ("soon", "today", "week")
WHO = (
    ("", gettext_lazy("Everybody")),
    ("me", gettext_lazy("Me")),
    ("none", gettext_lazy("Nobody yet")),
    ("second", gettext_lazy("Waits for a second person")),
)
EXPORTED = 1000
# What a form about small sums suggests; anybody may type another.
SMALL = "50"
# What of an address a saved view keeps.
_KEPT = ("type", "state", "least", "sku", "who", "due")


class Unreadable(Exception):
    """A filter in the address says nothing that can be read; its list says which."""


class FilterForm(NarrowingForm):
    """Type, state, a least sum, the beginning of a SKU, and who looks after it."""

    type = ChoiceField(label=gettext_lazy("Dispute type"), required=False, widget=PlainSelect)
    state = ChoiceField(label=gettext_lazy("State"), required=False, widget=PlainSelect)
    least = LeastField(gettext_lazy("Amount from"))
    sku = CharField(
        label=gettext_lazy("SKU"),
        required=False,
        max_length=64,
        widget=TextInput(attrs={"size": "10", "autocomplete": "off"}),
    )
    who = ChoiceField(label=gettext_lazy("Assignee"), required=False, choices=WHO, widget=PlainSelect)

    def __init__(self, *args: Any, types: list[tuple[str, str]], states: list[State], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.auto_id = "filter_%s"
        every = [("", _("All"))]
        self.fields["type"].choices = [*every, *types]  # type: ignore[attr-defined]
        self.states = _by_name(states)
        named = [(group[0].value, name) for name, group in self.states.items()]
        self.fields["state"].choices = [*every, *named]  # type: ignore[attr-defined]
        # A view that was kept may name any of them.
        first = {state.value: group[0].value for group in self.states.values() for state in group}
        if self.is_bound and self.data.get("state", "") in first:
            self.data = dict(self.data.items()) | {"state": first[self.data["state"]]}

    def chosen_states(self) -> tuple[str, ...]:
        """Every state that goes by the name that was chosen; none where none was."""
        chosen = self.narrowed.get("state", "")
        return next((tuple(s.value for s in group) for group in self.states.values() if group[0] == chosen), ())


def _by_name(states: Iterable[State]) -> dict[str, list[State]]:
    """States by what the shop reads for them: two that read the same are one choice."""
    named: dict[str, list[State]] = {}
    for state in states:
        named.setdefault(str(labels.STATES[state]["merchant"].text), []).append(state)
    return named


@require_safe
def inbox(request: HttpRequest) -> HttpResponse:
    """What awaits the shop, the most urgent first."""
    desk = shell.enter(request)
    states = [State.AWAITING_MERCHANT, State.RETURN_IN_TRANSIT, State.GATHERING_EVIDENCE]
    states += [State.AWAITING_CONFIRMATION, State.MORE_EVIDENCE, State.AWAITING_APPEAL_ANSWER]
    form = _form(request, desk, [*states, State.AWAITING_COMPLIANCE])
    context = shell.around(desk, "inbox", claims_href=reverse("merchant:claims"))
    waiting: Waiting = context["waiting"]
    due, unknown = narrowing.view(request, "due", DUE)
    narrowed = _due(_filter(form), due, waiting)
    page = cases.inbox(desk.actor, narrowed, request.GET.get("after", ""), desk.now)
    context |= {
        "strip": _strip(waiting, due),
        "due": due,
        "unknown": unknown,
        "most": awaited.MOST,
        "by_due": True,
        "small": request.GET.get("upto", SMALL)[:16],
    }
    return _show(desk, context, form, page, title=_("To answer"))


@require_safe
def going_on(request: HttpRequest) -> HttpResponse:
    """Every live case of the shop."""
    desk = shell.enter(request)
    form = _form(request, desk, [state for state in State if state not in TERMINAL])
    page = cases.going_on(desk.actor, _filter(form), request.GET.get("after", ""), desk.now)
    around = shell.around(desk, "open", claims_href=reverse("merchant:claims"))
    return _show(desk, around, form, page, title=_("In progress"))


@require_safe
def decided(request: HttpRequest) -> HttpResponse:
    """What was ruled, agreed or ended."""
    desk = shell.enter(request)
    after = [State.APPEAL_WINDOW, State.AWAITING_APPEAL_ANSWER, State.UNDER_APPEAL, State.AWAITING_COMPLIANCE]
    form = _form(request, desk, [*after, State.ENFORCING, *sorted(TERMINAL)])
    page = cases.decided(desk.actor, _filter(form), request.GET.get("after", ""), desk.now)
    around = shell.around(desk, "decided", claims_href=reverse("merchant:claims"))
    return _show(desk, around, form, page, title=_("Decided"))


@require_POST
def keep_view(request: HttpRequest) -> HttpResponse:
    """The list as it is narrowed now, under a name. What is no filter of ours is not kept."""
    desk = shell.enter(request)
    typed = QueryDict(request.POST.get("query", "")[:1000].lstrip("?"))
    query = urlencode([(key, typed[key][:64]) for key in _KEPT if typed.get(key)])
    try:
        shop_desk.keep_view(
            desk.shop_id, name=request.POST.get("name", ""), query=query, actor=desk.actor, now=desk.now
        )
    except Refused as refused:
        messages.error(request, refusals.say(refused))
    else:
        messages.success(request, _("Saved."))
    return HttpResponseRedirect(f"{reverse('merchant:inbox')}?{query}")


@require_POST
def drop_view(request: HttpRequest, view: int) -> HttpResponse:
    desk = shell.enter(request)
    try:
        shop_desk.remove_view(view, actor=desk.actor, now=desk.now)
    except Missing:
        raise Http404 from None
    messages.success(request, _("Removed."))
    return HttpResponseRedirect(reverse("merchant:inbox"))


@require_POST
def take_next(request: HttpRequest) -> HttpResponse:
    """The most urgent case that is nobody else's becomes the reader's, and opens where it is answered."""
    desk = shell.enter(request)
    for pk, number, state in cases.next_free(desk.actor, desk.now, most=5):
        try:
            handling.assign(pk, member_id=desk.actor.id, only_if_free=True, actor=desk.actor, now=desk.now)
        except Missing:
            continue
        except Refused as refused:
            if refused.code == "colleague_has_it":  # somebody was quicker: the next one, then
                continue
            messages.error(request, refusals.say(refused))
            return HttpResponseRedirect(reverse("merchant:inbox"))
        if state == State.AWAITING_CONFIRMATION.value:
            return HttpResponseRedirect(reverse("merchant:act", args=[number, Event.CLAIM_REBUTTED.value]))
        return HttpResponseRedirect(reverse("merchant:case", args=[number]))
    messages.info(request, _("Nothing waits that is nobody's. Colleagues look after the rest."))
    return HttpResponseRedirect(reverse("merchant:inbox"))


@require_safe
def export(request: HttpRequest) -> HttpResponse:
    """What the filters leave of the list, as a table for other programs: the most urgent ``EXPORTED`` cases."""
    desk = shell.enter(request)
    form = _form(request, desk, list(State))
    if form.errors:  # a table of more than was asked for would not say so
        return HttpResponseRedirect(f"{reverse('merchant:inbox')}?{request.GET.urlencode()}")
    out = io.StringIO()
    out.write("\ufeff")
    writer = csv.writer(out, lineterminator="\r\n")
    heads = [pgettext("column", "Case"), _("Item"), _("Type"), _("State"), _("Amount"), _("Currency")]
    # Midnight is the end of the day before: a column that says "before" cannot be read as a whole day more.
    due_head = _("Due before (%(zone)s)") % {"zone": dates.CELL_ZONE}
    writer.writerow([*heads, due_head, pgettext("column", "Looked after by")])
    for row in _every(desk, _filter(form)):
        amount = money.text(row["amount"], row["currency"])
        cells = [row["number"], row["title"], row["type_name"], str(row["badge"].text), amount, row["currency"]]
        cells += [dates.cell(row["due_at"]), row["who"]]
        writer.writerow([measures.harmless(cell) for cell in cells])
    reply = HttpResponse(out.getvalue(), content_type="text/csv; charset=utf-8")
    reply["Content-Disposition"] = 'attachment; filename="cases.csv"'
    return reply


def small(desk: shell.Desk, written: str, *, most: int) -> list[tuple[str, int]]:
    """``(number, version)`` of what the list's filters leave up to a sum, if it can be accepted.

    Raises `Refused` for a sum, and `Unreadable` for a filter: more than was asked for would be accepted otherwise.
    """
    request = desk.request
    form = _form(request, desk, list(State))
    due = request.GET.get("due", "")
    if form.errors or (due and due not in DUE):
        raise Unreadable
    narrowed = _due(_filter(form), due, cases.waiting(desk.actor, desk.now))
    return cases.small(desk.actor, replace(narrowed, most=amounts.read(written, "CNY")), desk.now, most=most)


def _due(narrowed: Filter, due: str, waiting: Waiting) -> Filter:
    if due not in DUE:
        return narrowed
    ends = (waiting.soon_ends, waiting.today_ends, waiting.week_ends)
    return replace(narrowed, due_before=ends[DUE.index(due)])


def _every(desk: shell.Desk, narrowed: Filter) -> Iterator[cases.Row]:
    """Page after page, up to ``EXPORTED`` rows."""
    after = ""
    for _page in range(EXPORTED // cases.PAGE):
        page = cases.inbox(desk.actor, narrowed, after, desk.now)
        yield from page.rows
        after = page.next
        if not after:
            return


def _show(desk: shell.Desk, context: dict[str, Any], form: FilterForm, page: Page, *, title: str) -> HttpResponse:
    request = desk.request
    here = urlencode([(key, request.GET[key]) for key in _KEPT if request.GET.get(key)])
    kept = here if not form.errors and not context.get("unknown") else ""
    views = SavedView.objects.filter(user_id=desk.user_id, merchant_id=desk.shop_id) if "strip" in context else []
    context |= {
        "views": [
            {"id": row.pk, "name": row.name, "query": row.query, "is_current": row.query == here} for row in views
        ],
        "here": here,
        # What cannot be read is no view to keep.
        "keeps": kept,
        "kept": [(key, request.GET[key][:64]) for key in _KEPT if request.GET.get(key)],
        "look": _look(request),
        "preview": preview.of(desk, request.GET.get("preview", "")) if "strip" in context else None,
        "may_respond": Right.RESPOND in desk.rights,
        "title": title,
        "form": form,
        "applied": len(form.narrowed),
        "rows": page.rows,
        "next": page.next,
        "is_later_page": bool(request.GET.get("after")),
    }
    context["view"] = next((view for view in context["views"] if view["is_current"]), None)
    return render(request, "merchant/list.html", context)


def _look(request: HttpRequest) -> str:
    """Where a row's preview is, less the number: the query of this page is written once for all of them."""
    query = request.GET.copy()
    query.pop("preview", None)
    return f"?{query.urlencode()}{'&' if query else ''}preview="


def _form(request: HttpRequest, desk: shell.Desk, states: list[State]) -> FilterForm:
    rules = rulebook.current_rules(desk.now)
    types = [(kind.code, str(kind.name)) for kind in rules.types.values()]
    return FilterForm(request.GET or None, types=types, states=states)


def _filter(form: FilterForm) -> Filter:
    chosen = form.narrowed
    return Filter(
        type_code=chosen.get("type", ""),
        states=form.chosen_states(),
        least=chosen.get("least"),
        sku=chosen.get("sku", "").strip(),
        who=chosen.get("who", ""),
    )


def _strip(waiting: Waiting, due: str) -> list[dict[str, Any]]:
    """The three counters of the day. What is due within two hours is warm; the others are plain."""
    told = (
        ("soon", _("due within 2 hours"), waiting.soon),
        ("today", _("due today"), waiting.today),
        ("week", _("due within 7 days"), waiting.week),
    )
    return [
        {
            "key": key,
            "label": label,
            "count": f"{awaited.MOST}+" if count >= awaited.MOST else str(count),
            "is_current": due == key,
            "warm": key == "soon" and count > 0,
        }
        for key, label, count in told
    ]
