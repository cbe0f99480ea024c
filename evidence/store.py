"""Where the bytes lie: the Django storage named "evidence". Refuses to know what they mean."""

from __future__ import annotations

import re

from django.core.files.storage import Storage, storages

from evidence import limits

DISPLAY, THUMB, LARGE, FILM = "display", "thumb", "large", "film"
_PAGE = re.compile(r"page_([1-9][0-9]{0,2})")


def storage() -> Storage:
    """Local disk by default, anything that django-storages speaks in production."""
    return storages["evidence"]


def is_copy(kind: str) -> bool:
    """Whether this is the name of a copy: "display", "thumb", "large", "film", "page_1" and so on."""
    page = _PAGE.fullmatch(kind)
    return kind in (DISPLAY, THUMB, LARGE, FILM) or (page is not None and int(page[1]) <= limits.PDF_PAGES)


def extension_of(kind: str) -> str:
    return "mp4" if kind == FILM else "webp"


def mime_of(kind: str) -> str:
    return "video/mp4" if kind == FILM else "image/webp"


def base_of(sha256: str, nonce: str) -> str:
    """Where one intake lies: by content, then by a random name. Nothing a stranger typed is part of it."""
    return f"{sha256[:2]}/{sha256}/{nonce}"


def original_key(base: str) -> str:
    return f"{base}/original"


def copy_key(base: str, kind: str, attempt: int = 0) -> str:
    """``attempt``: of work that is done later, so that one who comes late overwrites nothing that counts already."""
    if not is_copy(kind):
        raise ValueError(kind)
    return f"{base}/{attempt}/{kind}.{extension_of(kind)}" if attempt else f"{base}/{kind}.{extension_of(kind)}"
