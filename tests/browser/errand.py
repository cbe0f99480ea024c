"""Somebody with something to do: counts the pages, the clicks and the seconds that it takes, and holds them to a budget.

A page is a place where one reads or acts: the same address under the same heading is the same page however often it is
shown, and the page that only says "done" is none. Seconds are those of the Keystroke-Level Model (Card, Moran, Newell
1980), computed from what was done; nobody is timed here.
"""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

from playwright.sync_api import Locator, Page

from tests.browser import axe
from tests.browser.visitor import Visitor

KEY, POINT, PRESS, HANDS, THINK = 0.28, 1.1, 0.2, 0.4, 1.35
_MOST_STOPS = 150
_FOCUSED = "element => element === document.activeElement"
_GROUP = """element => element === document.activeElement || (element.type === 'radio' &&
    document.activeElement.type === 'radio' && document.activeElement.name === element.name &&
    document.activeElement.form === element.form)"""
_LEADS_ON = """element => element.tagName === 'A' ||
    element.tagName === 'BUTTON' && element.type === 'submit' && !('insert' in element.dataset)"""


@dataclass(frozen=True)
class Budget:
    pages: int
    clicks: int
    seconds: float
    typed: int = 0
    strokes: int | None = None  # where there are single keys: how many, beside what is typed


class Errand:
    """One person on one errand, by pointer or by keys alone. What moves is counted; nothing else moves."""

    def __init__(self, visitor: Visitor, *, keys: bool = False) -> None:
        self.visitor, self.keys = visitor, keys
        self.pages: dict[tuple[str, str], int] = {}
        self.clicks = self.typed = self.strokes = 0
        self.seconds = 0.0
        # Pages of cases in the middle of something are reached by doing something: they are looked at on the way.
        self.found: list[str] = []

    @property
    def page(self) -> Page:
        return self.visitor.page

    def press(self, *keys: str) -> None:
        """Single keys, one after another: each is a key and nothing else."""
        self._here()
        for key in keys:
            self.seconds += KEY
            self._stroke(key)

    def write(self, text: str) -> None:
        """Into whatever a key has led to."""
        self._here()
        self.typed += len(text)
        self.seconds += len(text) * KEY
        self.page.keyboard.type(text)

    def think(self) -> None:
        """One decision, or one fact found on the page."""
        self._here()
        self.seconds += THINK

    def click(self, target: Locator) -> None:
        self._here()
        self.clicks += 1
        if not self.keys:
            self.seconds += POINT + PRESS
            target.click()
            return
        self._reach(target, _GROUP)
        if target.evaluate(_LEADS_ON):
            with self.page.expect_navigation():
                self._stroke("Enter")
            return
        if target.get_attribute("type") != "radio":
            self._stroke("Space" if target.get_attribute("type") == "checkbox" else "Enter")
            return
        for _step in range(20):
            if target.is_checked():
                return
            self._stroke("Space" if target.evaluate(_FOCUSED) else "ArrowDown")
        raise AssertionError("no arrow leads to this choice")

    def choose(self, select: Locator, label: str) -> None:
        """Open a list and pick from it."""
        self._here()
        self.clicks += 2
        if not self.keys:
            self.seconds += 2 * (POINT + PRESS)
            select.select_option(label=label)
            return
        self._reach(select, _FOCUSED)
        for text in select.locator("option").all_inner_texts():
            if text.strip() == label:
                break
            self._stroke("ArrowDown")
        chosen = select.evaluate("element => element.selectedOptions[0].textContent.trim()")
        assert chosen == label, f"the arrows lead to {chosen!r}"

    def type(self, field: Locator, text: str) -> None:
        """Into an empty field, or over what it suggests. Going to it is a click."""
        self._here()
        self.clicks += 1
        self.typed += len(text)
        self.seconds += 2 * HANDS + len(text) * KEY
        if self.keys:
            self._reach(field, _FOCUSED)
        else:
            self.seconds += POINT + PRESS
            field.click(click_count=3)
        if field.input_value():
            self.page.keyboard.press("ControlOrMeta+a")
        self.page.keyboard.insert_text(text)
        assert field.input_value() == text

    def within(self, budget: Budget) -> None:
        """All of it was as short as it has to be, and the page had nothing to complain of."""
        told = f"{sorted(self.pages)}, {self.clicks} clicks, {self.typed} typed, {self.seconds:.1f} s"
        print(told, f"and {self.strokes} keys" if self.keys else "")
        assert len(self.pages) <= budget.pages, told
        assert self.clicks <= budget.clicks, told
        assert self.typed <= budget.typed, told
        # Whoever goes by keys alone passes every stop on the way: the model is of a pointer.
        if budget.strokes is not None:
            assert self.strokes <= budget.strokes, f"{told}, {self.strokes} keys"
            assert self.seconds <= budget.seconds, told
        assert self.keys or self.seconds <= budget.seconds, told
        assert self.visitor.complaints == []
        assert not self.found, "\n".join(self.found)

    def _here(self) -> None:
        place = (urlsplit(self.page.url).path, self.visitor.heading)
        if place not in self.pages and self.visitor.scripts:  # without scripts axe would wait for ever
            self.found += [f"{place[0]}: {line}" for line in axe.findings(self.page)]
        self.pages[place] = self.pages.get(place, 0) + 1

    def _reach(self, target: Locator, there: str) -> None:
        """By Tab from where the focus is; once around the page if need be."""
        for _stop in range(_MOST_STOPS):
            if target.evaluate(there):
                return
            self._stroke("Tab")
        raise AssertionError(f"{_MOST_STOPS} stops, and none of them is {target}")

    def _stroke(self, key: str) -> None:
        self.strokes += 1
        self.page.keyboard.press(key)
