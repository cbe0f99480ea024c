"""The forms of what the bench may do to a case. They parse and keep what was typed; the acts decide."""

from __future__ import annotations

from typing import Any

from django.forms import (
    BooleanField,
    CharField,
    ChoiceField,
    HiddenInput,
    IntegerField,
    RadioSelect,
    Textarea,
    TextInput,
)
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from arbitration import assignment, drafts
from arbitration.models import HandBack, Ruling
from common.errors import Refused
from disputes import queries, refusals, statements, supplements
from disputes.models import Offer
from disputes.supplements import Item
from evidence import checklist
from evidence.models import Exhibit
from rulebook import queries as rulebook
from rulebook.rules import Rules
from rulebook.schema import Bearer
from web.acts import ActForm
from web.party.forms import OfferForm, OpenOfferForm

HAND_BACK = {
    "overload": gettext_lazy("Too much in hand"),
    "not_my_field": gettext_lazy("Not my field"),
    "conflict": gettext_lazy("I am connected to a party"),
    "absence": gettext_lazy("I am away"),
    "other": gettext_lazy("Another reason"),
}


def _words(label: Any, help_text: Any = "", *, longest: int = statements.LONGEST, required: bool = True) -> CharField:
    return CharField(
        label=label,
        help_text=help_text,
        required=required,
        max_length=longest * 2,
        widget=Textarea(attrs={"rows": 4, "data-max": longest}),
    )


class HandBackForm(ActForm):
    """Why the case goes back; the words stay with the bench."""

    field_of = {"reason_unknown": "reason", "text_too_long": "text"}
    reason = ChoiceField(
        label=gettext_lazy("Why"),
        widget=RadioSelect,
        choices=[(code, HAND_BACK[code]) for code in HandBack.REASONS],
    )
    text = _words(gettext_lazy("Anything to add"), gettext_lazy("Only the bench reads this."), required=False)
    recuse = BooleanField(
        label=gettext_lazy("I step back: do not give me this case again"),
        required=False,
        error_messages={"required": gettext_lazy("It is not in your hands. You can only step back from it.")},
    )

    def prepare(self) -> None:
        # Whoever has nothing to give back may still say that they must not get it.
        if assignment.holder_of(self.case) != self.actor.id:
            self.fields["recuse"].required = True
        elif "recuse" not in self.request.GET:
            return
        self.fields["recuse"].initial = True
        self.fields["reason"].initial = "conflict"


class AskForm(ActForm):
    """What is missing, piece by piece: whose, which kind of evidence, on which point, and why. Empty rows are left out."""

    ROWS = 4
    field_of = {
        "supplement_without_items": "side_1",
        "supplement_reason_missing": "why_1",
        "evidence_code_unknown": "code_1",
        "point_unknown": "point_1",
        "text_too_long": "text",
    }
    text = _words(
        gettext_lazy("Anything to add"), gettext_lazy("Both sides read this. At most 500 characters."), required=False
    )

    def prepare(self) -> None:
        rules = rulebook.rules(self.case.substance_rules_id)
        asked = [need.code for need in rules.type(self.case.type_code).checklist]
        kinds = {code: kind for code, kind in rules.exhibits.items() if not kind.automatic and not kind.platform_only}
        order = [code for code in dict.fromkeys([*asked, *kinds]) if code in kinds]
        points = queries.points(self.case).order_by("number")
        nothing = ("", gettext_lazy("Choose"))
        choices: dict[str, list[tuple[str, Any]]] = {
            "side": [
                nothing,
                ("buyer", gettext_lazy("The buyer")),
                ("merchant", gettext_lazy("The merchant")),
            ],
            "code": [nothing, *((code, str(kinds[code].name)) for code in order)],
            "point": [nothing, *((str(point.number), f"{point.number}. {point.text}") for point in points)],
        }
        labels = {
            "side": gettext_lazy("Whom do you ask"),
            "code": gettext_lazy("For which evidence"),
            "point": gettext_lazy("On which point"),
        }
        for row in range(1, self.ROWS + 1):
            for name, label in labels.items():
                self.fields[f"{name}_{row}"] = ChoiceField(label=label, choices=choices[name], required=False)
            self.fields[f"why_{row}"] = CharField(
                label=gettext_lazy("Why it is needed"),
                help_text=gettext_lazy("The side you ask reads this. At most 120 characters."),
                required=False,
                max_length=1000,
                widget=TextInput(attrs={"data-max": supplements.LONGEST_REASON}),
            )
        # Whoever comes from a point and an exhibit asks about these; without an exhibit, whoever has to prove is asked, and
        # for what their checklist still lacks. The page says so, and all of it can be changed.
        side = self.request.GET.get("side", "") or self._bears_the_burden(rules)
        for name, likely in (
            ("side", side),
            ("point", self.request.GET.get("point", "")),
            ("code", self._lacking(rules, side)),
        ):
            self.fields[f"{name}_1"].initial = likely
        self.order_fields([*[name for name in self.fields if name != "text"], "text"])

    def _bears_the_burden(self, rules: Rules) -> str:
        first = next(iter(rules.type(self.case.type_code).burden.links(self.case.order.state)), None)
        return str(first.side.value) if first is not None and first.side in (Bearer.BUYER, Bearer.MERCHANT) else ""

    def _lacking(self, rules: Rules, side: str) -> str:
        """The first kind of evidence that this side's checklist asks for and the file does not have. One query."""
        if side not in ("buyer", "merchant"):
            return ""
        given = Exhibit.objects.filter(dossier_id=self.case.dossier_id).only("side", "code", "place", "withdrawn_at")
        order = self.case.order
        found = checklist.rows(rules, self.case.type_code, side, order.state, given, (), self.case.line.category)
        open_rows = (row for row in found if row.status is checklist.Status.OPEN and row.level != "automatic")
        return next((row.code for row in open_rows if not rules.exhibits[row.code].platform_only), "")

    def rows(self) -> list[dict[str, Any]]:
        """The fields of each row together, as the page sets them."""
        names = ("side", "code", "point", "why")
        return [
            {"number": row, "fields": [self[f"{name}_{row}"] for name in names], "open": row == 1 or self._used(row)}
            for row in range(1, self.ROWS + 1)
        ]

    def _used(self, row: int) -> bool:
        return any(self[f"{name}_{row}"].value() for name in ("side", "code", "point", "why"))

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        missing = {
            "side": _("Choose whom you ask."),
            "code": _("Choose which evidence is missing."),
            "point": _("Choose the point it is about."),
            "why": refusals.say(Refused("supplement_reason_missing")),
        }
        for row in range(1, self.ROWS + 1):
            if row > 1 and not any(data.get(f"{name}_{row}") for name in missing):
                continue
            for name, words in missing.items():
                if not data.get(f"{name}_{row}") and f"{name}_{row}" not in self.errors:
                    self.add_error(f"{name}_{row}", words)
            if len(data.get(f"why_{row}") or "") > supplements.LONGEST_REASON:
                too_long = Refused("text_too_long", longest=supplements.LONGEST_REASON, length=len(data[f"why_{row}"]))
                self.add_error(f"why_{row}", refusals.say(too_long))
        return data

    def items(self) -> list[Item]:
        data = self.cleaned_data
        rows = [row for row in range(1, self.ROWS + 1) if data.get(f"side_{row}")]
        return [
            Item(data[f"side_{row}"], data[f"code_{row}"], int(data[f"point_{row}"]), data[f"why_{row}"])
            for row in rows
        ]


class JuryForm(ActForm):
    """One question that people without legal words can answer."""

    field_of = {"text_missing": "question", "text_too_long": "question", "question_names_somebody": "question"}
    question = _words(
        gettext_lazy("Question to the jury"),
        gettext_lazy(
            "One question that is answered by a side: whose account does the evidence bear out, on what? "
            "The answers are for one side, for the other, or cannot tell."
        ),
    )


class BenchOfferForm(OfferForm):
    """What the platform proposes to both sides."""

    field_of = {**OfferForm.field_of, "value_out_of_range": "amount"}

    def prepare(self) -> None:
        super().prepare()
        self.fields["text"].label = _("A word to both sides")


class PlatformOfferForm(OpenOfferForm):
    """The platform's own open proposal."""

    def _usual(self) -> Offer | None:
        return next((offer for offer in self.offers if offer.side == "platform"), None)


class PauseForm(ActForm):
    """A lawful reason to stop the clocks, and words that both sides read."""

    field_of = {"reason_unknown": "reason", "text_missing": "text", "text_too_long": "text"}
    reason = ChoiceField(label=gettext_lazy("Why"), widget=RadioSelect)
    text = _words(gettext_lazy("What the sides should know"), gettext_lazy("Both sides read this."))

    def prepare(self) -> None:
        pauses = rulebook.rules(self.case.procedure_rules_id).pauses
        self.fields["reason"].choices = [(code, f"{item.name} · {item.text}") for code, item in pauses.items()]  # type: ignore[attr-defined]
        wanted = self.request.GET.get("reason", "")
        if wanted in pauses:
            self.fields["reason"].initial = wanted


class NotAdmittedForm(ActForm):
    """One of the rulebook's reasons; it names its clause and the ways outside."""

    field_of = {"reason_unknown": "code", "text_missing": "text", "text_too_long": "text"}
    code = ChoiceField(label=gettext_lazy("Why"), widget=RadioSelect)
    text = _words(gettext_lazy("What the sides should know"), gettext_lazy("Both sides read this."))

    def prepare(self) -> None:
        known = rulebook.rules(self.case.procedure_rules_id).refusals
        self.fields["code"].choices = [(code, f"{item.name} ({item.clause})") for code, item in known.items()]  # type: ignore[attr-defined]


class ReasonsForm(ActForm):
    """The reasons of a decision on appeal; they stand in its letter."""

    field_of = {
        "reasons_too_short": "reasons",
        "reasons_name_somebody": "reasons",
        "reasons_cite_too_early": "reasons",
        "new_evidence_unanswered": "reasons",
        "text_has_gaps": "reasons",
        "text_too_long": "reasons",
    }
    reasons = _words(gettext_lazy("Reasons"), longest=drafts.LONGEST_REASONS)

    def prepare(self) -> None:
        least = rulebook.rules(self.case.procedure_rules_id).thresholds.minimum_reasons_characters
        told = _("At least %(least)s characters. They stand in the letter that both sides read. Name nobody.")
        self.fields["reasons"].help_text = told % {"least": least}


class ChangeForm(ReasonsForm):
    """The same with the version of the new ruling that its author looked at."""

    version = IntegerField(widget=HiddenInput, required=False)

    def prepare(self) -> None:
        super().prepare()
        draft = Ruling.objects.filter(
            case=self.case, round=self.case.round, stage=Ruling.APPEAL, state=Ruling.DRAFT, author_id=self.actor.id
        ).first()
        self.fields["version"].initial = draft.version if draft else 0
