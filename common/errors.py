"""How the house says no. A refusal carries a code and data; words are made at the edge, in the reader's language."""

from __future__ import annotations

from typing import Any


class Refused(Exception):
    """An act that may not happen. ``code`` is lower_snake and part of the public contract; ``data`` is JSON-safe."""

    def __init__(self, code: str, **data: Any) -> None:
        super().__init__(code)
        self.code = code
        self.data = data

    def __str__(self) -> str:
        return f"{self.code} {self.data}" if self.data else self.code


class Missing(Exception):
    """What was asked for does not exist for this reader: always shown as 404, whether or not it exists."""


class Conflict(Refused):
    """The case moved on since the reader looked: ``seen`` and ``now`` are versions."""

    def __init__(self, *, seen: int, now: int) -> None:
        super().__init__("case_moved_on", seen=seen, now=now)
