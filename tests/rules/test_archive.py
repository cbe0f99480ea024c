"""An archive is sent while it is written: as long as was said, no more in memory than a piece, and whole or broken off."""

from __future__ import annotations

import hashlib
import io
import tracemalloc
import zipfile
from datetime import UTC, datetime
from typing import IO, cast

import pytest

from insights import archive
from insights.archive import Member

AT = datetime(2026, 11, 29, 10, 30, tzinfo=UTC)
MEGABYTE = 1024 * 1024


class Zeros(io.RawIOBase):
    """As many zero bytes as wanted, out of nothing."""

    def __init__(self, size: int) -> None:
        self.left = size

    def read(self, size: int = -1) -> bytes:
        size = min(size, self.left)
        self.left -= size
        return bytes(size)


def member(path: str, body: bytes) -> Member:
    return Member(path, len(body), hashlib.sha256(body).hexdigest(), lambda: io.BytesIO(body))


def test_an_archive_is_as_long_as_was_said_and_opens_everywhere() -> None:
    bodies = {"a.txt": b"", "evidence/B1.jpg": b"\xff\xd8" * 500, "x/y/z.json": b"{}"}
    members = [member(path, body) for path, body in bodies.items()]
    content = b"".join(archive.stream(members, at=AT))
    assert len(content) == archive.length(members)
    with zipfile.ZipFile(io.BytesIO(content)) as opened:
        assert opened.testzip() is None
        assert {name: opened.read(name) for name in opened.namelist()} == bodies
        assert all(one.compress_type == zipfile.ZIP_STORED for one in opened.infolist())
        assert opened.infolist()[0].date_time == (2026, 11, 29, 10, 30, 0)


def test_sending_a_large_archive_takes_no_more_memory_than_a_small_one() -> None:
    size = 16 * MEGABYTE
    whole = hashlib.sha256(bytes(size)).hexdigest()
    members = [Member(f"{n}.bin", size, whole, lambda: cast(IO[bytes], Zeros(size))) for n in range(8)]
    tracemalloc.start()
    sent = sum(map(len, archive.stream(members, at=AT)))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert sent == archive.length(members) > 128 * MEGABYTE
    assert peak < 2 * MEGABYTE


def test_a_member_that_is_not_what_was_announced_breaks_the_archive_off() -> None:
    good, bad = member("a", b"a"), Member("b", 3, hashlib.sha256(b"abc").hexdigest(), lambda: io.BytesIO(b"abd"))
    pieces = archive.stream([good, bad, good], at=AT)
    sent = b""
    with pytest.raises(RuntimeError, match="b changed while it was sent"):
        for piece in pieces:
            sent += piece
    with pytest.raises(zipfile.BadZipFile):
        zipfile.ZipFile(io.BytesIO(sent))
