"""One case as the shop reads it: whose turn, what the buyer says and shows, what the shop said and showed, what it may do.

Everything comes from `case_page` and the frozen file; no query depends on how long the case is.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from accounts import shop_desk
from common import money
from common.actor import Role, Side
from disputes import labels
from disputes.lifecycle import Event, State
from disputes.models import Case, Point, PointAnswer
from evidence import checklist
from evidence.checklist import Status
from web import (
    asked,
    awaited,
    case_page,
    fetch,
    listing_pictures,
    navigation,
    records,
    reversed_roles,
    sums,
    supplements,
    timeline,
    wording,
)
from web.case_page import CasePage, ExhibitView
from web.listing_pictures import Pictures
from web.merchant import claiming, colleagues, needed
from web.merchant.acts import FIRST, SECOND, pages_for
from web.party import appealed, choices, terms

Text = str | Promise
Row = dict[str, Any]

MOST_LINES = 60
LEVELS: dict[str, Text] = {
    checklist.REQUIRED: gettext_lazy("required"),
    "recommended": gettext_lazy("recommended"),
}


@require_safe
def show(request: HttpRequest, number: str) -> HttpResponse:
    """The case page. What the shop may do comes from the table, what it sees from its own side of the file."""
    actor = fetch.actor_or_404(request, Role.MERCHANT)
    case, now = fetch.case_and_now_or_404(number, actor)
    page = case_page.build(case, actor, now, before=timeline.before(request.GET.get("before", "")))
    listing = _listing(page)
    buttons = choices.of(page, first=FIRST, second=SECOND, pages=pages_for(case, now))
    context = {
        "now": now,
        "page": page,
        "case": case,
        "turn": page.turn,
        "title": case_page.title_of(page, case.number),
        "nav": navigation.items("merchant", counts=awaited.counts(case)),
        "area_name": navigation.NAMES["merchant"],
        "home": reverse("merchant:inbox"),
        "buttons": buttons,
        "asked": asked.name(case),
        "asked_returns": asked.returns(case),
        "outcome": [] if reversed_roles.is_merchants(case) else sums.outcome_rows(case),
        "own_claim": reversed_roles.is_merchants(case),
        "reason": reversed_roles.REASONS.get(case.contests.reason, "") if reversed_roles.is_merchants(case) else "",
        "about": _about(case),
        "claim_href": claiming.href(case, now),
        "story": page.record.story,
        "points": _points(page),
        "unanswered": _unanswered(page),
        "offers": [_offer(page, offer) for offer in page.offers],
        "supplement": supplements.card(case, actor, page.exhibits, page.rules, now),
        "tasks": _tasks(page),
        "theirs": [_card(page, exhibit) for exhibit in page.exhibits if exhibit.side == "b"],
        "mine": [_card(page, exhibit) for exhibit in page.exhibits if exhibit.side == "m"],
        "records": [_record(page, exhibit, listing) for exhibit in page.exhibits if exhibit.side == "p"],
        "picture": _picture(page, listing),
        "promises": records.promise_lines(case.line.promises, case.currency),
        "dates": _dates(case),
        "given_back": sums.given_back_rows(case),
        "next_lines": _next(page),
        "desk": colleagues.beside(case, actor, now),
        "appeal": appealed.card(case, page.points, page.exhibits),
        "needs_address": _needs_address(case),
        "set_aside": case_page.is_decided_anew(case),
        "decision_href": reverse("merchant:decision", args=[case.number]) if case.ruled_by_id else "",
    }
    return render(request, "merchant/case.html", context)


def _needs_address(case: Case) -> bool:
    """Whether goods are to come back, and nobody has said where to. One query while they are, else none."""
    due = State(case.state) is State.AWAITING_RETURN or (
        State(case.state) is State.AWAITING_COMPLIANCE and case.returns and case.awaits == Side.BUYER.value
    )
    return due and shop_desk.usual_address(case.merchant_id) is None


def _about(case: Case) -> dict[str, str] | None:
    """Which payout a claim of the shop is about, if a case gave it; and which claim a case was contested in."""
    if reversed_roles.is_merchants(case):
        other, said = case.contests.earlier, _("The payout: case %(number)s")
    elif case.closed_at is not None:
        other = Case.objects.filter(contests__earlier=case).order_by("-pk").first()
        said = _("Your claim about this payout: %(number)s")
    else:
        return None
    if other is None:
        return None
    return {"text": said % {"number": other.number}, "href": reverse("merchant:case", args=[other.number])}


def _points(page: CasePage) -> list[Row]:
    """Each point with both sides' standing answers. Whoever raised a point has spoken by raising it."""
    rows = []
    for point in page.points:
        answers = {answer.side: answer for answer in getattr(point, "current_answers", [])}
        rows.append(
            {
                "number": point.number,
                "title": point.text,
                "stances": [_stance(point, answers, "buyer", "b"), _stance(point, answers, "merchant", "m")],
            }
        )
    return rows


def _stance(point: Point, answers: dict[str, PointAnswer], side: str, letter: str) -> Row:
    answer = answers.get(side)
    if answer is None:
        return {"side": letter, "text": _("Raised this point") if point.raised_by == side else ""}
    said = str(labels.STANCES[answer.stance])
    if answer.text:
        said = wording.labelled(said, answer.text)
    return {"side": letter, "text": said, "count": len(answer.exhibits)}


def _unanswered(page: CasePage) -> list[int]:
    """The points that wait for the shop, while it can still answer them."""
    if not {Event.POINT_ANSWERED, Event.CLAIM_REBUTTED} & {action.event for action in page.actions}:
        return []
    return [point.number for point in page.points if point.raised_by != "merchant" and not _mine(point)]


def _mine(point: Point) -> bool:
    return any(answer.side == "merchant" for answer in getattr(point, "current_answers", []))


def _offer(page: CasePage, offer: Any) -> Row:
    """An open proposal with what the reader may do about it."""

    def href(event: Event) -> str:
        return f"{reverse('merchant:act', args=[page.case.number, event.value])}?offer={offer.pk}"

    open_now = {action.event for action in page.actions}
    if offer.side == "merchant":
        hrefs = {"retract": href(Event.OFFER_RETRACTED)} if Event.OFFER_RETRACTED in open_now else {}
    else:
        hrefs = {"accept": href(Event.OFFER_ACCEPTED), "decline": href(Event.OFFER_DECLINED)}
        hrefs = hrefs if Event.OFFER_ACCEPTED in open_now else {}
    return case_page.offer_card(offer, page.actor, page.case, page.now, hrefs) | {
        "is_mine": offer.side == "merchant",
        "retract_href": hrefs.get("retract", ""),
        "counter_href": "",
    }


def _tasks(page: CasePage) -> dict[str, Any] | None:
    """The checklist of the shop while it can still give evidence."""
    add = next((action for action in page.actions if action.event is Event.EVIDENCE_ADDED), None)
    if add is None or not choices.is_open(page.case, page.actor, Event.EVIDENCE_ADDED, page):
        return None
    found = needed.rows(page.case, page.rules, page.exhibits)
    rows = [_task(page, row, f"{add.href}?code={row.code}") for row in found if _is_theirs_to_bring(page, row)]
    lacking = [row["name"] for row in rows if row["state"] == "need"]
    return {
        "rows": rows,
        "done": sum(1 for row in rows if row["state"] in ("done", "auto")),
        "total": len(rows),
        "till": terms.required(page.case, lacking, page.now)
        or terms.until(page.case, page.now, answering=page.turn.who == "me" and _answers(page)),
        "open": page.turn.who in ("me", "both") and page.case.merchant_handed_in_at is None,
    }


def _answers(page: CasePage) -> bool:
    return any(action.event is Event.CLAIM_REBUTTED for action in page.actions)


def _is_theirs_to_bring(page: CasePage, row: checklist.Row) -> bool:
    """What only the platform can bring stands in the list once it is there, and is asked of nobody; nor is a statement,
    which the answer to the points is."""
    kind = page.rules.exhibits.get(row.code)
    if row.code in needed.SAID_IN_THE_ANSWER and not row.exhibits:
        return False
    return kind is not None and (row.status is not Status.OPEN or not (kind.automatic or kind.platform_only))


def _task(page: CasePage, row: checklist.Row, href: str) -> Row:
    kind = page.rules.exhibits[row.code]
    state = {Status.MET: "done", Status.BROUGHT: "auto"}.get(row.status, "need" if row.blocks else "open")
    return {
        "name": str(kind.name),
        "why": str(page.rules.body.why.get(row.why, "")),
        "level": LEVELS.get(row.level, "") if state in ("need", "open") else "",
        "state": state,
        "status": " ".join(row.exhibits) if row.status is Status.MET else _("Add it") if state == "open" else "",
        "href": "" if kind.automatic or state == "auto" else href,
        "icon": "upload",
    }


def _card(page: CasePage, exhibit: ExhibitView) -> Row:
    """An exhibit card. The shop's own shows its receipt, and can be taken back while that is open."""
    back = ""
    if exhibit.mine and not exhibit.withdrawn:
        open_now = any(action.event is Event.EVIDENCE_WITHDRAWN for action in page.actions)
        if open_now and choices.is_open(page.case, page.actor, Event.EVIDENCE_WITHDRAWN, page):
            act = reverse("merchant:act", args=[page.case.number, Event.EVIDENCE_WITHDRAWN.value])
            back = f"{act}?exhibit={exhibit.id}"
    return {
        "withdrawn": exhibit.withdrawn,
        "receipt_code": exhibit.receipt_code if exhibit.mine else "",
        "at": exhibit.added_at,
        "back_href": back,
        "card": {
            "side": exhibit.side,
            "party": "",
            "name": exhibit.name,
            "number": exhibit.number,
            "href": exhibit.href,
            "src": exhibit.display,
            "words": exhibit.words,
            "alt": f"{exhibit.number} {exhibit.name}",
            "width": exhibit.width,
            "height": exhibit.height,
            "caption": exhibit.state or exhibit.length or (exhibit.title if exhibit.title != exhibit.name else ""),
            "note": exhibit.note,
            "icon": "file-text",
        },
    }


def _listing(page: CasePage) -> Pictures | None:
    """What the platform's record of the listing shows; `None` while there is none."""
    contents = (
        exhibit.content for exhibit in page.exhibits if exhibit.side == "p" and isinstance(exhibit.content, dict)
    )
    return next((listing_pictures.of_record(content) for content in contents if content.get("listing")), None)


def _picture(page: CasePage, listing: Pictures | None) -> str:
    """The picture beside the item: of the record, or of the order while the sides talk and nothing is on file: one query
    then."""
    if listing is None and not page.exhibits:
        return listing_pictures.firsts([page.case.line_id]).get(page.case.line_id, "")
    return listing.here[0].thumb if listing is not None and listing.here else ""


def _record(page: CasePage, exhibit: ExhibitView, listing: Pictures | None) -> Row:
    """A record of the platform, which neither side can alter, with its lines as far as a page can show them."""
    lines = records.lines(exhibit.content, page.case.currency) if isinstance(exhibit.content, dict) else []
    return {
        "number": exhibit.number,
        "name": exhibit.title,
        "lines": lines[:MOST_LINES],
        "more": len(lines) > MOST_LINES,
        "pictures": listing if isinstance(exhibit.content, dict) and exhibit.content.get("listing") else None,
    }


def _dates(case: Case) -> list[tuple[Text, datetime]]:
    order = case.order
    told = ((_("Paid"), order.paid_at), (_("Shipped"), order.shipped_at), (_("Signed for"), order.signed_at))
    return [(label, at) for label, at in told if at is not None]


def _next(page: CasePage) -> list[Row]:
    """What follows: if nobody acts, if the claim is accepted, if it is disputed."""
    lines = [{"icon": "timer", "text": page.turn.then}] if page.turn.then else []
    events = {action.event for action in page.actions}
    amount = money.sign(page.case.currency) + money.text(page.case.claimed, page.case.currency)
    if reversed_roles.is_merchants(page.case):
        if page.case.ruled_by_id is None and page.case.closed_at is None:
            text = _("The buyer is heard, and an arbitrator decides with reasons for every point.")
            lines.append({"icon": "gavel", "text": text})
        return lines
    if Event.CLAIM_ACCEPTED in events and not page.case.ruled_by_id:
        text = _("If you accept, %(sum)s goes to the buyer and the case ends.") % {"sum": amount}
        if page.case.returns:
            text = _("If you accept, the buyer sends the goods back and gets %(sum)s.") % {"sum": amount}
        lines.append({"icon": "hand-coins", "text": text})
    if Event.CLAIM_REBUTTED in events:
        text = _("If you dispute it, an arbitrator decides and gives reasons for every point.")
        lines.append({"icon": "gavel", "text": text})
    return lines
