"""What a person may set: language, what comes by e-mail, when it is quiet; and their own data to take along."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.contrib import messages
from django.forms import ChoiceField, RadioSelect, Select
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from accounts import people
from accounts.models import User
from common import clock
from common.actor import Role
from common.errors import Missing, Refused
from disputes import refusals
from engine import personal
from notifications import preferences, trials
from notifications.preferences import Wanted
from notifications.quiet import Hours
from web import fetch, mailing
from web.buyer import lists
from web.forms import HouseForm
from web.language import LANGUAGES

ALL, MINE, NONE = "all", "mine", "none"
HOURS = [("", gettext_lazy("Never")), *((str(hour), f"{hour:02}:00") for hour in range(24))]


class NoticesForm(HouseForm):
    """How a person hears of things besides the site. Also asked while a claim is written."""

    field_of = {"quiet_hours_unreadable": "quiet_until"}
    email = ChoiceField(
        label=gettext_lazy("By e-mail as well"),
        choices=[
            (ALL, gettext_lazy("Everything that happens in my cases")),
            (MINE, gettext_lazy("Only what I have to do, reminders, and decisions")),
            (NONE, gettext_lazy("Nothing")),
        ],
        widget=RadioSelect(attrs={"class": "radio"}),
    )
    quiet_since = ChoiceField(label=gettext_lazy("Quiet from"), choices=HOURS, required=False, widget=Select)
    quiet_until = ChoiceField(
        label=gettext_lazy("Quiet until"),
        help_text=gettext_lazy(
            "E-mail waits until then, in Beijing time. What ends within 24 hours always comes at once."
        ),
        choices=HOURS,
        required=False,
        widget=Select,
    )

    def wanted(self, before: Wanted) -> Wanted:
        """``before``: what was chosen so far, of which this form does not show all.

        Raises ``Refused`` where only one end of the quiet is named.
        """
        data = self.cleaned_data
        since, until = data["quiet_since"], data["quiet_until"]
        if bool(since) != bool(until):
            raise Refused("quiet_hours_unreadable")
        quiet = Hours(int(since), int(until)) if since else None
        return replace(before, email=data["email"] != NONE, news=data["email"] == ALL, quiet=quiet)


class SettingsForm(NoticesForm):
    field_order = ("language",)
    language = ChoiceField(
        label=gettext_lazy("Language"),
        choices=[(language.code, language.name) for language in LANGUAGES],
        widget=RadioSelect(attrs={"class": "radio"}),
    )


def notices_now(user_id: int) -> dict[str, Any]:
    """What was chosen, as the fields of ``NoticesForm`` show it."""
    wanted = preferences.of(user_id)
    return {
        "email": NONE if not wanted.email else ALL if wanted.news else MINE,
        "quiet_since": str(wanted.quiet.since) if wanted.quiet else "",
        "quiet_until": str(wanted.quiet.until) if wanted.quiet else "",
    }


def index(request: HttpRequest) -> HttpResponse:
    """Saved, the page comes back in the language that was chosen."""
    actor = fetch.actor_or_404(request, Role.BUYER)
    user = request.user
    assert isinstance(user, User)
    chosen = {"language": user.language, **notices_now(user.pk)}
    form = SettingsForm(request.POST if request.method == "POST" else None, initial=chosen)
    if request.method == "POST" and form.is_valid():
        try:
            preferences.keep(user.pk, form.wanted(preferences.of(user.pk)))
        except Refused as refused:
            form.add_error(form.field_of[refused.code], refusals.say(refused))
        else:
            people.choose_language(user.pk, form.cleaned_data["language"])
            with translation.override(form.cleaned_data["language"]):
                messages.success(request, _("Saved."))
                return HttpResponseRedirect(reverse("buyer:settings"))
    now = clock.now()
    shown = {
        "now": now,
        "nav": lists.nav(actor, ""),
        "form": form,
        "mailing": mailing.of(user),
        "copy": personal.newest(user.pk, now),
    }
    return render(request, "buyer/settings.html", shown, status=422 if form.errors else 200)


@require_POST
def test_mail(request: HttpRequest) -> HttpResponse:
    """Ask for a test e-mail; it is sent in the background."""
    actor = fetch.actor_or_404(request, Role.BUYER)
    assert actor.id is not None
    try:
        trials.ask(actor.id, now=clock.now())
    except Refused as refused:
        messages.error(request, refusals.say(refused))
    else:
        messages.success(request, _("A test e-mail is on its way to you."))
    return HttpResponseRedirect(reverse("buyer:settings"))


@require_POST
def ask_copy(request: HttpRequest) -> HttpResponse:
    """Ask for one's own data; it is made in the background."""
    actor = fetch.actor_or_404(request, Role.BUYER)
    assert actor.id is not None
    try:
        personal.ask(actor.id, now=clock.now())
    except Missing:
        raise Http404 from None
    except Refused as refused:
        messages.error(request, refusals.say(refused))
    else:
        messages.success(request, _("Your copy is being made. You find it here in a few minutes."))
    return HttpResponseRedirect(reverse("buyer:settings"))


@require_safe
def take_copy(request: HttpRequest, token: str) -> HttpResponse:
    """The ZIP itself, for its owner only; every download is counted."""
    actor = fetch.actor_or_404(request, Role.BUYER)
    assert actor.id is not None
    if request.method == "HEAD":
        return HttpResponse(content_type="application/zip")
    try:
        body = personal.take(token, user_id=actor.id, now=clock.now())
    except Missing:
        raise Http404 from None
    reply = HttpResponse(body, content_type="application/zip")
    reply["Content-Disposition"] = 'attachment; filename="my-data.zip"'
    reply["Cache-Control"] = "no-store"
    return reply
