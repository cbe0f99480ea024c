"""Reads numbers that are printed in a picture in plain digits, where whoever runs the house has RapidOCR.

Seldom wrong, and never sure: what it finds is a hint. Its models lie in the package; nothing is fetched, and could not be.
"""

from __future__ import annotations

import re
from typing import Any

from evidence.decoding.outcome import Refusal

MOST, LONGEST = 48, 32
_LEAST_DIGITS = 8
_NUMBER = re.compile(r"([A-Z]{0,6})[ :]?([0-9](?:[ -]?[0-9])+)")
# The picture is searched for lines at this size, in pixels of its longer side; the lines are read as they are. Measured:
# 960 takes 390 MB and half a second, 1600 takes 680 MB and 1.5 s and found no more on labels a third of a photo wide.
_SEARCHED_AT = 960


def of(picture: Any) -> list[str]:
    """What looks like a number in this picture, as it is printed, in no order. Raises `Refusal`."""
    try:
        import numpy
        from rapidocr import RapidOCR
    except ImportError as error:
        raise Refusal("kind_not_installed") from error
    try:
        reader: Any = RapidOCR(
            params={
                "Global.log_level": "critical",
                "EngineConfig.onnxruntime.intra_op_num_threads": 1,
                "EngineConfig.onnxruntime.inter_op_num_threads": 1,
                "Det.limit_type": "max",
                "Det.limit_side_len": _SEARCHED_AT,
                "Cls.cls_batch_num": 1,
                "Rec.rec_batch_num": 1,
            }
        )
        lines = reader(numpy.asarray(picture)[:, :, ::-1]).txts or ()
    except MemoryError:
        raise
    except (
        Exception
    ) as error:  # two libraries and a model; that it looked and saw nothing must not be said of a failure
        raise Refusal("could_not_be_read") from error
    return numbers_in(lines)


def numbers_in(lines: Any) -> list[str]:
    """What stands in these lines as a number: its digits, with the letters that a carrier's numbers begin with and without.

    "No" and the like run into the number where little room is between them.
    """
    found: dict[str, None] = {}
    for letters, digits in _NUMBER.findall("\n".join(map(str, lines)).upper()):
        number = re.sub(r"[ -]", "", digits)
        if len(number) >= _LEAST_DIGITS:
            found |= dict.fromkeys(f"{before}{number}"[:LONGEST] for before in (letters, letters[-2:], ""))
    return list(found)[:MOST]
