"""One demonstration for all tests of it: filled once as `seed_demo` does, before any of them begins its transaction."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from django.test import override_settings

from common import clock
from engine import demo, demo_precedents


@pytest.fixture(scope="package", autouse=True)
def filled_at(django_db_setup: None, django_db_blocker: Any) -> Iterator[datetime]:
    """When it was filled. What a test changes is undone; what is here goes with the last of them."""
    with django_db_blocker.unblock(), override_settings(HENG_DEMO=True):
        now = clock.now()
        try:
            assert demo.seed(now) and demo_precedents.seed(now)
            yield now
        finally:
            # Ids go on: what a process remembers of rules by their id must never meet other rules under it.
            call_command("flush", verbosity=0, interactive=False, reset_sequences=False)
            # What the migrations put there is for every test that comes after.
            with connection.cursor() as cursor:
                cursor.execute("INSERT INTO common_clockoffset (id, ahead) VALUES (1, interval '0')")


@pytest.fixture(autouse=True)
def _in_the_demo(settings: Any) -> None:
    settings.HENG_DEMO = True
