"""Setting a letter in type: whatever somebody wrote stands on the page as written, in either script, with our own font."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pypdfium2
import pytest
from django.utils import translation
from hypothesis import given, settings
from hypothesis import strategies as st

from web import press
from web.letter import Paper, Section

AT = datetime(2026, 11, 26, 9, 30, tzinfo=UTC)
CODE = "7K3M-9QWE-RT2P"
HOSTILE = (
    "#panic()",
    '#import "@preview/x:1.0.0"',
    '#read("/etc/passwd")',
    "*bold* _slanted_ $x^2$ `raw`",
    "= Heading",
    "- item + item / term: x",
    "<b>hi</b> &amp; <label> @ref",
    "\\ \\u{41} \\#",
    "// comment /* x */",
    "]}); #{ panic() } [",
)


def a_paper(*paragraphs: str, lang: str = "zh-Hans", title: str = "裁决书") -> Paper:
    return Paper(
        lang=lang,
        title=title,
        ref="DA-20261120-00871",
        result="退货退款：你将收到 ¥698.00。",
        notes=("商家承担寄回运费。",),
        sections=(Section("一、认定的事实", items=("壶身裂纹贯通釉面：支持你",), paragraphs=paragraphs),),
        signature=("平台争议处理中心", "裁决员 032", "2026-11-26"),
        code=CODE,
    )


def pages_of(pdf: bytes) -> list[str]:
    with pypdfium2.PdfDocument(pdf) as document:
        return [page.get_textpage().get_text_range() for page in document]


def read(paper: Paper, language: str = "zh-hans") -> tuple[dict[str, Any], str]:
    with translation.override(language):
        data = press.data_of(paper, given_at=AT)
        return data, "".join(pages_of(press.in_type(data)))


@pytest.mark.parametrize("words", HOSTILE)
def test_what_somebody_wrote_is_never_an_instruction(words: str) -> None:
    _, text = read(a_paper(words))
    bare = text.replace(" ", "").replace("\r\n", "")
    assert words.replace(" ", "") in bare


@given(st.lists(st.sampled_from(["#", "*", "$", "<", "\\", "{", "]", '"', "/", "_", "=", "词", "a", " "]), max_size=30))
@settings(max_examples=12, deadline=None)
def test_no_mixture_of_signs_keeps_a_letter_from_being_printed(signs: list[str]) -> None:
    words = "".join(signs)
    _, text = read(a_paper(f"甲{words}乙"))
    assert "甲" in text and "乙" in text


def test_what_the_font_does_not_have_is_marked_and_said() -> None:
    data, text = read(a_paper("表情 😀👩‍👩‍👧，阿拉伯文 مرحبا，希伯来文 שלום。", "\x00\x07控制符"))
    assert data["missing"]
    assert "表情 〓，阿拉伯文 〓，希伯来文 〓。" in text.replace("\r\n", "")
    assert "〓 代表本页字体没有的字符" in text
    assert "控制符" in text and "\x07" not in text


def test_a_letter_without_such_signs_says_nothing_of_them() -> None:
    data, text = read(a_paper("釉面开片，注水后渗出。"))
    assert not data["missing"]
    assert "〓" not in text


@pytest.mark.parametrize(
    ("lang", "language", "words"),
    [
        ("zh-Hans", "zh-hans", "第 1 页，共 1 页"),
        ("zh-Hant", "zh-hant", "第 1 頁，共 1 頁"),
        ("en", "en", "Page 1 of 1"),
    ],
)
def test_every_language_has_its_page_numbers_its_code_and_its_text(lang: str, language: str, words: str) -> None:
    _, text = read(a_paper("認定的事實與證據", lang=lang), language)
    assert words in text
    assert CODE in text
    assert "認定的事實與證據" in text
    assert "裁决员 032" in text


def test_the_same_letter_gives_the_same_bytes_and_another_one_others() -> None:
    with translation.override("zh-hans"):
        data = press.data_of(a_paper("甲"), given_at=AT)
        first = press.in_type(data)
        assert press.in_type(data) == first
        assert press.in_type(press.data_of(a_paper("乙"), given_at=AT)) != first


def test_it_is_an_archive_pdf_that_carries_its_own_font_and_is_tagged() -> None:
    with translation.override("zh-hans"):
        pdf = press.in_type(press.data_of(a_paper("甲"), given_at=AT))
    assert b"pdfaid:part" in pdf and b"HengSerif" in pdf and b"/StructTreeRoot" in pdf
    assert b"/JavaScript" not in pdf and b"/OpenAction" not in pdf


def test_a_standard_letter_takes_no_more_than_two_pages() -> None:
    facts = [f"争点 {n}：裂纹由壶肩贯通至底足，注水两分钟后渗出（凭证 B{n}），不是开片。" for n in range(1, 13)]
    with translation.override("zh-hans"):
        pages = pages_of(press.in_type(press.data_of(a_paper(*facts, "说明" * 300), given_at=AT)))
    assert 1 <= len(pages) <= 2


def test_the_font_has_what_both_scripts_need() -> None:
    covered = {code for first, last in press.covered() for code in range(first, last + 1)}
    for enough, encoding in (
        ("裁决书认定凭证退货运费", "gb2312"),
        ("裁決書認定證據覆核釉麼裡為", "big5"),
    ):
        assert {ord(sign) for sign in enough} <= covered, encoding
    assert (press.HERE / "OFL.txt").read_text(encoding="utf-8").count("SIL OPEN FONT LICENSE") >= 1
    assert press.FONT.stat().st_size < 6 * 1024 * 1024


def test_the_typesetter_that_fails_says_nothing_of_the_letter() -> None:
    with pytest.raises(press.PressFailed) as failed:
        press.in_type({"given_at": 0, "title": "秘密"})
    assert "秘密" not in str(failed.value)
