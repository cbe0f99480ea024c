"""Pictures of listings, as records name them: open to everybody, as they were where the goods were sold.

An address is made of the digest alone, so a browser keeps what it has seen. Nothing that differs from its digest is shown.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db.models import Exists, OuterRef
from django.db.models.fields.json import KT
from django.http import FileResponse, Http404, HttpRequest, HttpResponseBase
from django.urls import reverse
from django.views.decorators.http import require_safe

from evidence import integrity, record_pictures, store
from evidence.models import Derivative, RecordPicture
from marketplace import snapshots
from marketplace.models import ListingSnapshot
from web.files import LOCKED_IN

_FOR_EVER = "public, max-age=31536000, immutable"


@dataclass(frozen=True, slots=True)
class Picture:
    thumb: str
    display: str
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Pictures:
    """Those of one record that are here; ``missing``: how many more it names, which could not be had or are on their way."""

    here: list[Picture]
    missing: int


@require_safe
def picture(request: HttpRequest, sha256: str, kind: str) -> HttpResponseBase:
    """A copy of the picture with this SHA-256."""
    copy = record_pictures.copy_of(sha256, kind)
    file = integrity.whole(copy.key, copy.sha256) if copy is not None else None
    if copy is None or file is None:
        raise Http404
    reply = FileResponse(file, content_type=store.mime_of(copy.kind))
    reply["Content-Length"] = str(copy.size)
    reply["Cache-Control"] = _FOR_EVER
    reply["X-Content-Type-Options"] = "nosniff"
    reply["Content-Security-Policy"] = LOCKED_IN
    return reply


def firsts(line_ids: Collection[int]) -> dict[int, str]:
    """Order line → address of the small copy of its listing's first picture, where that is here. One query."""
    named = ListingSnapshot.objects.filter(lines__in=line_ids).annotate(first=KT("images__0__sha256"))
    here = RecordPicture.objects.filter(sha256=OuterRef("first"), blob__isnull=False)
    rows = named.filter(Exists(here)).values_list("lines", "first")
    return {line: _href(sha256, store.THUMB) for line, sha256 in rows}


def firsts_seen(line_ids: Collection[int], now: datetime) -> dict[int, str]:
    """The same for a page of orders, most of which no case is about: what is not here yet is fetched, now that somebody
    looks. One query, and an act the first time.
    """
    rows = ListingSnapshot.objects.filter(lines__in=line_ids).annotate(
        first=KT("images__0__sha256"), url=KT("images__0__url")
    )
    known = RecordPicture.objects.filter(sha256=OuterRef("first"))
    rows = rows.annotate(is_known=Exists(known), is_here=Exists(known.filter(blob__isnull=False)))
    found = list(rows.values_list("lines", "first", "url", "is_known", "is_here"))
    new = [{"sha256": sha256, "url": url} for _line, sha256, url, is_known, _here in found if sha256 and not is_known]
    if new and settings.HENG_PICTURE_HOSTS:
        record_pictures.look_for(new, now=now)
    return {line: _href(sha256, store.THUMB) for line, sha256, _url, _known, is_here in found if is_here}


def display(sha256: str) -> str:
    """Address of the large copy of a picture that is here."""
    return _href(sha256, store.DISPLAY)


def of_record(content: Mapping[str, Any]) -> Pictures | None:
    """What a record of a listing shows; ``None`` for a record that names no picture. One query, or none."""
    images = snapshots.images(content)
    if not images:
        return None
    named = record_pictures.named_in(images)
    copies = record_pictures.kept(named)
    here = [_shown(sha256, copies[sha256]) for sha256 in named if sha256 in copies]
    return Pictures(here, len(images) - len(here))


def _shown(sha256: str, copies: Mapping[str, Derivative]) -> Picture:
    display = copies[store.DISPLAY]
    return Picture(_href(sha256, store.THUMB), _href(sha256, store.DISPLAY), display.width, display.height)


def _href(sha256: str, kind: str) -> str:
    return reverse("public:listing_picture", args=[sha256, kind])
