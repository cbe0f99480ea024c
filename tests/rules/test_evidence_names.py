"""What strangers call their files, and what is shown of it; signatures and headers, which need no decoder."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evidence import limits, names, sheets, sniff
from tests import files

NAMES = [
    ("IMG_0231.JPG", "image/jpeg", "IMG_0231.jpg"),
    ("IMG_0231.jpeg", "image/jpeg", "IMG_0231.jpg"),
    ("壶身特写.png", "image/png", "壶身特写.png"),
    ("photo.jpg", "image/png", "photo.jpg.png"),  # what it is stands last, whatever it says it is
    ("../../etc/passwd", "image/png", "passwd.png"),  # U32
    ("..\\..\\x.png", "image/png", "x.png"),  # U33
    ("C:\\fakepath\\x.png", "image/png", "x.png"),
    ("photo\u202egnp.exe", "image/png", "photognp.exe.png"),  # U35
    ("re\u0301sume\u0301.pdf", "application/pdf", "résumé.pdf"),  # U36
    ("．．／etc", "image/png", "etc.png"),
    ("a\u200bb\ufeff.png", "image/png", "ab.png"),
    ("a.php.png", "image/png", "a.php.png"),  # U38
    ("a.png.exe", "image/png", "a.png.exe.png"),
    (".htaccess", "image/png", "htaccess.png"),
    ("web.config", "image/png", "web.config.png"),
    ("CON.png", "image/png", "CON.png"),
    ("x" * 300 + ".png", "image/png", "x" * 116 + ".png"),  # U39
    ("😀" * 300, "image/png", "😀" * 116 + ".png"),
    ("   ", "image/png", ""),
    ("", "image/png", ""),
    ("..", "image/png", ""),
    (".png", "image/png", ""),
    ("a\r\nSet-Cookie: x=1.png", "image/png", "a Set-Cookie: x=1.png"),  # U60
    ("a\u2028b\0c.png", "image/png", "a bc.png"),
    (
        '<img src=x onerror="alert(1)">.png',
        "image/png",
        '<img src=x onerror="alert(1)">.png',
    ),  # U41: escaped where shown
]


@pytest.mark.parametrize(("claimed", "mime", "shown"), NAMES)
def test_a_name_is_shown_without_its_path_and_its_tricks(claimed: str, mime: str, shown: str) -> None:
    assert names.display(claimed, mime) == shown


@given(st.text(max_size=400), st.sampled_from(sorted(sniff.EXTENSIONS)))
def test_any_name_is_shown_short_in_one_line_visibly_and_with_the_true_extension(claimed: str, mime: str) -> None:
    shown = names.display(claimed, mime)
    assert len(shown) <= limits.NAME_LENGTH
    assert shown == "" or shown.endswith("." + sniff.EXTENSIONS[mime])
    assert not any(unicodedata.category(character) in {"Cc", "Cf", "Cs", "Zl", "Zp"} for character in shown)
    assert not set(shown) & set("/\\\n\r")
    assert names.display(shown, mime) == shown


@pytest.mark.parametrize("claimed", ["x.html", "x.HTM", "x.svg", "a.jpg.svgz", "x.mht", "x.xml"])
def test_a_name_that_wants_to_be_run_is_known(claimed: str) -> None:
    assert names.is_active(claimed)
    assert not names.is_active(claimed + ".png")


def test_typed_text_keeps_its_lines_and_loses_what_cannot_be_seen() -> None:
    assert names.text("一\r\n二\u202e三\0\n\n  四 ") == "一\n二三\n\n  四"


@pytest.mark.parametrize(
    ("content", "size"),
    [
        (files.png(30, 20), (30, 20)),
        (files.webp(30, 20), (30, 20)),
        (files.saved(files.picture(30, 20), "WEBP", lossless=True), (30, 20)),
        (files.saved(files.picture(30, 20, "RGBA"), "WEBP", exif=b"Exif\0\0II*\0\x08\0\0\0\0\0"), (30, 20)),
        (files.gif(width=30, height=20), (30, 20)),
        (files.jpeg(30, 20), None),
        (files.pdf(), None),
        (b"", None),
    ],
)
def test_the_size_of_a_picture_is_read_from_its_header(content: bytes, size: tuple[int, int] | None) -> None:
    assert sniff.size_of(content[: sniff.HEAD]) == size


@given(st.binary(max_size=80))
def test_no_first_bytes_break_the_sniffer(head: bytes) -> None:
    assert sniff.type_of(head) in {None, *sniff.EXTENSIONS}
    for signature in (
        b"\x89PNG\r\n\x1a\n",
        b"RIFF\0\0\0\0WEBPVP8 ",
        b"RIFF\0\0\0\0WEBPVP8L",
        b"RIFF\0\0\0\0WEBPVP8X",
        b"GIF89a",
    ):
        sniff.size_of((signature + head)[: sniff.HEAD])


@pytest.mark.parametrize(
    ("name", "mixes"),
    [
        ("Р\u0430ypal receipt", True),  # the first two letters are Cyrillic
        ("paypal receipt", False),
        ("Отчёт receipt", False),  # a word of each
        ("收据 receipt", False),
        ("", False),
    ],
)
def test_a_name_of_two_alphabets_is_told_from_one_of_one(name: str, mixes: bool) -> None:
    assert sheets.mixes_scripts(name) is mixes
