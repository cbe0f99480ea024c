"""The house as `start.py run` starts it: real processes on a port of their own, the demo in a folder of its own."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]
PATIENCE = 300  # seconds: a first start makes a database cluster, its tables and the demo's cases
LEAVE_BEHIND = ("PYTEST_", "HENG_", "DATABASE_", "REDIS_", "DJANGO_", "SECRET_KEY", "CI")


@contextlib.contextmanager
def running() -> Iterator[str]:
    """The address of a running house, without a slash at the end. On leaving, Ctrl-C is pressed once and answered."""
    folder = Path(tempfile.mkdtemp(prefix="heng-browser-"))
    port = _free_port()
    environment = {name: value for name, value in os.environ.items() if not name.startswith(LEAVE_BEHIND)}
    log = folder.with_suffix(".log")
    with log.open("w", encoding="utf-8") as output:
        process = subprocess.Popen(
            [sys.executable, "start.py", "run", "--port", str(port), "--state", str(folder)],
            cwd=PROJECT,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            url = f"http://localhost:{port}"
            _wait(process, f"{url}/readyz", log)
            yield url
        finally:
            code = _stop(process)
            told = log.read_text(encoding="utf-8")
            shutil.rmtree(folder, ignore_errors=True)
            log.unlink(missing_ok=True)
    # A house that does not stop when asked loses somebody's work one day.
    assert code == 0, f"start.py ended with code {code}:\n{told}"


def _free_port() -> int:
    with socket.socket(socket.AF_INET) as trial:
        trial.bind(("127.0.0.1", 0))
        port: int = trial.getsockname()[1]
    return port


def _wait(process: subprocess.Popen[bytes], url: str, log: Path) -> None:
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        if process.poll() is not None:
            raise RuntimeError(f"start.py ended with code {process.returncode}:\n{log.read_text(encoding='utf-8')}")
        with contextlib.suppress(OSError, urllib.error.URLError), urllib.request.urlopen(url, timeout=5) as reply:
            if reply.status == 200:
                return
        time.sleep(0.3)
    raise RuntimeError(f"No answer within {PATIENCE} s:\n{log.read_text(encoding='utf-8')}")


def _stop(process: subprocess.Popen[bytes]) -> int:
    if process.poll() is None:
        process.send_signal(signal.SIGINT)
    try:
        return process.wait(60)
    except subprocess.TimeoutExpired:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        return process.wait(10)
