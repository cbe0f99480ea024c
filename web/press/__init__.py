"""A letter as a PDF, from the same paper as the page: A4, tagged, with its font in it. Reads the letter and no request.

The typesetter runs in a child (`child`), which is given data and no source.
"""

from __future__ import annotations

import json
import re
import struct
import subprocess
import sys
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

import segno
from django.conf import settings
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from arbitration import letters
from arbitration.models import Appeal, Ruling
from common.actor import Side
from web import letter
from web.letter import Paper

HERE = Path(__file__).resolve().parent
FONT = HERE / "HengSerif.otf"
_SECONDS = 30
# What a printer sets for a character that the case does not hold.
GETA = "〓"
_SCRIPTS = {"zh-Hans": ("zh", "CN"), "zh-Hant": ("zh", "TW"), "en": ("en", "GB")}


class PressFailed(Exception):
    """The typesetter ended without a page. Says how it ended, and nothing of the letter."""


def letter_pdf(given: Ruling | Appeal, reader: str) -> bytes:
    """The letter as ``reader`` (buyer, merchant, or empty) reads it. The same letter gives the same bytes.

    Raises ``LookupError`` where no letter was given or it was erased, `PressFailed` where it cannot be set.
    """
    side = Side(reader) if reader else None
    if isinstance(given, Appeal):
        read = letters.read_appeal(given)
        paper = letter.appeal_paper(read, code=given.letter_code, reader=reader)
        given_at, language = read.given_at, read.language
    else:
        reading = letters.read(given, side)
        paper = letter.paper(reading)
        given_at, language = reading.letter.given_at, reading.letter.language
    with translation.override(language):
        return in_type(data_of(paper, given_at=datetime.fromisoformat(given_at)))


def data_of(paper: Paper, *, given_at: datetime) -> dict[str, Any]:
    """What the sheet (letter.typ) reads. Labels in the language that is active."""
    lang, region = _SCRIPTS.get(paper.lang, ("en", "GB"))
    address = _address(paper.code) if paper.code else ""
    cut, missing = _setter()
    data = {
        "lang": lang,
        "region": region,
        "title": cut(paper.title),
        "ref": cut(paper.ref),
        "office": cut(paper.signature[0]) if paper.signature else "",
        "result": cut(paper.result),
        "notes": [cut(note) for note in paper.notes],
        "lines": [[cut(label), cut(value)] for label, value in paper.lines],
        "sections": [
            {
                "title": cut(section.title),
                "lead": cut(section.lead),
                "items": [cut(item) for item in section.items],
                "paragraphs": [cut(paragraph) for paragraph in section.paragraphs],
                "links": [[settings.HENG_SITE_URL + href, cut(text)] for href, text in section.links],
            }
            for section in paper.sections
        ],
        "signature": [cut(line) for line in paper.signature],
        "code": paper.code,
        "address": address.partition("?")[0].partition("://")[2],
        "qr": _qr(address) if address else "",
        "given_at": int(given_at.timestamp()),
        "labels": {
            "code": _("Verify code"),
            "page": _("Page {n} of {all}"),
            "verify": _("Verify here with this code"),
            "qr": _("QR code: leads to the page that verifies this letter"),
            "missing": _("〓 stands for a sign that this paper's type does not have; the letter as .json has it."),
        },
    }
    return data | {"missing": missing()}


def in_type(data: dict[str, Any]) -> bytes:
    """The pages as PDF/A-2a. Takes about 0.15 s, in a process of its own."""
    try:
        done = subprocess.run(
            [sys.executable, "-I", str(HERE / "child.py")],
            input=json.dumps(data, ensure_ascii=False).encode(),
            capture_output=True,
            timeout=_SECONDS,
            check=False,
            env={},
        )
    except subprocess.TimeoutExpired:
        raise PressFailed("took too long") from None
    if done.returncode != 0 or not done.stdout.startswith(b"%PDF"):
        # What it says may quote the letter: only the kind of it is passed on.
        said = done.stderr.decode(errors="replace").strip().splitlines()
        raise PressFailed(f"ended with {done.returncode}: {said[-1].partition(':')[0] if said else ''}")
    return done.stdout


def _address(code: str) -> str:
    with translation.override(settings.LANGUAGE_CODE):  # paper has no language: the shortest address, without a prefix
        return f"{settings.HENG_SITE_URL}{reverse('public:verify')}?code={code}"


def _qr(address: str) -> str:
    drawn: str = segno.make(address, error="m", micro=False).svg_inline(scale=4, border=2, dark="#000", light="#fff")
    return drawn.replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ', 1)


def _setter() -> tuple[Any, Any]:
    """Takes a text and gives it as far as the font has its characters; and whether any was missing."""
    lacking = []

    def cut(text: str) -> str:
        cleaned = "".join(sign for sign in text if sign.isprintable() or sign in " \n")
        shown = _run_of_missing().sub(GETA, cleaned)
        if shown != cleaned:
            lacking.append(True)
        return shown

    return cut, lambda: bool(lacking)


@cache
def _run_of_missing() -> re.Pattern[str]:
    """One or more characters, none of which the font has."""
    ranges = "".join(f"{re.escape(chr(first))}-{re.escape(chr(last))}" for first, last in covered())
    return re.compile(f"[^{ranges}\\n]+")


@cache
def covered() -> tuple[tuple[int, int], ...]:
    """Code points that the font has, as pairs of first and last: its cmap table of format 12, or of format 4."""
    font = FONT.read_bytes()
    tables = {font[at : at + 4]: struct.unpack(">LL", font[at + 8 : at + 16]) for at in _places(font, 12, 16, 4)}
    start = tables[b"cmap"][0]
    for at in _places(font, start + 4, 8, start + 2):
        offset = start + int.from_bytes(font[at + 4 : at + 8], "big")
        if font[offset : offset + 2] == b"\x00\x0c":
            count = int.from_bytes(font[offset + 12 : offset + 16], "big")
            groups = struct.iter_unpack(">LLL", font[offset + 16 : offset + 16 + 12 * count])
            return tuple((first, last) for first, last, _glyph in groups)
        if font[offset : offset + 2] == b"\x00\x04":
            doubled = int.from_bytes(font[offset + 6 : offset + 8], "big")
            ends = struct.unpack_from(f">{doubled // 2}H", font, offset + 14)
            begins = struct.unpack_from(f">{doubled // 2}H", font, offset + 16 + doubled)
            return tuple((first, last) for first, last in zip(begins, ends, strict=True) if first != 0xFFFF)
    raise ValueError("the font has no table of characters")


def _places(font: bytes, first: int, size: int, counted_at: int) -> range:
    count = int.from_bytes(font[counted_at : counted_at + 2], "big")
    return range(first, first + size * count, size)
