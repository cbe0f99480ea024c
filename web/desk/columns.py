"""The three columns of the workspace, as its templates read them: both sides, the evidence, the decision."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.http import HttpRequest
from django.urls import reverse

from arbitration import linter, markings
from arbitration.models import Ruling
from arbitration.queries import Workspace
from common.actor import Actor
from disputes.lifecycle import Event, State
from evidence import twins
from rulebook.rules import Rules
from web import case_page, lateness, precedent_words, records, supplements
from web.desk import annotating, drafted, looking, middle, neighbours, panes, reasons, verdict
from web.desk.ruling_form import RulingForm


def to_look_at(request: HttpRequest, work: Workspace, rules: Rules, actor: Actor, now: datetime) -> dict[str, Any]:
    """The middle of the page for whoever only looks. What stands there whole is noted as seen."""
    ruling = drafted.readable(work, actor)
    return evidence(request, work, rules, None, None, ruling, drafted.found_in(work, ruling, None), actor, now)


def evidence(
    request: HttpRequest,
    work: Workspace,
    rules: Rules,
    form: RulingForm | None,
    values: Mapping[str, Any] | None,
    ruling: Ruling | None,
    found: Mapping[int, str],
    actor: Actor,
    now: datetime,
) -> dict[str, Any]:
    """The points, the evidence for one of them, and a card of every exhibit."""
    case = work.case
    every = panes.exhibits(work, actor, rules, now)
    chosen = panes.choose(work, every, found, request.GET)
    weighing = _weighing(work, every, form, values, ruling, rules, actor)
    made = middle.cards(work, every, rules, weighing, twins.of(list(every.rows.values())), actor, now)
    whole = [view.number for view in panes.in_sight(chosen) if made[view.number]["whole"]]
    looking.note(request, [every.rows[number] for number in whole], actor=actor, now=now)
    view = middle.view_of(request.GET)
    return {
        "every": every,
        "points": panes.points(work, every, found, chosen.point),
        "done": sum(1 for point in work.points if found.get(point.number)),
        "point": chosen.point,
        "burden": panes.burden(rules, case.type_code, case.order.state),
        "view": view,
        "views": middle.views(chosen, view),
        "halves": middle.halves(chosen, made, panes.said(work, chosen.point, every)),
        "record": made[chosen.record.number] if chosen.record is not None else None,
        "others": middle.others(chosen, made),
        "strips": middle.strips(every, chosen),
        "records": middle.strip(every, chosen, "p"),
        "seen_words": middle.seen_words(sum(1 for one in every.views if every.seen(one)), len(every.views)),
        "viewer_href": reverse("desk:viewer", args=[case.number]) + middle.address(chosen),
    }


def left(work: Workspace, every: panes.Exhibits, rules: Rules, actor: Actor, now: datetime) -> dict[str, Any]:
    """Claims and what the platform's own records say."""
    case = work.case
    return {
        "claims": panes.gap(work, rules),
        "exception": lateness.exception_of(case) if State(case.state) is State.ADMISSION else None,
        "statements": panes.statements(work),
        "facts": panes.facts(work),
        "promises": panes.promises(work),
        "ruler": panes.ruled(work, every, now),
        "asked": supplements.at_the_desk(case, work.exhibits, rules, now),
        "offers": _offers(work, actor, now),
        "appeal": _appeal(work, rules),
    }


def right(
    work: Workspace, form: RulingForm, rules: Rules, acts: Sequence[case_page.Action], now: datetime
) -> dict[str, Any]:
    """The decision: what is chosen, what it comes to, what is missing."""
    number = work.case.number
    return {
        **parts(work, form, rules, now),
        "clauses": verdict.clauses(form, rules),
        "version": rules.version,
        "clauses_href": reverse("desk:clauses", args=[number]),
        "remedies": (remedies := verdict.remedies(form, rules)),
        "may_need_ground": any(one["gated"] for one in remedies),
        "templates": reasons.choices(),
        "edges": annotating.EDGES,
        "longest": markings.LONGEST,
        "slots": linter.slots(str(form["reasons"].value() or "")),
        "jury_href": next((act.href for act in acts if act.event is Event.SENT_TO_JURY), ""),
        # What stands in the form is not what was saved then.
        "saved_words": verdict.saved_at(work, now) if not form.restored and not form.beside else "",
    }


def parts(work: Workspace, form: RulingForm, rules: Rules, now: datetime) -> dict[str, Any]:
    """What changes with every save: the share that is suggested, the sum, the precedents left, what is missing."""
    draft, funds = work.draft, neighbours.of(work.case, work.more).funds
    found = {point.number: str(form[f"finding_{point.number}"].value() or "") for point in work.points}
    bearer = rules.type(work.case.type_code).burden.bearer
    return {
        "suggested": verdict.suggested_share(work.points, found, bearer),
        "calculation": verdict.calculation(work, drafted.sheet_of(work, draft) if draft is not None else None, funds),
        "lacking": drafted.shown_problems(work, draft, now) if draft is not None else [],
        "departs": precedent_words.deviation_words(getattr(draft, "deviation", None)),
    }


def _weighing(
    work: Workspace,
    every: panes.Exhibits,
    form: RulingForm | None,
    values: Mapping[str, Any] | None,
    ruling: Ruling | None,
    rules: Rules,
    actor: Actor,
) -> middle.Weighing:
    named = [("", "–"), *((code, str(item.name)) for code, item in rules.admission_reasons.items())]
    return middle.Weighing(
        form=values,
        reasons=named if form is not None else (),
        weights=drafted.weights(ruling, rules),
        marks={
            number: annotating.marks(work.case, row, actor, may_write=form is not None)
            for number, row in every.rows.items()
        },
        marked_at={
            number: reverse("desk:annotate", args=[work.case.number, number])
            for number, row in every.rows.items()
            if form is not None and markings.may_bear(row)
        },
        wait=drafted.citable_after(work.case),
    )


def _offers(work: Workspace, actor: Actor, now: datetime) -> list[dict[str, Any]]:
    return [case_page.offer_card(offer, actor, work.case, now, {}) for offer in work.offers]


def _appeal(work: Workspace, rules: Rules) -> dict[str, Any] | None:
    """What is appealed, in words; the page of the appeal has the rest."""
    if work.appeal is None:
        return None
    ground = rules.appeal_grounds.get(work.appeal.ground)
    return {
        "side": "b" if work.appeal.side == "buyer" else "m",
        "ground": str(ground.name) if ground else work.appeal.ground,
        "text": records.masked(work.appeal.statement.text),
        "answer": records.masked(work.appeal.answer.text) if work.appeal.answer else "",
        "points": work.appeal.points,
    }
