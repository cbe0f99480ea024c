"""B10: the buyer responds point by point, with the merchant's words and evidence beside, while something is awaited.

Files are taken whichever button is pressed and are named by their point; what is sent is one act.
"""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.forms import ChoiceField, RadioSelect
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from common.actor import Role
from common.errors import Missing, Refused
from disputes import intervention, labels, queries, refusals, submissions
from disputes.lifecycle import Event
from disputes.models import Point, PointAnswer
from disputes.submissions import Answer
from rulebook import queries as rulebook
from web import case_page, drafts, fetch, media, timeline, wording
from web.acts import ActForm
from web.case_page import ExhibitView
from web.fields import FilesField, words
from web.party import answering, closed, files
from web.selects import PlainSelect

EVENTS = (Event.MORE_EVIDENCE_HANDED_IN, Event.CLAIM_REBUTTED, Event.POINT_ANSWERED)
# What is sent by these ends the reader's turn.
_LAST: dict[Event, Any] = {
    Event.MORE_EVIDENCE_HANDED_IN: gettext_lazy(
        "The arbitrator asked for more. Answer what you can; what you leave open stays as it is."
    ),
    Event.CLAIM_REBUTTED: gettext_lazy(
        "Answer every point. After this the case goes to an arbitrator. If you do not answer, the file decides; your "
        "silence admits nothing."
    ),
}
WITH, AGAINST = "with", "against"
# To disagree with a merchant who agrees with the point is to dispute the point, and the other way round.
_OTHERWISE = {"agrees": "disputes"}


class RespondForm(ActForm):
    """Whether the buyer agrees with what the merchant says of each point, in which words, with which evidence."""

    field_of = {"text_too_long": "text", "text_missing": "text"}
    text = words(gettext_lazy("Anything to add"), required=False, rows=3)

    def prepare(self) -> None:
        self.rules = rulebook.rules(self.case.substance_rules_id)
        self.points = [point for point in queries.points(self.case) if _said(point) is not None]
        views = case_page.exhibits_for(self.case, self.actor, self.rules, self.now)
        self.mine = [view for view in views if view.mine and not view.withdrawn]
        self.theirs = {view.id: view for view in views if view.side == "m" and not view.withdrawn}
        for point in self.points:
            self._add(point, self._codes())

    def _add(self, point: Point, codes: list[tuple[str, str]]) -> None:
        number = {"number": point.number}
        standing = _answer(point, "buyer")
        self.fields[f"stance_{point.pk}"] = ChoiceField(
            label=_("Do you agree with the merchant on point %(number)s?") % number,
            choices=[(WITH, _("I agree")), (AGAINST, _("I do not agree"))],
            widget=RadioSelect(attrs={"class": "radio inline"}),
            required=False,
            initial=_as_said(point, standing),
        )
        self.fields |= answering.fields(point, standing, self.mine)
        self.fields[f"file_{point.pk}"] = FilesField(
            label=_("Photo, video or PDF for point %(number)s") % number, help_text=media.limits_text(), required=False
        )
        self.fields[f"code_{point.pk}"] = ChoiceField(
            label=_("What it shows"), choices=codes, widget=PlainSelect, required=False
        )

    def _codes(self) -> list[tuple[str, str]]:
        """What the rules ask a buyer for comes first."""
        kinds = self.rules.exhibits
        asked = [need.code for need in self.rules.type(self.case.type_code).needs("buyer", self.case.order.state)]
        given = [code for code in dict.fromkeys([*asked, *kinds]) if code in kinds]
        return [(c, str(kinds[c].name)) for c in given if not (kinds[c].automatic or kinds[c].platform_only)]

    def rows(self) -> list[dict[str, Any]]:
        """Each point: the merchant's words and evidence, and the fields beside them."""
        return [
            {
                "point": point,
                "theirs": _in_words(point),
                "shown": self._cited(point),
                "fields": [
                    self[name]
                    for kind in ("stance", "text", "exhibits")
                    if (name := f"{kind}_{point.pk}") in self.fields
                ],
                "file": self[f"file_{point.pk}"],
                "code": self[f"code_{point.pk}"],
                "bad_file": bool(self.errors.get(f"file_{point.pk}")) if self.is_bound else False,
            }
            for point in self.points
        ]

    def _cited(self, point: Point) -> list[ExhibitView]:
        answer = _answer(point, "merchant")
        return [self.theirs[pk] for pk in (answer.exhibits if answer else []) if pk in self.theirs]

    def answers(self) -> list[Answer]:
        """What was answered, as a stance on the point itself. Points that were left open are left out."""
        found = []
        for point in self.points:
            chosen = self.cleaned_data.get(f"stance_{point.pk}")
            theirs = _said(point)
            if chosen and theirs is not None:
                stance = theirs if chosen == WITH else _OTHERWISE.get(theirs, "agrees")
                exhibits = tuple(int(pk) for pk in self.cleaned_data.get(f"exhibits_{point.pk}", []))
                found.append(Answer(point.pk, stance, self.cleaned_data.get(f"text_{point.pk}", ""), exhibits))
        return found

    def weigh(self, event: Event) -> None:
        """What the act would refuse is said beside its point."""
        if event is Event.CLAIM_REBUTTED:
            for point in self.points:
                name = f"stance_{point.pk}"
                if not self.cleaned_data.get(name):
                    self.add_error(name, answering.unanswered(point, self.fields[name].choices))  # type: ignore[attr-defined]
        stances = {answer.point_id: answer.stance for answer in self.answers()}
        for point in self.points:
            text = self.cleaned_data.get(f"text_{point.pk}", "")
            if submissions.lacks_reason(point, "buyer", stances.get(point.pk, ""), text):
                self.add_error(f"text_{point.pk}", refusals.say(Refused("point_reason_missing", number=point.number)))
            if len(text) > submissions.LONGEST_ANSWER:
                long = Refused("text_too_long", longest=submissions.LONGEST_ANSWER, length=len(text))
                self.add_error(f"text_{point.pk}", refusals.say(long))
            elif event is not Event.CLAIM_REBUTTED and text.strip() and not self.cleaned_data.get(f"stance_{point.pk}"):
                self.add_error(f"stance_{point.pk}", _("Say whether you agree; your words are kept."))


def page(request: HttpRequest, number: str, event: Event) -> HttpResponse | None:
    """The page of the response, or ``None`` while it is not open or there is nothing to respond to point by point."""
    actor = fetch.actor_or_404(request, Role.BUYER)
    case, now = fetch.case_and_now_or_404(number, actor)
    if closed.why_not(case, actor, event, now, request.GET) is not None:
        return None
    about: dict[str, Any] = {"case": case, "actor": actor, "now": now, "request": request}
    data = request.POST.copy() if request.method == "POST" else None
    form = RespondForm(data, request.FILES or None, **about)
    if not form.points:
        return None
    if data is None:
        drafts.restore(request, form)
        return _show(form, event)
    refused = _take_in(form, data)
    if request.FILES:
        form = RespondForm(data, None, **about)
    if form.is_valid():
        form.weigh(event)
    for name, why in refused:
        form.add_error(name, why)
    if form.errors:
        return _show(form, event, status=422)
    if data.get("do") == "add":
        return _show(form, event)
    return _send(form, event)


def _take_in(form: RespondForm, data: Any) -> list[tuple[str, str]]:
    """Files become exhibits that are named by their point. Gives what was refused, by its field."""
    refused: list[tuple[str, str]] = []
    for point in form.points:
        chosen = form.request.FILES.getlist(f"file_{point.pk}")
        if not chosen:
            continue
        taken = files.take(form.case, chosen, code=data.get(f"code_{point.pk}", ""), actor=form.actor)
        refused += [(f"file_{point.pk}", why) for _refused, why in taken.refused]
        cited = [*data.getlist(f"exhibits_{point.pk}"), *(str(exhibit.pk) for exhibit in taken.exhibits)]
        data.setlist(f"exhibits_{point.pk}", list(dict.fromkeys(cited)))
        new = sum(exhibit.added_at >= form.now for exhibit in taken.exhibits)
        seen = data.get("seen", "")
        if new and seen.isdecimal() and len(seen) < 10:
            # What moved the case on were our own exhibits, nothing that their sender has not seen.
            data["seen"] = str(int(seen) + new)
    return refused


def _send(form: RespondForm, event: Event) -> HttpResponse:
    about: dict[str, Any] = {"actor": form.actor, "now": form.now, "seen": form.seen_version}
    try:
        if event is Event.MORE_EVIDENCE_HANDED_IN:
            text = form.cleaned_data["text"]
            submissions.hand_in_more(form.case.pk, text=text, answers=form.answers(), **about)
        elif event is Event.CLAIM_REBUTTED:
            intervention.rebut(form.case.pk, form.answers(), text=form.cleaned_data["text"], **about)
        else:
            submissions.answer_points(form.case.pk, form.answers(), **about)
    except Missing:
        raise Http404 from None
    except Refused as refused:
        name = form.field_of.get(refused.code)
        form.add_error(name, ValidationError(refusals.say(refused), code=refused.code))
        moved = form.has_error(NON_FIELD_ERRORS, "case_moved_on")
        return _show(form, event, status=409 if moved else 422)
    drafts.forget(form.request)
    messages.success(form.request, _("Sent. Both sides can see it in the record."))
    return HttpResponseRedirect(reverse("buyer:case", args=[form.case.number]))


def _show(form: RespondForm, event: Event, *, status: int = 200) -> HttpResponse:
    case = form.case
    changes: list[timeline.Line] = []
    if status == 409:
        fresh, _now = fetch.case_and_now_or_404(case.number, form.actor)
        changes = timeline.since(fresh, form.actor, form.seen_version)
        form.data["seen"] = str(fresh.version)  # type: ignore[index]
    shown = {
        "now": form.now,
        "case": case,
        "form": form,
        "changes": changes,
        "title": _("Respond to the merchant"),
        "verb": _("Send the answers") if event is Event.CLAIM_REBUTTED else labels.ACTIONS[event],
        "lead": _LAST.get(event, _("Answer what you can now. You can change it until the period ends.")),
        "is_last": event in _LAST,
        "left": wording.countdown(case.due_at, form.now, mine=True) if case.due_at else None,
        "back": reverse("buyer:case", args=[case.number]),
        "top_title": _("Respond to the merchant"),
    }
    return render(form.request, "buyer/respond.html", shown, status=status)


def _answer(point: Point, side: str) -> PointAnswer | None:
    return next((answer for answer in getattr(point, "current_answers", []) if answer.side == side), None)


def _said(point: Point) -> str | None:
    """Where the merchant stands on the point; who raised it has said so by that."""
    answer = _answer(point, "merchant")
    if answer is not None:
        return str(answer.stance)
    return "agrees" if point.raised_by == "merchant" else None


def _in_words(point: Point) -> dict[str, str]:
    answer = _answer(point, "merchant")
    if answer is None:
        return {"stance": _("Raised this point"), "text": ""}
    return {"stance": str(labels.STANCES[answer.stance]), "text": answer.text}


def _as_said(point: Point, standing: PointAnswer | None) -> str:
    if standing is None:
        return ""
    return WITH if standing.stance == _said(point) else AGAINST
