"""The middle of the workspace as values: two exhibits beside each other, all others in a list, a strip of small pictures.

Every exhibit has one card, wherever it stands, because a form has each of its controls once. No query.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from arbitration.queries import Workspace
from common.actor import Actor
from evidence.models import Exhibit, Kind
from evidence.signals import Moments
from evidence.twins import Twins
from rulebook.rules import Rules
from web import listing_pictures, media, records
from web.case_page import ExhibitView
from web.desk import integrity, looking, signals
from web.desk.panes import FORM, Exhibits, Shown, answers

SIDES = ("b", "m")
# How the two are looked at. The first is what nobody has to ask for.
TWO, SINGLE, OVER = "two", "one", "over"
VIEWS: tuple[tuple[str, str | Promise, str], ...] = (
    (TWO, gettext_lazy("Side by side"), "columns-2"),
    (SINGLE, gettext_lazy("Single"), "square"),
    (OVER, gettext_lazy("Overlay"), "layers-2"),
)
ICONS = {
    Kind.IMAGE: "image",
    Kind.VIDEO: "video",
    Kind.PDF: "file-text",
    Kind.TEXT: "file-text",
    Kind.CHAT: "message-square",
    Kind.RECORD: "shield-check",
}
# Lines of a text or a talk that a card shows; the rest is on the page of the exhibit.
_MOST_LINES = 60
# Words of a side that are longer are folded; the script that changes points folds at the same length.
LONG = 72


@dataclass(frozen=True)
class Weighing:
    """What the cards are made with. ``form``: the values typed, if the reader rules; else ``weights`` is what was said.

    ``weights``: exhibit id → (verdict, its reason in words). ``marks``: exhibit number → what was drawn on it, as
    `annotating.marks` says; ``marked_at``: exhibit number → where a new mark is sent to, for those that can bear one.
    ``wait``: how long the other side must have had an exhibit before it is cited.
    """

    form: Mapping[str, Any] | None
    reasons: Sequence[tuple[str, str]]
    weights: Mapping[int, tuple[str, str]]
    marks: Mapping[str, Sequence[Any]]
    marked_at: Mapping[str, str]
    wait: timedelta


def view_of(asked: Mapping[str, str]) -> str:
    wanted = asked.get("v", "")
    return wanted if wanted in {code for code, _name, _icon in VIEWS} else TWO


def cards(
    work: Workspace,
    every: Exhibits,
    rules: Rules,
    weighing: Weighing,
    twins: Mapping[int, Twins],
    actor: Actor,
    now: datetime,
) -> dict[str, dict[str, Any]]:
    """Number → card, of all exhibits."""
    moments = signals.moments(work)
    return {view.number: _card(view, every, work, rules, weighing, twins, moments, actor, now) for view in every.views}


def _card(
    view: ExhibitView,
    every: Exhibits,
    work: Workspace,
    rules: Rules,
    weighing: Weighing,
    twins: Mapping[int, Twins],
    moments: Moments,
    actor: Actor,
    now: datetime,
) -> dict[str, Any]:
    row, number = every.rows[view.number], work.case.number
    found = signals.found(row, moments, twins.get(row.pk), rules)
    shown: dict[str, Any] = {
        "side": view.side,
        "name": view.name,
        "title": view.title,
        "number": view.number,
        "href": reverse("desk:exhibit", args=[number, view.number]),
        "icon": ICONS.get(Kind(row.kind), "file-text"),
        "seen": every.seen(view),
        "note": records.masked(view.note),
        "integrity": integrity.of(row, found, moments, twins.get(row.pk), wait=weighing.wait, now=now),
        "answers": answers(row),
        "annotate_href": weighing.marked_at.get(view.number, ""),
        **_picture(view, row, actor, work.case.currency, now),
    }
    if tall := shown.get("tall"):
        shown["marks"] = [_drawn(mark, tall) for mark in weighing.marks.get(view.number, ()) if not mark.page]
    shown["whole"] = looking.is_whole(view) or (bool(shown.get("lines")) and not shown["cut"])
    if weighing.form is not None:
        shown |= {
            "admit_name": f"admit_{view.number}",
            "chosen": weighing.form.get(f"admit_{view.number}") or "",
            "reason_name": f"reason_{view.number}",
            "reasons": weighing.reasons,
            "chosen_reason": weighing.form.get(f"reason_{view.number}") or "",
            "form_id": FORM,
        }
    elif weight := weighing.weights.get(view.id):
        shown |= {"admitted": {"full": "yes", "part": "part", "none": "no"}.get(weight[0], ""), "reason": weight[1]}
    return shown


def _drawn(mark: Any, tall: int) -> dict[str, Any]:
    """A mark on a drawing that is 1000 wide and ``tall`` high, as the picture is. Its text is inside unless it is told."""
    return {
        "x": mark.left,
        "y": mark.top * tall // 1000,
        "width": mark.width,
        "height": mark.height * tall // 1000,
        "place": mark.number,
        "text": mark.text,
    }


def _picture(view: ExhibitView, row: Exhibit, actor: Actor, currency: str, now: datetime) -> dict[str, Any]:
    """What the frame of a card holds: a film, a picture, or the first lines of words."""
    if row.kind == Kind.VIDEO:
        film = media.of(row, viewer=actor.id or 0, sees_all=True, now=now).film
        if film is not None:
            return {"film": film, "caption": view.length}
    if view.display:
        pages = ngettext("{n} page", "{n} pages", view.pages).format(n=view.pages) if view.pages > 1 else ""
        width, height = view.width or 4, view.height or 3
        return {
            "src": view.display,
            "alt": view.title,
            "width": width,
            "height": height,
            "tall": round(1000 * height / width),
            "caption": pages,
        }
    lines = records.lines(view.content or {}, currency)
    pictured = getattr(row, "pictured", None)
    shown = listing_pictures.display(pictured) if pictured else ""
    return {"lines": lines[:_MOST_LINES], "cut": len(lines) > _MOST_LINES, "listing": shown}


def halves(
    shown: Shown, made: Mapping[str, dict[str, Any]], said: Mapping[str, Mapping[str, str]]
) -> list[dict[str, Any]]:
    """Buyer left, merchant right, the same room for each, whether or not there is anything in it.

    ``said``: what each side says to the point that is shown, as `panes.said`; what is long is folded.
    """
    chosen = {"b": shown.buyer, "m": shown.merchant}
    return [
        {
            "side": side,
            "is_active": side == "b",
            "card": made[view.number] if (view := chosen[side]) is not None else None,
            "said": said[side]["text"],
            "account": said[side]["account"],
            "is_long": len(said[side]["text"]) > LONG,
        }
        for side in SIDES
    ]


def others(shown: Shown, made: Mapping[str, dict[str, Any]]) -> list[dict[str, Any]]:
    """The cards that are not beside each other, in the order of the file."""
    pair = {view.number for view in (shown.buyer, shown.merchant, shown.record) if view is not None}
    return [card for number, card in made.items() if number not in pair]


def strips(every: Exhibits, shown: Shown) -> list[tuple[str, list[dict[str, Any]]]]:
    """The small pictures of both sides, each with whether it was opened."""
    return [(side, strip(every, shown, side)) for side in SIDES]


def strip(every: Exhibits, shown: Shown, side: str) -> list[dict[str, Any]]:
    current = {"b": shown.buyer, "m": shown.merchant, "p": shown.record}[side]
    key = "r" if side == "p" else side
    return [
        {
            "number": view.number,
            "name": view.name,
            "thumb": view.thumb,
            "icon": ICONS.get(Kind(every.rows[view.number].kind), "file-text"),
            "length": view.length,
            "href": address(shown, **{"r": "", key: view.number}),
            "is_current": current is not None and view.number == current.number,
            "seen": every.seen(view),
        }
        for view in every.of(side)
    ]


def address(shown: Shown, **changes: str) -> str:
    """The address of what is shown, with changes: ``?p=3&b=B2&m=M1``."""
    values = {
        "p": str(shown.point.number) if shown.point is not None else "",
        "b": shown.buyer.number if shown.buyer is not None else "",
        "m": shown.merchant.number if shown.merchant is not None else "",
        "r": shown.record.number if shown.record is not None else "",
        "v": "",
        **changes,
    }
    return "?" + urlencode({key: value for key, value in values.items() if value})


def views(shown: Shown, current: str) -> list[dict[str, Any]]:
    return [
        {
            "code": code,
            "name": name,
            "icon": icon,
            "href": address(shown, v="" if code == TWO else code),
            "is_current": code == current,
        }
        for code, name, icon in VIEWS
    ]


def seen_words(seen: int, total: int) -> str:
    return _("seen %(seen)s / %(total)s") % {"seen": seen, "total": total}
