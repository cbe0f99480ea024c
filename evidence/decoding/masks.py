"""Burns a mask into a picture of ours: what was beneath is not in the new picture at all (work "mask").

What is read is a clean copy, but a stranger's file may have taken over whoever made it; so it is read here too.
"""

from __future__ import annotations

from typing import Any

from evidence import limits
from evidence.decoding import pictures
from evidence.decoding.outcome import Found, Job, Refusal

PAINT = (58, 62, 66)  # told apart from a black part of the picture
_UNITS = limits.MASK_UNITS


def paint(job: Job) -> Found:
    """The picture again, painted, and of the first one its small copy, made from the painted one.

    The still of a film is painted with all of its regions, whenever they are; silence (two numbers) shows in none.
    """
    from PIL import Image, ImageDraw

    try:
        picture: Any = Image.open(job.original, formats=["WEBP"])
        if max(picture.size) > limits.LARGE_SIDE:
            raise Refusal("could_not_be_read")
        picture = picture.convert("RGB")
    except (OSError, SyntaxError, ValueError, RuntimeError, Image.DecompressionBombError) as error:
        raise Refusal("could_not_be_read") from error
    brush = ImageDraw.Draw(picture)
    for left, top, right, bottom, *_when in (region for region in job.regions if len(region) > 2):
        # Outwards to whole pixels: nothing of what shall not be seen is left at an edge. Ends are inclusive here.
        brush.rectangle(
            (
                left * picture.width // _UNITS,
                top * picture.height // _UNITS,
                -(-right * picture.width // _UNITS) - 1,
                -(-bottom * picture.height // _UNITS) - 1,
            ),
            fill=PAINT,
        )
    side = limits.LARGE_SIDE if job.kind == "large" else limits.DISPLAY_SIDE
    found = Found(*picture.size)
    found.copies.append(pictures.write(picture, job, job.kind, side))
    if job.kind in ("display", "page_1"):
        found.copies.append(pictures.write(picture, job, "thumb", limits.THUMB_SIDE))
    return found
