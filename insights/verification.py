"""Whether what somebody holds came from here: a letter, a receipt, a bundle's list, a sealed vote. Never says whose it is.

A digest alone finds letters and bundles, which nobody can guess. It never finds evidence: whoever holds a file must not
learn here that somebody else handed it in; for that they need its receipt.
"""

from __future__ import annotations

import json
import re
import unicodedata
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from arbitration import letters, prints
from arbitration.models import Appeal, Ruling
from common import digest, ids
from evidence.models import Exhibit
from insights import exports
from insights.bundle import TYPE
from jury import receipts
from jury.receipts import Fate

_CODE = re.compile(r"[0-9A-HJKMNP-TV-Z]{12}")
_DIGEST = re.compile(r"[0-9a-f]{64}")
# What people read for what was printed; these letters are not in the alphabet.
_MISREAD = str.maketrans({"O": "0", "I": "1", "L": "1"})


class Verdict(StrEnum):
    GENUINE = "genuine"
    DIFFERS = "differs"
    UNKNOWN = "unknown"


class Thing(StrEnum):
    LETTER = "letter"
    RECEIPT = "receipt"
    BUNDLE = "bundle"
    VOTE = "vote"


@dataclass(frozen=True, slots=True)
class Finding:
    """``thing`` and ``at`` (when it was given) only where something was found. ``compared``: a file was held against it.

    ``replaced``: the letter was given, and a later decision has taken its place. ``fate`` of a juror's vote, and
    ``ended_at`` when its jury was over.
    """

    verdict: Verdict
    thing: Thing | None = None
    at: datetime | None = None
    compared: bool = False
    replaced: bool = False
    fate: Fate | None = None
    ended_at: datetime | None = None


NOTHING = Finding(Verdict.UNKNOWN)


def code_of(written: str) -> str:
    """A code as we write it, from what somebody typed or scanned; empty if it cannot be one."""
    bare = re.sub(r"[\s\-_‐-―－]", "", unicodedata.normalize("NFKC", written).upper()).translate(_MISREAD)
    return f"{bare[:4]}-{bare[4:8]}-{bare[8:]}" if _CODE.fullmatch(bare) else ""


def look_up(code: str, sha256: str = "") -> Finding:
    """What bears this code, and whether a file with this SHA-256 (hex) is that very thing. At most seven queries."""
    if not code or (sha256 and not _DIGEST.fullmatch(sha256)):
        return NOTHING
    return _letter(code, sha256) or _receipt(code, sha256) or _vote(code, sha256) or _bundle(code, sha256) or NOTHING


def by_file(sha256: str, head: bytes = b"") -> Finding:
    """The same from a file alone. ``head`` is its beginning, or all of it: the list of a bundle names its own code."""
    if not _DIGEST.fullmatch(sha256):
        return NOTHING
    # The codes of letters and votes follow from their digests; what was printed is found by the digest written down for it.
    code = ids.short_code(sha256)
    found = _letter(code, sha256) or _printed(sha256) or _vote(code, sha256)
    return found or _bundle(listed_code(head), sha256) or NOTHING


def listed_code(content: bytes) -> str:
    """The code of a bundle, from its ``manifest.json``; empty if it is none."""
    try:
        body: Any = json.loads(content)
    except ValueError:
        return ""
    if not isinstance(body, dict) or body.get("type") != TYPE:
        return ""
    return code_of(str(body.get("code", "")))


def _letter(code: str, sha256: str) -> Finding | None:
    ruling = Ruling.objects.filter(letter_code=code).first()
    if ruling is not None:
        kept = sha256 if _is_print_of(ruling, sha256) else ruling.letter_digest
        found = _found(Thing.LETTER, ruling.served_at, kept, sha256, holds=letters.is_genuine(ruling))
        return replace(found, replaced=ruling.state == Ruling.SUPERSEDED)
    appeal = Appeal.objects.filter(letter_code=code).only("letter", "letter_digest", "decided_at").first()
    if appeal is None:
        return None
    holds = appeal.letter is None or digest.of(appeal.letter) == appeal.letter_digest
    kept = sha256 if _is_print_of(appeal, sha256) else appeal.letter_digest
    return _found(Thing.LETTER, appeal.decided_at, kept, sha256, holds=holds)


def _printed(sha256: str) -> Finding | None:
    """A PDF of a letter, also one whose bytes we have erased."""
    found = prints.by_digest(sha256)
    if found is None:
        return None
    if found.ruling is not None:
        replaced = found.ruling.state == Ruling.SUPERSEDED
        return Finding(Verdict.GENUINE, Thing.LETTER, found.ruling.served_at, compared=True, replaced=replaced)
    at = found.appeal.decided_at if found.appeal else None
    return Finding(Verdict.GENUINE, Thing.LETTER, at, compared=True)


def _is_print_of(letter: Ruling | Appeal, sha256: str) -> bool:
    found = prints.by_digest(sha256) if sha256 else None
    return found is not None and letter in (found.ruling, found.appeal)


def _receipt(code: str, sha256: str) -> Finding | None:
    exhibit = Exhibit.objects.filter(receipt_code=code).only("sha256", "added_at").first()
    return _found(Thing.RECEIPT, exhibit.added_at, exhibit.sha256, sha256) if exhibit is not None else None


def _vote(code: str, sha256: str) -> Finding | None:
    """A juror's. The file that belongs to it is what they committed to, which they get when the vote is over."""
    receipt = receipts.find(code)
    if receipt is None:
        return None
    holds = receipt.holds and receipt.fate is not Fate.SPOILED
    found = _found(Thing.VOTE, receipt.at, receipt.commitment, sha256, holds=holds)
    return replace(found, fate=receipt.fate, ended_at=receipt.ended_at)


def _bundle(code: str, sha256: str) -> Finding | None:
    entry = exports.issued(code) if code else None
    return _found(Thing.BUNDLE, entry.at, str(entry.data["manifest"]), sha256) if entry is not None else None


def _found(thing: Thing, at: datetime | None, kept: str, sha256: str, *, holds: bool = True) -> Finding:
    """``holds``: what we keep is still what was given. If it is not, the paper may be right and we are wrong."""
    same = holds and (not sha256 or sha256 == kept)
    return Finding(Verdict.GENUINE if same else Verdict.DIFFERS, thing, at, compared=bool(sha256))
