"""Where two papers say something else: of two readings of one letter, or of two letters. Pure: papers in, passages out."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator
from dataclasses import dataclass

from web.letter import Paper

# A word, a number with its signs, or one Han character: what a reader sees as changed as a whole.
_WORDS = re.compile(r"[A-Za-z]+|[¥$€]?[\d.,:-]*\d%?|\s+|.", re.DOTALL)
Parts = tuple[tuple[bool, str], ...]


@dataclass(frozen=True)
class Passage:
    """One passage that differs. ``left`` and ``right`` are pieces of (whether it differs, text); one may be empty."""

    title: str
    left: Parts
    right: Parts


def passages(left: Paper, right: Paper) -> list[Passage]:
    """Every passage that is not the same word for word in both, in the order of the page."""
    ours, theirs = list(_lines(left)), list(_lines(right))
    found = []
    matcher = difflib.SequenceMatcher(None, ours, theirs, autojunk=False)
    for tag, a, b, c, d in matcher.get_opcodes():
        if tag == "equal":
            continue
        for place in range(max(b - a, d - c)):
            one = ours[a + place] if a + place < b else ("", "")
            other = theirs[c + place] if c + place < d else ("", "")
            if one[1] != other[1]:  # the same words may stand under another heading
                found.append(Passage(one[0] or other[0], *_parts(one[1], other[1])))
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
