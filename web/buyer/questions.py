"""B5: the claim, one question a page. Every page is a form that is kept as it is typed; none of them sends anything.

A page says what is wrong where it is wrong, keeps what was typed all the same, and goes on once it holds.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.forms import CharField, ChoiceField, Field, HiddenInput, RadioSelect, Textarea, TextInput
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from accounts.models import User
from common.actor import Actor, Role
from common.errors import Missing, Refused
from disputes import drafts, refusals, statements
from disputes.drafts import Elsewhere, Saved
from notifications import preferences
from rulebook import asking
from rulebook.asking import Question
from rulebook.schema import Payer, Remedy
from web import asked as asked_for
from web import courtesy, fetch, sums, wording
from web import drafts as kept
from web.buyer.claim import FIELDS, POINTS, Written
from web.buyer.filing import address, away, saved_text, written_or_away
from web.buyer.settings import NoticesForm, notices_now
from web.fields import amount_field
from web.forms import QuestionForm

Text = str | Promise
QUESTIONS = ("what", "which", "late", "points", "story", "want", "contact")
WHY: dict[str, Text] = {
    "what": gettext_lazy("What you have to show, and until when, follows from it."),
    "which": gettext_lazy("What you have to show, and until when, follows from it."),
    "late": gettext_lazy("You asked the merchant after the time for it. We check this before anything else."),
    "points": gettext_lazy("Evidence, answers and the ruling hang on these statements, each by itself."),
    "story": gettext_lazy("The arbitrator reads this first. The merchant reads it too."),
    "want": gettext_lazy("The ruling can give less than this, and never more."),
    "contact": gettext_lazy("The merchant never sees it."),
}
# What fields are called where another device has changed them.
NAMES: dict[str, Text] = {
    "what": gettext_lazy("What happened"),
    "which": gettext_lazy("What happened"),
    "exception": gettext_lazy("Why it can still be filed"),
    "story": gettext_lazy("What happened, in order"),
    "remedy": gettext_lazy("What you want"),
    "amount": gettext_lazy("Amount"),
}
PROMPTS: tuple[Text, ...] = (
    gettext_lazy("When was it?"),
    gettext_lazy("What did you see?"),
    gettext_lazy("What did the merchant say?"),
)
COURTESY: dict[str, Text] = {
    "insult": gettext_lazy("This may get in the way of being read. Would you put it another way?"),
    "number": gettext_lazy("There is a telephone number in it. The merchant reads what you write."),
}
PAYERS: dict[Payer, Text] = {
    Payer.BUYER: gettext_lazy("you pay it"),
    Payer.MERCHANT: gettext_lazy("the merchant pays it"),
    Payer.AT_FAULT: gettext_lazy("whoever is at fault pays it"),
    Payer.AS_ORIGINAL: gettext_lazy("it is paid as before the return"),
}


class BuyersForm(QuestionForm):
    """Where a window is over, the page has the exceptions to it."""

    def words(self, refused: Refused) -> str:
        return _("Choose which exception applies.") if refused.code == "out_of_window" else super().words(refused)


def question(request: HttpRequest, number: str, step: str) -> HttpResponse:
    """GET: the page. POST: keep, and go on if it holds. With ``X-Draft`` a script keeps what was typed so far."""
    actor = fetch.actor_or_404(request, Role.BUYER)
    if step not in QUESTIONS:
        raise Http404
    found = written_or_away(request, number, actor)
    if isinstance(found, HttpResponse):
        return found
    written, now = found
    if request.method != "POST":
        if step not in written.steps():
            return HttpResponseRedirect(reverse("buyer:filing", args=[number]))
        form = BuyersForm(_MADE[step](written))
        kept.restore(request, form)
        return _page(request, written, step, form, now)
    try:
        saved = keep(written, step, request, actor, now)
    except Missing:
        return away(request, fetch.case_or_404(number, actor))
    written = Written(written.case, saved.draft)
    by_script = bool(request.headers.get(kept.BY_SCRIPT))
    for one in saved.elsewhere:
        # What a script replaced is told on the next page: it has been replaced by then, and nobody would find it again.
        if (one.field in NAMES or one.field in POINTS) and not (by_script and one.kept):
            messages.info(request, _elsewhere(written, one, now))
    if by_script:
        return HttpResponse(_told(saved, now), content_type="text/plain; charset=utf-8")
    typed = request.POST.copy()
    for one in saved.elsewhere:
        if one.kept:
            typed[one.field] = one.text  # shown as it stands, lest the next try undo it
    form = BuyersForm(_MADE[step](written), typed)
    form.say(written.problems(step))
    if step == "contact" and form.is_valid():
        _keep_notices(request, form, actor)
    if form.errors:
        return _page(request, written, step, form, now, status=422)
    return HttpResponseRedirect(onward(request, written, step))


def _keep_notices(request: HttpRequest, form: BuyersForm, actor: Actor) -> None:
    """How one is reached holds for all cases, so that it is kept where the settings keep it."""
    notices = NoticesForm(request.POST)
    if not notices.is_valid():
        return
    try:
        preferences.keep(actor.id or 0, notices.wanted(preferences.of(actor.id or 0)))
    except Refused as refused:
        form.add_error(NoticesForm.field_of[refused.code], refusals.say(refused))


def keep(written: Written, step: str, request: HttpRequest, actor: Actor, now: datetime) -> Saved:
    """What was typed into the fields of this page, with the marks of what it had shown."""
    posted = request.POST
    # A browser sends line breaks as two characters; what is kept, counted and compared has one.
    typed = {name: posted[name].replace("\r\n", "\n") for name in FIELDS[step] if name in posted}
    read = {name: posted.get(f"read_{name}", "") for name in FIELDS[step]}
    shown = {name: posted[f"shown_{name}"] for name in FIELDS[step] if f"shown_{name}" in posted}
    page = posted.get("page", "")[:40]
    return drafts.save(written.case.pk, typed, read=read, shown=shown, page=page, actor=actor, now=now)


def onward(request: HttpRequest, written: Written, step: str) -> str:
    """The page that follows; whoever came from the last look goes back to it as soon as nothing else is open."""
    if "check" not in request.GET:
        return address(written.case, written.after(step))
    left = written.open_steps()
    return f"{address(written.case, left[0])}?check" if left else address(written.case, "")


def marks(written: Written, step: str) -> dict[str, str]:
    """What the page carries along, so that two devices do not undo each other: what was said, and what it shows there."""
    read = {f"read_{name}": drafts.mark(written.said(name)) for name in FIELDS[step] if written.has(name)}
    fields = BuyersForm(_MADE[step](written)).fields
    shown = {f"shown_{name}": drafts.mark(str(fields[name].initial or "")) for name in FIELDS[step] if name in fields}
    return {"page": secrets.token_hex(8), **read, **shown}


def _page(
    request: HttpRequest, written: Written, step: str, form: BuyersForm, now: datetime, *, status: int = 200
) -> HttpResponse:
    case = written.case
    steps = written.steps()
    place = steps.index(step) if step in steps else 0
    before = address(case, steps[place - 1]) if place else reverse("buyer:filing", args=[case.number])
    shown = {
        "now": now,
        "case": case,
        "form": form,
        "step": step,
        "title": _title(written, step),
        "why": WHY[step],
        "notes": _notes(written, step),
        "prompts": PROMPTS if step == "story" else (),
        "courtesy": _courtesy(written) if step == "story" else [],
        "insults": "|".join(courtesy.INSULTS),
        "single": len(form.fields) == 1,
        "place": written.place_text(step),
        "hidden": marks(written, step),
        "saved": saved_text(written, now),
        "before": before,
        "back": reverse("buyer:filing", args=[case.number]),
        "back_label": _("All tasks"),
        "top_title": _("Ask the platform to step in"),
        "to_check": "check" in request.GET,
    }
    return render(request, "buyer/question.html", shown, status=status)


# --- the fields of each page --------------------------------------------------------------------------------------


def _radio(choices: list[tuple[str, Any]], initial: str, label: Any = "") -> dict[str, Any]:
    return {"choices": choices, "initial": initial, "label": label, "widget": RadioSelect(attrs={"class": "radio"})}


def _choices(question: Question | None) -> list[tuple[str, Any]]:
    found = question.choices if question is not None else ()
    return [(one.code, _with_hint(str(one.text), str(one.hint) if one.hint else "")) for one in found]


def _with_hint(text: str, hint: str) -> Any:
    return format_html("{} <small>{}</small>", text, hint) if hint else text


def _what(written: Written) -> dict[str, Field]:
    likely = written.said("what", written.asking.way_to(written.case.type_code)[0])
    return {"what": ChoiceField(**_radio(_choices(written.asking.first), likely, _("What happened")))}


def _which(written: Written) -> dict[str, Field]:
    asked = written.asking.follow_up(written.said("what"))
    usual = written.asking.way_to(written.case.type_code)
    likely = written.said("which", usual[1] if usual[0] == written.said("what") else "")
    label = str(asked.text) if asked is not None else ""
    return {"which": ChoiceField(**_radio(_choices(asked), likely, label))}


def _late(written: Written) -> dict[str, Field]:
    choices = [(one.code, _with_hint(str(one.name), str(one.text))) for one in written.exceptions]
    return {"exception": ChoiceField(**_radio(choices, written.said("exception"), _("Why it can still be filed")))}


def _points(written: Written) -> dict[str, Field]:
    made: dict[str, Field] = {}
    for place, (name, text) in enumerate(written.points.items(), start=1):
        made[name] = CharField(
            label=_("Point %(number)s") % {"number": place},
            initial=text,
            max_length=drafts.LONGEST,
            widget=TextInput(attrs={"autocomplete": "off"}),
        )
    made["points_for"] = CharField(widget=HiddenInput, initial=written.likely)
    return made


def _story(written: Written) -> dict[str, Field]:
    field = CharField(
        label=_("What happened, in order"),
        help_text=_("At most %(most)s characters.") % {"most": statements.LONGEST},
        max_length=drafts.LONGEST,
        initial=written.story,
        widget=Textarea(attrs={"rows": 7, "data-max": statements.LONGEST}),
    )
    return {"story": field}


def _what_it_is(remedy: Remedy) -> str:
    """The rules say to an arbitrator that a ground must be recorded; to a buyer, that there must be one."""
    return _("Money back, the goods stay with you; only on a ground named above") if remedy.gated else str(remedy.what)


def _want(written: Written) -> dict[str, Field]:
    case = written.case
    choices = [
        (remedy.code, _with_hint(asked_for.remedy_name(written.case, remedy), _what_it_is(remedy)))
        for remedy in written.remedies
    ]
    amount = amount_field(_("Amount"))
    amount.currency, amount.initial = case.currency, written.amount_text
    amount.help_text = sums.at_most(case.paid, case.line.paid, case.currency)
    if not all(remedy.pays for remedy in written.remedies):
        amount.help_text += _(". For anything but money: what it is worth; that is owed if it is not done")
    return {"remedy": ChoiceField(**_radio(choices, written.remedy, _("What you want"))), "amount": amount}


def _contact(written: Written) -> dict[str, Field]:
    chosen = notices_now(written.case.buyer_id)
    asked = NoticesForm(initial=chosen).fields
    for name, field in asked.items():
        field.initial = chosen[name]
    return {**asked, "contact": CharField(widget=HiddenInput, initial="1")}


_MADE: dict[str, Callable[[Written], dict[str, Field]]] = {
    "what": _what,
    "which": _which,
    "late": _late,
    "points": _points,
    "story": _story,
    "want": _want,
    "contact": _contact,
}


# --- the words beside them ----------------------------------------------------------------------------------------


def _title(written: Written, step: str) -> str:
    match step:
        case "which":
            asked = written.asking.follow_up(written.said("what"))
            return str(asked.text) if asked is not None else _("What happened")
        case "late":
            return _("Why can it still be filed?")
        case "points":
            return _("What should be decided?")
        case "story":
            return _("What happened, in order?")
        case "want":
            return _("What do you want?")
        case "contact":
            return _("How do we reach you?")
    return _("What happened?")


def _notes(written: Written, step: str) -> list[str]:
    """What the rules say to this page, in plain words."""
    kind = written.rules.type(written.likely)
    match step:
        case "points":
            chain = [str(text) for text in asking.burden_of_buyer(kind, written.case.order.state)]
            shown = pgettext("between sentences", "; ").join(chain)
            return [_("By the rules you have to show: %(what)s") % {"what": shown}] if shown else []
        case "story" if not written.has("story") and written.story:
            return [_("This is what you told the merchant. Change it or add to it.")]
        case "want":
            return _about_remedies(written, written.remedies)
        case "contact":
            return _reached(written.case.buyer)
    return []


def _about_remedies(written: Written, remedies: list[Remedy]) -> list[str]:
    kind = written.rules.type(written.likely)
    found = []
    if any(remedy.gated for remedy in remedies):
        grounds = [str(written.rules.ground(code).name) for code in kind.grounds]
        named = pgettext("between alternatives", ", ").join(grounds)
        found.append(_("A refund without return needs a ground: %(grounds)s") % {"grounds": named})
    if any(remedy.returns for remedy in remedies) and kind.freight.win in PAYERS:
        said = {"win": PAYERS[kind.freight.win], "lose": PAYERS.get(kind.freight.lose, PAYERS[Payer.BUYER])}
        found.append(_("Freight of the return: if you are right, %(win)s; if not, %(lose)s") % said)
    return found


def _reached(user: User) -> list[str]:
    found = [_("Always: messages on this site")]
    if user.email:
        found.append(_("E-mail: %(address)s") % {"address": wording.masked_email(user.email)})
    return found


def _courtesy(written: Written) -> list[dict[str, Any]]:
    """Both remarks, with whether they are met: a script shows the others as soon as they are."""
    met = courtesy.remarks(written.story)
    return [{"code": code, "text": text, "met": code in met} for code, text in COURTESY.items()]


def _told(saved: Saved, now: datetime) -> str:
    """What the line beside the form says after a script has saved."""
    at = {"at": wording.moment(now, now)}
    if any(not one.kept for one in saved.elsewhere):
        return _("Saved %(at)s; it replaces what another device wrote") % at
    if saved.elsewhere:
        return _("Another device has changed this page; load it again")
    return _("Saved %(at)s") % at


def _elsewhere(written: Written, one: Elsewhere, now: datetime) -> str:
    name = NAMES.get(one.field) or (
        _("Point %(number)s") % {"number": POINTS.index(one.field) + 1} if one.field in POINTS else _("An answer")
    )
    said = {"field": name, "at": wording.moment(one.at, now), "text": _as_read(written, one) or _("nothing")}
    if one.kept:
        return _("“%(field)s” was changed on another device (%(at)s). That stands now: %(text)s") % said
    return (
        _("“%(field)s” was also changed on another device (%(at)s). Yours stands now; there it said: %(text)s") % said
    )


def _as_read(written: Written, one: Elsewhere) -> str:
    """What stands in a field, as its page words it: a choice is kept as a code that nobody has seen."""
    asked = written.asking.follow_up(written.said("what"))
    names: dict[str, Any] = {}
    match one.field:
        case "what":
            names = (
                {choice.code: choice.text for choice in written.asking.first.choices} if written.asking.first else {}
            )
        case "which":
            names = {choice.code: choice.text for choice in asked.choices} if asked is not None else {}
        case "exception":
            names = {code: str(reason.name) for code, reason in written.rules.window_exceptions.items()}
        case "remedy":
            names = {remedy.code: asked_for.remedy_name(written.case, remedy) for remedy in written.remedies}
    return str(names.get(one.text, one.text))
