"""What the tests need beyond Python: a browser, Chinese letters, gettext's tools. Knows Debian's names."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

from launch.console import Steps, Trouble, say

# The first is the same browser without its windows: pages take a third less time in it. The name is also the package's.
_BROWSERS = ("chromium-headless-shell", "chromium")
_FONT = "fonts-noto-cjk"
_FONT_FILES = ("/usr/share/fonts/opentype/noto", "/usr/share/fonts/noto-cjk")


def chromium() -> str | None:
    """Where the browser of the tests is, if it is here."""
    return next((path for path in map(shutil.which, _BROWSERS) if path), None)


def ensure(*, strict: bool) -> None:
    """Install what is missing where we may, else say what is skipped; ``strict`` (CI) skips nothing."""
    missing = _missing(_BROWSERS[0])
    if missing and os.getuid() == 0 and shutil.which("apt-get") and not _apt(missing) and _BROWSERS[0] in missing:
        _apt(_missing(_BROWSERS[1]))  # an older system knows only the one with windows
    absent = [] if chromium() else ["the browser tests"]
    absent += [] if shutil.which("msgfmt") else ["the check of the translations"]
    if not absent:
        return
    if strict:
        raise Trouble(f"Not everything can be tested here: {', '.join(absent)} cannot run, and CI skips nothing.")
    say(f"! Skipping {' and '.join(absent)}. To run them:  apt install {' '.join(_missing(_BROWSERS[1]))}")


def _missing(browser: str) -> list[str]:
    """Packages that are not there; ``browser``: which one where there is none."""
    missing = [] if chromium() else [browser]
    missing += [] if shutil.which("msgfmt") else ["gettext"]
    if not any(Path(folder).exists() for folder in _FONT_FILES):
        missing.append(_FONT)
    return missing


def _apt(packages: list[str]) -> bool:
    """Whether they are installed now."""
    step = Steps(f"Installing {', '.join(packages)} with apt-get (a few minutes, once)")
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for command in (["update"], ["install", "-y", "--no-install-recommends", *packages]):
        done = subprocess.run(
            ["apt-get", "-q", *command],
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
    if done.returncode == 0:
        step.done()
        return True
    step.failed()
    say("\n".join(f"    {line}" for line in done.stderr.strip().splitlines()[-5:]))
    return False
