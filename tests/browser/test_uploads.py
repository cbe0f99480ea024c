"""Files sent from a page: in pieces, over a line that breaks, after a reload; and in one form without any script."""

from __future__ import annotations

import io
import random
import re
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import Locator, Route

from tests.browser.conftest import Visit
from tests.browser.visitor import Visitor

MEGABYTE = 1024 * 1024


def photo(seed: int, side: int = 1500) -> dict[str, Any]:
    """A JPEG of a few megabytes that nobody has sent before."""
    noise = Image.frombytes("RGB", (side, side), random.Random(seed).randbytes(side * side * 3))
    out = io.BytesIO()
    noise.save(out, "JPEG", quality=95)
    return {"name": f"IMG_{seed}.JPG", "mimeType": "image/jpeg", "buffer": out.getvalue()}


@pytest.fixture
def seed(request: pytest.FixtureRequest) -> int:
    return random.SystemRandom().randrange(10_000, 99_999)


def open_row(visitor: Visitor) -> Locator:
    """The form of a row that takes photos, on the evidence page of a case that is open for evidence."""
    visitor.go("/my/")
    for path in sorted(set(re.findall(r"/my/cases/DA-[^/\"]+/", visitor.page.content()))):
        visitor.go(f"{path}evidence/")
        forms = visitor.page.locator("form.up")
        for code in ("E06", "E05"):
            form = forms.filter(has=visitor.page.locator(f'input[name="code"][value="{code}"]'))
            if form.count():
                return form.first
    raise AssertionError("no case of the demo is open for evidence")


def row(form: Locator, name: str, state: str = "") -> Locator:
    """What the page shows of one file, if it is in this state. What others left unfinished stands beside it."""
    found = form.locator("ul.ups > li" + (f'[data-state="{state}"]' if state else ""))
    return found.filter(has_text=name)


def test_a_cut_upload_goes_on_after_a_reload_where_it_stopped(visit: Visit, seed: int) -> None:
    buyer = visit("buyer", width=360)
    form, file, page = open_row(buyer), photo(seed), buyer.page
    offsets: list[int] = []
    broken = [True]

    def piece(route: Route) -> None:
        offset = route.request.headers.get("upload-offset")
        if route.request.method == "PATCH" and offset is not None:
            offsets.append(int(offset))
            if broken[0] and int(offset) >= 2 * MEGABYTE:
                route.abort("connectionreset")
                return
        route.continue_()

    page.route("**/uploads/**", piece)
    form.locator("input[type=file]").set_input_files(file)
    row(form, file["name"], "lost").wait_for()
    assert "网络断开" in row(form, file["name"]).inner_text()
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")

    page.reload()
    row(form, file["name"], "left").wait_for()
    assert "重新选同一个文件" in row(form, file["name"]).inner_text()
    broken[0] = False
    seen = len(offsets)
    form.locator("input[type=file]").set_input_files(file)
    row(form, file["name"], "done").wait_for()
    assert row(form, file["name"]).count() == 1
    assert min(offsets[seen:]) == 2 * MEGABYTE  # what had come was not sent again
    told = row(form, file["name"]).inner_text()
    assert "回执" in told
    page.reload()
    number = re.search(r"编号 (B\d+)", told)
    assert number is not None and number[1] in page.locator("main").inner_text()


def test_a_lost_network_is_said_and_waited_for(visit: Visit, seed: int) -> None:
    buyer = visit("buyer", width=390)
    form, file, page = open_row(buyer), photo(seed), buyer.page

    def away(route: Route) -> None:
        if route.request.method == "PATCH" and route.request.headers.get("upload-offset") != "0":
            buyer.context.set_offline(True)
            route.abort("internetdisconnected")
        else:
            route.continue_()

    page.route("**/uploads/**", away)
    form.locator("input[type=file]").set_input_files(file)
    row(form, file["name"], "lost").wait_for()
    assert page.locator("[data-offline]").is_visible()
    page.unroute("**/uploads/**")
    buyer.context.set_offline(False)
    row(form, file["name"], "done").wait_for()
    assert page.locator("[data-offline]").is_hidden()


def test_files_are_paused_cancelled_and_refused_each_by_itself(visit: Visit, seed: int) -> None:
    buyer = visit("buyer", width=390)
    form, page = open_row(buyer), buyer.page
    # Held in the middle, until somebody has pressed a button.
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route) if route.request.headers.get("upload-offset") == str(MEGABYTE) else route.continue_()

    page.route("**/uploads/**", hold)
    bad = {"name": "报告.rar", "mimeType": "application/octet-stream", "buffer": b"Rar!" + b"x" * 2000}
    form.locator("input[type=file]").set_input_files([photo(seed), photo(seed + 1), bad])
    first, second = row(form, f"IMG_{seed}."), row(form, f"IMG_{seed + 1}.")
    row(form, "报告.rar", "failed").wait_for()
    assert "读不了" in row(form, "报告.rar").inner_text()
    first.get_by_role("button", name="暂停").click()
    assert first.get_attribute("data-state") == "paused"
    second.get_by_role("button", name="取消").click()
    for route in held:
        route.abort()
    page.unroute("**/uploads/**")
    second.wait_for(state="detached")
    first.get_by_role("button", name="继续").click()
    row(form, f"IMG_{seed}.", "done").wait_for()
    assert page.locator("#upload-words [role=status]").inner_text().startswith(f"IMG_{seed}")


def test_files_are_numbered_as_they_were_chosen_although_a_small_one_is_faster(visit: Visit, seed: int) -> None:
    form = open_row(visit("buyer", width=390))
    form.locator("input[type=file]").set_input_files([photo(seed), photo(seed + 1, 200), photo(seed + 2, 300)])
    numbers = []
    for name in (f"IMG_{seed}.", f"IMG_{seed + 1}.", f"IMG_{seed + 2}."):
        done = row(form, name, "done")
        done.wait_for()
        found = re.search(r"B(\d+)", done.inner_text())
        assert found is not None, done.inner_text()
        numbers.append(int(found[1]))
    assert numbers == sorted(numbers)


def test_without_script_several_files_come_in_one_form(visit: Visit, seed: int) -> None:
    buyer = visit("buyer", width=390, scripts=False)
    form = open_row(buyer)
    bad = {"name": "报告.rar", "mimeType": "application/octet-stream", "buffer": b"Rar!" + b"x" * 2000}
    form.locator("input[type=file]").set_input_files([photo(seed, 600), bad, photo(seed + 1, 600)])
    form.locator("button").click()
    text = buyer.page.locator("main").inner_text()
    assert "报告.rar" in text and "读不了" in text
    assert "已收到" in buyer.words and buyer.words.count("回执") >= 2


def held(visitor: Visitor) -> Locator:
    return visitor.page.locator("ul.ups > li[data-state=held]")


def test_files_of_an_appeal_wait_for_it_over_a_reload_and_go_with_it(
    visit: Visit, staged: dict[str, Any], seed: int
) -> None:
    buyer = visit("buyer", width=390)
    page, path = buyer.page, f"/my/cases/{staged['lost']}/appeal_filed/"
    buyer.go(path)
    page.locator("input[type=file]").set_input_files([photo(seed, 600), photo(seed + 1, 600)])
    held(buyer).nth(1).wait_for()
    page.reload()
    held(buyer).nth(1).wait_for()
    held(buyer).first.get_by_role("button").click()
    held(buyer).nth(1).wait_for(state="detached")
    # Not without what is still on its way.
    going: list[Route] = []
    closed = [True]  # to unroute would let go by itself what is held, and a second time by us

    def gate(route: Route) -> None:
        going.append(route) if closed and route.request.method == "PATCH" else route.continue_()

    page.route("**/uploads/**", gate)
    page.locator("input[type=file]").set_input_files(photo(seed + 2, 600))
    page.locator("ul.ups > li[data-state=sending]").wait_for()
    page.locator("main form .btn-primary").click()
    assert page.locator("[data-not-yet]").is_visible() and page.url.endswith(path)
    closed.clear()
    for route in going:
        route.continue_()
    held(buyer).nth(1).wait_for()
    assert page.locator("[data-not-yet]").is_hidden()
    assert page.locator("input[name=held]").count() == 2
