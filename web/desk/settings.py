"""How somebody of the bench likes the desk: keys, density, layout, and whether the next case opens by itself."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.forms import BooleanField, ChoiceField
from django.forms.boundfield import BoundField
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from arbitration import preferences
from arbitration.models import DeskSettings
from arbitration.preferences import Wanted
from common import clock
from common.errors import Missing, Refused
from disputes import refusals
from web.desk import keys, shell
from web.forms import HouseForm


class SettingsForm(HouseForm):
    """One field for each key, and the switches. A key that two actions share is said at the second of them."""

    keys_on = BooleanField(
        label=gettext_lazy("Single keys work on the page of a case"),
        help_text=gettext_lazy("Each of them has a button or a link as well. Keys never work while you type."),
        required=False,
    )
    compact = BooleanField(label=gettext_lazy("Denser lists and panes"), required=False)
    swapped = BooleanField(label=gettext_lazy("Decision on the left, claims on the right"), required=False)
    goes_on = BooleanField(
        label=gettext_lazy("Take the next case by itself once a ruling is out"),
        help_text=gettext_lazy("Only while you may take more."),
        required=False,
    )

    def __init__(self, data: Any = None, *, found: DeskSettings) -> None:
        codes = keys.remapped(found.keys)
        chosen = {f"key_{act}": code for act, code in codes.items()}
        switches = {name: getattr(found, name) for name in ("keys_on", "compact", "swapped", "goes_on")}
        super().__init__(data, initial=chosen | switches)
        for key in keys.KEYS:
            # Where the help lies by default it is asked for with Shift; anywhere else without.
            choices = [(code, keys.name(code, shift=key.shift and code == key.code)) for code in keys.CODES]
            self.fields[f"key_{key.act}"] = ChoiceField(label=str(key.label), choices=choices)

    def key_groups(self) -> list[tuple[str, list[BoundField]]]:
        """The fields of the keys as the help groups them."""
        return [
            (str(words), [self[f"key_{key.act}"] for key in keys.KEYS if key.group == group])
            for group, words in keys.GROUPS.items()
        ]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        taken: dict[str, str] = {}
        for key in keys.KEYS:
            code = data.get(f"key_{key.act}", "")
            if code and code in taken:
                said = _("%(key)s is taken by “%(other)s”. Choose another key.")
                self.add_error(f"key_{key.act}", said % {"key": keys.name(code), "other": taken[code]})
            taken.setdefault(code, str(key.label))
        return data

    def wanted(self) -> Wanted:
        """Only after ``is_valid``, or where every key goes back: then what was ticked beside them is kept with it."""
        data = self.cleaned_data
        codes = {} if self.data.get("do") == "usual" else {key.act: data[f"key_{key.act}"] for key in keys.KEYS}
        moved = any(code != key.code for key in keys.KEYS if (code := codes.get(key.act)))
        return Wanted(
            keys_on=data["keys_on"],
            keys=codes if moved else {},
            compact=data["compact"],
            swapped=data["swapped"],
            goes_on=data["goes_on"],
        )


@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest) -> HttpResponse:
    """GET: what is chosen. POST: it is kept; with ``do=usual`` every key goes back to where it lay."""
    actor = shell.reader(request)
    now = clock.now()
    found = preferences.of(actor.id)
    form = SettingsForm(request.POST if request.method == "POST" else None, found=found)
    if form.is_valid() or request.POST.get("do") == "usual":
        wanted = form.wanted()
    else:
        shown = {**shell.around(actor, "settings", now), "form": form}
        return render(request, "desk/settings.html", shown, status=422 if form.errors else 200)
    try:
        preferences.keep(wanted, actor=actor, now=now)
    except Missing:
        raise Http404 from None
    except Refused as refused:
        messages.warning(request, refusals.say(refused))
    else:
        messages.success(request, _("Kept."))
    return HttpResponseRedirect(reverse("desk:settings"))
