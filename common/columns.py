"""Columns of the back office. Knows rows with numbers, no room."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import admin
from django.utils.translation import gettext_lazy


def number_of(name: str) -> Callable[[Any], Any]:
    """The number of what ``name`` points to: its words would be a query for each row."""

    @admin.display(description=gettext_lazy(name), ordering=name)
    def shown(row: Any) -> Any:
        return getattr(row, f"{name}_id")

    return shown
