"""``python -m bench.pages http://localhost:8000``: when the largest thing of a page stands on a slow phone, and its weight.

Against a running demo (`start.py run`), with Chromium: 1.6 Mbps, 150 ms, a processor four times slower than this one.
"""

from __future__ import annotations

import argparse
import sys
from dataclasses import dataclass
from statistics import median
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from launch.browser import chromium

SLOW = {"offline": False, "latency": 150, "downloadThroughput": 1_600_000 / 8, "uploadThroughput": 750_000 / 8}
SLOWER = 4
# Of whoever signs in with one click in the demo; the limit is for the largest thing to stand, in seconds.
VISITS: dict[str, tuple[tuple[str, ...], dict[str, int], float]] = {
    "": (("/", "/check/", "/rules/", "/verify/", "/login/"), {"width": 360, "height": 740}, 2.0),
    "buyer": (("/my/", "/my/orders/", "case", "/my/inbox/"), {"width": 360, "height": 740}, 2.0),
    "merchant": (("/shop/", "case", "/shop/library/", "/shop/insights/"), {"width": 1440, "height": 900}, 2.5),
}
WATCH = """() => { window.standing = 0; window.moved = 0;
    new PerformanceObserver(list => { for (const one of list.getEntries()) window.standing = one.startTime; })
        .observe({type: 'largest-contentful-paint', buffered: true});
    new PerformanceObserver(list => list.getEntries().filter(one => !one.hadRecentInput)
        .forEach(one => { window.moved += one.value; })).observe({type: 'layout-shift', buffered: true}); }"""
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]


@dataclass(frozen=True)
class Seen:
    """Milliseconds until the largest thing stood, how much moved, bytes on the line, requests."""

    standing: float
    moved: float
    bytes: int
    requests: int


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.pages", description=__doc__)
    parser.add_argument("house", nargs="?", default="http://localhost:8000")
    parser.add_argument("--turns", type=int, default=3)
    chosen = parser.parse_args()
    path = chromium()
    if path is None:
        print("There is no Chromium here; on Debian:  apt install chromium fonts-noto-cjk")
        return 1
    late = 0
    print(f"{'page':<44} {'stands after':>12} {'limit':>6} {'moved':>6} {'weight':>9} {'requests':>8}")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        for account, (paths, screen, limit) in VISITS.items():
            context = _enter(browser, chosen.house, account, screen)
            for place in paths:
                path = _case(context, paths[0]) if place == "case" else place
                seen = [_look(context, path) for _turn in range(chosen.turns)]
                standing, moved = median(s.standing for s in seen) / 1000, max(s.moved for s in seen)
                late += standing > limit
                weight, requests = seen[-1].bytes / 1024, seen[-1].requests
                print(
                    f"{path:<44} {standing:>10.2f} s {limit:>4.1f} s {moved:>6.3f} {weight:>6.1f} KB {requests:>8}",
                    flush=True,
                )
            context.close()
        browser.close()
    print(f"\n{late} pages later than their limit")
    return 1 if late else 0


def _enter(browser: Browser, house: str, account: str, screen: Any) -> BrowserContext:
    context = browser.new_context(base_url=house, viewport=screen, locale="zh-CN", timezone_id="Asia/Shanghai")
    if account:
        page = context.new_page()
        page.goto("/login/")
        page.locator(f'button[value="{account}"]').click()
        page.wait_for_load_state()
        page.close()
    return context


def _case(context: BrowserContext, home: str) -> str:
    """The first case of a list."""
    page = context.new_page()
    page.goto(home)
    found = page.locator('main a[href*="/cases/DA-"]').first.get_attribute("href")
    page.close()
    assert found is not None, f"{home} shows no case"
    return found


def _look(context: BrowserContext, path: str) -> Seen:
    """One load with nothing kept from before."""
    page: Page = context.new_page()
    line = context.new_cdp_session(page)
    came: list[int] = []
    line.on("Network.loadingFinished", lambda event: came.append(int(event["encodedDataLength"])))
    line.send("Network.enable")
    line.send("Network.setCacheDisabled", {"cacheDisabled": True})
    line.send("Network.emulateNetworkConditions", SLOW)
    line.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
    page.goto(path, wait_until="load")
    page.evaluate(WATCH)
    page.wait_for_timeout(300)
    seen = Seen(page.evaluate("standing"), page.evaluate("moved"), sum(came), len(came))
    page.close()
    return seen


if __name__ == "__main__":
    sys.exit(main())
