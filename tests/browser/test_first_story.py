"""The first story, by clicks alone, against the processes of start.py: a silent merchant, a return, the money back."""

from __future__ import annotations

import re

from tests.browser.conftest import Visit
from tests.browser.visitor import Visitor

ITEM = "白瓷盖碗"
TRACKING = "SF1234567890123"


def test_a_silent_merchant_has_agreed_to_the_return_and_the_buyer_is_paid(visit: Visit) -> None:
    buyer = visit("buyer", width=390)
    case = ask_for_a_refund_with_return(buyer)

    merchant = visit("merchant", width=1440, height=900)
    merchant.go(f"/shop/cases/{case}/")
    assert ITEM in merchant.words  # it was there to be read, and nobody answered

    ops = visit("ops", width=1440, height=900)
    move_the_clock(ops, by="快进 3 天")

    # The worker fires the deadline: silence counts as agreeing to the return, never as a refund without it.
    buyer.page.reload()
    buyer.wait_for("待你寄回")
    assert "同意退货" in buyer.words

    buyer.press("填运单号")
    buyer.page.get_by_label("快递公司").fill("顺丰速运")
    buyer.page.get_by_label("运单号", exact=True).fill(TRACKING)
    buyer.press("填运单号")
    buyer.wait_for("退货途中", seconds=10)

    merchant.page.reload()
    assert TRACKING in merchant.words
    merchant.press("确认收货并退款")
    merchant.press("确认收货并退款")

    # The engine plans the payment and the demo marketplace makes it.
    buyer.page.reload()
    buyer.wait_for("已完结", seconds=90)
    assert "128.00" in buyer.words
    assert buyer.complaints == merchant.complaints == ops.complaints == []


def ask_for_a_refund_with_return(buyer: Visitor) -> str:
    """From the sign-in to a request that waits for the merchant. Returns the case's number."""
    page = buyer.page
    page.get_by_role("navigation").get_by_role("link", name="订单").first.click()
    page.get_by_role("link", name=f"申请退款: {ITEM}").or_(
        page.get_by_role("link", name=re.compile(f"申请退款.*{ITEM}"))
    ).first.click()
    page.get_by_label("发生了什么").select_option(label="收到时就坏了")
    page.get_by_label("退货退款", exact=True).check()
    page.get_by_label("说说情况").fill("盖子合不严，倒茶时会漏。")
    buyer.press("提交退款申请")
    page.wait_for_url(re.compile(r"/my/cases/DA-"))
    assert "等商家" in page.locator("main").inner_text()
    found = re.search(r"/cases/(DA-[^/]+)/", page.url)
    assert found is not None
    return found[1]


def move_the_clock(ops: Visitor, *, by: str) -> None:
    ops.page.get_by_role("navigation").get_by_role("link", name="演示时钟").click()
    ops.press(by)
    ops.page.locator(".messages").wait_for()
