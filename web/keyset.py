"""Where the next page of a list begins, as a word in the address. Knows a moment and an id; refuses to know of what."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

_START = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Cursor:
    """After this row. Written as microseconds since 1970 and the row's id; anything else in an address is no cursor."""

    at: datetime
    id: int

    def __str__(self) -> str:
        return f"{(self.at - _START) // _MICROSECOND}-{self.id}"

    @classmethod
    def read(cls, text: str) -> Cursor | None:
        microseconds, _, id_ = text.partition("-")
        if not (microseconds.isdecimal() and id_.isdecimal() and len(text) <= 40):
            return None
        try:
            return cls(_START + timedelta(microseconds=int(microseconds)), int(id_))
        except OverflowError:
            return None
