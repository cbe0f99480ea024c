"""What a list is narrowed by: filters and views in the address. What cannot be read narrows nothing, stays as it was typed,
and is said beside where it stands. Knows no list."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django.forms import CharField, TextInput, ValidationError
from django.http import HttpRequest
from django.utils.translation import gettext as _

from common import money
from disputes import amounts, refusals
from web.forms import HouseForm

LONGEST = 32


class NarrowingForm(HouseForm):
    """The filters of a list. One that is not right stops no other."""

    @property
    def narrowed(self) -> dict[str, Any]:
        """What was chosen and can be read."""
        if not self.is_bound:
            return {}
        self.is_valid()
        return {key: value for key, value in self.cleaned_data.items() if value not in ("", None)}


class LeastField(CharField):
    """A sum from which on something is shown; cleaned to minor units, ``None`` for nothing and for zero."""

    def __init__(self, label: Any) -> None:
        box = TextInput(attrs={"inputmode": "decimal", "size": "8"})
        super().__init__(label=label, required=False, max_length=40, widget=box)

    def clean(self, value: Any) -> int | None:
        written = super().clean(value).strip()
        try:
            return money.parse(written, "CNY") or None if written else None
        except ValueError:
            raise ValidationError(refusals.say(amounts.why_unreadable(written, "CNY"))) from None


def view(request: HttpRequest, name: str, among: Collection[str], usual: str = "") -> tuple[str, str]:
    """Which of the views ``among`` the address names, and what to say if it names one that does not exist."""
    typed = request.GET.get(name, "")
    if not typed or typed in among:
        return typed or usual, ""
    return usual, _("There is no view “%(typed)s” here. This is the usual one.") % {"typed": typed[:LONGEST]}
