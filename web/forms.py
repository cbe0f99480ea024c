"""What every form of the house has in common: it says in our words, and in the reader's language, what is not right.

Knows fields and their own checks; what an act refuses is worded in `disputes.refusals`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.forms import (
    BooleanField,
    ChoiceField,
    DateField,
    Field,
    FileField,
    Form,
    IntegerField,
    RadioSelect,
)
from django.utils.translation import gettext as _

from common.errors import Refused
from disputes import refusals

# Code of a refusal → our sentence.
Words = dict[str, str]
_OF_HIDDEN = (
    *("required", "invalid", "invalid_choice", "min_value", "max_value", "max_length"),
    "null_characters_not_allowed",
)


class HouseForm(Form):
    """A form whose fields speak our words, also those that it makes only once it knows its case."""

    # True where what is shown was typed earlier and has not been sent (`web.drafts`).
    restored = False

    def full_clean(self) -> None:
        for field in self.fields.values():
            say_what_is_wrong(field)
        super().full_clean()


class QuestionForm(HouseForm):
    """One page of a claim written question by question: nothing is required here; `say` tells what does not hold yet."""

    def __init__(self, fields: Mapping[str, Field], data: Any = None) -> None:
        super().__init__(data)
        self.fields.update(fields)
        for field in self.fields.values():
            field.required = False

    def say(self, problems: Iterable[tuple[str, Refused]]) -> None:
        """What does not hold yet, each beside its field: the first thing only."""
        for field, refused in problems:
            if field not in self.errors:
                self.add_error(field, self.words(of_its_length(refused, self.data.get(field, ""))))

    def words(self, refused: Refused) -> str:
        return refusals.say(refused)


def of_its_length(refused: Refused, typed: str) -> Refused:
    """The refusal with the length of what was typed: a draft keeps no more than its first part."""
    if refused.code not in ("text_too_long", "point_too_long"):
        return refused
    return Refused(refused.code, **{**refused.data, "length": len(typed.replace("\r\n", "\n").strip())})


def say_what_is_wrong(field: Field) -> None:
    """Our words for all that a field refuses by itself: what happened, what was kept, what to do.

    Words that a form gave to a field of its own stay.
    """
    stock = _stock(field)
    for code, text in _words(field).items():
        there = field.error_messages.get(code)
        if there is None or there == stock.get(code):
            field.error_messages[code] = text


def _stock(field: Field) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for kind in reversed(type(field).__mro__):
        found |= getattr(kind, "default_error_messages", {})
    return found


def _words(field: Field) -> Words:
    if field.widget.is_hidden:
        # Nobody typed it: the page was old, or somebody changed it on the way.
        said = _(
            "This page was not complete, so nothing was sent. What you typed is kept: look at it and send it again."
        )
        return dict.fromkeys(_OF_HIDDEN, _Literal(said))
    named = {"field": field.label}
    words = {
        "null_characters_not_allowed": _(
            "“%(field)s” has a character that cannot be kept. Take it out and send it again."
        )
        % named
    }
    if isinstance(field, BooleanField):
        words["required"] = _("Tick “%(field)s” to go on.") % named
    elif isinstance(field, FileField):
        words |= _words_of_a_file(named)
    elif isinstance(field, ChoiceField):
        boxes = isinstance(field.widget, RadioSelect)  # also those of which several can be ticked
        said = _("“%(field)s”: tick one.") if boxes else _("“%(field)s”: choose from the list.")
        words["required"] = said % named
        gone = _("“%(field)s”: this choice is not on the list any more. The rest is kept: choose again.") % named
        words |= {"invalid_choice": gone, "invalid_list": gone}
    else:
        words["required"] = _("“%(field)s” is still empty.") % named
    if isinstance(field, DateField):
        words["invalid"] = _("“%(field)s”: choose a day, or write it like 2026-11-30. The rest is kept.") % named
    if isinstance(field, IntegerField):
        words |= _words_of_a_number(field, named)
    whole: Words = {code: _Literal(text) for code, text in words.items()}
    longest = getattr(field, "max_length", None)
    if longest is not None and not isinstance(field, FileField):
        longest = field.widget.attrs.get("data-max", longest)
        said = _("“%(field)s” can have %(most)s characters; it has %(length)s. What you typed is kept: shorten it.")
        label = str(field.label).replace("%", "%%")
        # The one number that only Django knows; it is filled in by Django, too.
        return whole | {"max_length": said % {"field": label, "most": longest, "length": "%(show_value)s"}}
    return whole


def _words_of_a_number(field: IntegerField, named: dict[str, Any]) -> Words:
    least, most = field.min_value, field.max_value
    words = {"invalid": _("“%(field)s”: write a whole number in digits, for example 24.") % named}
    if least is not None and most is not None:
        bounds = _("“%(field)s” can be from %(least)s to %(most)s.") % {**named, "least": least, "most": most}
        words |= {"min_value": bounds, "max_value": bounds}
    elif least is not None:
        words["min_value"] = _("“%(field)s” can be %(least)s or more.") % {**named, "least": least}
    elif most is not None:
        words["max_value"] = _("“%(field)s” can be up to %(most)s.") % {**named, "most": most}
    return words


def _words_of_a_file(named: dict[str, Any]) -> Words:
    not_sent = _("“%(field)s”: the file did not arrive. Choose it again; the rest is kept.") % named
    return {
        "required": _("“%(field)s”: choose a file.") % named,
        "invalid": not_sent,
        "missing": not_sent,
        "empty": _("“%(field)s”: this file is empty. Choose another one; the rest is kept.") % named,
        "max_length": _("“%(field)s”: the name of the file is too long. Give it a shorter one.") % named,
        "contradiction": not_sent,
    }


class _Literal(str):
    """A sentence that is complete: where Django would put in what it knows by ``%``, it stays as it is."""

    def __mod__(self, _values: Any) -> str:
        return str(self)
