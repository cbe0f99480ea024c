"""Which exception of the rules is to admit a claim that came after its window (clause 1.4); whoever admits it reads it."""

from __future__ import annotations

from disputes.lifecycle import Event
from disputes.models import Case
from journal.models import Entry
from rulebook import queries as rulebook
from rulebook.schema import Reason


def exception_of(case: Case) -> Reason | None:
    """As the buyer named it when the platform was asked last; ``None`` for what came in time. One query."""
    entries = Entry.objects.filter(stream_id=case.stream_id, kind=Event.INTERVENTION_REQUESTED.value)
    asked = entries.order_by("seq").last()
    named = asked.data.get("exception", "") if asked is not None else ""
    return rulebook.rules(case.substance_rules_id).window_exceptions.get(named)
