"""Marks that the bench puts on pictures: forms, and how pages show them. What may be done is the acts' to say.

With script a rectangle is drawn; without, one of nine parts of the picture is chosen. Both arrive here in thousandths.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.forms import BooleanField, CharField, ChoiceField, HiddenInput, IntegerField, TextInput
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.http import require_POST

from arbitration import markings
from arbitration.markings import LONGEST, UNITS, Place
from common import clock
from common.actor import Actor
from common.errors import Missing, Refused
from disputes import refusals
from disputes.models import Case
from evidence.models import Exhibit
from web import fetch
from web.desk import shell
from web.forms import HouseForm

Text = str | Promise
PARTS: dict[str, tuple[Text, tuple[int, int, int, int]]] = {
    "whole": (pgettext_lazy("part of a picture", "The whole picture"), (0, 0, 1000, 1000)),
    "nw": (pgettext_lazy("part of a picture", "Top left"), (0, 0, 333, 333)),
    "n": (pgettext_lazy("part of a picture", "Top"), (333, 0, 667, 333)),
    "ne": (pgettext_lazy("part of a picture", "Top right"), (667, 0, 1000, 333)),
    "w": (pgettext_lazy("part of a picture", "Left"), (0, 333, 333, 667)),
    "c": (pgettext_lazy("part of a picture", "Middle"), (333, 333, 667, 667)),
    "e": (pgettext_lazy("part of a picture", "Right"), (667, 333, 1000, 667)),
    "sw": (pgettext_lazy("part of a picture", "Bottom left"), (0, 667, 333, 1000)),
    "s": (pgettext_lazy("part of a picture", "Bottom"), (333, 667, 667, 1000)),
    "se": (pgettext_lazy("part of a picture", "Bottom right"), (667, 667, 1000, 1000)),
}
EDGES = ("left", "top", "right", "bottom")


class AnnotationForm(HouseForm):
    """Words, and where: the four edges that a script drew, else a part of the picture."""

    text = CharField(
        label=gettext_lazy("What is to be seen there"),
        max_length=LONGEST,
        widget=TextInput(attrs={"data-max": LONGEST}),
    )
    part = ChoiceField(
        label=pgettext_lazy("on a picture", "Where"),
        required=False,
        choices=[(key, name) for key, (name, _at) in PARTS.items()],
    )
    page = IntegerField(required=False, min_value=0, max_value=UNITS - 1, widget=HiddenInput)
    in_letter = BooleanField(label=gettext_lazy("Put it in the letter"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for edge in EDGES:
            self.fields[edge] = IntegerField(required=False, min_value=0, max_value=UNITS, widget=HiddenInput)

    def place(self) -> Place:
        """Only after ``is_valid``."""
        data = self.cleaned_data
        drawn = [data[edge] for edge in EDGES]
        left, top, right, bottom = PARTS[data["part"] or "whole"][1] if None in drawn else drawn
        return Place(left, top, right, bottom, page=data["page"] or 0)


@dataclass(frozen=True, slots=True)
class Mark:
    """One annotation as a page draws it: ``left``, ``top``, ``width``, ``height`` in thousandths, a point where both are 0.

    ``number`` counts within the exhibit; ``office`` is the number of whoever made it; ``href`` is where its author changes
    it, empty for everybody else.
    """

    id: int
    number: int
    page: int
    left: int
    top: int
    width: int
    height: int
    text: str
    office: str
    in_letter: bool
    href: str


def marks(case: Case, row: Exhibit, actor: Actor, *, may_write: bool) -> list[Mark]:
    """The marks of one exhibit, oldest first, as `arbitration.queries` has read them with it. No query."""
    return [_mark(case, number, said, actor, may_write) for number, said in enumerate(_read(row), start=1)]


def _read(row: Exhibit) -> Sequence[dict[str, Any]]:
    return getattr(row, "annotated", None) or []


def _mark(case: Case, number: int, said: dict[str, Any], actor: Actor, may_write: bool) -> Mark:
    own = may_write and said["author"] == actor.id
    return Mark(
        id=said["id"],
        number=number,
        page=said["page"],
        left=said["left"],
        top=said["top"],
        width=said["right"] - said["left"],
        height=said["bottom"] - said["top"],
        text=said["text"],
        office=said["office"],
        in_letter=said["in_letter"],
        href=reverse("desk:annotation", args=[case.number, said["id"]]) if own else "",
    )


@require_POST
def add(request: HttpRequest, number: str, place: str) -> HttpResponse:
    """A mark is put on the exhibit; back to where the form stood."""
    actor = shell.reader(request)
    case = fetch.case_or_404(number, actor)
    row = Exhibit.objects.filter(dossier_id=case.dossier_id, withdrawn_at__isnull=True).only("side", "place")
    found = next((one for one in row if one.number == place), None)
    if found is None:
        raise Http404
    form = AnnotationForm(request.POST)
    if not form.is_valid():
        messages.warning(request, next(str(error) for errors in form.errors.values() for error in errors))
        return _back(request, case, place)
    data = form.cleaned_data
    try:
        markings.add(
            case.pk,
            found.pk,
            form.place(),
            text=data["text"],
            in_letter=data["in_letter"],
            actor=actor,
            now=clock.now(),
        )
    except Missing:
        raise Http404 from None
    except Refused as refused:
        messages.warning(request, refusals.say(refused))
    else:
        messages.success(request, _("Marked."))
    return _back(request, case, place)


@require_POST
def change(request: HttpRequest, number: str, pk: int) -> HttpResponse:
    """``do``: remove it, put it in the letter (``tell``), or keep it inside (``keep``)."""
    actor = shell.reader(request)
    case = fetch.case_or_404(number, actor)
    do, now = request.POST.get("do", ""), clock.now()
    try:
        if do == "remove":
            markings.remove(case.pk, pk, actor=actor, now=now)
            messages.success(request, _("The mark is gone."))
        elif do in ("tell", "keep"):
            markings.tell(case.pk, pk, in_letter=do == "tell", actor=actor, now=now)
            said = _("Both sides will read it in the letter.") if do == "tell" else _("It stays inside.")
            messages.success(request, said)
        else:
            raise Http404
    except Missing:
        raise Http404 from None
    except Refused as refused:
        messages.warning(request, refusals.say(refused))
    return _back(request, case, request.POST.get("place", ""))


def _back(request: HttpRequest, case: Case, place: str) -> HttpResponse:
    """To the pane the form stood in (``back`` is its query), else to the exhibit's own page."""
    back = request.POST.get("back", "")
    if back:
        return HttpResponseRedirect(f"{reverse('desk:case', args=[case.number])}?{back.lstrip('?')}")
    known = place.isalnum() and len(place) < 8
    return HttpResponseRedirect(
        reverse("desk:exhibit" if known else "desk:case", args=[case.number, place][: 1 + known])
    )
