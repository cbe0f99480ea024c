"""What is taken in, what is refused, and what is left behind: the upload catalogue, row by row."""

from __future__ import annotations

import ast
import hashlib
import io
import os
import socket
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from PIL import Image

from common.errors import Refused
from evidence import decoding, intake, integrity, limits, sandbox
from evidence.decoding import child, pictures
from evidence.decoding.outcome import Job, Refusal
from evidence.models import Blob, Derivative
from tests import files

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
TAKEN = "taken"


@pytest.fixture(autouse=True)
def shelf(settings, tmp_path: Path) -> Path:  # type: ignore[no-untyped-def]
    """An empty storage of this test's own."""
    place = tmp_path / "shelf"
    backend = "django.core.files.storage.FileSystemStorage"
    settings.STORAGES = {
        **settings.STORAGES,
        "evidence": {"BACKEND": backend, "OPTIONS": {"location": str(place)}},
    }
    return place


def receive(content: bytes, name: str = "photo.jpg") -> intake.Received:
    return intake.receive(io.BytesIO(content), claimed_name=name, now=NOON)


def kept(shelf: Path) -> list[Path]:
    return [path for path in shelf.rglob("*") if path.is_file()] if shelf.exists() else []


Row = tuple[str, Callable[[], bytes], str, str | set[str]]
CLEANLY = {TAKEN, "could_not_be_read", "too_complex"}
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
    ("U48 only the owner's password", lambda: files.pdf(owner_password=b"secret"), "x.pdf", TAKEN),
]


@pytest.mark.parametrize(("make", "name", "promised"), [pytest.param(*row[1:], id=row[0]) for row in CATALOGUE])
def test_every_row_of_the_upload_catalogue_has_its_promised_outcome(
    make: Callable[[], bytes], name: str, promised: str | set[str], shelf: Path
) -> None:
    content = make()
    try:
        received = receive(content, name)
        outcome = TAKEN
    except Refused as refused:
        outcome = refused.code
    assert outcome in ({promised} if isinstance(promised, str) else promised)

    if outcome != TAKEN:
        assert kept(shelf) == []
        assert not Blob.objects.exists()
        return
    blob = Blob.objects.get(pk=received.blob_id)
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


def test_a_photo_is_shown_upright_in_two_sizes() -> None:
    received = receive(files.located_jpeg())
    blob = Blob.objects.get(pk=received.blob_id)
    assert (blob.sheet.width, blob.sheet.height) == (480, 640)
    assert {(c.kind, c.width, c.height) for c in blob.derivatives.all()} == {
        ("display", 480, 640),
        ("thumb", 300, 400),
    }


def test_a_large_photo_keeps_its_measures_on_record_and_shrinks_for_display() -> None:
    received = receive(files.jpeg(6_000, 4_000))
    blob = Blob.objects.get(pk=received.blob_id)
    assert (blob.sheet.width, blob.sheet.height) == (6_000, 4_000)
    assert {(c.kind, c.width, c.height) for c in blob.derivatives.all()} == {
        ("display", 1_600, 1_067),
        ("thumb", 400, 267),
    }


def test_of_a_document_the_first_three_pages_are_drawn() -> None:
    received = receive(files.pdf(5), "report.pdf")
    blob = Blob.objects.get(pk=received.blob_id)
    assert blob.sheet.pages == 5
    assert [copy.kind for copy in blob.derivatives.all()] == ["page_1", "page_2", "page_3", "thumb"]


def test_a_drawn_page_shows_what_the_page_shows(shelf: Path) -> None:
    received = receive(files.pdf(owner_password=b"secret"), "report.pdf")
    copy = Derivative.objects.get(blob_id=received.blob_id, kind="page_1")
    with Image.open(shelf / copy.key) as image:
        red, green, blue = image.convert("RGB").getpixel((image.width // 3, image.height * 7 // 10))  # type: ignore[misc]
    assert red > 180 and green < 80 and blue < 80


def test_equal_bytes_from_two_parties_share_nothing(shelf: Path) -> None:
    first, second = receive(files.png()), receive(files.png())
    assert first.sha256 == second.sha256
    assert first.blob_id != second.blob_id
    assert len(kept(shelf)) == 6


def test_a_key_holds_the_digest_and_nothing_the_stranger_wrote() -> None:
    received = receive(files.png(), "../secret name.png")
    blob = Blob.objects.get(pk=received.blob_id)
    assert blob.key.startswith(f"{blob.sha256[:2]}/{blob.sha256}/")
    assert "secret" not in blob.key and ".." not in blob.key


@pytest.mark.parametrize("seed", range(40))
def test_a_damaged_file_is_taken_or_refused_and_never_breaks_the_reader(seed: int, tmp_path: Path) -> None:
    kinds: list[tuple[Callable[[], bytes], str]] = [
        (files.jpeg, "image/jpeg"),
        (files.png, "image/png"),
        (files.webp, "image/webp"),
        (files.gif, "image/gif"),
    ]
    make, mime = kinds[seed % len(kinds)]
    (tmp_path / "original").write_bytes(files.mutated(make(), seed))
    try:
        found = pictures.read(Job(tmp_path, mime, "read"))
    except Refusal as refusal:
        assert refusal.code in {"could_not_be_read", "too_many_pixels"}
    else:
        assert [copy["kind"] for copy in found.copies] == ["display", "thumb"]


# A reader that was taken over: it is confined like the true one, and then does this instead of reading.
TAKEN_OVER = """
import json, os, signal, sys, time
sys.path.insert(0, {house!r})
from evidence.decoding import child
def do(job):
    room = job.directory
    {deed}
    return 0
child.do = do
sys.exit(child.serve())
"""
CRASH = "os.kill(os.getpid(), signal.SIGSEGV)"
HANG = "time.sleep(60)"
EAT = "child.resource.setrlimit(child.resource.RLIMIT_CPU, (1, 1))\n    while True: pass"
SAYS = "(room / 'facts.json').write_text(json.dumps(dict(width=1, height=1, pages=0, copies={copies}, isolated=True)))"
LIE = "(room / 'display.webp').write_bytes(b'<script>alert(1)</script>' * 9)\n    " + SAYS.format(
    copies="[dict(kind='display', width=1, height=1)]"
)
ESCAPE = LIE.replace("dict(kind='display'", "dict(kind='../display'")
PRETEND = LIE.replace("display.webp", "film.mp4").replace("kind='display'", "kind='film'")
FORGE = "(room / 'original').write_bytes(b'another file')\n    " + SAYS.format(copies="[]")
NONSENSE = '(room / \'facts.json\').write_text(\'{"width": "x", "copies": [7]}\')'
BABBLE = "(room / 'facts.json').write_text('[' * 100000)"
ANSWER = "print('{\"status\": 0}', flush=True)\n    time.sleep(60)"


@pytest.fixture
def taken_over(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Callable[[str], None]]:
    script = tmp_path / "child.py"

    def become(deed: str) -> None:
        script.write_text(TAKEN_OVER.format(house=str(Path(decoding.__file__).parents[2]), deed=deed))
        monkeypatch.setattr(child, "__file__", str(script))
        sandbox.end_all()

    yield become
    sandbox.end_all()


@pytest.mark.parametrize(
    ("deed", "code"),
    [
        pytest.param(CRASH, "could_not_be_read", id="it crashes"),
        pytest.param(HANG, "too_complex", id="it hangs"),
        pytest.param(EAT, "too_complex", id="it burns the processor"),
        pytest.param(LIE, "could_not_be_read", id="it was taken over and hands out a page"),
        pytest.param(PRETEND, "could_not_be_read", id="it was taken over and hands out a page as a film"),
        pytest.param(ESCAPE, "could_not_be_read", id="it was taken over and points elsewhere"),
        pytest.param(FORGE, "could_not_be_read", id="it was taken over and swaps the original"),
        pytest.param(NONSENSE, "could_not_be_read", id="it was taken over and talks nonsense"),
        pytest.param(BABBLE, "could_not_be_read", id="it was taken over and babbles"),
        pytest.param(ANSWER, "too_complex", id="it was taken over and answers for its keeper"),
        pytest.param("os._exit(3)", "could_not_be_read", id="it gives up"),
    ],
)
def test_whatever_happens_to_the_child_happens_to_it_alone(
    deed: str, code: str, monkeypatch: pytest.MonkeyPatch, taken_over: Callable[[str], None], shelf: Path
) -> None:
    taken_over(deed)
    monkeypatch.setitem(limits._CHILDREN, "read", replace(limits.child("read"), wall_seconds=2))
    with pytest.raises(Refused) as refused:
        receive(files.png())
    assert refused.value.code == code
    assert kept(shelf) == [] and not Blob.objects.exists()


def test_a_child_that_died_while_it_waited_is_replaced() -> None:
    receive(files.png())
    for waiting in sandbox._idle:
        waiting.kill()
        waiting.wait()
    assert receive(files.png(seed=2)).mime == "image/png"


SPY = """cut = child.confine(job)
    try:
        if os.fork() == 0: os._exit(0)
        forks = True
    except OSError:
        forks = False
    try:
        import socket
        socket.create_connection(("127.0.0.1", {port}), timeout=2)
        connects = True
    except OSError:
        connects = False
    memory = child.resource.getrlimit(child.resource.RLIMIT_AS)[0]
    (room / "said").write_text(repr((dict(os.environ), cut, forks, connects, memory, os.listdir("/proc/self/fd"))))"""


def test_the_child_has_none_of_our_secrets_little_memory_and_no_network(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, taken_over: Callable[[str], None]
) -> None:
    monkeypatch.setenv("SECRET_KEY", "canary")
    room = tmp_path / "room"
    room.mkdir()
    (room / "original").write_bytes(files.png())
    with socket.create_server(("127.0.0.1", 0)) as server:
        taken_over(SPY.format(port=server.getsockname()[1]))
        with pytest.raises(Refused):
            sandbox.read(room, "image/png")
    environment, cut, forks, connects, memory, open_files = ast.literal_eval((room / "said").read_text())
    assert set(environment) <= {"PATH", "LC_ALL", "LC_CTYPE", "MALLOC_ARENA_MAX"}
    assert memory == limits.child("read").memory
    # Where the kernel lets it, the child reaches nobody, not even this machine; only root forks uncounted.
    assert not (connects and cut)
    assert not forks or os.getuid() == 0
    assert len(open_files) <= 5, "the pipes of the house are closed"


def test_a_storage_that_fails_is_a_refusal_and_leaves_nothing_to_find(settings, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    blocked = tmp_path / "a file, not a folder"
    blocked.write_text("")
    settings.STORAGES = {
        **settings.STORAGES,
        "evidence": {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": str(blocked / "deeper")},
        },
    }
    with pytest.raises(Refused) as refused:
        receive(files.png())
    assert refused.value.code == "storage_unavailable"
