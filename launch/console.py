"""Speaks to the person at the terminal. Knows no process."""

from __future__ import annotations

import sys
import time
from pathlib import Path


class Trouble(Exception):
    """Something that a person has to change. Its text says what and how; no traceback is shown."""


def say(text: str = "") -> None:
    print(text, flush=True)


class Steps:
    """One line for a long step: what it is, how far it is, how long it took.

    On a terminal the line is rewritten in place; elsewhere it is printed at the start and at the end.
    """

    def __init__(self, text: str) -> None:
        self.text = text
        self.started = time.monotonic()
        self.live = sys.stdout.isatty()
        if self.live:
            print(f"· {text} …", end="", flush=True)
        else:
            say(f"· {text} …")

    def show(self, detail: str) -> None:
        if self.live:
            seconds = time.monotonic() - self.started
            print(f"\r\x1b[K· {self.text}  {seconds:.0f} s  {detail[:50]}", end="", flush=True)

    def done(self) -> None:
        seconds = time.monotonic() - self.started
        print(
            f"\r\x1b[K✓ {self.text} ({seconds:.1f} s)" if self.live else f"✓ {self.text} ({seconds:.1f} s)",
            flush=True,
        )

    def failed(self) -> None:
        print(f"\r\x1b[K✗ {self.text}" if self.live else f"✗ {self.text}", flush=True)


def last_lines(path: Path, count: int = 15) -> str:
    """The end of a log, indented, for an error message."""
    try:
        lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return ""
    return "\n".join(f"    {line[:300]}" for line in lines[-count:])
