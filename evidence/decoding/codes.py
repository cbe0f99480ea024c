"""Reads the barcodes in a picture, where whoever runs the house has zxing-cpp: on a parcel's label, its number.

What it finds is told to the house as it was printed; the house keeps less of it (`evidence.numbers`).
"""

from __future__ import annotations

from typing import Any

# More are on no label; a picture that is full of them is no label.
MOST, LONGEST = 8, 64


def of(picture: Any) -> dict[str, Any]:
    """``printed``: what the codes of this picture say, in no order. Nothing at all where there is no reader."""
    try:
        import zxingcpp
    except ImportError:
        return {}
    kinds = zxingcpp.barcode_formats_from_str("Code128|Code39|Code93|ITF|Codabar|QRCode|DataMatrix|PDF417")
    try:
        found = zxingcpp.read_barcodes(picture.convert("L"), formats=kinds, try_invert=False)
    except (ValueError, RuntimeError):
        found = []
    return {"printed": [code.text[:LONGEST] for code in found[:MOST]]}
