"""The forms of what a party may do. They parse and keep what was typed; the acts decide."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.core.validators import MaxValueValidator, MinValueValidator
from django.forms import (
    BooleanField,
    CharField,
    CheckboxSelectMultiple,
    ChoiceField,
    FileField,
    FileInput,
    HiddenInput,
    IntegerField,
    MultipleChoiceField,
    RadioSelect,
    Select,
    Textarea,
    TextInput,
    ValidationError,
)
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from arbitration import appeals
from common import money
from common.actor import Side
from common.errors import Refused
from disputes import amounts, clocks, deadlines, labels, negotiation, queries, rebuttals, refusals, submissions
from disputes.models import Case, Offer, Point
from disputes.states import Kind
from disputes.submissions import Answer
from evidence import media as kinds
from evidence.models import Exhibit
from rulebook import queries as rulebook
from web import case_page, media, samples, sums, uploads
from web.acts import ActForm
from web.letter import FINDINGS
from web.party import answering

LONGEST = 500


def words(label: Any, help_text: Any = "", *, required: bool = True, rows: int = 4) -> CharField:
    return CharField(
        label=label,
        help_text=help_text,
        required=required,
        max_length=4000,
        widget=Textarea(attrs={"rows": rows, "data-max": LONGEST}),
    )


class ReasonForm(ActForm):
    """A few words that the other side will read."""

    field_of = {"text_missing": "text", "text_too_long": "text"}
    text = words(gettext_lazy("Your reason"), gettext_lazy("The other side reads this. At most 500 characters."))


class NoteForm(ActForm):
    """Words that may be left out."""

    field_of = {"text_too_long": "text"}
    text = words(gettext_lazy("Anything to add"), required=False)


class PerformanceForm(ActForm):
    """How what was ordered in kind was done. Where money is owed, there is nothing to write."""

    field_of = {"text_missing": "text", "text_too_long": "text"}
    text = words(
        gettext_lazy("How you did it"),
        gettext_lazy("The tracking number, the number of the invoice. The buyer reads this. At most 500 characters."),
    )

    def prepare(self) -> None:
        if not self.case.substitute:
            self.fields["text"] = CharField(required=False, widget=HiddenInput)


class AmountField(CharField):
    """A sum as people type it; cleaned to minor units of the case's currency."""

    currency = "CNY"

    def clean(self, value: Any) -> Any:
        written = super().clean(value)
        if not written:
            return None
        try:
            return amounts.read(written, self.currency)
        except Refused as refused:
            raise ValidationError(refusals.say(refused)) from None


def amount_field(label: Any) -> AmountField:
    return AmountField(label=label, max_length=20, widget=TextInput(attrs={"inputmode": "decimal", "class": "short"}))


class ReviseForm(ActForm):
    """Another kind of refund, or another sum."""

    field_of = {"amount_out_of_range": "amount", "text_too_long": "text", "return_not_for_type": "kind"}
    kind = ChoiceField(label=gettext_lazy("What you ask for"), widget=RadioSelect)
    amount = amount_field(gettext_lazy("Amount"))
    text = words(gettext_lazy("Anything to add"), required=False)

    def prepare(self) -> None:
        rules = rulebook.rules(self.case.substance_rules_id)
        returnable = negotiation.may_return(rules, self.case.type_code)
        kinds = [k for k in negotiation.kinds_for(self.case.order.state) if returnable or k is not Kind.RETURN_REFUND]
        self.fields["kind"].choices = [(kind.value, labels.KINDS[kind]) for kind in kinds]  # type: ignore[attr-defined]
        self.fields["kind"].initial = self.case.kind
        self.fields["amount"].initial = money.text(self.case.claimed, self.case.currency)
        self.fields["amount"].currency = self.case.currency  # type: ignore[attr-defined]


class ReturnForm(ActForm):
    """The waybill of the way back."""

    field_of = {"tracking_number_unreadable": "tracking"}
    carrier = CharField(label=gettext_lazy("Carrier"), max_length=40)
    tracking = CharField(
        label=gettext_lazy("Tracking number"),
        max_length=40,
        help_text=gettext_lazy("8 to 24 letters or digits. The merchant sees it at once."),
        widget=TextInput(attrs={"autocapitalize": "characters", "autocomplete": "off"}),
    )


class OfferForm(ActForm):
    """What would settle it."""

    field_of = {"amount_out_of_range": "amount", "over_your_limit": "amount", "text_too_long": "text"}
    amount = amount_field(gettext_lazy("Amount the buyer gets"))
    returns = BooleanField(label=gettext_lazy("The goods come back first"), required=False)
    text = words(gettext_lazy("A word to the other side"), required=False, rows=3)

    def prepare(self) -> None:
        self.fields["amount"].currency = self.case.currency  # type: ignore[attr-defined]
        case, limit = self.case, self.actor.limit
        self.fields["amount"].help_text = sums.at_most(case.paid, case.line.paid, case.currency)
        if limit is not None and limit < case.paid:
            own = money.sign(case.currency) + money.text(limit, case.currency)
            self.fields["amount"].help_text = _("At most %(sum)s (what you may accept)") % {"sum": own}


class OpenOfferForm(ActForm):
    """Which open proposal is meant: the one named in the address, or the only one."""

    offer = IntegerField(widget=HiddenInput)

    def prepare(self) -> None:
        self.offers = list(queries.open_offers(self.case.pk).select_related("statement"))
        named = self.request.GET.get("offer", "")
        first = next((offer for offer in self.offers if str(offer.pk) == named), None) or self._usual()
        self.fields["offer"].initial = first.pk if first else None

    def _usual(self) -> Offer | None:
        side = self.actor.side.value if self.actor.side else ""
        return next((offer for offer in self.offers if offer.side != side), None)

    def clean_offer(self) -> int:
        pk = int(self.cleaned_data["offer"])
        if pk not in {offer.pk for offer in self.offers}:
            raise ValidationError(refusals.say(Refused("offer_is_gone")))
        return pk

    @property
    def chosen(self) -> Offer | None:
        value = self["offer"].value()
        return next((offer for offer in self.offers if str(offer.pk) == str(value)), None)


class OwnOfferForm(OpenOfferForm):
    def _usual(self) -> Offer | None:
        side = self.actor.side.value if self.actor.side else ""
        return next((offer for offer in self.offers if offer.side == side), None)


class FilesInput(FileInput):
    """A picker of several files."""

    allow_multiple_selected = True


class FilesField(FileField):
    """Several files, cleaned one by one to a list; an empty list where nothing was chosen."""

    widget = FilesInput

    def clean(self, data: Any, initial: Any = None) -> list[Any]:
        chosen = data if isinstance(data, list | tuple) else [data]
        found = [super(FilesField, self).clean(item, initial) for item in chosen or [None]]
        return [file for file in found if file]


class EvidenceForm(ActForm):
    """Files and what they show. The limits are named before the picker opens."""

    field_of = {
        "evidence_code_unknown": "code",
        "evidence_kind_differs": "code",
        **dict.fromkeys(
            [
                "file_is_empty",
                "file_too_big",
                "film_too_big",
                "film_too_long",
                "film_too_large",
                "film_codec_unknown",
                "film_without_pictures",
                "kind_not_installed",
                "type_not_accepted",
                "name_says_other_type",
                "too_many_pixels",
                "could_not_be_read",
                "too_complex",
                "pdf_is_locked",
                "pdf_too_long",
                "storage_unavailable",
                "malware",
                "scanner_unavailable",
                "too_large_to_scan",
            ],
            "file",
        ),
    }
    code = ChoiceField(label=gettext_lazy("What it shows"), widget=Select)
    file = FilesField(
        label=gettext_lazy("Photo, video or PDF"),
    )
    name = CharField(label=gettext_lazy("Short name"), max_length=60, required=False)
    note = CharField(
        label=gettext_lazy("What should we look at"),
        max_length=300,
        required=False,
        widget=Textarea(attrs={"rows": 2}),
    )

    def prepare(self) -> None:
        rules = rulebook.rules(self.case.substance_rules_id)
        side = self.actor.side or Side.BUYER
        asked = [
            need.code
            for need in rules.type(self.case.type_code).needs(
                side.value, self.case.order.state, self.case.line.category
            )
        ]
        others = [
            code
            for code, kind in rules.exhibits.items()
            if code not in asked and not kind.automatic and not kind.platform_only
        ]
        order = [code for code in asked if code in rules.exhibits and not rules.exhibits[code].automatic] + others
        self.fields["code"].choices = [(code, str(rules.exhibits[code].name)) for code in order]  # type: ignore[attr-defined]
        wanted = self.request.GET.get("code", "")
        self.fields["code"].initial = wanted if wanted in order else (order[0] if order else "")
        # Of the one kind that the address names: another one may be chosen, which has another drawing.
        self.sample = samples.of(rules.exhibits[wanted]) if wanted in order else None
        self.fields["file"].error_messages["required"] = refusals.say(Refused("file_missing"))
        # With script the files go there by themselves and survive a cut connection; without, they come with the form.
        self.uploads = reverse(f"{side.value}:uploads", args=[self.case.number])
        self.fields["file"].widget.attrs["accept"] = kinds.accepts()
        self.fields["file"].help_text = media.limits_text() + " " + _("The original is kept as it is.")


def _named(exhibits: Iterable[Exhibit], case: Case) -> list[tuple[str, str]]:
    """Exhibits to choose from, by number and name."""
    rules = rulebook.rules(case.substance_rules_id)
    return [(str(row.pk), f"{row.number} {case_page.exhibit_name(row, rules)}") for row in exhibits]


class OwnExhibitForm(ActForm):
    """Which of one's own exhibits is meant."""

    exhibit = ChoiceField(label=gettext_lazy("Which evidence"), widget=RadioSelect)

    def prepare(self) -> None:
        side = self.actor.side
        own = Exhibit.objects.filter(
            dossier_id=self.case.dossier_id, side=side.value if side else "", withdrawn_at__isnull=True
        ).order_by("place")
        self.fields["exhibit"].choices = _named(own, self.case)  # type: ignore[attr-defined]
        self.fields["exhibit"].initial = self.request.GET.get("exhibit", "")


class ExhibitAnswerForm(ActForm):
    """One exhibit of the other side: genuine, or disputed and why."""

    field_of = {
        "exhibit_already_answered": "exhibit",
        "exhibit_is_your_own": "exhibit",
        "exhibit_stance_unknown": "stance",
        "exhibit_ground_missing": "grounds",
        "text_too_long": "text",
    }
    exhibit = ChoiceField(label=gettext_lazy("Which evidence"), widget=RadioSelect)
    stance = ChoiceField(
        label=gettext_lazy("Where you stand"),
        widget=RadioSelect,
        choices=[
            ("genuine", gettext_lazy("It is genuine")),
            ("disputed", gettext_lazy("I dispute it")),
        ],
    )
    grounds = MultipleChoiceField(
        label=gettext_lazy("Why you dispute it"),
        help_text=gettext_lazy("One reason at least, unless it is genuine."),
        choices=list(labels.EXHIBIT_GROUNDS.items()),
        widget=CheckboxSelectMultiple,
        required=False,
    )
    text = CharField(
        label=gettext_lazy("In your words"),
        help_text=gettext_lazy("The other side reads this. At most 300 characters."),
        required=False,
        max_length=4000,
        widget=Textarea(attrs={"rows": 3, "data-max": rebuttals.LONGEST}),
    )

    def prepare(self) -> None:
        side = self.actor.side or Side.BUYER
        theirs = list(rebuttals.unanswered(self.case, side, self.now))
        self.fields["exhibit"].choices = _named(theirs, self.case)  # type: ignore[attr-defined]
        named = self.request.GET.get("exhibit", "")
        self.fields["exhibit"].initial = named or (str(theirs[0].pk) if len(theirs) == 1 else "")


class AnswersForm(ActForm):
    """Point by point: where this side stands, in which words, with which of its exhibits."""

    field_of = {"text_too_long": "text"}
    text = words(gettext_lazy("In sum"), required=False)

    def prepare(self) -> None:
        me = self.actor.side.value if self.actor.side else ""
        self.points = [point for point in queries.points(self.case) if point.raised_by != me]
        own = list(
            Exhibit.objects.filter(dossier_id=self.case.dossier_id, side=me, withdrawn_at__isnull=True).order_by(
                "place"
            )
        )
        stances = [
            ("agrees", _("I agree with this point")),
            ("disputes", _("I dispute it")),
            ("unsure", _("Not sure")),
        ]
        for point in self.points:
            answers = getattr(point, "current_answers", [])
            mine = next((answer for answer in answers if answer.side == me), None)
            self.fields[f"stance_{point.pk}"] = ChoiceField(
                label=_("Where you stand on point %(number)s") % {"number": point.number},
                choices=stances,
                widget=RadioSelect,
                required=False,
                initial=mine.stance if mine else None,
            )
            self.fields[f"text_{point.pk}"] = CharField(
                label=_("Your words on point %(number)s") % {"number": point.number},
                required=False,
                max_length=4000,
                widget=Textarea(attrs={"rows": 2, "data-max": submissions.LONGEST_ANSWER}),
                initial=mine.text if mine else "",
            )
            if own:
                self.fields[f"exhibits_{point.pk}"] = MultipleChoiceField(
                    label=_("Your evidence on point %(number)s") % {"number": point.number},
                    choices=_named(own, self.case),
                    widget=CheckboxSelectMultiple,
                    required=False,
                    initial=[str(pk) for pk in mine.exhibits] if mine else [],
                )
        self.order_fields([*[name for name in self.fields if name != "text"], "text"])

    def rows(self) -> list[dict[str, Any]]:
        """The fields of each point together, as the page sets them."""
        kinds = ("stance", "text", "exhibits")
        return [
            {
                "point": point,
                "fields": [self[f"{kind}_{point.pk}"] for kind in kinds if f"{kind}_{point.pk}" in self.fields],
            }
            for point in self.points
        ]

    def answers(self) -> list[Answer]:
        """What was answered; points left open are left out, and the act says so."""
        return answering.answers(self.points, self.cleaned_data)


class ExtendForm(ActForm):
    """How much longer, in the measure of the clock that runs, and why. The rules' own limit stands beside the field."""

    field_of = {"extension_too_long": "hours", "text_missing": "text", "text_too_long": "text"}
    hours = IntegerField(label=gettext_lazy("Hours more"), min_value=1, max_value=24 * 30)
    text = words(gettext_lazy("Your reason"), gettext_lazy("Both sides read this."), rows=2)
    unit = 1

    def prepare(self) -> None:
        deadline = deadlines.running(self.case)
        allowed = deadlines.step_of(self.case, deadline.step).extendable if deadline else None
        field = self.fields["hours"]
        if deadline is None or allowed is None:
            field.help_text = _("The rules do not allow this deadline to be extended.")
            return
        most = clocks.longest_extension(allowed)
        help_text = _("At most %(most)s hours a time; %(left)s more times.")
        if deadline.clock in ("D", "BD"):
            self.unit, most = 24, most // 24
            if deadline.clock == "D":
                field.label, help_text = _("Days more"), _("At most %(most)s days a time; %(left)s more times.")
            else:
                field.label = _("Working days more")
                help_text = _("At most %(most)s working days a time; %(left)s more times.")
        field.help_text = help_text % {"most": most, "left": max(allowed.times - deadline.extensions, 0)}
        # What the field refuses by itself names the same limit as the line beside it.
        assert isinstance(field, IntegerField)
        field.max_value, field.widget.attrs["max"] = most, most
        field.validators = [MinValueValidator(1), MaxValueValidator(most)]

    @property
    def longer(self) -> int:
        """In hours, as the act takes it."""
        return int(self.cleaned_data["hours"]) * self.unit


class FindingsField(MultipleChoiceField):
    """Needed on some grounds only: never called optional, and the act says when it is missing."""

    def validate(self, value: Any) -> None:
        if value:
            super().validate(value)


def _with_finding(point: Point, found: Mapping[int, str]) -> str:
    """The point with what was found on it: that is what an appeal attacks."""
    said = FINDINGS.get(found.get(point.number, ""))
    return f"{point.number}. {point.text} · {said}" if said else f"{point.number}. {point.text}"


class AppealForm(ActForm):
    """The ground, the findings attacked, the reasons, and what is new."""

    field_of = {
        "point_missing_in_appeal": "points",
        "point_unknown": "points",
        "new_evidence_missing": "file",
        "evidence_is_not_new": "file",
        "why_late_missing": "why_late",
        "evidence_code_unknown": "code",
        "evidence_kind_differs": "code",
        "ground_of_appeal_unknown": "ground",
        "evidence_not_for_this_ground": "file",
        "text_missing": "text",
        "text_too_long": "text",
        **{code: "file" for code, field in EvidenceForm.field_of.items() if field == "file"},
        "upload_expired": "file",
    }
    ground = ChoiceField(label=gettext_lazy("Ground"), widget=RadioSelect)
    points = FindingsField(
        label=gettext_lazy("Which findings are wrong"),
        help_text=gettext_lazy("At least one, unless the ground is a fault in the procedure."),
        widget=CheckboxSelectMultiple,
    )
    text = words(gettext_lazy("What is wrong, and why"), gettext_lazy("At most 500 characters."))
    file = FilesField(label=gettext_lazy("New evidence"), required=False)
    code = ChoiceField(label=gettext_lazy("What the new evidence shows"), required=False)
    why_late = CharField(
        label=gettext_lazy("Why it was not given before"),
        required=False,
        max_length=300,
        widget=Textarea(attrs={"rows": 2}),
    )

    def prepare(self) -> None:
        file, side = self.fields["file"], self.actor.side or Side.BUYER
        # They are kept for the form and become exhibits when it is sent; without script they come with it.
        self.uploads_inside = reverse(f"{side.value}:uploads", args=[self.case.number])
        file.help_text = _("Only what was not on the file before.") + " " + media.limits_text()
        file.widget.attrs |= {
            "accept": kinds.accepts(),
            "data-uploads": self.uploads_inside,
            "data-uploads-for": uploads.FOR_APPEAL,
            "data-uploads-name": uploads.HELD,
        }
        procedure = rulebook.rules(self.case.procedure_rules_id)
        substance = rulebook.rules(self.case.substance_rules_id)
        grounds = [(code, f"{ground.name} · {ground.text}") for code, ground in procedure.appeal_grounds.items()]
        self.fields["ground"].choices = grounds  # type: ignore[attr-defined]
        points = queries.points(self.case)
        found = appeals.found_in(self.case)
        self.fields["points"].choices = [(str(p.number), _with_finding(p, found)) for p in points]  # type: ignore[attr-defined]
        codes = [(c, str(k.name)) for c, k in substance.exhibits.items() if not k.automatic and not k.platform_only]
        self.fields["code"].choices = codes  # type: ignore[attr-defined]


class TextForm(ActForm):
    """An answer in words."""

    field_of = {"text_missing": "text", "text_too_long": "text"}
    text = words(gettext_lazy("Your answer"), gettext_lazy("At most 500 characters."))
