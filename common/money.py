"""Sums of money: whole minor units of one currency. Knows arithmetic; refuses to know accounts."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

EXPONENTS = {"CNY": 2, "USD": 2, "EUR": 2, "HKD": 2, "TWD": 2, "JPY": 0, "KRW": 0, "KWD": 3, "BHD": 3}
# Before the point: more is nobody's sum, and the ledger could not hold it.
MOST_DIGITS = 12
_GROUPED = re.compile(r"[0-9]{1,3}(,[0-9]{3})+")
SIGNS = {"CNY": "¥", "USD": "US$", "EUR": "€", "HKD": "HK$", "TWD": "NT$", "JPY": "JP¥"}


def exponent(currency: str) -> int:
    """How many decimals a currency has. Unknown currencies count as two, like most of the world's."""
    return EXPONENTS.get(currency, 2)


def text(amount: int, currency: str) -> str:
    """``1,234.50``: the sum in words' place, without its sign of currency."""
    places = exponent(currency)
    minus = "-" if amount < 0 else ""
    whole, part = divmod(abs(amount), 10**places)
    return f"{minus}{whole:,}" + (f".{part:0{places}d}" if places else "")


def sign(currency: str) -> str:
    return SIGNS.get(currency, currency + " ")


def parse(written: str, currency: str) -> int:
    """Minor units from what a person typed: ``680``, ``680.5``, ``¥1,680.50``. Raises ``ValueError`` on all else."""
    # Full-width digits and signs come from a Chinese keyboard and mean the ordinary ones.
    plain = unicodedata.normalize("NFKC", written)
    cleaned = plain.strip().lstrip("¥").strip()
    whole, _, part = cleaned.partition(".")
    if "," in whole:
        # Only between groups of three: elsewhere a comma stands for the point, and `1,20` would become a hundred times it.
        if not _GROUPED.fullmatch(whole):
            raise ValueError(written)
        whole = whole.replace(",", "")
    places = exponent(currency)
    if not whole.isascii() or not whole.isdigit() or len(whole) > MOST_DIGITS or len(part) > places:
        raise ValueError(written)
    if part and not (part.isascii() and part.isdigit()):
        raise ValueError(written)
    minor: int = int(whole) * 10**places + int(part.ljust(places, "0") or "0")
    return minor


def split(total: int, weights: Sequence[int]) -> list[int]:
    """Share ``total`` by ``weights``; the parts always sum to it (largest remainder, earlier parts first)."""
    if total < 0 or any(weight < 0 for weight in weights):
        raise ValueError("a split needs a total and weights of at least zero")
    whole = sum(weights)
    if whole == 0:
        raise ValueError("a split needs at least one weight above zero")
    parts = [total * weight // whole for weight in weights]
    by_remainder = sorted(range(len(weights)), key=lambda i: (-(total * weights[i] % whole), i))
    for i in by_remainder[: total - sum(parts)]:
        parts[i] += 1
    return parts


def share(amount: int, basis_points: int) -> int:
    """``basis_points`` ten-thousandths of ``amount``, half up."""
    return (amount * basis_points + 5_000) // 10_000
