"""The ruling as a form: what was typed becomes a `Draft`, and a draft becomes what the form shows. Decides nothing."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.forms import (
    CharField,
    CheckboxSelectMultiple,
    ChoiceField,
    HiddenInput,
    IntegerField,
    MultipleChoiceField,
    NumberInput,
    RadioSelect,
    Textarea,
    TextInput,
)
from django.forms.boundfield import BoundField
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from arbitration import calculator, drafts, record
from arbitration.drafting import Tab
from arbitration.drafts import Draft
from arbitration.models import Ruling
from arbitration.queries import Workspace
from common import ids, money
from common.errors import Refused
from disputes.awards import Payer
from rulebook import queries as rulebook
from rulebook.rules import Rules
from web import asked, case_page, reversed_roles
from web.fields import AmountField, amount_field
from web.forms import HouseForm

# The words of the components, and those of the ruling.
FINDING = {"buyer": "buyer", "merchant": "merchant", "unclear": "undetermined"}
VERDICT = {"yes": "full", "part": "part", "no": "none"}
SHOWN_FINDING = {value: key for key, value in FINDING.items()}
SHOWN_VERDICT = {value: key for key, value in VERDICT.items()}
SUMS = ("value", "deduction", "compensation", "return_freight")
MOST_TURNS = 1_000_000
LONGEST_TAB = 22
LANGUAGES = [("zh-hans", "简体中文"), ("zh-hant", "繁體中文"), ("en", "English")]

# Which field a refusal of `drafting.save` belongs to.
FIELD_OF = {
    "value_out_of_range": "value",
    "too_many_clauses": "more_clauses",
    "share_out_of_range": "share",
    "text_too_long": "reasons",
}


def field_of(refused: Refused) -> str | None:
    """The field that a refusal is about: it names it itself, or its code does."""
    named = str(refused.data.get("field", ""))
    return named if named in SUMS else FIELD_OF.get(refused.code)


class RulingForm(HouseForm):
    """Everything may still be missing; nothing is chosen beforehand. ``version`` is that of the draft it was written on."""

    version = IntegerField(widget=HiddenInput)
    # Which page this is, and how often its script has sent: `arbitration.drafting.Tab`.
    tab = CharField(widget=HiddenInput, required=False, max_length=LONGEST_TAB)
    turn = IntegerField(widget=HiddenInput, required=False, min_value=0, max_value=MOST_TURNS)
    share = IntegerField(
        label=gettext_lazy("The merchant's share in percent"),
        required=False,
        min_value=0,
        max_value=100,
        widget=NumberInput(attrs={"inputmode": "numeric", "class": "short", "step": "1"}),
    )
    clauses = MultipleChoiceField(
        label=gettext_lazy("Clauses of this type of dispute"), required=False, widget=CheckboxSelectMultiple
    )
    more_clauses = CharField(
        label=gettext_lazy("Other clauses by number"),
        required=False,
        max_length=120,
        help_text=gettext_lazy("For example: 2.3, 4.2"),
    )
    remedy = ChoiceField(label=gettext_lazy("Remedy"), required=False, widget=RadioSelect)
    ground = ChoiceField(label=gettext_lazy("Why the goods need not come back"), required=False)
    value = amount_field(gettext_lazy("Value of what is lost, missing or ordered"))
    deduction = amount_field(gettext_lazy("Deduction for use or gifts kept"))
    compensation = amount_field(gettext_lazy("Compensation by promise, or test fee"))
    return_freight = amount_field(gettext_lazy("Cost of the way back"))
    freight_payer = ChoiceField(label=gettext_lazy("Who pays the way back"), required=False)
    reasons = CharField(
        label=gettext_lazy("Reasons"),
        required=False,
        widget=Textarea(attrs={"rows": 8, "data-max": drafts.LONGEST_REASONS}),
    )
    deviation_reason = CharField(
        label=gettext_lazy("Why this case is decided otherwise than like cases"),
        required=False,
        help_text=gettext_lazy("For whoever signs and for the house; not in the letter."),
        widget=Textarea(attrs={"rows": 3, "data-max": drafts.LONGEST_DEVIATION}),
    )
    language = ChoiceField(label=gettext_lazy("Language of the letter"), choices=LANGUAGES)

    # Where another page wrote meanwhile: what it saved that differs.
    beside: Sequence[Mapping[str, Any]] = ()

    def __init__(self, data: Any = None, *, work: Workspace, rules: Rules) -> None:
        self.work, self.rules = work, rules
        super().__init__(data, initial=initial(work) | {"tab": ids.public_id()[:LONGEST_TAB], "turn": 0})
        kind = rules.type(work.case.type_code)
        remedies = [code for code in kind.remedies if rules.may_order(code, kind.code)]
        if calculator.DISMISSAL not in remedies and calculator.DISMISSAL in rules.remedies:
            remedies.append(calculator.DISMISSAL)
        chosen = self._chosen_clauses()
        self._choices("clauses", [(number, number) for number in usual_clauses(rules, kind.code, chosen)])
        self._choices("remedy", [(code, asked.remedy_name(work.case, rules.remedy(code))) for code in remedies])
        self._choices("ground", [("", "–"), *((code, str(item.name)) for code, item in rules.grounds.items())])
        self._choices(
            "freight_payer",
            [
                ("", _("As the rule says")),
                (Payer.BUYER.value, _("Buyer")),
                (Payer.MERCHANT.value, _("Merchant")),
                (Payer.NOBODY.value, _("Nobody")),
            ],
        )
        if reversed_roles.is_merchants(work.case):
            self.fields["share"].label = _("How much of what was paid out stays with the merchant, in percent")
            self.fields["share"].help_text = _("0: all of it comes back. 100 goes with a dismissal.")
            self.fields["value"].label = _("How much of the payout was wrong")
        for name in SUMS:
            field = self.fields[name]
            field.required = False
            assert isinstance(field, AmountField)
            field.currency = work.case.currency
        out = record.read(work.file, work.case).freight_out
        if out:
            said = _("Empty: as much as the way out cost, %(sum)s. Another sum needs a reason.")
            out_text = money.sign(work.case.currency) + money.text(out, work.case.currency)
            self.fields["return_freight"].help_text = said % {"sum": out_text}
        for point in work.points:
            self.fields[f"finding_{point.number}"] = ChoiceField(
                label=f"{point.number}. {point.text}", choices=[(key, key) for key in FINDING], required=False
            )
            self.fields[f"note_{point.number}"] = CharField(
                label=f"{point.number}. {point.text}",
                required=False,
                max_length=drafts.LONGEST_OBSERVATION,
                widget=Textarea(attrs={"rows": 2, "data-max": drafts.LONGEST_OBSERVATION, "form": "ruling"}),
            )
        reasons = [("", "–"), *((code, str(item.name)) for code, item in rules.admission_reasons.items())]
        for exhibit in work.exhibits:
            if exhibit.withdrawn_at is not None:
                continue
            name = _("Is %(number)s admitted?") % {"number": exhibit.number}
            self.fields[f"admit_{exhibit.number}"] = ChoiceField(
                label=name, choices=[(key, key) for key in VERDICT], required=False
            )
            self.fields[f"reason_{exhibit.number}"] = ChoiceField(label=_("Reason"), choices=reasons, required=False)
            if not exhibit.seen:  # type: ignore[attr-defined]
                self.fields[f"skip_{exhibit.number}"] = CharField(
                    label=_("Why you skip %(number)s") % {"number": exhibit.number},
                    required=False,
                    max_length=drafts.LONGEST_SKIP,
                    widget=TextInput(
                        attrs={
                            "data-max": drafts.LONGEST_SKIP,
                            "form": "ruling",
                            "placeholder": _("Why it is skipped"),
                        }
                    ),
                )

    def notes(self) -> list[BoundField]:
        """A field for each point, for what only the bench reads; all of them stand in the form, or they would be emptied."""
        return [self[f"note_{point.number}"] for point in self.work.points]

    def unseen(self) -> list[dict[str, Any]]:
        """What the reader has not opened yet: its number, what it is, and the field for why they skip it."""
        return [
            {
                "number": exhibit.number,
                "name": case_page.exhibit_name(exhibit, self.rules),
                "field": self[f"skip_{exhibit.number}"],
            }
            for exhibit in self.work.unseen
        ]

    def clean_more_clauses(self) -> str:
        """Refuses numbers that the rules of the case do not have: a draft that cites one could never go out."""
        typed: str = self.cleaned_data["more_clauses"]
        known = {*self.rules.clauses, *rulebook.rules(self.work.case.procedure_rules_id).clauses}
        unknown = [number for number in _numbers(typed) if number not in known]
        if unknown:
            said = _("The rules of this case have no clause %(numbers)s.")
            raise ValidationError(said % {"numbers": "、".join(unknown)}, code="clause_unknown")
        return typed

    def _choices(self, name: str, choices: list[tuple[str, str]]) -> None:
        self.fields[name].choices = choices  # type: ignore[attr-defined]

    def _chosen_clauses(self) -> tuple[str, ...]:
        """What was ticked. A number that an older draft kept can still be sent, so that it can be taken out."""
        kept = tuple(self.initial.get("clauses", ()))
        if self.is_bound and hasattr(self.data, "getlist"):
            sent = self.data.getlist("clauses")
            return tuple(dict.fromkeys(n for n in (*sent, *kept) if n in self.rules.clauses or n in kept))
        return kept

    @property
    def number_of_version(self) -> int:
        return int(self.cleaned_data["version"])

    @property
    def sent_from(self) -> Tab:
        """The page this came from. Only after ``is_valid``."""
        return Tab(self.cleaned_data["tab"], self.cleaned_data["turn"] or 0)

    def draft(self) -> Draft:
        """What was typed. Only after ``is_valid``."""
        data = self.cleaned_data
        typed = _numbers(data["more_clauses"])
        share = data["share"]
        return Draft(
            findings={
                point.number: FINDING[data[f"finding_{point.number}"]]
                for point in self.work.points
                if data.get(f"finding_{point.number}")
            },
            admissions={
                exhibit.number: (VERDICT[data[f"admit_{exhibit.number}"]], data[f"reason_{exhibit.number}"])
                for exhibit in self.work.exhibits
                if data.get(f"admit_{exhibit.number}")
            },
            skips={
                exhibit.number: data[f"skip_{exhibit.number}"]
                for exhibit in self.work.exhibits
                if data.get(f"skip_{exhibit.number}")
            },
            observations={
                point.number: data[f"note_{point.number}"]
                for point in self.work.points
                if data.get(f"note_{point.number}")
            },
            clauses=tuple(dict.fromkeys([*data["clauses"], *typed])),
            remedy=data["remedy"],
            ground=data["ground"],
            merchant_share=None if share is None else share * 100,
            value=data["value"],
            deduction=data["deduction"] or 0,
            compensation=data["compensation"] or 0,
            return_freight=data["return_freight"],
            freight_payer=data["freight_payer"],
            reasons=data["reasons"],
            language=data["language"],
            deviation_reason=data["deviation_reason"],
        )


def _numbers(typed: str) -> list[str]:
    return [number for number in re.split(r"[\s,，、;；]+", typed) if number]


def usual_clauses(rules: Rules, type_code: str, chosen: tuple[str, ...] = ()) -> list[str]:
    """The clauses on which a ruling of this type usually rests, and those already chosen, in the order of the rules."""
    kind = rules.type(type_code)
    wanted = {*kind.clauses, kind.burden.clause, kind.freight.clause, *chosen}
    return [*(number for number in rules.clauses if number in wanted), *(n for n in chosen if n not in rules.clauses)]


def basis(work: Workspace) -> Ruling | None:
    """What the form begins with: the draft, or on appeal the ruling that is being looked at."""
    return work.draft or (work.in_force if work.case.appellant else None)


def initial(work: Workspace) -> dict[str, Any]:
    """The form of a draft. Without one nothing is chosen but the language: the parties'."""
    ruling = basis(work)
    values: dict[str, Any] = {"version": work.draft.version if work.draft else 0, "language": work.language}
    if ruling is None:
        return values
    currency = work.case.currency
    values |= {
        "share": None if ruling.merchant_share is None else ruling.merchant_share // 100,
        "clauses": tuple(cited(ruling)),
        "remedy": ruling.remedy,
        "ground": ruling.ground,
        "freight_payer": ruling.freight_payer,
        "language": ruling.language,
    }
    if ruling is work.draft:
        # Words belong to the result that they were written for: whoever rules on appeal gives reasons of their own.
        departs = getattr(ruling, "deviation", None)
        values |= {"reasons": ruling.reasons, "deviation_reason": departs.reason if departs else ""}
    for name in SUMS:
        amount = getattr(ruling, name)
        said = amount is not None and (amount or name == "return_freight")
        values[name] = money.text(amount, currency) if said else ""
    for number, finding in findings(ruling).items():
        values[f"finding_{number}"] = SHOWN_FINDING.get(finding, "")
    numbers = {exhibit.pk: exhibit.number for exhibit in work.exhibits}
    for pk, (verdict, reason) in admissions(ruling).items():
        values[f"admit_{numbers.get(pk, '')}"] = SHOWN_VERDICT.get(verdict, "")
        values[f"reason_{numbers.get(pk, '')}"] = reason
    # Whoever rules on appeal has skipped and noted nothing because the first one did.
    for pk, why in (skips(work.draft) if work.draft else {}).items():
        values[f"skip_{numbers.get(pk, '')}"] = why
    for number, text in (observations(work.draft) if work.draft else {}).items():
        values[f"note_{number}"] = text
    return values


# --- the parts of a ruling as `arbitration.queries` reads them: one query for all ---------------------------------


def findings(ruling: Ruling) -> Mapping[int, str]:
    """Point number → finding."""
    return {int(row["point"]): str(row["finding"]) for row in getattr(ruling, "found", None) or []}


def admissions(ruling: Ruling) -> Mapping[int, tuple[str, str]]:
    """Exhibit id → verdict and reason code."""
    rows = getattr(ruling, "admitted", None) or []
    return {int(row["exhibit"]): (str(row["verdict"]), str(row["reason"])) for row in rows}


def skips(ruling: Ruling) -> Mapping[int, str]:
    """Exhibit id → why its author did not open it."""
    return {int(row["exhibit"]): str(row["reason"]) for row in getattr(ruling, "skipped", None) or []}


def observations(ruling: Ruling) -> Mapping[int, str]:
    """Point number → what its author noted for the bench."""
    return {int(row["point"]): str(row["text"]) for row in getattr(ruling, "observed", None) or []}


def cited(ruling: Ruling) -> list[str]:
    return [str(number) for number in getattr(ruling, "cited", None) or []]
