"""Where two papers say something else: of two readings of one letter, or of two letters. Pure: papers in, passages out."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator
from dataclasses import dataclass

from web.letter import Paper

# A word, a number with its signs, or one Han character: what a reader sees as changed as a whole.
_WORDS = re.compile(r"[A-Za-z]+|[¥$€]?[\d.,:-]*\d%?|\s+|.", re.DOTALL)
# Less like than this, two passages have nothing to do with each other.
_LIKE = 0.3
Parts = tuple[tuple[bool, str], ...]


@dataclass(frozen=True)
class Passage:
    """One passage that differs. ``left`` and ``right`` are pieces of (whether it differs, text); one may be empty."""

    title: str
    left: Parts
    right: Parts


def passages(left: Paper, right: Paper) -> list[Passage]:
    """Every passage that is not the same word for word in both, under its heading, in the order of the page."""
    ours, theirs = _by_heading(left), _by_heading(right)
    found = []
    for title in [*ours, *(title for title in theirs if title not in ours)]:
        for one, other in _pairs(ours.get(title, []), theirs.get(title, [])):
            if one != other:
                found.append(Passage(title, *_parts(one, other)))
    return found


def _pairs(ours: list[str], theirs: list[str]) -> Iterator[tuple[str, str]]:
    """What stands beside what: the same beside the same, and of what differs the likest beside the likest, in order."""
    for tag, a, b, c, d in difflib.SequenceMatcher(None, ours, theirs, autojunk=False).get_opcodes():
        if tag != "equal":
            yield from _likest(ours[a:b], theirs[c:d])


def _likest(ours: list[str], theirs: list[str]) -> list[tuple[str, str]]:
    """The pairing in order with the most likeness in sum; what has nothing like it stands beside nothing."""
    # best[a][b]: of the first ``a`` and ``b`` passages, how like they are together, and how the last of them were put.
    best = [[(0.0, "")] * (len(theirs) + 1) for _ in range(len(ours) + 1)]
    for a, one in enumerate(ours, start=1):
        for b, other in enumerate(theirs, start=1):
            like = difflib.SequenceMatcher(None, one, other, autojunk=False).quick_ratio()
            paired = best[a - 1][b - 1][0] + (like if like >= _LIKE else -1)
            best[a][b] = max((paired, "both"), (best[a - 1][b][0], "ours"), (best[a][b - 1][0], "theirs"))
    pairs, a, b = [], len(ours), len(theirs)
    while a or b:
        how = best[a][b][1] or ("ours" if a else "theirs")
        pairs.append((ours[a - 1] if how != "theirs" else "", theirs[b - 1] if how != "ours" else ""))
        a, b = a - (how != "theirs"), b - (how != "ours")
    return pairs[::-1]


def _by_heading(paper: Paper) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for title, words in _lines(paper):
        found.setdefault(title, []).append(words)
    return found


def _lines(paper: Paper) -> Iterator[tuple[str, str]]:
    """Each passage with the heading that it stands under."""
    yield "", paper.result
    yield from (("", note) for note in paper.notes)
    yield from (("", f"{label} {value}") for label, value in paper.lines)
    for section in paper.sections:
        if section.lead:
            yield section.title, section.lead
        yield from ((section.title, words) for words in (*section.items, *section.paragraphs))
        yield from ((section.title, words) for _href, words in section.links)


def _parts(left: str, right: str) -> tuple[Parts, Parts]:
    ours, theirs = _WORDS.findall(left), _WORDS.findall(right)
    one: list[tuple[bool, str]] = []
    other: list[tuple[bool, str]] = []
    for tag, a, b, c, d in difflib.SequenceMatcher(None, ours, theirs, autojunk=False).get_opcodes():
        if a < b:
            one.append((tag != "equal", "".join(ours[a:b])))
        if c < d:
            other.append((tag != "equal", "".join(theirs[c:d])))
    return tuple(one), tuple(other)
