"""The house as `start.py run` starts it: real processes on a port of their own, the demo in a folder of its own."""

from __future__ import annotations

import contextlib
import json
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
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from launch import places, servers

PROJECT = Path(__file__).resolve().parents[2]
PATIENCE = 300  # seconds: a first start makes a database cluster, its tables and the demo's cases
LEAVE_BEHIND = ("PYTEST_", "HENG_", "DATABASE_", "REDIS_", "DJANGO_", "SECRET_KEY", "DEBUG", "CI")
_STAGE = "import django; django.setup(); from tests.browser import stage; stage.main()"


@dataclass(frozen=True)
class House:
    """``url`` without a slash at the end. ``environment``: what a process of this house is started with."""

    url: str
    environment: dict[str, str]

    def stage(self) -> dict[str, Any]:
        """Play `tests.browser.stage` in this house. Returns what it tells."""
        done = subprocess.run(
            [sys.executable, "-c", _STAGE],
            cwd=PROJECT,
            env={**self.environment, "DJANGO_SETTINGS_MODULE": "config.settings", "HENG_DEMO": "1"},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        told: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
        return told


def there(url: str) -> House:
    """A house that somebody else runs; its database and its state are those of our own environment."""
    return House(url, {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")})


@contextlib.contextmanager
def running() -> Iterator[House]:
    """A house of our own. On leaving, Ctrl-C is pressed once and answered."""
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
            yield House(url, {**environment, **_stores(folder)})
        finally:
            code = _stop(process)
            told = log.read_text(encoding="utf-8")
            shutil.rmtree(folder, ignore_errors=True)
            log.unlink(missing_ok=True)
    # A house that does not stop when asked loses somebody's work one day.
    assert code == 0, f"start.py ended with code {code}:\n{told}"


def _stores(folder: Path) -> dict[str, str]:
    """Where start.py keeps what another process of the same house needs."""
    state = places.prepare(folder)
    return {
        "DATABASE_URL": servers.postgres(state)[1],
        "REDIS_URL": servers.valkey(state)[1],
        "HENG_STATE": str(state.folder),
        "SECRET_KEY": state.secret_key(),
        "HENG_SIGNING_KEY": state.signing_key(),
    }


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
