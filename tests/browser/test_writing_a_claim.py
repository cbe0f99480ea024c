"""A claim from the refusal to the platform, at the width of a phone, with and without scripts: few pages, few clicks."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Visit
from tests.browser.house import PROJECT
from tests.browser.inventory import Address
from tests.browser.test_pages import _look
from tests.browser.visitor import Visitor

ITEM = "竹制茶盘"
STORY = "昨晚拆开就看到盘面裂了一道缝，马上拍了照。商家说是运输的事，让我找快递。"
PHOTOS = ("b1_crack.webp", "b2_leak.webp", "b3_whole.webp")


@dataclass
class Counted:
    """What one person does: every click, and every page that comes of it."""

    visitor: Visitor
    clicks: int = 0
    pages: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.visitor.page.on("framenavigated", lambda frame: self.pages.append(frame.url))

    @property
    def page(self) -> Any:
        return self.visitor.page

    def click(self, target: Any) -> None:
        self.clicks += 1
        target.click()

    def go_on(self, text: str = "下一步") -> None:
        before = self.page.url
        self.click(self.page.get_by_role("button", name=text).or_(self.page.get_by_role("link", name=text)).last)
        self.page.wait_for_url(lambda url: url != before)
        self.page.wait_for_load_state()

    def choose(self, code: str, files: list[str]) -> None:
        """The picker is one click, however many files are taken in it."""
        self.clicks += 1
        self.page.locator(f"#f-{code}").set_input_files(files)


@pytest.fixture
def refused(visit: Visit) -> Iterator[Visitor]:
    """A buyer whose request for the tray was refused. Whatever becomes of it is withdrawn afterwards."""
    buyer = visit("buyer", width=360, height=740)
    if not buyer.page.locator("section", has_text="需要我处理").get_by_text(ITEM).count():
        _ask_and_be_refused(buyer, visit("merchant", width=1440, height=900))
    begun = buyer.page.locator('a[href*="/step-in/tasks/"]', has_text=ITEM)
    if begun.count():  # somebody has begun a claim about it: these tests begin at the beginning
        begun.first.click()
        buyer.press("删除草稿")
        buyer.page.locator(".messages").wait_for()
        buyer.go("/my/")
    yield buyer
    buyer.go("/my/")
    row = buyer.page.locator("a.caserow", has_text=ITEM).first
    if row.count():
        row.click()
        buyer.press("撤销申请")
        buyer.page.locator("main").get_by_role("button", name="撤销申请").click()
        buyer.page.locator(".messages").wait_for()


def _ask_and_be_refused(buyer: Visitor, merchant: Visitor) -> None:
    buyer.go("/my/orders/")
    buyer.page.get_by_role("link", name=re.compile(f"申请退款.*{ITEM}")).first.click()
    buyer.page.get_by_label("发生了什么").select_option("DAMAGED")
    buyer.page.get_by_label("仅退款", exact=True).check()
    buyer.page.get_by_label("说说情况").fill("收到时盘面裂了。")
    buyer.press("提交退款申请")
    buyer.page.wait_for_url(re.compile(r"/my/cases/DA-"))
    number = re.search(r"DA-[^/]+", buyer.page.url)
    assert number is not None
    merchant.go(f"/shop/cases/{number[0]}/refund_refused/")
    merchant.page.get_by_label("理由").fill("出库时是好的。")
    merchant.page.locator("main form").get_by_role("button").last.click()
    merchant.page.wait_for_url(re.compile(r"/shop/cases/DA-[^/]+/$"))
    buyer.go("/my/")


def on_its_case(buyer: Visitor) -> Counted:
    buyer.link(re.compile(ITEM)).first.click()
    buyer.page.wait_for_url(re.compile(r"/my/cases/DA-[^/]+/$"))
    return Counted(buyer)


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_a_refused_request_is_before_the_platform_in_nine_pages_and_eighteen_clicks(
    scripts: bool, refused: Visitor, visit: Visit
) -> None:
    buyer = refused if scripts else _the_same_without_scripts(visit)
    told = on_its_case(buyer)
    page = buyer.page
    told.go_on("申请平台介入")
    expect(page.locator("h1")).to_contain_text("可以申请平台介入")
    told.go_on("开始申请")
    told.click(page.get_by_role("radio", name=re.compile("收到时坏了")))
    told.go_on()
    expect(page.get_by_label("争点 1")).to_have_value("收到时商品已经破损")
    told.go_on()
    expect(page.locator("#id_story")).not_to_have_value("")  # what the merchant was told
    told.click(page.locator("#id_story"))
    page.keyboard.press("Control+A")
    page.keyboard.type(STORY)
    told.go_on()
    expect(page.get_by_label("金额")).not_to_have_value("")
    told.go_on()
    files = [str(PROJECT / "static" / "img" / "demo" / name) for name in PHOTOS]
    lacking = page.locator("[data-fresh=lacking]")
    expect(lacking).to_contain_text("商品照片")
    told.choose("E06", files[:2])
    if scripts:  # what is here is not asked for any more, without another page
        expect(lacking).not_to_contain_text("商品照片")
        expect(page.locator("#E06")).not_to_have_class(re.compile("todo"))
    told.choose("E05", files[2:])
    told.go_on()
    told.go_on()
    expect(page.locator("main")).to_contain_text("昨晚拆开就看到")
    expect(page.locator("main .shot")).to_have_count(3)
    told.click(page.get_by_label("内容属实"))
    told.go_on("提交申请")
    expect(page.locator("h1")).to_contain_text("申请已提交平台")
    assert len(told.pages) <= 9, told.pages
    assert told.clicks <= 18
    assert len(STORY) <= 60
    number = re.search(r"DA-[^/]+", page.url)
    assert number is not None
    expect(page.locator("[data-copy-from]")).to_have_text(number[0])
    assert buyer.complaints == []


def _the_same_without_scripts(visit: Visit) -> Visitor:
    return visit("buyer", width=360, height=740, scripts=False)


def test_a_draft_outlives_its_tab_and_is_found_on_another_device(refused: Visitor, visit: Visit) -> None:
    _begun(refused)
    page = refused.page
    refused.go(re.sub(r"/step-in/.*", "/step-in/story/", page.url))
    page.locator("#id_story").press("Control+A")
    page.locator("#id_story").press_sequentially("一秒之前打的字")
    page.wait_for_timeout(1000)
    page.close()  # without a word to the page

    for scripts in (True, False):
        other = Counted(visit("buyer", width=360, height=740, scripts=scripts))
        other.pages.clear()
        other.click(other.page.get_by_role("link", name=re.compile(f"{ITEM}.*(继续|介入申请)")).first)
        other.page.wait_for_url(re.compile("/tasks/"))
        other.click(other.page.locator(".dock").get_by_role("link", name="继续"))
        other.page.wait_for_url(re.compile("/step-in/[a-z]+/"))
        assert (len(other.pages), other.clicks) == (2, 2)
        other.visitor.go(re.sub(r"/step-in/.*", "/step-in/story/", other.page.url))
        expect(other.page.locator("#id_story")).to_have_value("一秒之前打的字")
    refused.page = refused.context.new_page()


def test_the_pages_of_a_claim_are_accessible_and_whole(refused: Visitor, visit: Visit) -> None:
    _begun(refused)
    at = re.sub(r"/step-in/.*", "/step-in/", refused.page.url)
    root = "/" + at.split("/", 3)[3]
    steps = ("tasks", "what", "points", "story", "want", "evidence", "contact", "check")
    wide = visit("buyer", width=1440, height=900)
    wide.page.on("dialog", lambda dialog: dialog.accept())
    problems = [
        problem
        for visitor in (refused, wide)
        for step in steps
        for problem in _look(visitor, Address(f"buyer:{step}", f"{root}{step}/"), "", dark=True)
    ]
    for language in ("/zh-hant", "/en"):
        problems += [
            problem
            for step in steps
            for problem in _look(refused, Address(f"buyer:{step}", f"{root}{step}/"), language, dark=False)
        ]
    assert not problems, "\n".join(problems)


def test_words_that_are_not_added_yet_stay_when_files_are_looked_at_or_taken_back(refused: Visitor) -> None:
    _begun(refused)
    page, told = refused.page, Counted(refused)
    refused.go(re.sub(r"/step-in/.*", "/step-in/what/", page.url))
    for answer in ("没收到货", "发了货，没收到货"):  # a claim that takes a statement of one's own
        page.get_by_role("radio", name=re.compile(answer)).first.check()
        told.go_on()
    refused.go(re.sub(r"/step-in/.*", "/step-in/evidence/", page.url))
    page.locator("input[type=file]").first.set_input_files(str(PROJECT / "static" / "img" / "demo" / PHOTOS[0]))
    words, look = page.locator("textarea[form=go]").first, page.get_by_role("link", name="看看收到的文件")
    expect(look).to_be_visible()
    words.fill(STORY)
    look.click()
    page.wait_for_load_state()
    expect(page.get_by_role("button", name=re.compile("撤回")).first).to_be_visible()
    expect(words).to_have_value(STORY)
    words.fill(STORY[:20])
    page.get_by_role("button", name=re.compile("撤回")).first.dblclick()
    expect(page.locator(".messages")).to_contain_text("已撤回")
    expect(words).to_have_value(STORY[:20])


def test_a_hint_comes_while_one_writes_and_stops_nobody(refused: Visitor) -> None:
    _begun(refused)
    page = refused.page
    refused.go(re.sub(r"/step-in/.*", "/step-in/story/", page.url))
    hint = page.get_by_text("这句可能影响阅读")
    expect(hint).to_be_hidden()
    page.locator("#id_story").fill("这个骗子，电话 13812345678")
    expect(hint).to_be_visible()
    expect(page.get_by_text("里面有电话号码")).to_be_visible()
    page.locator("#id_story").fill("收到时已经裂了。")
    expect(hint).to_be_hidden()


def _begun(buyer: Visitor) -> None:
    """On a page of a claim that has been begun, whoever began it."""
    on_its_case(buyer)
    buyer.press("申请平台介入")
    buyer.page.wait_for_url(re.compile("/step-in/"))
    if buyer.page.get_by_role("button", name="开始申请").count():
        buyer.press("开始申请")
        buyer.page.wait_for_url(re.compile("/step-in/what/"))
