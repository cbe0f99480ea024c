"""The price of a thing and what of it can still be asked for, in words. Knows sums; refuses to know who asks."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from common import money
from common.actor import Side
from disputes import amounts
from disputes.awards import Source
from disputes.models import Case, Outcome
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
    with its case."""
    outcome = case.outcome
    if outcome is None:
        return ""
    named = _named(case, outcome)
    if outcome.amount:  # in a list one thing says it
        named = money.sign(case.currency) + money.text(outcome.amount, case.currency)
    return _("Outcome: %(what)s") % {"what": named}


def outcome_rows(case: Case) -> list[dict[str, Any]]:
    """The same as a row beside what was asked for; nothing before anything came of it."""
    outcome = case.outcome
    if outcome is None:
        return []
    named = _named(case, outcome)
    amount = {} if named and not outcome.amount else {"amount": outcome.amount}
    return [{"label": _("Outcome"), "value": named, **amount}]


def _named(case: Case, outcome: Outcome) -> str:
    """The name of what was ordered where no sum says it: something owed in kind, a claim that was turned down."""
    remedy = rulebook.rules(case.substance_rules_id).remedies.get(outcome.remedy)
    if remedy is not None and outcome.substitute:
        return asked.remedy_name(case, remedy)
    if outcome.amount:
        return ""
    # What fell because the goods were not sent back was not turned down.
    decided = outcome.source in (Source.RULED, Source.APPEALED)
    return asked.remedy_name(case, remedy) if remedy is not None and decided else _("no money moves")


def given_back_rows(case: Case) -> list[dict[str, Any]]:
    """Beside the price, where some of it came back before the case: how much, and what is left. Else nothing."""
    back = amounts.given_back(case) if case.claimant == Side.BUYER.value else 0
    if not back:
        return []
    return [
        {"label": _("Given back before"), "value": "", "amount": back},
        {"label": _("Left of the amount paid"), "value": "", "amount": case.paid},
    ]
