"""Where the bytes lie: the Django storage named "evidence". Refuses to know what they mean."""

from __future__ import annotations

from django.core.files.storage import Storage, storages

COPIES = ("display", "thumb", "page_1", "page_2", "page_3")


def storage() -> Storage:
    """Local disk by default, anything that django-storages speaks in production."""
    return storages["evidence"]


def base_of(sha256: str, nonce: str) -> str:
    """Where one intake lies: by content, then by a random name. Nothing a stranger typed is part of it."""
    return f"{sha256[:2]}/{sha256}/{nonce}"


def original_key(base: str) -> str:
    return f"{base}/original"


def copy_key(base: str, kind: str) -> str:
    if kind not in COPIES:
        raise ValueError(kind)
    return f"{base}/{kind}.webp"
