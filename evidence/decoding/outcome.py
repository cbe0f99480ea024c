"""What a reading comes to: facts and clean copies, or a refusal. Values only."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any


class Refusal(Exception):
    """The file is not taken: ``code`` and ``data`` are those of the `Refused` that the parent raises."""

    def __init__(self, code: str, **data: int) -> None:
        super().__init__(code)
        self.code, self.data = code, data


@dataclass(frozen=True)
class Job:
    """One piece of work on ``directory/original``, whose results go to ``directory/out``.

    ``work``: "read" looks at the file for the first time; "large", "film" and "pages" make what is left to be made, from
    page ``first`` on; "numbers" reads printed digits;
    "mask" paints ``regions`` over a picture of ours that is called ``kind``, "film_mask" over a film.
    """

    directory: Path
    mime: str
    work: str
    first: int = 1
    kind: str = ""
    regions: tuple[tuple[int, ...], ...] = ()

    @property
    def original(self) -> Path:
        return self.directory / "original"

    @property
    def out(self) -> Path:
        return self.directory / "out"


@dataclass
class Found:
    """Width and height in pixels, upright; of a PDF its first page as drawn. ``facts``: what the file says of itself."""

    width: int = 0
    height: int = 0
    pages: int = 0
    copies: list[dict[str, Any]] = field(default_factory=list)
    facts: dict[str, Any] = field(default_factory=dict)

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)
