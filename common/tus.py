"""The resumable upload protocol tus 1.0 as values: reads headers, writes headers. Knows no request, no file and no room.

https://tus.io/protocols/resumable-upload: core, and of the extensions those in ``EXTENSIONS``.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime

VERSION = "1.0.0"
EXTENSIONS = "creation,creation-with-upload,termination,expiration,checksum"
ALGORITHMS = ("sha256", "sha1")
BODY = "application/offset+octet-stream"
CHECKSUM_MISMATCH = 460
_MOST_METADATA = 8 * 1024


class Unfit(Exception):
    """A request that does not keep to the protocol. ``why`` is for whoever writes a client, in English."""

    def __init__(self, status: int, why: str) -> None:
        super().__init__(why)
        self.status = status
        self.why = why


@dataclass(frozen=True, slots=True)
class Checksum:
    """What the body of one request must digest to."""

    algorithm: str
    digest: bytes


@dataclass(frozen=True, slots=True)
class Creation:
    """A new upload of ``length`` bytes; ``body`` is there if the first bytes come along."""

    length: int
    metadata: dict[str, str]
    body: Body | None


@dataclass(frozen=True, slots=True)
class Body:
    """``size`` bytes that belong at ``offset``."""

    offset: int
    size: int
    checksum: Checksum | None


def require_version(headers: Mapping[str, str]) -> None:
    if headers.get("Tus-Resumable") != VERSION:
        raise Unfit(412, f"Tus-Resumable must be {VERSION}")


def creation(headers: Mapping[str, str]) -> Creation:
    """What a POST asks for. Raises `Unfit`."""
    require_version(headers)
    if "Upload-Defer-Length" in headers:
        raise Unfit(400, "the length must be known: it is weighed before the first byte")
    length = _number(headers, "Upload-Length")
    body = None
    if headers.get("Content-Type", "") == BODY and headers.get("Content-Length", "0") not in ("", "0"):
        body = Body(0, _size(headers), _checksum(headers))
        if body.size > length:
            raise Unfit(413, "more bytes than Upload-Length said")
    return Creation(length, metadata(headers.get("Upload-Metadata", "")), body)


def patch(headers: Mapping[str, str]) -> Body:
    """What a PATCH brings. Raises `Unfit`."""
    require_version(headers)
    if headers.get("Content-Type", "") != BODY:
        raise Unfit(415, f"Content-Type must be {BODY}")
    return Body(_number(headers, "Upload-Offset"), _size(headers), _checksum(headers))


def metadata(written: str) -> dict[str, str]:
    """``name base64,name base64,name``: what the sender says about the file. Raises `Unfit`."""
    found: dict[str, str] = {}
    if len(written) > _MOST_METADATA:
        raise Unfit(400, "Upload-Metadata is too long")
    for pair in filter(None, (pair.strip() for pair in written.split(","))):
        name, _, value = pair.partition(" ")
        if name in found or not name.isascii():
            raise Unfit(400, "Upload-Metadata names something twice")
        try:
            found[name] = base64.b64decode(value.strip(), validate=True).decode("utf-8")
        except (binascii.Error, UnicodeDecodeError) as error:
            raise Unfit(400, f"Upload-Metadata: {name} is not UTF-8 in base64") from error
        if "\0" in found[name]:
            raise Unfit(400, f"Upload-Metadata: {name} holds a NUL")
    return found


def written(values: Mapping[str, str]) -> str:
    """The same the other way."""
    return ",".join(f"{name} {base64.b64encode(value.encode()).decode()}" for name, value in values.items())


def standing(*, offset: int, length: int, expires_at: datetime | None = None) -> dict[str, str]:
    """The headers that say how far an upload is. ``expires_at``: aware UTC, while it is unfinished."""
    headers = {"Tus-Resumable": VERSION, "Upload-Offset": str(offset), "Upload-Length": str(length)}
    if expires_at is not None and offset < length:
        headers["Upload-Expires"] = format_datetime(expires_at, usegmt=True)
    return headers


def about_the_server(most: int) -> dict[str, str]:
    """The headers that answer OPTIONS. ``most``: the length that no upload exceeds, in bytes."""
    return {
        "Tus-Version": VERSION,
        "Tus-Extension": EXTENSIONS,
        "Tus-Checksum-Algorithm": ",".join(ALGORITHMS),
        "Tus-Max-Size": str(most),
    }


def _number(headers: Mapping[str, str], name: str) -> int:
    text = headers.get(name, "")
    if not (text.isascii() and text.isdigit() and len(text) <= 15):
        raise Unfit(400, f"{name} must be a number of bytes")
    return int(text)


def _size(headers: Mapping[str, str]) -> int:
    # A body in chunks of unknown number is not read by WSGI servers at all; better said than lost.
    if not headers.get("Content-Length"):
        raise Unfit(411, "Content-Length is missing")
    return _number(headers, "Content-Length")


def _checksum(headers: Mapping[str, str]) -> Checksum | None:
    if "Upload-Checksum" not in headers:
        return None
    algorithm, _, value = headers["Upload-Checksum"].partition(" ")
    if algorithm not in ALGORITHMS:
        raise Unfit(400, f"Upload-Checksum: {', '.join(ALGORITHMS)} are known here")
    try:
        digest = base64.b64decode(value.strip(), validate=True)
    except binascii.Error as error:
        raise Unfit(400, "Upload-Checksum is not base64") from error
    if len(digest) != hashlib.new(algorithm).digest_size:
        raise Unfit(400, "Upload-Checksum has the wrong length")
    return Checksum(algorithm, digest)
