"""What axe says of the page that a visitor has before them, in the light and in the dark."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import axe_playwright_python
from playwright.sync_api import Page

SOURCE = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text(encoding="utf-8")
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
# Fetching and reading all styles again is for one rule that nobody runs, and for films that begin by themselves: these are
# forbidden outright (test_pages). It is a third of what a page takes.
EVERYTHING = {"runOnly": {"type": "tag", "values": TAGS}, "resultTypes": ["violations"], "preload": False}
# Darkness changes colours and nothing else.
COLOURS = {"runOnly": {"type": "rule", "values": ["color-contrast"]}, "resultTypes": ["violations"], "preload": False}
_RUN = """options => axe.run(document, options).then(found => found.violations.map(v =>
    `${v.id}: ${v.nodes.length} × ${v.help} ${v.nodes.slice(0, 2).map(n => n.html.slice(0, 160)).join(' | ')} ${
        v.nodes[0].any.length ? v.nodes[0].any[0].message : ''}`))"""
_SETTLED = """() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() =>
    Promise.allSettled(document.getAnimations().map(moving => moving.finished)).then(() => done()))))"""


def findings(page: Page, options: dict[str, Any] = EVERYTHING) -> list[str]:
    """A line for each rule that the page breaks as it stands."""
    if not page.evaluate("() => 'axe' in window"):
        page.evaluate(SOURCE)
    found: list[str] = page.evaluate(_RUN, options)
    return [f"axe {line}" for line in found]


def findings_in_the_dark(page: Page) -> list[str]:
    """Its colours when the visitor prefers dark ones; the page stays dark."""
    page.emulate_media(color_scheme="dark")
    page.evaluate(_SETTLED)
    return [f"{line}, in the dark" for line in findings(page, COLOURS)]
