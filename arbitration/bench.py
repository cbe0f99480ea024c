"""Who may sit on which case. Shared by the acts of this room: offices, interests, who ruled before, sealing the file."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

from accounts import conflicts, hats
from accounts.models import Grant, Office
from arbitration.models import Approval, HandBack, Ruling
from common.actor import Actor, Role
from common.acts import require_act
from common.errors import Missing
from disputes import moves
from disputes.lifecycle import Facts
from disputes.models import Case
from evidence import dossiers
from evidence.models import Dossier
from journal import book
from journal.kinds import Kind
from journal.models import Stream
from marketplace.models import Order
from rulebook import queries as rulebook

OFFICES = (Role.ARBITRATOR, Role.SENIOR)


def require_office(actor: Actor) -> None:
    """Under the lock, once more: whoever lost the office a second ago does not exist here any more (H29)."""
    require_act()
    if not hats.still_holds(actor):
        raise Missing


def has_interest(user_id: int, case: Case) -> bool:
    """A party, a member of the shop, a customer of the shop, a declared tie, or somebody who stepped back from the case."""
    return (
        conflicts.has_interest(user_id, buyer_id=case.buyer_id, merchant_id=case.merchant_id)
        or Order.objects.filter(buyer_id=user_id, merchant_id=case.merchant_id).exists()
        or HandBack.objects.filter(user_id=user_id, case=case, recused=True).exists()
    )


def has_ruled(user_id: int, case: Case) -> bool:
    """Whether this person ruled, or signed, what was served in this round. They are never asked to review it."""
    served = Ruling.objects.filter(case=case, round=case.round, served_at__isnull=False)
    return (
        served.filter(author_id=user_id).exists()
        or Approval.objects.filter(ruling__in=served, approver_id=user_id, decision=Approval.APPROVED).exists()
    )


def facts(case: Case, actor: Actor, now: datetime, **checked: Any) -> Facts:
    """The case as a guard may see it, with what only this room knows: interest, and who ruled."""
    seen = moves.facts_of(case, actor, now, **checked)
    if actor.id is None or actor.role not in OFFICES:
        return seen
    return replace(
        seen,
        has_interest=has_interest(actor.id, case),
        ruled_it_myself=seen.ruled_it_myself or has_ruled(actor.id, case),
    )


def office_of(user_id: int, *, seniors: bool = False) -> Grant | None:
    """The office under which somebody takes cases: arbitrator before senior; ``seniors``: what only those may take."""
    held = Grant.objects.filter(
        user_id=user_id,
        user__is_active=True,
        role__in=[Office.SENIOR.value] if seniors else [Office.ARBITRATOR.value, Office.SENIOR.value],
        revoked_at__isnull=True,
    )
    return held.order_by("role").first()


def seal(case: Case, *, now: datetime) -> str:
    """The file is closed and the journal names its digest. A file that is closed already gives the same digest.

    Signed with it: which case, under which rules, and how far its journal had come. The next entry names the seal, so that
    neither can be exchanged without the other.
    """
    require_act()
    open_round = Dossier.objects.filter(pk=case.dossier_id, sealed_at__isnull=True).values_list("round", flat=True)
    number = open_round.first()
    if number is None:
        return dossiers.seal(case.dossier_id, now=now)
    digest = dossiers.seal(case.dossier_id, now=now, about=_about(case))
    book.record(
        case.stream_id,
        Kind.DOSSIER_SEALED.value,
        data={"digest": digest, "round": number},
        actor=Actor.system(),
        now=now,
    )
    return digest


def _about(case: Case) -> dict[str, Any]:
    stream = Stream.objects.get(pk=case.stream_id)
    substance, procedure = rulebook.rules(case.substance_rules_id), rulebook.rules(case.procedure_rules_id)
    return {
        "case": case.number,
        "journal": {"seq": stream.head_seq, "digest": stream.head_digest},
        "rules": {
            "substance": {"profile": substance.profile.code, "version": substance.version},
            "procedure": {"profile": procedure.profile.code, "version": procedure.version},
        },
    }
