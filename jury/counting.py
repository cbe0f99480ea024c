"""What a panel said: asked early whether more votes could change it, counted once when the vote is over. Draws nobody.

The end of the vote is the deadline of the case and nothing else; a vote that no ballot could change any more ends before it.
Ballots are opened in here and nowhere else, and what was read before the end stays in here.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db.models import Count, F

from common import digest
from common.actor import Actor
from common.acts import act, require_act
from disputes import queries
from disputes.lifecycle import Event, State
from disputes.models import Case
from disputes.transitions import advance
from journal import book
from journal.kinds import Kind
from journal.models import Entry
from jury import panels, sealing, standing, tally
from jury.models import Ballot, Control, Juror, Panel, Seat
from jury.standing import Past
from jury.tally import Verdict, Vote

PROPOSES = (Verdict.BUYER.value, Verdict.MERCHANT.value)
_OPENED = ("opened_at", "spoiled", "vote", "salt", "reason", "decisive", "agreed")
_SOME = 50


def close_settled(now: datetime) -> int:
    """A tick: votes that nothing could change any more are over. Looks only where ballots came in since the last look."""
    rows = Panel.objects.filter(state=Panel.VOTING, case__suspended_at__isnull=True)
    rows = rows.annotate(cast=Count("seats__ballot")).filter(cast__gt=F("weighed")).order_by("id")
    found = list(rows.values_list("pk", "case_id")[:_SOME])
    return sum(_close_if_settled(panel_id, case_id, now) for panel_id, case_id in found)


@act
def _close_if_settled(panel_id: int, case_id: int, now: datetime) -> int:
    case = queries.lock(case_id)
    panel = Panel.objects.get(pk=panel_id)
    if panel.state != Panel.VOTING or case.state != State.JURY_VOTING.value or case.suspended_at is not None:
        return 0
    if case.due_at is not None and now >= case.due_at:
        return 0  # the sweep's
    ballots = _ballots(panel)
    told = _told(panel, case)
    opened = [_open(ballot, panel, told) for ballot in ballots]
    votes = tally.count(slip.vote for slip in opened if slip is not None)
    panel.weighed = len(ballots)
    panel.save(update_fields=["weighed"])
    # A spoiled ballot takes up a seat and says nothing: as long as it is there, it may count for anybody.
    if tally.settled(votes, panels.rule_of(panel)) is None and len(ballots) < panel.size:
        return 0
    advance(case, Event.JURY_CLOSED, actor=Actor.system(), now=now, data={"panel": panel.public_id, "early": True})
    count(case, now=now)
    return 1


def count(case: Case, *, now: datetime) -> Panel | None:
    """The vote of the locked case is over: every ballot is opened, checked and counted, and everybody reads the same.

    A ballot that is not the one that was cast, by its seal or by the journal, is spoiled and counts for nobody.
    """
    require_act()
    panel = panels.voting(case.pk)
    if panel is None:
        return None
    told = _told(panel, case)
    ballots = _ballots(panel)
    slips = [(ballot, _open(ballot, panel, told)) for ballot in ballots]
    votes = tally.count(slip.vote for _ballot, slip in slips if slip is not None)
    verdict = tally.verdict(votes, panels.rule_of(panel))
    proposed = verdict.value if verdict.value in PROPOSES else None
    for ballot, slip in slips:
        ballot.opened_at, ballot.spoiled = now, slip is None
        if slip is not None:
            ballot.vote, ballot.salt, ballot.reason = slip.vote.value, slip.salt, slip.reason
            ballot.decisive = list(slip.decisive)
            sided = slip.vote is not Vote.UNSURE and proposed is not None
            ballot.agreed = slip.vote.value == proposed if sided else None
    Ballot.objects.bulk_update(ballots, _OPENED)
    panel.state, panel.ended_at, panel.verdict = Panel.CLOSED, now, verdict.value
    panel.for_buyer, panel.for_merchant, panel.unsure = votes.buyer, votes.merchant, votes.unsure
    panel.spoiled = len(ballots) - votes.cast
    panel.save()
    Seat.objects.filter(panel=panel, state__in=Seat.OPEN).update(state=Seat.RELEASED, ended_at=now, draft="")
    _note_experience([ballot.seat.juror_id for ballot, slip in slips if slip is not None], now)
    data = {
        "panel": panel.public_id,
        "verdict": verdict.value,
        "for_buyer": votes.buyer,
        "for_merchant": votes.merchant,
        "unsure": votes.unsure,
        "spoiled": panel.spoiled,
        "ballots": digest.of(sorted(ballot.commitment for ballot in ballots)),
        "seats": [ballot.seat_id for ballot in ballots],
    }
    book.record(case.stream_id, Kind.JURY_COUNTED, data=data, actor=Actor.system(), now=now)
    return panel


def dissolve(case: Case, *, now: datetime) -> None:
    """The case went another way, by settlement or withdrawal: nobody's vote is opened, nobody sits any longer."""
    require_act()
    panel = panels.voting(case.pk)
    if panel is None:
        return
    Seat.objects.filter(panel=panel, state__in=Seat.OPEN).update(state=Seat.RELEASED, ended_at=now, draft="")
    panel.state, panel.ended_at = Panel.DISSOLVED, now
    panel.save(update_fields=["state", "ended_at"])


def _ballots(panel: Panel) -> list[Ballot]:
    return list(Ballot.objects.filter(seat__panel=panel).select_related("seat").order_by("id"))


def _told(panel: Panel, case: Case) -> dict[str, str]:
    """What the journal says was committed to, by seat: the chain holds where a table was written to."""
    entries = Entry.objects.filter(stream_id=case.stream_id, kind=Kind.JURY_VOTED.value)
    said = (entry.data for entry in entries.order_by("seq"))
    return {data["seat"]: data["commitment"] for data in said if data["panel"] == panel.public_id}


def _open(ballot: Ballot, panel: Panel, told: dict[str, str]) -> sealing.Slip | None:
    if told.get(ballot.seat.token) != ballot.commitment:
        return None
    return sealing.open_slip(
        ballot.sealed,
        panel.key,
        panel=panel.public_id,
        seat=ballot.seat.token,
        commitment=ballot.commitment,
    )


def _note_experience(jurors: Iterable[int], now: datetime) -> None:
    """Their votes count as experience, and whoever voted hastily too often learns again before the next case."""
    for juror in Juror.objects.select_for_update().filter(pk__in=list(jurors)).order_by("pk"):
        juror.votes += 1
        why = standing.must_learn_again(past(juror.pk), controls(juror.pk))
        if why and not juror.learning:
            juror.learning, juror.passed_at = why, None
        juror.save(update_fields=["votes", "learning", "passed_at"])


def past(juror_id: int) -> list[Past]:
    """The last votes of a juror that were counted since they last passed the exam, newest first."""
    juror = Juror.objects.get(pk=juror_id)
    ballots = Ballot.objects.filter(seat__juror=juror, opened_at__isnull=False, spoiled=False)
    if juror.passed_at is not None:
        ballots = ballots.filter(at__gte=juror.passed_at)
    rows = ballots.order_by("-at", "-id").values_list("agreed", "read_for", "items")[: standing.LOOKED_BACK]
    return [Past(agreed, read_for, items) for agreed, read_for, items in rows]


def controls(juror_id: int) -> list[bool]:
    """Whether the last cases with a known answer were answered right since they last passed the exam, newest first."""
    juror = Juror.objects.get(pk=juror_id)
    rows = Control.objects.filter(juror=juror)
    if juror.passed_at is not None:
        rows = rows.filter(at__gte=juror.passed_at)
    return list(rows.order_by("-at", "-id").values_list("right", flat=True)[: standing.CONTROLS])
