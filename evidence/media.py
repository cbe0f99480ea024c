"""Which kinds of file this installation can read. The extra ``media`` (HEIC, video) may be missing. No Django here."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from importlib.util import find_spec

from evidence import sniff

_NEEDS = {sniff.HEIC: "pillow_heif", **dict.fromkeys(sniff.FILMS, "av")}


def takes(mime: str) -> bool:
    """Whether such a file can be read here. Asked before a picker opens, and again when a file has come."""
    return mime in sniff.EXTENSIONS and (mime not in _NEEDS or _is_there(_NEEDS[mime]))


def takes_films() -> bool:
    return takes(sniff.MP4)


def reads_digits() -> bool:
    """Whether the extra ``ocr`` is here."""
    return _is_there("rapidocr") and _is_there("onnxruntime")


def accepts(kinds: Sequence[str] = ("photo", "video", "pdf")) -> str:
    """For the attribute ``accept`` of a file field. No list of types for photos: a phone then offers none of its HEICs.

    ``kinds``: of ``checklist.accepts``, where one row takes less than all.
    """
    offered = {"photo": "image/*", "video": "video/*" if takes_films() else "", "pdf": "application/pdf"}
    return ",".join(mime for kind, mime in offered.items() if kind in kinds and mime)


@cache
def _is_there(package: str) -> bool:
    return find_spec(package) is not None
