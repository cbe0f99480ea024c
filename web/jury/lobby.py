"""J1: the one case that waits for this juror, or what is still missing before there can be one. Never a list of cases."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.forms import ChoiceField, RadioSelect
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from common.errors import Missing, Refused
from common.ids import PLATFORM_ZONE
from disputes import refusals
from jury import jurors, seats, standing
from jury.models import Seat
from jury.sortition import Background
from rulebook import queries as rulebook
from web.forms import HouseForm
from web.jury import shell
from web.jury.shell import Reader

STEPS = {
    "real_name_missing": gettext_lazy("The platform confirms your real name"),
    "known_too_shortly": gettext_lazy("Known in the marketplace for 90 days"),
    "exam_missing": gettext_lazy("Pass the practice cases: four of five right"),
}
AGAIN = {
    "hasty": gettext_lazy(
        "Three times you voted against the others without time to look. Take the practice cases once more."
    ),
    "controls": gettext_lazy("Two practice cases went wrong. Take all five once more, then you are drawn again."),
}


class JoinForm(HouseForm):
    """Which eyes somebody looks with: half of every jury are buyers, half are merchants."""

    field_of = {"works_for_no_shop": "background"}
    background = ChoiceField(
        label=gettext_lazy("You know the marketplace mostly as"),
        choices=[
            (Background.BUYER.value, gettext_lazy("a buyer")),
            (Background.MERCHANT.value, gettext_lazy("a merchant")),
        ],
        widget=RadioSelect(attrs={"class": "radio"}),
    )


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """What is next for this reader."""
    reader = shell.enter(request)
    juror = reader.juror
    if juror is None or juror.left_at is not None:
        return HttpResponseRedirect(reverse("jury:join"))
    missing = jurors.lacks(juror, reader.now)
    offered = seats.mine(reader.user_id, reader.now) if reader.sits and not missing else None
    week = reader.now - timedelta(days=7)
    again_at = jurors.exam_opens_at(juror) if missing and juror.passed_at is None else None
    shown = shell.around(
        reader,
        "lobby",
        juror=juror,
        suspended=juror.suspended_at is not None,
        steps=[(text, code not in missing) for code, text in STEPS.items()] if missing else [],
        in_office=reader.sits,
        may_try=(may_try := juror.passed_at is None and (again_at is None or again_at <= reader.now)),
        not_yet=_not_yet(again_at) if not may_try and again_at is not None else "",
        again=AGAIN.get(juror.learning, ""),
        practice=reader.sits and not missing and seats.owes_control(juror),
        offer=_offer(offered, reader) if offered is not None else None,
        asked=Seat.objects.filter(juror=juror, summoned_at__gt=week).count(),
        most=standing.SEATS_A_WEEK,
        rule=_rule_of_the_day(reader),
    )
    return render(request, "jury/lobby.html", shown)


def _not_yet(again_at: datetime) -> str:
    return refusals.say(Refused("exam_too_soon", again_at=again_at.isoformat()))


def join(request: HttpRequest) -> HttpResponse:
    """What sitting means, and the way to offer oneself."""
    reader = shell.enter(request)
    form = JoinForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            jurors.volunteer(background=Background(form.cleaned_data["background"]), actor=reader.actor, now=reader.now)
        except Refused as refused:
            name = form.field_of.get(refused.code)
            form.add_error(name, ValidationError(refusals.say(refused), code=refused.code))
        else:
            messages.success(request, _("Thank you. This is what comes next."))
            return HttpResponseRedirect(reverse("jury:lobby"))
    shown = shell.around(reader, "lobby", form=form)
    return render(request, "jury/join.html", shown, status=422 if form.errors else 200)


@require_POST
def leave(request: HttpRequest) -> HttpResponse:
    """Sit no more. What one has learnt stays, for whoever comes back."""
    reader = shell.enter(request)
    try:
        jurors.leave(actor=reader.actor, now=reader.now)
    except Missing:
        raise Http404 from None
    messages.success(request, _("You are drawn no more. Thank you for sitting."))
    return HttpResponseRedirect(reverse("jury:join"))


def _offer(seat: Seat, reader: Reader) -> dict[str, Any]:
    """The card: no name, no sum, nothing to choose by. How many votes are still needed is not on it: a vote ends as soon as
    nothing can change it, so that one which goes on would tell the last of its jurors how close it is.
    """
    panel, case = seat.panel, seat.panel.case
    things = seats.items(case.dossier_id, reader.now).count()
    assert reader.juror is not None
    return {
        "token": seat.token,
        "type": str(rulebook.rules(case.substance_rules_id).type(case.type_code).name),
        "minutes": 2 + things,
        "things": things,
        "people": panel.size,
        "until": seat.expires_at,
        "sits": seat.state == Seat.SITTING,
        "skips": seats.skips_left(reader.juror, reader.now),
    }


def _rule_of_the_day(reader: Reader) -> Any:
    """One clause in plain words, another one every day of the platform."""
    rules = rulebook.rules(rulebook.in_force(rulebook.default_profile(), reader.now).pk)
    clauses = [rules.clause(number) for number in sorted(rules.clauses)]
    return clauses[reader.now.astimezone(PLATFORM_ZONE).toordinal() % len(clauses)]
