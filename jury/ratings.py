"""What the sides say of jurors' reasons once the vote is over: helpful or not. Knows no juror, and moves no verdict."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from common.actor import Actor
from common.acts import act
from common.errors import Missing, Refused
from disputes import access, queries
from jury import results
from jury.models import Ballot, Rating


@act
def rate(case_id: int, nth: int, *, helpful: bool, actor: Actor, now: datetime) -> Rating:
    """One side has said of a reason whether it helped; ``nth`` is its place among those that they read, from 1.

    The same once more is harmless. Raises `Missing`; `Refused`: ``already_rated``, ``right_missing``.
    """
    case = queries.lock(case_id)
    access.require_party(case, actor)
    panel = results.last_panel(case)
    ballots = results.told_ballots(panel).exclude(reason="") if panel is not None else Ballot.objects.none()
    ballot = ballots[nth - 1 : nth].first() if nth > 0 else None
    if ballot is None or actor.side is None:
        raise Missing
    rating, _is_new = Rating.objects.get_or_create(
        ballot=ballot, side=actor.side.value, defaults={"helpful": helpful, "at": now}
    )
    if rating.helpful != helpful:
        raise Refused("already_rated")
    return rating


def of_side(ballots: Collection[int], side: str) -> dict[int, bool]:
    """What one side said already of these ballots. One query."""
    rows = Rating.objects.filter(ballot__in=ballots, side=side)
    return dict(rows.values_list("ballot_id", "helpful"))


def of_juror(juror_id: int) -> tuple[int, int]:
    """How often sides found this juror's reasons helpful, and how often not: never which, of what case. One query."""
    said = list(Rating.objects.filter(ballot__seat__juror_id=juror_id).values_list("helpful", flat=True))
    return said.count(True), said.count(False)
