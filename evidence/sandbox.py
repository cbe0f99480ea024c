"""Has files that strangers sent read in a child, and weighs what comes out. Does not believe it blindly.

A child that crashes, hangs or eats is a refusal, never an error of the house.
"""

from __future__ import annotations

import atexit
import hashlib
import json
import os
import re
import select
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from common.errors import Refused
from evidence import limits, sniff, store
from evidence.decoding import child

_OVER_THE_LIMIT = {-signal.SIGXCPU, -signal.SIGKILL}
_CODES = {
    "could_not_be_read",
    "too_complex",
    "too_many_pixels",
    "pdf_is_locked",
    "pdf_too_long",
    "film_too_long",
    "film_too_large",
    "film_codec_unknown",
    "film_without_pictures",
    "kind_not_installed",
}


@dataclass(frozen=True, slots=True)
class Copy:
    """One clean copy. ``pieces``: of a film, the SHA-256 of each piece, one after the other; a still is read whole."""

    kind: str
    path: Path
    sha256: str
    size: int
    width: int
    height: int
    pieces: bytes = b""


@dataclass(frozen=True, slots=True)
class Reading:
    """What the file turned out to be. Width and height in pixels, upright; of a PDF's first page as drawn.

    ``facts``: what the file says of itself and what was measured, as the child told it: `sheets` cleans it.
    ``isolated``: whether the kernel let the child cut itself off the network. ``kilobytes`` and ``seconds``: what it used.
    ``apart``: whether it could not have changed the original, even if it was taken over.
    """

    width: int
    height: int
    pages: int
    copies: tuple[Copy, ...]
    isolated: bool
    facts: dict[str, Any] = field(default_factory=dict)
    kilobytes: int = 0
    seconds: float = 0.0
    apart: bool = False


def read(
    directory: Path,
    mime: str,
    *,
    work: str = "read",
    first: int = 1,
    kind: str = "",
    regions: Sequence[Sequence[int]] = (),
) -> Reading:
    """Do ``work`` on ``directory/original`` in a child with its own limits; its clean copies are then in ``directory/out``.

    Raises `Refused`: `could_not_be_read`, `too_complex`, `too_many_pixels`, `pdf_is_locked`, `pdf_too_long`,
    `film_too_long`, `film_too_large`, `film_codec_unknown`, `film_without_pictures`, `kind_not_installed`,
    `storage_unavailable`.
    """
    out = directory / "out"
    out.mkdir(exist_ok=True)
    job = {
        "directory": str(directory),
        "mime": mime,
        "work": work,
        "first": first,
        "kind": kind,
        "regions": [list(region) for region in regions],
    }
    child.shut(directory)
    try:
        ended = _done(json.dumps(job).encode() + b"\n", limits.child(work).wall_seconds)
    finally:
        directory.chmod(0o700)
    refusal = _said(out / "refusal.json")
    if refusal is not None:
        raise _refused(refusal)
    facts = _said(out / "facts.json")
    if ended.status == child.DISK_IS_FULL:
        raise Refused("storage_unavailable", where="reader")
    if ended.status != 0 or facts is None:
        raise Refused("too_complex" if ended.status in _OVER_THE_LIMIT else "could_not_be_read")
    try:
        return _weigh(out, facts, ended)
    except (KeyError, TypeError, ValueError, OSError) as error:  # taken over, it may say anything
        raise Refused("could_not_be_read") from error


# --- waiting children ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Ended:
    status: int
    kilobytes: int = 0
    seconds: float = 0.0
    apart: bool = False


_idle: list[subprocess.Popen[bytes]] = []
_owner = 0
_lock = threading.Lock()


def _done(line: bytes, wall_seconds: float) -> _Ended:
    """Have one job done by a child that waits, or by a new one. A child that does not answer in time is killed."""
    waiting = _take()
    try:
        assert waiting.stdin is not None and waiting.stdout is not None
        try:
            waiting.stdin.write(line)
            waiting.stdin.flush()
        except OSError:  # it died while it waited; its successor has not waited for anything yet
            _end(waiting)
            waiting = _start()
            assert waiting.stdin is not None and waiting.stdout is not None
            waiting.stdin.write(line)
            waiting.stdin.flush()
        assert waiting.stdout is not None
        answer = _line(waiting.stdout.fileno(), time.monotonic() + wall_seconds)
        if answer is None:
            # The fork dies with the child that waits for it.
            late = waiting.poll() is None
            return _Ended(-signal.SIGKILL if late else 70)
        told = json.loads(answer)
        ended = _Ended(int(told["status"]), int(told["kilobytes"]), float(told["seconds"]), told["apart"] is True)
    except (OSError, ValueError, KeyError, TypeError):
        return _Ended(70)
    else:
        with _lock:
            _idle.append(waiting)
        return ended
    finally:
        if waiting not in _idle:
            _end(waiting)


def _take() -> subprocess.Popen[bytes]:
    global _owner
    with _lock:
        if _owner != os.getpid():  # a fork of this process shares no pipe with it
            _idle.clear()
            _owner = os.getpid()
        if _idle:
            return _idle.pop()
    return _start()


def _start() -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-I", child.__file__],
        env={"PATH": "", "LC_ALL": "C.UTF-8", "MALLOC_ARENA_MAX": "2"},  # none of our secrets
        cwd="/",
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
        bufsize=0,
    )


def _end(waiting: subprocess.Popen[bytes]) -> None:
    waiting.kill()
    waiting.wait()
    for pipe in (waiting.stdin, waiting.stdout):
        if pipe is not None:
            pipe.close()


def end_all() -> None:
    """End the children that wait: at the end of the process, and in tests that start others."""
    with _lock:
        waiting, _idle[:] = list(_idle), []
        mine = _owner == os.getpid()
    for one in waiting if mine else ():
        _end(one)


atexit.register(end_all)


def _line(pipe: int, until: float) -> bytes | None:
    """One line, or nothing when the time is over or the other end is closed."""
    held = b""
    while not held.endswith(b"\n"):
        left = until - time.monotonic()
        if left <= 0 or len(held) > 4096 or not select.select([pipe], [], [], left)[0]:
            return None
        piece = os.read(pipe, 4096)
        if not piece:
            return None
        held += piece
    return held


# --- what it said --------------------------------------------------------------------------------------------------


def _weigh(directory: Path, said: dict[str, Any], ended: _Ended) -> Reading:
    copies = tuple(_copy(directory, one) for one in said["copies"])
    facts = said.get("facts")
    return Reading(
        int(said["width"]),
        int(said["height"]),
        int(said["pages"]),
        copies,
        bool(said["isolated"]),
        facts if isinstance(facts, dict) else {},
        ended.kilobytes,
        ended.seconds,
        ended.apart,
    )


def _copy(directory: Path, said: dict[str, Any]) -> Copy:
    kind = said["kind"]
    if not isinstance(kind, str) or not store.is_copy(kind):
        raise Refused("could_not_be_read")
    path = directory / f"{kind}.{store.extension_of(kind)}"
    if kind == store.FILM:
        return _film(path, said)
    content = path.read_bytes()
    size = sniff.size_of(content[: sniff.HEAD])
    longest = limits.LARGE_SIDE if kind == store.LARGE else limits.DISPLAY_SIDE
    if sniff.type_of(content) != sniff.WEBP or size is None or max(size) > longest:
        raise Refused("could_not_be_read")
    return Copy(kind, path, hashlib.sha256(content).hexdigest(), len(content), *size)


def _film(path: Path, said: dict[str, Any]) -> Copy:
    whole, pieces, size, head = hashlib.sha256(), [], 0, b""
    with path.open("rb") as file:
        while piece := file.read(limits.PIECE_BYTES):
            head = head or piece[: sniff.HEAD]
            whole.update(piece)
            pieces.append(hashlib.sha256(piece).digest())
            size += len(piece)
    width, height = int(said["width"]), int(said["height"])
    if sniff.type_of(head) != sniff.MP4 or not 0 < min(width, height) <= max(width, height) <= limits.FILM_SHOWN:
        raise Refused("could_not_be_read")
    return Copy(store.FILM, path, whole.hexdigest(), size, width, height, b"".join(pieces))


def _said(path: Path) -> dict[str, Any] | None:
    try:
        with path.open("rb") as file:
            said = json.loads(file.read(16384))
    except (OSError, ValueError, RecursionError):
        return None
    return said if isinstance(said, dict) else None


def _refused(refusal: dict[str, Any]) -> Refused:
    code = refusal.get("code")
    if code not in _CODES:
        return Refused("could_not_be_read")
    data = refusal.get("data")
    clean = data.items() if isinstance(data, dict) else ()
    return Refused(
        code, **{key: value for key, value in clean if re.fullmatch(r"[a-z]{1,20}", key) and type(value) is int}
    )
