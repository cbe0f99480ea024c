"""verify.html from a bundle, opened from a disk: says that all is well, or names what is not. With no network at all."""

from __future__ import annotations

import io
import json
import re
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.conftest import Visit

Files = dict[str, bytes]
_CASE = re.compile(r"/my/cases/[^/]+/")


@pytest.fixture(scope="module")
def kept() -> dict[str, bytes]:
    return {}


@pytest.fixture
def bundle(visit: Visit, kept: dict[str, bytes], tmp_path: Path) -> bytes:
    """What the buyer of a case that was ruled on downloads, by clicks; once for all tests here."""
    if "zip" not in kept:
        buyer = visit("buyer", width=390)
        home = buyer.page.request.get("/my/?state=all").text() + buyer.page.request.get("/my/").text()
        cases = dict.fromkeys(_CASE.findall(home))
        ruled = next(case for case in cases if "/decision/" in buyer.page.request.get(f"{case}decision/").url)
        buyer.go(ruled)
        buyer.press("案卷和回执")
        with buyer.page.expect_download() as download:
            buyer.press("下载案卷")
        place = tmp_path / "case.zip"
        download.value.save_as(place)
        kept["zip"] = place.read_bytes()
        assert buyer.complaints == []
    return kept["zip"]


@pytest.fixture
def page(chromium: Browser, bundle: bytes, tmp_path: Path) -> Iterator[Page]:
    place = tmp_path / "verify.html"
    place.write_bytes(unpacked(bundle)["verify.html"])
    context = chromium.new_context(offline=True)
    page = context.new_page()
    page.goto(place.as_uri())
    yield page
    context.close()


def unpacked(content: bytes) -> Files:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def packed(files: Files) -> bytes:
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_STORED) as archive:
        for name, body in files.items():
            archive.writestr(name, body)
    return sink.getvalue()


def verdict(page: Page, content: bytes) -> str:
    """What the page says of this archive."""
    page.locator("#zip").set_input_files({"name": "case.zip", "mimeType": "application/zip", "buffer": content})
    page.locator("#result.ok, #result.bad").wait_for()
    return page.locator("#result").inner_text()


def names(said: str, fault: str) -> bool:
    """Whether one line says where, and what."""
    where, _, what = fault.partition(": ")
    return any(line.startswith(f"{where}:") and what in line for line in said.splitlines())


@pytest.mark.parametrize("by_hand", [False, True], ids=["the browser's own signatures", "signatures by hand"])
def test_a_whole_bundle_is_called_intact(by_hand: bool, page: Page, bundle: bytes) -> None:
    page.evaluate(f"window.byHand = {str(by_hand).lower()}")
    said = verdict(page, bundle)
    assert "Intact" in said and "不一致" not in said
    for word in (
        "is signed by key",
        "entries that follow each other",
        "letters as they were given",
        "the seal of round 1 holds",
    ):
        assert word in said


def a_byte(files: Files) -> str:
    path = next(path for path in files if path.startswith("evidence/B"))
    files[path] = files[path][:-1] + bytes([files[path][-1] ^ 1])
    return f"{path}: was altered"


def a_sum(files: Files) -> str:
    letter = json.loads(files["letters/1.json"])
    letter["result"]["amount"] += 1
    files["letters/1.json"] = json.dumps(letter, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
    return "letters/1.json: is not the letter with the code"


def an_entry(files: Files) -> str:
    timeline = json.loads(files["timeline.json"])
    del timeline["entries"][2]
    files["timeline.json"] = json.dumps(timeline).encode()
    return "timeline.json: entry 3 is missing before entry 4"


def a_file(files: Files) -> str:
    del files["exhibits.json"]
    return "exhibits.json: is missing"


@pytest.mark.parametrize("change", [a_byte, a_sum, an_entry, a_file], ids=lambda change: change.__name__)
def test_what_was_changed_is_named(change: Callable[[Files], str], page: Page, bundle: bytes) -> None:
    files = unpacked(bundle)
    expected = change(files)
    said = verdict(page, packed(files))
    assert "Differs" in said and names(said, expected)


def test_another_signature_does_not_pass_by_hand_either(page: Page, bundle: bytes) -> None:
    files = unpacked(bundle)
    manifest = json.loads(files["manifest.json"])
    files["manifest.json"] = json.dumps(manifest | {"for": "court"}).encode()
    page.evaluate("window.byHand = true")
    assert names(verdict(page, packed(files)), "manifest.json: does not bear a signature of key")


def test_an_archive_cut_short_is_not_taken_for_whole(page: Page, bundle: bytes) -> None:
    assert "cut short" in verdict(page, bundle[: len(bundle) // 2])


@pytest.mark.parametrize(("locale", "word"), [("zh-CN", "一致"), ("zh-TW", "金鑰："), ("fr-FR", "Intact")])
def test_it_speaks_the_readers_language_and_one_click_changes_it(
    locale: str, word: str, chromium: Browser, bundle: bytes, tmp_path: Path
) -> None:
    place = tmp_path / "verify.html"
    place.write_bytes(unpacked(bundle)["verify.html"])
    context = chromium.new_context(offline=True, locale=locale)
    page = context.new_page()
    page.goto(place.as_uri())
    said = verdict(page, bundle)
    assert word in said and ("Intact" in said) == (locale == "fr-FR")
    page.get_by_role("button", name="English").click()
    assert page.locator("#result h2").inner_text() == "Intact"
    assert page.locator("h1").inner_text().strip() == "Verify a case file"
    context.close()


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_a_file_is_held_against_its_receipt_and_with_scripts_stays_on_the_device(
    scripts: bool, visit: Visit, bundle: bytes
) -> None:
    files = unpacked(bundle)
    exhibits = json.loads(files["exhibits.json"])["exhibits"]
    own = next(row for row in exhibits if row["side"] == "buyer" and row["files"])
    body = files[own["files"][0]["path"]]
    anybody = visit(None, scripts=scripts)
    anybody.go("/verify/")
    sent: list[bytes] = []
    anybody.page.on("request", lambda request: sent.append(request.post_data_buffer or b""))
    for content, verdict in ((body, "真实"), (body + b"x", "不一致")):
        anybody.page.get_by_label("核验码").fill(own["record"]["receipt"])
        anybody.page.locator("#file").set_input_files({"name": "a.jpg", "mimeType": "image/jpeg", "buffer": content})
        anybody.page.get_by_role("button", name="核验").click()
        anybody.page.locator("#verdict").filter(has_text=verdict).wait_for()
    if scripts:
        assert any(own["files"][0]["sha256"].encode() in request for request in sent)
        assert not any(body[:200] in request for request in sent)
    assert anybody.complaints == []
