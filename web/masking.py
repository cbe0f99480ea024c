"""Pages to mask parts of a picture and to look beneath masks. Knows readers and forms; what may be is the acts' to say.

Without script a grid of cells lies over the picture. With it (masks.js) parts are drawn as they are needed; both arrive here
as regions in 1200ths.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from common import clock
from common.actor import Actor, Role
from common.errors import Missing, Refused
from disputes import masking as acts
from disputes import refusals
from disputes.models import Case
from evidence import dossiers, limits, links, masking
from evidence.masking import Cover, Region
from evidence.models import Exhibit, Kind
from rulebook import queries as rulebook
from web import awaited, case_page, fetch, media, navigation, wording
from web.desk import shell

AREAS = {"buyer": "layout/buyer.html", "merchant": "layout/area.html", "desk": "layout/desk.html"}
_CELL = limits.MASK_UNITS // limits.MASK_CELLS
# More is read of no form: a picture has at most 60 parts.
_LONGEST = 4000


@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, number: str, place: str, area: str) -> HttpResponse:
    """The picture with its masks and a grid over it. POST puts them on, and leads back to the exhibit."""
    actor = _reader(request, area)
    case, now = fetch.case_and_now_or_404(number, actor)
    row = _exhibit(case, place, actor, now)
    pages = masking.pages_of(row)
    page = _page(request, pages)
    is_beneath = masking.may_look_beneath(row, actor, now)
    _require_editor(case, row, actor)
    standing = masking.covers(row).get(page)
    regions: Sequence[Region] = standing.regions if standing is not None else ()
    closed = actor.side is not None and acts.stays_as_masked(row)
    error, status = "", 200
    kept, ticked, drawn = set(range(1, len(regions) + 1)), set[int](), ""
    if request.method == "POST":
        # What was marked is marked still if it is refused.
        kept, ticked = _numbers(request, "keep"), _numbers(request, "cell")
        drawn = request.POST.get("drawn", "")[:_LONGEST]
        try:
            is_film = row.kind == Kind.VIDEO
            parts = wanted(request, regions, _span(request) if is_film else (), _silence(request) if is_film else ())
            made = acts.mask(case.pk, row.pk, parts, page=page, actor=actor, now=clock.now())
        except Missing:
            raise Http404 from None
        except Refused as refused:
            error, status = refusals.say(refused), 409 if refused.code == "evidence_stays_as_masked" else 422
        else:
            is_done = masking.finish_at_once(made, instant=clock.now)
            messages.success(request, _said(len(made.regions), is_done=is_done, is_film=row.kind == Kind.VIDEO))
            return HttpResponseRedirect(_exhibit_href(area, case, row))
    shown = {
        "case": case,
        "view": case_page.exhibit_view(row, actor, rulebook.rules(case.substance_rules_id), now),
        "picture": _picture(row, page, actor, now, is_beneath=is_beneath),
        "page": page,
        "pages": [(one, one == page) for one in pages] if len(pages) > 1 else [],
        "regions": [
            (place, place in kept, _when(region), len(region) == 2) for place, region in enumerate(regions, start=1)
        ],
        "boxes": [
            (left, top, right - left, bottom - top, place in kept)
            for place, region in enumerate(regions, start=1)
            if len(region) > 2
            for left, top, right, bottom in [region[:4]]
        ],
        "film": media.film(row, viewer=actor.id or 0, beneath=is_beneath, now=now),
        "is_film": row.kind == Kind.VIDEO,
        "starts": request.POST.get("starts", "")[:12],
        "ends": request.POST.get("ends", "")[:12],
        "has_sound": masking.has_sound(row),
        "silent_from": request.POST.get("silent_from", "")[:12],
        "silent_until": request.POST.get("silent_until", "")[:12],
        "silent_all": "silent_all" in request.POST,
        "drawn": drawn,
        "closed": refusals.say(Refused("evidence_stays_as_masked")) if closed and not error else "",
        "can_mask": not closed,
        "cells": [
            (at := row_ * limits.MASK_CELLS + column, row_ + 1, column + 1, at in ticked)
            for row_ in range(limits.MASK_CELLS)
            for column in range(limits.MASK_CELLS)
        ],
        "units": limits.MASK_UNITS,
        "is_beneath": is_beneath,
        "error": error,
        "back": _exhibit_href(area, case, row),
        **_around(case, actor, area, now),
    }
    return render(request, "case/mask.html", shown, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
def open_original(request: HttpRequest, number: str, place: str) -> HttpResponse:
    """Why somebody who rules wants to see an exhibit as it was handed in; then they do, for half an hour."""
    actor = shell.reader(request)
    case, now = fetch.case_and_now_or_404(number, actor)
    row = _exhibit(case, place, actor, now)
    reason, error = request.POST.get("reason", ""), ""
    if request.method == "POST":
        try:
            acts.open_original(case.pk, row.pk, reason=reason, actor=actor, now=clock.now())
        except Missing:
            raise Http404 from None
        except Refused as refused:
            error = refusals.say(refused)
        else:
            messages.success(request, _("You see it as it was handed in for half an hour. Your reason is on record."))
            return HttpResponseRedirect(_exhibit_href("desk", case, row))
    shown = {
        "case": case,
        "view": case_page.exhibit_view(row, actor, rulebook.rules(case.substance_rules_id), now),
        "may": acts.is_on_the_bench_of(case, actor),
        "minutes": int(limits.OPEN_FOR.total_seconds() // 60),
        "reason": reason,
        "error": error,
        "back": _exhibit_href("desk", case, row),
        **_around(case, actor, "desk", now),
    }
    return render(request, "desk/open.html", shown, status=422 if error else 200)


@dataclass(frozen=True, slots=True)
class Card:
    """What stands beside an exhibit about its masks. Addresses are empty where this reader has no such thing to do."""

    text: str
    mask_href: str = ""
    mask_label: str = ""
    open_href: str = ""
    original: str = ""
    is_open: bool = False


def card(case: Case, row: Exhibit, actor: Actor, now: datetime) -> Card:
    """For one reader of one exhibit. At most one query, for the bench."""
    if row.blob is None or row.withdrawn_at is not None:
        return Card("")
    covers = masking.covers(row)
    mine = actor.side is not None and actor.side.value == row.side
    rules_it = acts.is_on_the_bench_of(case, actor)
    until = masking.opened([row], actor, now).get(row.pk) if rules_it else None
    area = "desk" if actor.side is None else actor.side.value
    where = [case.number, row.number]
    edits = bool(masking.pages_of(row)) and (rules_it or (mine and not acts.stays_as_masked(row)))
    return Card(
        text=_told(covers, mine=mine, bench=actor.side is None, until=until, now=now),
        mask_href=reverse(f"{area}:mask", args=where) if edits else "",
        mask_label=_("Change the masks") if covers else _("Mask parts of it"),
        open_href=reverse("desk:open", args=where) if rules_it and until is None else "",
        original=_file(row, links.ORIGINAL, actor, now) if until is not None else "",
        is_open=until is not None,
    )


def what(covers: Mapping[int, Cover]) -> str:
    """Which parts are masked, or that it is being done."""
    if any(cover.copies is None for cover in covers.values()):
        return _("A mask is being put on it; until it is, that page is not shown")
    pages = [str(page) for page in covers if page]
    if pages:
        return _("Masked in part: page %(pages)s") % {"pages": "、".join(pages)}
    return _("Masked in part")


def _told(covers: Mapping[int, Cover], *, mine: bool, bench: bool, until: datetime | None, now: datetime) -> str:
    if until is not None:
        said = _("You see it as it was handed in until %(at)s. Nobody else sees more than before.")
        return said % {"at": wording.moment(until, now)}
    if not covers:
        return ""
    if any(cover.copies is None for cover in covers.values()):
        return what(covers)
    if mine:
        return _("%(what)s. This is what the other side and whoever rules see.") % {"what": what(covers)}
    if bench:
        return _("%(what)s. Both sides know; only the side that handed it in sees more.") % {"what": what(covers)}
    return _("%(what)s for privacy. Whoever rules can look beneath, with a reason.") % {"what": what(covers)}


def wanted(
    request: HttpRequest, standing: Sequence[Region], span: tuple[int, ...] = (), silence: tuple[int, ...] = ()
) -> list[Region]:
    """What the form asks for: those that stand and were not unticked, the cells that were ticked, and what was drawn.

    What is new is for ``span`` of a film, from and until in milliseconds, or for all of it. ``silence``: when nothing is
    heard of it any more.
    """
    kept = _numbers(request, "keep")
    stays = [region for place, region in enumerate(standing, start=1) if place in kept]
    ticked = _numbers(request, "cell")
    new = [*_of_cells(ticked), *_drawn(request.POST.get("drawn", ""))]
    found = [*stays, *((*region, *span) for region in new), *([silence] if silence else [])]
    # What lies within another part, or was marked twice, is no part of its own.
    return [one for n, one in enumerate(found) if not any(_within(one, at, found[:n]) for at in found)]


def _numbers(request: HttpRequest, name: str) -> set[int]:
    return {int(one) for one in request.POST.getlist(name) if _is_small(one)}


def _within(one: Region, other: Region, earlier: Sequence[Region]) -> bool:
    return one in earlier if one == other else masking.covers_all_of(other, one)


def _span(request: HttpRequest) -> tuple[int, ...]:
    """From when until when new parts of a film are covered, in milliseconds; nothing where the form leaves both open."""
    return _times(request, "starts", "ends")


def _silence(request: HttpRequest) -> tuple[int, ...]:
    """From when until when a film is silent: all of it, or as the form says; nothing where it says nothing."""
    if "silent_all" in request.POST:
        return 0, limits.FILM_SECONDS * 1000 + 1000
    return _times(request, "silent_from", "silent_until")


def _times(request: HttpRequest, *names: str) -> tuple[int, ...]:
    said = [request.POST.get(name, "").strip()[:12] for name in names]
    if not any(said):
        return ()
    starts, ends = (_milliseconds(one) for one in said)
    if starts is None or ends is None:
        raise Refused("mask_time_unreadable")
    if starts >= ends:
        raise Refused("mask_time_backwards")
    return starts, ends


def _milliseconds(written: str) -> int | None:
    found = re.fullmatch(r"(?:(\d{1,2})[:：])?(\d{1,3})(?:[.,](\d))?", written)
    if found is None:
        return None
    minutes, seconds, tenths = (int(part or 0) for part in found.groups())
    return minutes * 60_000 + seconds * 1000 + tenths * 100


def _when(region: Region) -> str:
    """From when until when a part of a film is covered or silent, as a player counts; empty if it is for all of it."""
    when = region if len(region) == 2 else region[4:]
    if when and when[1] > limits.FILM_SECONDS * 1000:
        return ""
    return "–".join(media.length(at) for at in when)


def _of_cells(ticked: Iterable[int]) -> list[Region]:
    """Cells beside each other as one region, and equal rows beneath each other too: few regions instead of a hundred."""
    runs: dict[tuple[int, int], list[Region]] = {}
    rows: dict[int, list[int]] = {}
    for cell in sorted(ticked):
        row, column = divmod(cell, limits.MASK_CELLS)
        if row < limits.MASK_CELLS:
            rows.setdefault(row, []).append(column)
    for row, columns in sorted(rows.items()):
        for first, last in _stretches(columns):
            above = runs.setdefault((first, last), [])
            left, right = first * _CELL, (last + 1) * _CELL
            if above and above[-1][3] == row * _CELL:
                above[-1] = (left, above[-1][1], right, (row + 1) * _CELL)
            else:
                above.append((left, row * _CELL, right, (row + 1) * _CELL))
    return [region for regions in runs.values() for region in regions]


def _stretches(numbers: Sequence[int]) -> list[tuple[int, int]]:
    found: list[tuple[int, int]] = []
    for number in numbers:
        if found and found[-1][1] == number - 1:
            found[-1] = (found[-1][0], number)
        else:
            found.append((number, number))
    return found


def _drawn(written: str) -> list[Region]:
    """``l,t,r,b`` for each part, with semicolons between. What is no such thing is outside, which the act refuses."""
    found: list[Region] = []
    for part in filter(None, written[:_LONGEST].split(";")):
        numbers = [int(one) if _is_small(one) else -1 for one in part.split(",")]
        left, top, right, bottom = (numbers + [-1] * 4)[:4]
        found.append((left, top, right, bottom))
    return found


def _is_small(written: str) -> bool:
    return written.isascii() and written.isdigit() and len(written) <= 4


def _reader(request: HttpRequest, area: str) -> Actor:
    return shell.reader(request) if area == "desk" else fetch.actor_or_404(request, Role(area))


def _exhibit(case: Case, place: str, actor: Actor, now: datetime) -> Exhibit:
    """A file of this case under its number, if this reader may see it at all."""
    if actor.side is not None:
        rows = dossiers.visible_to(case.dossier_id, side=actor.side.value, now=now)
    else:
        rows = dossiers.listing(case.dossier_id)
    row = next((row for row in rows if row.number == place), None)
    if row is None or row.blob is None or row.withdrawn_at is not None:
        raise Http404
    return row


def _require_editor(case: Case, row: Exhibit, actor: Actor) -> None:
    """There is no such page for whoever could not mask anything there: the other side, or somebody who does not rule."""
    if not masking.pages_of(row):
        raise Http404
    if actor.side is not None and row.side != actor.side.value:
        raise Http404
    if actor.side is None and not acts.is_on_the_bench_of(case, actor):
        raise Http404


def _page(request: HttpRequest, pages: Sequence[int]) -> int:
    written = request.POST.get("page") or request.GET.get("page") or ""
    if not pages:
        raise Http404
    page = int(written) if _is_small(written) else pages[0]
    if page not in pages:
        raise Http404
    return page


def _picture(row: Exhibit, page: int, actor: Actor, now: datetime, *, is_beneath: bool) -> dict[str, Any] | None:
    """What is drawn upon: as it was handed in for whoever may see that, else with the masks that are on it."""
    kind = f"page_{page}" if page else "display"
    copy = (masking.bare(row) if is_beneath else masking.shared(row)).get(kind)
    if copy is None:
        return None
    src = _file(row, links.beneath(kind) if is_beneath else kind, actor, now)
    return {"src": src, "width": copy.width, "height": copy.height}


def _file(row: Exhibit, variant: str, actor: Actor, now: datetime) -> str:
    return reverse("public:file", args=[links.sign(row, variant, viewer=actor.id or 0, now=now)])


def _exhibit_href(area: str, case: Case, row: Exhibit) -> str:
    return reverse(f"{area}:exhibit", args=[case.number, row.number])


def _said(places: int, *, is_done: bool, is_film: bool) -> str:
    if not places:
        return _("Nothing is masked on it any more. The other side sees it as it was handed in.")
    if not is_done and is_film:
        return _("Masked. The video is being made; until it is ready nobody else sees it at all.")
    if not is_done:
        return _("Masked. The picture is being made; until it is ready nobody else sees this page at all.")
    return _("Masked. This is what the other side sees now; what was handed in is kept as it is.")


def _around(case: Case, actor: Actor, area: str, now: datetime) -> dict[str, Any]:
    shown: dict[str, Any] = {"layout": AREAS[area], "top_title": _("Mask"), "area": area, "now": now}
    if area == "desk":
        return shown | shell.around(actor, "queue", now)
    if area == "merchant":
        shown |= {
            "nav": navigation.items("merchant", "open", awaited.counts(case)),
            "area_name": navigation.NAMES["merchant"],
            "home": reverse("merchant:inbox"),
        }
    return shown
