"""How much the house takes in. Knows numbers; refuses to know what they are applied to. No Django here."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

MEGABYTE = 1024 * 1024

# One file.
FILE_BYTES = 20 * MEGABYTE
FILM_BYTES = 500 * MEGABYTE
PDF_PAGES = 100
NAME_LENGTH = 120
TEXT_LENGTH = 5_000
NOTE_LENGTH = 500

# Pictures. A format whose decoder keeps several whole pictures in memory at a time may have fewer pixels: all of
# them stay below 300 MB (measured: docs/evidence.md).
IMAGE_SIDE = 12_000
IMAGE_PIXELS = 50_000_000
PIXELS = {
    "image/jpeg": IMAGE_PIXELS,
    "image/png": IMAGE_PIXELS,
    "image/gif": IMAGE_PIXELS,
    "image/heic": IMAGE_PIXELS,
    "image/webp": 16_000_000,
    "image/avif": 16_000_000,
}

# A progressive JPEG is kept whole as coefficients until its last byte, however small it is wanted.
PROGRESSIVE_PIXELS = 24_000_000

# Films. The frames are those that are decoded, whatever the file says of its length: five minutes of slow motion.
FILM_SECONDS = 300
FILM_SIDES = (16, 4096)
FILM_PIXELS = 4096 * 2304
FILM_FRAMES = FILM_SECONDS * 240
FILM_TRACKS = 16
FILM_FPS = 30
FILM_SHOWN = 1280  # the longer side of what is shown, in pixels
FILM_BROKEN_PACKETS = 100

# One side of one dossier.
FILES_PER_SIDE = 30
BYTES_PER_SIDE = 1000 * MEGABYTE
TEXTS_PER_SIDE = 30  # the withdrawn ones too, which are kept as well

# Copies for display: the longer side, in pixels.
LARGE_SIDE = 3200
DISPLAY_SIDE = 1600
THUMB_SIDE = 400
PDF_PAGES_SHOWN = 3  # at once; the others follow, so many a job
PDF_PAGES_A_JOB = 10

# Masks: a picture is divided into so many units each way, and a grid of cells where there is no script.
MASK_UNITS = 1200
MASK_CELLS = 12
MASK_REGIONS = 60
# How long somebody of the bench sees an exhibit as it was handed in, once they have said why.
OPEN_FOR = timedelta(minutes=30)

# A copy that is sent in ranges is checked piece by piece.
PIECE_BYTES = MEGABYTE


@dataclass(frozen=True, slots=True)
class Child:
    """What one fork that reads what a stranger sent may use. ``memory`` is address space, most of it never touched."""

    memory: int
    cpu_seconds: int
    wall_seconds: int
    output_bytes: int


_CHILDREN = {
    "read": Child(512 * MEGABYTE, 10, 30, 32 * MEGABYTE),
    "large": Child(512 * MEGABYTE, 20, 60, 32 * MEGABYTE),
    # Of this address space 390 MB are touched.
    "numbers": Child(2048 * MEGABYTE, 30, 90, MEGABYTE),
    "pages": Child(512 * MEGABYTE, 30, 90, 32 * MEGABYTE),
    "mask": Child(512 * MEGABYTE, 10, 30, 32 * MEGABYTE),
    # Five minutes of 1080p take two minutes of one core (docs/evidence.md), of 4K four to five; it may have to share it.
    "film": Child(2048 * MEGABYTE, 480, 1200, 400 * MEGABYTE),
    "film_mask": Child(2048 * MEGABYTE, 480, 1200, 400 * MEGABYTE),
}


def child(work: str) -> Child:
    return _CHILDREN[work]


# Work that killed whoever did it so many times is set aside for operations.
TRIES = 3

# Below these a picture may be hard to make out: advice, never a gate. Mean of 0 to 255; variance at 800 pixels.
DARK_BELOW = 45
BLURRED_BELOW = 12

# Received bytes wait this long to become an exhibit; only much later are they collected, so that the two
# never meet.
UNCLAIMED_FOR = timedelta(hours=1)
ORPHANED_AFTER = timedelta(hours=24)

# Nothing may be cited that the other side could not see for this long (lifecycle: "Rules over the table").
CITABLE_AFTER = timedelta(hours=24)

LINK_LIFE = timedelta(minutes=5)

_FILM_EXTENSIONS = {"mp4", "m4v", "mov", "qt", "webm"}


def is_film(extension: str) -> bool:
    """Whether a file that is called so says that it is a video."""
    return extension in _FILM_EXTENSIONS
