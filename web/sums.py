"""The price of a thing and what of it can still be asked for, in words. Knows sums; refuses to know who asks."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from common import money
from common.actor import Side
from disputes import amounts
from disputes.models import Case
from rulebook import queries as rulebook
from web import asked


def at_most(highest: int, paid: int, currency: str) -> str:
    """The hint beside a sum: ``highest`` can be asked for of what was ``paid``."""
    said = {"sum": money.sign(currency) + money.text(highest, currency)}
    if highest < paid:
        return _("At most %(sum)s (amount paid, less what has been given back)") % said
    return _("At most %(sum)s (amount paid)") % said


def result(case: Case) -> str:
    """What came of the sum that is claimed, once something was agreed or decided; empty before. No query: the outcome came
    with its case. Beside a claim that was turned down stands that nothing of it is given, not a sum of nothing."""
    outcome = case.outcome
    if outcome is None:
        return ""
    remedy = rulebook.rules(case.substance_rules_id).remedies.get(outcome.remedy)
    if remedy is not None and outcome.substitute and not outcome.amount:  # something is owed in kind: no sum says what
        return _("Outcome: %(what)s") % {"what": asked.remedy_name(case, remedy)}
    if not outcome.amount:
        return _("Outcome: no money moves")
    return _("Outcome: %(what)s") % {"what": money.sign(case.currency) + money.text(outcome.amount, case.currency)}


def outcome_rows(case: Case) -> list[dict[str, Any]]:
    """What came of the buyer's claim, as a row beside what was asked for; nothing before anything did."""
    outcome = case.outcome
    if outcome is None:
        return []
    remedy = rulebook.rules(case.substance_rules_id).remedies.get(outcome.remedy)
    ordered = asked.remedy_name(case, remedy) if remedy is not None and outcome.substitute else ""
    amount = {} if ordered and not outcome.amount else {"amount": outcome.amount}
    return [{"label": _("Outcome"), "value": ordered, **amount}]


def given_back_rows(case: Case) -> list[dict[str, Any]]:
    """Beside the price, where some of it came back before the case: how much, and what is left. Else nothing."""
    back = amounts.given_back(case) if case.claimant == Side.BUYER.value else 0
    if not back:
        return []
    return [
        {"label": _("Given back before"), "value": "", "amount": back},
        {"label": _("Left of the amount paid"), "value": "", "amount": case.paid},
    ]
