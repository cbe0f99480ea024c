"""Which evidence a dispute needs from a side, and what of it is there. Pure: no rulebook, no database.

A row asks for one kind of evidence; it is met by the side's own exhibit of that kind that was not withdrawn,
or by the platform's own record. What the platform holds is never asked for again.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

REQUIRED = "required"
PLATFORM = "platform"


class Need(Protocol):
    """What the rules ask for. ``level``: required, recommended, optional, automatic; ``why``: a key of the rules;
    ``replaced_by``: records of the platform that show the same.
    """

    @property
    def code(self) -> str: ...
    @property
    def level(self) -> str: ...
    @property
    def why(self) -> str: ...
    @property
    def replaced_by(self) -> Sequence[str]: ...


class Type(Protocol):
    def needs(self, side: str, order_state: str, goods: str = "") -> Sequence[Need]: ...


class Rules(Protocol):
    """The rule set pinned to the case. Raises ``LookupError`` for a type that it does not have."""

    def type(self, code: str) -> Type: ...


class Piece(Protocol):
    """As much of an exhibit as a checklist looks at."""

    @property
    def side(self) -> str: ...
    @property
    def code(self) -> str: ...
    @property
    def number(self) -> str: ...
    @property
    def withdrawn_at(self) -> datetime | None: ...


class Sort(Protocol):
    """What the rules say of one kind of evidence. ``media``: photo, video, pdf, text, record."""

    @property
    def media(self) -> Sequence[str]: ...
    @property
    def automatic(self) -> bool: ...
    @property
    def platform_only(self) -> bool: ...


class Status(StrEnum):
    """``MET``: by the side itself. ``BROUGHT``: by the platform. ``OPEN``: by nobody yet."""

    MET = "met"
    BROUGHT = "brought"
    OPEN = "open"


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a side's checklist. ``exhibits``: the numbers that meet it (B2, B3)."""

    code: str
    level: str
    why: str
    status: Status
    exhibits: tuple[str, ...] = ()

    @property
    def blocks(self) -> bool:
        """Whether the side cannot hand in without it."""
        return self.level == REQUIRED and self.status is Status.OPEN


def rows(
    rules: Rules,
    type_code: str,
    side: str,
    order_state: str,
    exhibits: Iterable[Piece],
    automatic: Collection[str] = (),
    goods: str = "",
) -> list[Row]:
    """The checklist of ``side`` (buyer or merchant) in the catalogue's order.

    ``automatic``: codes that will be on file without an exhibit of this side, such as records that the
    platform brings in at filing. ``goods``: the category of what was bought. Raises ``LookupError`` for an unknown type.
    """
    counted = [exhibit for exhibit in exhibits if exhibit.withdrawn_at is None]
    made = []
    for need in rules.type(type_code).needs(side, order_state, goods):
        own = tuple(e.number for e in counted if e.code == need.code and e.side == side)
        stands_for_it = (need.code, *need.replaced_by)
        brought = tuple(e.number for e in counted if e.code in stands_for_it and e.side == PLATFORM)
        if own:
            status = Status.MET
        elif brought or any(code in automatic for code in stands_for_it):
            status = Status.BROUGHT
        else:
            status = Status.OPEN
        made.append(Row(need.code, str(need.level), need.why, status, own or brought))
    return made


def missing(
    rules: Rules,
    type_code: str,
    side: str,
    order_state: str,
    exhibits: Iterable[Piece],
    automatic: Collection[str] = (),
    goods: str = "",
) -> list[str]:
    """The codes without which ``side`` cannot hand in, in the catalogue's order."""
    return [row.code for row in rows(rules, type_code, side, order_state, exhibits, automatic, goods) if row.blocks]


def against(sort: Sort | None, mime: str, *, films: bool) -> str:
    """Why a party's file, or text, cannot stand for this kind of evidence; empty where it can.

    What only the platform brings is given by nobody else. What only a video can show is shown by a video, unless this
    installation cannot read any (``films``): then photos of the important frames stand for it. Elsewhere a photo, a PDF
    and a video each can show what is asked for, a record or a text included. Words stand for what is asked for in words.
    """
    if sort is None or sort.automatic or sort.platform_only:
        return "evidence_code_unknown"
    if mime.startswith("text/"):
        return "" if "text" in sort.media else "evidence_not_in_words"
    is_film = mime.startswith("video/")
    if set(sort.media) == {"video"} and not is_film and (films or not mime.startswith("image/")):
        return "evidence_kind_differs"
    return ""


# What a picker may offer, with one kind of file that stands for each.
_KINDS = {"photo": "image/jpeg", "video": "video/mp4", "pdf": "application/pdf"}


def accepts(sort: Sort | None, *, films: bool) -> tuple[str, ...]:
    """Which of photo, video and pdf a party may give for this kind of evidence; none for what only the platform brings."""
    if sort is None:
        return ()
    kinds = [kind for kind, mime in _KINDS.items() if not against(sort, mime, films=films)]
    return tuple(kind for kind in kinds if films or kind != "video")
