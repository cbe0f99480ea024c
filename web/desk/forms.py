"""The forms of what the bench may do to a case. They parse and keep what was typed; the acts decide."""

from __future__ import annotations

from typing import Any

from django.forms import (
    BooleanField,
    CharField,
    CheckboxSelectMultiple,
    ChoiceField,
    HiddenInput,
    IntegerField,
    MultipleChoiceField,
    RadioSelect,
    Textarea,
)
from django.utils.translation import gettext_lazy

from arbitration import assignment, rulings
from arbitration.models import HandBack, Ruling
from disputes import queries, statements
from disputes.models import Offer
from rulebook import queries as rulebook
from web.acts import ActForm
from web.party.forms import OpenOfferForm

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
            self.fields["recuse"].initial = True
            self.fields["reason"].initial = "conflict"


class AskForm(ActForm):
    """Whom, on which points, for what."""

    field_of = {"side_unknown": "sides", "point_unknown": "points", "text_missing": "text", "text_too_long": "text"}
    sides = ChoiceField(
        label=gettext_lazy("Whom do you ask"),
        widget=RadioSelect,
        choices=[
            ("buyer", gettext_lazy("The buyer")),
            ("merchant", gettext_lazy("The merchant")),
            ("both", gettext_lazy("Both sides")),
        ],
    )
    points = MultipleChoiceField(label=gettext_lazy("On which points"), widget=CheckboxSelectMultiple)
    text = _words(gettext_lazy("What is missing"), gettext_lazy("Both sides read this. At most 500 characters."))

    def prepare(self) -> None:
        points = queries.points(self.case).order_by("number")
        self.fields["points"].choices = [(str(p.number), f"{p.number}. {p.text}") for p in points]  # type: ignore[attr-defined]


class JuryForm(ActForm):
    """One question that people without legal words can answer."""

    field_of = {"text_missing": "question", "text_too_long": "question"}
    question = _words(
        gettext_lazy("Question to the jury"), gettext_lazy("One question that can be answered for one side.")
    )


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
        "text_too_long": "reasons",
    }
    reasons = _words(
        gettext_lazy("Reasons"),
        gettext_lazy("They stand in the letter that both sides read. Name nobody."),
        longest=rulings.LONGEST_REASONS,
    )


class ChangeForm(ReasonsForm):
    """The same with the version of the new ruling that its author looked at."""

    version = IntegerField(widget=HiddenInput, required=False)

    def prepare(self) -> None:
        draft = Ruling.objects.filter(
            case=self.case, round=self.case.round, stage=Ruling.APPEAL, state=Ruling.DRAFT, author_id=self.actor.id
        ).first()
        self.fields["version"].initial = draft.version if draft else 0
