"""One page for each event that a person may cause: what will happen, the form, the act, and an honest answer to a no.

An area gives a registry of event → ``ActPage``, and a question: why is this act not open to this reader?
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.forms import FileField, HiddenInput, IntegerField, RadioSelect, Textarea, TextInput
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from common import money
from common.actor import Actor, Role
from common.errors import Missing, Refused
from disputes import labels, refusals
from disputes.lifecycle import LIFECYCLE, Event
from disputes.models import Case
from journal.kinds import HOUSE_ONLY
from web import awaited, drafts, fetch, navigation, reversed_roles, timeline
from web.forms import HouseForm

Text = str | Promise


class ActForm(HouseForm):
    """A form about one case under one hat. ``seen`` is the version of the case that its reader looked at."""

    seen = IntegerField(widget=HiddenInput)
    # Which field a refusal belongs to, where it belongs to one.
    field_of: Mapping[str, str] = {}
    # What the act itself has to say, instead of what its page says when it is done.
    told: str = ""

    def __init__(
        self, *args: Any, case: Case, actor: Actor, now: datetime, request: HttpRequest, **kwargs: Any
    ) -> None:
        self.case, self.actor, self.now, self.request = case, actor, now, request
        super().__init__(*args, **kwargs)
        self.fields["seen"].initial = case.version
        self.prepare()
        for widget in (made.widget for made in self.fields.values()):
            if isinstance(widget, RadioSelect):
                widget.attrs.setdefault("class", "radio")

    def prepare(self) -> None:
        """Fill choices and initial values from the case."""

    @property
    def seen_version(self) -> int:
        return int(self.cleaned_data["seen"])


@dataclass(frozen=True)
class ActPage:
    """One event as a page. ``run`` does the act; ``consequences`` are lines of (icon, text) beside the button.

    Where there is a ``check``, the form's button asks for it (``do=check``), and the page it leads to sends or goes back.
    """

    run: Callable[[Any], Any]
    form: type[ActForm] = ActForm
    lead: Text = ""
    consequences: Callable[[Case, Actor], list[tuple[str, Text]]] = lambda case, actor: []
    danger: bool = False
    done: Text = ""
    # Where its reader goes on, where that is not the case: they may not see it any more.
    onward: Callable[[Any], str] | None = None
    template: str = "case/act.html"
    upload: bool = False
    # What is shown once more before the act, and in which template; ``None`` of it: the form says what is wrong. It is
    # asked of a form that was cleaned and may be wrong already.
    check: Callable[[Any], dict[str, Any] | None] | None = None
    check_template: str = ""
    # What stands beside the form.
    beside: Callable[[Any], dict[str, Any]] = lambda form: {}


@dataclass(frozen=True)
class Closed:
    """That an act is not open to its reader: why, who can do it, and what they can do instead (label, address)."""

    refused: Refused
    people: list[str] = field(default_factory=list)
    instead: list[tuple[str, str]] = field(default_factory=list)
    amount: int = 0
    limit: int = 0

    @property
    def status(self) -> int:
        return 403 if self.refused.code in _NOT_YOU else 409


# Refusals that somebody else would not meet; all others are about where the case stands.
_NOT_YOU = frozenset(
    {
        "case_is_not_yours",
        "conflict_of_interest",
        "deadline_is_not_yours",
        "not_for_this_role",
        "over_your_limit",
        "own_ruling",
        "right_missing",
        "you_were_not_asked",
    }
)
WhyNot = Callable[[Case, Actor, Event, datetime, Mapping[str, str]], Closed | None]


def view(
    request: HttpRequest,
    number: str,
    event: str,
    *,
    roles: tuple[Role, ...],
    registry: Mapping[Event, ActPage],
    area: str,
    layout: str,
    why_not: WhyNot,
    context: Callable[[ActForm], dict[str, Any]] | None = None,
) -> HttpResponse:
    """GET: the page of the act, or why it is not open. POST: the act, then back to the case or where its page says.

    On a no, the page comes again with what was typed; where no second try could help, without the form but with the
    words. A case that moved on says what happened since.
    """
    actor = fetch.actor_or_404(request, *roles)
    case, now = fetch.case_and_now_or_404(number, actor)
    try:
        page = registry[Event(event)]
    except (ValueError, KeyError):
        raise Http404 from None
    if not any(edge.event == event and actor.role in edge.roles for edge in LIFECYCLE.edges):
        raise Http404
    home = reverse(f"{area}:case", args=[case.number])
    posted = request.method == "POST"
    closed = None if posted else why_not(case, actor, Event(event), now, request.GET)
    form = page.form(request.POST if posted else None, request.FILES or None, **_about(case, actor, now, request))
    changes: list[timeline.Line] = []
    status = 200
    asked = request.POST.get("do", "") if posted and page.check is not None else ""
    looked: dict[str, Any] | None = None
    if asked == "edit":
        # Back from the check: what was written stands in the form, and nothing is found wrong with it yet.
        form = _written_before(page, request, case, actor, now)
    elif asked == "check" and page.check is not None:
        form.is_valid()  # what the fields refuse and what the check finds is said together
        looked = page.check(form)
        status = 200 if looked is not None else 422
    elif posted:
        done = form.is_valid() and _run(page, form)
        if done:
            messages.success(request, form.told or str(page.done) or _done(Event(event)))
            return HttpResponseRedirect(home if page.onward is None else page.onward(form))
        status = 422
        case, now = fetch.case_and_now_or_404(number, actor)
        if form.has_error(NON_FIELD_ERRORS, "case_moved_on"):
            status, changes = 409, timeline.since(case, actor, form.seen_version)
        _look_at(form, case)
        closed = why_not(case, actor, Event(event), now, request.GET)
    else:
        drafts.restore(request, form)
    usual = labels.action(Event(event), in_kind=case.substitute > 0)
    verb = reversed_roles.of(case, reversed_roles.ACTIONS, Event(event), usual)
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
        "nav": [] if area == "buyer" else navigation.items(area, counts=awaited.counts(case)),
        "changes": changes,
        "now": now,
        "looked": looked,
    }
    if asked:
        closed = why_not(case, actor, Event(event), now, request.GET)
    if closed is not None:
        shown |= {
            **(context(form) if context else {}),
            "closed": closed,
            "reason": refusals.say(closed.refused),
            "typed": _typed(form),
            "amount_text": money.sign(case.currency) + money.text(closed.amount, case.currency),
            "limit_text": money.sign(case.currency) + money.text(closed.limit, case.currency),
        }
        return render(request, "case/closed.html", shown, status=closed.status)
    shown |= {
        "consequences": [{"icon": icon, "text": text} for icon, text in page.consequences(case, actor)],
        **page.beside(form),
        **(context(form) if context else {}),
    }
    return render(request, page.template if looked is None else page.check_template, shown, status=status)


def _done(event: Event) -> str:
    """What the house keeps to itself is not said to be in the record of both sides."""
    return _("Done.") if event.value in HOUSE_ONLY else _("Done. Both sides can see it in the record.")


def _written_before(page: ActPage, request: HttpRequest, case: Case, actor: Actor, now: datetime) -> ActForm:
    form = page.form(**_about(case, actor, now, request))
    for name, made in form.fields.items():
        if not isinstance(made, FileField):
            form.initial[name] = made.widget.value_from_datadict(request.POST, {}, name)
    return form


def _about(case: Case, actor: Actor, now: datetime, request: HttpRequest) -> dict[str, Any]:
    return {"case": case, "actor": actor, "now": now, "request": request}


def _run(page: ActPage, form: ActForm) -> bool:
    """Do the act. False: it was refused, and the form says why; nothing that was typed is lost."""
    try:
        page.run(form)
    except Missing:
        raise Http404 from None
    except Refused as refused:
        name = form.field_of.get(refused.code)
        error = ValidationError(refusals.say(refused), code=refused.code)
        form.add_error(name if name in form.fields else None, error)
        return False
    return not form.errors  # of several files some may have been taken and others not


def _look_at(form: ActForm, case: Case) -> None:
    """The next try is made against what the reader sees now; a version that cannot be read is worth no second error."""
    fresh = form.request.POST.copy()
    if form.has_error(NON_FIELD_ERRORS, "case_moved_on") or form.has_error("seen"):
        fresh["seen"] = str(case.version)
    form.data = fresh


def _typed(form: ActForm) -> list[tuple[str, str]]:
    """The words of a form that cannot be sent any more, so that its writer can take them elsewhere."""
    fields = [form[name] for name, made in form.fields.items() if isinstance(made.widget, Textarea | TextInput)]
    shown = form.is_bound or form.restored
    return [(str(bound.label), str(bound.value())) for bound in fields if bound.value()] if shown else []
