"""The drawing beside a row of a checklist, and which kinds of files the row takes, as components read them."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _

from disputes.exhibits import TEXT
from evidence import checklist, media
from rulebook.schema import Evidence


@dataclass(frozen=True, slots=True)
class Sample:
    """``path`` is for the tag ``static``; ``takes`` says in words what ``accept`` says to a picker."""

    path: str
    alt: str
    takes: str
    accept: str


def of(kind: Evidence) -> Sample | None:
    """``None`` for what no side gives."""
    kinds = checklist.accepts(kind, films=media.takes_films())
    if kind.sample is None or not kinds:
        return None
    words = {
        ("photo", "video", "pdf"): _("photo, video or PDF"),
        ("photo", "pdf"): _("photo or PDF"),
        ("video",): _("video only"),
        ("photo",): _("photos of the important frames"),
    }
    if not checklist.against(kind, TEXT, films=media.takes_films()):
        words[("photo", "video", "pdf")] = _("your own words, photo, video or PDF")
    return Sample(f"img/samples/{kind.code}.svg", str(kind.sample), words[kinds], media.accepts(kinds))
