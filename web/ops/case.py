"""One case as operations see it: terms, record and deliveries. Never evidence, and never words of a side, but for the
buyer's request while operations decide whether to admit it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from common.actor import Role
from disputes import deadlines, moves, queries
from disputes.lifecycle import LIFECYCLE, Event, State
from disputes.models import Case, Deadline, Point
from disputes.timers import DUTIES
from journal.models import Undelivered
from rulebook import queries as rulebook
from rulebook.schema import Reason
from web import asked, case_page, countdowns, fetch, lateness, timeline, turn
from web.case_page import Action
from web.ops import happenings, shell
from web.ops.acts import OPS
from web.ops.deadlines import AWAITED, CLOCKS, duty_name
from web.wording import Countdown


@dataclass(frozen=True, slots=True)
class Term:
    """One open term: its duty, clock and step, and where its due date comes from."""

    deadline: Deadline
    duty: str
    awaited: str
    clock: str
    left: Countdown
    step: str
    clause: str


@dataclass(frozen=True, slots=True)
class Request:
    """What the buyer asks the platform to step in for: the kind of claim, the points at issue, the story; and where it came
    late, the exception that is to admit it, as name, text and clause.
    """

    kind: str
    points: list[str]
    story: str
    exception: Reason | None


@require_safe
def show(request: HttpRequest, number: str) -> HttpResponse:
    """The drawer of a case."""
    actor = fetch.actor_or_404(request, Role.OPS)
    case, now = fetch.case_and_now_or_404(number, actor)
    desk = shell.Desk(request, actor, now)
    open_deadlines = queries.open_deadlines(case.pk)
    record = timeline.read(case, actor, before=timeline.before(request.GET.get("before", "")))
    context = shell.around(
        desk,
        "deadlines",
        case=case,
        type_name=str(rulebook.rules(case.substance_rules_id).type(case.type_code).name),
        rule_versions=[
            rulebook.rules(pk).version for pk in dict.fromkeys([case.substance_rules_id, case.procedure_rules_id])
        ],
        turn=turn.turn(case, actor, open_deadlines, now),
        terms=[_term(desk, case, deadline) for deadline in open_deadlines],
        # What a side wrote stays between the sides and whoever decides.
        lines=[replace(line, quote="") for line in record.lines],
        request_to_step_in=_request(case, record.story),
        record=record,
        waiting=[(row, happenings.name(row.entry, case)) for row in _undelivered(case)],
        actions=_actions(desk, case, open_deadlines),
    )
    return render(request, "ops/case.html", context)


def _request(case: Case, story: str) -> Request | None:
    """What admission is decided on. Before and after, operations have no business with it."""
    if State(case.state) is not State.ADMISSION:
        return None
    points = Point.objects.filter(case=case, round=case.round)
    return Request(
        kind=asked.name(case),
        points=[point.text for point in points],
        story=story,
        exception=lateness.exception_of(case),
    )


def _term(desk: shell.Desk, case: Case, deadline: Deadline) -> Term:
    step = deadlines.step_of(case, deadline.step)
    mine = deadline.awaits == "platform"
    left = countdowns.of(deadline, desk.now, mine=mine)
    return Term(
        deadline=deadline,
        duty=duty_name(deadline),
        awaited=str(AWAITED.get(deadline.awaits, deadline.awaits)),
        clock=str(CLOCKS.get(deadline.clock, deadline.clock)),
        left=left,
        step=f"{step.code} {step.name}",
        clause=step.clause,
    )


def _undelivered(case: Case) -> QuerySet[Undelivered]:
    """Entries whose consequences have been tried and not drawn; what is simply next in line is no news."""
    tried = Undelivered.objects.filter(stream_id=case.stream_id, attempts__gt=0)
    return tried.select_related("entry").order_by("entry_id")[:20]


def _actions(desk: shell.Desk, case: Case, open_deadlines: list[Deadline]) -> list[Action]:
    """The table's acts that have a page here and that the case itself does not refuse."""
    facts = moves.facts_of(case, desk.actor, desk.now)
    state = State(case.state)

    def fits(action: Action) -> bool:
        if action.event is Event.DEADLINE_EXTENDED and not _extendable(case, open_deadlines):
            return False
        return not isinstance(LIFECYCLE.weigh(state, action.event, desk.actor.role, facts), str)

    return [action for action in case_page.actions_for(case, desk.actor) if action.event in OPS and fits(action)]


def _extendable(case: Case, open_deadlines: list[Deadline]) -> bool:
    """Whether the rules leave room to extend the duty of the case's state."""
    duty = DUTIES.get(State(case.state))
    running = next((d for d in open_deadlines if duty and d.duty == duty.name and d.state == Deadline.PENDING), None)
    extendable = deadlines.step_of(case, running.step).extendable if running else None
    return running is not None and extendable is not None and running.extensions < extendable.times
