"""Form controls that lists can afford. Knows markup; refuses to know what is chosen from."""

from __future__ import annotations

from typing import Any

from django.forms import Select
from django.forms.renderers import BaseRenderer
from django.forms.utils import flatatt
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

LONGEST = 32


class PlainSelect(Select):
    """A select without groups, written in one go: Django's own renders two templates for each of thirty options."""

    def render(
        self, name: str, value: Any, attrs: dict[str, Any] | None = None, renderer: BaseRenderer | None = None
    ) -> SafeString:
        chosen = self.format_value(value)
        # What is on the list no more, or never was, stays to be seen beside what is said of it.
        unknown = [(typed, typed[:LONGEST]) for typed in chosen if typed and typed not in map(str, dict(self.choices))]
        options = (
            (key, SafeString(" selected") if str(key) in chosen else "", label)
            for key, label in [*unknown, *self.choices]
        )
        return format_html(
            "<select{}>{}</select>",
            flatatt(self.build_attrs(self.attrs, {"name": name, **(attrs or {})})),
            format_html_join("", '<option value="{}"{}>{}</option>', options),
        )
