"""How the file of an exhibit is looked at: its pictures or its film, what is missing, what the file says of itself.

Knows a row of `evidence.dossiers` and a reader; makes no query. Refuses to know cases.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from common import dates
from common.errors import Refused
from disputes import refusals
from evidence import limits, links, masking, preparation, sheets, sniff, store
from evidence import media as kinds
from evidence.masking import Shown
from evidence.models import Exhibit, Sheet
from web import wording


@dataclass(frozen=True)
class Media:
    """``waiting`` and ``lost`` are sentences, or empty. ``facts``: label and value, as much as this reader may know."""

    pages: list[dict[str, Any]]
    film: dict[str, Any] | None
    waiting: str
    lost: str
    advice: str
    facts: list[tuple[str, str]]


def of(
    row: Exhibit, *, viewer: int, mine: bool = False, sees_all: bool = False, beneath: bool = False, now: datetime
) -> Media:
    """For whom: ``mine`` whoever sent it, ``sees_all`` staff. The other side learns sizes, and nothing of a device.

    Everybody is shown the shared copies, as the other side sees them, but staff who look ``beneath`` masks.
    """
    if row.blob is None:
        return Media([], None, waiting(row), "", "", [])
    copies = masking.bare(row) if beneath else masking.shared(row)
    film = copies.get(store.FILM)
    shown = {} if row.withdrawn_at is not None else copies
    sheet = row.blob.sheet
    return Media(
        pages=[]
        if film and shown
        else [_picture(row, copy, copies, viewer, beneath, now) for copy in _in_order(shown)],
        film=_film(row, film, viewer, beneath, now) if film and shown else None,
        waiting=waiting(row),
        lost=lost(row),
        advice=advice(row) if mine else "",
        facts=[
            *_measures(row, sheet),
            *(_device(sheet) if mine or sees_all else []),
            *(_scanned(row) if sees_all else []),
        ],
    )


def limits_text(kinds_taken: Sequence[str] = ()) -> str:
    """What may be sent. Named before the picker opens. ``kinds_taken``: of `checklist.accepts`, where not all are."""
    words = {
        "megabytes": limits.FILE_BYTES // limits.MEGABYTE,
        "film": limits.FILM_BYTES // limits.MEGABYTE,
        "minutes": limits.FILM_SECONDS // 60,
    }
    if tuple(kinds_taken) == ("video",):
        return _("Videos up to %(film)s MB and %(minutes)s minutes.") % words
    if not kinds.takes_films():
        return (
            _("Photos or PDF, up to %(megabytes)s MB each. Videos cannot be read here: send frames as photos.") % words
        )
    return (
        _(
            "Photos up to %(megabytes)s MB, videos up to %(film)s MB and %(minutes)s minutes, PDF up to %(megabytes)s MB. "
            "HEIC can be sent as it is."
        )
        % words
    )


def waiting(row: Exhibit) -> str:
    """Why there is nothing to see, or not all of it yet: it was erased, or is still being made. It counts all the same."""
    if row.erased_at is not None:
        told = _("Erased on %(day)s, when it no longer had to be kept. Its number and its digest stay.")
        return told % {"day": wording.day(row.erased_at)}
    left = row.blob and getattr(row.blob, "preparation", None)
    if row.blob is None or not left or left.is_over:
        return ""
    match preparation.copies_needed(row.blob):
        case "film":
            return _("Received, being converted. It counts already; you can go on.")
        case "pages":
            return _("The further pages are being drawn.")
    return ""


def lost(row: Exhibit) -> str:
    """Why a file that was taken in cannot be shown, in words."""
    if row.blob is None or not preparation.is_lost(row):
        return ""
    over = row.blob.preparation
    return refusals.say(Refused(over.code or "could_not_be_read", **over.data))


def advice(row: Exhibit) -> str:
    """That a picture may be hard to make out. Said to whoever sent it, once; never a reason to refuse."""
    found = sheets.advice(row.blob.sheet if row.blob is not None else None)
    if not found:
        return ""
    if found[0] == "too_dark":
        return _("This is very dark and may be hard to see. Better take another one; you can also use this one.")
    return _("This is not sharp and may be hard to see. Better take another one; you can also use this one.")


def _in_order(copies: dict[str, Shown]) -> list[Shown]:
    pages = [copy for kind, copy in copies.items() if kind == store.DISPLAY or kind.startswith("page_")]
    return sorted(pages, key=lambda copy: int(copy.kind.removeprefix("page_")) if "_" in copy.kind else 0)


def _picture(
    row: Exhibit, copy: Shown, copies: dict[str, Shown], viewer: int, beneath: bool, now: datetime
) -> dict[str, Any]:
    def link(kind: str) -> str:
        return _link(row, links.beneath(kind) if beneath else kind, viewer, now)

    large = copies.get(store.LARGE) if copy.kind == store.DISPLAY else None
    return {
        "src": link(copy.kind),
        "large": link(store.LARGE) if large else "",
        "width": copy.width,
        "height": copy.height,
    }


def film(row: Exhibit, *, viewer: int, beneath: bool, now: datetime) -> dict[str, Any] | None:
    """The player of a video alone, if its film is made."""
    copy = (masking.bare(row) if beneath else masking.shared(row)).get(store.FILM)
    return _film(row, copy, viewer, beneath, now) if copy is not None else None


def _film(row: Exhibit, copy: Shown, viewer: int, beneath: bool, now: datetime) -> dict[str, Any]:
    def link(kind: str) -> str:
        return _link(row, links.beneath(kind) if beneath else kind, viewer, now)

    return {
        "src": link(copy.kind),
        "poster": link(store.DISPLAY),
        "width": copy.width,
        "height": copy.height,
    }


def _link(row: Exhibit, variant: str, viewer: int, now: datetime) -> str:
    return reverse("public:file", args=[links.sign(row, variant, viewer=viewer, now=now)])


def _measures(row: Exhibit, sheet: Sheet) -> list[tuple[str, str]]:
    assert row.blob is not None
    told = [(_("Kind"), sniff.EXTENSIONS[row.blob.mime].upper())]
    if sheet.pages:
        told.append((_("Pages"), str(sheet.pages)))
    else:
        told.append((_("Size"), f"{sheet.width} × {sheet.height}"))
    if sheet.milliseconds:
        told.append((_("Length"), length(sheet.milliseconds)))
    told.append((_("File"), _size(row.size)))
    return told


def length(milliseconds: int) -> str:
    """``1:07``, as players write it."""
    minutes, seconds = divmod(round(milliseconds / 1000), 60)
    return f"{minutes}:{seconds:02}"


def _size(size: int) -> str:
    return f"{size / 1_048_576:.1f} MB" if size >= 1_048_576 else f"{max(1, size // 1024)} KB"


def _scanned(row: Exhibit) -> list[tuple[str, str]]:
    """Whether a scanner looked at it. That nothing was found is never said of what nobody scanned."""
    scan = getattr(row.blob, "scan", None)
    if scan is None:
        return [(_("Malware"), _("Not scanned"))]
    return [(_("Malware"), _("Nothing found (%(engine)s)") % {"engine": scan.engine})]


def _device(sheet: Sheet) -> list[tuple[str, str]]:
    """What the file says of itself. A claim, like all that a file says."""
    told = []
    if sheet.taken_at:
        told.append((_("Taken"), _taken(sheet.taken_at)))
    device = f"{sheet.make} {sheet.model}".strip()
    if device:
        told.append((_("Device"), device))
    if sheet.software:
        told.append((_("Software"), sheet.software))
    told.append((_("Place in the file"), _("Yes") if sheet.has_position else _("No")))
    return told


def _taken(said: str) -> str:
    moment = datetime.fromisoformat(said)
    if moment.tzinfo is not None:
        return wording.moment(moment, moment)
    return _("%(at)s by the device's own clock") % {
        "at": dates.written(moment.date(), f"{moment:%H:%M}", with_year=True)
    }
