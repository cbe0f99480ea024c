"""Nothing needs a script: a buyer gives evidence, a merchant answers, without JavaScript. Filing: `test_writing_a_claim`."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from tests.browser.conftest import Visit
from tests.browser.house import PROJECT

PHOTO = PROJECT / "static" / "img" / "demo" / "b1_crack.webp"
WAITS_FOR_ANSWERS = "汝窑青瓷茶壶"


def test_a_buyer_gives_evidence_without_scripts(visit: Visit) -> None:
    buyer = visit("buyer", scripts=False)
    page = buyer.page
    buyer.link(re.compile("青瓷品茗杯")).first.click()
    page.get_by_role("link", name=re.compile("补充凭证|上传|外包装")).first.click()
    photos = page.get_by_role("region", name="商品照片")
    photos.locator('input[type="file"]').set_input_files(PHOTO)
    photos.get_by_role("button", name=re.compile("上传")).click()
    expect(page.locator(".messages")).to_contain_text("已收到")


def test_a_merchant_answers_without_scripts(visit: Visit) -> None:
    merchant = visit("merchant", width=1440, height=900, scripts=False)
    page = merchant.page
    merchant.link(re.compile(WAITS_FOR_ANSWERS)).first.click()
    merchant.press("反驳")
    answers = page.get_by_role("radio", name="不同意")
    for place in range(answers.count()):
        answers.nth(place).check()
    for words in page.locator("textarea[name^=text_]").all():
        words.fill("出库时完好。")
    page.get_by_label("总的说明").fill("出库质检照片显示壶身完好，开片是汝窑的天然特征。")
    merchant.press("检查买家会看到的内容")
    expect(page.locator("main")).to_contain_text("开片是汝窑的天然特征")
    merchant.press("提交回应")
    expect(page.locator(".messages")).to_be_visible()
    expect(page.locator("main")).to_contain_text("等平台裁决")
