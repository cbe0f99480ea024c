"""Starts the child that reads a stranger's file, and weighs what comes out. Does not believe it blindly.

A child that crashes, hangs or eats is a refusal, never an error of the house.
"""

from __future__ import annotations

import hashlib
import json
import signal
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from common.errors import Refused
from evidence import decoder, limits, sniff, store

_OVER_THE_LIMIT = {-signal.SIGXCPU, -signal.SIGKILL}
_CODES = {"could_not_be_read", "too_complex", "too_many_pixels", "pdf_is_locked", "pdf_too_long"}


@dataclass(frozen=True, slots=True)
class Copy:
    kind: str
    path: Path
    sha256: str
    size: int
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Reading:
    """What the file turned out to be. Width and height in pixels, upright; of a PDF's first page as drawn.

    ``isolated``: whether the kernel let the child cut itself off the network.
    """

    width: int
    height: int
    pages: int
    copies: tuple[Copy, ...]
    isolated: bool


def read(directory: Path, mime: str) -> Reading:
    """Read ``directory/original`` in a child with its own limits; its clean copies are then in ``directory``.

    Raises `Refused`: `could_not_be_read`, `too_complex`, `too_many_pixels`, `pdf_is_locked`, `pdf_too_long`.
    """
    command = [sys.executable, "-I", decoder.__file__, str(directory), mime]
    try:
        done = subprocess.run(
            command,
            env={"PATH": "", "LC_ALL": "C.UTF-8", "MALLOC_ARENA_MAX": "2"},  # none of our secrets
            cwd=directory,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=limits.CHILD_WALL_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise Refused("too_complex") from error
    refusal = _said(directory / "refusal.json")
    if refusal is not None:
        raise _refused(refusal)
    facts = _said(directory / "facts.json")
    if done.returncode != 0 or facts is None:
        raise Refused("too_complex" if done.returncode in _OVER_THE_LIMIT else "could_not_be_read")
    try:
        return _weigh(directory, facts)
    except (KeyError, TypeError, ValueError, OSError) as error:  # taken over, it may say anything
        raise Refused("could_not_be_read") from error


def _weigh(directory: Path, facts: dict[str, Any]) -> Reading:
    copies = []
    for said in facts["copies"]:
        kind = said["kind"]
        if kind not in store.COPIES:
            raise Refused("could_not_be_read")
        path = directory / f"{kind}.webp"
        content = path.read_bytes()
        size = sniff.size_of(content[: sniff.HEAD])
        if sniff.type_of(content) != sniff.WEBP or size is None or max(size) > limits.DISPLAY_SIDE:
            raise Refused("could_not_be_read")
        copies.append(Copy(kind, path, hashlib.sha256(content).hexdigest(), len(content), *size))
    width, height, pages = int(facts["width"]), int(facts["height"]), int(facts["pages"])
    return Reading(width, height, pages, tuple(copies), bool(facts["isolated"]))


def _said(path: Path) -> dict[str, Any] | None:
    try:
        with path.open("rb") as file:
            said = json.loads(file.read(8192))
    except (OSError, ValueError, RecursionError):
        return None
    return said if isinstance(said, dict) else None


def _refused(refusal: dict[str, Any]) -> Refused:
    code = refusal.get("code")
    if code not in _CODES:
        return Refused("could_not_be_read")
    data = refusal.get("data") or {}
    return Refused(code, **{key: value for key, value in data.items() if isinstance(value, int)})
