"""How long things are kept: a legal hold on one case, and people who want to be forgotten. Shows no words of a side."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.forms import CharField, Textarea, TextInput
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from accounts.models import User
from common.actor import Role
from common.errors import Missing, Refused
from disputes import legal_holds, refusals
from disputes.models import Case, ErasureRequest
from engine import retention
from rulebook import queries as rulebook
from web import fetch
from web.forms import HouseForm
from web.ops import shell

MOST = 50
Text = str | Promise

STATES: dict[str, Text] = {
    ErasureRequest.OPEN: gettext_lazy("Waits for a second person"),
    ErasureRequest.DONE: gettext_lazy("Erased"),
    ErasureRequest.DECLINED: gettext_lazy("Not carried out"),
}


class HoldForm(HouseForm):
    """Why a case is kept, or why it need not be kept any longer."""

    reason = CharField(
        label=gettext_lazy("Reason"),
        help_text=gettext_lazy(
            "Who asked for it, under which number. It is kept with your name. At most 300 characters."
        ),
        max_length=2 * legal_holds.LONGEST,
        widget=Textarea(attrs={"rows": 3, "data-max": legal_holds.LONGEST}),
    )


class RequestForm(HouseForm):
    """Whose request it is, and where it lies."""

    field_of = {"text_too_long": "reference", "text_missing": "reference"}
    account = CharField(
        label=gettext_lazy("Account name"),
        help_text=gettext_lazy("The name with which the person signs in, or their number in the marketplace."),
        max_length=150,
        widget=TextInput(attrs={"autocomplete": "off"}),
    )
    reference = CharField(
        label=gettext_lazy("Reference"),
        help_text=gettext_lazy("The number of the request in your own system. No name: this is kept."),
        max_length=2 * retention.LONGEST_REFERENCE,
        widget=TextInput(attrs={"autocomplete": "off", "data-max": retention.LONGEST_REFERENCE}),
    )


def case(request: HttpRequest, number: str) -> HttpResponse:
    """GET: until when a case is kept, and every hold there was. POST: a hold, or its end, with a reason."""
    actor = fetch.actor_or_404(request, Role.OPS)
    found, now = fetch.case_and_now_or_404(number, actor)
    desk = shell.Desk(request, actor, now)
    form = HoldForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        act = legal_holds.lift if found.legal_hold else legal_holds.place
        try:
            act(found.pk, reason=form.cleaned_data["reason"], actor=actor, now=now)
        except Missing:
            raise Http404 from None
        except Refused as refused:
            form.add_error(None, ValidationError(refusals.say(refused), code=refused.code))
        else:
            told = _("The legal hold is lifted.") if found.legal_hold else _("The file is under a legal hold.")
            messages.success(request, told)
            return HttpResponseRedirect(reverse("ops:keeping", args=[found.number]))
    shown = shell.around(
        desk,
        "keeping",
        case=found,
        form=form,
        until=kept_until(found),
        history=found.legal_holds.select_related("placed_by", "lifted_by").order_by("-placed_at", "-id")[:MOST],
    )
    return render(request, "ops/keeping.html", shown, status=422 if form.errors else 200)


def kept_until(case: Case) -> datetime | None:
    """The day on which a closed case is erased, by the rules it was filed under; ``None`` while it is open."""
    days = rulebook.rules(case.procedure_rules_id).thresholds.keep_days
    return case.closed_at + timedelta(days=days) if case.closed_at is not None else None


def requests(request: HttpRequest) -> HttpResponse:
    """GET: requests to be forgotten, those that wait first. POST: a new one."""
    desk = shell.enter(request)
    form = RequestForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        person = _person(data["account"].strip())
        if person is None:
            form.add_error("account", _("Nobody is known by this name or number."))
        else:
            try:
                retention.propose(person, reference=data["reference"], actor=desk.actor, now=desk.now)
            except Refused as refused:
                form.add_error(form.field_of.get(refused.code), refusals.say(refused))
            else:
                messages.success(request, _("Proposed. A second person of operations decides."))
                return HttpResponseRedirect(reverse("ops:erasures"))
    rows = ErasureRequest.objects.select_related("person", "proposed_by", "decided_by")
    shown = shell.around(
        desk,
        "keeping",
        form=form,
        waiting=rows.filter(state=ErasureRequest.OPEN).order_by("proposed_at", "id")[:MOST],
        decided=[
            (row, STATES[row.state])
            for row in rows.exclude(state=ErasureRequest.OPEN).order_by("-decided_at", "-id")[:MOST]
        ],
        me=desk.actor.id,
    )
    return render(request, "ops/erasures.html", shown, status=422 if form.errors else 200)


@require_POST
def decide(request: HttpRequest, pk: int) -> HttpResponse:
    """Carry a request out, or do not."""
    desk = shell.enter(request)
    act: Callable[..., ErasureRequest] = (
        retention.approve if request.POST.get("decision") == "erase" else retention.decline
    )
    try:
        done = act(pk, actor=desk.actor, now=desk.now)
    except Missing:
        raise Http404 from None
    except Refused as refused:
        messages.error(request, refusals.say(refused))
    else:
        erased = _("Erased: the person, and what was said and handed in in {n} cases.").format(n=done.cases)
        messages.success(request, erased if done.state == ErasureRequest.DONE else _("The request is not carried out."))
    return HttpResponseRedirect(reverse("ops:erasures"))


def _person(account: str) -> int | None:
    """By the name to sign in with; else by a number that a feed knows exactly one person under."""
    named = User.objects.filter(username=account).values_list("pk", flat=True).first()
    if named is not None:
        return named
    known = list(User.objects.filter(identities__external_id=account).values_list("pk", flat=True).distinct()[:2])
    return known[0] if len(known) == 1 else None
