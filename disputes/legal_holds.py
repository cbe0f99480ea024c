"""Keeping a case beyond its term: operations place a hold for a reason, and lift it for one. Moves no case."""

from __future__ import annotations

from datetime import datetime

from common.actor import Actor, Role
from common.acts import act
from common.errors import Missing, Refused
from disputes import access, queries
from disputes.models import Case, LegalHold
from journal import book
from journal.kinds import Kind

LONGEST = 300


@act
def place(case_id: int, *, reason: str, actor: Actor, now: datetime) -> LegalHold:
    """Nothing of this case is erased from now on, whoever asks. Harmless to repeat by the same words.

    Raises ``Missing``; ``Refused``: ``text_missing``, ``text_too_long``, ``hold_stands``, ``case_is_erased``.
    """
    case, reason = _lock(case_id, actor), _said(reason)
    assert actor.id is not None
    standing = LegalHold.objects.filter(case=case, lifted_at__isnull=True).first()
    if standing is not None:
        if standing.reason == reason:
            return standing
        raise Refused("hold_stands")
    if case.erased_at is not None:
        raise Refused("case_is_erased")
    hold = LegalHold.objects.create(case=case, reason=reason, placed_by_id=actor.id, placed_at=now)
    Case.objects.filter(pk=case.pk).update(legal_hold=True)
    book.record(case.stream_id, Kind.HOLD_PLACED, data={"hold": hold.pk}, actor=actor, now=now)
    return hold


@act
def lift(case_id: int, *, reason: str, actor: Actor, now: datetime) -> LegalHold:
    """The case is erased when its term is over, like every other. Raises ``Missing``; ``Refused``: ``no_hold_stands``."""
    case, reason = _lock(case_id, actor), _said(reason)
    hold = LegalHold.objects.select_for_update(of=("self",)).filter(case=case, lifted_at__isnull=True).first()
    if hold is None:
        raise Refused("no_hold_stands")
    hold.lifted_by_id, hold.lifted_at, hold.lifted_because = actor.id, now, reason
    hold.save(update_fields=["lifted_by", "lifted_at", "lifted_because"])
    Case.objects.filter(pk=case.pk).update(legal_hold=False)
    book.record(case.stream_id, Kind.HOLD_LIFTED, data={"hold": hold.pk}, actor=actor, now=now)
    return hold


def _lock(case_id: int, actor: Actor) -> Case:
    if actor.role is not Role.OPS or actor.id is None:
        raise Missing
    case = queries.lock(case_id)
    access.require_visible(case, actor)
    return case


def _said(reason: str) -> str:
    reason = reason.strip()
    if not reason:
        raise Refused("text_missing", field="reason")
    if len(reason) > LONGEST:
        raise Refused("text_too_long", field="reason", longest=LONGEST, length=len(reason))
    return reason
