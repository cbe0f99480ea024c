"""What a juror's receipt stands for: that a vote was sealed, when, and what became of it. Never whose it is or which way.

After the end its juror alone gets the paper that was committed to: with it, and only with it, a vote can be shown.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from common import ids
from journal.kinds import Kind
from journal.models import Entry
from jury import sealing
from jury.models import Ballot, Panel, head_of
from jury.tally import Vote


class Fate(StrEnum):
    """What became of a sealed vote. ``UNOPENED``: the case went another way, and nobody counted."""

    SEALED = "sealed"
    COUNTED = "counted"
    SPOILED = "spoiled"
    UNOPENED = "unopened"


@dataclass(frozen=True, slots=True)
class Receipt:
    """``commitment`` is the SHA-256, in hex, of the juror's paper. ``holds``: the log of the case says the same of it."""

    commitment: str
    at: datetime
    fate: Fate
    ended_at: datetime | None
    holds: bool


def find(code: str) -> Receipt | None:
    """What bears this receipt's code. Two queries where something does, else one."""
    rows = Ballot.objects.annotate(head=head_of("commitment")).filter(head__in=ids.heads_of(code))
    ballot = rows.select_related("seat__panel__case").defer("seat__panel__candidates", "sealed", "reason").first()
    if ballot is None:
        return None
    panel = ballot.seat.panel
    told = Entry.objects.filter(
        stream_id=panel.case.stream_id, kind=Kind.JURY_VOTED.value, data__seat=ballot.seat.token
    )
    said = set(told.filter(data__panel=panel.public_id).values_list("data__commitment", flat=True))
    return Receipt(
        commitment=ballot.commitment,
        at=ballot.at,
        fate=_fate(ballot, panel),
        ended_at=panel.ended_at,
        holds=said == {ballot.commitment},
    )


def paper_of(ballot: Ballot) -> bytes | None:
    """What its juror committed to; ``None`` as long as nobody has opened it, and where it was spoiled."""
    if ballot.opened_at is None or ballot.spoiled:
        return None
    seat, vote = ballot.seat, Vote(ballot.vote)
    slip = sealing.Slip(seat.panel.public_id, seat.token, vote, ballot.salt, tuple(ballot.decisive))
    return slip.paper if slip.commitment == ballot.commitment else None


def _fate(ballot: Ballot, panel: Panel) -> Fate:
    if ballot.opened_at is not None:
        return Fate.SPOILED if ballot.spoiled else Fate.COUNTED
    return Fate.SEALED if panel.state == Panel.VOTING else Fate.UNOPENED
