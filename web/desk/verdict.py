"""The right of the workspace as values: findings, a suggested share, clauses, remedies, the sum and who can pay it.

Suggests and never sets. No query.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from arbitration import sheet
from arbitration.models import Ruling
from arbitration.queries import Workspace
from arbitration.sheet import Sheet
from common import money
from disputes.awards import Award, Source
from disputes.models import Case, Point
from enforcement import plan
from enforcement.plan import Funds, Pot
from rulebook import queries as rulebook
from rulebook.rules import Rules
from rulebook.schema import Bearer
from web import asked, letter, reversed_roles, wording
from web.desk.ruling_form import RulingForm

# Shares are suggested in steps of so many percent.
_STEP = 10


def finding_rows(work: Workspace, found: Mapping[int, str], current: Point | None) -> list[dict[str, Any]]:
    return [
        {
            "number": point.number,
            "title": point.text,
            "name": f"finding_{point.number}",
            "chosen": found.get(point.number, ""),
            "is_current": current is not None and current.pk == point.pk,
        }
        for point in work.points
    ]


def suggested_share(points: list[Point], found: Mapping[int, str], bearer: Bearer) -> int | None:
    """The merchant's share in percent that the findings point to, in tens: the part of the points that go against it.

    What is unclear goes against whoever bears the burden. ``None`` until every point is found.
    """
    if not points or not all(found.get(point.number) for point in points):
        return None
    against = sum(1 for point in points if _against_merchant(point, found[point.number], bearer))
    return round(100 * against / len(points) / _STEP) * _STEP


def _against_merchant(point: Point, finding: str, bearer: Bearer) -> bool:
    if finding == "unclear":
        return unclear_is_against(point, bearer) == "merchant"
    return finding == "buyer"


def unclear_is_against(point: Point, bearer: Bearer) -> str:
    """Who bears that a point stays unclear: buyer or merchant."""
    if bearer is Bearer.ASSERTING:
        return "buyer" if point.raised_by == "buyer" else "merchant"
    return "buyer" if bearer is Bearer.BUYER else "merchant"


def clauses(form: RulingForm, rules: Rules) -> list[dict[str, Any]]:
    """The clauses that may be ticked on the page: the usual ones of the type, and those chosen."""
    chosen = set(form["clauses"].value() or ())
    listed = form.fields["clauses"].choices  # type: ignore[attr-defined]
    return [
        {
            "number": number,
            "title": str(rules.clauses[number].title) if number in rules.clauses else "",
            "text": str(rules.clauses[number].plain) if number in rules.clauses else "",
            "chosen": number in chosen,
        }
        for number, _label in listed
    ]


def all_clauses(case: Case, paid_at: datetime) -> list[dict[str, str]]:
    """Every clause of the rules of a case. ``later``: from when it counts, where it did not count for this case yet."""
    substance, procedure = rulebook.rules(case.substance_rules_id), rulebook.rules(case.procedure_rules_id)
    rows = []
    for number in dict.fromkeys([*substance.clauses, *procedure.clauses]):
        found = sheet.clause_of(number, case, substance, procedure, paid_at)
        if found is None:
            continue
        clause, _rules, in_force = found
        told = "" if in_force else _("in force from %(day)s, after this order") % {"day": clause.in_force_from}
        rows.append({"number": number, "title": str(clause.title), "text": str(clause.plain), "later": told})
    return rows


def remedies(form: RulingForm, rules: Rules) -> list[dict[str, Any]]:
    """Code, name, whether it needs a ground, whether it is chosen."""
    chosen = form["remedy"].value() or ""
    listed = form.fields["remedy"].choices  # type: ignore[attr-defined]
    return [
        {"code": code, "name": name, "gated": rules.remedy(code).gated, "chosen": code == chosen}
        for code, name in listed
    ]


def calculation(work: Workspace, of: Sheet | None, funds: Funds) -> dict[str, Any] | None:
    """The saved draft's sum and where it would come from; ``instead``: what is owed if what is ordered is not done."""
    draft, currency = work.draft, work.case.currency
    found = of.calculation if of is not None else None
    if draft is None or found is None:
        return None
    return {
        "lines": letter.line_words(sheet.lines_of(draft), currency),
        "total": draft.amount,
        "total_label": _("The merchant gets back") if reversed_roles.is_merchants(work.case) else _("The buyer gets"),
        "instead": money.sign(currency) + money.text(found.substitute, currency) if found.substitute else "",
        **_paid_from(work, found.amount, found.freight_amount, of, funds),
    }


def _paid_from(work: Workspace, amount: int, freight: int, of: Sheet | None, funds: Funds) -> dict[str, Any]:
    """The rungs that would be drawn on if it were paid now. Nothing is said of a case whose money has moved already."""
    reverses = reversed_roles.is_merchants(work.case)  # then nothing is drawn from the merchant
    if not amount or reverses or work.case.outcome_id is not None or of is None or of.calculation is None:
        return {"source": "", "enough": None, "short_of": ""}
    currency = work.case.currency
    award = Award(
        Source.RULED,
        of.ruling.remedy,
        amount,
        currency,
        freight_amount=freight,
        freight_payer=of.calculation.freight_payer,
    )
    drawn = plan.borne_by(plan.plan(award, funds).steps)
    names = {
        Pot.ESCROW: _("held payment"),
        Pot.SETTLEMENT: _("settlement"),
        Pot.DEPOSIT: _("deposit"),
    }
    own = [f"{name} {money.text(drawn[pot], currency)}" for pot, name in names.items() if drawn[pot]]
    short = drawn[Pot.ADVANCE] + drawn[Pot.RECEIVABLE]
    missing = _("%(sum)s short; it can be advanced and recovered") % {"sum": money.text(short, currency)}
    nothing = f"{names[Pot.ESCROW]} {money.text(0, currency)}"
    return {"source": " + ".join(own) or nothing, "enough": not short, "short_of": missing if short else ""}


def ordered(case: Case, ruling: Ruling, whole: Sheet) -> dict[str, Any]:
    """What a ruling that somebody else wrote orders, before it is signed: remedy, sum, share, clauses. No query."""
    rules, found = whole.substance, whole.calculation
    remedy = rules.remedies.get(ruling.remedy)
    ground = rules.grounds.get(ruling.ground)
    instead = (
        money.sign(case.currency) + money.text(found.substitute, case.currency) if found and found.substitute else ""
    )
    return {
        "remedy": asked.remedy_name(case, remedy) if remedy is not None else "",
        "ground": str(ground.name) if ground is not None else "",
        "sum": money.sign(case.currency) + money.text(ruling.amount, case.currency),
        "sum_label": _("The merchant gets back") if reversed_roles.is_merchants(case) else _("The buyer gets"),
        "instead": instead,
        "share": "" if ruling.merchant_share is None else f"{ruling.merchant_share / 100:g}%",
        "clauses": [
            {"number": number, "title": str(clause[0].title) if (clause := whole.clause(number)) is not None else ""}
            for number in whole.clauses
        ],
    }


def saved_at(work: Workspace, now: datetime) -> str:
    """When the draft was kept, to the second."""
    if work.draft is None:
        return ""
    return _("Draft saved %(at)s") % {"at": f"{work.draft.saved_at.astimezone(wording.HOUSE_ZONE):%H:%M:%S}"}
