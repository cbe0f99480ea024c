"""What a file says of itself, cleaned and bounded, as rows; and what it advises. Knows no storage and no case.

The child that read the file was told by a stranger, and may have been taken over: everything it says is weighed here.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from evidence import limits, names, numbers
from evidence.models import Blob, Sheet
from evidence.sandbox import Reading

# Scripts whose letters are drawn like Latin ones: a word that mixes them pretends to be another word (U37).
_LOOKALIKES = ("LATIN", "CYRILLIC", "GREEK", "ARMENIAN", "CHEROKEE")


ADVICE = ("too_dark", "too_blurred")


def of(blob: Blob, reading: Reading, *, now: datetime) -> Sheet:
    """The sheet of a file that was just read; not yet saved."""
    facts = reading.facts
    return Sheet(
        blob=blob,
        read_at=now,
        width=reading.width,
        height=reading.height,
        pages=reading.pages,
        taken_at=_moment(facts),
        make=_words(facts, "make"),
        model=_words(facts, "model"),
        software=_words(facts, "software"),
        has_position=facts.get("has_position") is True,
        milliseconds=_count(facts, "milliseconds", (limits.FILM_SECONDS + 1) * 1000) or 0,
        fps_hundredths=round(_number(facts, "fps") * 100),
        codec=_words(facts, "codec")[:16],
        sound=_words(facts, "sound")[:16],
        dhash=facts["dhash"] if re.fullmatch(r"[0-9a-f]{16}", str(facts.get("dhash"))) else "",
        brightness=_count(facts, "brightness", 255),
        sharpness=_count(facts, "sharpness", 9999),
        numbers=numbers.keep(facts.get("printed")),
    )


def advice(sheet: Sheet | None) -> list[str]:
    """Codes of what may make it hard to see anything: `too_dark`, `too_blurred`. Never a reason to refuse."""
    if sheet is None or sheet.brightness is None or sheet.sharpness is None:
        return []
    found = ["too_dark"] if sheet.brightness < limits.DARK_BELOW else []
    return found + (["too_blurred"] if sheet.sharpness < limits.BLURRED_BELOW else [])


def alike(one: str, other: str) -> int:
    """In how many of 64 bits two pictures differ: 0 for the same one recompressed, about 30 for two others."""
    return (int(one, 16) ^ int(other, 16)).bit_count()


def mixes_scripts(name: str) -> bool:
    """Whether a word of this name mixes letters of alphabets that look alike: "Рaypal" with a Cyrillic Р."""
    return any(len({script for letter in word if (script := _script(letter))}) > 1 for word in re.findall(r"\w+", name))


def _script(letter: str) -> str:
    name = unicodedata.name(letter, "") if letter.isalpha() else ""
    return next((script for script in _LOOKALIKES if name.startswith(script + " ")), "")


def _words(facts: Mapping[str, Any], key: str) -> str:
    said = facts.get(key)
    return names.title(said[:200])[:60].strip() if isinstance(said, str) else ""


def _count(facts: Mapping[str, Any], key: str, most: int) -> int | None:
    said = facts.get(key)
    return max(0, min(most, said)) if type(said) is int else None


def _number(facts: Mapping[str, Any], key: str) -> float:
    said = facts.get(key)
    return max(0.0, min(9999.0, float(said))) if isinstance(said, (int, float)) and said == said else 0.0


def _moment(facts: Mapping[str, Any]) -> str:
    said = facts.get("taken_at")
    try:
        return datetime.fromisoformat(said[:32]).isoformat()[:32] if isinstance(said, str) and said else ""
    except ValueError:
        return ""
