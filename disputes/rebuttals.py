"""What a side says to the other side's exhibits, one by one: genuine, or disputed and why. It decides nothing by itself."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from django.db.models import QuerySet

from common.actor import Actor, Side
from common.acts import act
from common.errors import Missing, Refused
from disputes import access, queries, statements
from disputes.lifecycle import Event
from disputes.models import Case, ExhibitAnswer
from disputes.transitions import advance
from evidence import dossiers
from evidence.models import Dossier, Exhibit

STANCES = (ExhibitAnswer.GENUINE, ExhibitAnswer.DISPUTED)
LONGEST = 300


@act
def answer(
    case_id: int,
    exhibit_id: int,
    *,
    stance: str,
    grounds: Collection[str] = (),
    text: str = "",
    actor: Actor,
    now: datetime,
    seen: int | None = None,
) -> ExhibitAnswer:
    """Beside this exhibit of the other side stands what the actor's side says to it, once in each round of the file.

    Whoever holds it for genuine gives no grounds; whoever disputes it gives one at least. Raises `Missing` for what the side
    cannot see; `Refused`: ``exhibit_is_your_own``, ``exhibit_already_answered``, ``exhibit_stance_unknown``,
    ``exhibit_ground_missing``, ``text_too_long``.
    """
    case = queries.lock(case_id, seen=seen)
    access.require_party(case, actor)
    side = actor.side
    assert side is not None
    exhibit = dossiers.visible_to(case.dossier_id, side=side.value, now=now).filter(pk=exhibit_id).first()
    if exhibit is None or exhibit.side not in (Side.BUYER.value, Side.MERCHANT.value):
        raise Missing
    if exhibit.side == side.value:
        raise Refused("exhibit_is_your_own")
    chosen = [ground for ground in ExhibitAnswer.GROUNDS if ground in grounds]
    if stance not in STANCES or len(chosen) != len(set(grounds)):
        raise Refused("exhibit_stance_unknown")
    if stance == ExhibitAnswer.DISPUTED and not chosen:
        raise Refused("exhibit_ground_missing")
    if len(text.strip()) > LONGEST:
        raise Refused("text_too_long", field="text", longest=LONGEST, length=len(text.strip()))
    round_ = Dossier.objects.values_list("round", flat=True).get(pk=case.dossier_id)
    if ExhibitAnswer.objects.filter(exhibit=exhibit, side=side.value, round=round_).exists():
        raise Refused("exhibit_already_answered", number=exhibit.number)
    words = statements.add(case, "exhibit_answer", text, actor=actor, now=now)
    data = {"exhibit": exhibit.public_id, "number": exhibit.number, "stance": stance, "grounds": []}
    if stance == ExhibitAnswer.DISPUTED:
        data["grounds"] = chosen
    advance(case, Event.EXHIBIT_ANSWERED, actor=actor, now=now, data={**data, **statements.ref(words)})
    return ExhibitAnswer.objects.create(
        case=case,
        exhibit=exhibit,
        round=round_,
        side=side.value,
        stance=stance,
        grounds=data["grounds"],
        words=words,
        by_id=actor.id,
        at=now,
    )


def unanswered(case: Case, side: Side, now: datetime) -> QuerySet[Exhibit]:
    """The other side's exhibits that this side sees and has not answered in this round of the file, by number."""
    other = Side.MERCHANT if side is Side.BUYER else Side.BUYER
    said = ExhibitAnswer.objects.filter(case=case, side=side.value, round=case.dossier.round)
    seen = dossiers.visible_to(case.dossier_id, side=side.value, now=now).filter(side=other.value)
    return seen.filter(withdrawn_at__isnull=True).exclude(pk__in=said.values("exhibit_id"))


def answers_to(exhibit: Exhibit) -> list[ExhibitAnswer]:
    """Everything that was said to it, oldest first. One query."""
    return list(ExhibitAnswer.objects.filter(exhibit=exhibit).select_related("words"))
