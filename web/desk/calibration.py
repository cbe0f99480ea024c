"""The second reading: a decided case as its arbitrator saw it, without the result; then both readings side by side.

Nothing here says whose case it is, neither its number nor who ruled, until the reader has submitted; and never who read it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.forms import (
    CharField,
    CheckboxSelectMultiple,
    ChoiceField,
    IntegerField,
    MultipleChoiceField,
    NumberInput,
    RadioSelect,
    Textarea,
)
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from arbitration import calculator, calibration, queries
from arbitration.calibration import Comparison, Reading
from arbitration.models import Draw
from arbitration.queries import Workspace
from common import clock
from common.actor import Actor, Role
from common.errors import Missing, Refused
from disputes import refusals
from rulebook import queries as rulebook
from rulebook.rules import Rules
from web import listing_pictures, media, records
from web.desk import drafted, middle, panes, shell
from web.desk.ruling_form import FINDING, SHOWN_FINDING, usual_clauses
from web.forms import HouseForm

LISTED = 20
_FIELD = {"remedy_missing": "remedy", "share_missing": "share"}


class ReadingForm(HouseForm):
    """A finding for each point, remedy, share, clauses. No reasons and no sum: what is compared is the finding."""

    share = IntegerField(
        label=gettext_lazy("The merchant's share in percent"),
        min_value=0,
        max_value=100,
        widget=NumberInput(attrs={"inputmode": "numeric", "class": "short", "step": "1"}),
    )
    remedy = ChoiceField(label=gettext_lazy("Remedy"), widget=RadioSelect)
    clauses = MultipleChoiceField(label=gettext_lazy("Clauses"), required=False, widget=CheckboxSelectMultiple)

    def __init__(self, data: Any = None, *, work: Workspace, rules: Rules) -> None:
        self.work = work
        super().__init__(data)
        kind = rules.type(work.case.type_code)
        remedies = [code for code in kind.remedies if rules.may_order(code, kind.code)]
        if calculator.DISMISSAL not in remedies and calculator.DISMISSAL in rules.remedies:
            remedies.append(calculator.DISMISSAL)
        self.fields["remedy"].choices = [  # type: ignore[attr-defined]
            (code, str(rules.remedy(code).name)) for code in remedies
        ]
        self.fields["clauses"].choices = [  # type: ignore[attr-defined]
            (number, f"{number} {rules.clauses[number].title}") for number in usual_clauses(rules, kind.code)
        ]
        for point in work.points:
            self.fields[f"finding_{point.number}"] = ChoiceField(
                label=f"{point.number}. {point.text}", choices=[(key, key) for key in FINDING]
            )

    def reading(self) -> Reading:
        data = self.cleaned_data
        return Reading(
            findings={point.number: FINDING[data[f"finding_{point.number}"]] for point in self.work.points},
            remedy=data["remedy"],
            merchant_share=data["share"] * 100,
            clauses=tuple(data["clauses"]),
        )


class AnswerForm(HouseForm):
    """What comes of a difference."""

    answer = CharField(
        label=gettext_lazy("What comes of it"),
        max_length=calibration.LONGEST_ANSWER * 2,
        widget=Textarea(attrs={"rows": 2, "data-max": calibration.LONGEST_ANSWER}),
    )


def index(request: HttpRequest) -> HttpResponse:
    """GET: what waits, what was read, and for seniors the open notes. POST: the next one is the reader's."""
    actor = shell.reader(request)
    if request.method == "POST":
        try:
            drawn = calibration.take_next(actor=actor, now=clock.now())
        except Missing:
            raise Http404 from None
        except Refused as refused:
            messages.warning(request, refusals.say(refused))
            return HttpResponseRedirect(reverse("desk:calibration"))
        return HttpResponseRedirect(reverse("desk:reading", args=[drawn.token]))
    now = clock.now()
    mine = calibration.in_hand(actor)
    shown = {
        **shell.around(actor, "calibration", now),
        "mine": mine,
        "waits": mine is None and calibration.waiting(actor).exists(),
        "read": [
            {"href": reverse("desk:reading", args=[drawn.token]), "at": drawn.submitted_at}
            for drawn in calibration.read_by(actor)[:LISTED]
        ],
        "notes": notes(actor, "desk:clause_note"),
        "is_senior": actor.role is Role.SENIOR,
        "form": AnswerForm(),
    }
    return render(request, "desk/calibration.html", shown)


def notes(actor: Actor, route: str) -> list[dict[str, Any]]:
    """Open notes in words, with where to answer them; those that the reader had a part in are only told."""
    return [
        {
            "number": note.number,
            "version": note.rules.version,
            "title": str(clause.title) if (clause := rulebook.rules(note.rules_id).clauses.get(note.number)) else "",
            "point": note.point.text,
            "at": note.opened_at,
            "href": "" if actor.id in (note.draw.reader_id, note.draw.author_id) else reverse(route, args=[note.pk]),
        }
        for note in calibration.open_notes(actor)[:LISTED]
    ]


@require_POST
def close_note(request: HttpRequest, pk: int) -> HttpResponse:
    return answered(request, shell.senior(request), pk, reverse("desk:calibration"))


def answered(request: HttpRequest, actor: Actor, pk: int, home: str) -> HttpResponse:
    """A note on a clause is closed with an answer, from the desk or from operations."""
    try:
        calibration.close_note(pk, answer=request.POST.get("answer", ""), actor=actor, now=clock.now())
    except Missing:
        raise Http404 from None
    except Refused as refused:
        messages.warning(request, refusals.say(refused))
    else:
        messages.success(request, _("Noted. The clause is clear again."))
    return HttpResponseRedirect(home)


def reading(request: HttpRequest, token: str) -> HttpResponse:
    """GET: the case without its result, or what came of it. POST: the reader's findings are submitted."""
    actor = shell.reader(request)
    drawn = _find(token, actor)
    if drawn.submitted_at is not None:
        return _compared(request, drawn, actor)
    work = _work(drawn, actor)
    rules = rulebook.rules(drawn.ruling.substance_rules_id)
    form = ReadingForm(request.POST if request.method == "POST" else None, work=work, rules=rules)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                calibration.submit(drawn.pk, form.reading(), actor=actor, now=clock.now())
            except Missing:
                raise Http404 from None
            except Refused as refused:
                error = ValidationError(refusals.say(refused), code=refused.code)
                form.add_error(_FIELD.get(refused.code), error)
            else:
                return HttpResponseRedirect(reverse("desk:reading", args=[token]))
    return _blind(request, drawn, work, actor, rules, form, status)


@require_safe
def exhibit(request: HttpRequest, token: str, place: str) -> HttpResponse:
    """One exhibit of the blind file, as large as the page."""
    actor = shell.reader(request)
    drawn = _find(token, actor)
    now = clock.now()
    work = _work(drawn, actor)
    rules = rulebook.rules(drawn.ruling.substance_rules_id)
    every = panes.exhibits(work, actor, rules, now)
    at = next((index for index, view in enumerate(every.views) if view.number == place), None)
    if at is None:
        raise Http404
    view = every.views[at]
    row = every.rows[view.number]
    shown = {
        **shell.around(actor, "calibration", now),
        "token": token,
        "view": view,
        "media": media.of(row, viewer=actor.id or 0, sees_all=False, beneath=False, now=now),
        "lines": records.lines(view.content or {}, drawn.ruling.case.currency),
        "pictures": listing_pictures.of_record(view.content or {}),
        "note": records.masked(view.note),
        "previous": every.views[at - 1].number if at else "",
        "following": every.views[at + 1].number if at + 1 < len(every.views) else "",
        "answers": panes.answers(row),
    }
    return render(request, "desk/reading_exhibit.html", shown)


def _find(token: str, actor: Actor) -> Draw:
    try:
        return calibration.find(token, actor)
    except Missing:
        raise Http404 from None


def _work(drawn: Draw, actor: Actor) -> Workspace:
    return queries.workspace_of(drawn.ruling.case, actor=actor)


def _blind(
    request: HttpRequest,
    drawn: Draw,
    work: Workspace,
    actor: Actor,
    rules: Rules,
    form: ReadingForm,
    status: int,
) -> HttpResponse:
    now = clock.now()
    case = work.case
    every = panes.exhibits(work, actor, rules, now)
    found = {point.number: str(form[f"finding_{point.number}"].value() or "") for point in work.points}
    chosen = panes.choose(work, every, found, request.GET)
    cards = [_card(view, every, drawn, work, now) for view in every.views]
    open_now = {view.number for view in (chosen.buyer, chosen.merchant) if view is not None}
    shown = {
        **shell.around(actor, "calibration", now),
        "case": case,
        "token": drawn.token,
        "type_name": str(rules.type(case.type_code).name),
        "claims": panes.gap(work, rules),
        "statements": panes.statements(work),
        "points": panes.points(work, every, {}, chosen.point),
        "facts": panes.facts(work),
        "promises": panes.promises(work),
        "point": chosen.point,
        "burden": panes.burden(rules, case.type_code, case.order.state),
        "pair": [card for card in cards if card["number"] in open_now],
        "others": [card for card in cards if card["number"] not in open_now],
        "strips": middle.strips(every, chosen),
        "form": form,
        "finding_rows": [
            {
                "number": point.number,
                "title": point.text,
                "name": f"finding_{point.number}",
                "chosen": found[point.number],
                "is_current": chosen.point is not None and chosen.point.pk == point.pk,
            }
            for point in work.points
        ],
    }
    return render(request, "desk/reading_blind.html", shown, status=status)


def _card(view: Any, every: panes.Exhibits, drawn: Draw, work: Workspace, now: Any) -> dict[str, Any]:
    card = panes.card(
        view,
        every,
        None,
        number=work.case.number,
        reasons=(),
        weight=None,
        wait=drafted.citable_after(work.case),
        now=now,
    )
    # Its own page: that of the case would say which one it is.
    return card | {"href": reverse("desk:reading_exhibit", args=[drawn.token, view.number])}


def _compared(request: HttpRequest, drawn: Draw, actor: Actor) -> HttpResponse:
    now = clock.now()
    rules = rulebook.rules(drawn.ruling.substance_rules_id)
    found = calibration.comparison(drawn)
    remedies = rules.remedies
    shown = {
        **shell.around(actor, "calibration", now),
        "case": drawn.ruling.case,
        "type_name": str(rules.type(drawn.ruling.case.type_code).name),
        "rows": [
            {
                "number": point.number,
                "text": point.text,
                "first": SHOWN_FINDING.get(first, ""),
                "second": SHOWN_FINDING.get(second, ""),
                "same": first == second,
            }
            for point, first, second in found.rows
        ],
        "said": agreement_words(found),
        "differs": any(first != second for _point, first, second in found.rows),
        "first": _ending(drawn.ruling.remedy, drawn.ruling.merchant_share, found.first_clauses, remedies),
        "second": _ending(drawn.remedy, drawn.merchant_share, tuple(drawn.clauses), remedies),
        "reasons": drawn.ruling.reasons,
    }
    return render(request, "desk/reading_compared.html", shown)


def agreement_words(found: Comparison) -> str:
    told = {"alike": found.agreement.alike, "pairs": found.agreement.pairs}
    return _("Found alike on %(alike)s of %(pairs)s points") % told


def _ending(code: str, share: int | None, clauses: tuple[str, ...], remedies: Mapping[str, Any]) -> dict[str, str]:
    return {
        "remedy": str(remedies[code].name) if code in remedies else code,
        "share": f"{(share or 0) / 100:g}%",
        "clauses": "、".join(clauses) or "–",
    }
