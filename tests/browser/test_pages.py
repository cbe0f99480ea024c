"""Every page, in three languages, narrow and wide, light and dark: readable by machines, whole, and quiet."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path

import polib
import pytest

from tests.browser import axe, inventory
from tests.browser.conftest import Visit
from tests.browser.inventory import Address
from tests.browser.visitor import Visitor

TOO_WIDE = """() => { const room = document.documentElement.clientWidth;
    const over = document.documentElement.scrollWidth - room;
    if (over <= 0) return '';
    const who = [...document.querySelectorAll('body *')].filter(e => e.getBoundingClientRect().right > room + 1);
    return `${over} px: ` + who.slice(0, 3).map(e => e.outerHTML.slice(0, 90)).join(' | '); }"""
TEXTS = """() => { const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT), found = [];
    while (walk.nextNode()) { const host = walk.currentNode.parentElement;
        if (!host.closest('script, style, code, [lang=en]')) found.push(walk.currentNode.textContent.trim()); }
    document.querySelectorAll('[aria-label], [alt], [placeholder], [title]').forEach(e => ['aria-label', 'alt',
        'placeholder', 'title'].forEach(name => { if (!e.closest('[lang=en]')) found.push(e.getAttribute(name) || ''); }));
    return [document.title, ...found].filter(text => /[A-Za-z]{2}/.test(text)); }"""
SENTENCE = re.compile(r"[A-Za-z']{2,}(?: [A-Za-z']{2,}){3,}")
ACCOUNTS = list(inventory.ALWAYS)
# What stands for all in the languages that are not looked at page by page.
SAMPLE = re.compile(r"^(public:(home|help|sign_in)|\w+:(home|orders|inbox|queue|deadlines|case|decision|step_in))$")


def test_every_page_is_in_the_inventory() -> None:
    assert inventory.routes() - inventory.listed() == set(), "say who opens these, in tests/browser/inventory.py"
    assert inventory.listed() - inventory.routes() == set(), "these are no routes any more"


@pytest.mark.parametrize("account", ACCOUNTS, ids=str)
def test_pages_are_accessible_and_whole(account: str | None, visit: Visit) -> None:
    """Default language, all pages: axe finds nothing, nothing scrolls sideways, nothing complains, all is translated."""
    narrow, wide = visit(account, width=390), visit(account, width=1440, height=900)
    pages = inventory.addresses(account, narrow.context.request)
    missing = set(inventory.FOUND.get(account, ())) - {page.route for page in pages}
    problems = [f"{route}: no link leads there" for route in sorted(missing)]
    for page in pages:
        problems += _look(narrow, page, "", dark=True)
        if not page.route.endswith(":act"):  # one column, at any width
            problems += _look(wide, page, "", dark=True)
    assert not problems, "\n".join(problems)


@pytest.mark.parametrize("language", ["zh-hant", "en"])
@pytest.mark.parametrize("account", ACCOUNTS, ids=str)
def test_pages_hold_in_other_languages(account: str | None, language: str, visit: Visit) -> None:
    """A sample of pages: longer words and other letters push nothing out of its place."""
    narrow = visit(account, width=390)
    pages = inventory.addresses(account, narrow.context.request)
    sample = {page.route: page for page in pages if SAMPLE.match(page.route)}.values()
    problems = [problem for page in sample for problem in _look(narrow, page, f"/{language}", dark=False)]
    assert not problems, "\n".join(problems)


def _look(visitor: Visitor, address: Address, prefix: str, *, dark: bool) -> list[str]:
    """Everything that is wrong with one page at one width."""
    page, path = visitor.page, prefix + address.path
    width = (page.viewport_size or {"width": 0})["width"]
    visitor.complaints.clear()
    page.emulate_media(color_scheme="light")
    reply = page.goto(path)
    shut = address.route.endswith(":act") and reply is not None and reply.status == inventory.SHUT
    if reply is None or not (reply.ok or shut):
        return [f"{path} {width}: status {reply.status if reply else 'none'}"]
    if shut:
        visitor.complaints.clear()  # Chromium counts every reply that is a no
    found = axe.findings(page)
    found += [f"scrolls sideways by {over}" for over in [page.evaluate(TOO_WIDE)] if over]
    if page.locator("[autoplay]").count():
        found.append("something begins to play by itself")
    if len(page.title().split(" · ")) < 2:
        found.append(f"its title says too little: {page.title()!r}")
    if (headings := page.locator("h1").count()) != 1:
        found.append(f"{headings} h1")
    if prefix != "/en" and not address.route.startswith("public:style"):
        found += [f"not translated: {text!r}" for text in _untranslated(page.evaluate(TEXTS), prefix)]
    if dark:
        found += axe.findings_in_the_dark(page)
    for other in (320, 360) if width < 1000 else (1024,):
        page.set_viewport_size({"width": other, "height": 800})
        found += [f"at {other} scrolls sideways by {over}" for over in [page.evaluate(TOO_WIDE)] if over]
    page.set_viewport_size({"width": width, "height": 844})
    found += [f"complains: {line}" for line in visitor.complaints]
    return [f"{path} {width}: {problem}" for problem in found]


@lru_cache
def _msgids(catalogue: str) -> frozenset[str]:
    """English ids that have another form in this language: none of them may be seen on its pages."""
    entries = [
        entry
        for path in Path("locale").glob(f"*/{catalogue}/LC_MESSAGES/django.po")
        for entry in polib.pofile(str(path))
        if " " in entry.msgid and not entry.obsolete
    ]
    return frozenset(entry.msgid for entry in entries if entry.msgstr != entry.msgid)


def _untranslated(texts: Iterable[str], prefix: str) -> list[str]:
    known = _msgids("zh_Hant" if prefix == "/zh-hant" else "zh_Hans")
    return sorted({text[:80] for text in texts if text in known or SENTENCE.search(text)})
