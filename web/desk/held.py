"""Whether somebody has a case open to write on it: kept while they work, told to whoever looks in. Decides nothing."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext as _

from accounts import hats
from arbitration import drafting, sittings
from arbitration.queries import Workspace
from common.actor import Actor
from web import wording


def keep(work: Workspace, actor: Actor, now: datetime) -> None:
    """The writer's page was opened: the case is kept for them. Writes at most once a minute."""
    mine = work.sitting is not None and work.sitting[0] == actor.id
    until = work.sitting[1] if mine and work.sitting is not None else None
    if sittings.wants_renewal(until, now):
        sittings.sit(work.case.pk, actor=actor, now=now)


def by_another(work: Workspace, actor: Actor, now: datetime) -> bool:
    """Whether somebody else, in whose hands the case is, has it open. No query."""
    if work.sitting is None or work.case.state not in drafting.STAGES:
        return False
    user_id, until = work.sitting
    return user_id == work.case.assignee_id != actor.id and now < until


def told(work: Workspace, actor: Actor, now: datetime) -> str:
    """Who has it, by the number of their office, and when it is free again; empty while nobody else does. One query then."""
    if work.sitting is None or not by_another(work, actor, now):
        return ""
    user_id, until = work.sitting
    said = _("Arbitrator %(number)s has this case until %(at)s. You can read it for now.")
    return said % {"number": hats.number_of(user_id, now) or "–", "at": wording.moment(until, now)}
