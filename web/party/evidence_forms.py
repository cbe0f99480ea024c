"""The forms by which a party shows something, and says where it stands on what was shown."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.forms import (
    CheckboxSelectMultiple,
    ChoiceField,
    MultipleChoiceField,
    RadioSelect,
    Select,
    Textarea,
)
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from common.actor import Side
from common.errors import Refused
from disputes import exhibits, labels, queries, rebuttals, refusals, submissions
from disputes.models import Case
from disputes.submissions import Answer
from evidence import checklist
from evidence import media as kinds
from evidence.models import Exhibit
from rulebook import queries as rulebook
from rulebook.rules import Rules
from rulebook.schema import Need
from web import case_page, media, samples
from web.acts import ActForm
from web.fields import FilesField, WordsField, at_most, words
from web.party import answering, texts


class EvidenceForm(ActForm):
    """Files and what they show, or a text of one's own. The limits are named before the picker opens."""

    field_of = {
        "evidence_code_unknown": "code",
        "evidence_kind_differs": "code",
        "evidence_not_in_words": "code",
        **dict.fromkeys(["text_missing", "text_too_long", "text_unreadable", "too_many_texts"], "text"),
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
    file = FilesField(label=gettext_lazy("Photo, video or PDF"), required=False)
    text = texts.field(gettext_lazy("Or write a statement"))
    insults = texts.INSULTS
    name = WordsField(label=gettext_lazy("Short name"), help_text=at_most(60), max_length=60, required=False)
    note = WordsField(
        label=gettext_lazy("What should we look at"),
        help_text=at_most(300),
        max_length=300,
        required=False,
        widget=Textarea(attrs={"rows": 2}),
    )

    def prepare(self) -> None:
        rules = rulebook.rules(self.case.substance_rules_id)
        side = self.actor.side or Side.BUYER
        groups = evidence_kinds(self.case, side)
        order = [code for _group, found in groups for code, _name in found]
        wanted = self.request.GET.get("code", "")
        # What nobody named is not guessed: a photo of the parcel would stand there as one of the goods.
        unnamed = [] if wanted in order else [("", _("Choose"))]
        self.fields["code"].choices = [*unnamed, *groups]  # type: ignore[attr-defined]
        self.fields["code"].initial = wanted if wanted in order else ""
        # Of the one kind that the address names: another one may be chosen, which has another drawing.
        self.sample = samples.of(rules.exhibits[wanted]) if wanted in order else None
        if wanted in order and not checklist.against(rules.exhibits[wanted], exhibits.TEXT, films=False):
            self.fields["text"].label = _("Write it here")
            self.order_fields(["seen", "code", "text"])
        # With script the files go there by themselves and survive a cut connection; without, they come with the form.
        self.uploads = reverse(f"{side.value}:uploads", args=[self.case.number])
        self.fields["file"].widget.attrs["accept"] = kinds.accepts()
        self.fields["file"].help_text = media.limits_text() + " " + _("The original is kept as it is.")

    def clean(self) -> dict[str, Any]:
        """A file, a text, or both. What is wrong with one of them is said already."""
        data = super().clean() or {}
        nothing = not data.get("file") and not texts.is_there(data.get("text") or "")
        if nothing and not {"file", "text"} & self.errors.keys():
            self.add_error("file", refusals.say(Refused("evidence_empty")))
        return data

    @property
    def remarks(self) -> list[dict[str, Any]]:
        """About what stands in the text, as `components/courtesy.html` reads them."""
        return texts.remarks(str(self["text"].value() or ""))


Groups = list[tuple[str, list[tuple[str, str]]]]


def evidence_kinds(case: Case, side: Side) -> Groups:
    """What a side can give: the checklist of this dispute first, then all other kinds. Groups of code and name."""
    rules = rulebook.rules(case.substance_rules_id)
    return grouped(rules, rules.type(case.type_code).needs(side.value, case.order.state, case.line.category))


def grouped(rules: Rules, needs: Sequence[Need]) -> Groups:
    """All kinds of evidence that a side can bring, what it ``needs`` first."""
    named = {code: str(kind.name) for code, kind in rules.exhibits.items()}
    asked = [need.code for need in needs if need.code in named and not rules.exhibits[need.code].automatic]
    others = [
        code
        for code, kind in rules.exhibits.items()
        if code not in [need.code for need in needs] and not kind.automatic and not kind.platform_only
    ]
    groups = [(_("Helps in this dispute"), asked), (_("Other evidence"), others)]
    return [(str(name), [(code, named[code]) for code in codes]) for name, codes in groups if codes]


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
    text = WordsField(
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
            self.fields[f"text_{point.pk}"] = WordsField(
                label=_("Your words on point %(number)s") % {"number": point.number},
                help_text=at_most(submissions.LONGEST_ANSWER),
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
