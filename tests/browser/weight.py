"""What a page costs on the line: bytes as they travel, requests, and hosts. Knows Chromium's protocol, no page."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import CDPSession

# Evidence, and what was bought, is counted by itself: there is as much of it as people hand in and buy.
_EVIDENCE = ("/files/", "/listing/")


@dataclass(frozen=True)
class Weight:
    """``bytes`` compressed, with headers; ``strangers``: hosts that are not the page's own."""

    bytes: int
    requests: int
    strangers: frozenset[str]


def weigh(line: CDPSession, load: Callable[[], object]) -> Weight:
    """``load`` as somebody who has nothing of it yet."""
    asked: dict[str, str] = {}
    came: dict[str, int] = {}

    def sent(event: dict[str, Any]) -> None:
        asked[event["requestId"]] = event["request"]["url"]

    def finished(event: dict[str, Any]) -> None:
        came[event["requestId"]] = int(event["encodedDataLength"])

    line.send("Network.enable")
    line.send("Network.setCacheDisabled", {"cacheDisabled": True})
    line.on("Network.requestWillBeSent", sent)
    line.on("Network.loadingFinished", finished)
    load()
    line.send("Network.setCacheDisabled", {"cacheDisabled": False})
    line.remove_listener("Network.requestWillBeSent", sent)
    line.remove_listener("Network.loadingFinished", finished)
    urls = {key: urlsplit(url) for key, url in asked.items() if not url.startswith(("data:", "blob:"))}
    own = next(iter(urls.values())).netloc
    counted = {key for key, url in urls.items() if not url.path.startswith(_EVIDENCE)}
    return Weight(
        bytes=sum(came.get(key, 0) for key in counted),
        requests=len(counted),
        strangers=frozenset(url.netloc for url in urls.values() if url.netloc != own),
    )
