"""A real web server of the tests' own, and a bad line to it."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from tests import builders

ROOT = Path(__file__).resolve().parents[1]


@dataclass
class Served:
    """The address of a running gunicorn on this test's database, and its one worker's process id."""

    url: str
    worker: int


@contextlib.contextmanager
def gunicorn(state: Path, *, threads: int = 4) -> Iterator[Served]:
    """One process, as in production, its files in ``state``."""
    with socket.socket() as trial:
        trial.bind(("127.0.0.1", 0))
        port = trial.getsockname()[1]
    more = {
        "DATABASE_URL": builders.database_url(),
        "HENG_STATE": str(state),
        "SECRET_KEY": "of-a-test",
        "HENG_SIGNING_KEY": "b25seS1mb3ItdGVzdHMtYW5kLWRlbW9uc3RyYXRpb24",
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "HENG_GATEWAY_URL": "",
        "DEBUG": "0",
    }
    command = [
        *(sys.executable, "-m", "gunicorn", "config.wsgi", "--bind", f"127.0.0.1:{port}", "--worker-class", "gthread"),
        *("--workers", "1", "--threads", str(threads), "--no-control-socket", "--worker-tmp-dir", str(state)),
    ]
    environment = {name: value for name, value in os.environ.items() if name != "PYTEST_VERSION"}
    with (state / "gunicorn.log").open("wb") as log:
        process = subprocess.Popen(command, cwd=ROOT, env={**environment, **more}, stdout=log, stderr=log)
        try:
            url = f"http://127.0.0.1:{port}"
            _wait(process, url, state / "gunicorn.log")
            yield Served(url, _child_of(process.pid))
        finally:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait(10)


def _wait(process: subprocess.Popen[bytes], url: str, log: Path) -> None:
    end = time.monotonic() + 60
    while time.monotonic() < end and process.poll() is None:
        with contextlib.suppress(OSError, urllib.error.URLError), urllib.request.urlopen(f"{url}/healthz", timeout=5):
            return
        time.sleep(0.1)
    raise RuntimeError(log.read_text())


def _child_of(parent: int) -> int:
    """The first worker: gunicorn's first child that runs Python, whatever else it has started."""
    children = Path(f"/proc/{parent}/task/{parent}/children").read_text().split()
    return int(children[0])


def memory(pid: int, what: str = "VmRSS") -> int:
    """Bytes of memory of one process: now, or (``VmHWM``) at most since `forget_peak`."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith(f"{what}:"):
            return int(line.split()[1]) * 1024
    raise LookupError(what)


def forget_peak(pid: int) -> None:
    Path(f"/proc/{pid}/clear_refs").write_text("5")


def answer(port: int, request: str) -> int:
    """The status of the reply to these very bytes, 0 if there is none. Sends no more after them, as one who is gone."""
    with socket.create_connection(("127.0.0.1", port), timeout=15) as line:
        line.sendall(request.encode())
        line.shutdown(socket.SHUT_WR)
        with contextlib.suppress(ConnectionError):
            first = line.recv(65_536).split(b" ", 2)
            return int(first[1]) if len(first) > 1 else 0
    return 0


@dataclass
class BadLine:
    """Passes bytes on to a server, and breaks off after so many of them, once for each of ``cuts``."""

    target: int
    cuts: list[int]
    sent: int = 0
    broken: int = 0
    port: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @contextlib.contextmanager
    def open(self) -> Iterator[str]:
        listener = socket.create_server(("127.0.0.1", 0))
        self.port = listener.getsockname()[1]
        threading.Thread(target=self._accept, args=(listener,), daemon=True).start()
        try:
            yield f"http://127.0.0.1:{self.port}"
        finally:
            listener.close()

    def _accept(self, listener: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while True:
                caller, _ = listener.accept()
                server = socket.create_connection(("127.0.0.1", self.target))
                for pair in ((caller, server, True), (server, caller, False)):
                    threading.Thread(target=self._pass_on, args=pair, daemon=True).start()

    def _pass_on(self, source: socket.socket, drain: socket.socket, counted: bool) -> None:
        with contextlib.suppress(OSError):
            while piece := source.recv(65_536):
                if counted and self._is_cut(len(piece)):
                    break
                drain.sendall(piece)
        for end in (source, drain):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()  # with bytes unread: whoever goes on sending is told at once

    def _is_cut(self, size: int) -> bool:
        with self._lock:
            self.sent += size
            if self.cuts and self.sent >= self.cuts[0]:
                self.cuts.pop(0)
                self.broken += 1
                return True
        return False
