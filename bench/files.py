"""Taking files in, by turns with the least that anybody must do for it.

A photo: the ceiling decodes it with Pillow, shrinks it and writes the same two copies, in this very process and without
a database. A large file: the ceiling reads it, digests it with SHA-256 and writes it to the disk once. What either has
written goes before the next begins, so that neither waits for the disk to take in what the other left.
"""

from __future__ import annotations

import hashlib
import io
import os
import random
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

from django.conf import settings
from django.test import override_settings
from PIL import Image

from common import clock
from evidence import intake, limits, orphans

if TYPE_CHECKING:
    from bench.report import Line

_PIECE = 256 * 1024


def lines(*, turns: int, megabytes: int = 200) -> Iterator[Line]:
    """Each figure of ours, its ceiling, and the share of the ceiling that we reach: at least 0.7."""
    from bench.report import Line

    with tempfile.TemporaryDirectory(prefix="bench-") as place:
        backend = "django.core.files.storage.FileSystemStorage"
        shelf = {"BACKEND": backend, "OPTIONS": {"location": f"{place}/shelf"}}
        with override_settings(STORAGES={**settings.STORAGES, "evidence": shelf}):
            photo = _photo()
            shelf_of = Path(place) / "shelf"
            ours, bare, share = _by_turns(
                lambda: _receive(photo, "x.jpg"), lambda: _copies(photo), turns, lambda: _clear(shelf_of)
            )
            yield Line("photo of 12 Mpx, taken in", 1 / ours, "/s", None)
            yield Line("photo of 12 Mpx, Pillow alone", 1 / bare, "/s", None)
            yield Line("photos: share of Pillow alone", share, "×", 0.7, at_most=False)
            film = _film(megabytes)
            ours, bare, share = _by_turns(
                lambda: _receive(film, "x.mp4"), lambda: _digest_and_write(film, place), turns, lambda: _clear(shelf_of)
            )
            yield Line(f"video of {megabytes} MB, taken in", megabytes / ours, "MB/s", None)
            yield Line(f"{megabytes} MB, digested and written", megabytes / bare, "MB/s", None)
            yield Line("large files: share of that", share, "×", 0.7, at_most=False)
            orphans.collect(clock.now() + limits.ORPHANED_AFTER + timedelta(hours=1))


def _by_turns(
    ours: Callable[[], object], bare: Callable[[], object], turns: int, clear: Callable[[], object]
) -> tuple[float, float, float]:
    """Seconds of both and the share of the ceiling, each the median, after a first turn that does not count.

    The share is that of each turn: what else runs on the machine weighs on both halves of a turn, and not on both halves
    of a run.
    """
    spent: tuple[list[float], list[float]] = ([], [])
    for turn in range(turns + 1):
        for run, kept in zip((ours, bare), spent, strict=True):
            began = time.perf_counter()
            run()
            if turn:
                kept.append(time.perf_counter() - began)
            clear()
    return median(spent[0]), median(spent[1]), median(b / o for o, b in zip(*spent, strict=True))


def _photo() -> bytes:
    """Noise on a slope: as hard to compress as a photo of something."""
    noise = Image.frombytes("RGB", (504, 378), random.Random(1).randbytes(504 * 378 * 3)).resize((4032, 3024))
    slope = Image.linear_gradient("L").resize((4032, 3024)).convert("RGB")
    out = io.BytesIO()
    Image.blend(slope, noise, 0.4).save(out, "JPEG", quality=88)
    return out.getvalue()


def _film(megabytes: int) -> bytes:
    """A short video with as many bytes behind it as a long one has: what counts here is its size."""
    import av

    out = io.BytesIO()
    with av.open(out, "w", format="mp4") as container:
        video = container.add_stream("libx264", rate=30)
        video.width, video.height, video.pix_fmt = 1280, 720, "yuv420p"
        picture = av.VideoFrame.from_image(Image.linear_gradient("L").resize((1280, 720)).convert("RGB"))
        for n in range(30):
            picture.pts = n
            container.mux(video.encode(picture))
        container.mux(video.encode(None))
    head = out.getvalue()
    padding = megabytes * limits.MEGABYTE - len(head) - 8
    return (
        head + (padding + 8).to_bytes(4, "big") + b"free" + os.urandom(limits.MEGABYTE) * (padding // limits.MEGABYTE)
    )


def _receive(content: bytes, name: str) -> None:
    intake.receive(io.BytesIO(content), claimed_name=name, now=clock.now())


def _clear(shelf: Path) -> None:
    shutil.rmtree(shelf, ignore_errors=True)


def _copies(content: bytes) -> None:
    image: Image.Image = Image.open(io.BytesIO(content))
    image.draft("RGB", (limits.DISPLAY_SIDE, limits.DISPLAY_SIDE))
    image.load()
    for side, quality in ((limits.DISPLAY_SIDE, 82), (limits.THUMB_SIDE, 75)):
        image.thumbnail((side, side), Image.Resampling.LANCZOS, reducing_gap=2.0)
        image.save(io.BytesIO(), "WEBP", quality=quality, method=2)


def _digest_and_write(content: bytes, place: str) -> None:
    source, digest = io.BytesIO(content), hashlib.sha256()
    path = Path(place) / "written"
    with path.open("wb") as out:
        while piece := source.read(_PIECE):
            digest.update(piece)
            out.write(piece)
    path.unlink()
