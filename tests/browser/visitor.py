"""A person before a browser: signs in, clicks what is there, reads what stands there, and waits with a limit."""

from __future__ import annotations

import re
import time
from collections.abc import Callable

from playwright.sync_api import BrowserContext, Locator

ACCOUNT_BUTTON = 'form[action$="/demo/sign-in/"] button[value="{}"]'


class Visitor:
    def __init__(self, context: BrowserContext, *, scripts: bool = True) -> None:
        self.context, self.scripts = context, scripts
        self.page = context.new_page()
        self.complaints: list[str] = []
        self.page.on("console", lambda line: self.complaints.append(line.text) if line.type == "error" else None)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def go(self, path: str) -> None:
        reply = self.page.goto(path)
        assert reply is not None and reply.ok, f"{path}: {reply.status if reply else 'no answer'}"

    def sign_in(self, account: str) -> None:
        """One click on the sign-in page of a demo."""
        self.go("/login/")
        self.page.locator(ACCOUNT_BUTTON.format(account)).click()
        self.page.wait_for_url(re.compile(r"/(my|shop|desk|ops|jury)/"))

    def link(self, text: str) -> Locator:
        return self.page.get_by_role("link", name=text)

    def press(self, text: str) -> None:
        """A button or a link with these words, in what the page is about."""
        page = self.page
        page.get_by_role("button", name=text).or_(page.get_by_role("link", name=text)).first.click()

    @property
    def heading(self) -> str:
        return self.page.locator("h1").inner_text()

    @property
    def words(self) -> str:
        return self.page.locator("body").inner_text()

    def wait_for(self, text: str, *, seconds: float = 60) -> None:
        """Reload until the page says ``text``: the house works in processes of its own."""
        self.until(lambda: text in self.page.locator("main").inner_text(), seconds=seconds, what=text)

    def until(self, holds: Callable[[], bool], *, seconds: float, what: str) -> None:
        end = time.monotonic() + seconds
        while not holds():
            assert time.monotonic() < end, f"Not within {seconds:.0f} s: {what}\n{self.words}"
            self.page.wait_for_timeout(500)
            self.page.reload()
