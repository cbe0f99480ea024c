"""Decided cases beside one that is to be decided, and all of them by words: what was found, how it ended, by which clause.

Shows nobody's name and no case number; the way back to a case is for those who may open it anyhow.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from django.contrib import messages
from django.forms import CharField, ChoiceField, HiddenInput, RadioSelect
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from arbitration import drafting, precedent_text, precedents
from arbitration.drafts import Draft
from arbitration.models import Precedent, Ruling
from arbitration.precedents import Near, Wanted
from common import clock
from common.actor import Actor, Role
from common.errors import Missing, Refused
from disputes import access, refusals
from disputes.models import Case
from evidence.models import Exhibit
from rulebook import queries as rulebook
from rulebook.rules import Rules
from web import fetch, precedent_words
from web.desk import drafted, shell
from web.forms import HouseForm
from web.narrowing import NarrowingForm
from web.precedent_words import RESULTS
from web.selects import PlainSelect

Text = str | Promise
# How many near cases are shown one by one; the spread counts all of them.
SHOWN = 20
# The components' words for findings.
_FOUND = {"buyer": "buyer", "merchant": "merchant", "undetermined": "unclear"}
WHY_WITHDRAWN: dict[str, Text] = {
    "names_somebody": gettext_lazy("Somebody can be recognised in it"),
    "not_typical": gettext_lazy("It is no example for others"),
    "rule_changed": gettext_lazy("The rule that it rests on has changed"),
}


class SearchForm(NarrowingForm):
    """Words, type and result; with ``case`` what is found can be cited in it."""

    case = CharField(required=False, widget=HiddenInput)
    q = CharField(label=gettext_lazy("Words"), required=False, max_length=precedent_text.LONGEST_QUERY)
    type = ChoiceField(label=gettext_lazy("Type"), required=False, widget=PlainSelect)
    result = ChoiceField(label=gettext_lazy("Result"), required=False, widget=PlainSelect)
    clause = CharField(label=gettext_lazy("Clause"), required=False, max_length=12)

    def __init__(self, *args: Any, rules: Rules, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kinds = [(kind.code, str(kind.name)) for kind in rules.types.values()]
        self.fields["type"].choices = [("", _("All")), *kinds]  # type: ignore[attr-defined]
        ends = [(key, str(name)) for key, name in RESULTS.items()]
        self.fields["result"].choices = [("", _("All")), *ends]  # type: ignore[attr-defined]

    def wanted(self) -> Wanted:
        data = self.narrowed
        words, kind, result = data.get("q", "").strip(), data.get("type", ""), data.get("result", "")
        # What each card says of itself is searched as that: no precedent holds the name of its type in its own text.
        if not kind and (named := self._named("type", words)):
            words, kind = "", named
        elif not result and (named := self._named("result", words)):
            words, result = "", named
        return Wanted(
            words,
            type_code=kind,
            result=result,
            clause=data.get("clause", "").strip(),
        )

    def _named(self, field: str, words: str) -> str:
        """The choice whose name these words are, in the language of the page."""
        choices = self.fields[field].choices  # type: ignore[attr-defined]
        return next((code for code, name in choices if code and str(name).casefold() == words.casefold()), "")


class WithdrawForm(HouseForm):
    because = ChoiceField(
        label=gettext_lazy("Why it shall not be found any more"),
        choices=list(WHY_WITHDRAWN.items()),
        widget=RadioSelect(attrs={"class": "radio"}),
    )


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """``?case=``: what was decided in cases like this one. ``?q=`` and filters: all precedents, the newest first."""
    actor = shell.reader(request)
    now = clock.now()
    rules = rulebook.current_rules(now)
    case = _case(request, actor)
    form = SearchForm(request.GET or None, rules=rules)
    wanted = form.wanted()
    searched = wanted != Wanted()
    shown: dict[str, Any] = {
        **shell.around(actor, "similar", now),
        "case": case,
        "form": form,
        "searched": searched,
        "clear_href": f"?case={case.number}" if case else "?",
        "applied": sum(bool(value) for value in (wanted.words, wanted.type_code, wanted.result, wanted.clause)),
        "may_cite": case is not None and drafted.may_write(case, actor),
    }
    if case is not None and not searched:
        shown |= _of_case(case, rules)
    else:
        after = request.GET.get("after", "")
        page = precedents.search(wanted, after=int(after) if after.isdecimal() and len(after) < 19 else None)
        shown |= {"rows": [_row(row, rules) for row in page.rows], "after": page.after, "is_later_page": bool(after)}
    return render(request, "desk/similar.html", shown)


def precedent(request: HttpRequest, reference: str) -> HttpResponse:
    """One precedent by itself: points, reasons, clauses. POST: a senior withdraws it."""
    actor = shell.reader(request)
    now = clock.now()
    row = Precedent.objects.filter(reference=reference.upper()[:10]).defer("words").first()
    if row is None:
        raise Http404
    case = _case(request, actor)
    form = WithdrawForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            precedents.withdraw(row.pk, because=form.cleaned_data["because"], actor=actor, now=now)
        except Missing:
            raise Http404 from None
        messages.success(request, _("Withdrawn: nobody finds it any more, and it counts in no line."))
        return HttpResponseRedirect(reverse("desk:similar"))
    shown = {
        **shell.around(actor, "similar", now),
        "row": _row(row, rulebook.current_rules(now)),
        "reasons": row.reasons,
        "form": form if actor.role is Role.SENIOR and row.withdrawn_at is None else None,
        "errors": form.errors,
        "withdrawn": WHY_WITHDRAWN.get(row.withdrawn_because, ""),
        "case": case,
        "may_cite": case is not None and drafted.may_write(case, actor) and row.withdrawn_at is None,
        "origin": access.visible_to(actor).filter(pk=row.case_id).values_list("number", flat=True).first(),
    }
    return render(request, "desk/precedent.html", shown, status=422 if form.is_bound and form.errors else 200)


@require_POST
def cite(request: HttpRequest, reference: str) -> HttpResponse:
    """The reasons of the reader's draft name this precedent, in the language of the letter."""
    actor = shell.reader(request)
    row = Precedent.objects.filter(reference=reference[:10], withdrawn_at__isnull=True).first()
    case = _case(request, actor)
    if row is None or case is None:
        raise Http404
    draft = Ruling.objects.filter(case=case, round=case.round, state=Ruling.DRAFT, author_id=actor.id).first()
    told = drafting.draft_of(draft) if draft is not None else Draft()
    with translation.override(told.language):
        said = precedent_words.sentence(row)
    if row.reference not in told.reasons:
        told = replace(told, reasons=f"{told.reasons.rstrip()}\n{said}".lstrip())
        try:
            version = draft.version if draft is not None else 0
            drafting.save(case.pk, told, version=version, actor=actor, now=clock.now())
        except Missing:
            raise Http404 from None
        except Refused as refused:
            messages.warning(request, refusals.say(refused))
            return HttpResponseRedirect(f"{reverse('desk:similar')}?case={case.number}")
    messages.success(request, _("Cited in the reasons of your draft."))
    return HttpResponseRedirect(reverse("desk:case", args=[case.number]) + "#id_reasons")


def _case(request: HttpRequest, actor: Actor) -> Case | None:
    number = request.GET.get("case", "") or request.POST.get("case", "")
    return fetch.case_or_404(number, actor) if number else None


def near_of(case: Case) -> Near:
    """What was decided in cases like this one so far. Three queries."""
    given = Exhibit.objects.filter(dossier_id=case.dossier_id, withdrawn_at__isnull=True)
    texts = case.points.filter(round=case.round).order_by("number").values_list("text", flat=True)
    return precedents.near(case, points=texts, exhibits=given.values_list("side", "code"), until=clock.now())


def _of_case(case: Case, rules: Rules) -> dict[str, Any]:
    near = near_of(case)
    scores = {pk: score for score, pk in near.cases[:SHOWN]}
    rows = [_row(row, rules, scores[row.pk]) for row in precedents.by_ids(list(scores))]
    line = near.line
    return {
        "rows": rows,
        "spread": precedent_words.spread_words(near.spread),
        "parts": precedent_words.spread_parts(near.spread),
        "line": precedent_words.line_words(line.result, line.alike, line.near) if line is not None else "",
        "more": max(0, near.spread.total - len(rows)),
    }


def _row(row: Precedent, rules: Rules, score: int | None = None) -> dict[str, Any]:
    """One precedent in words. Names of types, evidence and remedies are those of today's rules."""

    def names(codes: Iterable[str]) -> list[str]:
        return [str(rules.exhibits[code].name) if code in rules.exhibits else code for code in codes]

    return {
        "reference": row.reference,
        "href": reverse("desk:precedent", args=[row.reference]),
        "month": row.month,
        "score": score,
        "type_name": str(rules.types[row.type_code].name) if row.type_code in rules.types else row.type_code,
        "sum": precedent_words.band_words(row.band, row.currency),
        "buyer": names(row.buyer_codes),
        "merchant": names(row.merchant_codes),
        "points": [{"text": point["text"], "finding": _FOUND.get(point["finding"], "")} for point in row.points],
        "result": RESULTS[row.result],
        "remedy": str(rules.remedies[row.remedy].name) if row.remedy in rules.remedies else row.remedy,
        "share": f"{row.merchant_share / 100:g}%",
        "clauses": row.clauses,
        "version": row.rules_version,
        "on_appeal": row.on_appeal,
        "is_erased": row.erased_at is not None,
    }
