"""What the tests need beyond Python: a browser, Chinese letters, gettext's tools. Knows Debian's names."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

from launch.console import Steps, Trouble, say

_TOOLS = {
    "chromium": ("chromium", "the browser tests"),
    "msgfmt": ("gettext", "the check of the translations"),
}
_FONT = "fonts-noto-cjk"
_FONT_FILES = ("/usr/share/fonts/opentype/noto", "/usr/share/fonts/noto-cjk")


def ensure(*, strict: bool) -> None:
    """Install what is missing where we may, else say what is skipped; ``strict`` (CI) skips nothing."""
    missing = [package for tool, (package, _) in _TOOLS.items() if shutil.which(tool) is None]
    if not any(Path(folder).exists() for folder in _FONT_FILES):
        missing.append(_FONT)
    if missing and os.getuid() == 0 and shutil.which("apt-get"):
        _apt(missing)
    absent = [purpose for tool, (_, purpose) in _TOOLS.items() if shutil.which(tool) is None]
    if not absent:
        return
    if strict:
        raise Trouble(f"Not everything can be tested here: {', '.join(absent)} cannot run, and CI skips nothing.")
    say(f"! Skipping {' and '.join(absent)}. To run them:  apt install {' '.join(missing)}")


def _apt(packages: list[str]) -> None:
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
    else:
        step.failed()
        say("\n".join(f"    {line}" for line in done.stderr.strip().splitlines()[-5:]))
