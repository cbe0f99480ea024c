"""The virtual environment. Knows what pyproject.toml asks for; refuses to know what the packages do."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import tomllib
import venv
from pathlib import Path

from launch.console import Steps, Trouble, last_lines

PROJECT = Path(__file__).resolve().parent.parent
VENV = PROJECT / ".venv"
PYTHON = VENV / "bin" / "python"
_STAMP = VENV / "heng-installed.txt"
_LOG = VENV / "heng-install.log"
_ROOM_MB = {"local": 900, "dev": 2100}


def wanted(*, dev: bool) -> list[str]:
    """What pyproject.toml requires: its own, the embedded servers', what reads videos and labels, and for tests ``dev``."""
    parts = tomllib.loads((PROJECT / "pyproject.toml").read_text(encoding="utf-8"))
    extras = parts["project"]["optional-dependencies"]
    names = [*parts["project"]["dependencies"], *extras["local"], *extras["media"], *extras["barcodes"]]
    return [*names, *parts["dependency-groups"]["dev"]] if dev else names


def ensure(*, dev: bool) -> None:
    """Make .venv hold what is wanted. Does nothing when nothing has changed since the last time."""
    names = wanted(dev=dev)
    if PYTHON.exists() and _is_installed(names):
        return
    if not os.access(VENV if VENV.exists() else PROJECT, os.W_OK):
        raise Trouble(f"Cannot write to {VENV}. Run this as the owner of the folder, or clone your own copy.")
    _check_room(PROJECT, _ROOM_MB["dev" if dev else "local"])
    if not PYTHON.exists():
        # Without pip of its own: Debian's Python has no ensurepip unless python3-venv is installed.
        venv.create(VENV, with_pip=False, symlinks=True, clear=VENV.exists())
    step = Steps(f"Installing {len(names)} packages and what they need into .venv (a minute or two, once)")
    try:
        _install(names, step)
    except BaseException:
        step.failed()
        raise
    _STAMP.write_text(_stamp(names) + "\n" + "\n".join(names) + "\n", encoding="utf-8")
    step.done()


def enter(arguments: list[str]) -> None:
    """Go on under .venv's Python, where the packages can be seen. Returns only if this is it already."""
    if Path(sys.prefix).resolve() != VENV.resolve():
        os.execv(PYTHON, [str(PYTHON), str(PROJECT / "start.py"), *arguments])


def stamp() -> str:
    """Changes whenever packages are installed."""
    return _STAMP.read_text(encoding="utf-8").splitlines()[0]


def _stamp(names: list[str]) -> str:
    # Of .venv's Python, which need not be the one that runs this.
    text = "\n".join([*names, (VENV / "pyvenv.cfg").read_text(encoding="utf-8")])
    return hashlib.sha256(text.encode()).hexdigest()


def _is_installed(names: list[str]) -> bool:
    """Whether these names, or more, are there: a run after a test need not install anything."""
    try:
        stamp, *have = _STAMP.read_text(encoding="utf-8").splitlines()
    except (OSError, ValueError):
        return False
    return stamp == _stamp(have) and set(names) <= set(have)


def _check_room(folder: Path, megabytes: int) -> None:
    free = shutil.disk_usage(folder).free // 1024**2
    if free < megabytes:
        raise Trouble(f"Not enough room on the disk of {folder}: {free} MB are free, about {megabytes} MB are needed.")


def _install(names: list[str], step: Steps) -> None:
    command = [*_pip(), "install", "--no-input", "--disable-pip-version-check", "--progress-bar=off", *names]
    environment = {**os.environ, "PIP_ROOT_USER_ACTION": "ignore", "PYTHONUNBUFFERED": "1"}
    process = subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env=environment,
        stdin=subprocess.DEVNULL,
    )
    with _LOG.open("w", encoding="utf-8") as log:
        for line in process.stdout or ():
            log.write(line)
            step.show(line.strip())
    if process.wait() == 0:
        return
    text = _LOG.read_text(encoding="utf-8")
    if "No space left on device" in text:
        raise Trouble("The disk is full: the packages could not be installed.")
    signs = (
        "NewConnectionError",
        "ConnectTimeout",
        "name resolution",
        "ProxyError",
        "ReadTimeout",
        "Network is unreachable",
    )
    if any(sign in text for sign in signs):
        raise Trouble(
            "The packages could not be fetched: the package index cannot be reached. Check the network, or\n"
            "name a mirror (pip config set global.index-url URL), then start again."
        )
    raise Trouble(f"pip could not install the packages. The end of its log ({_LOG}):\n{last_lines(_LOG)}")


def _pip() -> list[str]:
    """A pip that can install into .venv: the one outside, told of another Python, or .venv's own."""
    inside = [str(PYTHON), "-m", "pip"]
    if _works([*inside, "--version"]):
        return inside
    outside = [getattr(sys, "_base_executable", sys.executable), "-m", "pip", "--python", str(PYTHON)]
    if _works([*outside, "--version"]):
        return outside
    if _works([str(PYTHON), "-m", "ensurepip", "--default-pip"]):
        return inside
    raise Trouble(
        "This Python has neither pip (22.3 or newer) nor ensurepip. Install one of them and start again,\n"
        "on Debian and Ubuntu:  apt install python3-pip"
    )


def _works(command: list[str]) -> bool:
    return subprocess.run(command, capture_output=True, stdin=subprocess.DEVNULL, check=False).returncode == 0
