"""A ZIP that is written while it is sent: no file on disk, no memory that grows with it. Knows bytes, not what they mean."""

from __future__ import annotations

import hashlib
import zipfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from typing import IO, Any

_PIECE = 256 * 1024
# What the format adds to the bytes: a header and a descriptor for each member, its line in the directory, and an end.
_MEMBER, _END = 30 + 16 + 46, 22


@dataclass(frozen=True, slots=True)
class Member:
    """One file: its path in the archive (ASCII, made by us), size in bytes, SHA-256 in hex, and what opens it."""

    path: str
    size: int
    sha256: str
    open: Callable[[], IO[bytes]]


def length(members: Iterable[Member]) -> int:
    """How many bytes `stream` will give. Members are stored as they are, so that a download cut short is noticed."""
    return _END + sum(_MEMBER + 2 * len(member.path) + member.size for member in members)


def stream(members: Iterable[Member], *, at: datetime) -> Iterator[bytes]:
    """The archive in pieces. ``at`` is the time that every member bears, as its reader's clock shows it.

    A member that turns out to be something else breaks the stream off: what was sent until then is no archive.
    """
    sink = _Sink()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_STORED) as archive:  # type: ignore[call-overload]
        for member in members:
            info = zipfile.ZipInfo(member.path, date_time=at.timetuple()[:6])
            info.file_size = member.size
            info.external_attr = 0o644 << 16
            seen = hashlib.sha256()
            with closing(member.open()) as source, archive.open(info, "w") as target:
                while piece := source.read(_PIECE):
                    seen.update(piece)
                    target.write(piece)
                    yield from sink.drain()
            if seen.hexdigest() != member.sha256:
                raise RuntimeError(f"{member.path} changed while it was sent")
            yield from sink.drain()
    yield from sink.drain()


class _Sink:
    """What zipfile takes for a file that cannot be sought: keeps what is written until somebody takes it."""

    def __init__(self) -> None:
        self._pieces: list[bytes] = []

    def write(self, piece: Any) -> int:
        self._pieces.append(bytes(piece))
        return len(piece)

    def flush(self) -> None:
        """Nothing lies deeper than the list."""

    def drain(self) -> Iterator[bytes]:
        pieces, self._pieces = self._pieces, []
        yield from pieces
