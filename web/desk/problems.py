"""What the linter finds, in words, with the field where it is mended. Knows codes; refuses to know rulings."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from arbitration.linter import Problem, RulingView, check

# %(at)s is the number of the point, exhibit or clause.
SENTENCES: dict[str, str | Promise] = {
    "points_missing": _("The case has no points at issue"),
    "finding_missing": _("Find on point %(at)s"),
    "burden_rule_missing": _("Point %(at)s is unclear: cite the burden of proof"),
    "admission_missing": _("Say whether %(at)s is admitted"),
    "admission_reason_missing": _("Say why %(at)s is not fully admitted"),
    "admission_reason_unknown": _("Choose a reason from the list for %(at)s"),
    "exhibit_unseen": _("%(at)s has not been opened: view it, or say why you skip it"),
    "exhibit_not_yet_citable": _("%(at)s: the other side has not had it for long enough"),
    "clause_missing": _("Cite at least one clause"),
    "clause_unknown": _("Clause %(at)s does not exist"),
    "clause_not_in_force": _("Clause %(at)s was not in force then"),
    "remedy_missing": _("Choose a remedy"),
    "remedy_not_for_type": _("This remedy does not fit the type of dispute"),
    "ground_missing": _("Say why the goods need not come back"),
    "ground_unknown": _("Choose a ground from the list"),
    "ground_contradicted": _("The file contradicts this ground: choose another"),
    "partial_is_whole": _(
        "All of the price is no partial refund: say what value is lost, or choose refund without return"
    ),
    "share_missing": _("Set the shares of liability"),
    "share_contradicts_remedy": _("Shares and remedy contradict each other"),
    "freight_not_by_rule": _("The freight is not paid as the rule says"),
    "substitute_missing": _("State the value that is owed instead if it is not done"),
    "deduction_missing": _("State the value of the gift that is taken off"),
    "fee_missing": _("State the test fee that the receipt shows"),
    "deduction_over_cap": _("More is taken off than clause %(at)s allows"),
    "value_over_cap": _("More of the price is kept back than clause %(at)s allows"),
    "return_freight_unexplained": _("Say in the reasons why the way back costs another sum than the way out"),
    "award_differs": _("The sum differs from the calculator: save again"),
    "reasons_too_short": _("Write the reasons"),
    "reasons_omit_point": _("The reasons do not mention point %(at)s"),
    "reasons_omit_exhibit": _("The reasons do not mention %(at)s"),
    "reasons_cite_unknown_exhibit": _("The reasons cite %(at)s, which is not on the file"),
    "reasons_slot_open": _("The reasons have a gap to fill in: %(at)s"),
    "reasons_name_somebody": _("The reasons name somebody or hold a number: take it out"),
    "reasons_not_rewritten": _(
        "The reasons were written for the earlier ruling, which came to another result: write them anew"
    ),
    "reasons_omit_jury": _("The jury found for the other side: say in the reasons why you do not"),
    "deviation_unexplained": _("Like cases were decided otherwise: say why this one is not"),
}
_FIELDS = {
    "points": "points",
    "clauses": "clauses",
    "remedy": "remedy",
    "ground": "id_ground",
    "share": "id_share",
    "freight": "id_freight_payer",
    "award": "remedy",
    "value": "id_value",
    "deduction": "id_deduction",
    "compensation": "id_compensation",
    "return_freight": "id_return_freight",
    "reasons": "id_reasons",
    "deviation": "id_deviation_reason",
}


@dataclass(frozen=True)
class Line:
    """One thing to mend; ``href`` leads to its field on the page of the case, or to the exhibit that was not opened.

    ``code`` is the linter's.
    """

    text: str
    href: str
    code: str = ""


def of(view: RulingView, page: str = "") -> list[Line]:
    """All that a ruling lacks. ``page``: the address of the workspace, when the list stands on another page."""
    return [_too_short(view, page) if _is_short(problem, view) else _line(problem, page) for problem in check(view)]


def _is_short(problem: Problem, view: RulingView) -> bool:
    return problem.code == "reasons_too_short" and bool(view.reasons.strip())


def _too_short(view: RulingView, page: str) -> Line:
    """Reasons that are there are not missing, only too short."""
    have, least = len(view.reasons.strip()), view.minimum_reasons
    said = gettext("The reasons are too short: %(have)s of at least %(least)s characters")
    return Line(said % {"have": have, "least": least}, f"{page}#id_reasons", "reasons_too_short")


def _line(problem: Problem, page: str) -> Line:
    code = problem.code
    kind, _sep, at = problem.where.partition(":")
    anchor = {
        "point": f"point-{at}",
        "exhibit": f"admit-{at}",
        "clause": "clauses",
    }.get(kind, _FIELDS.get(kind, "decision"))
    if code == "exhibit_unseen":
        return Line(str(SENTENCES[code]) % {"at": at}, f"{page}evidence/{at}/", code)
    if code.startswith("reasons_"):
        anchor = "id_reasons"
    return Line(str(SENTENCES.get(code, code.replace("_", " "))) % {"at": at}, f"{page}#{anchor}", code)
