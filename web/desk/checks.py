"""What is checked before a ruling goes out, by groups: what holds is said too, what does not leads to its field. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from arbitration import letter_hints
from arbitration.sheet import Sheet
from notifications import reach
from web.desk.problems import Line

# What holds when nothing is wrong, and how the codes of the linter begin that say otherwise; the first that fits counts.
GROUPS: tuple[tuple[str | Promise, tuple[str, ...]], ...] = (
    (_("Every point is found"), ("points_", "finding_", "burden_")),
    (_("Every exhibit was looked at"), ("exhibit_unseen",)),
    (_("Every exhibit is weighed, with a reason where it is not fully admitted"), ("admission_",)),
    (_("The other side could see what is cited for long enough"), ("exhibit_not_yet_citable",)),
    (_("The clauses cited were in force"), ("clause_",)),
    (_("Remedy and ground fit the case"), ("remedy_", "ground_", "share_")),
    (
        _("The sum is what the calculator gives"),
        ("award_", "value_", "deduction_", "fee_", "substitute_", "return_freight", "freight_"),
    ),
    (_("The reasons name every point and exhibit, and nobody; no gap is left"), ("reasons_",)),
)
REST = _("Everything else")
DELIVERY = _("Notices reach both sides")
UNREACHED: dict[tuple[str, str], str | Promise] = {
    ("buyer", reach.NOBODY): _("Notices do not reach the buyer: the account is closed"),
    ("merchant", reach.NOBODY): _("Notices do not reach the merchant: no account of the shop is open"),
    ("buyer", reach.MAIL): _("The last e-mail to the buyer could not be delivered; the notice waits in the site"),
    ("merchant", reach.MAIL): _("The last e-mail to the merchant could not be delivered; the notice waits in the site"),
}
# Without these there is no sum yet: nothing can be said to agree with it.
UNDECIDED = ("remedy_missing", "share_missing")


HINTS: dict[str, str | Promise] = {
    "sum_not_calculated": _("The reasons speak of %(at)s, which the calculation does not have"),
    "clause_not_explained": _("The reasons do not say why clause %(at)s applies"),
    "long_sentence": _("A long sentence: “%(at)s…”"),
}


@dataclass(frozen=True)
class Check:
    """``lines`` are what is wrong; empty: it holds."""

    name: str | Promise
    lines: tuple[Line, ...]


def of(lacking: Sequence[Line]) -> list[Check]:
    """The groups in the order of the form, the sum only once there is one; what fits none comes last, if there is any."""
    found: dict[int, list[Line]] = {}
    for line in lacking:
        place = next((n for n, (_name, codes) in enumerate(GROUPS) if line.code.startswith(codes)), len(GROUPS))
        found.setdefault(place, []).append(line)
    open_yet = any(line.code in UNDECIDED for line in lacking)
    checks = [
        Check(name, tuple(found.get(place, ())))
        for place, (name, codes) in enumerate(GROUPS)
        if place in found or not (open_yet and "award_" in codes)
    ]
    rest = found.get(len(GROUPS))
    return [*checks, Check(REST, tuple(rest))] if rest else checks


def delivery(unreached: Mapping[str, str], page: str) -> Check:
    """Whether what both sides are told will reach them. It keeps nobody from issuing: a notice in the site stands anyway."""
    lines = [Line(str(UNREACHED[side, why]), page, f"unreached_{side}") for side, why in unreached.items()]
    return Check(DELIVERY, tuple(lines))


def advice(whole: Sheet) -> list[str]:
    """What would make the reasons easier to follow; it keeps nobody from issuing the ruling."""
    case, calculation = whole.case, whole.calculation
    sums = {case.paid, case.claimed, whole.ruling.value or 0, whole.record.freight_out}
    if calculation is not None:
        sums |= {calculation.amount, calculation.freight_amount, calculation.substitute}
        sums |= {abs(line.amount) for line in calculation.lines}
    found = letter_hints.hints(whole.ruling.reasons, sums=sums, clauses=whole.clauses)
    return [str(HINTS[hint.code]) % {"at": hint.at} for hint in found]
