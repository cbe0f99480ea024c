"""One exhibit by itself for the buyer or the shop: its film or all its pages, and what the file says of itself."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from common.actor import Actor, Role, Side
from disputes import labels, moves, rebuttals
from disputes.lifecycle import LIFECYCLE, Event, State
from disputes.models import Case, ExhibitAnswer
from evidence import dossiers
from evidence.models import Exhibit
from rulebook import queries as rulebook
from web import awaited, case_page, fetch, listing_pictures, masking, media, navigation, records

_LAYOUTS = {Role.BUYER: "layout/buyer.html", Role.MERCHANT: "layout/area.html"}


@require_safe
def page(request: HttpRequest, number: str, place: str, role: Role) -> HttpResponse:
    """What this side may see under this number (B2). What it may not see is not there."""
    actor = fetch.actor_or_404(request, role)
    case, now = fetch.case_and_now_or_404(number, actor)
    assert actor.side is not None
    rows = dossiers.visible_to(case.dossier_id, side=actor.side.value, now=now)
    row = next((row for row in rows if row.number == place), None)
    if row is None:
        raise Http404
    view = case_page.exhibit_view(row, actor, rulebook.rules(case.substance_rules_id), now)
    answers = rebuttals.answers_to(row)
    shown = {
        "layout": _LAYOUTS[role],
        "now": now,
        "case": case,
        "view": view,
        "lines": records.lines(row.content or {}, case.currency),
        "pictures": listing_pictures.of_record(row.content or {}),
        "from_record": (row.content or {}).get("of", {}).get("number", ""),
        "media": media.of(row, viewer=actor.id or 0, mine=view.mine, now=now),
        "masks": masking.card(case, row, actor, now),
        "answers": [_answer(one) for one in answers],
        "answer_href": _answer_href(case, actor, row, answers, now),
        "take_back_href": _take_back_href(case, actor, row, now),
        "receipt_href": reverse(f"{role.value}:receipt", args=[case.number, view.number]) if view.mine else "",
        "back": reverse(case_page.CASE_ROUTES[role], args=[case.number]),
        "top_title": view.number,
    }
    if role is Role.MERCHANT:
        shown |= {
            "nav": navigation.items("merchant", "open", awaited.counts(case)),
            "area_name": navigation.NAMES["merchant"],
            "home": reverse("merchant:inbox"),
        }
    return render(request, "case/exhibit.html", shown)


def _take_back_href(case: Case, actor: Actor, row: Exhibit, now: datetime) -> str:
    """Where this side takes its own back, while it can; empty for what it cannot, or not in this way."""
    if row.side != (actor.side.value if actor.side else "") or row.withdrawn_at is not None or row.visible_at is None:
        return ""
    return _act_href(case, actor, Event.EVIDENCE_WITHDRAWN, row, now)


def _answer(said: ExhibitAnswer) -> dict[str, Any]:
    return {
        "side": said.side[0],
        "stance": labels.EXHIBIT_STANCES[said.stance],
        "grounds": [labels.EXHIBIT_GROUNDS[ground] for ground in said.grounds],
        "text": said.words.text if said.words is not None else "",
        "at": said.at,
    }


def _answer_href(case: Case, actor: Actor, row: Exhibit, answers: list[ExhibitAnswer], now: datetime) -> str:
    """Where this side answers it, while it can; empty for its own, and for what it has answered in this round."""
    side = actor.side.value if actor.side else ""
    answered = any(said.side == side and said.round == case.dossier.round for said in answers)
    of_a_party = row.side in (Side.BUYER.value, Side.MERCHANT.value)
    if row.side == side or not of_a_party or answered or row.withdrawn_at is not None:
        return ""
    return _act_href(case, actor, Event.EXHIBIT_ANSWERED, row, now)


def _act_href(case: Case, actor: Actor, event: Event, row: Exhibit, now: datetime) -> str:
    """The page of an act about this exhibit; empty while the table does not open it."""
    if isinstance(LIFECYCLE.weigh(State(case.state), event, actor.role, moves.facts_of(case, actor, now)), str):
        return ""
    return f"{reverse(case_page.ACT_ROUTES[actor.role], args=[case.number, event.value])}?exhibit={row.pk}"
