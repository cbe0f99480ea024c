"""Templates of reasons, filled from what was found and admitted. What is not known yet stays a slot: 〔…〕, to be written.

Texts are in the language of the letter, whatever that of the page. Pure: knows no case and no query.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from web import wording


@dataclass(frozen=True, slots=True)
class Template:
    """``body``: English, with the names of `Facts` in braces; its sentences in other languages are in the catalogue."""

    code: str
    name: str | Promise
    body: str | Promise


TEMPLATES: tuple[Template, ...] = (
    Template(
        "merchant_burden",
        gettext_lazy("The merchant has not proved it"),
        gettext_lazy(
            "{for_buyer}: the buyer reported it {reported} and gave {buyers}. What the merchant gave ({merchants}) does not "
            "show the contrary: {why}. By clause {burden} this is for the merchant to prove; found for the buyer."
        ),
    ),
    Template(
        "buyer_burden",
        gettext_lazy("The buyer has not proved it"),
        gettext_lazy(
            "{for_merchant}: what the buyer gave ({buyers}) does not show what is claimed: {why}. The merchant gave "
            "{merchants}. By clause {burden} this is for the buyer to prove; found for the merchant."
        ),
    ),
    Template(
        "agreed",
        gettext_lazy("The facts are not in dispute"),
        gettext_lazy(
            "{for_buyer}: the facts are not in dispute between the parties and agree with {buyers} and {merchants}. "
            "What remains is what follows from them: {why}."
        ),
    ),
    Template(
        "each",
        gettext_lazy("Point by point"),
        gettext_lazy("The parties' evidence ({buyers}; {merchants}) was weighed point by point."),
    ),
)
CODES = {template.code: template for template in TEMPLATES}


@dataclass(frozen=True)
class Facts:
    """What slots are filled from. ``findings``: point number → buyer, merchant, unclear or empty.

    ``admitted`` and ``refused``: numbers of exhibits. ``burden``: the clause. ``after``: from delivery to the first
    report.
    """

    findings: Mapping[int, str]
    admitted: Sequence[str] = ()
    refused: Sequence[str] = ()
    burden: str = ""
    after: timedelta | None = None
    cited: Sequence[str] = field(default_factory=tuple)


def choices() -> list[dict[str, str]]:
    return [{"code": template.code, "name": str(template.name)} for template in TEMPLATES]


def fill(code: str, facts: Facts, language: str) -> str:
    """The text of one template in ``language``. Points and exhibits that its sentences do not speak of follow after."""
    template = CODES[code]
    with translation.override(language):
        named = _values(facts)
        body = str(template.body)
        text = body.format(**named)
        parts = [text, *_other_points(body, facts, named), *_other_exhibits(body, facts), *_refused(body, facts)]
        # Chinese sentences follow each other without a space.
        return ("" if language.startswith("zh") else " ").join(part for part in parts if part)


def _values(facts: Facts) -> dict[str, str]:
    of = {side: [n for n in facts.admitted if n.startswith(side)] for side in "BMP"}
    return {
        "for_buyer": _points(facts, "buyer") or _slot(_("points found for the buyer")),
        "for_merchant": _points(facts, "merchant") or _slot(_("points found for the merchant")),
        "buyers": _listed(of["B"]) or _slot(_("the buyer's evidence")),
        "merchants": _listed(of["M"] or [n for n in facts.refused if n.startswith("M")]) or _nothing(facts, "M"),
        "burden": facts.burden or _slot(_("clause")),
        "reported": _after(facts.after),
        "why": _slot(_("why")),
    }


def _nothing(facts: Facts, side: str) -> str:
    return _slot(_("the merchant's evidence")) if side == "M" else ""


def _after(after: timedelta | None) -> str:
    if after is None:
        return _slot(_("when"))
    return _("%(span)s after delivery") % {"span": wording.span(after)}


def _points(facts: Facts, finding: str) -> str:
    numbers = [str(number) for number, found in facts.findings.items() if found == finding]
    return _("Point %(numbers)s") % {"numbers": _listed(numbers)} if numbers else ""


def _other_points(body: str, facts: Facts, named: Mapping[str, str]) -> list[str]:
    """A sentence for each group of points that the body left out, and a slot for each point that nothing was found on."""
    told = []
    if "{for_buyer}" not in body and _points(facts, "buyer"):
        told.append(
            _("%(points)s: %(why)s; found for the buyer.") % {"points": named["for_buyer"], "why": named["why"]}
        )
    if "{for_merchant}" not in body and _points(facts, "merchant"):
        words = {"points": named["for_merchant"], "why": named["why"]}
        told.append(_("%(points)s: %(why)s; found for the merchant.") % words)
    if unclear := _points(facts, "unclear"):
        said = _("%(points)s: it cannot be made out; the burden of proof decides (clause %(clause)s).")
        told.append(said % {"points": unclear, "clause": named["burden"]})
    told += [
        _slot(_("point %(number)s: to be written") % {"number": number})
        for number, found in facts.findings.items()
        if not found
    ]
    return told


def _other_exhibits(body: str, facts: Facts) -> list[str]:
    """What was admitted and is not named yet: every admitted exhibit stands in the reasons."""
    named = {side for side, name in (("B", "{buyers}"), ("M", "{merchants}")) if name in body}
    rest = [number for number in facts.admitted if number[:1] not in named]
    return [_("Admitted as well: %(numbers)s.") % {"numbers": _listed(rest)}] if rest else []


def _refused(body: str, facts: Facts) -> list[str]:
    rest = [number for number in facts.refused if not (number.startswith("M") and "{merchants}" in body)]
    return [_("Not admitted: %(numbers)s.") % {"numbers": _listed(rest)}] if rest else []


def _listed(numbers: Iterable[str]) -> str:
    return pgettext("between numbers", ", ").join(numbers)


def _slot(name: str) -> str:
    # What nobody types by chance, and what reads as a gap on paper; `arbitration.linter` lets none of them out.
    return f"〔{name}〕"
