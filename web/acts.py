"""One page for each event that a person may cause: what will happen, the form, the act, and an honest answer to a no.

An area gives a registry of event → ``ActPage``. Whether a button is drawn is the table's business; this only asks.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.forms import HiddenInput, IntegerField, RadioSelect
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from common import clock
from common.actor import Actor, Role
from common.errors import Conflict, Missing, Refused
from disputes import labels, refusals
from disputes.lifecycle import LIFECYCLE, Event, State
from disputes.models import Case
from web import fetch, navigation
from web.forms import HouseForm

Text = str | Promise


class ActForm(HouseForm):
    """A form about one case under one hat. ``seen`` is the version of the case that its reader looked at."""

    seen = IntegerField(widget=HiddenInput)
    # Which field a refusal belongs to, where it belongs to one.
    field_of: Mapping[str, str] = {}

    def __init__(
        self, *args: Any, case: Case, actor: Actor, now: datetime, request: HttpRequest, **kwargs: Any
    ) -> None:
        self.case, self.actor, self.now, self.request = case, actor, now, request
        super().__init__(*args, **kwargs)
        self.fields["seen"].initial = case.version
        self.prepare()
        for field in self.fields.values():
            if isinstance(field.widget, RadioSelect):
                field.widget.attrs.setdefault("class", "radio")

    def prepare(self) -> None:
        """Fill choices and initial values from the case."""

    @property
    def seen_version(self) -> int:
        return int(self.cleaned_data["seen"])


@dataclass(frozen=True)
class ActPage:
    """One event as a page. ``run`` does the act; ``consequences`` are lines of (icon, text) beside the button."""

    run: Callable[[Any], Any]
    form: type[ActForm] = ActForm
    lead: Text = ""
    consequences: Callable[[Case, Actor], list[tuple[str, Text]]] = lambda case, actor: []
    danger: bool = False
    done: Text = ""
    template: str = "case/act.html"
    upload: bool = False


def view(
    request: HttpRequest,
    number: str,
    event: str,
    *,
    roles: tuple[Role, ...],
    registry: Mapping[Event, ActPage],
    area: str,
    layout: str,
    context: Callable[[ActForm], dict[str, Any]] | None = None,
) -> HttpResponse:
    """GET: the page of the act. POST: the act, then back to the case; on a no, the page again with what was typed."""
    actor = fetch.actor_or_404(request, *roles)
    case = fetch.case_or_404(number, actor)
    try:
        page = registry[Event(event)]
    except (ValueError, KeyError):
        raise Http404 from None
    now = clock.now()
    home = reverse(f"{area}:case", args=[case.number])
    open_now = Event(event) in LIFECYCLE.open_to(State(case.state), actor.role)
    if request.method != "POST" and not open_now:
        messages.warning(request, refusals.say(Refused("not_in_this_state")))
        return HttpResponseRedirect(home)
    data = request.POST if request.method == "POST" else None
    form = page.form(data, request.FILES or None, case=case, actor=actor, now=now, request=request)
    status = 200
    if request.method == "POST":
        if form.is_valid() and _run(page, form):
            messages.success(request, str(page.done) or _("Done. Both sides can see it in the record."))
            return HttpResponseRedirect(home)
        status = 409 if form.has_error(NON_FIELD_ERRORS, "case_moved_on") else 422
    verb = labels.action(Event(event), in_kind=case.substitute > 0)
    shown = {
        "form": form,
        "case": case,
        "page": page,
        "verb": verb,
        "event": event,
        "title": verb,
        "back": home,
        "top_title": verb,
        "layout": layout,
        "area_name": navigation.NAMES.get(area, ""),
        "home": navigation.home(area) if area in navigation.AREAS else home,
        "nav": [] if area == "buyer" else navigation.items(area),
        "consequences": [{"icon": icon, "text": text} for icon, text in page.consequences(case, actor)],
        "now": now,
        **(context(form) if context else {}),
    }
    return render(request, page.template, shown, status=status)


def _run(page: ActPage, form: ActForm) -> bool:
    """Do the act. False: it was refused, and the form says why; nothing that was typed is lost."""
    try:
        page.run(form)
    except Missing:
        raise Http404 from None
    except Conflict as conflict:
        # The next try is made against what the reader now sees.
        fresh = form.request.POST.copy()
        fresh["seen"] = str(conflict.data["now"])
        form.data = fresh
        form.add_error(None, ValidationError(refusals.say(conflict), code=conflict.code))
        return False
    except Refused as refused:
        field = form.field_of.get(refused.code)
        form.add_error(field if field in form.fields else None, refusals.say(refused))
        return False
    return True
