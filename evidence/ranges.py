"""Parts of a copy, checked before they are sent. Knows digests of pieces; refuses to send a byte of one that differs."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator

from common.errors import Refused
from evidence import limits, store
from evidence.links import Served

_DIGEST = hashlib.sha256().digest_size
_ONE_RANGE = re.compile(r"bytes=([0-9]{0,15})-([0-9]{0,15})")


def asked(header: str, size: int) -> tuple[int, int] | None:
    """The first and the last byte that a Range header asks for, or ``None`` for all of it.

    Several ranges at a time, and what is no range, are answered with all of it, as RFC 9110 allows. Raises `ValueError`
    for a range that begins behind the end.
    """
    found = _ONE_RANGE.fullmatch(header.strip())
    if found is None or not any(found.groups()):
        return None
    first, last = found.groups()
    if not first:
        if int(last) == 0:
            raise ValueError(header)
        return max(0, size - int(last)), size - 1
    if int(first) >= size:
        raise ValueError(header)
    if last and int(last) < int(first):
        return None
    return int(first), min(int(last), size - 1) if last else size - 1


def read(served: Served, first: int, last: int) -> Iterator[bytes]:
    """Bytes ``first`` to ``last`` of a copy that has pieces, each piece read whole and found right before it is given.

    The first piece is checked before this returns. Raises `Refused("evidence_altered")`; one that is found later ends
    what is sent in its middle, and the reader's player says so.
    """
    pieces = _checked(served, first // limits.PIECE_BYTES, last // limits.PIECE_BYTES)
    begin = next(pieces)
    return _cut(begin, pieces, first, last)


def _cut(begin: bytes, pieces: Iterator[bytes], first: int, last: int) -> Iterator[bytes]:
    at = first // limits.PIECE_BYTES * limits.PIECE_BYTES
    piece: bytes | None = begin
    while piece is not None:
        yield piece[max(0, first - at) : last + 1 - at]
        at += len(piece)
        piece = next(pieces, None)


def _checked(served: Served, first: int, last: int) -> Iterator[bytes]:
    altered = Refused("evidence_altered", exhibit=served.exhibit.public_id)
    try:
        file = store.storage().open(served.key, "rb")
    except FileNotFoundError:
        raise altered from None
    with file:
        file.seek(first * limits.PIECE_BYTES)
        for number in range(first, last + 1):
            piece = file.read(limits.PIECE_BYTES)
            expected = served.pieces[number * _DIGEST : (number + 1) * _DIGEST]
            if hashlib.sha256(piece).digest() != expected:
                raise altered
            yield piece
