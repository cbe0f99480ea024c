"""Until when a side can give evidence, and what becomes of a claim or an answer without what is required: said once for all
pages. Decides nothing: handing in is refused by the act, and what was not given is weighed by whoever rules.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from disputes.lifecycle import State
from disputes.models import Case
from rulebook import queries as rulebook
from rulebook.rules import Rules
from web import wording
from web.party import choices
from web.rules import length


def to_file(case: Case, now: datetime) -> str:
    """Until when a claim can be filed, where it is the buyer's own time that runs out."""
    if case.due_at is None or case.awaits != "buyer":
        return ""
    return _("You can file until %(at)s.") % {"at": wording.deadline(case.due_at, now)}


def until(case: Case, now: datetime, *, answering: bool = False) -> str:
    """Until when evidence can be added as things stand; empty where none can. ``answering``: whether its reader owes an
    answer as well, whose term stands above it and ends first."""
    if State(case.state) is State.ADMISSION:
        term = evidence_term(rulebook.rules(case.procedure_rules_id))
        return _("You can add already. After the case is accepted there are %(term)s more.") % {"term": term}
    ends_at = choices.evidence_ends_at(case, now)
    if ends_at is None:
        return ""
    told = _("Evidence can be added until %(at)s.")
    if answering and case.due_at is not None and case.due_at < ends_at:
        told = _("Evidence can be added until %(at)s. Your answer is due before that, at the time above.")
    return wording.tight(told % {"at": wording.deadline(ends_at, now)})


def required(case: Case, missing: Sequence[str], now: datetime) -> str:
    """What of the required evidence is ``missing``, until when it can be added, and what follows; empty if nothing is,
    and once it is ruled."""
    if not missing or State(case.state) is State.AWAITING_APPEAL_ANSWER:
        # That round is ruled: what was missing has counted already.
        return ""
    what, state = _named(missing), State(case.state)
    if state is State.ADMISSION:
        return _(
            "Required and still missing: %(what)s. Add it now, or within %(term)s after the case is accepted. What is not "
            "given by then counts by the rule on who has to prove it."
        ) % {"what": what, "term": evidence_term(rulebook.rules(case.procedure_rules_id))}
    ends_at = choices.evidence_ends_at(case, now)
    if ends_at is None:
        return ""
    said = {"what": what, "at": wording.deadline(ends_at, now)}
    told = _(
        "Required and still missing: %(what)s. Add it until %(at)s. What is not given by then counts by the rule on who "
        "has to prove it."
    )
    if state is State.GATHERING_EVIDENCE:
        told = _(
            "Required and still missing: %(what)s. Add it until %(at)s, then finish giving evidence. What is not given "
            "by then counts by the rule on who has to prove it."
        )
    return wording.tight(told % said)


def required_at_filing(procedure: Rules, missing: Sequence[str]) -> str:
    """The same while the claim is being written. ``procedure``: the rules whose terms it will have."""
    if not missing:
        return ""
    return _(
        "Required and still missing: %(what)s. You can submit the claim all the same, and add it within %(term)s after "
        "the case is accepted. What is not given by then counts by the rule on who has to prove it."
    ) % {"what": _named(missing), "term": evidence_term(procedure)}


def evidence_term(procedure: Rules) -> str:
    """How long both sides have for evidence, once a case is accepted."""
    return length(procedure.step("evidence").duration)


def _named(missing: Sequence[str]) -> str:
    return pgettext("between alternatives", ", ").join(missing)
