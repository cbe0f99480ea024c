"""Numbers that a machine read in a picture: kept so that one can be known again, and not so that it can be read.

A waybill number leads to a name and an address. So a sheet has a keyed digest of each and its last four signs, and nobody
learns from it a number that they do not hold already.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.conf import settings
from django.utils.crypto import salted_hmac

MATCHES, DIFFERS, NONE, UNCHECKED = "matches", "differs", "none", "unchecked"
# As carriers print them: letters and digits, most of them digits.
_NUMBER = re.compile(r"[A-Z0-9]{8,32}")
_LEAST_DIGITS = 6
_MOST, _MOST_PRINTED = 16, 48
_SALT = "heng.evidence.numbers"


@dataclass(frozen=True, slots=True)
class Verdict:
    """One of `MATCHES`, `DIFFERS`, `NONE`, `UNCHECKED`, and the last four signs of the number that it rests on."""

    code: str
    last: str = ""


def keep(printed: object, *, ends: bool = True) -> list[dict[str, str]] | None:
    """What is kept of what a reader said; ``None`` if none looked. Never more than was expected.

    ``ends``: with their last four signs. Among the digits of a label may be somebody's telephone number.
    """
    if not isinstance(printed, list):
        return None
    numbers = dict.fromkeys(number for text in printed if isinstance(text, str) for number in _in(text))
    key = _key(settings.SECRET_KEY)
    return [
        {"key": key, "digest": _digest(number, settings.SECRET_KEY)} | ({"last": number[-4:]} if ends else {})
        for number in list(numbers)[: _MOST if ends else _MOST_PRINTED]
    ]


def weigh(kept: Sequence[Mapping[str, str]] | None, wanted: Collection[str]) -> Verdict:
    """Whether one of the ``wanted`` numbers is among those that were read.

    Without a wanted number there is nothing to hold them against; under a key that is gone they cannot be held against any.
    """
    known = {_key(secret): secret for secret in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)}
    numbers = [number for text in wanted for number in _in(text)]
    if kept is None or not numbers or not all(row["key"] in known for row in kept):
        return Verdict(UNCHECKED)
    if not kept:
        return Verdict(NONE)
    for row in kept:
        for number in numbers:
            if _digest(number, known[row["key"]]) == row["digest"]:
                return Verdict(MATCHES, number[-4:])
    return Verdict(DIFFERS, kept[0].get("last", ""))


def _in(text: str) -> Iterable[str]:
    """The numbers in what a code says: the whole of a label's bar, a part of a square code's address."""
    for number in _NUMBER.findall(re.sub(r"[\s-]", "", text.upper()[:200])):
        if sum(sign.isdigit() for sign in number) >= _LEAST_DIGITS:
            yield number


def _digest(number: str, secret: str) -> str:
    return salted_hmac(_SALT, number, secret=secret, algorithm="sha256").hexdigest()[:32]


def _key(secret: str) -> str:
    """By what a key is known again, and not the key."""
    return salted_hmac(_SALT, "which key", secret=secret, algorithm="sha256").hexdigest()[:8]
