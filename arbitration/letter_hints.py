"""What would make the reasons of a letter easier to follow. Pure hints, never a bar: what must be right is the linter's.

Sums that the calculation does not have, clauses chosen but never explained, sentences that nobody reads to the end.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass

# A sentence of a letter: so many Han characters, or so many words of a language with spaces (ux e.1, and GOV.UK's measure).
LONGEST_HAN, LONGEST_WORDS = 60, 30
_SENTENCE = re.compile(r"[^。！？!?；;\n]+")
_HAN = re.compile(r"[一-鿿]")
_WORD = re.compile(r"[A-Za-z][A-Za-z'’-]*")
_SUM = re.compile(r"[¥￥$€]\s*(\d{1,3}(?:,\d{3})+|\d+)(?:\.(\d{1,2}))?(?![\d.,]*\d)")


@dataclass(frozen=True, slots=True)
class Hint:
    """``code``: sum_not_calculated, clause_not_explained or long_sentence; ``at``: the sum, the number, or how it begins."""

    code: str
    at: str


def hints(reasons: str, *, sums: Collection[int], clauses: Collection[str]) -> list[Hint]:
    """In the order of importance. ``sums``: every sum of the letter, in minor units of a currency with two decimals."""
    return [*_sums(reasons, sums), *_clauses(reasons, clauses), *_sentences(reasons)]


def _sums(reasons: str, known: Collection[int]) -> Iterator[Hint]:
    told = set()
    for match in _SUM.finditer(reasons):
        amount = int(match[1].replace(",", "")) * 100 + int((match[2] or "0").ljust(2, "0"))
        if amount not in known and amount not in told:
            told.add(amount)
            yield Hint("sum_not_calculated", match[0])


def _clauses(reasons: str, chosen: Collection[str]) -> Iterator[Hint]:
    for number in chosen:
        if not re.search(rf"(?<![\d.]){re.escape(number)}(?!\.?\d)", reasons):
            yield Hint("clause_not_explained", number)


def _sentences(reasons: str) -> Iterator[Hint]:
    for match in _SENTENCE.finditer(reasons):
        sentence = match[0].strip()
        if len(_HAN.findall(sentence)) > LONGEST_HAN or len(_WORD.findall(sentence)) > LONGEST_WORDS:
            yield Hint("long_sentence", sentence[:12])
