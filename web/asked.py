"""What the buyer asks for, in a few words: the request while the sides talk, the claim once it is filed. One thing keeps
one name on every page."""

from __future__ import annotations

from disputes import labels
from disputes.lifecycle import Kind
from disputes.models import Case
from rulebook import queries as rulebook
from rulebook.schema import Remedy


def name(case: Case) -> str:
    """A filed claim need not be the first request: who asked for the money in transit may claim a refund only."""
    remedies = rulebook.rules(case.substance_rules_id).remedies
    if case.intervened_at is not None and case.remedy in remedies:
        return remedy_name(case, remedies[case.remedy])
    return str(labels.KINDS[Kind(case.kind)])


def remedy_name(case: Case, remedy: Remedy) -> str:
    """A remedy as it is called in this case, whoever asks for it, orders it or reads of it."""
    return str(labels.remedy(remedy.code, str(remedy.name), case.kind))


def returns(case: Case) -> bool:
    """Whether the goods would go back by what is asked for: what was decided may differ, and stands on the case by then."""
    remedies = rulebook.rules(case.substance_rules_id).remedies
    if case.intervened_at is not None and case.remedy in remedies:
        return remedies[case.remedy].returns
    return case.kind == Kind.RETURN_REFUND.value
