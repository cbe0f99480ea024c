"""No field of any form speaks Django's stock words: every refusal is ours, whatever is sent."""

from __future__ import annotations

import copy
import importlib
import pkgutil
from collections.abc import Iterator
from typing import Any

import pytest
from django import forms
from django.core.exceptions import ValidationError
from django.utils import translation

import web
from web.forms import HouseForm, say_what_is_wrong


def every_form() -> list[type[forms.BaseForm]]:
    for module in pkgutil.walk_packages(web.__path__, "web."):
        if ".management" not in module.name and ".migrations" not in module.name:
            importlib.import_module(module.name)
    return sorted(_below(forms.BaseForm), key=lambda form: f"{form.__module__}.{form.__qualname__}")


def _below(form: type[Any]) -> Iterator[type[Any]]:
    for child in form.__subclasses__():
        if child.__module__.startswith("web.") and child.__module__ != "web.styleguide":
            yield child
        yield from _below(child)


def stock_words(field: forms.Field) -> list[str]:
    """The refusals of this field that are still Django's: its own, and those of its validators."""
    own = {
        code: text for kind in type(field).__mro__ for code, text in getattr(kind, "default_error_messages", {}).items()
    }
    still = [code for code, text in own.items() if field.error_messages.get(code) == text]
    return still + [rule.code for rule in field.validators if rule.code not in field.error_messages]


def test_every_form_is_a_form_of_the_house():
    strangers = [form.__qualname__ for form in every_form() if not issubclass(form, HouseForm)]
    assert strangers == []


@pytest.mark.parametrize("language", ["zh-hans", "zh-hant", "en"])
def test_no_field_speaks_djangos_stock_words(language: str):
    with translation.override(language):
        bad, stock = [], 0
        for form in every_form():
            for name, declared in form.base_fields.items():
                field = copy.deepcopy(declared)
                stock += len(stock_words(field))
                say_what_is_wrong(field)
                bad += [f"{form.__qualname__}.{name}: {code}" for code in stock_words(field)]
        assert bad == []
        assert stock > 100  # before, nearly every field did


@pytest.mark.parametrize(
    ("field", "value", "text"),
    [
        (forms.CharField(label="A", max_length=3), "12345", "“A” can have 3 characters; it has 5. "),
        (forms.CharField(label="100 %", max_length=3), "12345", "“100 %” can have 3 characters; it has 5. "),
        (forms.IntegerField(label="Hours", min_value=1, max_value=9), "10", "“Hours” can be from 1 to 9."),
        (forms.IntegerField(label="Hours"), "ten", "“Hours”: write a whole number in digits, for example 24."),
        (forms.CharField(label="50 % off"), "", "“50 % off” is still empty."),
        (forms.BooleanField(label="I have read it"), "", "Tick “I have read it” to go on."),
    ],
    ids=["too long", "a label with a percent sign", "out of bounds", "no number", "empty", "not ticked"],
)
def test_a_refusal_names_its_field_what_happened_and_what_to_do(field: forms.Field, value: str, text: str):
    with translation.override("en"):
        say_what_is_wrong(field)
        with pytest.raises(ValidationError) as refused:
            field.clean(value)
        assert refused.value.messages[0].startswith(text)


def test_words_that_a_form_gives_its_field_stay():
    field = forms.CharField(error_messages={"required": "Say why."})
    say_what_is_wrong(field)
    with pytest.raises(ValidationError, match="Say why"):
        field.clean("")
