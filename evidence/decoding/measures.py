"""Numbers about a picture as it is shown: a hash that survives recompression, light, sharpness. Pillow only."""

from __future__ import annotations

from typing import Any

# A picture is judged at this size: what is unsharp here is unsharp on every screen.
_JUDGED_AT = 800


def of(picture: Any) -> dict[str, Any]:
    """``dhash``: 64 bits in hex. ``brightness``: mean, 0 to 255. ``sharpness``: variance of the Laplacian, 0 to 9999."""
    from PIL import Image, ImageFilter, ImageStat

    grey = picture.convert("L")
    row = grey.resize((9, 8), Image.Resampling.BILINEAR).tobytes()
    bits = 0
    for y in range(8):
        for x in range(8):
            bits = bits << 1 | (row[y * 9 + x] < row[y * 9 + x + 1])
    grey.thumbnail((_JUDGED_AT, _JUDGED_AT), Image.Resampling.BILINEAR, reducing_gap=2.0)
    sharpness = 0.0
    if min(grey.size) >= 3:
        edges = grey.filter(ImageFilter.Kernel((3, 3), (0, 1, 0, 1, -4, 1, 0, 1, 0), scale=1, offset=128))
        # The outermost pixels are copied unfiltered.
        sharpness = ImageStat.Stat(edges.crop((1, 1, grey.width - 1, grey.height - 1))).var[0]
    return {
        "dhash": f"{bits:016x}",
        "brightness": round(ImageStat.Stat(grey).mean[0]),
        "sharpness": min(9999, round(sharpness)),
    }
