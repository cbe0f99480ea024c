"""Countdowns: the server's time, whatever the phone believes; quiet while they tick."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from tests.browser.conftest import Visit
from tests.browser.visitor import Visitor

TICKING = "[data-due]"
SPY = """() => { window.said = []; new MutationObserver(changes => changes.forEach(change =>
    window.said.push(change.target.textContent))).observe(document.body, {subtree: true, childList: true,
    characterData: true}); window.live = () => [...document.querySelectorAll('[aria-live], [role=status], [role=alert]')]
    .map(e => e.textContent.trim()).join('|'); return window.live(); }"""


def a_case_whose_clock_ticks(visitor: Visitor) -> str:
    """The first of my cases whose page shows hours and minutes."""
    for link in visitor.page.locator("a.caserow").all():
        path = link.get_attribute("href") or ""
        if link.locator(TICKING).count():
            return path
    raise AssertionError("no case of the demo shows a clock")


def shown(visitor: Visitor) -> list[str]:
    return visitor.page.locator(TICKING).all_inner_texts()


@pytest.mark.parametrize("wrong_by", [timedelta(hours=3), timedelta(hours=-3), timedelta(days=400)], ids=str)
def test_a_wrong_clock_in_the_phone_shows_the_same_time_left(visit: Visit, wrong_by: timedelta) -> None:
    plain = visit("buyer", scripts=False)
    path = a_case_whose_clock_ticks(plain)
    wrong = visit("buyer")
    wrong.page.clock.set_fixed_time(datetime.now() + wrong_by)
    # The minute may change between the two readings; not twice.
    for _attempt in range(2):
        plain.go(path)
        wrong.go(path)
        if shown(plain) == shown(wrong):
            break
    assert shown(wrong) == shown(plain) != []


def test_nothing_is_announced_while_a_clock_ticks(visit: Visit) -> None:
    buyer = visit("buyer")
    path = a_case_whose_clock_ticks(buyer)
    page = buyer.page
    page.clock.install()
    buyer.go(path)
    before, announced = shown(buyer), page.evaluate(SPY)
    page.clock.run_for(3 * 60_000)
    assert shown(buyer) != before, "it did not tick"
    assert page.evaluate("() => window.live()") == announced
    # The clock itself is no live region: a timer is silent unless somebody asks.
    assert page.locator(f"[aria-live]:not([aria-live=off]):has({TICKING}), [role=status]:has({TICKING})").count() == 0
