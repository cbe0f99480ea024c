"""What a person may set for themselves: the language of what they are told, and whether e-mail comes too."""

from __future__ import annotations

from django.contrib import messages
from django.forms import BooleanField, ChoiceField, RadioSelect
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts import people
from accounts.models import User
from common import clock
from common.actor import Role
from notifications import preferences
from web import fetch
from web.buyer import lists
from web.forms import HouseForm
from web.language import LANGUAGES


class SettingsForm(HouseForm):
    language = ChoiceField(
        label=gettext_lazy("Language"),
        choices=[(language.code, language.name) for language in LANGUAGES],
        widget=RadioSelect(attrs={"class": "radio"}),
    )
    email = BooleanField(label=gettext_lazy("Send me an e-mail as well"), required=False)


def index(request: HttpRequest) -> HttpResponse:
    """Saved, the page comes back in the language that was chosen."""
    actor = fetch.actor_or_404(request, Role.BUYER)
    user = request.user
    assert isinstance(user, User)
    now_set = {"language": user.language, "email": preferences.wants_email(user.pk)}
    form = SettingsForm(request.POST if request.method == "POST" else None, initial=now_set)
    if request.method == "POST" and form.is_valid():
        people.choose_language(user.pk, form.cleaned_data["language"])
        preferences.choose(user.pk, email=form.cleaned_data["email"])
        with translation.override(form.cleaned_data["language"]):
            messages.success(request, _("Saved."))
            return HttpResponseRedirect(reverse("buyer:settings"))
    shown = {"now": clock.now(), "nav": lists.nav(actor, ""), "form": form}
    return render(request, "buyer/settings.html", shown, status=422 if form.errors else 200)
