"""Why a case was not admitted, told to both sides: the rulebook's reason, its clause, and the ways outside of the court."""

from __future__ import annotations

from dataclasses import dataclass

from django.urls import reverse

from disputes.lifecycle import State
from disputes.models import Case
from journal.kinds import Kind
from journal.models import Entry
from rulebook import queries as rulebook


@dataclass(frozen=True, slots=True)
class Dismissal:
    """As ``components/dismissal.html`` reads it; ``routes`` are pairs of name and text."""

    name: str
    text: str
    clause: str
    href: str
    routes: tuple[tuple[str, str], ...]


def of(case: Case) -> Dismissal | None:
    """``None`` unless the case was not admitted. At most one query."""
    if State(case.state) is not State.DISMISSED:
        return None
    entry = Entry.objects.filter(stream_id=case.stream_id, kind=Kind.NOT_ADMITTED.value).order_by("-seq").first()
    rules = rulebook.rules(case.procedure_rules_id)
    reason = rules.refusals.get(entry.data["reason"]) if entry is not None else None
    if reason is None:
        return None
    clause = rules.clauses.get(reason.clause)
    routes = [rules.routes[code] for code in reason.routes if code in rules.routes]
    return Dismissal(
        name=str(reason.name),
        text=str(reason.text),
        clause=f"{clause.number} {clause.title}" if clause else reason.clause,
        href=reverse("public:clause", args=[rules.version, reason.clause]),
        routes=tuple((str(route.name), str(route.text)) for route in routes),
    )
