"""Whether a file carries malware, as a scanner outside of the house says. Knows clamd's protocol; no storage, no rows.

The scanner is asked before anything else opens the file. Without one nothing is scanned, and nothing claims to be: a file
has a `Scan` only if a scanner looked at it. Where one is set and does not answer, no file passes.
"""

from __future__ import annotations

import contextlib
import logging
import re
import socket
import struct
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from common.errors import Refused

log = logging.getLogger("heng.evidence")

_PIECE = 64 * 1024
_ANSWER = 4096
# One wait on the line, and all of one file, in seconds.
_PATIENCE, _MOST = 30.0, 240.0


@dataclass(frozen=True, slots=True)
class Verdict:
    """``engine``: who looked, with the version of its signatures; empty where nobody did. ``found``: the malware's name."""

    engine: str = ""
    found: str = ""


class Scanner(Protocol):
    def scan(self, path: Path) -> Verdict:
        """Raises `Refused`: `scanner_unavailable`, `too_large_to_scan`."""


@dataclass(frozen=True, slots=True)
class NoScanner:
    """Looks at nothing, and says so."""

    def scan(self, path: Path) -> Verdict:
        return Verdict()


@dataclass(frozen=True, slots=True)
class Clamd:
    """ClamAV's daemon over TCP or a Unix socket. The bytes are sent: it needs no way to our files."""

    address: tuple[str, int] | str

    def scan(self, path: Path) -> Verdict:
        until = time.monotonic() + _MOST
        try:
            engine = self._ask(b"zVERSION\0", until)
            answer = self._ask(b"zINSTREAM\0", until, path)
        except OSError as error:
            log.error("scanner_unavailable", extra={"error": type(error).__name__})
            raise Refused("scanner_unavailable") from error
        if answer == "stream: OK":
            return Verdict(engine[:120])
        if answer.startswith("stream: ") and answer.endswith(" FOUND"):
            return Verdict(engine[:120], answer[8:-6][:120])
        if "size limit exceeded" in answer:
            # Its StreamMaxLength is below what is taken here (docs/operations.md): sending it again would not help.
            log.error("scanner_limit", extra={"size": path.stat().st_size})
            raise Refused("too_large_to_scan")
        log.error("scanner_unavailable", extra={"error": answer[:120]})
        raise Refused("scanner_unavailable")

    def _ask(self, command: bytes, until: float, path: Path | None = None) -> str:
        with self._connected() as line:
            try:
                line.sendall(command)
                if path is not None:
                    _send(line, path, until)
            except (BrokenPipeError, ConnectionResetError):
                pass  # it has heard enough, and says why
            return _answer(line, until)

    def _connected(self) -> socket.socket:
        if isinstance(self.address, tuple):
            return socket.create_connection(self.address, timeout=_PATIENCE)
        line = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            line.settimeout(_PATIENCE)
            line.connect(self.address)
        except OSError:
            line.close()
            raise
        return line


def current() -> Scanner:
    """The scanner that ``HENG_SCANNER`` names: ``tcp://host:3310``, ``unix:///run/clamav/clamd.ctl``, or empty for none."""
    named: str = settings.HENG_SCANNER
    if not named:
        return NoScanner()
    parts = urlsplit(named)
    with contextlib.suppress(ValueError):
        if parts.scheme == "tcp" and parts.hostname:
            return Clamd((parts.hostname, parts.port or 3310))
    if parts.scheme == "unix" and parts.path:
        return Clamd(parts.path)
    raise ImproperlyConfigured("HENG_SCANNER is tcp://host:port or unix:///path")


def _send(line: socket.socket, path: Path, until: float) -> None:
    """INSTREAM: each piece behind its length, and a length of nothing at the end."""
    with path.open("rb") as file:
        while piece := file.read(_PIECE):
            if time.monotonic() >= until:
                raise TimeoutError("the scanner takes too long")
            line.sendall(struct.pack(">I", len(piece)) + piece)
    line.sendall(struct.pack(">I", 0))


def _answer(line: socket.socket, until: float) -> str:
    held = b""
    while not held.endswith(b"\0"):
        left = until - time.monotonic()
        if left <= 0 or len(held) > _ANSWER:
            raise TimeoutError("the scanner gives no answer")
        line.settimeout(min(_PATIENCE * 4, left))  # it answers when it has looked, which takes longer than a word
        piece = line.recv(_ANSWER)
        if not piece:
            raise ConnectionError("the scanner hung up")
        held += piece
    return re.sub(r"[^\x20-\x7e]", "", held.decode("ascii", "replace"))
