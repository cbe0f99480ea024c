"""What the sides put on the file: evidence, answers to points, and the word that their part is complete."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from common.actor import Actor, Side
from common.acts import act, require_act
from common.errors import Missing, Refused
from disputes import access, deficiencies, drafts, exhibits, handling, moves, queries, statements
from disputes.lifecycle import Event
from disputes.models import Case, Point, PointAnswer
from disputes.supplements import IN_WORDS
from disputes.transitions import advance
from evidence import checklist, dossiers
from evidence.intake import Received
from evidence.models import Exhibit
from rulebook import queries as rulebook

STANCES = ("agrees", "partly", "disputes", "unsure")
# Evidence shows; it does not say what it is meant to show. These need words.
DISPUTING = frozenset({"partly", "disputes"})
LONGEST_ANSWER = 300
HANDS_IN = {Side.BUYER: Event.BUYER_HANDED_IN, Side.MERCHANT: Event.MERCHANT_HANDED_IN}


@dataclass(frozen=True)
class Answer:
    """Where a side stands on one point: ``stance`` is one of ``STANCES``; exhibits by id."""

    point_id: int
    stance: str
    text: str = ""
    exhibits: tuple[int, ...] = ()


@act
def add_evidence(
    case_id: int,
    received: Received,
    *,
    code: str,
    name: str,
    note: str,
    actor: Actor,
    now: datetime,
    seen: int | None = None,
) -> Exhibit:
    """One more exhibit is on the file, if the window is open at ``now``. The same file twice gives the same exhibit.

    The bytes were received and looked at before the act; whether they may be added is decided here, under the lock.
    """
    case = queries.lock(case_id, seen=seen)
    access.require_party(case, actor)
    return exhibits.add_file(case, received, code=code, name=name, note=note, actor=actor, now=now)


@act
def add_text(
    case_id: int,
    text: str,
    *,
    code: str = IN_WORDS,
    name: str = "",
    note: str = "",
    actor: Actor,
    now: datetime,
    seen: int | None = None,
) -> Exhibit:
    """What a side has written is an exhibit of its own, if the window is open at ``now``; kept to the letter.

    The same words twice give the same exhibit.
    """
    case = queries.lock(case_id, seen=seen)
    access.require_party(case, actor)
    return exhibits.add_text(case, text, code=code, name=name, note=note, actor=actor, now=now)


@act
def withdraw_evidence(
    case_id: int, exhibit_id: int, *, actor: Actor, now: datetime, seen: int | None = None
) -> Exhibit:
    """A side takes its own exhibit back before the file is sealed. Row and digest stay; it counts for nothing."""
    case = queries.lock(case_id, seen=seen)
    access.require_party(case, actor)
    exhibit = Exhibit.objects.filter(pk=exhibit_id, dossier_id=case.dossier_id).first()
    if exhibit is None or actor.side is None or exhibit.side != actor.side.value:
        raise Missing
    if exhibit.visible_at is None and drafts.takes_evidence(case, actor):
        return dossiers.withdraw(exhibit.pk, actor=actor, now=now)
    advance(case, Event.EVIDENCE_WITHDRAWN, actor=actor, now=now, data=exhibit.as_entry_data())
    withdrawn = dossiers.withdraw(exhibit.pk, actor=actor, now=now)
    handed_in_at = case.buyer_handed_in_at if actor.side is Side.BUYER else case.merchant_handed_in_at
    if handed_in_at is not None:
        tell_what_is_missing(case, actor.side, now=now)
    return withdrawn


@act
def answer_points(
    case_id: int, answers: Sequence[Answer], *, actor: Actor, now: datetime, seen: int | None = None
) -> Case:
    """A side has said where it stands on some points; the newest answer counts."""
    case = queries.lock(case_id, seen=seen)
    access.require_party(case, actor)
    kept = keep_answers(case, answers, actor=actor, now=now)
    if not kept:
        raise Refused("point_unanswered")
    return advance(case, Event.POINT_ANSWERED, actor=actor, now=now, data={"points": kept})


@act
def hand_in(case_id: int, *, actor: Actor, now: datetime, seen: int | None = None) -> Case:
    """A side says that its part of the file is complete. The claimant's word starts the answer's 24 hours (T15)."""
    case = queries.lock(case_id, seen=seen)
    access.require_party(case, actor)
    side = actor.side
    assert side is not None
    lacking = against_handing_in(case, side)
    facts = moves.facts_of(case, actor, now, refusals=(lacking.code,) if lacking else ())
    try:
        advance(case, HANDS_IN[side], actor=actor, now=now, facts=facts)
    except Refused as refused:
        # The table knows codes; what was looked at makes its words complete.
        raise (lacking if lacking is not None and refused.code == lacking.code else refused) from None
    if side.value == case.respondent:
        tell_what_is_missing(case, side, now=now)
    return case


def against_handing_in(case: Case, side: Side) -> Refused | None:
    """What a claim still needs before it can be handed in. An answer needs nothing: without it the file decides."""
    if side.value == case.respondent:
        return None
    if missing := missing_evidence(case, side):
        return Refused("evidence_missing", codes=missing)
    # A claim about a payout is no mere word: it comes with proof of this very case (clause 8.8).
    shown = dossiers.counted(case.dossier_id).filter(side=side.value)
    if side is Side.MERCHANT and not shown.exists():
        return Refused("proof_of_claim_missing")
    return None


@act
def hand_in_more(
    case_id: int,
    *,
    text: str,
    answers: Sequence[Answer] = (),
    actor: Actor,
    now: datetime,
    seen: int | None = None,
) -> Case:
    """A side that was asked for more says that it is complete; the review goes on when everybody asked has answered.

    ``answers``: where it stands by now on the points of which it says so.
    """
    case = queries.lock(case_id, seen=seen)
    access.require_party(case, actor)
    kept = keep_answers(case, answers, actor=actor, now=now) if answers else []
    statement = statements.add(case, "more_evidence", text, actor=actor, now=now)
    data = {**statements.ref(statement), **({"points": kept} if kept else {})}
    return advance(case, Event.MORE_EVIDENCE_HANDED_IN, actor=actor, now=now, data=data)


def missing_evidence(case: Case, side: Side) -> list[str]:
    """The evidence codes that this side must still give, by the checklist of the case's own rules."""
    rules = rulebook.rules(case.substance_rules_id)
    given, goods = list(dossiers.counted(case.dossier_id).defer("content")), case.line.category
    # What the side said at filing is its statement of facts: it is never asked for again.
    return checklist.missing(rules, case.type_code, side, case.order.state, given, automatic=(IN_WORDS,), goods=goods)


def tell_what_is_missing(case: Case, side: Side, *, now: datetime) -> None:
    """A side that has handed in with gaps is told of them, once in a round. Inside an act."""
    deficiencies.tell(case, side, missing_evidence(case, side), now=now)


def keep_answers(case: Case, answers: Sequence[Answer], *, actor: Actor, now: datetime) -> list[int]:
    """Write the answers, superseding this side's earlier ones. Returns the numbers of the points answered."""
    require_act()
    side = actor.side
    assert side is not None
    points = {point.pk: point for point in Point.objects.filter(case=case, round=case.round)}
    numbers: list[int] = []
    for answer in answers:
        point = points.get(answer.point_id)
        if point is None:
            raise Missing
        if answer.stance not in STANCES:
            raise Refused("stance_unknown", number=point.number)
        if lacks_reason(point, side.value, answer.stance, answer.text):
            raise Refused("point_reason_missing", number=point.number)
        if len(answer.text) > LONGEST_ANSWER:
            raise Refused("text_too_long", field="answer", longest=LONGEST_ANSWER, length=len(answer.text))
        own = Exhibit.objects.filter(pk__in=answer.exhibits, dossier_id=case.dossier_id).count()
        if own != len(set(answer.exhibits)):
            raise Missing
        PointAnswer.objects.filter(point=point, side=side.value, superseded_at__isnull=True).update(superseded_at=now)
        PointAnswer.objects.create(
            point=point,
            side=side.value,
            stance=answer.stance,
            text=answer.text.strip(),
            exhibits=list(answer.exhibits),
            by_id=actor.id,
            at=now,
        )
        numbers.append(point.number)
    if side is Side.MERCHANT:
        handling.drop_draft(case)
    return sorted(numbers)


def lacks_reason(point: Point, side: str, stance: str, text: str) -> bool:
    """Whether ``side`` disputes what somebody else says, wholly or in part, without saying why. To agree needs no reason,
    and nor does giving up a point of one's own."""
    return stance in DISPUTING and point.raised_by != side and not text.strip()


def unanswered(case: Case, actor: Actor) -> list[int]:
    """The numbers of the other side's points that this side has not answered."""
    side = actor.side
    assert side is not None
    answered = PointAnswer.objects.filter(
        point__case=case, point__round=case.round, side=side.value, superseded_at__isnull=True
    ).values("point_id")
    points = Point.objects.filter(case=case, round=case.round).exclude(raised_by=side.value)
    return list(points.exclude(pk__in=answered).order_by("number").values_list("number", flat=True))
