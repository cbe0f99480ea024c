"""The platform steps in: filing, admission, and the merchant's answer within 24 hours."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from common.actor import Actor, Role, Side
from common.acts import act, require_act
from common.errors import Refused
from disputes import (
    access,
    amounts,
    consents,
    drafts,
    eligibility,
    moves,
    negotiation,
    queries,
    statements,
    submissions,
)
from disputes.awards import FROM_THE_BUYER, Award, AwardLine, Source
from disputes.eligibility import Check
from disputes.lifecycle import Event
from disputes.models import Case, CaseFile, Point
from disputes.submissions import Answer
from disputes.transitions import advance
from evidence import dossiers
from marketplace import snapshots
from rulebook import queries as rulebook
from rulebook.rules import Rules

LONGEST_POINT = 120
MOST_POINTS = 8


@dataclass(frozen=True)
class Claim:
    """What is asked of the platform. ``amount`` in minor units; ``points`` are statements that evidence will hang on.
    ``exception``: which of the rules' exceptions admits it although the time to file is over.
    """

    type_code: str
    remedy: str
    amount: int
    returns: bool
    points: tuple[str, ...]
    story: str
    ground: str = ""
    exception: str = ""


@act
def request(case_id: int, claim: Claim, *, actor: Actor, now: datetime, seen: int | None = None) -> Case:
    """The case is before the platform. The claim, its points and the marketplace's facts are fixed; admission runs.

    Refused with every reason that the rules name (``eligibility``); a claim that cannot be true is refused outright.
    """
    case = queries.lock(case_id, seen=seen)
    access.require_visible(case, actor)
    body = snapshots.freeze(case.line_id)
    failed: list[Check] = []
    excepted = ""
    if actor.role is not Role.OPS:
        situation = negotiation.situation(
            case,
            now,
            messages=len(body["chat"]["messages"]),
            type_code=claim.type_code,
            exception=claim.exception,
            by=actor.role,
        )
        checks = eligibility.checks(situation)
        failed = [check for check in checks if not check.holds]
        excepted = next((check.data["exception"] for check in checks if check.data.get("exception")), excepted)
    facts = moves.facts_of(case, actor, now, refusals=tuple(check.code for check in failed))
    rules = rulebook.rules(case.substance_rules_id)
    _check_claim(case, claim, rules)
    procedure = rulebook.in_force(rulebook.default_profile(), now)
    by_buyer = actor.role is Role.BUYER
    changes = {
        "type_code": claim.type_code,
        "procedure_rules_id": procedure.pk,
        "awaits": "platform",
    }
    if by_buyer:
        changes |= {"remedy": claim.remedy, "claimed": claim.amount, "returns": claim.returns}
    story = statements.add(case, "story", claim.story, actor=actor, now=now, required=True)
    # Before the move, so that its entry can name them: no exhibit is on the file that the journal does not know.
    records = dossiers.add_records(case.dossier_id, snapshots.records(body), now=now) if case.round == 0 else []
    given = drafts.settle(case, actor=actor, now=now)
    data = {
        "type": claim.type_code,
        "asked": claim.remedy,
        "claimed": claim.amount,
        "currency": case.currency,
        "points": len(claim.points),
        "file": body["digest"],
        "procedure": procedure.pk,
        **({"exception": excepted} if excepted else {}),
        "records": [record.as_entry_data() for record in records],
        **({"exhibits": [exhibit.as_entry_data() for exhibit in given]} if given else {}),
        **statements.ref(story),
    }
    try:
        advance(case, Event.INTERVENTION_REQUESTED, actor=actor, now=now, facts=facts, changes=changes, data=data)
    except Refused as refused:
        # The table knows codes; the record that a check was made on makes its words complete.
        if failed and refused.code == failed[0].code:
            raise Refused(refused.code, **refused.data | failed[0].data) from None
        raise
    CaseFile.objects.create(case=case, round=case.round, body=body, digest=body["digest"], frozen_at=now)
    raise_points(case, claim.points, side=actor.side.value if actor.side else "platform")
    return case


def _check_claim(case: Case, claim: Claim, rules: Rules) -> None:
    if claim.type_code not in rules.types:
        raise Refused("type_unknown", type_code=claim.type_code)
    if claim.remedy not in rules.type(claim.type_code).remedies:
        raise Refused("remedy_not_for_type", remedy=claim.remedy, type_code=claim.type_code)
    amounts.require_within(case, claim.amount)
    check_points(claim.points)


def raise_points(case: Case, texts: Sequence[str], *, side: str) -> None:
    """The points at issue of this round, as ``side`` puts them; they have been checked."""
    require_act()
    Point.objects.bulk_create(
        Point(case=case, round=case.round, number=number, text=text.strip(), raised_by=side)
        for number, text in enumerate(texts, start=1)
    )


def check_points(texts: Sequence[str]) -> None:
    """Raises `Refused`: ``point_missing``, ``too_many_points``, ``point_too_long``, ``point_twice``."""
    points = [text.strip() for text in texts]
    if not points or any(not text for text in points):
        raise Refused("point_missing")
    if len(points) > MOST_POINTS:
        raise Refused("too_many_points", most=MOST_POINTS)
    for _place, refused in wrong_points(points):
        raise refused


def wrong_points(points: Sequence[str]) -> list[tuple[int, Refused]]:
    """Which of these cannot stand as they are written, by their place, and why; of an empty one nothing is said."""
    wrong = [
        (place, Refused("point_too_long", longest=LONGEST_POINT, length=len(text)))
        for place, text in enumerate(points)
        if len(text) > LONGEST_POINT
    ]
    twice = [(place, text) for place, text in enumerate(points) if text and text in points[:place]]
    return wrong + [(place, Refused("point_twice")) for place, _text in twice]


@act
def admit(case_id: int, *, actor: Actor, now: datetime, seen: int | None = None) -> Case:
    """The case is accepted; both sides have the evidence period (T14)."""
    case = queries.lock(case_id, seen=seen)
    access.require_visible(case, actor)
    return advance(case, Event.ADMITTED, actor=actor, now=now)


@act
def not_admit(case_id: int, *, code: str, text: str, actor: Actor, now: datetime, seen: int | None = None) -> Case:
    """The case is not accepted, for one of the rulebook's reasons, which names its clause and the outside routes."""
    case = queries.lock(case_id, seen=seen)
    access.require_visible(case, actor)
    rules = rulebook.rules(case.procedure_rules_id)
    if code not in rules.refusals:
        raise Refused("reason_unknown", reason=code)
    statement = statements.add(case, "not_admitted", text, actor=actor, now=now, required=True)
    data = {"reason": code, **statements.ref(statement)}
    return advance(case, Event.NOT_ADMITTED, actor=actor, now=now, data=data)


@act
def accept_claim(case_id: int, *, actor: Actor, now: datetime, seen: int | None = None) -> Case:
    """The side that the claim is against accepts it in full: the outcome is recorded, and executed once the goods are
    back, if due. A buyer who accepts a merchant's claim gives the money back, whoever the merchant thinks was wrong."""
    case = queries.lock(case_id, seen=seen)
    access.require_party(case, actor)
    consents.require_second(case, actor, Event.CLAIM_ACCEPTED, case.claimed, now=now)
    within = actor.limit is None or case.claimed <= actor.limit
    facts = moves.facts_of(case, actor, now, within_limit=within)
    award = Award(
        source=Source.CONCEDED,
        remedy=case.remedy if case.claimant == Side.BUYER.value else FROM_THE_BUYER,
        amount=case.claimed,
        currency=case.currency,
        returns=case.returns,
        ground="" if case.returns or case.claimant != Side.BUYER.value else "CONSENT",
        lines=(AwardLine("claimed", "claim", case.claimed),),
    )
    return advance(case, Event.CLAIM_ACCEPTED, actor=actor, now=now, facts=facts, award=award)


@act
def rebut(
    case_id: int,
    answers: Sequence[Answer],
    *,
    text: str,
    actor: Actor,
    now: datetime,
    seen: int | None = None,
) -> Case:
    """The side that the claim is against has answered every point within the 24 hours (T15); the case joins the queue."""
    case = queries.lock(case_id, seen=seen)
    access.require_party(case, actor)
    submissions.keep_answers(case, answers, actor=actor, now=now)
    open_points = submissions.unanswered(case, actor)
    refusals = ("point_unanswered",) if open_points else ()
    facts = moves.facts_of(case, actor, now, refusals=refusals)
    if refusals:
        raise Refused("point_unanswered", numbers=open_points)
    statement = statements.add(case, "rebuttal", text, actor=actor, now=now)
    data = {"answers": len(answers), **statements.ref(statement)}
    advance(case, Event.CLAIM_REBUTTED, actor=actor, now=now, facts=facts, data=data)
    assert actor.side is not None
    submissions.tell_what_is_missing(case, actor.side, now=now)
    return case
