"""Large files over real connections: cut again and again they come in whole, and twenty at once cost a process no memory.

UPLOAD_MB and UPLOAD_MANY_MB make them larger or smaller: 200 is what is promised, less is what every run has time for.
"""

from __future__ import annotations

import hashlib
import io
import os
import shutil
import struct
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest
from tusclient.client import TusClient

from common import tus
from evidence.models import Exhibit, Part, Upload
from tests import files, lines, reach, tusing
from tests.edges.callers import Caller
from tests.reach import Scene

pytestmark = pytest.mark.django_db(transaction=True)
MEGABYTE = 1024 * 1024
ONE = int(os.environ.get("UPLOAD_MB", "200")) * MEGABYTE
MANY = int(os.environ.get("UPLOAD_MANY_MB", "20")) * MEGABYTE
FILES, WARM, AT_ONCE, PIECE = 20, 12, 6, 8 * MEGABYTE
# What one process may grow by while all of them run, however large they are: buffers of six connections. Held in
# memory, six files of 20 MB would be four times that.
GROWTH = 30 * MEGABYTE


class Video(io.RawIOBase):
    """A short film with room after it, ``size`` bytes in all, no two alike, and never in memory as a whole."""

    film: bytes = b""

    def __init__(self, size: int, seed: int = 0) -> None:
        Video.film = Video.film or files.film(0.5)
        self._head = Video.film + struct.pack(">I4s", size - len(Video.film), b"free") + struct.pack(">Q", seed)
        self._size, self._at = size, 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = os.SEEK_SET, /) -> int:
        self._at = {os.SEEK_SET: 0, os.SEEK_CUR: self._at, os.SEEK_END: self._size}[whence] + offset
        return self._at

    def tell(self) -> int:
        return self._at

    def read(self, size: int = -1, /) -> bytes:
        end = self._size if size < 0 else min(self._size, self._at + size)
        piece = self._head[self._at : end]
        piece += bytes(max(0, end - self._at - len(piece)))
        self._at = end
        return piece

    def pieces(self) -> Iterator[bytes]:
        self.seek(0)
        return iter(lambda: self.read(PIECE), b"")


def digest(video: Video) -> str:
    seen = hashlib.sha256()
    for piece in video.pieces():
        seen.update(piece)
    return seen.hexdigest()


@pytest.fixture
def served(tmp_path: Path) -> Iterator[lines.Served]:
    with lines.gunicorn(tmp_path, threads=8) as server:
        yield server
    shutil.rmtree(tmp_path / "evidence", ignore_errors=True)  # pytest keeps folders; this one has gigabytes


def metadata(name: str = "IMG_0231.MP4") -> dict[str, str]:
    return {"on_behalf_of": "buyer", "code": "E07", "filename": name}


def test_a_file_over_a_line_that_is_cut_three_times_comes_in_whole(served: lines.Served, tmp_path: Path) -> None:
    """By somebody else's client, which sends all of it in one request and asks after every break how far it came."""
    scene, caller, video = reach.admitted(), Caller(), Video(ONE)
    line = lines.BadLine(int(served.url.rpartition(":")[2]), cuts=[ONE // 5, ONE // 2, ONE * 9 // 10])
    with line.open() as url:
        client = TusClient(f"{url}/api/v1/cases/{scene.case.number}/uploads", headers=caller.headers)
        sending = client.uploader(file_stream=video, chunk_size=ONE, metadata=metadata(), retries=12, retry_delay=0.3)
        sending.upload()
    assert line.broken == 3
    # Not from the beginning: of all that was sent, what was lost is what was under way.
    assert line.sent < ONE + 3 * 4 * 4 * MEGABYTE
    exhibit = Exhibit.objects.get(dossier_id=scene.case.dossier_id, side="buyer")
    assert (exhibit.sha256, exhibit.size) == (digest(video), ONE)
    assert not Part.objects.exists() and not list((tmp_path / "evidence").rglob("incoming/*"))


def test_twenty_uploads_at_once_cost_a_process_no_memory(served: lines.Served) -> None:
    caller = Caller()
    scenes = [reach.admitted() for _ in range(5)]
    # What is loaded once is loaded, and every thread has its connection.
    all_at_once(served, caller, scenes, [Video(MEGABYTE, 100 + n) for n in range(WARM)])
    before = lines.memory(served.worker)
    lines.forget_peak(served.worker)
    all_at_once(served, caller, scenes, [Video(MANY, n) for n in range(FILES)])
    grown = lines.memory(served.worker, "VmHWM") - before
    print(f"{FILES} × {MANY // MEGABYTE} MB: {before / MEGABYTE:.0f} MB before, {grown / MEGABYTE:+.1f} MB at most")
    assert Upload.objects.filter(state=Upload.TAKEN).count() == FILES + WARM
    assert Exhibit.objects.filter(kind="video", size=MANY).count() == FILES
    assert grown < GROWTH


def test_requests_that_lie_about_their_body_bring_nothing_and_hold_nobody_up(served: lines.Served) -> None:
    """U62: less than was said and then gone, more than was said, two lengths, a length and chunks."""
    scene, caller = reach.admitted(), Caller()
    path = f"/api/v1/cases/{scene.case.number}/uploads"
    with httpx.Client(base_url=served.url, headers={**caller.headers, **tusing.RESUMABLE}, timeout=30) as client:
        said = {"Upload-Length": "1000", "Upload-Metadata": tus.written(metadata())}
        where = client.post(path, headers=said).headers["Location"]
        common = f"Host: 127.0.0.1\r\nAuthorization: {caller.headers['Authorization']}\r\n"
        common += f"Tus-Resumable: 1.0.0\r\nContent-Type: {tus.BODY}\r\nUpload-Offset: 0\r\n"
        start = f"PATCH {where} HTTP/1.1\r\n{common}"
        port = int(served.url.rpartition(":")[2])
        chunked = "Transfer-Encoding: chunked\r\n"
        assert lines.answer(port, f"{start}Content-Length: 5\r\nContent-Length: 6\r\n\r\nabcdef") in (400, 0)
        assert lines.answer(port, f"{start}Content-Length: 5\r\n{chunked}\r\n5\r\nabcde\r\n0\r\n\r\n") in (400, 0)
        assert lines.answer(port, f"{start}{chunked}\r\n5\r\nabcde\r\n0\r\n\r\n") == 411
        assert lines.answer(port, f"{start}Content-Length: 1001\r\n\r\nabc") == 413
        assert client.head(where).headers["Upload-Offset"] == "0"
        # Cut off in the middle: what came is kept, and the server is there for the next.
        lines.answer(port, f"{start}Content-Length: 500\r\n\r\nabc")
        until(lambda: client.head(where).headers["Upload-Offset"] == "3")


def until(holds: Callable[[], bool]) -> None:
    end = time.monotonic() + 10
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.05)


def all_at_once(served: lines.Served, caller: Caller, scenes: list[Scene], videos: list[Video]) -> None:
    with ThreadPoolExecutor(AT_ONCE) as pool:
        jobs = [pool.submit(send, served, caller, scenes[n % len(scenes)], video) for n, video in enumerate(videos)]
        for job in jobs:
            job.result()


def send(served: lines.Served, caller: Caller, scene: Scene, video: Video) -> None:
    size = video.seek(0, os.SEEK_END)
    with httpx.Client(base_url=served.url, headers={**caller.headers, **tusing.RESUMABLE}, timeout=60) as client:
        path = f"/api/v1/cases/{scene.case.number}/uploads"
        said = {"Upload-Length": str(size), "Upload-Metadata": tus.written(metadata())}
        where, at = client.post(path, headers=said).headers["Location"], 0
        for piece in video.pieces():
            headers = {"Content-Type": tus.BODY, "Upload-Offset": str(at)}
            reply = client.patch(where, content=piece, headers=headers)
            assert reply.status_code == 204, reply.text
            at += len(piece)
