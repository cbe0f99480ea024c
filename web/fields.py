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
    Widget,
)
from django.utils.functional import lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from common.errors import Refused
from disputes import amounts, refusals

LONGEST = 500


class WordsField(CharField):
    """Words with a longest length that no browser enforces: it would cut what is pasted without a word. What is too long
    comes back whole, with how long it is."""

    def widget_attrs(self, widget: Widget) -> dict[str, Any]:
        return {name: value for name, value in super().widget_attrs(widget).items() if name != "maxlength"}


def words(label: Any, help_text: Any = "", *, required: bool = True, rows: int = 4) -> CharField:
    """``help_text`` names the limit as well: nobody learns it only by passing it."""
    return WordsField(
        label=label,
        help_text=help_text or gettext_lazy("At most 500 characters."),
        required=required,
        max_length=4000,
        widget=Textarea(attrs={"rows": rows, "data-max": LONGEST}),
    )


def _at_most(longest: int) -> str:
    return _("At most %(most)s characters.") % {"most": longest}


# The limit of a field, as it stands beside it before anybody writes: in the language of whoever reads it.
at_most = lazy(_at_most, str)


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
    # Longer than any sum that is taken: what is too large is called that, and not too long a text.
    return AmountField(label=label, max_length=40, widget=TextInput(attrs={"inputmode": "decimal", "class": "short"}))


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
