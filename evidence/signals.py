"""What a file's own facts hint at, for whoever weighs it. Pure; a signal is never a reason to refuse and decides nothing.

Every one of them has an innocent reading: messengers strip metadata, cameras have wrong clocks, and a shop uses its own
packing photo in many cases. So parties are never shown them, and words beside them say so.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from common.ids import PLATFORM_ZONE
from evidence import numbers, sheets
from evidence.models import Kind, Sheet
from evidence.twins import Twins

NO_METADATA = "no_metadata"
BEFORE_DELIVERY = "taken_before_delivery"
AFTER_CLAIM = "taken_after_claim"
EDITED = "edited"
SAME_HERE, SAME_ELSEWHERE = "same_here", "same_elsewhere"
ALIKE_HERE, ALIKE_ELSEWHERE = "alike_here", "alike_elsewhere"
SAME_LISTED, ALIKE_LISTED = "same_listed", "alike_listed"
WAYBILL_MATCHES, WAYBILL_DIFFERS = "waybill_matches", "waybill_differs"
WAYBILL_NONE, WAYBILL_UNCHECKED = "waybill_none", "waybill_not_checked"
WAYBILL_READ, WAYBILL_NOT_READ = "waybill_read", "waybill_not_read"
TOO_DARK, TOO_BLURRED = "too_dark", "too_blurred"
CODES = (
    NO_METADATA,
    BEFORE_DELIVERY,
    AFTER_CLAIM,
    EDITED,
    SAME_HERE,
    SAME_ELSEWHERE,
    ALIKE_HERE,
    ALIKE_ELSEWHERE,
    SAME_LISTED,
    ALIKE_LISTED,
    WAYBILL_MATCHES,
    WAYBILL_DIFFERS,
    WAYBILL_NONE,
    WAYBILL_UNCHECKED,
    WAYBILL_READ,
    WAYBILL_NOT_READ,
    TOO_DARK,
    TOO_BLURRED,
)

# What writes its name into a file that it has changed. A phone's camera writes its system's version there.
EDITORS = (
    *("photoshop", "lightroom", "gimp", "snapseed", "picsart", "canva", "pixelmator", "affinity", "vsco", "meitu"),
    *("美图", "醒图", "b612", "beautyplus", "faceapp", "photoroom", "paint.net", "acorn", "capture one", "imagemagick"),
    *("capcut", "剪映", "premiere", "final cut", "imovie", "davinci", "kinemaster", "inshot", "lavf", "handbrake"),
)
_WAYBILL = {
    numbers.MATCHES: WAYBILL_MATCHES,
    numbers.DIFFERS: WAYBILL_DIFFERS,
    numbers.NONE: WAYBILL_NONE,
    numbers.UNCHECKED: WAYBILL_UNCHECKED,
}
# Checks of the rules that ask for a number that can be read in the picture.
_ASK_FOR_A_WAYBILL = frozenset({"waybill_readable", "waybill_at_start"})


class Piece(Protocol):
    """As much of an exhibit as a signal looks at."""

    @property
    def kind(self) -> str: ...
    @property
    def side(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Signal:
    code: str
    data: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Moments:
    """When the goods were signed for and when the refund was first asked for, as the platform's records say; and the numbers
    of the parcels that went there and back.
    """

    delivered_at: datetime | None
    claimed_at: datetime | None
    waybills: tuple[str, ...] = ()


def of(
    exhibit: Piece,
    sheet: Sheet | None,
    moments: Moments,
    twins: Twins | None,
    checks: frozenset[str] = frozenset(),
    printed: Sequence[Mapping[str, str]] | None = None,
) -> list[Signal]:
    """Everything there is to say of one file, the weightiest first. ``checks``: codes of what its kind is checked for.
    ``printed``: the numbers that were read in its plain digits, ``None`` if nobody looked for any.

    Typed text and the platform's records have no file, and no signals.
    """
    if sheet is None:
        return []
    found = list(_copies(twins))
    found += _times(exhibit, sheet, moments)
    if editor := edited_by(sheet.software):
        found.append(Signal(EDITED, {"by": editor}))
    found += [Signal(code) for code in sheets.advice(sheet)]
    if exhibit.kind != Kind.PDF and not (sheet.taken_at or sheet.make or sheet.model or sheet.software):
        found.append(Signal(NO_METADATA))
    if exhibit.kind != Kind.PDF and checks & _ASK_FOR_A_WAYBILL:
        found.append(_waybill(sheet.numbers, printed, moments.waybills))
    return found


def _waybill(
    coded: Sequence[Mapping[str, str]] | None, printed: Sequence[Mapping[str, str]] | None, wanted: tuple[str, ...]
) -> Signal:
    """A barcode has check digits, printed digits have none: so they are asked after it, and only for a yes.

    Where no machine looked that is said, so that nobody takes silence for a yes.
    """
    verdict, read = numbers.weigh(coded, wanted), numbers.weigh(printed, wanted)
    code = _WAYBILL[verdict.code]
    if verdict.code != numbers.MATCHES and read.code == numbers.MATCHES:
        verdict, code = read, WAYBILL_READ
    elif verdict.code in (numbers.NONE, numbers.UNCHECKED) and read.code in (numbers.NONE, numbers.DIFFERS):
        code = WAYBILL_NOT_READ
    return Signal(code, {"ending": verdict.last} if verdict.last else {})


def edited_by(software: str) -> str:
    """The program that says of itself that it has changed the file, or nothing."""
    said = software.casefold()
    return software if any(name in said for name in EDITORS) else ""


def taken_at(sheet: Sheet) -> datetime | None:
    """When the file says that it was made. Without an offset it is the wall clock of a device in the platform's zone."""
    if not sheet.taken_at:
        return None
    told = datetime.fromisoformat(sheet.taken_at)
    return told if told.tzinfo is not None else told.replace(tzinfo=PLATFORM_ZONE)


def _times(exhibit: Piece, sheet: Sheet, moments: Moments) -> Iterator[Signal]:
    taken = taken_at(sheet)
    if taken is None:
        return
    # What a shop photographs it photographs before it sends it.
    if exhibit.side == "buyer" and moments.delivered_at is not None and taken < moments.delivered_at:
        yield Signal(BEFORE_DELIVERY, {"at": taken})
    if moments.claimed_at is not None and taken > moments.claimed_at:
        yield Signal(AFTER_CLAIM, {"at": taken})


def _copies(twins: Twins | None) -> Iterator[Signal]:
    if twins is None:
        return
    for code, seen in (
        (SAME_HERE, twins.same_here),
        (SAME_ELSEWHERE, twins.same_elsewhere),
        (ALIKE_HERE, twins.alike_here),
        (ALIKE_ELSEWHERE, twins.alike_elsewhere),
        (SAME_LISTED, twins.same_listed),
        (ALIKE_LISTED, twins.alike_listed),
    ):
        if seen is not None:
            yield Signal(code, {"count": seen.count, "first": seen.first, "last": seen.last})
