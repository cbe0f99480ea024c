"""A ruling that saves itself, in a browser: what is said when it cannot, and what a reload leaves of it."""

from __future__ import annotations

import json
from typing import Any

import pytest
from playwright.sync_api import Page, Request, Route, expect

from tests.browser.conftest import Visit
from tests.browser.visitor import Visitor

REASONS = "壶身裂纹贯通釉面，签收当晚即已报损。"
WHERE = "**/desk/cases/*/"


@pytest.fixture
def desk(visit: Visit) -> Visitor:
    desk = visit("arbitrator", width=1440, height=900)
    desk.page.on("dialog", lambda dialog: dialog.accept())
    return desk


def opened(visitor: Visitor, number: str) -> Page:
    visitor.go(f"/desk/cases/{number}/")
    return visitor.page


def is_draft(request: Request) -> bool:
    return request.method == "POST" and "x-draft" in request.headers


def fill_and_save(page: Page, field: str, words: str) -> None:
    with page.expect_response(lambda reply: is_draft(reply.request)) as reply:
        page.locator(field).fill(words)
    assert reply.value.ok
    expect(page.locator("[data-saved]")).to_contain_text("草稿已保存")


def answer_drafts(page: Page, **reply: Any) -> list[str]:
    """Every draft gets this answer from now on; without one none arrives. Returns what was sent."""
    sent: list[str] = []

    def answer(route: Route) -> None:
        if not is_draft(route.request):
            route.fallback()
            return
        sent.append(route.request.post_data or "")
        if reply:
            route.fulfill(**reply)
        else:
            route.abort()

    page.unroute_all()
    page.route(WHERE, answer)
    return sent


def test_a_page_that_may_not_save_any_more_says_why_keeps_the_words_and_tries_no_more(
    desk: Visitor, staged: dict[str, Any]
) -> None:
    page = opened(desk, staged["ask"][0])
    saved, reasons = page.locator("[data-saved]"), page.locator("#id_reasons")
    given = {"code": "not_yours", "detail": "这个案件已交给裁决员 019。"}
    for reply, words in (
        ({"status": 409, "content_type": "application/json", "body": json.dumps(given)}, given["detail"]),
        ({"status": 404, "content_type": "text/html", "body": "<h1>没有找到</h1>"}, "这一页不能再保存了"),
    ):
        opened(desk, staged["ask"][0])
        sent = answer_drafts(page, **reply)
        reasons.fill(REASONS)
        expect(saved).to_contain_text(words)
        expect(page.locator("#status")).to_contain_text(words)
        assert len(sent) == 1
        reasons.press_sequentially("还有一句。")
        page.wait_for_timeout(900)
        assert len(sent) == 1 and reasons.input_value().startswith(REASONS)
        page.evaluate("sessionStorage.clear()")
    page.unroute_all()
    opened(desk, staged["ask"][0])
    desk.context.clear_cookies(name="sessionid")
    reasons.fill(REASONS)
    expect(saved.get_by_role("link")).to_contain_text("登录过期了")
    page.evaluate("sessionStorage.clear()")


def test_an_answer_that_did_not_come_is_asked_for_again(desk: Visitor, staged: dict[str, Any]) -> None:
    page = opened(desk, staged["ask"][0])
    answer_drafts(page, status=502, content_type="text/html", body="<h1>502</h1>")
    page.locator("#id_reasons").fill(REASONS)
    expect(page.locator("[data-saved]")).to_contain_text("服务器没有回应")
    answer_drafts(page)
    page.evaluate("window.dispatchEvent(new Event('online'))")
    expect(page.locator("[data-saved]")).to_contain_text("网络断开")
    page.unroute_all()
    page.evaluate("window.dispatchEvent(new Event('online'))")
    expect(page.locator("[data-saved]")).to_contain_text("草稿已保存")


def test_what_was_typed_right_before_a_reload_is_back_and_is_saved(desk: Visitor, staged: dict[str, Any]) -> None:
    page = opened(desk, staged["ask"][1])
    answer_drafts(page)
    page.locator("#id_reasons").fill(REASONS)
    page.locator('[data-finding="2"] input[value="merchant"]').check()
    page.reload()
    page.unroute_all()
    expect(page.locator("#status")).to_contain_text("已放回")
    expect(page.locator("#id_reasons")).to_have_value(REASONS)
    expect(page.locator('a[data-point="2"] .find')).to_contain_text("支持商家")
    fill_and_save(page, "#id_share", "70")
    page.reload()
    expect(page.locator("#id_reasons")).to_have_value(REASONS)
    expect(page.locator("#id_share")).to_have_value("70")
    assert page.locator("#status").inner_text() == "" and page.locator(".unsent").count() == 0


def test_what_another_page_saved_meanwhile_stands_until_the_reader_says_otherwise(
    desk: Visitor, staged: dict[str, Any]
) -> None:
    page = opened(desk, staged["ask"][1])
    answer_drafts(page)
    page.locator("#id_reasons").fill(REASONS + "这一页。")
    second = desk.context.new_page()
    second.goto(f"/desk/cases/{staged['ask'][1]}/")
    fill_and_save(second, "#id_reasons", REASONS + "另一页。")
    second.close()
    page.reload()
    page.unroute_all()
    expect(page.locator("#id_reasons")).to_have_value(REASONS + "另一页。")
    with page.expect_response(lambda reply: is_draft(reply.request)) as reply:
        page.get_by_role("button", name="放回我填的").click()
    expect(page.locator("#id_reasons")).to_have_value(REASONS + "这一页。")
    assert reply.value.ok
    assert page.locator(".unsent").count() == 0


def test_a_field_that_keeps_the_draft_from_being_saved_is_named_and_the_sum_is_not_called_current(
    desk: Visitor, staged: dict[str, Any]
) -> None:
    page = opened(desk, staged["ask"][1])
    page.locator("#remedy label").filter(has_text="退货退款").click()
    fill_and_save(page, "#id_share", "100")
    expect(page.locator("#remedy .calc")).to_be_visible()
    page.locator("#id_share").fill("150")
    miss, stale = page.locator(".rfoot .miss"), page.locator("[data-unsaved]")
    expect(miss).to_contain_text("还没保存，先改：责任比例")
    expect(stale).to_be_visible()
    assert page.locator(".rfoot .miss.done").count() == 0
    folded = page.locator("#remedy details")
    folded.locator("summary").click()
    page.locator("#id_value").fill("999999")
    folded.locator("summary").click()
    page.locator("#id_share").fill("50")
    expect(miss).not_to_contain_text("责任比例")
    expect(miss.get_by_role("link")).to_have_count(1)
    miss.get_by_role("link").click()
    expect(page.locator("#id_value")).to_be_focused()
    fill_and_save(page, "#id_value", "")
    expect(stale).to_be_hidden()
    assert page.locator("[aria-invalid]").count() == 0
