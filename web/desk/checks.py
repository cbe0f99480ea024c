"""What is checked before a ruling goes out, group by group: what holds is said too, what does not leads to its field. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from web.desk.problems import Line

# What holds when nothing is wrong, and how the codes of the linter begin that say otherwise; the first that fits counts.
GROUPS: tuple[tuple[str | Promise, tuple[str, ...]], ...] = (
    (_("Every point is found"), ("points_", "finding_", "burden_")),
    (_("Every exhibit was looked at"), ("exhibit_unseen", "exhibit_not_seen", "unseen", "skip")),
    (_("Every exhibit is weighed, with a reason where it is not fully admitted"), ("admission_",)),
    (_("The other side could see what is cited for long enough"), ("exhibit_not_yet_citable",)),
    (_("The clauses cited were in force"), ("clause_",)),
    (_("Remedy and ground fit the case"), ("remedy_", "ground_", "share_")),
    (
        _("The sum is what the calculator gives"),
        ("award_", "value_", "deduction_", "fee_", "substitute_", "return_freight", "freight_"),
    ),
    (_("The reasons name every point and exhibit, and nobody"), ("reasons_",)),
)
REST = _("Everything else")


@dataclass(frozen=True)
class Check:
    """``lines`` are what is wrong; empty: it holds."""

    name: str | Promise
    lines: tuple[Line, ...]


def of(lacking: Sequence[Line]) -> list[Check]:
    """All groups in the order of the form; what fits none of them comes last, if there is any."""
    found: dict[int, list[Line]] = {}
    for line in lacking:
        place = next((n for n, (_name, codes) in enumerate(GROUPS) if line.code.startswith(codes)), len(GROUPS))
        found.setdefault(place, []).append(line)
    checks = [Check(name, tuple(found.get(place, ()))) for place, (name, _codes) in enumerate(GROUPS)]
    rest = found.get(len(GROUPS))
    return [*checks, Check(REST, tuple(rest))] if rest else checks
