"""What is taken in, what is refused, and what is left behind: the upload catalogue, row by row."""

from __future__ import annotations

import ast
import io
import shutil
import socket
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from PIL import Image

from common.errors import Refused
from evidence import decoding, intake, limits, sandbox
from evidence.decoding import child
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


# A reader that was taken over: it is confined like the true one, and then does this instead of reading.
TAKEN_OVER = """
import json, os, signal, sys, time
sys.path.insert(0, {house!r})
from evidence.decoding import child
true_do = child.do
def do(job):
    room, cut = job.out, child.confine(job)
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
FORGE = "job.original.chmod(0o644)\n    job.original.write_bytes(b'another file')\n    " + SAYS.format(copies="[]")
NONSENSE = '(room / \'facts.json\').write_text(\'{"width": "x", "copies": [7]}\')'
BABBLE = "(room / 'facts.json').write_text('[' * 100000)"
ANSWER = "print('{\"status\": 0}', flush=True)\n    time.sleep(60)"


FULL = """def full(job): raise OSError(28, "No space left on device")
    child.perform, child.confine = full, lambda job: cut
    return true_do(job)"""


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
        pytest.param(FULL, "storage_unavailable", id="it finds the disk full"),
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


SPY = """try:
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
    room = Path(tempfile.mkdtemp())
    (room / "original").write_bytes(files.png())
    with socket.create_server(("127.0.0.1", 0)) as server:
        taken_over(SPY.format(port=server.getsockname()[1]))
        with pytest.raises(Refused):
            sandbox.read(room, "image/png")
    environment, cut, forks, connects, memory, open_files = ast.literal_eval((room / "out" / "said").read_text())
    shutil.rmtree(room, ignore_errors=True)
    assert set(environment) <= {"PATH", "LC_ALL", "LC_CTYPE", "MALLOC_ARENA_MAX"}
    assert memory == limits.child("read").memory
    # The child reaches nobody, not even this machine, and is the only one of its kind.
    assert cut and not connects and not forks
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
