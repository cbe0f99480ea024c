"""Words of a case as a juror reads them: no names, no shop, no sums, no addresses, and 甲 and 乙 for the sides. Pure.

Not a lock but a curtain: what is left to guess from the story stays in it. Knows texts; refuses to know who reads them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

# What the sides are called in the texts of people, longest first.
_BUYERS = ("消费者", "消費者", "买家", "買家", "顾客", "顧客", "客户", "客戶", "the buyer", "buyer")
_MERCHANTS = (
    "淘宝店",
    "商家",
    "卖家",
    "賣家",
    "店家",
    "店铺",
    "店鋪",
    "商户",
    "商戶",
    "the merchant",
    "merchant",
    "seller",
)
_PHONE = re.compile(r"(?<!\d)(?:1[3-9]\d[ -]?\d{4}[ -]?\d{4}|0\d{2,3}[ -]\d{4} ?\d{4})(?!\d)")
_MAIL = re.compile(r"[\w.+-]+@[\w-]+\.[\w.]+")
_LINK = re.compile(r"(?:https?://|www\.)\S+", re.IGNORECASE)
_NUMBER = re.compile(r"\bDA-\d{8}-\w+|(?<![\w])[A-Z]{0,3}\d{9,}(?!\w)")
_SUM = re.compile(r"(?:[¥￥$€£]|RMB|CNY)\s?\d[\d,.]*\s*万?|\d[\d,.]*\s*(?:万?元|块钱|塊錢|yuan|RMB|CNY)", re.IGNORECASE)
STARS = "***"
SHORTEST = 120  # characters that are shown of either side in any case


@dataclass(frozen=True, slots=True)
class Account:
    """One side's words: what stands there, and the rest that is folded away."""

    text: str
    rest: str


def neutral(text: str, *, names: Iterable[str], labels: Mapping[str, str]) -> str:
    """``names``: of people and of the shop. ``labels``: what ``buyer`` and ``merchant`` are called on this page."""
    text = _without(names, text)
    for pattern in (_MAIL, _LINK, _NUMBER, _PHONE, _SUM):
        text = pattern.sub(STARS, text)
    text = _calling(_BUYERS, labels["buyer"], text)
    return _calling(_MERCHANTS, labels["merchant"], text)


def unnamed(text: str, names: Iterable[str]) -> str:
    """A juror's own words as they go into the envelope: nobody's name, number or address, whatever they typed."""
    text = _without(names, text)
    for mask in (_MAIL, _LINK, _PHONE):
        text = mask.sub(STARS, text)
    return text


def equal(first: str, second: str) -> tuple[Account, Account]:
    """Both texts cut to the length of the shorter one, so that nobody wins by writing more; nothing is lost."""
    length = max(min(len(first), len(second)), SHORTEST)
    return _cut(first, length), _cut(second, length)


def by_side(text: str, calls: Mapping[str, str]) -> str:
    """A juror's words for the sides to read: every side by its name again, and nobody's number or address."""
    for label, name in calls.items():
        text = text.replace(label, name) if name else text
    return unnamed(text, ())


def _without(names: Iterable[str], text: str) -> str:
    for name in sorted({name for name in names if len(name) > 1}, key=len, reverse=True):
        text = text.replace(name, STARS)
    return text


def _calling(words: Iterable[str], label: str, text: str) -> str:
    for word in words:
        text = re.sub(re.escape(word), label, text, flags=re.IGNORECASE)
    return text


def _cut(text: str, length: int) -> Account:
    """At the end of a sentence where there is one in the last third."""
    if len(text) <= length:
        return Account(text, "")
    ends = [match.end() for match in re.finditer(r"[。！？；.!?;]", text[:length])]
    at = ends[-1] if ends and ends[-1] >= length * 2 // 3 else length
    return Account(text[:at], text[at:])
