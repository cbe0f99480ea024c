"""The shop's lists as pages: to answer, in progress, decided. Filters are a GET form; the address is the state."""

from __future__ import annotations

from typing import Any

from django.forms import CharField, ChoiceField, TextInput
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from common import money
from disputes import labels
from disputes.lifecycle import TERMINAL, State
from rulebook import queries as rulebook
from web.forms import HouseForm
from web.merchant import cases, shell
from web.merchant.cases import Filter, Page, Waiting
from web.selects import PlainSelect

DUE = ("soon", "today", "week")


class FilterForm(HouseForm):
    """Type, state and a least sum. ``currency`` is what the sum is typed in."""

    type = ChoiceField(label=gettext_lazy("Dispute type"), required=False, widget=PlainSelect)
    state = ChoiceField(label=gettext_lazy("State"), required=False, widget=PlainSelect)
    least = CharField(
        label=gettext_lazy("Amount from"),
        required=False,
        max_length=16,
        widget=TextInput(attrs={"inputmode": "decimal", "size": "8"}),
    )

    def __init__(self, *args: Any, types: list[tuple[str, str]], states: list[State], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.auto_id = "filter_%s"
        every = [("", _("All"))]
        self.fields["type"].choices = [*every, *types]  # type: ignore[attr-defined]
        named = [(state.value, str(labels.STATES[state]["merchant"].text)) for state in states]
        self.fields["state"].choices = [*every, *named]  # type: ignore[attr-defined]

    @property
    def narrowed(self) -> dict[str, Any]:
        """What was chosen; a field that cannot be read narrows nothing and says so beside itself."""
        data = self.cleaned_data if self.is_bound and self.is_valid() else {}
        return {key: value for key, value in data.items() if value not in ("", None)}

    def clean_least(self) -> int | None:
        written = self.cleaned_data["least"].strip()
        if not written:
            return None
        try:
            return money.parse(written, "CNY")
        except ValueError:
            self.add_error("least", _("Enter the amount in digits, for example 680.00."))
            return None


@require_safe
def inbox(request: HttpRequest) -> HttpResponse:
    """What awaits the shop, the most urgent first."""
    desk = shell.enter(request)
    states = [State.AWAITING_MERCHANT, State.RETURN_IN_TRANSIT, State.GATHERING_EVIDENCE]
    states += [State.AWAITING_CONFIRMATION, State.MORE_EVIDENCE, State.APPEAL_WINDOW, State.AWAITING_APPEAL_ANSWER]
    form = _form(request, desk, [*states, State.AWAITING_COMPLIANCE])
    context = shell.around(desk, "inbox")
    waiting: Waiting = context["waiting"]
    due = request.GET.get("due", "")
    narrowed = _filter(form)
    if due in DUE:
        ends = (waiting.soon_ends, waiting.today_ends, waiting.week_ends)
        narrowed = Filter(narrowed.type_code, narrowed.state, narrowed.least, ends[DUE.index(due)])
    page = cases.inbox(desk.actor, narrowed, request.GET.get("after", ""))
    context |= {"strip": _strip(waiting, due), "due": due, "most": cases.MOST, "by_due": True}
    return _show(request, context, form, page, title=_("To answer"))


@require_safe
def going_on(request: HttpRequest) -> HttpResponse:
    """Every live case of the shop."""
    desk = shell.enter(request)
    form = _form(request, desk, [state for state in State if state not in TERMINAL])
    page = cases.going_on(desk.actor, _filter(form), request.GET.get("after", ""))
    return _show(request, shell.around(desk, "open"), form, page, title=_("In progress"))


@require_safe
def decided(request: HttpRequest) -> HttpResponse:
    """What was ruled, agreed or ended."""
    desk = shell.enter(request)
    after = [State.APPEAL_WINDOW, State.AWAITING_APPEAL_ANSWER, State.UNDER_APPEAL, State.AWAITING_COMPLIANCE]
    form = _form(request, desk, [*after, State.ENFORCING, *sorted(TERMINAL)])
    page = cases.decided(desk.actor, _filter(form), request.GET.get("after", ""))
    return _show(request, shell.around(desk, "decided"), form, page, title=_("Decided"))


def _show(request: HttpRequest, context: dict[str, Any], form: FilterForm, page: Page, *, title: str) -> HttpResponse:
    context |= {
        "title": title,
        "form": form,
        "applied": len(form.narrowed),
        "rows": page.rows,
        "next": page.next,
        "is_later_page": bool(request.GET.get("after")),
    }
    return render(request, "merchant/list.html", context)


def _form(request: HttpRequest, desk: shell.Desk, states: list[State]) -> FilterForm:
    rules = rulebook.current_rules(desk.now)
    types = [(kind.code, str(kind.name)) for kind in rules.types.values()]
    return FilterForm(request.GET or None, types=types, states=states)


def _filter(form: FilterForm) -> Filter:
    chosen = form.narrowed
    return Filter(chosen.get("type", ""), chosen.get("state", ""), chosen.get("least"))


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
            "count": f"{cases.MOST}+" if count >= cases.MOST else str(count),
            "is_current": due == key,
            "warm": key == "soon" and count > 0,
        }
        for key, label, count in told
    ]
