"""What a text is found by, and what is taken out of it before it is kept. Pure.

Chinese is written without spaces, so a run of characters is found by its pairs: 壶身裂纹 is 壶身, 身裂, 裂纹. No dictionary
and no extension, and two characters, the length of most words, are one look into the index. Words of letters and digits
are found whole or by their beginning. Traditional letters are kept and looked for as simplified ones, each by itself: a
table of single letters (`traditional.txt`) says the same of a text and of any piece of it.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

LONGEST_WORD = 40
LONGEST_QUERY = 64
_HAN = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003134f"
_RUNS = re.compile(rf"[{_HAN}]+|[^\W_{_HAN}]+")
_IS_HAN = re.compile(rf"[{_HAN}]")
_OF, _TO = Path(__file__).with_name("traditional.txt").read_text(encoding="utf-8").splitlines()[1:]
_SIMPLIFIED = str.maketrans(_OF, _TO)
_TRADITIONAL = re.compile(f"[{_OF}]")
# Signs that Unicode holds equal to a Han letter: radicals, letters in circles, letters twice encoded.
_EQUAL = (range(0x2E80, 0x2FE0), range(0x3280, 0x32B1), range(0xF900, 0xFB00), range(0x2F800, 0x2FA20))


@dataclass(frozen=True, slots=True)
class Asked:
    """A query as PostgreSQL reads it (a ``tsquery``), and what has to stand in the text word for word besides."""

    tsquery: str
    phrases: tuple[str, ...]


def fold(text: str) -> str:
    """Widths, capitals and scripts that mean the same are the same."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    return folded.translate(_SIMPLIFIED) if _TRADITIONAL.search(folded) else folded


def has_traditional(text: str) -> bool:
    """Whether a text has letters that are kept and looked for as other ones."""
    return _TRADITIONAL.search(unicodedata.normalize("NFKC", text)) is not None


def runs(text: str) -> list[str]:
    """A text cut where neither Han characters nor letters and digits go on: what words are looked for in."""
    found: list[str] = _RUNS.findall(fold(text))
    return found


def terms(text: str) -> list[str]:
    """Everything a text is found by, each once, sorted: pairs of Han characters, the last of each run, and words."""
    found: set[str] = set()
    for run in runs(text):
        if not _IS_HAN.match(run):
            found.add(run[:LONGEST_WORD])
            continue
        found.update(run[at : at + 2] for at in range(len(run) - 1))
        found.add(run[-1])
    return sorted(found)


def asked(query: str) -> Asked | None:
    """What to look for; ``None`` if the query has nothing to look for. All of its words have to be found.

    Three characters and more are several pairs, which a text may have apart: then the run itself has to stand in it.
    """
    parts: list[str] = []
    phrases: list[str] = []
    for run in runs(query[:LONGEST_QUERY]):
        if not _IS_HAN.match(run):
            parts.append(f"'{run[:LONGEST_WORD]}':*")
        elif len(run) == 1:
            # Any pair begins with it, or it ends a run.
            parts.append(f"'{run}':*")
        else:
            parts += [f"'{run[at : at + 2]}'" for at in range(len(run) - 1)]
            if len(run) > 2:
                phrases.append(run)
    return Asked(" & ".join(dict.fromkeys(parts)), tuple(phrases)) if parts else None


def holds(text: str, phrases: Sequence[str]) -> bool:
    """Whether every phrase (folded, of Han characters) stands in the text, however it is written."""
    return all(_spelt(phrase).search(text) for phrase in phrases)


def spelt(phrase: str) -> str:
    """Any spelling of a phrase (folded, of Han characters), as a regular expression: itself where there is only one."""
    others = _spellings()
    return "".join(f"[{letter}{others[letter]}]" if letter in others else letter for letter in phrase)


@lru_cache(maxsize=256)
def _spelt(phrase: str) -> re.Pattern[str]:
    """To look for any spelling in thousands of characters as they are is cheaper than to fold them all."""
    return re.compile(spelt(phrase))


@cache
def _spellings() -> dict[str, str]:
    """Folded letter → every other sign that is folded to it."""
    found: dict[str, str] = defaultdict(str)
    for sign in [*_OF, *(chr(code) for codes in _EQUAL for code in codes)]:
        folded = fold(sign)
        if len(folded) == 1 and folded != sign:
            found[folded] += sign
    return dict(found)


# --- taking people out ----------------------------------------------------------------------------------------

SOMEBODY, NUMBER, PLACE = "某人", "〔号码〕", "〔地址〕"
_CALLED = (
    re.compile(r"DA-\d{8}-[0-9A-Z]{7}"),
    re.compile(r"https?://\S+"),
    re.compile(r"[\w.+-]+@[\w-]+\.[\w.]+"),
    re.compile(r"(?<!\d)(?:\+?86[ -]?)?1[3-9]\d[ -]?\d{4}[ -]?\d{4}(?!\d)"),
    re.compile(r"(?<!\d)0\d{2,3}-\d{7,8}(?!\d)"),
    # Orders, parcels, accounts, identity cards: eight digits and more name something, whatever letters stand before them.
    re.compile(r"(?<![A-Za-z0-9])[A-Za-z]{0,4}[-_]?\d{8,}[Xx]?(?!\d)"),
    re.compile(r"(?i)(?<![a-z])(?:微信|wechat|qq|vx)\s*(?:号|號|id)?\s*[:：]?\s*[a-z0-9_-]{5,}"),
)
_WHERE = re.compile(
    rf"[{_HAN}]{{1,8}}(?:省|自治区|自治區)?[{_HAN}]{{1,8}}(?:市|州|盟)[{_HAN}]{{0,12}}?(?:区|區|县|縣|旗)"
    rf"(?:[{_HAN}0-9A-Za-z-]{{0,24}}?(?:路|街|巷|弄|道|村|镇|鎮|号|號|楼|樓|室|栋|棟|单元|單元)[0-9A-Za-z-]{{0,6}})*"
    rf"|[{_HAN}]{{1,8}}(?:路|街|巷|弄|大道)\s*\d+\s*(?:号|號)(?:[{_HAN}0-9A-Za-z-]{{0,16}}?(?:楼|樓|室|栋|棟|单元|單元))*"
)


def without_people(text: str, names: Iterable[str]) -> str:
    """``text`` with names, numbers that somebody is reached or known by, and addresses taken out.

    ``names``: how the people and the shop of the case are called; the longest are taken out first.
    """
    for name in sorted({name.strip() for name in names if len(name.strip()) > 1}, key=len, reverse=True):
        text = re.sub(re.escape(name), SOMEBODY, text, flags=re.IGNORECASE)
    for pattern in _CALLED:
        text = pattern.sub(NUMBER, text)
    return _WHERE.sub(PLACE, text)
