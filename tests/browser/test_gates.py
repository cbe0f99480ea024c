"""What a page may weigh, how far it may spread and how small its targets may be, for both sides and for anybody."""

from __future__ import annotations

from functools import partial
from typing import Any

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import Visit
from tests.browser.weight import Weight, weigh

# Compressed, without evidence: what comes over the line for somebody who has never been here.
HEAVIEST, MOST_REQUESTS = 60 * 1024, 12
WIDTHS = (320, 360, 390, 1024, 1280, 1440)
PAGES: dict[str | None, tuple[str, ...]] = {
    None: ("/", "/check/", "/rules/", "/verify/", "/help/", "/login/"),
    "buyer": ("/my/", "/my/orders/", "/my/inbox/", "/my/settings/", "/my/cases/{lost}/", "/my/cases/{lost}/decision/"),
    "merchant": (
        *("/shop/", "/shop/open/", "/shop/library/", "/shop/insights/", "/shop/members/", "/shop/settings/"),
        *("/shop/cases/{lost}/", "/shop/cases/{lost}/decision/"),
    ),
}
# Where one stands is not the window's business: a link in a line of text is as high as the line (WCAG 2.5.8).
SMALL = """least => [...document.querySelectorAll('a[href], button, input:not([type=hidden]), select, textarea, summary')]
    .filter(e => e.checkVisibility({visibilityProperty: true}) && !e.closest('.vh, .skip') && !e.matches('.vh, .skip') &&
        !e.disabled && getComputedStyle(e).display !== 'inline')
    .map(e => { const label = e.labels && e.labels[0], area = /checkbox|radio/.test(e.type) && label ? label : e;
        return [e, area.getBoundingClientRect()]; })
    .filter(([e, box]) => box.width > 1 && box.height > 1 && Math.min(box.width, box.height) < least - 0.5)
    .map(([e, box]) => `${Math.round(box.width)} × ${Math.round(box.height)} ${e.outerHTML.slice(0, 90)}`)"""
OVER = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"


@pytest.mark.parametrize("account", list(PAGES), ids=str)
def test_pages_are_light_stay_within_their_width_and_can_be_hit(
    visit: Visit, staged: dict[str, Any], account: str | None
) -> None:
    visitor = visit(account, width=360, height=740)
    page, line = visitor.page, visitor.context.new_cdp_session(visitor.page)
    problems = []
    for path in (path.format(**staged) for path in PAGES[account]):
        problems += [f"{path}: {problem}" for problem in _heavy(weigh(line, partial(visitor.go, path)))]
        problems += [f"{path}: {problem}" for problem in _ill_shaped(page, 44 if account == "buyer" else 24)]
    assert not problems, "\n".join(problems)


def _heavy(found: Weight) -> list[str]:
    told = []
    if found.bytes > HEAVIEST:
        told.append(f"{found.bytes / 1024:.1f} KB")
    if found.requests > MOST_REQUESTS:
        told.append(f"{found.requests} requests")
    if found.strangers:
        told.append(f"asks {', '.join(sorted(found.strangers))}")
    return told


def _ill_shaped(page: Page, least: int) -> list[str]:
    told = [f"target {small}" for small in page.evaluate(SMALL, least)]
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 740})
        if over := page.evaluate(OVER):
            told.append(f"scrolls sideways by {over} at {width}")
    page.set_viewport_size({"width": 360, "height": 740})
    return told
