"""The left and the middle of the workspace as values: claims, points, facts of record, the pair of exhibits. No query."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from arbitration.queries import Workspace
from common import money
from common.actor import Actor
from disputes import amounts, labels
from disputes.models import Point
from evidence import dossiers, masking, sheets, signals
from evidence.models import Exhibit
from rulebook.rules import Rules
from rulebook.schema import Bearer
from web import asked, case_page, media, records, reversed_roles, wording
from web import masking as masks
from web.case_page import ExhibitView
from web.desk import ruler

FORM = "ruling"


@dataclass(frozen=True)
class Shown:
    """Which point and which exhibits the middle shows. Numbers as in the address: ``?p=2&b=B3&m=M1``.

    ``record``: one of the platform's, which is nobody's side and takes the room of both (``&r=P1``).
    """

    point: Point | None
    buyer: ExhibitView | None
    merchant: ExhibitView | None
    record: ExhibitView | None = None


@dataclass(frozen=True)
class Exhibits:
    """All exhibits that were not withdrawn, as pages show them; ``rows`` are the same as the file has them."""

    views: tuple[ExhibitView, ...]
    rows: Mapping[str, Exhibit] = field(default_factory=dict)

    def of(self, side: str) -> list[ExhibitView]:
        return [view for view in self.views if view.side == side]

    def seen(self, view: ExhibitView) -> bool:
        return bool(getattr(self.rows[view.number], "seen", False))


def exhibits(work: Workspace, actor: Actor, rules: Rules, now: datetime) -> Exhibits:
    rows = [row for row in work.exhibits if row.withdrawn_at is None]
    views = tuple(case_page.exhibit_view(row, actor, rules, now) for row in rows)
    return Exhibits(views, {row.number: row for row in rows})


# --- left -------------------------------------------------------------------------------------------------------


def gap(work: Workspace, rules: Rules) -> dict[str, Any]:
    """Both claims on one bar. What the merchant has not offered counts as nothing."""
    case = work.case
    offered = next((offer.amount for offer in work.offers if offer.side == "merchant"), 0)
    place = 0 if not case.paid else min(100, offered * 100 // case.paid)
    share = 100 if not case.paid else min(100, case.claimed * 100 // case.paid)
    if reversed_roles.is_merchants(case):
        return {
            "buyer_text": _("keeps what was paid"),
            "buyer_amount": 0,
            "merchant_text": str(rules.remedy(case.remedy).name),
            "merchant_amount": case.claimed,
            "currency": case.currency,
            "paid": case.paid,
            "merchant_percent": share,
            "gap_percent": 0,
            "buyer_percent": 0,
            "between": case.claimed,
        }
    return {
        "buyer_text": asked.name(case),
        "buyer_amount": case.claimed,
        "merchant_text": _("offers") if offered else _("No offer"),
        "merchant_amount": offered,
        "currency": case.currency,
        "paid": case.paid,
        "paid_label": _("Left of the amount paid") if amounts.given_back(case) else _("Amount paid"),
        "merchant_percent": place,
        "gap_percent": max(0, share - place),
        "buyer_percent": share,
        "between": max(0, case.claimed - offered),
    }


def points(work: Workspace, every: Exhibits, found: Mapping[int, str], current: Point | None) -> list[dict[str, Any]]:
    """Each point with both stances; the side that raised it stands by it without having answered.

    ``b`` and ``m``: the exhibits that are looked at first for it.
    """
    rows = []
    for point in work.points:
        named = _named(point)
        first = {side: _chosen(every.of(side), "", named) for side in ("b", "m")}
        rows.append(
            {
                "number": point.number,
                "title": point.text,
                "href": f"?p={point.number}",
                "is_current": current is not None and point.pk == current.pk,
                "finding": found.get(point.number, ""),
                "show_open": True,
                "stances": [stance(point, "buyer", "b", every), stance(point, "merchant", "m", every)],
                "b": first["b"].number if first["b"] is not None else "",
                "m": first["m"].number if first["m"] is not None else "",
            }
        )
    return rows


def stance(point: Point, side: str, short: str, every: Exhibits) -> dict[str, Any]:
    """What one side says to a point and on how many exhibits it rests; of whoever raised it, all that they gave."""
    answer = next((answer for answer in getattr(point, "current_answers", []) if answer.side == side), None)
    if answer is None:
        raised = point.raised_by == side
        views = every.of(short) if raised else []
        told = _("Raised this point") if raised else ""
        return {"side": short, "text": told, "raised": raised, **_counted(views)}
    words = labels.STANCES[answer.stance]
    said = f"{words} · {records.masked(answer.text)}" if answer.text else str(words)
    named = [view for view in every.of(short) if view.id in answer.exhibits]
    return {"side": short, "text": said, **_counted(named)}


def _counted(views: Sequence[ExhibitView]) -> dict[str, Any]:
    """How many, and the symbol of what they are, if they are all of a kind."""
    kinds = {view.kind for view in views}
    symbols = {"image": "image", "video": "video", "pdf": "file-text", "text": "file-text", "chat": "message-square"}
    return {"count": len(views), "icon": symbols.get(kinds.pop(), "paperclip") if len(kinds) == 1 else ""}


def said(work: Workspace, point: Point | None, every: Exhibits) -> dict[str, dict[str, str]]:
    """What each side says to the point that is shown, in ``text``: its answer, or of whoever raised it their ``account``."""
    told = {}
    for side, short in (("buyer", "b"), ("merchant", "m")):
        here = stance(point, side, short, every) if point is not None else {"text": ""}
        account = _account(work, side)
        told[short] = {"text": account if here.get("raised") and account else here["text"], "account": account}
    return told


def _account(work: Workspace, side: str) -> str:
    """What happened as this side told it to the platform, else when it first asked."""
    theirs = {one["kind"]: one["text"] for one in work.statements if one["side"] == side}
    return records.masked(theirs.get("story") or theirs.get("request") or "")


# What a side says to its cause. Words that belong to a proposal stand with it, those of an appeal with the appeal.
SAID = {
    "request": gettext_lazy("Asked for a refund"),
    "refusal": gettext_lazy("Refused the request"),
    "return_refusal": gettext_lazy("Refused the parcel sent back"),
    "story": gettext_lazy("Asked the platform to step in"),
    "rebuttal": gettext_lazy("Answered the points"),
    "new_facts": gettext_lazy("What is new"),
    "more_evidence": gettext_lazy("Handed in more evidence"),
}


def statements(work: Workspace) -> list[dict[str, Any]]:
    """What both sides wrote in their own words, oldest first and without telephone numbers."""
    return [
        {"side": one["side"][0], "kind": SAID[one["kind"]], "at": _at(one["at"]), "text": text}
        for one in work.statements
        if one["kind"] in SAID and (text := records.masked(one["text"]))
    ]


def facts(work: Workspace) -> list[dict[str, Any]]:
    """What the platform's own records say, oldest first. From the frozen file and the case; neither side can edit it."""
    case, order = work.case, work.file.get("order") or {}
    signed, back = delivered_at(work), amounts.given_back(case)
    told: list[tuple[datetime | None, str, bool]] = [
        (_at(order.get("paid_at")), _("Paid %(sum)s") % {"sum": _sum(case.line.paid, case.currency)}, False),
        (_at(order.get("shipped_at")), _("Shipped by the merchant"), False),
        (signed, _("Delivered and signed for"), True),
        (_at(order.get("completed_at")), _("Order completed"), False),
        (case.opened_at if back else None, _("Given back before: %(sum)s") % {"sum": _sum(back, case.currency)}, False),
        # A merchant's claim begins before the platform; nobody asked for a refund.
        (None if reversed_roles.is_merchants(case) else case.opened_at, _("Refund asked for"), False),
        (case.intervened_at, _("Platform asked to step in"), False),
        (case.buyer_handed_in_at, _("Buyer finished giving evidence"), False),
        (case.merchant_handed_in_at, _("Merchant finished giving evidence"), False),
    ]
    first = first_report(work)
    if first is not None and signed is not None:
        after = wording.span(first - signed)
        told.append((first, _("Buyer first wrote, %(after)s after delivery") % {"after": after}, True))
    rows = [{"at": at, "text": text, "strong": strong} for at, text, strong in told if at is not None]
    return sorted(rows, key=lambda row: row["at"])


def delivered_at(work: Workspace) -> datetime | None:
    return _at((work.file.get("order") or {}).get("signed_at"))


def first_report(work: Workspace) -> datetime | None:
    """When the buyer first wrote after the delivery, as the frozen talk says."""
    signed = delivered_at(work)
    talk = (work.file.get("chat") or {}).get("messages") or []
    first = next((item for item in talk if item.get("sender") == "buyer" and _after(item.get("at"), signed)), None)
    return _must(first["at"]) if first is not None else None


# Names of the kinds of events, and what an impossible order of two of them says.
EVENTS = {
    "placed": gettext_lazy("Ordered"),
    "paid": gettext_lazy("Paid"),
    "shipped": gettext_lazy("Shipped by the merchant"),
    "delivered": gettext_lazy("Delivered and signed for"),
    "claimed": gettext_lazy("Refund asked for"),
    "filed": gettext_lazy("Platform asked to step in"),
}
FLAGS = {
    "paid_before_placed": gettext_lazy("Paid before it was ordered: %(second)s, and ordered %(first)s"),
    "shipped_before_paid": gettext_lazy("Shipped before it was paid: %(second)s, and paid %(first)s"),
    "scan_before_shipped": gettext_lazy(
        "Scanned by the carrier before it was shipped: %(second)s, and shipped %(first)s"
    ),
    "delivered_before_shipped": gettext_lazy("Delivered before it was shipped: %(second)s, and shipped %(first)s"),
    "claimed_before_delivered": gettext_lazy("Claimed before it was delivered: %(second)s, and delivered %(first)s"),
    "filed_before_claimed": gettext_lazy("Filed before the refund was asked for: %(second)s, and asked %(first)s"),
    "scan_after_delivered": gettext_lazy("Under way after it was delivered: scanned %(first)s, delivered %(second)s"),
    "taken_before_delivered": gettext_lazy("%(name)s says it was taken %(second)s, and the delivery was %(first)s"),
    "taken_after_delivered": gettext_lazy("%(name)s says it was taken %(first)s, after the delivery of %(second)s"),
    "taken_after_added": gettext_lazy("%(name)s says it was taken %(first)s, and was handed in %(second)s"),
}


def ruled(work: Workspace, every: Exhibits, now: datetime) -> dict[str, Any]:
    """The time ruler: ``marks`` with their place and words, ``flags`` as sentences."""
    case = work.case
    by_merchant = reversed_roles.is_merchants(case)
    more = [] if by_merchant else [ruler.Event(case.opened_at, "claimed", "b")]
    if case.intervened_at is not None:
        more.append(ruler.Event(case.intervened_at, "filed", "m" if by_merchant else "b"))
    for view in every.views:
        row = every.rows[view.number]
        sheet = row.blob.sheet if row.blob is not None else None
        if sheet is not None and (taken := signals.taken_at(sheet)) is not None:
            more.append(ruler.Event(taken, "taken", view.side, view.number))
        if view.side != "p":
            more.append(ruler.Event(row.added_at, "added", view.side, view.number))
    found = ruler.events(work.file, more)
    arrives = (work.file.get("order") or {}).get("signed_at") is not None
    # The ruler is drawn on the scale of what happened to the goods; when things were handed in is on the cards.
    drawn = [event for event in found if event.kind != "added"]
    return {
        "arrived": any(event.kind == "delivered" for event in drawn),
        "marks": [
            {"event": mark.event, "x": 20 + mark.x, "title": _event(mark.event, now)} for mark in ruler.marks(drawn)
        ],
        "flags": [_flag(flag, now) for flag in ruler.flags(found, arrives=arrives)],
    }


def _event(event: ruler.Event, now: datetime) -> str:
    at = wording.moment(event.at, now)
    if event.kind == "taken":
        return _("%(name)s taken, by its own clock %(at)s") % {"name": event.name, "at": at}
    if event.kind == "scan":
        return f"{event.name or _('Scanned by the carrier')} · {at}"
    return f"{EVENTS[event.kind]} · {at}"


def _flag(flag: ruler.Flag, now: datetime) -> str:
    name = next((event.name for event in (flag.first, flag.second) if event.kind == "taken"), "")
    moments = {"first": wording.moment(flag.first.at, now), "second": wording.moment(flag.second.at, now)}
    return str(FLAGS[flag.code]) % {"name": name, **moments}


def promises(work: Workspace) -> list[str]:
    return records.promise_lines(work.file.get("promises") or [], work.case.currency)


# --- middle -----------------------------------------------------------------------------------------------------


def choose(work: Workspace, every: Exhibits, found: Mapping[int, str], asked: Mapping[str, str]) -> Shown:
    """The point that was asked for, else the first without a finding; the exhibits named for it come first."""
    wanted = asked.get("p", "")
    point = next((point for point in work.points if str(point.number) == wanted), None)
    point = point or next((point for point in work.points if not found.get(point.number)), None)
    point = point or (work.points[0] if work.points else None)
    named = _named(point)
    return Shown(
        point=point,
        buyer=_chosen(every.of("b"), asked.get("b", ""), named),
        merchant=_chosen(every.of("m"), asked.get("m", ""), named),
        record=next((view for view in every.of("p") if view.number == asked.get("r", "")), None),
    )


def in_sight(shown: Shown) -> list[ExhibitView]:
    """What the middle shows, and not only as a small picture."""
    views = [shown.record] if shown.record is not None else [shown.buyer, shown.merchant]
    return [view for view in views if view is not None]


def _named(point: Point | None) -> set[int]:
    if point is None:
        return set()
    return {pk for answer in getattr(point, "current_answers", []) for pk in answer.exhibits}


def _chosen(views: Sequence[ExhibitView], wanted: str, named: set[int]) -> ExhibitView | None:
    asked = next((view for view in views if view.number == wanted), None)
    hung = next((view for view in views if view.id in named), None)
    return asked or hung or (views[0] if views else None)


def burden(rules: Rules, type_code: str, order_state: str) -> dict[str, str]:
    """Who proves what, in one line, and the clause it rests on."""
    kind = rules.type(type_code)
    rest = kind.burden
    first = next(iter(rest.links(order_state)), None)
    who = {
        Bearer.BUYER: _("The buyer proves"),
        Bearer.MERCHANT: _("The merchant proves"),
        Bearer.ASSERTING: _("Each side proves what it says"),
    }
    text = f"{who[first.side]}{_(': ')}{first.shows}" if first is not None else who[rest.bearer]
    href = reverse("public:clause", args=[rules.version, rest.clause])
    return {"text": text, "silent": str(rest.silent), "clause": rest.clause, "href": href}


def card(
    view: ExhibitView,
    every: Exhibits,
    form: Mapping[str, Any] | None,
    *,
    number: str,
    reasons: Sequence[tuple[str, str]],
    weight: tuple[str, str] | None,
    wait: timedelta,
    now: datetime,
    hints: Sequence[str] = (),
) -> dict[str, Any]:
    """One exhibit as the card reads it: controls if ``form`` holds the values typed, else the weight it was given.

    ``hints``: what its file hints at (`signals`).
    """
    row = every.rows[view.number]
    shown: dict[str, Any] = {
        "side": view.side,
        "name": view.name,
        "number": view.number,
        "href": reverse("desk:exhibit", args=[number, view.number]),
        "src": view.display,
        "words": view.words,
        "alt": view.title,
        "width": view.width,
        "height": view.height,
        "note": records.masked(view.note),
        "caption": view.length,
        "checks": checks(row, wait, now),
        "signals": hints,
        "answers": answers(row),
        "icon": "file-text",
    }
    if form is not None:
        shown |= {
            "admit_name": f"admit_{view.number}",
            "chosen": form.get(f"admit_{view.number}") or "",
            "reason_name": f"reason_{view.number}",
            "reasons": reasons,
            "chosen_reason": form.get(f"reason_{view.number}") or "",
            "form_id": FORM,
        }
    elif weight is not None:
        shown |= {"admitted": {"full": "yes", "part": "part", "none": "no"}.get(weight[0], ""), "reason": weight[1]}
    return shown


def checks(row: Exhibit, wait: timedelta, now: datetime) -> list[dict[str, Any]]:
    """What can be said of an exhibit without looking at it."""
    added = {"at": wording.moment(row.added_at, now)}
    told = [{"ok": True, "text": _("Added %(at)s, fingerprint %(sha)s") % {**added, "sha": row.sha256[:8]}}]
    if not dossiers.citable(row, now, wait):
        hours = int(wait / wording.HOUR)
        words = ngettext(
            "The other side has not had it for {n} hour yet", "The other side has not had it for {n} hours yet", hours
        )
        told.append({"ok": False, "text": words.format(n=hours)})
    state = media.lost(row) or media.waiting(row)
    if state:
        told.append({"ok": False, "text": state})
    if masked := masking.covers(row):
        told.append({"ok": True, "text": masks.what(masked)})
    if sheets.mixes_scripts(row.name):
        told.append({"ok": False, "text": _("Its name mixes letters of alphabets that look alike")})
    if row.round > 1:
        told.append({"ok": False, "text": _("New on appeal")})
    return told


def answers(row: Exhibit) -> list[dict[str, Any]]:
    """What the other side says of it, oldest first; as `arbitration.queries` has read it with the exhibit."""
    return [
        {
            "side": one["side"][0],
            "stance": labels.EXHIBIT_STANCES[one["stance"]],
            "grounds": [labels.EXHIBIT_GROUNDS[ground] for ground in one["grounds"]],
            "text": records.masked(one["text"] or ""),
            "at": _must(one["at"]),
        }
        for one in getattr(row, "answered", None) or []
    ]


def _sum(amount: int, currency: str) -> str:
    return money.sign(currency) + money.text(amount, currency)


def _at(written: Any) -> datetime | None:
    return datetime.fromisoformat(written) if written else None


def _must(written: str) -> datetime:
    return datetime.fromisoformat(written)


def _after(written: Any, moment: datetime | None) -> bool:
    at = _at(written)
    return at is not None and moment is not None and at >= moment
