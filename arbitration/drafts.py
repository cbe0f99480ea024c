"""A ruling as a form holds it, and what no form of this house could have sent.

Knows shapes and bounds; what a draft merely lacks is the linter's to say, and who may write one is not asked here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from arbitration.models import Admission, Finding
from common.errors import Missing, Refused
from disputes.awards import Payer
from disputes.models import Case, Point
from evidence.models import Exhibit
from rulebook import queries as rulebook

LONGEST_REASONS = 8_000
LONGEST_DEVIATION = 500
LONGEST_SKIP = 200
LONGEST_OBSERVATION = 1_000
MOST_CLAUSES = 20
HIGHEST = 10**13
LANGUAGES = ("zh-hans", "zh-hant", "en")
FINDINGS = (Finding.BUYER, Finding.MERCHANT, Finding.UNDETERMINED)
VERDICTS = (Admission.FULL, Admission.PART, Admission.NONE)


@dataclass(frozen=True)
class Draft:
    """What a form holds: everything may still be missing. Sums in minor units, ``merchant_share`` in basis points.

    ``findings``: point number → buyer, merchant, undetermined. ``admissions``: exhibit number → (full, part or none;
    reason code). ``skips``: exhibit number → why it was not opened. ``observations``: point number → what the author noted
    for the bench. ``freight_payer`` empty: as the rule says. ``value``: of what is lost or missing, for partial refunds, or
    of what is ordered in kind. ``return_freight``: ``None`` for as much as the rule gives. ``deviation_reason``: why it
    departs from how like cases were decided.
    """

    findings: Mapping[int, str] = field(default_factory=dict)
    admissions: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    skips: Mapping[str, str] = field(default_factory=dict)
    observations: Mapping[int, str] = field(default_factory=dict)
    clauses: tuple[str, ...] = ()
    remedy: str = ""
    ground: str = ""
    merchant_share: int | None = None
    value: int | None = None
    deduction: int = 0
    compensation: int = 0
    return_freight: int | None = None
    freight_payer: str = ""
    reasons: str = ""
    language: str = "zh-hans"
    deviation_reason: str = ""

    def as_data(self) -> dict[str, Any]:
        """JSON-safe, the same for the same draft."""
        return {
            "findings": {str(number): finding for number, finding in sorted(self.findings.items())},
            "admissions": {number: list(said) for number, said in sorted(self.admissions.items())},
            "skips": {number: why for number, why in sorted(self.skips.items()) if why},
            "observations": {str(number): text for number, text in sorted(self.observations.items()) if text},
            "clauses": list(self.clauses),
            "remedy": self.remedy,
            "ground": self.ground,
            "merchant_share": self.merchant_share,
            "value": self.value,
            "deduction": self.deduction,
            "compensation": self.compensation,
            "return_freight": self.return_freight,
            "freight_payer": self.freight_payer,
            "reasons": self.reasons,
            "language": self.language,
            "deviation_reason": self.deviation_reason,
        }


def without_idle_ground(case: Case, draft: Draft) -> Draft:
    """A ground that was chosen for another remedy does not count: where the remedy needs none, none is kept."""
    remedy = rulebook.rules(case.substance_rules_id).remedies.get(draft.remedy)
    return draft if remedy is None or remedy.gated else replace(draft, ground="")


@dataclass(frozen=True)
class Parts:
    """A checked draft's findings, admissions, skips and observations as rows will hold them."""

    findings: dict[int, str]
    admissions: dict[int, tuple[str, str]]
    skips: dict[int, str]
    observations: dict[int, str]

    @classmethod
    def of(cls, case: Case, draft: Draft) -> Parts:
        """Refuses what no form of this house could have sent. What is merely missing is the linter's to say."""
        _check(case, draft)
        points = dict(Point.objects.filter(case=case, round=case.round).values_list("number", "pk"))
        exhibits = {
            exhibit.number: exhibit.pk
            for exhibit in Exhibit.objects.filter(dossier_id=case.dossier_id).only("side", "place")
        }
        if not {*draft.findings, *draft.observations} <= set(points) or not {*draft.admissions, *draft.skips} <= set(
            exhibits
        ):
            raise Missing
        return cls(
            findings={points[number]: finding for number, finding in draft.findings.items() if finding},
            admissions={exhibits[number]: said for number, said in draft.admissions.items() if said[0]},
            skips={exhibits[number]: why.strip() for number, why in draft.skips.items() if why.strip()},
            observations={points[number]: text.strip() for number, text in draft.observations.items() if text.strip()},
        )


def _check(case: Case, draft: Draft) -> None:
    rules = rulebook.rules(case.substance_rules_id)
    if any(finding not in ("", *FINDINGS) for finding in draft.findings.values()):
        raise Refused("finding_unknown")
    if any(verdict not in ("", *VERDICTS) for verdict, _ in draft.admissions.values()):
        raise Refused("verdict_unknown")
    if any(reason and reason not in rules.admission_reasons for _, reason in draft.admissions.values()):
        raise Refused("reason_unknown")
    if draft.remedy and draft.remedy not in rules.remedies:
        raise Refused("remedy_unknown", remedy=draft.remedy)
    if draft.ground and draft.ground not in rules.grounds:
        raise Refused("ground_unknown", ground=draft.ground)
    if draft.merchant_share is not None and not 0 <= draft.merchant_share <= 10_000:
        raise Refused("share_out_of_range")
    if draft.value is not None and not 0 <= draft.value <= case.paid:
        raise Refused("value_out_of_range", highest=case.paid, currency=case.currency, field="value")
    for name in ("deduction", "compensation", "return_freight"):
        if not 0 <= (getattr(draft, name) or 0) <= HIGHEST:
            raise Refused("sum_out_of_range", highest=HIGHEST, currency=case.currency, field=name)
    if draft.freight_payer and draft.freight_payer not in [payer.value for payer in Payer]:
        raise Refused("payer_unknown")
    if len(draft.clauses) > MOST_CLAUSES or any(len(number) > 12 for number in draft.clauses):
        raise Refused("too_many_clauses", most=MOST_CLAUSES)
    if len(draft.deviation_reason) > LONGEST_DEVIATION:
        length = len(draft.deviation_reason)
        raise Refused("text_too_long", field="deviation_reason", longest=LONGEST_DEVIATION, length=length)
    if len(draft.reasons) > LONGEST_REASONS:
        raise Refused("text_too_long", field="reasons", longest=LONGEST_REASONS, length=len(draft.reasons))
    for name, texts, longest in (
        ("skip", draft.skips, LONGEST_SKIP),
        ("observation", draft.observations, LONGEST_OBSERVATION),
    ):
        length = max((len(text) for text in texts.values()), default=0)
        if length > longest:
            raise Refused("text_too_long", field=name, longest=longest, length=length)
    if draft.language not in LANGUAGES:
        raise Refused("language_unknown")
