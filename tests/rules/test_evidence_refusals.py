"""Whatever this room refuses, it can say why."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import evidence
from common.errors import Refused
from disputes import refusals

SOURCE = "\n".join(path.read_text() for path in Path(evidence.__file__).parent.glob("*.py"))
CODES = sorted(
    set(re.findall(r'(?:Refused|Refusal)\(\s*"(\w+)"', SOURCE)) | {"pdf_is_locked", "could_not_be_read", "too_complex"}
)


def test_the_codes_are_found_in_the_source() -> None:
    assert len(CODES) >= 20


@pytest.mark.parametrize("code", CODES)
def test_every_refusal_of_this_room_has_a_sentence(code: str) -> None:
    assert code in refusals.SENTENCES


def test_a_sentence_says_the_limit_that_was_passed() -> None:
    assert "20 MB" in refusals.say(Refused("file_too_big", megabytes=20))
    assert "101" in refusals.say(Refused("pdf_too_long", limit=100, pages=101))
