"""What either side says to the points, whatever stances it may take: fields for its words and evidence, and the answers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.forms import CheckboxSelectMultiple, Field, MultipleChoiceField, Textarea
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from disputes import submissions
from disputes.models import Point, PointAnswer
from disputes.submissions import Answer
from web.case_page import ExhibitView
from web.fields import WordsField, at_most


def fields(point: Point, standing: PointAnswer | None, mine: Sequence[ExhibitView]) -> dict[str, Field]:
    """By name, ``text_`` and ``exhibits_`` with the point's id. ``standing``: what this side said of it before.

    Without exhibits of one's own there is nothing to choose from, and no field for it.
    """
    number = {"number": point.number}
    shown: dict[str, Field] = {
        f"text_{point.pk}": WordsField(
            label=_("Your words on point %(number)s") % number,
            help_text=at_most(submissions.LONGEST_ANSWER),
            required=False,
            max_length=4000,
            widget=Textarea(attrs={"rows": 3, "data-max": submissions.LONGEST_ANSWER}),
            initial=standing.text if standing else "",
        )
    }
    if mine:
        shown[f"exhibits_{point.pk}"] = MultipleChoiceField(
            label=_("Your evidence on point %(number)s") % number,
            choices=[(str(view.id), f"{view.number} {view.name}") for view in mine],
            widget=CheckboxSelectMultiple,
            required=False,
            initial=[str(pk) for pk in standing.exhibits] if standing else [],
        )
    return shown


def unanswered(point: Point, options: Iterable[tuple[Any, Any]]) -> str:
    """That the point waits, with the ``options`` that its form has: what is not there cannot be chosen."""
    *others, last = (str(label) for _value, label in options)
    told = {"number": point.number, "options": pgettext("between alternatives", ", ").join(others), "last": last}
    return _("Answer point %(number)s: %(options)s or %(last)s.") % told


def answers(points: Iterable[Point], cleaned: Mapping[str, Any]) -> list[Answer]:
    """The answer to each point that has a stance (``stance_`` and the point's id); points left open are left out."""
    found = []
    for point in points:
        stance = cleaned.get(f"stance_{point.pk}")
        if stance:
            exhibits = tuple(int(pk) for pk in cleaned.get(f"exhibits_{point.pk}", []))
            found.append(Answer(point.pk, stance, cleaned.get(f"text_{point.pk}", ""), exhibits))
    return found
