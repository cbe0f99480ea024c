"""How much the house takes in. Knows numbers; refuses to know what they are applied to. No Django here."""

from __future__ import annotations

from datetime import timedelta

MEGABYTE = 1024 * 1024

# One file.
FILE_BYTES = 20 * MEGABYTE
IMAGE_PIXELS = 50_000_000
IMAGE_SIDE = 12_000
PDF_PAGES = 100
NAME_LENGTH = 120
TEXT_LENGTH = 5_000
NOTE_LENGTH = 500

# One side of one dossier.
FILES_PER_SIDE = 30
BYTES_PER_SIDE = 500 * MEGABYTE

# Copies for display: the longer side, in pixels.
DISPLAY_SIDE = 1600
THUMB_SIDE = 400
PDF_PAGES_SHOWN = 3

# The child that reads what a stranger sent.
CHILD_MEMORY = 1024 * MEGABYTE
CHILD_CPU_SECONDS = 10
CHILD_WALL_SECONDS = 30
CHILD_OUTPUT_BYTES = 32 * MEGABYTE

# Received bytes wait this long to become an exhibit; only much later are they collected, so that the two
# never meet.
UNCLAIMED_FOR = timedelta(hours=1)
ORPHANED_AFTER = timedelta(hours=24)

# Nothing may be cited that the other side could not see for this long (lifecycle: "Rules over the table").
CITABLE_AFTER = timedelta(hours=24)

LINK_LIFE = timedelta(minutes=5)


def most_bytes(extension: str) -> int:
    """How large a file may be that calls itself so, or whose signature says so."""
    return FILE_BYTES
