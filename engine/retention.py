"""How long words and files are kept, and how they go: nightly when their term is over (T41), or because a person asks.

Three years after completion the law wants records kept (ECL 31) and the person wants them gone (PIPL 47); a legal hold
comes before both. Set-wise, a batch an act. Bytes go afterwards and outside of any act (`evidence.orphans`).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db.models import Q

from accounts import people
from arbitration import erasure as rulings
from common.actor import Actor, Role
from common.acts import act, require_act
from common.errors import Missing, Refused
from disputes import erasure as cases
from disputes.models import Case, ErasureRequest
from evidence import erasure as dossiers
from insights.models import PersonalCopy
from journal import book
from journal.kinds import Kind
from jury import erasure as votes
from marketplace import erasure as market
from rulebook import queries as rulebook
from rulebook.models import RuleSet

BATCH = 50
LONGEST_REFERENCE = 120
TERM, ASKED = "term", "asked"  # why a case was erased, as its journal says


def erase_due(now: datetime) -> int:
    """A chore: erase the next batch of cases whose term of keeping is over. Gives how many; 0 when there are none left."""
    due = due_cases(now, limit=BATCH)
    return _erase_batch(due, now=now) if due else 0


def due_cases(now: datetime, *, limit: int) -> list[int]:
    """Cases closed so long ago as the rules say that were in force when they were filed; the oldest first. No held ones."""
    over = Q(pk__in=[])
    for rules_id in RuleSet.objects.values_list("pk", flat=True):
        kept = timedelta(days=rulebook.rules(rules_id).thresholds.keep_days)
        over |= Q(procedure_rules_id=rules_id, closed_at__lte=now - kept)
    free = Case.objects.filter(closed_at__isnull=False, erased_at__isnull=True, legal_hold=False)
    return list(free.filter(over).order_by("closed_at", "id").values_list("pk", flat=True)[:limit])


@act
def propose(person_id: int, *, reference: str, actor: Actor, now: datetime) -> ErasureRequest:
    """A person asked to be forgotten; a second one of operations decides. Harmless to repeat.

    Raises ``Missing``; ``Refused``: ``text_missing``, ``text_too_long``, and what `approve` refuses.
    """
    _require_ops(actor)
    assert actor.id is not None
    reference = reference.strip()
    if not reference:
        raise Refused("text_missing", field="reference")
    if len(reference) > LONGEST_REFERENCE:
        raise Refused("text_too_long", field="reference", longest=LONGEST_REFERENCE, length=len(reference))
    people.lock(person_id)
    standing = ErasureRequest.objects.filter(person_id=person_id, state=ErasureRequest.OPEN).first()
    if standing is not None:
        return standing
    _require_forgettable(person_id)
    return ErasureRequest.objects.create(
        person_id=person_id, reference=reference, proposed_by_id=actor.id, proposed_at=now
    )


@act
def approve(request_id: int, *, actor: Actor, now: datetime) -> ErasureRequest:
    """What was said and handed in by or about this person is gone, and so is the person's name; what was decided stays.

    Raises ``Missing``; ``Refused``: ``takes_another``, ``erasure_is_decided``, ``person_has_open_case``,
    ``person_has_held_case``, ``person_is_in_office``.
    """
    _require_ops(actor)
    found = _lock(request_id)
    if actor.id in (found.proposed_by_id, found.person_id):
        raise Refused("takes_another")
    theirs = list(Case.objects.select_for_update(of=("self",)).filter(buyer_id=found.person_id).order_by("id"))
    _require_forgettable(found.person_id)
    left = [case for case in theirs if case.erased_at is None]
    _erase(left, why=ASKED, actor=actor, now=now)
    market.erase_talk(found.person_id)
    PersonalCopy.objects.filter(user_id=found.person_id).delete()
    people.forget(found.person_id)
    found.cases = len(left)
    return _decide(found, ErasureRequest.DONE, actor, now)


@act
def decline(request_id: int, *, actor: Actor, now: datetime) -> ErasureRequest:
    """The request is answered otherwise; whoever proposed it may take it back in the same way."""
    _require_ops(actor)
    return _decide(_lock(request_id), ErasureRequest.DECLINED, actor, now)


@act
def _erase_batch(case_ids: Sequence[int], *, now: datetime) -> int:
    """As many of these as nobody holds: asked again under their locks, since a hold may have come in between."""
    free = Case.objects.filter(pk__in=case_ids, closed_at__isnull=False, erased_at__isnull=True, legal_hold=False)
    locked = list(free.select_for_update(of=("self",), skip_locked=True).order_by("id"))
    _erase(locked, why=TERM, actor=Actor.system(), now=now)
    return len(locked)


def _erase(locked: Sequence[Case], *, why: str, actor: Actor, now: datetime) -> None:
    """These cases are erased in every room. The journal says so first; it is the last that happens to their chains."""
    require_act()
    if not locked:
        return
    ids = [case.pk for case in locked]
    for case in locked:
        book.record(case.stream_id, Kind.ERASED, data={"why": why}, actor=actor, now=now)
    dossiers.erase([case.dossier_id for case in locked], now=now)
    rulings.erase(ids, now=now)
    votes.erase(ids, now=now)
    cases.erase(ids, now=now)
    # Of two cases about one order the younger may still need what the marketplace told.
    orders = {case.order_id for case in locked}
    needed = Case.objects.filter(order_id__in=orders, erased_at__isnull=True).values_list("order_id", flat=True)
    market.erase_orders(sorted(orders - set(needed)))


def _require_forgettable(person_id: int) -> None:
    theirs = Case.objects.filter(buyer_id=person_id, erased_at__isnull=True)
    if theirs.filter(closed_at__isnull=True).exists():
        raise Refused("person_has_open_case")
    if theirs.filter(legal_hold=True).exists():
        raise Refused("person_has_held_case")
    if people.is_entrusted(person_id):
        raise Refused("person_is_in_office")


def _require_ops(actor: Actor) -> None:
    if actor.role is not Role.OPS or actor.id is None:
        raise Missing


def _lock(request_id: int) -> ErasureRequest:
    found = ErasureRequest.objects.select_for_update(of=("self",)).filter(pk=request_id).first()
    if found is None:
        raise Missing
    if found.state != ErasureRequest.OPEN:
        raise Refused("erasure_is_decided")
    return found


def _decide(found: ErasureRequest, state: str, actor: Actor, now: datetime) -> ErasureRequest:
    found.state, found.decided_by_id, found.decided_at = state, actor.id, now
    found.save(update_fields=["state", "decided_by", "decided_at", "cases"])
    return found
