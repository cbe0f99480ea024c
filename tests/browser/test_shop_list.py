"""The shop's list by keyboard: single keys work the rows, never while somebody types, and one switch turns them off."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from tests.browser.conftest import Visit


def focused_row(page: Page) -> int:
    """The place of the row that has the focus, from nought; -1 for none."""
    return page.evaluate(
        "() => { const row = document.activeElement.closest('tbody tr');"
        " return row ? Array.from(row.parentElement.rows).indexOf(row) : -1; }"
    )


def test_the_most_urgent_case_is_one_step_from_the_landing_page(visit: Visit) -> None:
    page = visit("merchant", width=1440, height=900).page
    dues = page.locator("tbody time").evaluate_all("all => all.map(one => one.dateTime)")
    assert len(dues) > 1 and dues == sorted(dues)


def test_keys_move_through_the_rows_and_open_what_they_name(visit: Visit) -> None:
    page = visit("merchant", width=1440, height=900).page
    for key, row in (("j", 0), ("j", 1), ("k", 0)):
        page.keyboard.press(key)
        assert focused_row(page) == row
    page.keyboard.press("Space")
    expect(page).to_have_url(re.compile(r"preview=DA-"))
    expect(page.locator("#preview")).to_be_visible()
    page.keyboard.press("e")
    expect(page).to_have_url(re.compile(r"/shop/cases/DA-[^/]+/\w+/$"))


def test_no_key_acts_while_somebody_types_or_an_input_method_is_at_work(visit: Visit) -> None:
    page = visit("merchant", width=1440, height=900).page
    address = page.url
    page.get_by_label("SKU").focus()
    page.keyboard.type("jean")
    assert page.get_by_label("SKU").input_value() == "jean"
    assert page.url == address and focused_row(page) == -1
    page.locator("h1").click()
    page.evaluate(
        "() => { for (const key of ['j', 'e', 'n']) document.body.dispatchEvent("
        "new KeyboardEvent('keydown', { key, keyCode: 229, bubbles: true, cancelable: true })); }"
    )
    assert page.url == address and focused_row(page) == -1


def test_one_switch_turns_all_keys_off_and_stays_off(visit: Visit) -> None:
    page = visit("merchant", width=1440, height=900).page
    page.get_by_role("button", name="关闭快捷键").click()
    page.reload()
    page.keyboard.press("j")
    assert focused_row(page) == -1
    page.get_by_role("button", name="打开快捷键").click()
    page.locator("h1").click()
    page.keyboard.press("j")
    assert focused_row(page) == 0
