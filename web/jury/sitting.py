"""J3 and J5: one case without names, everything looked at, one sealed vote; or stepping aside. Works without scripts.

An exhibit is opened by a button, because that it was looked at is kept; the page comes back where it was. Knows what the
juror's own seat shows, and nothing of anybody else's vote.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.forms import CharField, CheckboxSelectMultiple, ChoiceField, MultipleChoiceField, RadioSelect, Textarea
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_POST, require_safe

from common.errors import Missing, Refused
from disputes import labels, refusals
from evidence.models import Exhibit
from jury import brief, seats, standing
from jury.brief import Brief, Thing
from jury.models import Seat
from web import media, records
from web.forms import HouseForm
from web.jury import over, shell
from web.jury.shell import Reader

REASONS = [
    ("knows_somebody", gettext_lazy("I know somebody in this case, or think I do")),
    ("knows_the_case", gettext_lazy("I have read or heard about this case before")),
    ("cannot_judge", gettext_lazy("I cannot judge this kind of thing, or it is too close to me")),
]


class TieForm(HouseForm):
    tied = ChoiceField(
        label=gettext_lazy("Could this be a case of somebody you know, or of a shop you bought from or work for?"),
        choices=[("no", gettext_lazy("No, not that I know")), ("yes", gettext_lazy("Yes, or I am not sure"))],
        widget=RadioSelect(attrs={"class": "radio"}),
    )


class RecuseForm(HouseForm):
    reason = ChoiceField(label=gettext_lazy("Why"), choices=REASONS, widget=RadioSelect(attrs={"class": "radio"}))


class VoteForm(HouseForm):
    """A side or none, and what decides it: things, or words, or both."""

    field_of = {
        "choice_unknown": "choice",
        "too_many_decisive": "decisive",
        "reason_or_items": "reason",
        "text_too_long": "reason",
    }
    choice = ChoiceField(label=gettext_lazy("Your vote"), widget=RadioSelect(attrs={"class": "radio"}))
    decisive = MultipleChoiceField(
        label=gettext_lazy("What decides it"),
        help_text=gettext_lazy("One to three. Or write a reason below."),
        required=False,
        widget=CheckboxSelectMultiple,
    )
    reason = CharField(
        label=gettext_lazy("Your reason"),
        help_text=gettext_lazy("At least 10 characters if you ticked nothing. Both sides read it without your name."),
        required=False,
        max_length=2 * standing.LONGEST_REASON,
        widget=Textarea(attrs={"rows": 3, "data-max": standing.LONGEST_REASON}),
    )

    def __init__(self, *args: Any, about: Brief, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        first, second = (party.label for party in about.parties)
        support = _("For %(side)s")
        self.fields["choice"].choices = [  # type: ignore[attr-defined]
            (seats.FIRST, support % {"side": first}),
            (seats.SECOND, support % {"side": second}),
            (seats.UNSURE, _("Cannot tell")),
        ]
        self.fields["decisive"].choices = [  # type: ignore[attr-defined]
            (str(thing.row.pk), f"{thing.number} {thing.name or _kind_of(thing.row)}") for thing in about.things
        ]
        if not about.things:
            del self.fields["decisive"]

    def vote(self) -> dict[str, Any]:
        data = self.cleaned_data
        return {
            "choice": data.get("choice", ""),
            "reason": data.get("reason", ""),
            "decisive": [int(pk) for pk in data.get("decisive", [])],
        }


@cache_control(private=True, no_store=True)
def page(request: HttpRequest, token: str) -> HttpResponse:
    """GET: the case, or what became of it. POST: an exhibit is opened, what is written is kept, or the vote is cast.

    Kept by no browser, and a POST leads to a page that can be asked for again: going back after the vote shows it is in.
    """
    reader, seat = _own(request, token)
    if seat.state == Seat.SUMMONED and seats.mine(reader.user_id, reader.now) == seat:
        return HttpResponseRedirect(reverse("jury:come", args=[token]))
    if not _is_open(seat, reader):
        return over.page(request, reader, seat)
    if request.method != "POST":
        about = brief.of(seat, now=reader.now)
        return _show(request, reader, seat, about, VoteForm(initial=seats.penned(seat), about=about))
    do = request.POST.get("do", "")
    if do.startswith("open-"):
        return _open(request, reader, seat, do.removeprefix("open-"))
    return _send(request, reader, seat) if do == "send" else _pen(request, reader, seat)


@cache_control(private=True, no_store=True)
@require_safe
def check(request: HttpRequest, token: str) -> HttpResponse:
    """What is written, once more before it is sealed; with what is not right yet, where something is not."""
    reader, seat = _own(request, token)
    written = seats.penned(seat)
    if not written or not _is_open(seat, reader):
        return HttpResponseRedirect(reverse("jury:case", args=[token]))
    about = brief.of(seat, now=reader.now)
    form = VoteForm(written, about=about)
    if not form.is_valid() or _problem(form, about) is not None:
        return _wrong(request, reader, seat, about, form)
    return _confirm(request, reader, seat, form, about)


def come(request: HttpRequest, token: str) -> HttpResponse:
    """The question about ties, before anything of the case is shown."""
    reader, seat = _own(request, token)
    if seat.state != Seat.SUMMONED or seats.mine(reader.user_id, reader.now) != seat:
        return HttpResponseRedirect(reverse("jury:case", args=[token]))
    form = TieForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        tied = form.cleaned_data["tied"] == "yes"
        done = _tried(request, form, lambda: seats.come(token, tied=tied, actor=reader.actor, now=reader.now))
        if done and tied:
            messages.success(request, _("You stepped back. It counts against nobody; somebody else gets the case."))
            return HttpResponseRedirect(reverse("jury:lobby"))
        if done:
            return HttpResponseRedirect(reverse("jury:case", args=[token]))
    shown = shell.around(
        reader,
        "lobby",
        form=form,
        title=_("Before you begin"),
        verb=_("Continue"),
        consequences=[
            ("timer", _("From now on you have six hours. Most need ten minutes.")),
            ("eye-off", _("You see no names, no shop and no price, and nobody sees who voted how.")),
        ],
        back=reverse("jury:lobby"),
        top_title=_("Before you begin"),
    )
    return render(request, "jury/dialog.html", shown, status=422 if form.errors else 200)


@cache_control(private=True, no_store=True)
@require_safe
def slip(request: HttpRequest, token: str) -> HttpResponse:
    """What this juror committed to, once it has been opened."""
    _reader, seat = _own(request, token)
    return over.slip(seat)


@require_POST
def skip(request: HttpRequest, token: str) -> HttpResponse:
    """Somebody else gets it."""
    reader, _seat = _own(request, token)
    try:
        seats.skip(token, actor=reader.actor, now=reader.now)
    except Missing:
        raise Http404 from None
    except Refused as refused:
        messages.error(request, refusals.say(refused))
    else:
        messages.success(request, _("Skipped. Somebody else gets this case."))
    return HttpResponseRedirect(reverse("jury:lobby"))


def recuse(request: HttpRequest, token: str) -> HttpResponse:
    """Stepping aside for one of three reasons."""
    reader, seat = _own(request, token)
    if seat.state not in Seat.OPEN:
        return HttpResponseRedirect(reverse("jury:case", args=[token]))
    form = RecuseForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        reason = form.cleaned_data["reason"]
        if _tried(request, form, lambda: seats.recuse(token, reason=reason, actor=reader.actor, now=reader.now)):
            messages.success(request, _("You stepped back. It counts against nobody; somebody else gets the case."))
            return HttpResponseRedirect(reverse("jury:lobby"))
    shown = shell.around(
        reader,
        "lobby",
        form=form,
        title=_("Step aside"),
        verb=_("Step aside"),
        consequences=[("circle-check", _("No skip is used up and nothing is noted against you."))],
        back=reverse("jury:lobby"),
        top_title=_("Step aside"),
    )
    return render(request, "jury/dialog.html", shown, status=422 if form.errors else 200)


# ----------------------------------------------------------------------------------------------------------------------


def _own(request: HttpRequest, token: str) -> tuple[Reader, Seat]:
    """One's own seat; anybody else's does not exist."""
    reader = shell.juror(request)
    if not (token.isascii() and token.isalnum()):  # the database refuses some characters, a NUL for one
        raise Http404
    own = Seat.objects.filter(token=token, juror__user_id=reader.user_id)
    seat = own.select_related("panel__case", "panel__question", "juror").first()
    if seat is None:
        raise Http404
    return reader, seat


def _is_open(seat: Seat, reader: Reader) -> bool:
    return seat.state == Seat.SITTING and seats.mine(reader.user_id, reader.now) == seat


def _open(request: HttpRequest, reader: Reader, seat: Seat, written: str) -> HttpResponse:
    if not (written.isascii() and written.isdigit() and len(written) <= 18):
        raise Http404
    try:
        opened = seats.open_item(seat.token, int(written), actor=reader.actor, now=reader.now)
    except Missing:
        raise Http404 from None
    except Refused as refused:
        messages.error(request, refusals.say(refused))
        return HttpResponseRedirect(reverse("jury:case", args=[seat.token]))
    return HttpResponseRedirect(reverse("jury:case", args=[seat.token]) + f"#thing-{opened.exhibit_id}")


def _tried(request: HttpRequest, form: HouseForm, act: Callable[[], Any]) -> bool:
    try:
        act()
    except Missing:
        raise Http404 from None
    except Refused as refused:
        form.add_error(None, ValidationError(refusals.say(refused), code=refused.code))
        return False
    return True


def _add(form: VoteForm, refused: Refused) -> None:
    name = form.field_of.get(refused.code)
    form.add_error(name if name in form.fields else None, ValidationError(refusals.say(refused), code=refused.code))


def _problem(form: VoteForm, about: Brief) -> Refused | None:
    """What the act would refuse, said before the last look. The act asks again."""
    said = form.vote()
    if about.unopened:
        return Refused("items_unopened", left=about.unopened)
    if len(said["decisive"]) > standing.DECISIVE:
        return Refused("too_many_decisive", most=standing.DECISIVE)
    length = len(said["reason"].strip())
    if length > standing.LONGEST_REASON:
        return Refused("text_too_long", longest=standing.LONGEST_REASON, length=length)
    if not said["decisive"] and length < standing.SHORTEST_REASON:
        return Refused("reason_or_items", least=standing.SHORTEST_REASON)
    return None


def _pen(request: HttpRequest, reader: Reader, seat: Seat) -> HttpResponse:
    """Kept first, whatever it is, and judged by the page that comes then."""
    typed = _typed(request)
    try:
        seats.pen(seat.token, **typed, actor=reader.actor, now=reader.now)
    except Missing:
        raise Http404 from None
    except Refused as refused:
        about = brief.of(seat, now=reader.now)
        form = VoteForm(request.POST, about=about)
        form.is_valid()
        return _refused(request, reader, seat, about, form, refused)
    return HttpResponseRedirect(reverse("jury:check", args=[seat.token]))


def _send(request: HttpRequest, reader: Reader, seat: Seat) -> HttpResponse:
    about = brief.of(seat, now=reader.now)
    form = VoteForm(request.POST, about=about)
    if not form.is_valid():
        return _wrong(request, reader, seat, about, form)
    try:
        seats.vote(seat.token, **form.vote(), actor=reader.actor, now=reader.now)
    except Missing:
        raise Http404 from None
    except Refused as refused:
        return _refused(request, reader, seat, about, form, refused)
    return HttpResponseRedirect(reverse("jury:case", args=[seat.token]))


def _refused(
    request: HttpRequest, reader: Reader, seat: Seat, about: Brief, form: VoteForm, refused: Refused
) -> HttpResponse:
    if refused.code in ("seat_is_over", "already_voted"):
        messages.info(request, refusals.say(refused))
        return HttpResponseRedirect(reverse("jury:case", args=[seat.token]))
    _add(form, refused)
    return _show(request, reader, seat, about, form)


def _wrong(request: HttpRequest, reader: Reader, seat: Seat, about: Brief, form: VoteForm) -> HttpResponse:
    """All that is not right yet is said at once."""
    if set(form.errors) <= {"choice"} and (problem := _problem(form, about)) is not None:
        _add(form, problem)
    return _show(request, reader, seat, about, form)


def _typed(request: HttpRequest) -> dict[str, Any]:
    named = request.POST.getlist("decisive")
    return {
        "choice": request.POST.get("choice", ""),
        "reason": request.POST.get("reason", ""),
        "decisive": [int(pk) for pk in named if pk.isascii() and pk.isdigit() and len(pk) <= 18],
    }


def _show(request: HttpRequest, reader: Reader, seat: Seat, about: Brief, form: VoteForm) -> HttpResponse:
    shown = shell.around(
        reader,
        "lobby",
        seat=seat,
        about=about,
        issues=[
            {
                "text": issue.text,
                "stances": [(said.label, labels.STANCES[said.stance], said.text) for said in issue.stances],
            }
            for issue in about.issues
        ],
        things=[_thing(thing, about, reader) for thing in about.things],
        form=form,
        back=reverse("jury:lobby"),
        top_title=_("Public jury"),
    )
    return render(request, "jury/case.html", shown, status=422 if form.errors else 200)


def _thing(thing: Thing, about: Brief, reader: Reader) -> dict[str, Any]:
    """One exhibit: closed, only what it is; opened, all of it."""
    shown: dict[str, Any] = {"thing": thing, "kind": _kind_of(thing.row)}
    if thing.opened_at is None:
        return shown
    lines = records.lines(thing.row.content or {}, "CNY")
    who = {party.side[0]: party.label for party in about.parties}
    return {
        **shown,
        "media": media.of(thing.row, viewer=reader.user_id, now=reader.now),
        "lines": [(who.get(line.who, ""), about.said(line.text)) for line in lines],
    }


def _kind_of(row: Exhibit) -> str:
    return str(_KINDS.get(row.kind, ""))


_KINDS = {
    "image": pgettext_lazy("what a juror opens", "Photo"),
    "pdf": pgettext_lazy("what a juror opens", "Document"),
    "video": pgettext_lazy("what a juror opens", "Video"),
    "text": pgettext_lazy("what a juror opens", "Statement"),
    "chat": pgettext_lazy("what a juror opens", "Chat"),
}


def _confirm(request: HttpRequest, reader: Reader, seat: Seat, form: VoteForm, about: Brief) -> HttpResponse:
    said = form.vote()
    named = [
        f"{thing.number} {thing.name or _kind_of(thing.row)}"
        for thing in about.things
        if thing.row.pk in said["decisive"]
    ]
    shown = shell.around(
        reader,
        "lobby",
        seat=seat,
        question=about.question,
        choice=dict(form.fields["choice"].choices)[said["choice"]],  # type: ignore[attr-defined]
        reason=about.sealed(said["reason"]),
        named=named,
        hidden=[("choice", said["choice"]), ("reason", said["reason"]), *(("decisive", pk) for pk in said["decisive"])],
        back=reverse("jury:case", args=[seat.token]),
        top_title=_("Seal your vote"),
    )
    return render(request, "jury/confirm.html", shown)
