"""Money as operations see it: the platform's fund, who owes what, advances that wait, and what does not fit together."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.forms import CharField, ChoiceField, RadioSelect, Textarea
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from accounts.models import Merchant
from common import money
from common.errors import Missing, Refused
from disputes import refusals
from enforcement import advances, movements, overview, reconciliation
from enforcement.models import Report
from rulebook import queries as rulebook
from web import narrowing
from web.fields import AmountField, amount_field
from web.forms import HouseForm
from web.ops import shell

PAGE = 25
MOST = 50
Text = str | Promise

FINDINGS: dict[str, Text] = {
    "answer_unknown": gettext_lazy("The marketplace has given no clear answer for more than a day."),
    "refused_for_good": gettext_lazy("The marketplace refused, and nothing else makes up for it."),
    "money_left_apart": gettext_lazy("The case is over, and money is still set apart for it."),
    "not_started": gettext_lazy("The outcome is in force, and nothing was begun."),
    "movement_waits": gettext_lazy("The marketplace reported money that the books cannot take."),
    "report_differs": gettext_lazy("A report names one of our payments and says something else."),
    "refund_without_key": gettext_lazy("A refund was reported without our key. Say what it is."),
    "recovery_parked": gettext_lazy("The marketplace would not draw what the merchant owes. Look why, then try again."),
}


def reason_field(label: Any, help_text: Any = "") -> CharField:
    return CharField(
        label=label,
        help_text=help_text,
        max_length=advances.LONGEST * 2,
        widget=Textarea(attrs={"rows": 3, "data-max": advances.LONGEST}),
    )


class LimitForm(HouseForm):
    """How much the platform may have out, and why."""

    amount = amount_field(gettext_lazy("New limit"))
    reason = reason_field(gettext_lazy("Reason"), gettext_lazy("It is kept with your name. At most 500 characters."))


class ReportForm(HouseForm):
    """What a refund without a key was."""

    verdict = ChoiceField(
        label=gettext_lazy("What it is"),
        widget=RadioSelect(attrs={"class": "radio"}),
        choices=[
            (Report.SEPARATE, gettext_lazy("A refund of its own: it stays booked")),
            (Report.OURS, gettext_lazy("One of our payments told again: the second booking is undone")),
        ],
    )
    reason = reason_field(gettext_lazy("Reason"), gettext_lazy("What you compared. At most 500 characters."))


@require_safe
def board(request: HttpRequest) -> HttpResponse:
    """The fund, what waits for a person, and merchants: those who owe, or with ``?view=all`` everybody, by keyset."""
    desk = shell.enter(request)
    view, unknown = narrowing.view(request, "view", ("all",))
    everybody = view == "all"
    typed = request.GET.get("after", "")
    after = int(typed) if typed.isascii() and typed.isdecimal() and len(typed) < 19 else 0
    named = overview.currencies(_currency(desk))
    if everybody:
        ids = list(Merchant.objects.filter(pk__gt=after).order_by("pk").values_list("pk", flat=True)[: PAGE + 1])
    else:
        ids = overview.owing(after, PAGE + 1)
    shown = shell.around(
        desk,
        "money",
        funds=overview.funds(named),
        proposals=overview.open_proposals(MOST),
        findings=_findings(desk),
        failing=overview.failing(MOST),
        standings=overview.standings(ids[:PAGE], named),
        everybody=everybody,
        unknown=unknown,
        tabs=[
            {"href": "?", "label": _("Who owes"), "count": None, "is_current": not everybody},
            {"href": "?view=all", "label": _("All merchants"), "count": None, "is_current": everybody},
        ],
        next=str(ids[PAGE - 1]) if len(ids) > PAGE else "",
        is_later_page=after > 0,
    )
    return render(request, "ops/money.html", shown)


def limit(request: HttpRequest, currency: str) -> HttpResponse:
    """GET: what the limit is and was. POST: another one, with a reason."""
    desk = shell.enter(request)
    if currency not in overview.currencies(_currency(desk)):
        raise Http404
    form = LimitForm(request.POST or None)
    field = form.fields["amount"]
    assert isinstance(field, AmountField)
    field.currency = currency
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            advances.set_limit(currency, data["amount"], reason=data["reason"], actor=desk.actor, now=desk.now)
        except Refused as refused:
            form.add_error(None, ValidationError(refusals.say(refused), code=refused.code))
        else:
            messages.success(request, _("The new limit counts from now on."))
            return HttpResponseRedirect(reverse("ops:money"))
    fund = overview.funds([currency])[0]
    shown = shell.around(
        desk,
        "money",
        form=form,
        fund=fund,
        history=overview.limit_history(currency),
        consequences=[
            {"icon": "hand-coins", "text": _("From now on advances are paid only as far as the new limit reaches.")},
            {"icon": "history", "text": _("What has been paid stays paid and is recovered as before.")},
        ],
    )
    return render(request, "ops/limit.html", shown, status=422 if form.errors else 200)


def report(request: HttpRequest, pk: int) -> HttpResponse:
    """GET: a refund that the marketplace reported without our key, beside what we paid on its order. POST: what it was."""
    desk = shell.enter(request)
    found = Report.objects.filter(pk=pk).select_related("movement", "case").first()
    if found is None:
        raise Http404
    form = ReportForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            movements.settle(pk, verdict=data["verdict"], reason=data["reason"], actor=desk.actor, now=desk.now)
        except Missing:
            raise Http404 from None
        except Refused as refused:
            form.add_error(None, ValidationError(refusals.say(refused), code=refused.code))
        else:
            messages.success(request, _("The difference is settled."))
            return HttpResponseRedirect(reverse("ops:money"))
    shown = shell.around(
        desk,
        "money",
        form=form,
        report=found,
        steps=[step for step in overview.steps_of(found.case_id, MOST) if step.amount],
    )
    return render(request, "ops/report.html", shown, status=422 if form.errors else 200)


def _currency(desk: shell.Desk) -> str:
    """The one that the rules in force keep their sums in."""
    return rulebook.current_rules(desk.now).thresholds.currency


def _findings(desk: shell.Desk) -> list[tuple[reconciliation.Finding, Text, str]]:
    """Each with its words and where it is looked at: a case by its number, a report by its movement; others have no page."""
    found = reconciliation.findings(desk.now, limit=MOST)
    keys = [one.what for one in found if one.code == "refund_without_key"]
    reports = dict(Report.objects.filter(movement__key__in=keys).values_list("movement__key", "pk")) if keys else {}

    def href(one: reconciliation.Finding) -> str:
        if one.what in reports:
            return reverse("ops:report", args=[reports[one.what]])
        if one.code in ("answer_unknown", "refused_for_good"):
            # The key of a step begins with the number of its case.
            return reverse("ops:case_money", args=["-".join(one.what.split("-")[:3])])
        return reverse("ops:case_money", args=[one.what]) if one.code in ("not_started", "recovery_parked") else ""

    return [(one, FINDINGS.get(one.code, one.code), href(one)) for one in found]


def text_of(amount: int, currency: str) -> str:
    return money.sign(currency) + money.text(amount, currency)
