"""Whatever the bench refuses, and whatever the linter misses, can be said in three languages."""

from __future__ import annotations

import re
from pathlib import Path

import polib
import pytest

import arbitration
from arbitration.linter import Problem
from disputes import refusals

ROOM = Path(arbitration.__file__).parent
SOURCE = "\n".join(path.read_text() for path in ROOM.glob("*.py"))
CODES = sorted(
    set(re.findall(r'(?:Refused|Problem)\(\s*"(\w+)"', SOURCE))
    | set(re.findall(r'(?:return \(|append\(|refusals = \(|refusals=\()"(\w+)"', SOURCE))
    | {"ruling_incomplete"}
)
CATALOGUES = [
    {
        entry.msgid: entry.msgstr
        for path in (ROOM.parent / "locale").glob(f"*/{language}/LC_MESSAGES/django.po")
        for entry in polib.pofile(str(path))
    }
    for language in ("zh_Hans", "zh_Hant")
]


def test_the_codes_are_found_in_the_source() -> None:
    assert len(CODES) >= 45
    assert {"finding_missing", "own_ruling", "load_limit_reached", "new_evidence_missing"} <= set(CODES)


@pytest.mark.parametrize("code", CODES)
def test_every_code_of_this_room_has_a_sentence(code: str) -> None:
    assert code in refusals.SENTENCES


BENCH = polib.pofile(str(ROOM.parent / "locale/bench/zh_Hans/LC_MESSAGES/django.po"))


@pytest.mark.parametrize("entry", BENCH, ids=lambda entry: entry.msgid[:40])
def test_every_sentence_of_the_bench_is_said_in_both_scripts_with_the_same_slots(entry: polib.POEntry) -> None:
    for catalogue in CATALOGUES:
        said = catalogue.get(entry.msgid, "")
        assert said
        assert sorted(re.findall(r"%\(\w+\)s", said)) == sorted(re.findall(r"%\(\w+\)s", entry.msgid))
    assert entry.msgid in {getattr(text, "_args", (str(text),))[0] for text in refusals.SENTENCES.values()}


def test_a_problem_says_which_point_it_means() -> None:
    assert "3" in refusals.say(Problem("reasons_omit_point", "point:3").as_refusal())
