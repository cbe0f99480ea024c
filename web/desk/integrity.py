"""What can be said of an exhibit's file before one looks at it: lines for its card, each checked, doubtful or open.

A line decides nothing: a doubt always has an innocent reading (`evidence.signals`). Knows rows that were read; no query but
the one for twins, which its caller has made.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from evidence import dossiers, masking, sheets, signals
from evidence.models import Exhibit, Kind
from evidence.signals import Moments, Signal
from evidence.twins import Twins
from web import masking as masks
from web import media, wording
from web.desk.signals import words

CHECKED, DOUBT, OPEN = "y", "w", "o"
# What is said of a file that has nothing odd about it is said in one line each; more would push the picture away.
_DOUBTS = frozenset(
    {signals.BEFORE_DELIVERY, signals.AFTER_CLAIM, signals.EDITED, signals.SAME_ELSEWHERE, signals.NO_METADATA}
)

_OF_ITS_TIME = frozenset({signals.BEFORE_DELIVERY, signals.AFTER_CLAIM})


@dataclass(frozen=True, slots=True)
class Line:
    """``level``: y checked, w doubtful, o not known."""

    level: str
    text: str


def of(
    row: Exhibit,
    found: Sequence[Signal],
    moments: Moments,
    twins: Twins | None,
    *,
    wait: timedelta,
    now: datetime,
) -> list[Line]:
    """The lines of one card, the doubtful last. ``wait``: how long the other side must have had it to be cited."""
    lines = [*_times(row, found, moments, now), *_file(row, found), *_once(row, twins), *_standing(row, wait, now)]
    lines += [Line(DOUBT if signal.code in _DOUBTS else OPEN, words(signal)) for signal in found]
    return sorted(lines, key=lambda line: (CHECKED, DOUBT, OPEN).index(line.level))


def _times(row: Exhibit, found: Sequence[Signal], moments: Moments, now: datetime) -> Iterator[Line]:
    if any(signal.code in _OF_ITS_TIME for signal in found):
        return  # the doubt says when it was taken: nothing about the same moment is checked beside it
    sheet = row.blob.sheet if row.blob is not None else None
    taken = signals.taken_at(sheet) if sheet is not None else None
    if taken is None:
        yield Line(CHECKED, _("Added %(at)s") % {"at": wording.moment(row.added_at, now)})
        return
    at = wording.moment(taken, now)
    if moments.delivered_at is None:
        yield Line(CHECKED, _("Taken %(at)s by its own clock") % {"at": at})
    elif taken >= moments.delivered_at:
        after = wording.span(taken - moments.delivered_at)
        yield Line(CHECKED, _("Taken %(at)s, %(after)s after delivery") % {"at": at, "after": after})
    elif row.side != "buyer":
        before = wording.span(moments.delivered_at - taken)
        yield Line(CHECKED, _("Taken %(at)s, %(before)s before delivery") % {"at": at, "before": before})


def _file(row: Exhibit, found: Sequence[Signal]) -> Iterator[Line]:
    sheet = row.blob.sheet if row.blob is not None else None
    if sheet is None or row.kind == Kind.PDF:
        return
    if (sheet.make or sheet.model) and not any(signal.code == signals.EDITED for signal in found):
        device = f"{sheet.make} {sheet.model}".strip()
        yield Line(CHECKED, _("As the camera saved it: %(device)s") % {"device": device})


def _once(row: Exhibit, twins: Twins | None) -> Iterator[Line]:
    if row.blob is not None and (twins is None or twins == Twins()):
        yield Line(CHECKED, _("Not seen in any other case"))


def _standing(row: Exhibit, wait: timedelta, now: datetime) -> Iterator[Line]:
    """What the record of the exhibit itself says, whatever is in it."""
    if not dossiers.citable(row, now, wait):
        hours = int(wait / wording.HOUR)
        yield Line(DOUBT, _("The other side has had it for less than %(hours)s hours") % {"hours": hours})
    state = media.lost(row) or media.waiting(row)
    if state:
        yield Line(DOUBT, state)
    if masked := masking.covers(row):
        yield Line(CHECKED, masks.what(masked))
    if sheets.mixes_scripts(row.name):
        yield Line(DOUBT, _("Its name mixes letters of alphabets that look alike"))
    if row.round > 1:
        yield Line(DOUBT, _("New on appeal"))
