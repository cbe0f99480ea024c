"""What another page saved, part by part, where it differs from what was typed in this one. Compares; keeps nothing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, TypedDict

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from arbitration.drafts import Draft
from common import money
from disputes.awards import Payer
from rulebook.rules import Rules
from web.desk.ruling_form import LANGUAGES
from web.desk.words import FINDINGS, VERDICTS

Text = str | Promise


class Part(TypedDict):
    """``label``: which part of the ruling; ``there``: what was saved elsewhere, in words; a dash where nothing was."""

    label: str
    there: str


_PARTS: dict[str, Text] = {
    "findings": gettext_lazy("findings"),
    "admissions": gettext_lazy("evidence"),
    "skips": gettext_lazy("evidence not opened"),
    "observations": gettext_lazy("your notes"),
    "clauses": gettext_lazy("clauses"),
    "remedy": gettext_lazy("remedy"),
    "ground": gettext_lazy("why the goods stay"),
    "merchant_share": gettext_lazy("shares"),
    "value": gettext_lazy("value"),
    "deduction": gettext_lazy("deduction"),
    "compensation": gettext_lazy("compensation"),
    "return_freight": gettext_lazy("cost of the way back"),
    "freight_payer": gettext_lazy("who pays the way back"),
    "reasons": gettext_lazy("reasons"),
    "language": gettext_lazy("language"),
}
_SUMS = frozenset({"value", "deduction", "compensation", "return_freight"})


def differing(there: Draft, here: Draft, rules: Rules, currency: str) -> list[Part]:
    """The parts in which both differ, in the order of the form."""
    saved, typed = there.as_data(), here.as_data()
    return [
        Part(label=str(label), there=_words(key, saved[key], rules, currency) or "–")
        for key, label in _PARTS.items()
        if saved[key] != typed[key]
    ]


def _words(key: str, value: Any, rules: Rules, currency: str) -> str:
    if value in (None, "", [], {}):
        return ""
    if key in _SUMS:
        return money.sign(currency) + money.text(value, currency)
    match key:
        case "merchant_share":
            return _("Merchant %(share)s%%") % {"share": value // 100}
        case "clauses":
            return "、".join(value)
        case "remedy":
            return str(rules.remedy(value).name) if value in rules.remedies else str(value)
        case "ground":
            return str(rules.grounds[value].name) if value in rules.grounds else str(value)
        case "freight_payer":
            return str(_PAYERS.get(value, value))
        case "language":
            return dict(LANGUAGES).get(value, str(value))
        case "findings" | "admissions" | "skips" | "observations":
            return " · ".join(_each(key, value, rules))
        case _:
            return str(value)


def _each(key: str, value: Mapping[str, Any], rules: Rules) -> Iterator[str]:
    for number, said in value.items():
        if key == "findings":
            yield f"{number} {FINDINGS.get(said, said)}"
        elif key == "admissions":
            verdict, reason = said
            why = f"（{rules.admission_reasons[reason].name}）" if reason in rules.admission_reasons else ""
            yield f"{number} {VERDICTS.get(verdict, verdict)}{why}"
        else:
            yield f"{number} {said}"


_PAYERS: dict[str, Text] = {
    Payer.BUYER.value: gettext_lazy("Buyer"),
    Payer.MERCHANT.value: gettext_lazy("Merchant"),
    Payer.NOBODY.value: gettext_lazy("Nobody"),
}
