"""B6: the checklist while the claim is being written. What is uploaded here is shown to nobody until the claim is sent.

One form takes the files of all rows, so that nothing needs a script; with one, each row sends its files as they are chosen.
"""

from __future__ import annotations

import copy
from dataclasses import replace

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from common import clock
from common.actor import Actor, Role
from common.errors import Missing, Refused
from disputes import drafts, refusals, submissions
from disputes.models import Case
from evidence import media as kinds
from marketplace import snapshots
from rulebook import queries as rulebook
from web import case_page, fetch, wording
from web import drafts as kept
from web.buyer import evidence, questions
from web.buyer.claim import Written
from web.buyer.evidence import Row
from web.buyer.filing import address, away, saved_text, written_or_away
from web.case_page import ExhibitView
from web.party import files, terms, texts


def page(request: HttpRequest, number: str) -> HttpResponse:
    """GET: the rows. POST: take the files and words of all rows, each by itself; go on if none was refused."""
    actor = fetch.actor_or_404(request, Role.BUYER)
    found = written_or_away(request, number, actor)
    if isinstance(found, HttpResponse):
        return found
    written, now = found
    failed: dict[str, list[str]] = {}
    typed = {code: texts.Written(code, text) for code, text in _typed(kept.kept(request)).items()}
    if request.method == "POST":
        failed, typed = _take(request, written, actor)
        if not failed and not typed:
            kept.forget(request)
            if request.POST.get("do") == "stay":
                return HttpResponseRedirect(reverse("buyer:filing_evidence", args=[number]))
            try:
                drafts.save(written.case.pk, {"evidence": "1"}, read={}, page="", actor=actor, now=clock.now())
            except Missing:
                return away(request, fetch.case_or_404(number, actor))
            return HttpResponseRedirect(questions.onward(request, written, "evidence"))
    case = written.case
    lines = rows(written, case_page.exhibits_for(case, actor, written.rules, now))
    steps = written.steps()
    shown = {
        "now": now,
        "case": case,
        "rows": [(line, failed.get(line.code, ()), evidence.of_row(line, typed)) for line in lines if line.takes_files],
        "brought": _brought(case, lines),
        "stray": evidence.stray(lines, failed, typed),
        "failed": (bad := bool(failed) or any(one.errors for one in typed.values())),
        "lacking": terms.required_at_filing(rulebook.current_rules(now), evidence.needed(lines)),
        "accepts": kinds.accepts(),
        "place": written.place_text("evidence"),
        "saved": saved_text(written, now),
        "to_check": "check" in request.GET,
        "before": address(case, steps[steps.index("evidence") - 1]),
        "back": reverse("buyer:filing", args=[case.number]),
        "back_label": _("All tasks"),
        "top_title": _("Ask the platform to step in"),
    }
    return render(request, "buyer/filing_evidence.html", shown, status=422 if bad else 200)


@require_POST
def take_back(request: HttpRequest, number: str) -> HttpResponse:
    """Take back what was uploaded by mistake; nobody has seen it."""
    actor = fetch.actor_or_404(request, Role.BUYER)
    case = fetch.case_or_404(number, actor)
    named = request.POST.get("exhibit", "")
    try:
        if not (named.isascii() and named.isdigit() and len(named) < 19 and drafts.takes_evidence(case, actor)):
            raise Missing
        submissions.withdraw_evidence(case.pk, int(named), actor=actor, now=clock.now())
    except Missing:
        raise Http404 from None
    except Refused as refused:
        messages.error(request, refusals.say(refused))
    else:
        messages.success(request, _("Taken back. It counts for nothing."))
    return HttpResponseRedirect(reverse("buyer:filing_evidence", args=[case.number]))


def rows(written: Written, exhibits: list[ExhibitView]) -> list[Row]:
    """The checklist for what is claimed. What the platform holds it brings in when the claim is sent."""
    made = evidence.rows(as_claimed(written), written.rules, exhibits, open_now=True)
    return [replace(row, state="auto", status="", href="") if not row.takes_files else row for row in made]


def _brought(case: Case, lines: list[Row]) -> list[Row]:
    """Of what only the platform can bring, what there is: it is brought in when the claim is sent. One query."""
    held = snapshots.records(snapshots.freeze(case.line_id))
    told = _("Added when you send it")
    return [replace(line, status=line.status or told) for line in lines if not line.takes_files and line.code in held]


def as_claimed(written: Written) -> Case:
    """The case as it would stand once this is filed, for pages that read it. Never saved."""
    case = copy.copy(written.case)
    case.type_code = written.likely
    return case


def _take(
    request: HttpRequest, written: Written, actor: Actor
) -> tuple[dict[str, list[str]], dict[str, texts.Written]]:
    """Row by row, files and then words; what was refused, by its row. Words that were not taken stay in their field."""
    failed: dict[str, list[str]] = {}
    typed: dict[str, texts.Written] = {}
    told = []
    for name in request.FILES:
        chosen = request.FILES.getlist(name)
        code = name.removeprefix("file_")
        taken = files.take(written.case, chosen, code=code, actor=actor)
        if taken.exhibits:
            told.append(taken.words)
        if taken.refused:
            failed[code] = [why for _refused, why in taken.refused]
    for code, text in _typed(request.POST).items():
        taken = texts.take(request, written.case, text, code=code, actor=actor)
        if taken.exhibits:
            told.append(taken.words)
        if taken.refused:
            typed[code] = texts.Written(code, text, [why for _refused, why in taken.refused])
    if told:
        messages.success(request, wording.sentences(*told))
    return failed, typed


def _typed(sent: QueryDict | None) -> dict[str, str]:
    """What was written, by row; of an empty field nothing."""
    fields = (
        [(name.removeprefix("text_"), str(sent[name])) for name in sent if name.startswith("text_")] if sent else []
    )
    return {code: text for code, text in fields if texts.is_there(text)}
