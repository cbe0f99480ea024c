"""What every page about one case is made of, for one reader: turn, steps, record, evidence, points, offers, acts.

Reads everything in a fixed number of queries, whatever the length of the case.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from common.actor import Actor, Role
from disputes import labels, queries
from disputes.lifecycle import BEFORE_RULING, LIFECYCLE, REVIEW, TERMINAL, Event, State
from disputes.models import Case, Deadline, Offer, Point
from evidence import dossiers, links, masking, preparation
from evidence.models import Exhibit
from evidence.models import Kind as ExhibitKind
from journal.models import Entry
from rulebook import queries as rulebook
from rulebook.rules import Rules
from web import dismissal, media, records, reversed_roles, steps, timeline, turn, wording
from web.dismissal import Dismissal
from web.steps import Step

# Where the page of an act is found, by area; an event without a page of its own has no button.
ACT_ROUTES = {
    Role.BUYER: "buyer:act",
    Role.MERCHANT: "merchant:act",
    Role.ARBITRATOR: "desk:act",
    Role.SENIOR: "desk:act",
    Role.OPS: "ops:act",
}
# Where a case that has a ruling is only after that ruling was set aside.
REVIEWED = (State.AWAITING_ASSIGNMENT, *REVIEW)
CASE_ROUTES = {Role.BUYER: "buyer:case", Role.MERCHANT: "merchant:case"}
# Where an exhibit is looked at by itself.
EXHIBIT_ROUTES = {
    Role.BUYER: "buyer:exhibit",
    Role.MERCHANT: "merchant:exhibit",
    Role.ARBITRATOR: "desk:exhibit",
    Role.SENIOR: "desk:exhibit",
}


@dataclass(frozen=True, slots=True)
class Action:
    """A button: which event, what it says, and where its page is."""

    event: Event
    label: str | Promise
    href: str


@dataclass(frozen=True, slots=True)
class ExhibitView:
    """One exhibit as cards and rows read it. Links are good for five minutes and for this reader only.

    ``href`` is its page. ``words``: a text that was typed, as others read it. ``length`` is that of a film; ``state`` says
    what is missing of it, ``advice`` what would be better.
    """

    id: int
    public_id: str
    number: str
    side: str
    mine: bool
    code: str
    title: str
    name: str
    note: str
    kind: str
    content: Any
    words: str
    thumb: str
    display: str
    original: str
    href: str
    width: int
    height: int
    pages: int
    length: str
    state: str
    lost: bool
    advice: str
    receipt_code: str
    added_at: datetime
    withdrawn: bool


@dataclass(frozen=True)
class CasePage:
    case: Case
    actor: Actor
    rules: Rules
    type_name: str
    turn: turn.Turn
    steps: list[Step]
    record: timeline.Record
    exhibits: list[ExhibitView]
    points: list[Point]
    offers: list[Offer]
    deadlines: list[Deadline]
    actions: list[Action]
    dismissal: Dismissal | None
    now: datetime

    @property
    def my_exhibits(self) -> list[ExhibitView]:
        return [exhibit for exhibit in self.exhibits if exhibit.mine]

    @property
    def their_exhibits(self) -> list[ExhibitView]:
        return [exhibit for exhibit in self.exhibits if not exhibit.mine]


def build(case: Case, actor: Actor, now: datetime, *, before: int | None = None) -> CasePage:
    """Everything, in at most nine queries besides the case itself. ``before``: where the record goes on from."""
    rules = rulebook.rules(case.substance_rules_id)
    # Whatever was open when a case ended has ended with it.
    over = State(case.state) in TERMINAL
    terms = queries.terms(case)
    open_deadlines = [] if over else terms.running
    exhibits = exhibits_for(case, actor, rules, now)
    pictures = {
        exhibit.public_id: timeline.Picture(href=exhibit.href or exhibit.display, src=exhibit.thumb, alt=exhibit.name)
        for exhibit in exhibits
        if exhibit.thumb and not exhibit.withdrawn
    }
    return CasePage(
        case=case,
        actor=actor,
        rules=rules,
        type_name=str(rules.type(case.type_code).name),
        turn=turn.turn(case, actor, open_deadlines, now),
        steps=steps.steps(
            case,
            labels.reader(actor.role),
            lapsed=terms.lapsed,
            came_back=_came_back(case),
            shown=any(exhibit.side != "p" and not exhibit.withdrawn for exhibit in exhibits),
        ),
        record=timeline.read(case, actor, pictures=pictures.get, before=before),
        exhibits=exhibits,
        points=list(queries.points(case)),
        # Nothing is proposed any more once a ruling is out.
        offers=list(queries.open_offers(case.pk).select_related("statement")) if case.state in BEFORE_RULING else [],
        deadlines=open_deadlines,
        actions=actions_for(case, actor),
        dismissal=dismissal.of(case),
        now=now,
    )


def _came_back(case: Case) -> bool:
    """Whether the goods were sent back, and what came was refused. One query, where that may be at all."""
    refused = Entry.objects.filter(stream_id=case.stream_id, kind=Event.RETURN_REFUSED.value)
    return steps.may_have_come_back(case) and refused.exists()


def exhibits_for(case: Case, actor: Actor, rules: Rules, now: datetime) -> list[ExhibitView]:
    """What this reader may see of the dossier, by side and number."""
    side = actor.side
    rows = (
        dossiers.visible_to(case.dossier_id, side=side.value, now=now)
        if side is not None
        else dossiers.given(case.dossier_id)
    )
    return [exhibit_view(row, actor, rules, now, case=case) for row in rows]


def exhibit_view(row: Exhibit, actor: Actor, rules: Rules, now: datetime, *, case: Case | None = None) -> ExhibitView:
    """One exhibit for one reader. Its blob, sheet and copies were fetched with it: no query."""
    viewer = actor.id or 0
    copies = masking.shared(row)
    shown = copies.get("display") or copies.get("page_1")
    mine = actor.side is not None and actor.side.value == row.side
    sheet = row.blob.sheet if row.blob is not None else None

    def link(variant: str) -> str:
        return reverse("public:file", args=[links.sign(row, variant, viewer=viewer, now=now)])

    return ExhibitView(
        id=row.pk,
        public_id=row.public_id,
        number=row.number,
        side={"buyer": "b", "merchant": "m"}.get(row.side, "p"),
        mine=mine,
        code=row.code,
        title=_kind_name(row, rules) or row.code,
        name=exhibit_name(row, rules),
        note=row.note,
        kind=row.kind,
        content=row.content,
        words=records.words(row.content or {}),
        thumb=link("thumb") if "thumb" in copies else "",
        display=link(shown.kind) if shown is not None else "",
        original=link("original") if row.blob is not None and mine else "",
        href=_page_of(row, actor, case),
        width=shown.width if shown is not None else 0,
        height=shown.height if shown is not None else 0,
        pages=sheet.pages if sheet is not None else 0,
        length=media.length(sheet.milliseconds) if sheet is not None and sheet.milliseconds else "",
        state=media.lost(row) or media.waiting(row),
        lost=preparation.is_lost(row),
        advice=media.advice(row) if mine else "",
        receipt_code=row.receipt_code,
        added_at=row.added_at,
        withdrawn=row.withdrawn_at is not None,
    )


def _page_of(row: Exhibit, actor: Actor, case: Case | None) -> str:
    route = EXHIBIT_ROUTES.get(actor.role)
    # The desk reads the platform's records beside everything else; a side has a page of each.
    if case is None or not route or (row.kind == ExhibitKind.RECORD and not actor.role.is_party):
        return ""
    return reverse(route, args=[case.number, row.number])


def exhibit_name(row: Exhibit, rules: Rules) -> str:
    """What whoever gave it says it shows; else what its row asks for, in the language of this reader."""
    return row.name or _kind_name(row, rules) or row.number


def _kind_name(row: Exhibit, rules: Rules) -> str:
    if row.kind == ExhibitKind.RECORD and isinstance(row.content, dict) and "payments" in row.content:
        return _("Payment record")  # it stands for what freight was paid, and says more than that
    return str(rules.exhibits[row.code].name) if row.code in rules.exhibits else ""


def is_decided_anew(case: Case) -> bool:
    """Whether a ruling was given and set aside, and the case is on its way to another one."""
    return case.ruled_by_id is not None and State(case.state) in REVIEWED


def actions_for(case: Case, actor: Actor) -> list[Action]:
    """The buttons of this reader now, from the table and nothing else; guards speak when one is pressed."""
    route = ACT_ROUTES.get(actor.role)
    found = []
    for event in LIFECYCLE.open_to(State(case.state), actor.role):
        if event not in labels.ACTIONS or route is None:
            continue
        try:
            href = reverse(route, args=[case.number, event.value])
        except NoReverseMatch:
            continue
        usual = labels.action(event, in_kind=case.substitute > 0)
        found.append(Action(event, reversed_roles.of(case, reversed_roles.ACTIONS, event, usual), href))
    return found


def offer_card(offer: Offer, actor: Actor, case: Case, now: datetime, hrefs: dict[str, str]) -> dict[str, Any]:
    """One open proposal as the component reads it. ``hrefs`` has accept, decline and retract where they apply."""
    side = {"buyer": "b", "merchant": "m"}.get(offer.side, "p")
    mine = actor.side is not None and actor.side.value == offer.side
    accepted = actor.side is not None and actor.side.value in offer.accepted_by
    if accepted:
        # Whoever has said yes is asked nothing more.
        hrefs = {}
    return {
        "title": _("Your proposal") if mine else _("Proposal you accepted") if accepted else _("New proposal"),
        "side": side,
        "party": case.merchant.name if side == "m" else "",
        "amount": offer.amount,
        "currency": case.currency,
        "what": offered(offer, case),
        "note": offer.statement.text if offer.statement else "",
        "left": wording.countdown(offer.expires_at, now, mine=not mine) if not offer.stands_still else None,
        "status": _("The case is on hold. What is left of the term starts when it goes on.")
        if offer.stands_still
        else "",
        "answers": _answers(offer, actor),
        "accept_href": hrefs.get("accept", ""),
        "reject_href": hrefs.get("decline", ""),
        "counter_href": "",
        "retract_href": hrefs.get("retract", ""),
    }


def _answers(offer: Offer, actor: Actor) -> str:
    """Who has accepted a proposal of the platform, which binds only when both have; empty of a side's own."""
    if offer.side != "platform":
        return ""
    by = next(iter(offer.accepted_by), "")
    if not by:
        return _("It takes effect when both sides accept.")
    if actor.side is None:
        return _("The buyer has accepted it.") if by == "buyer" else _("The merchant has accepted it.")
    if actor.side.value != by:
        return _("The other side has accepted it. It takes effect when you accept too.")
    return _("You accepted it. It takes effect when the other side accepts too.")


def offered(offer: Offer, case: Case) -> str | Promise:
    """What is to happen with the sum that is proposed."""
    if reversed_roles.is_merchants(case):
        return reversed_roles.OFFERED
    if offer.returns:
        return _("Refund after the goods are back")
    return _("Refund, the goods stay with the buyer") if case.order.has_arrived else _("Refund")


def title_of(page: CasePage, name: str) -> str:
    """The title of the document: the state first, then what is left, then where one is."""
    left = f", {page.turn.left.text}" if page.turn.left is not None else ""
    return f"{page.turn.badge.text}{left} · {name}"


def stances(points: Sequence[Point]) -> list[dict[str, Any]]:
    """The points with each side's standing answer, for lists of both sides."""
    rows = []
    for point in points:
        answers = {answer.side: answer for answer in getattr(point, "current_answers", [])}
        buyer, merchant = answers.get("buyer"), answers.get("merchant")
        # Whoever raised a point has spoken: it waits for the other side's word.
        awaited = merchant if point.raised_by == "buyer" else buyer
        said = labels.STANCES[buyer.stance] if buyer is not None else ""
        rows.append({"point": point, "buyer": buyer, "buyer_said": said, "merchant": merchant, "open": awaited is None})
    return rows
