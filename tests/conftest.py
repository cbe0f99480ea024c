"""What every test may rely on. Nothing clever: cases come from tests/reach.py, things from tests/builders.py."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import xdist.scheduler
from django.conf import settings
from django.core.cache import cache
from django.test import Client
from django.utils import translation

from tests import builders

# What takes long to make and is shared, by the rooms of tests that share it.
TOGETHER = ("tests/browser/", "tests/demo/")


class _Scheduling(xdist.scheduler.LoadScopeScheduling):
    """Test by test to whoever is free; the rooms of `TOGETHER` each to one worker, the largest before anything else."""

    def _split_scope(self, nodeid: str) -> str:
        return next((room for room in TOGETHER if nodeid.startswith(room)), nodeid)


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> _Scheduling | None:
    """For ``--dist loadgroup``. xdist's own writes the group into the names of tests, which pytest 9.2 does not allow."""
    return _Scheduling(config, log) if config.getvalue("dist") == "loadgroup" else None


@pytest.fixture(autouse=True)
def _an_empty_cache(request: pytest.FixtureRequest) -> None:
    """No test sees what another one left in the cache. Those without a database need no Redis either."""
    if request.node.get_closest_marker("django_db") is None:
        return
    # Not cache.clear(): it empties the whole store, and with it what a test beside this one counts on.
    store = cache._cache.get_client(write=True)
    if keys := list(store.scan_iter(match=f"{cache.key_prefix}:*", count=1000)):
        store.delete(*keys)


@pytest.fixture(autouse=True)
def _another_day(request: pytest.FixtureRequest) -> None:
    """``HENG_DAYS_AHEAD=4``: as if today were in four days. What passes on one day of the week only is found that way."""
    days = int(os.environ.get("HENG_DAYS_AHEAD", "0"))
    marked = request.node.get_closest_marker("django_db")
    # A test that commits begins with empty tables and sets its own clock.
    if days and marked is not None and not marked.kwargs.get("transaction"):
        request.getfixturevalue("db")
        builders.travel(timedelta(days=days))


@pytest.fixture(autouse=True)
def _the_language_of_the_house() -> Iterator[None]:
    """A page read in English by one test leaves its language behind in the thread; the next one begins in Chinese."""
    with translation.override(settings.LANGUAGE_CODE):
        yield


@pytest.fixture(autouse=True)
def _staff_signs_in_at_once(settings) -> None:
    """Tests sign staff in without their second factor; those about it ask for it again."""
    settings.STAFF_SECOND_FACTOR = False


_FORM = re.compile(rb"<form\b[^>]*>.*?</form>", re.DOTALL | re.IGNORECASE)
_SENT = re.compile(rb"<form\b[^>]*\bmethod=[\"']?post", re.IGNORECASE)


@pytest.fixture(autouse=True, scope="session")
def _every_form_can_be_sent() -> Iterator[None]:
    """Every page that any test opens: its POST forms carry the token. Django's test client itself never asks for it."""
    asked = Client.request

    def request(client: Client, **environ: Any) -> Any:
        reply = asked(client, **environ)
        if not reply.streaming and reply.headers.get("Content-Type", "").startswith("text/html"):
            for form in _FORM.findall(reply.content):
                assert not _SENT.match(form) or b"csrfmiddlewaretoken" in form, (environ["PATH_INFO"], form[:400])
        return reply

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(Client, "request", request)
        yield


@pytest.fixture(autouse=True, scope="session")
def _shelf_for_all(tmp_path_factory: pytest.TempPathFactory) -> None:
    """What tests upload goes into a folder of their own, never beside the evidence of a running demo."""
    options = settings.STORAGES["evidence"].get("OPTIONS", {})
    if "location" in options:
        options["location"] = str(tmp_path_factory.mktemp("evidence"))


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """In CI a skipped test has proved nothing, so that it counts as failed."""
    if os.environ.get("CI", "") in ("", "0", "false") or hasattr(session.config, "workerinput"):
        return
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    skipped = reporter.stats.get("skipped", []) if reporter else []
    if skipped and exitstatus == 0:
        reporter.write_line(f"{len(skipped)} tests were skipped, and CI skips nothing.", red=True)
        session.exitstatus = 1
