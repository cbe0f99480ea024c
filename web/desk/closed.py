"""Why an act is not open to this reader of the bench now, said before a form is filled in.

What `offered` keeps off a page of a case, for whoever comes by the address. The act asks again under the lock.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from accounts import hats
from arbitration import approvals, assignment, bench, sittings
from arbitration import queries as arbitration
from common.actor import Actor, Role
from common.errors import Refused
from disputes import queries
from disputes.lifecycle import LIFECYCLE, Event, State
from disputes.models import Case
from jury import panels
from web.acts import Closed
from web.desk import offered
from web.party.closed import against_extending


def why_not(case: Case, actor: Actor, event: Event, now: datetime, query: Mapping[str, str]) -> Closed | None:
    """``None`` while the act is open to this arbitrator or senior."""
    about_offers = event in (Event.OFFER_MADE, Event.OFFER_RETRACTED)
    ours = about_offers and queries.open_offers(case.pk).filter(side="platform").exists()
    facts = bench.facts(case, actor, now, offer_is_open=ours, offer_is_mine=ours)
    said = LIFECYCLE.weigh(State(case.state), event, actor.role, facts)
    if isinstance(said, str):
        return Closed(Refused(said))
    holds = actor.id is not None and case.assignee_id == actor.id
    if event in offered.KEEPERS and not (holds or actor.role is Role.SENIOR):
        return Closed(Refused("case_is_not_yours"))
    if event in offered.KEEPERS and not holds and (sitting := sittings.live(case, now)) is not None:
        number, until = hats.number_of(sitting.user_id, now), sitting.until.isoformat()
        return Closed(Refused("case_is_being_written", number=number, free_at=until))
    refused = _against(case, actor, event, now, ours=ours, holds=holds)
    return Closed(refused) if refused is not None else None


def _against(case: Case, actor: Actor, event: Event, now: datetime, *, ours: bool, holds: bool) -> Refused | None:
    """What only this act looks at, as far as no form could change it."""
    match event:
        case Event.TAKEN if actor.id is not None:
            if bench.has_ruled(actor.id, case):
                return Refused("own_ruling")
            arbiter = assignment.arbiter_of(actor.id, actor.role)
            full = arbiter.load_limit and arbiter.load >= arbiter.load_limit
            return Refused("load_limit_reached", limit=arbiter.load_limit) if full else None
        case Event.SENT_TO_JURY if refusals := panels.refusals(case):
            return Refused(refusals[0])
        case Event.OFFER_MADE if ours:
            return Refused("offer_already_open")
        case Event.APPEAL_TAKEN if case.assignee_id is not None and not holds:
            sits = hats.still_holds(Actor.staff(Role.SENIOR, case.assignee_id))
            return Refused("already_taken") if sits else None
        case Event.APPROVAL_TAKEN | Event.HANDED_BACK if (ruling := arbitration.proposed(case)) is not None:
            if ruling.author_id == actor.id:
                return Refused("own_ruling")
            others = event is Event.APPROVAL_TAKEN and approvals.reader_of(ruling) not in (None, actor.id)
            return Refused("approval_is_with_another") if others else None
        case Event.DEADLINE_EXTENDED:
            return against_extending(case, actor, now)
        case _:
            return None
