"""Fields that many forms of the house share: words, sums, files. What may be in them is the acts' to say."""

from __future__ import annotations

from typing import Any

from django.forms import (
    CharField,
    FileField,
    FileInput,
    Textarea,
    TextInput,
    ValidationError,
)

from common.errors import Refused
from disputes import amounts, refusals

LONGEST = 500


def words(label: Any, help_text: Any = "", *, required: bool = True, rows: int = 4) -> CharField:
    return CharField(
        label=label,
        help_text=help_text,
        required=required,
        max_length=4000,
        widget=Textarea(attrs={"rows": rows, "data-max": LONGEST}),
    )


class AmountField(CharField):
    """A sum as people type it; cleaned to minor units of the case's currency."""

    currency = "CNY"

    def clean(self, value: Any) -> Any:
        written = super().clean(value)
        if not written:
            return None
        try:
            return amounts.read(written, self.currency)
        except Refused as refused:
            raise ValidationError(refusals.say(refused)) from None


def amount_field(label: Any) -> AmountField:
    return AmountField(label=label, max_length=20, widget=TextInput(attrs={"inputmode": "decimal", "class": "short"}))


class FilesInput(FileInput):
    """A picker of several files."""

    allow_multiple_selected = True


class FilesField(FileField):
    """Several files, cleaned one by one to a list; an empty list where nothing was chosen."""

    widget = FilesInput

    def clean(self, data: Any, initial: Any = None) -> list[Any]:
        chosen = data if isinstance(data, list | tuple) else [data]
        found = [super(FilesField, self).clean(item, initial) for item in chosen or [None]]
        return [file for file in found if file]
