"""Identifiers that people and machines may see. None of them is a counter, and none is a key to anything."""

from __future__ import annotations

import hashlib
import re
import secrets
from datetime import datetime
from zoneinfo import ZoneInfo

PLATFORM_ZONE = ZoneInfo("Asia/Shanghai")
_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford: no I, L, O, U to be misread over the telephone
_SHAPE = re.compile(r"DA-[0-9]{8}-[0-9A-Z]{1,7}")


def case_number(now: datetime) -> str:
    """``DA-YYYYMMDD-XXXXXXC``: the platform's date, 30 random bits, one check character over all of it."""
    body = f"DA-{now.astimezone(PLATFORM_ZONE):%Y%m%d}-" + "".join(secrets.choice(_ALPHABET) for _ in range(6))
    return body + check_character(body)


def check_character(body: str) -> str:
    """One character that changes when any single character of ``body`` does, or two neighbours are swapped."""
    total = 0
    for position, character in enumerate(body, start=2):
        total += position * (int(character, 36) if character.isalnum() else 36)
    return _ALPHABET[total % 31]


def is_case_number(text: str) -> bool:
    """Whether ``text`` is well formed and its check character fits. Says nothing of whether the case exists."""
    return (
        len(text) == 19
        and text.isascii()
        and text[:3] == "DA-"
        and text[3:11].isdigit()
        and text[11] == "-"
        and all(character in _ALPHABET for character in text[12:])
        and text[-1] == check_character(text[:-1])
    )


def is_shaped_like_case_number(text: str) -> bool:
    """Whether ``text`` could name a case at all, whatever its check character: cheap to ask before any query."""
    return _SHAPE.fullmatch(text) is not None


def public_id() -> str:
    """26 characters of base 32 holding 128 random bits: for things that need an address nobody can guess."""
    number = secrets.randbits(128)
    return "".join(_ALPHABET[(number >> (5 * place)) & 31] for place in range(26))


def short_code(digest: str) -> str:
    """Twelve characters people can read out, from a SHA-256 in hex: for receipts and letters."""
    number = int.from_bytes(hashlib.sha256(digest.encode()).digest()[:8], "big")
    code = "".join(_ALPHABET[(number >> (5 * place)) & 31] for place in range(12))
    return f"{code[:4]}-{code[4:8]}-{code[8:]}"


def heads_of(code: str) -> list[bytes]:
    """How the SHA-256 of a digest may begin whose `short_code` is ``code``: 60 of the first 64 bits are in it."""
    read = sum(_ALPHABET.index(character) << (5 * place) for place, character in enumerate(code.replace("-", "")))
    return [(rest << 60 | read).to_bytes(8, "big") for rest in range(16)]
