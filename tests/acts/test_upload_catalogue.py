"""The upload catalogue, row by row: what strangers send, and what is promised to come of it.

A number names a row of the catalogue of hostile uploads. What is not a matter of taking one file in is proved where it
belongs; `ELSEWHERE` says where, so that no row is without its proof.
"""

from __future__ import annotations

import hashlib
import io
import os
import re
import shutil
import tempfile
import time
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import pytest
from django.test import Client
from PIL import Image

from accounts.models import User
from common import clock
from common.errors import Refused
from disputes import submissions
from evidence import intake, integrity, limits, sandbox, sniff, store
from evidence.decoding import films
from evidence.decoding.outcome import Job, Refusal
from evidence.models import Blob
from tests import files, reach

NOON = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
TAKEN = "taken"


@pytest.fixture
def shelf(settings, tmp_path: Path) -> Path:  # type: ignore[no-untyped-def]
    """An empty storage of this test's own."""
    place = tmp_path / "shelf"
    backend = "django.core.files.storage.FileSystemStorage"
    settings.STORAGES = {**settings.STORAGES, "evidence": {"BACKEND": backend, "OPTIONS": {"location": str(place)}}}
    return place


def kept(shelf: Path) -> list[Path]:
    return [path for path in shelf.rglob("*") if path.is_file()] if shelf.exists() else []


@cache
def film(**how: object) -> bytes:
    return files.film(0.3, **how)  # type: ignore[arg-type]


def nested(kind: bytes, deep: int) -> bytes:
    content = b""
    for _ in range(deep):
        content = files.atom(kind, content)
    return content


def film_that_says(words: str) -> bytes:
    return files.film(0.3, said={"title": words, "comment": words, "location": "+31.2304+121.4737/"})


def php_in_pixels() -> bytes:
    code = b"<?php system($_GET[0]); ?>canary"
    row = (code * 60)[: 480 * 3]
    return files.saved(Image.frombytes("RGB", (480, 64), row * 64), "PNG", compress_level=0)


Row = tuple[str, Callable[[], bytes], str, str | set[str]]
CLEANLY = {TAKEN, "could_not_be_read", "too_complex"}
EMPTY = {"could_not_be_read", "film_without_pictures"}
CATALOGUE: list[Row] = [
    # plain honesty first
    ("jpeg", files.jpeg, "IMG_0231.JPG", TAKEN),
    ("png", files.png, "壶身.png", TAKEN),
    ("webp", files.webp, "a.webp", TAKEN),
    ("gif", files.gif, "a.gif", TAKEN),
    ("pdf", lambda: files.pdf(5), "报告.pdf", TAKEN),
    ("one pixel", lambda: files.png(1, 1), "dot.png", TAKEN),
    ("very long", lambda: files.png(12_000, 3), "strip.png", TAKEN),
    # U1–U6: pictures larger than their files
    ("U1 13,000² in 1 bit", files.png_bomb, "x.png", "too_many_pixels"),
    ("U2 20,000²", lambda: files.png_bomb(20_000), "x.png", "too_many_pixels"),
    (
        "U3 65,535² and one row",
        lambda: files.png_of(65_535, 65_535, data=b"\0" * 8_193),
        "x.png",
        "too_many_pixels",
    ),
    ("U3 as JPEG", lambda: files.jpeg_of(65_000, 65_000), "x.jpg", "too_many_pixels"),
    ("U3 as WebP", lambda: files.webp_of(16_383, 16_383), "x.webp", "too_many_pixels"),
    ("U3 as GIF", lambda: files.gif_of(65_535, 65_535), "x.gif", "too_many_pixels"),
    ("one side too long", lambda: files.png(12_001, 2), "x.png", "too_many_pixels"),
    ("U5 many frames", lambda: files.gif(60), "x.gif", TAKEN),
    ("U6 animated PNG", lambda: files.animated("PNG"), "x.png", TAKEN),
    ("U6 animated WebP", lambda: files.animated("WEBP"), "x.webp", TAKEN),
    # U7–U12: two things in one file
    ("U7 JPEG and ZIP", lambda: files.jpeg() + files.archive(), "x.jpg", TAKEN),
    ("U8 GIF and HTML", lambda: files.gif() + files.SCRIPT, "x.gif", TAKEN),
    ("U9 GIF and HTML named .html", lambda: files.gif() + files.SCRIPT, "x.html", "name_says_other_type"),
    ("U12 JPEG then PDF", lambda: files.jpeg() + files.pdf(), "x.pdf", TAKEN),
    ("U12 PDF and ZIP", lambda: files.pdf() + files.archive(), "x.pdf", TAKEN),
    ("U12 PDF after a kilobyte of HTML", lambda: files.HTML + files.pdf(), "x.pdf", "type_not_accepted"),
    # U13–U21: what it is not
    ("U13 EPS named .png", lambda: files.EPS, "x.png", "type_not_accepted"),
    ("U14 TIFF named .png", files.tiff, "x.png", "type_not_accepted"),
    ("BMP", files.bmp, "x.bmp", "type_not_accepted"),
    ("U15 MVG named .jpg", lambda: files.MVG, "x.jpg", "type_not_accepted"),
    ("U16 DjVu named .jpg", lambda: files.DJVU, "x.jpg", "type_not_accepted"),
    ("U17 SVG", lambda: files.SVG, "x.svg", "type_not_accepted"),
    ("U18 SVG named .png", lambda: files.SVG, "x.png", "type_not_accepted"),
    ("U18 SVGZ", lambda: files.SVGZ, "x.svgz", "type_not_accepted"),
    ("U19 HTML named .jpg", lambda: files.HTML, "evidence.jpg", "type_not_accepted"),
    ("U21 MHT", lambda: files.MHT, "x.mht", "type_not_accepted"),
    ("U21 XHTML", lambda: files.XHTML, "x.xhtml", "type_not_accepted"),
    ("U21 shortcut", lambda: files.LNK, "x.url", "type_not_accepted"),
    ("U42 ZIP named .png", files.archive, "x.png", "type_not_accepted"),
    ("U43 ZIP that climbs out", lambda: files.archive("../../../x"), "x.zip", "type_not_accepted"),
    ("U44 office file", lambda: files.archive("word/document.xml", files.XHTML), "x.docx", "type_not_accepted"),
    ("U45 sheet with macros", lambda: files.archive("xl/vbaProject.bin"), "x.xlsm", "type_not_accepted"),
    (
        "U56 chat log",
        lambda: b"[Platform] refund approved <script>alert(1)</script>\n" * 99,
        "x.txt",
        "type_not_accepted",
    ),
    # U22–U27: broken
    ("U22 nothing", lambda: b"", "x.jpg", "file_is_empty"),
    ("U23 one byte", lambda: b"\xff", "x.jpg", "type_not_accepted"),
    ("U23 JPEG signature only", lambda: b"\xff\xd8\xff", "x.jpg", "could_not_be_read"),
    ("U23 PNG signature only", lambda: b"\x89PNG\r\n\x1a\n", "x.png", "could_not_be_read"),
    ("U23 WebP signature only", lambda: b"RIFF\0\0\0\0WEBP", "x.webp", "could_not_be_read"),
    ("U23 GIF signature only", lambda: b"GIF89a", "x.gif", "could_not_be_read"),
    ("U23 PDF signature only", lambda: b"%PDF-1.7\n", "x.pdf", "could_not_be_read"),
    ("U23 zeros", lambda: b"\0" * 100_000, "x.jpg", "type_not_accepted"),
    ("U23 15 MB of 0xFF", lambda: b"\xff" * 15_000_000, "x.jpg", "type_not_accepted"),
    ("too big", lambda: files.jpeg() + b"\0" * limits.FILE_BYTES, "x.jpg", "file_too_big"),
    ("as big as may be", lambda: files.jpeg().ljust(limits.FILE_BYTES, b"\0"), "x.jpg", TAKEN),
    ("U24 half a PNG", lambda: files.half(files.png()), "x.png", "could_not_be_read"),
    ("U25 half a JPEG", lambda: files.half(files.jpeg()), "x.jpg", "could_not_be_read"),
    ("half a large JPEG", lambda: files.half(files.jpeg(6_000, 4_000)), "x.jpg", "could_not_be_read"),
    ("half a WebP", lambda: files.half(files.webp()), "x.webp", "could_not_be_read"),
    ("half a GIF", lambda: files.half(files.gif()), "x.gif", "could_not_be_read"),
    ("half a PDF", lambda: files.half(files.pdf()), "x.pdf", CLEANLY),
    ("U27 CMYK", lambda: files.jpeg(mode="CMYK"), "x.jpg", TAKEN),
    ("U27 16 bits", lambda: files.saved(files.picture(mode="L").convert("I;16"), "PNG"), "x.png", TAKEN),
    ("U27 palette with a hole", lambda: files.png(mode="P", transparency=3), "x.png", TAKEN),
    ("U27 half transparent", lambda: files.png(mode="RGBA"), "x.png", TAKEN),
    ("U27 colour profile of 10 MB", lambda: files.profiled(10_000_000), "x.jpg", TAKEN),
    ("U29–U31 EXIF, GPS, XMP", files.located_jpeg, "x.jpg", TAKEN),
    # U38: names that want to be something else (what is shown of them: tests/rules/test_evidence_names.py)
    ("U32 a path", files.png, "../../etc/passwd", TAKEN),
    ("U35 right to left", files.png, "photo\u202egnp.exe", TAKEN),
    ("U38 a.php.png", files.png, "a.php.png", TAKEN),
    ("U38 .htaccess", files.png, ".htaccess", TAKEN),
    ("U39 no name", files.png, "", TAKEN),
    # U46–U49: documents
    ("U46 OpenAction, AA, Launch, URI", files.active_pdf, "x.pdf", TAKEN),
    ("U47 101 pages", lambda: files.pdf(101), "x.pdf", "pdf_too_long"),
    ("100 pages", lambda: files.pdf(100), "x.pdf", TAKEN),
    ("U47 no page", lambda: files.pdf(0), "x.pdf", "could_not_be_read"),
    ("U47 page of 1,000,000 points", lambda: files.pdf(box=(1_000_000, 1_000_000)), "x.pdf", CLEANLY),
    ("U47 page of no height", lambda: files.pdf(box=(600, 0)), "x.pdf", CLEANLY),
    ("U47 page tree that eats its tail", lambda: files.pdf(kids_of_themselves=True), "x.pdf", CLEANLY),
    (
        "U47 400 MB in a stream",
        lambda: files.pdf(content=b" " * 400_000_000, compressed=True),
        "x.pdf",
        CLEANLY,
    ),
    ("U48 a password", lambda: files.pdf(user_password=b"secret"), "x.pdf", "pdf_is_locked"),
    # HEIC, AVIF, videos
    ("heic", files.heic, "IMG_0231.HEIC", TAKEN),
    ("avif", files.avif, "x.avif", TAKEN),
    ("half a HEIC", lambda: files.half(files.heic()), "x.heic", CLEANLY),
    ("half an AVIF", lambda: files.half(files.avif()), "x.avif", CLEANLY),
    ("HEIC signature only", lambda: files.atom(b"ftyp", b"heic\0\0\0\0mif1heic"), "x.heic", "could_not_be_read"),
    ("AVIF of too many pixels", lambda: files.avif(4_100, 4_000), "x.avif", "too_many_pixels"),
    ("WebP of too many pixels", lambda: files.webp_of(4_100, 4_000), "x.webp", "too_many_pixels"),
    (
        "progressive JPEG of too many pixels",
        lambda: files.jpeg(6_400, 4_000, progressive=True),
        "x.jpg",
        "too_many_pixels",
    ),
    ("mp4", film, "x.mp4", TAKEN),
    ("mov", lambda: film(format_="mov"), "IMG_0231.MOV", TAKEN),
    ("webm", lambda: film(format_="webm"), "x.webm", TAKEN),
    ("mp4 without sound", lambda: film(sound=False), "x.mp4", TAKEN),
    ("a video named .jpg", film, "x.jpg", TAKEN),
    ("U12 MP4 and ZIP", lambda: film() + files.archive(), "x.mp4", TAKEN),
    ("U51 box of no size", lambda: files.FTYP + files.atom(b"moov", bytes(64), 0), "x.mp4", EMPTY),
    (
        "U51 box of 2⁶³ bytes",
        lambda: files.FTYP + files.atom(b"moov", b"\x80" + bytes(71), 1),
        "x.mp4",
        EMPTY,
    ),
    ("U51 box of negative size", lambda: files.FTYP + files.atom(b"moov", bytes(64), 0xFFFFFFF0), "x.mp4", EMPTY),
    ("U51 boxes in boxes", lambda: files.FTYP + nested(b"moov", 3_000), "x.mp4", "could_not_be_read"),
    ("U51 a million tracks", lambda: files.FTYP + files.atom(b"moov", files.atom(b"trak") * 500_000), "x.mp4", CLEANLY),
    ("U51 nothing inside", lambda: files.FTYP, "x.mp4", "could_not_be_read"),
    ("U52 pictures in another file", lambda: files.led_outside(film()), "x.mp4", CLEANLY),
    ("U52 a playlist named .mp4", lambda: files.PLAYLIST, "x.mp4", "type_not_accepted"),
    ("U53 two by two pixels", lambda: film(width=2, height=2), "x.mp4", "could_not_be_read"),
    ("U53 too wide", lambda: film(width=4_112, height=64), "x.mp4", "film_too_large"),
    ("U53 a thousand pictures a second", lambda: film(fps=1_000), "x.mp4", TAKEN),
    ("U53 a day of nothing", lambda: film(apart=30 * 10_000, sound=False), "x.mp4", "film_too_long"),
    ("U54 Matroska", lambda: files.MATROSKA, "x.mkv", "type_not_accepted"),
    ("U54 Matroska named .webm", lambda: files.MATROSKA, "x.webm", "type_not_accepted"),
    ("U54 title, comment, position", lambda: film_that_says("canary"), "x.mp4", TAKEN),
    ("U55 only sound", lambda: film(pictures=False), "x.mp4", "film_without_pictures"),
    ("U55 one picture", lambda: film(fps=3), "x.mp4", TAKEN),
    ("half a video", lambda: files.half(film()), "x.mp4", CLEANLY),
    ("video larger than a photo may be", lambda: film() + files.atom(b"free", bytes(21_000_000)), "x.mp4", TAKEN),
    ("U10 PHP that survives compression", lambda: php_in_pixels(), "x.png", TAKEN),
    ("U48 only the owner's password", lambda: files.pdf(owner_password=b"secret"), "x.pdf", TAKEN),
]


# Row → the test that proves it, beside the transport, the workers, the names, the pages.
ELSEWHERE = {
    33: "rules/test_evidence_names.py::test_a_name_is_shown_without_its_path_and_its_tricks",
    36: "rules/test_evidence_names.py::test_any_name_is_shown_short_in_one_line_visibly_and_with_the_true_extension",
    37: "rules/test_evidence_names.py::test_a_name_of_two_alphabets_is_told_from_one_of_one",
    41: "rules/test_evidence_names.py::test_a_name_is_shown_without_its_path_and_its_tricks",
    57: "acts/test_upload_catalogue.py::test_a_party_that_writes_like_the_platform_is_still_a_party",
    59: "edges/test_merchant_inbox.py::test_the_list_can_be_taken_away_as_a_table_without_formulas",
    60: "rules/test_logs.py::test_a_line_of_the_log_is_one_line_whatever_it_tells",
    # Headers that trickle never reach us: the web server before us ends them (docs/operations.md).
    61: "edges/test_bodies.py::test_a_body_that_trickles_is_let_go_of",
    62: "edges/test_tus_pages.py::test_a_piece_at_the_wrong_place_changes_nothing",
    63: "edges/test_bodies.py::test_of_a_body_that_is_far_too_large_not_a_byte_is_read",
    64: "edges/test_bodies.py::test_a_form_of_a_thousand_files_is_not_taken_apart",
    65: "acts/test_uploads_abandoned.py::test_what_was_abandoned_is_gone_within_the_hour",
    67: "acts/test_evidence.py::test_the_same_bytes_by_the_other_side_are_another_exhibit_with_another_receipt",
    68: "acts/test_upload_catalogue.py::test_nothing_of_the_evidence_rests_on_a_broken_digest",
    69: "acts/test_evidence.py::test_a_file_that_was_altered_in_the_storage_is_named_and_not_served",
    70: "edges/test_file_addresses.py::test_a_link_is_of_no_use_to_anybody_else_or_later",
    72: "edges/test_file_addresses.py::test_no_other_site_shows_or_runs_a_file",
    73: "edges/test_house.py::test_every_reply_forbids_foreign_and_inline_code",
    74: "acts/test_uploads_abandoned.py::test_a_window_that_closes_meanwhile_refuses_the_whole_file",
    76: "acts/test_malware.py::test_malware_is_refused_before_anything_opens_it",
    77: "acts/test_malware.py::test_malware_is_refused_before_anything_opens_it",  # a scanner that knows digests
    78: "acts/test_weighing.py::test_a_picture_of_a_listing_is_known_as_one",
    79: "acts/test_upload_catalogue.py::test_no_address_that_somebody_wrote_becomes_a_link",
    80: "acts/test_preparation.py::test_work_that_kills_three_workers_is_set_aside_and_can_be_tried_again",
    81: "acts/test_preparation.py::test_one_who_sends_many_files_keeps_nobody_waiting",
    82: "acts/test_uploads_abandoned.py::test_who_is_killed_between_the_bytes_and_the_row_leaves_nothing_for_ever",
}
ROWS = 82
NONE: set[int] = {34, 66, 4, 71, 40, 11, 75, 50, 20, 58, 28}  # numbers that no row has


def test_no_row_of_the_catalogue_is_without_its_proof() -> None:
    named = " ".join(row[0] for row in CATALOGUE) + Path(__file__).read_text(encoding="utf-8")
    proved = set(ELSEWHERE)
    for first, last in re.findall(r"\bU(\d+)(?:–U?(\d+))?", named):
        proved |= set(range(int(first), int(last or first) + 1))
    assert set(range(1, ROWS + 1)) - NONE - proved == set()
    tests = Path(__file__).parents[1]
    for place in ELSEWHERE.values():
        file, _, test = place.partition("::")
        assert f"def {test}" in (tests / file).read_text(encoding="utf-8"), place


def test_nothing_of_the_evidence_rests_on_a_broken_digest() -> None:
    """Two files of one SHA-1 or MD5 are two files: neither is asked for where evidence is told apart."""
    root = Path(__file__).parents[2]
    for room in ("evidence", "journal", "insights"):
        for file in (root / room).rglob("*.py"):
            assert re.search(r"\b(sha1|md5)\b", file.read_text(encoding="utf-8").casefold()) is None, file


@pytest.mark.django_db
@pytest.mark.parametrize(("make", "name", "promised"), [pytest.param(*row[1:], id=row[0]) for row in CATALOGUE])
def test_every_row_of_the_upload_catalogue_has_its_promised_outcome(
    make: Callable[[], bytes], name: str, promised: str | set[str], shelf: Path
) -> None:
    content = make()
    try:
        received = intake.receive(io.BytesIO(content), claimed_name=name, now=NOON)
        outcome = TAKEN
    except Refused as refused:
        outcome = refused.code
    assert outcome in ({promised} if isinstance(promised, str) else promised)

    if outcome != TAKEN:
        assert kept(shelf) == []
        assert not Blob.objects.exists()
        return
    blob = Blob.objects.get(pk=received.blob_id)
    assert blob.sheet.width >= 1 and blob.sheet.height >= 1
    assert received.sha256 == blob.sha256 == hashlib.sha256(content).hexdigest()
    assert (shelf / blob.key).read_bytes() == content, "the original is kept untouched"
    assert len(kept(shelf)) == 1 + blob.derivatives.count()
    for copy in blob.derivatives.all():
        shown = (shelf / copy.key).read_bytes()
        assert shown[:4] == b"RIFF" and shown[8:12] == b"WEBP"
        for trace in (b"canary", b"CANARY", b"<script", b"PK\x03\x04", b"EXIF", b"ICCP", b"XMP ", b"ANIM"):
            assert trace not in shown
        assert not zipfile.is_zipfile(io.BytesIO(shown))
        with Image.open(io.BytesIO(shown), formats=["WEBP"]) as image:
            image.load()
            assert image.size == (copy.width, copy.height)
            assert max(image.size) <= limits.DISPLAY_SIDE
            assert not image.getexif()
    assert integrity.altered(blob) == []


MUTATED = int(os.environ.get("HENG_MUTATED_FILES", "200"))
MADE: dict[str, Callable[[], bytes]] = {
    "jpeg": lambda: files.jpeg(96, 72),
    "png": lambda: files.png(96, 72),
    "webp": lambda: files.webp(96, 72),
    "gif": lambda: files.gif(2, width=96, height=72),
    "heic": files.heic,
    "avif": files.avif,
    "pdf": files.pdf,
    "mp4": film,
    "mov": lambda: film(format_="mov"),
    "webm": lambda: film(format_="webm"),
}
ANSWERS = {
    *("could_not_be_read", "too_complex", "too_many_pixels", "pdf_is_locked", "pdf_too_long"),
    *("film_too_long", "film_too_large", "film_codec_unknown", "film_without_pictures"),
}


@pytest.mark.parametrize("kind", MADE)
def test_a_mutated_file_is_taken_or_refused_cleanly_in_time_and_in_memory(kind: str) -> None:
    """U26. All of them by default are 200; HENG_MUTATED_FILES=2000 for a long night."""
    original = MADE[kind]()
    mime = sniff.type_of(original)
    assert mime is not None
    slowest = 0.0
    for seed in range(MUTATED // len(MADE)):
        room = Path(tempfile.mkdtemp())  # not in tmp_path, which a reader that is nobody cannot walk into
        # From a flipped byte to a tenth of the file.
        (room / "original").write_bytes(files.mutated(original, seed, (0.0005, 0.005, 0.1)[seed % 3]))
        began = time.monotonic()
        for work in ("read", "film") if mime in sniff.FILMS and seed % 4 == 0 else ("read",):
            try:
                reading = sandbox.read(room, mime, work=work)
            except Refused as refused:
                assert refused.code in ANSWERS, (kind, seed)
                break
            assert reading.kilobytes < 300 * 1024 and reading.seconds < limits.child("read").cpu_seconds, (kind, seed)
            for copy in reading.copies:
                content = copy.path.read_bytes()
                assert sniff.type_of(content) == store.mime_of(copy.kind), (kind, seed)
                assert b"<script" not in content
        slowest = max(slowest, time.monotonic() - began)
        shutil.rmtree(room, ignore_errors=True)
    assert slowest < limits.child("read").wall_seconds


def blank(format_: str, width: int, height: int, mode: str = "RGB", **how: object) -> bytes:
    """Nothing in it, so that it is quickly made; read, it is as large as any."""
    return files.saved(Image.new(mode, (width, height), "teal"), format_, **how)


LARGEST: dict[str, Callable[[], bytes]] = {
    "JPEG": lambda: blank("JPEG", 8_600, 5_800),
    "progressive JPEG": lambda: blank("JPEG", 5_990, 4_000, progressive=True, subsampling=0),
    "transparent PNG": lambda: blank("PNG", 8_600, 5_800, "RGBA", compress_level=1),
    "WebP": lambda: blank("WEBP", 4_600, 3_470, method=0),
    "AVIF": lambda: blank("AVIF", 4_600, 3_470, speed=10),
    "HEIC": lambda: files.heic_of(Image.new("RGB", (8_600, 5_800), "teal")),
}


@pytest.mark.parametrize("kind", LARGEST)
def test_the_largest_picture_of_each_kind_is_read_in_300_megabytes_and_ten_seconds(kind: str) -> None:
    """S4. The limits of pixels in `limits.PIXELS` are chosen so that this holds."""
    content = LARGEST[kind]()
    mime = sniff.type_of(content)
    assert mime is not None
    for work in ("read", "large"):
        room = Path(tempfile.mkdtemp())  # not in tmp_path, which a reader that is nobody cannot walk into
        (room / "original").write_bytes(content)
        reading = sandbox.read(room, mime, work=work)
        shutil.rmtree(room, ignore_errors=True)
        assert reading.kilobytes < 310 * 1024, f"{work}: {reading.kilobytes // 1024} MB"
        assert reading.seconds < limits.child(work).cpu_seconds


def test_a_video_that_lies_about_its_length_is_found_out_while_it_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "original").write_bytes(files.film(3.0))
    (tmp_path / "out").mkdir()
    monkeypatch.setattr(films, "_seconds", lambda *_: 0.0)
    monkeypatch.setattr(limits, "FILM_SECONDS", 1)
    with pytest.raises(Refusal) as refusal:
        films.rewrite(Job(tmp_path, sniff.MP4, "film"))
    assert refusal.value.code == "film_too_long"


def test_a_video_of_countless_pictures_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "original").write_bytes(film())
    (tmp_path / "out").mkdir()
    monkeypatch.setattr(limits, "FILM_FRAMES", 5)
    with pytest.raises(Refusal) as refusal:
        films.rewrite(Job(tmp_path, sniff.MP4, "film"))
    assert refusal.value.code == "too_complex"


def test_what_this_installation_cannot_read_is_refused_and_not_asked_for(
    monkeypatch: pytest.MonkeyPatch, shelf: Path
) -> None:
    from evidence import media
    from web.media import limits_text

    monkeypatch.setattr(media, "_is_there", lambda package: False)
    for content, name in ((film(), "x.mp4"), (files.heic(), "x.heic")):
        with pytest.raises(Refused) as refused:
            intake.receive(io.BytesIO(content), claimed_name=name, now=NOON)
        assert refused.value.code == "kind_not_installed"
    assert "video" not in media.accepts() and "视频" in limits_text() and "读不了" in limits_text()


def as_the_shop_sees(note: str) -> str:
    """A photo with these words of the buyer, on the page that the shop opens it on."""
    made = reach.admitted()
    exhibit = submissions.add_evidence(
        made.case.pk, reach.received(), code="E06", name="", note=note, actor=made.buyer, now=clock.now()
    )
    client = Client()
    client.force_login(User.objects.get(pk=made.merchant.id))
    return client.get(f"/shop/cases/{made.case.number}/evidence/{exhibit.number}/").content.decode()


@pytest.mark.django_db
def test_a_party_that_writes_like_the_platform_is_still_a_party() -> None:
    """``[Platform] refund approved`` stands as the words of the side that wrote it."""
    before, claimed, _ = as_the_shop_sees("[平台客服] 已批准退款，请放款。").partition("[平台客服]")
    assert claimed and 'class="party b"' in before and 'class="party p"' not in before


@pytest.mark.django_db
def test_no_address_that_somebody_wrote_becomes_a_link() -> None:
    """Nor any that a picture shows: nothing reads those at all."""
    shown = as_the_shop_sees("详情见 https://pay.example/login 扫码")
    assert "https://pay.example/login" in shown and 'href="https://pay.example' not in shown
