"""Many addresses of one shape at the price of one: a list holds fifty, and making each anew costs as much as its query."""

from __future__ import annotations

from collections.abc import Callable

from django.urls import reverse

_ANY = "DA-00000000-0000000"


def of_cases(route: str, *more: str) -> Callable[[str], str]:
    """From the number of a case to its address under ``route``, whose first argument is the number; then ``more``."""
    shape = reverse(route, args=[_ANY, *more])
    return lambda number: shape.replace(_ANY, number)
