"""The form of an appeal: its ground, the findings it attacks, the reasons, and what is new."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.forms import (
    CheckboxSelectMultiple,
    ChoiceField,
    MultipleChoiceField,
    RadioSelect,
    Textarea,
)
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from arbitration import appeals
from common.actor import Side
from common.errors import Refused
from disputes import queries, refusals
from disputes.models import Point
from evidence import limits
from evidence import media as kinds
from rulebook import queries as rulebook
from web import media, uploads
from web.acts import ActForm
from web.fields import FilesField, WordsField, at_most, words
from web.letter import FINDINGS
from web.party import texts
from web.party.evidence_forms import EvidenceForm, evidence_kinds


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
        "finding_in_own_favour": "points",
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
    statement = texts.field(gettext_lazy("Or write a statement"))
    why_late = WordsField(
        label=gettext_lazy("Why it was not given before"),
        help_text=at_most(300),
        required=False,
        max_length=300,
        widget=Textarea(attrs={"rows": 2}),
    )

    insults = texts.INSULTS

    @property
    def remarks(self) -> list[dict[str, Any]]:
        """About what stands in the statement, as `components/courtesy.html` reads them."""
        return texts.remarks(str(self["statement"].value() or ""))

    def clean_statement(self) -> str:
        text = texts.as_written(self.cleaned_data["statement"])
        if len(text) > limits.TEXT_LENGTH:
            raise ValidationError(
                refusals.say(Refused("text_too_long", longest=limits.TEXT_LENGTH, length=len(text))),
                code="text_too_long",
            )
        return text

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
        grounds = [(code, f"{ground.name} · {ground.text}") for code, ground in procedure.appeal_grounds.items()]
        self.fields["ground"].choices = grounds  # type: ignore[attr-defined]
        found = appeals.found_in(self.case)
        # What was found in one's own favour is nothing to appeal against.
        points = [point for point in queries.points(self.case) if found.get(point.number) != side.value]
        self.fields["points"].choices = [(str(p.number), _with_finding(p, found)) for p in points]  # type: ignore[attr-defined]
        if not points:
            del self.fields["points"]
        self.fields["code"].choices = [("", _("Choose")), *evidence_kinds(self.case, side)]  # type: ignore[attr-defined]
