"""A ruling that its author sent out and can still call back: ten seconds in which nothing has begun and nobody was told.

The case stays under review and the ruling a draft, so that everything else about the case goes on meaning what it means.
When the time is over it is served as `rulings` serves any other, or it comes back if it no longer can be. What raises is
backed off and set aside after some tries, as the sweep does with a term: it stops no other, and operations see it.
"""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q

from accounts import hats
from arbitration import linter, rulings, sheet
from arbitration.models import Outgoing, Ruling
from common.actor import Actor, Role
from common.acts import act
from common.errors import Conflict, Missing, Refused
from disputes import queries
from disputes.lifecycle import Event
from disputes.models import Case
from journal import book
from journal.kinds import Kind

log = logging.getLogger("heng.arbitration")
HOLD = timedelta(seconds=10)
# Where the term of the review ends sooner, the ruling is served at once: it must not come too late for waiting.
ENOUGH = timedelta(minutes=1)
BATCH = 100
TRIES = 5
BACK_OFF = (timedelta(seconds=10), timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=30))


@act
def send(case_id: int, *, version: int, actor: Actor, now: datetime, seen: int | None = None) -> Ruling:
    """The ruling goes out in ten seconds unless its author calls it back; it lacks nothing and its author may serve it.

    Where a second signature is needed it is proposed at once: whoever signs can return it. Harmless to repeat.
    """
    case, ruling = rulings.lock_draft(case_id, Event.RULING_SERVED, version, actor, now, seen)
    there = Outgoing.objects.filter(ruling=ruling).first()
    if there is not None:
        return ruling
    why = rulings.reasons_for_approval(case, ruling)
    if why or case.due_at is None or case.due_at - now < ENOUGH:
        return rulings.issue_now(case, ruling, actor, now)
    wrong = linter.check(sheet.view(sheet.read(case, ruling), now))
    rulings.require_servable(case, ruling, wrong, actor, now)
    until = now + HOLD
    Outgoing.objects.create(ruling=ruling, version=version, role=actor.role.value, until=until)
    data = {"ruling": ruling.pk, "ordinal": ruling.ordinal, "until": until.isoformat()}
    book.record(case.stream_id, Kind.RULING_SENT.value, data=data, actor=actor, now=now)
    return ruling


@act
def call_back(case_id: int, *, actor: Actor, now: datetime) -> Ruling:
    """The ruling is a draft again, as it was. Raises `Refused` ``ruling_is_out`` once its time is over, unless it was set
    aside: then it is with nobody, and its author may have it back. Harmless to repeat.
    """
    case = queries.lock(case_id)
    found = _of(case)
    if found is None:
        latest = Ruling.objects.filter(case=case, author_id=actor.id).order_by("-pk").first()
        if latest is not None and latest.state == Ruling.DRAFT:
            return latest
    if found is None or found.ruling.author_id != actor.id or not found.can_be_called_back(now):
        raise Refused("ruling_is_out")
    found.delete()
    data = {"ruling": found.ruling_id, "ordinal": found.ruling.ordinal}
    book.record(case.stream_id, Kind.RULING_CALLED_BACK.value, data=data, actor=actor, now=now)
    return found.ruling


@act
def release(outgoing_id: int, *, now: datetime) -> bool:
    """The time is over: the ruling is served in its author's name, or it is a draft again and the journal says why.

    ``False`` if there is nothing to be done about it now.
    """
    case_id = Outgoing.objects.filter(pk=outgoing_id).values_list("ruling__case_id", flat=True).first()
    if case_id is None:
        return False
    case = queries.lock(case_id)
    found = _of(case)
    if found is None or found.pk != outgoing_id or now < found.until or found.set_aside_at is not None:
        return False
    ruling, actor = found.ruling, Actor.staff(Role(found.role), found.ruling.author_id)
    found.delete()
    try:
        with transaction.atomic():
            if not hats.still_holds(actor):
                raise Missing
            if ruling.state != Ruling.DRAFT or ruling.version != found.version:
                raise Conflict(seen=found.version, now=ruling.version)
            rulings.issue_now(case, ruling, actor, now)
    except (Refused, Missing) as no:
        # The case went another way meanwhile: somebody accepted, gave back, or stopped its clocks.
        code = no.code if isinstance(no, Refused) else "not_on_the_bench"
        data = {"ruling": ruling.pk, "ordinal": ruling.ordinal, "because": code}
        book.record(case.stream_id, Kind.RULING_CAME_BACK.value, data=data, actor=Actor.system(), now=now)
    return True


def release_due(now: datetime) -> int:
    """Serve what is due, each in an act of its own. Run before deadlines are swept, so that none overtakes a ruling that
    was sent out in time. Returns how many of them are off the list.
    """
    done = 0
    waits = Q(set_aside_at__isnull=False) | Q(retry_at__gt=now)
    due = Outgoing.objects.filter(until__lte=now).exclude(waits).order_by("until", "pk").values_list("pk", flat=True)
    for pk in list(due[:BATCH]):
        try:
            done += release(pk, now=now)
        except Exception as error:
            # Whatever is wrong with this one, the others go out.
            log.warning("release_failed", extra={"outgoing": pk, "error": type(error).__name__})
            _back_off(pk, f"{type(error).__name__}: {getattr(error, 'code', '')}", now)
    return done


@act
def try_again(outgoing_id: int) -> None:
    """Ops have looked at it: the ruling that was set aside is served with the next tick, if it still can be."""
    aside = Outgoing.objects.filter(pk=outgoing_id, set_aside_at__isnull=False)
    aside.update(attempts=0, retry_at=None, set_aside_at=None, error="")


@act
def _back_off(outgoing_id: int, error: str, now: datetime) -> None:
    found = Outgoing.objects.select_for_update().filter(pk=outgoing_id).first()
    if found is None:
        return
    found.attempts += 1
    aside = found.attempts >= TRIES
    found.retry_at = None if aside else now + BACK_OFF[found.attempts - 1]
    found.set_aside_at = now if aside else None
    found.error = error[:200]
    found.save()


def _of(case: Case) -> Outgoing | None:
    waiting = Outgoing.objects.select_related("ruling").select_for_update(of=("self",))
    return waiting.filter(ruling__case=case).first()
