"""The buyer's page of one case: whose turn, until when, what then; what to do; the record; the claim. Decides nothing."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from common.actor import Role
from disputes import drafts
from disputes.awards import BY_THE_FUND
from disputes.lifecycle import Event, State
from disputes.models import Case
from rulebook import queries as rulebook
from web import acts, case_page, fetch, listing_pictures, reversed_roles, sums, supplements, timeline, wording
from web import asked as asked_for
from web.buyer import evidence, following, respond
from web.case_page import Action, CasePage
from web.party import agreeing, appealed, choices, closed, terms
from web.party.acts import PARTY

# Which act of a state is the one that this page is for, most pressing first; the next that is open stands beside it.
PRESSING = (
    Event.RETURN_SHIPPED,
    Event.APPEAL_ANSWERED,
    Event.CLAIM_REBUTTED,
    Event.MORE_EVIDENCE_HANDED_IN,
    Event.INTERVENTION_REQUESTED,
    Event.BUYER_HANDED_IN,
    Event.EVIDENCE_ADDED,
    Event.APPEAL_FILED,
    Event.REQUEST_REVISED,
    Event.WITHDRAWN,
    Event.OFFER_MADE,
)
ICONS = {
    Event.EVIDENCE_ADDED: "camera",
    Event.RETURN_SHIPPED: "truck",
    Event.INTERVENTION_REQUESTED: "scale",
    Event.BUYER_HANDED_IN: "send",
    Event.MORE_EVIDENCE_HANDED_IN: "send",
    Event.APPEAL_FILED: "undo-2",
    Event.RULING_SERVED: "gavel",
}
PAGES = frozenset({*PARTY, Event.INTERVENTION_REQUESTED})


@require_safe
def page(request: HttpRequest, number: str) -> HttpResponse:
    """B9: everything about one case, and the act of this state in the dock."""
    actor = fetch.actor_or_404(request, Role.BUYER)
    case, now = fetch.case_and_now_or_404(number, actor)
    built = case_page.build(case, actor, now, before=timeline.before(request.GET.get("before", "")))
    actions = _actions(built, now)
    # While it is somebody else's turn, one thing is worth a button: to ask the platform, once it can be asked.
    pressing = PRESSING if built.turn.who in ("me", "both") else (Event.INTERVENTION_REQUESTED,)
    dock = sorted((a for a in actions if a.event in pressing), key=lambda a: PRESSING.index(a.event))[:2]
    letter = reverse("buyer:decision", args=[case.number]) if case.ruled_by_id is not None else ""
    if letter and dock and dock[0].event is Event.APPEAL_FILED:
        # A ruling is read before it is appealed against.
        dock.insert(0, Action(Event.RULING_SERVED, _("Read the decision letter"), letter))
        dock = dock[:2]
    if dock and dock[0].event is Event.WITHDRAWN:
        # To end a case is never what a page is for.
        dock.reverse()
    checklist = _checklist(built)
    shown = {
        "now": now,
        "case": case,
        "page": built,
        "record": built.record,
        "asked": supplements.card(case, actor, built.exhibits, built.rules, now),
        "checklist": checklist,
        "claim": _claim(built),
        "picture": listing_pictures.firsts([case.line_id]).get(case.line_id, ""),
        "claim_title": _("What the merchant claims") if reversed_roles.is_merchants(case) else _("Your request"),
        "points": case_page.stances(built.points),
        "offers": [_offer(built, offer) for offer in built.offers],
        "mine": built.my_exhibits,
        "theirs": [exhibit for exhibit in built.their_exhibits if exhibit.side == "m"],
        "records": [exhibit for exhibit in built.their_exhibits if exhibit.side == "p"],
        "appeal": appealed.card(case, built.points, built.exhibits),
        # Told nowhere else, and to nobody whom it does not concern.
        "send_to": agreeing.where_to(case) if any(one.event is Event.RETURN_SHIPPED for one in actions) else [],
        "letter": letter,
        "set_aside": bool(letter) and case_page.is_decided_anew(case),
        "headline": _headline(built, checklist),
        "opens": "" if _is_answered_before(case) else _opens(built, now),
        "next_lines": following.lines(built),
        "primary": dock[0] if dock else None,
        "main_act": bool(dock) and dock[0].event is not Event.WITHDRAWN,
        "secondary": dock[1] if len(dock) > 1 else None,
        "icon_name": ICONS.get(dock[0].event, "") if dock else "",
        "others": [action for action in actions if action not in dock],
        "back": reverse("buyer:home"),
        "back_label": _("My cases"),
        "top_title": _("Case details") if case.intervened_at is not None else _("Refund details"),
    }
    return render(request, "buyer/case.html", shown)


def act(request: HttpRequest, number: str, event: str) -> HttpResponse:
    """The page of one act. Filing a claim, and responding point by point, have pages of their own."""
    if event == Event.INTERVENTION_REQUESTED.value:
        return HttpResponseRedirect(reverse("buyer:step_in", args=[number]))
    if event in respond.EVENTS:
        answer = respond.page(request, number, Event(event))
        if answer is not None:
            return answer
    return acts.view(
        request,
        number,
        event,
        roles=(Role.BUYER,),
        registry=PARTY,
        area="buyer",
        layout="layout/buyer.html",
        why_not=closed.why_not,
    )


def _actions(built: CasePage, now: datetime) -> list[Action]:
    """What the table and its guards open to the buyer, less what plainly has no object now."""
    case = built.case
    pointless = {
        Event.BUYER_HANDED_IN: _lacks_what_is_required(built),
        Event.POINT_ANSWERED: not any(point.raised_by != "buyer" for point in built.points),
        Event.INTERVENTION_REQUESTED: bool(_opens(built, now)),
        Event.OFFER_MADE: any(offer.side == "buyer" for offer in built.offers),
    }
    found = []
    for action in choices.worthwhile(built, PAGES):
        if pointless.get(action.event, False):
            continue
        if action.event is Event.INTERVENTION_REQUESTED and drafts.of(case) is not None:
            action = Action(action.event, _("Go on with the claim"), reverse("buyer:filing", args=[case.number]))
        if action.event is Event.EVIDENCE_ADDED:
            action = Action(action.event, action.label, reverse("buyer:evidence", args=[case.number]))
        found.append(action)
    return found


def _headline(built: CasePage, checklist: dict[str, Any] | None) -> str:
    """Nobody is told to give what they have given."""
    gathering = State(built.case.state) is State.GATHERING_EVIDENCE and built.turn.who in ("me", "both")
    if gathering and checklist is not None and not checklist["open"]:
        return _("All that is asked for is here; say so when you have finished")
    return built.turn.headline


def _is_answered_before(case: Case) -> bool:
    """Whether the merchant's time ends before the platform can be asked: then silence has counted, and nobody asks."""
    return case.due_at is not None and case.due_at <= _opening(case)


def _opens(built: CasePage, now: datetime) -> str:
    """From when the platform can be asked, while the merchant still has time; empty once it can, or where it cannot."""
    case = built.case
    waiting = State(case.state) is State.AWAITING_MERCHANT and case.refusals_so_far == 0
    if not waiting:
        return ""
    opens_at = _opening(case)
    return wording.moment(opens_at, now) if now < opens_at else ""


def _opening(case: Case) -> datetime:
    step = rulebook.rules(case.procedure_rules_id).step("intervention_opens")
    return case.opened_at + timedelta(hours=step.duration.amount)


def _lacks_what_is_required(built: CasePage) -> bool:
    return bool(evidence.needed(evidence.rows(built.case, built.rules, built.exhibits, open_now=True)))


def _checklist(built: CasePage) -> dict[str, Any] | None:
    """The to-do card, while evidence can be given: what is in, what is missing, until when."""
    case = built.case
    if case.intervened_at is None or not evidence.is_open(case, built.actor, built.now):
        return None
    lines = evidence.rows(case, built.rules, built.exhibits, open_now=True)
    # What only the platform can bring, and has not, is nothing that the buyer can do.
    lines = [line for line in lines if line.takes_files or line.state != "later"]
    counted = [line for line in lines if line.level != evidence.LEVELS["optional"] or line.state in ("done", "auto")]
    done = sum(line.state in ("done", "auto") for line in counted)
    missing = len(counted) - done
    ruled = State(case.state) is State.AWAITING_APPEAL_ANSWER
    needed = [] if ruled else evidence.needed(lines)
    if not needed and missing:
        # One row at a time asks for attention: the first that is still open.
        first = next(place for place, line in enumerate(counted) if line.state not in ("done", "auto"))
        counted[first] = replace(counted[first], state="need")
    if needed:
        title = _("Still needed: %(what)s") % {"what": needed[0]}
    elif missing == 1:
        title = _("One more piece would help")
    elif missing:
        title = _("%(count)s more pieces would help") % {"count": missing}
    else:
        title = _("Your evidence is complete")
    till = terms.required(case, needed, built.now) or terms.until(case, built.now)
    return {"title": title, "rows": counted, "done": done, "total": len(counted), "till": till, "open": bool(missing)}


def _claim(built: CasePage) -> list[dict[str, Any]]:
    """My claim in three rows: what for, why, and what became of it."""
    case = built.case
    if reversed_roles.is_merchants(case):
        return _claimed_from_me(built)
    stay = _("the goods stay with you") if case.order.has_arrived else ""
    back = _("the goods go back") if asked_for.returns(case) else stay
    rows: list[dict[str, Any]] = [
        *sums.given_back_rows(case),
        {"label": _("Asked for"), "value": asked_for.name(case), "amount": case.claimed, "after": back},
        {"label": _("Reason"), "value": built.type_name},
    ]
    return rows + sums.outcome_rows(case)


def _claimed_from_me(built: CasePage) -> list[dict[str, Any]]:
    """The merchant's claim: how much of what was paid to me, why, in whose words, and what became of it."""
    case = built.case
    reason = reversed_roles.REASONS.get(case.contests.reason, "")
    rows: list[dict[str, Any]] = [
        {"label": _("Claimed back"), "value": "", "amount": case.claimed, "after": _("of what you were paid")},
        {"label": _("Reason"), "value": str(reason)},
        {"label": _("In their words"), "value": built.record.story},
    ]
    if case.outcome is not None:
        after = _("You give nothing back; the platform bears it.") if case.outcome.remedy in BY_THE_FUND else ""
        rows.append({"label": _("Outcome"), "value": "", "amount": case.outcome.amount, "after": after})
    return rows


def _offer(built: CasePage, offer: Any) -> dict[str, Any]:
    opened = {action.event: action.href for action in built.actions}
    mine = offer.side == "buyer"
    names = (
        {"retract": Event.OFFER_RETRACTED}
        if mine
        else {
            "accept": Event.OFFER_ACCEPTED,
            "decline": Event.OFFER_DECLINED,
        }
    )
    hrefs = {name: f"{opened[event]}?offer={offer.pk}" for name, event in names.items() if event in opened}
    return case_page.offer_card(offer, built.actor, built.case, built.now, hrefs)
