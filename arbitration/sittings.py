"""Who has a case open to write on it, in which tab, and until when. Keeps two pages from writing over each other.

Who may rule is the assignment's to say and never this module's: a sitting that ended takes nothing away from anybody.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from arbitration.models import Sitting
from common.actor import Actor
from common.acts import act, require_act
from disputes import queries
from disputes.lifecycle import State
from disputes.models import Case

# Where whoever has a case in hand may write on it.
WRITTEN_IN = frozenset(
    state.value for state in (State.UNDER_REVIEW, State.MORE_EVIDENCE, State.JURY_VOTING, State.UNDER_APPEAL)
)
LASTS = timedelta(minutes=30)
# A page that is opened again within this time writes nothing.
RENEWED_AFTER = timedelta(minutes=1)


@act
def sit(case_id: int, *, actor: Actor, now: datetime) -> bool:
    """Whoever has the case in hand looks at it to write: theirs for half an hour more. ``False`` if they have not."""
    case = queries.lock(case_id)
    if case.assignee_id is None or case.assignee_id != actor.id:
        return False
    renew(case, actor, now)
    return True


def renew(case: Case, actor: Actor, now: datetime, *, tab: str = "", turn: int = 0) -> None:
    """Inside an act that holds the case and knows that it is the actor's. ``tab``: in which page they just wrote."""
    require_act()
    wrote = {"tab": tab, "turn": turn} if tab else {}
    kept = {"user_id": actor.id, "until": now + LASTS}
    # What another person's page wrote last says nothing of this one's.
    if not Sitting.objects.filter(case=case, user_id=actor.id or 0).update(**kept, **wrote):
        fresh = {"tab": tab, "turn": turn}
        Sitting.objects.update_or_create(case=case, defaults={**kept, **fresh})


def of(case: Case) -> Sitting | None:
    """The row of this case, over or not. Inside an act, under the lock of the case."""
    require_act()
    return Sitting.objects.filter(case=case).first()


def live(case: Case, now: datetime) -> Sitting | None:
    """Who has the case open to write on it now, if it is still in their hands. Reads."""
    held = Sitting.objects.filter(case=case, user_id=case.assignee_id or 0, until__gt=now)
    return held.first() if case.state in WRITTEN_IN else None


def wants_renewal(until: datetime | None, now: datetime) -> bool:
    return until is None or until - now < LASTS - RENEWED_AFTER
