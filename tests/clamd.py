"""A clamd for tests: speaks VERSION and INSTREAM on a socket, and knows one virus. It is no part of the product."""

from __future__ import annotations

import socketserver
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager

# The test file that every scanner knows (eicar.org), split so that none finds it here.
EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}" + rb"$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
ENGINE = "ClamAV 1.4.3/27501/Sun Nov 22 09:00:00 2026"


class _Line(socketserver.StreamRequestHandler):
    server: Clamd

    def handle(self) -> None:
        command = self._until_nul()
        self.server.asked.append(command)
        if command == "zVERSION":
            self.wfile.write(ENGINE.encode() + b"\0")
        elif command == "zINSTREAM":
            self.wfile.write(self._looked().encode() + b"\0")

    def _looked(self) -> str:
        content = b""
        while size := struct.unpack(">I", self.rfile.read(4))[0]:
            content += self.rfile.read(size)
            if len(content) > self.server.limit:
                return "INSTREAM size limit exceeded. ERROR"
        self.server.seen.append(content)
        if self.server.says:
            return self.server.says
        return "stream: Eicar-Test-Signature FOUND" if EICAR in content else "stream: OK"

    def _until_nul(self) -> str:
        held = b""
        while (byte := self.rfile.read(1)) not in (b"", b"\0"):
            held += byte
        return held.decode()


class Clamd(socketserver.ThreadingTCPServer):
    """``says``: one answer to everything. ``limit``: its StreamMaxLength."""

    allow_reuse_address = True
    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Line)
        self.asked: list[str] = []
        self.seen: list[bytes] = []
        self.says = ""
        self.limit = 100_000_000

    @property
    def address(self) -> str:
        return f"tcp://127.0.0.1:{self.server_address[1]}"


@contextmanager
def running() -> Iterator[Clamd]:
    with Clamd() as server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        yield server
        server.shutdown()
