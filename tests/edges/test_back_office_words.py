"""The back office speaks the reader's language: no name of a model or a field stays English beside Django's words."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

import pytest
from django.apps import apps
from django.contrib import admin
from django.contrib.admin.utils import flatten, label_for_field
from django.db import connection
from django.db.migrations.autodetector import MigrationAutodetector
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.questioner import NonInteractiveMigrationQuestioner
from django.db.migrations.state import ProjectState
from django.db.models import Model
from django.utils.translation import override

ALIKE = {"ID", "SHA-256", "sha256", "API"}


def labels() -> Iterator[tuple[str, str]]:
    """Where, and what stands there: apps, models, columns, fields, what is inside them, actions."""
    for model, page in admin.site._registry.items():
        yield model.__name__, str(model._meta.app_config.verbose_name)
        yield model.__name__, str(model._meta.verbose_name)
        yield model.__name__, str(model._meta.verbose_name_plural)
        yield from _fields(model, page, (*page.list_display, *flatten(page.fields or ())))
        for inline in page.inlines:
            yield inline.model.__name__, str(inline.model._meta.verbose_name_plural)
            yield from _fields(inline.model, inline(model, admin.site), inline.fields or ())


def _fields(model: type[Model], page: Any, names: Iterable[Any]) -> Iterator[tuple[str, str]]:
    for name in names:
        if name != "__str__":
            yield f"{model.__name__}.{getattr(name, '__name__', name)}", str(label_for_field(name, model, page))


@pytest.mark.parametrize("language", ["zh-hans", "zh-hant"])
def test_no_label_of_the_back_office_is_left_in_english(language: str) -> None:
    with override(language):
        found = list(labels())
    left = sorted(
        {pair for pair in found if re.search("[A-Za-z]", pair[1]) and not ALIKE & {pair[1], pair[1].split()[0]}}
    )
    assert left == []
    assert len(found) > 100


def test_in_english_one_is_not_written_as_many() -> None:
    with override("en"):
        told = dict(labels())
        assert str(apps.get_model("accounts.Identity")._meta.verbose_name_plural) == "identities"
    assert told["Order.placed_at"].lower() == "placed at"


@pytest.mark.django_db
def test_words_make_no_migration() -> None:
    with override(None):  # as makemigrations does it
        loader = MigrationLoader(connection)
        asked = NonInteractiveMigrationQuestioner(specified_apps=set())
        found = MigrationAutodetector(loader.project_state(), ProjectState.from_apps(apps), asked)
        assert found.changes(graph=loader.graph) == {}
