"""One house and one Chromium for all browser tests. They see what a visitor sees, and nothing of the inside.

All of them run in one worker (`tests.conftest` hands them out together), and the story that moves the clock comes last.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, sync_playwright

from launch import browser as browsers
from tests.browser import house as houses
from tests.browser.visitor import Visitor

FLAGS = (
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
)
HERE = Path(__file__).parent
MOVES_THE_CLOCK = "test_first_story.py"
Visit = Callable[..., Visitor]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    ours = [item for item in items if item.path.parent == HERE]
    places = [place for place, item in enumerate(items) if item.path.parent == HERE]
    # What adds cases comes after what lists all of them.
    ours.sort(key=lambda item: (item.path.name == MOVES_THE_CLOCK, "staged" in getattr(item, "fixturenames", ())))
    for place, item in zip(places, ours, strict=True):
        items[place] = item


# Not for the whole session: while Playwright's loop runs in a thread, Django refuses that thread its database.
@pytest.fixture(scope="package")
def chromium() -> Iterator[Browser]:
    path = browsers.chromium()
    if path is None:
        pytest.skip("There is no Chromium here; on Debian:  apt install chromium fonts-noto-cjk")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(FLAGS))
        yield browser
        browser.close()


@pytest.fixture(scope="package")
def premises(chromium: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[houses.House]:
    """The house that start.py runs; not even tried where there is no browser to look at it.

    While writing pages, BROWSER_HOUSE=http://localhost:8000 names one that runs already; DATABASE_URL and HENG_STATE are
    then those of that house.
    """
    if url := os.environ.get("BROWSER_HOUSE"):
        yield houses.there(url)
        return
    if "PYTEST_XDIST_WORKER" in os.environ:
        # Where another worker has a house already, this fails: two of them race each other for the machine.
        (tmp_path_factory.getbasetemp().parent / "the_one_house").mkdir()
    with houses.running() as made:
        yield made


@pytest.fixture(scope="package")
def house(premises: houses.House) -> str:
    """Its address."""
    return premises.url


@pytest.fixture(scope="package")
def staged(premises: houses.House) -> dict[str, Any]:
    """Cases that the demo does not have, by what they are for."""
    return premises.stage()


@pytest.fixture
def visit(house: str, chromium: Browser) -> Iterator[Visit]:
    """``visit("buyer", width=390)``: somebody who has signed in with one click, in a browser profile of their own."""
    contexts: list[BrowserContext] = []

    def enter(
        account: str | None = None, *, width: int = 390, height: int = 844, scripts: bool = True, dark: bool = False
    ) -> Visitor:
        context = chromium.new_context(
            viewport={"width": width, "height": height},
            base_url=house,
            locale="zh-CN",
            timezone_id="Asia/Shanghai",
            reduced_motion="reduce",
            color_scheme="dark" if dark else "light",
            java_script_enabled=scripts,
        )
        context.set_default_timeout(20_000)
        contexts.append(context)
        visitor = Visitor(context, scripts=scripts)
        if account is not None:
            visitor.sign_in(account)
        return visitor

    yield enter
    for context in contexts:
        context.close()
