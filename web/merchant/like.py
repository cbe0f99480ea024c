"""How like cases ended, beside a shop's answer and its proposal. Counted figures only; knows no other case."""

from __future__ import annotations

from typing import Any

from arbitration import precedent_rules
from disputes.models import Case
from insights import consistency
from rulebook import queries as rulebook
from web import precedent_words, reversed_roles


def of(case: Case) -> dict[str, Any] | None:
    """How such cases ended in the last year, as it was counted; nothing where too few stand behind it, or where it is the
    shop that claims. One query."""
    if reversed_roles.is_merchants(case):
        return None
    band = precedent_rules.band(case.claimed, case.currency)
    name = rulebook.rules(case.substance_rules_id).type(case.type_code).name
    return precedent_words.outcomes(consistency.outcomes_like(case.type_code, case.currency, band), str(name))
