"""What an arbitrator with a case in hand asks before ruling: the sides for more evidence, the jury for its vote."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from arbitration import bench, linter
from common.actor import Actor
from common.acts import act
from common.errors import Refused
from disputes import queries, statements, supplements
from disputes.lifecycle import Event
from disputes.models import Case, Point
from disputes.supplements import Item
from disputes.transitions import advance
from jury import panels, seats


@act
def ask_more(
    case_id: int,
    *,
    sides: str = "",
    points: tuple[int, ...] = (),
    text: str = "",
    items: Sequence[Item] = (),
    actor: Actor,
    now: datetime,
    seen: int | None = None,
) -> Case:
    """One side or both have 48 hours to add evidence on these points (T17); the review clock stands still.

    ``items`` say piece by piece what is missing and why, and with them whom and on which points; then ``text`` may be
    empty. Without them ``sides`` (buyer, merchant or both), ``points`` and ``text`` say it in general.
    """
    case = queries.lock(case_id, seen=seen)
    bench.require_office(actor)
    if items:
        sides, points = supplements.sides(items), tuple(item.point for item in items)
        supplements.keep(case, items, actor=actor, now=now)
    if sides not in ("buyer", "merchant", "both"):
        raise Refused("side_unknown")
    known = set(Point.objects.filter(case=case, round=case.round).values_list("number", flat=True))
    if not points or not set(points) <= known:
        raise Refused("point_unknown")
    statement = statements.add(case, "ask_more", text, actor=actor, now=now, required=not items)
    data: dict[str, Any] = {"asked": sides, "points": sorted(set(points)), **statements.ref(statement)}
    if items:
        data["items"] = [{"side": item.side, "code": item.code, "point": item.point} for item in items]
    return advance(
        case,
        Event.MORE_EVIDENCE_ASKED,
        actor=actor,
        now=now,
        facts=bench.facts(case, actor, now),
        changes={"asked": sides},
        data=data,
    )


@act
def send_to_jury(case_id: int, *, question: str, actor: Actor, now: datetime, seen: int | None = None) -> Case:
    """The public jury votes on one question (T20). Without a quorum the case comes back to its arbitrator.

    Raises `Refused`: ``jury_is_off`` where the rules of the case know no jury, ``jury_only_for_less``, ``jury_has_spoken``,
    ``question_names_somebody``.
    """
    case = queries.lock(case_id, seen=seen)
    bench.require_office(actor)
    statement = statements.add(case, "jury_question", question, actor=actor, now=now, required=True)
    assert statement is not None
    refusals = against_asking(case, question)
    panel = panels.prepare(case, statement, now=now) if not refusals else None
    data = {**statements.ref(statement), **(panels.as_entry_data(panel) if panel else {})}
    facts = bench.facts(case, actor, now, refusals=refusals)
    case = advance(case, Event.SENT_TO_JURY, actor=actor, now=now, facts=facts, data=data)
    if panel is not None:
        panel.save()
    return case


def against_asking(case: Case, question: str) -> tuple[str, ...]:
    """All that speaks against this question to a jury, for a page that shows it first; the act asks again.

    Jurors would read it with gaps, and both sides with the name.
    """
    named = linter.names_somebody(question, seats.names_of(case))
    return (*panels.refusals(case), *(("question_names_somebody",) if named else ()))
