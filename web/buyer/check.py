"""B7: the claim as the arbitrator will read it, as the merchant will see it, and the one button that sends it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from common import money
from common.actor import Actor, Role
from common.errors import Conflict, Missing, Refused
from disputes import intervention, refusals
from disputes.models import Case, FilingDraft
from rulebook import queries as rulebook
from web import asked, case_page, courtesy, fetch, timeline
from web.buyer import filing_evidence
from web.buyer.claim import POINTS, Written
from web.buyer.filing import address, away, is_open, saved_text, written_or_away
from web.buyer.questions import COURTESY
from web.party import terms

# What the act refuses → the page where it can be put right.
_PAGE_OF = {
    "type_unknown": "what",
    "type_not_for_order": "what",
    "parcel_scanned": "what",
    "nothing_sent_back": "what",
    "nothing_came_back": "what",
    "out_of_window": "what",
    "point_missing": "points",
    "point_too_long": "points",
    "point_twice": "points",
    "too_many_points": "points",
    "text_missing": "story",
    "text_too_long": "story",
    "remedy_not_for_type": "want",
    "amount_out_of_range": "want",
    "amount_unreadable": "want",
    "amount_not_above_zero": "want",
    "amount_too_fine": "want",
    "amount_too_large": "want",
}
# Sending reads as little as it can: the order for the checks, and the draft in the same query.
_AROUND = ("order", "filing_draft")


def page(request: HttpRequest, number: str) -> HttpResponse:
    """GET: the last look. POST with the box ticked: the claim is sent, and nothing of the draft is left."""
    actor = fetch.actor_or_404(request, Role.BUYER)
    if request.method == "POST":
        return _send(request, number, actor)
    found = written_or_away(request, number, actor)
    if isinstance(found, HttpResponse):
        return found
    return _look(request, *found, actor)


def _send(request: HttpRequest, number: str, actor: Actor) -> HttpResponse:
    case, now = fetch.case_and_now_or_404(number, actor, around=_AROUND)
    draft: FilingDraft | None = getattr(case, "filing_draft", None)
    if draft is None or not is_open(case):
        return away(request, case)
    if not request.POST.get("understood"):
        return _again(request, number, actor, asked_to_tick=True)
    seen = request.POST.get("seen", "")
    try:
        claim = Written(case, draft).as_claim()
        version = int(seen) if seen.isascii() and seen.isdigit() and len(seen) < 10 else 0
        intervention.request(case.pk, claim, actor=actor, now=now, seen=version)
    except Missing:
        raise Http404 from None
    except Refused as refused:
        return _again(request, number, actor, refused=refused)
    return HttpResponseRedirect(reverse("buyer:submitted", args=[case.number]))


def _again(request: HttpRequest, number: str, actor: Actor, **said: Any) -> HttpResponse:
    found = written_or_away(request, number, actor)
    if isinstance(found, HttpResponse):
        return found
    return _look(request, *found, actor, **said)


def _look(
    request: HttpRequest,
    written: Written,
    now: datetime,
    actor: Actor,
    *,
    asked_to_tick: bool = False,
    refused: Refused | None = None,
) -> HttpResponse:
    case = written.case
    exhibits = case_page.exhibits_for(case, actor, written.rules, now)
    mine = [one for one in exhibits if one.mine and not one.withdrawn]
    needed = [row for row in filing_evidence.rows(written, exhibits) if row.state == "need"]
    procedure = rulebook.current_rules(now)
    moved = isinstance(refused, Conflict)
    claimed = _as_merchants_read_it(written)
    shown = {
        "now": now,
        "case": case,
        "claimed": claimed,
        "page": {"type_name": _type_name(written)},
        "asked": asked.name(claimed),
        "asked_returns": asked.returns(claimed),
        "story": written.said("story"),
        "points": [text for name in POINTS if (text := written.said(name).strip())],
        "rows": _rows(written),
        "exhibits": mine,
        "evidence_href": f"{address(case, 'evidence')}?check",
        "needed": needed,
        "open": written.open_steps(),
        "courtesy": [COURTESY[code] for code in courtesy.remarks(written.said("story"))],
        "refused": refusals.say(refused) if refused is not None else "",
        "refused_href": _where(case, refused),
        "changes": timeline.since(case, actor, refused.data["seen"]) if moved and refused is not None else [],
        "asked_to_tick": asked_to_tick,
        "term": terms.evidence_term(procedure),
        "lacking": terms.required_at_filing(procedure, [row.name for row in needed]),
        "saved": saved_text(written, now),
        "till": terms.to_file(case, now),
        "back": reverse("buyer:filing", args=[case.number]),
        "back_label": _("All tasks"),
        "top_title": _("Check and submit"),
    }
    status = 409 if moved else 422 if asked_to_tick or refused is not None else 200
    return render(request, "buyer/check.html", shown, status=status)


def _rows(written: Written) -> list[dict[str, Any]]:
    """Every answer with the page where it can be changed; a link in place of one that is missing."""
    case = written.case

    def row(label: str, value: str, step: str) -> dict[str, Any]:
        return {"label": label, "value": value, "href": f"{address(case, step)}?check"}

    points = {name: written.said(name).strip() for name in POINTS}
    # Numbered as they will be: a field that was left empty has no number.
    texts = [text for text in points.values() if text]
    told = [row(_("Point %(number)s") % {"number": place}, text, "points") for place, text in enumerate(texts, start=1)]
    remedy = written.said("remedy")
    fits = remedy in [one.code for one in written.remedies]
    late = []
    if written.late_since is not None:
        names = {reason.code: str(reason.name) for reason in written.exceptions}
        late = [row(_("Why it can still be filed"), names.get(written.said("exception"), ""), "late")]
    return [
        {"label": _("Item"), "value": case.title},
        row(_("Dispute type"), _type_name(written), "what"),
        *late,
        *(told if written.is_done("points") else [row(_("Points to decide"), "", "points")]),
        row(_("What happened"), written.said("story"), "story"),
        row(_("What you want"), asked.remedy_name(case, written.rules.remedy(remedy)) if fits else "", "want"),
        row(_("Amount"), _sum(written), "want"),
        row(_("How we reach you"), _("Confirmed") if written.is_done("contact") else "", "contact"),
    ]


def _type_name(written: Written) -> str:
    return str(written.rules.type(written.type_code).name) if written.type_code else ""


def _sum(written: Written) -> str:
    case = written.case
    if any(field == "amount" for field, _refused in written.problems("want")):
        return ""
    return money.sign(case.currency) + money.text(money.parse(written.said("amount"), case.currency), case.currency)


def _as_merchants_read_it(written: Written) -> Case:
    """The case as the merchant's page will read it."""
    case = filing_evidence.as_claimed(written)
    if not written.problems("want"):
        remedy = written.rules.remedy(written.said("remedy"))
        case.claimed, case.returns = money.parse(written.said("amount"), case.currency), remedy.returns
        case.remedy = remedy.code
    case.intervened_at = written.draft.saved_at  # what is told of goods that come back is told from then on
    return case


def _where(case: Case, refused: Refused | None) -> str:
    step = _PAGE_OF.get(refused.code, "") if refused is not None else ""
    return f"{address(case, step)}?check" if step else ""
