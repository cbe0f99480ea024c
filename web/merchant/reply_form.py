"""The form of a shop's answer: every point with where the shop stands, its words, its evidence, a template, a file.

It parses, keeps what was typed and shows it as the buyer will read it; what the buttons do is `reply`'s.
"""

from __future__ import annotations

from typing import Any

from django.forms import (
    ChoiceField,
    FileField,
    FileInput,
    RadioSelect,
)
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts import shop_desk
from accounts.models import ReplyTemplate
from common import money
from disputes import exhibits, labels, queries
from disputes.lifecycle import Event
from disputes.models import Point
from disputes.submissions import Answer
from disputes.supplements import IN_WORDS
from evidence import checklist, library
from evidence import media as kinds
from evidence.models.library import LibraryItem
from marketplace.models import Shipment
from rulebook import queries as rulebook
from rulebook.schema import Bearer
from web import case_page, media, wording
from web.acts import ActForm
from web.fields import words
from web.merchant import needed
from web.party import answering, texts
from web.selects import PlainSelect

STANCES = (
    ("agrees", gettext_lazy("I agree")),
    ("partly", gettext_lazy("I agree in part")),
    ("disputes", gettext_lazy("I do not agree")),
    ("unsure", gettext_lazy("I do not know")),
)
_WORDS = ("stance", "text", "exhibits")


class TemplateSelect(PlainSelect):
    """The shop's own words with their slots filled, so that a script can put them in without asking."""

    texts: dict[str, str]

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        options = ((key, self.texts.get(str(key), ""), label) for key, label in self.choices)
        return format_html(
            '<select name="{}" id="{}" data-words>{}</select>',
            name,
            (attrs or {}).get("id", name),
            format_html_join("", '<option value="{}" data-text="{}">{}</option>', options),
        )


class ReplyForm(ActForm):
    """Where the shop stands on each point, in which words, with which evidence. Nothing is required before the check."""

    field_of = {"text_too_long": "text"}
    event = Event.CLAIM_REBUTTED
    insults = texts.INSULTS

    def prepare(self) -> None:
        self.rules = rulebook.rules(self.case.substance_rules_id)
        self.points = [point for point in queries.points(self.case) if point.raised_by != "merchant"]
        views = case_page.exhibits_for(self.case, self.actor, self.rules, self.now)
        self.mine = [view for view in views if view.side == "m" and not view.withdrawn]
        self.theirs = [view for view in views if view.side == "b" and not view.withdrawn]
        self.records = [view for view in views if view.side == "p" and not view.withdrawn]
        self.templates = list(ReplyTemplate.objects.filter(merchant_id=self.case.merchant_id))
        self.shelf = self._shelf()
        self.filled = self._filled()
        self.codes = self._codes()
        self.takes_words = not checklist.against(self.rules.exhibits.get(IN_WORDS), exhibits.TEXT, films=False)
        self.uploads = reverse("merchant:uploads", args=[self.case.number])
        for point in self.points:
            self._add(point)
        if self.event is Event.CLAIM_REBUTTED:
            self.fields["text"] = words(gettext_lazy("In sum"), required=False, rows=3)

    def _add(self, point: Point) -> None:
        standing = next((a for a in getattr(point, "current_answers", []) if a.side == "merchant"), None)
        number = {"number": point.number}
        self.fields[f"stance_{point.pk}"] = ChoiceField(
            label=_("Where you stand on point %(number)s") % number,
            choices=STANCES,
            widget=RadioSelect(attrs={"class": "radio inline"}),
            required=False,
            initial=standing.stance if standing else None,
        )
        self.fields |= answering.fields(point, standing, self.mine)
        if self.templates:
            select = TemplateSelect()
            select.texts = {str(row.pk): shop_desk.fill(row.text, self.filled) for row in self.templates}
            self.fields[f"template_{point.pk}"] = ChoiceField(
                label=_("Reply template for point %(number)s") % number,
                choices=[("", _("Choose a template")), *((str(row.pk), row.name) for row in self.templates)],
                widget=select,
                required=False,
            )
        self.fields[f"file_{point.pk}"] = FileField(
            label=_("Photo, video or PDF for point %(number)s") % number,
            help_text=media.limits_text(),
            required=False,
            # With script it goes by itself and is then named in the point; without, it comes with the form.
            widget=FileInput(
                attrs={
                    "accept": kinds.accepts(),
                    "data-uploads": self.uploads,
                    "data-uploads-at": "button",
                    "data-uploads-code": f"code_{point.pk}",
                    "data-uploads-name": f"exhibits_{point.pk}",
                }
            ),
        )
        # What nobody named is not guessed; what comes from the library has been named before.
        self.fields[f"code_{point.pk}"] = ChoiceField(
            label=_("What it shows, for point %(number)s") % number,
            help_text=_("What comes from your library keeps its own kind unless you choose another.")
            if self.shelf
            else "",
            choices=[("", _("Choose")), *self.codes],
            widget=PlainSelect,
            required=False,
        )
        if self.takes_words:
            label = _("A statement as evidence for point %(number)s") % number
            self.fields[f"words_{point.pk}"] = texts.field(label)
        if self.shelf:
            self.fields[f"shelf_{point.pk}"] = ChoiceField(
                label=_("From your library, for point %(number)s") % number,
                choices=[("", _("Choose from the library")), *((i.public_id, _shelf_name(i)) for i in self.shelf)],
                widget=PlainSelect,
                required=False,
            )

    def _shelf(self) -> list[LibraryItem]:
        line = self.case.line
        today = self.now.astimezone(wording.HOUSE_ZONE).date()
        return list(library.fitting(self.case.merchant_id, sku=line.sku, batch=line.batch, on=today)[:50])

    def _filled(self) -> dict[str, str]:
        if not self.templates:
            return {}
        sent = Shipment.objects.filter(order=self.case.order_id, direction=Shipment.Direction.OUTBOUND)
        return {
            "order": self.case.order.external_id,
            "tracking": sent.order_by("-shipped_at").values_list("tracking_number", flat=True).first() or "",
            "batch": self.case.line.batch,
            "sum": money.sign(self.case.currency) + money.text(self.case.claimed, self.case.currency),
        }

    def _codes(self) -> list[tuple[str, str]]:
        kinds = self.rules.exhibits
        asked = [
            need.code
            for need in self.rules.type(self.case.type_code).needs(
                "merchant", self.case.order.state, self.case.line.category
            )
        ]
        order = dict.fromkeys([*asked, *kinds])
        mine = [code for code in order if code in kinds and not (kinds[code].automatic or kinds[code].platform_only)]
        return [(code, str(kinds[code].name)) for code in mine]

    # --- as the page sets it ---------------------------------------------------------------------------------------

    def rows(self) -> list[dict[str, Any]]:
        """The fields of each point together."""
        return [
            {
                "point": point,
                "fields": [self[f"{kind}_{point.pk}"] for kind in _WORDS if f"{kind}_{point.pk}" in self.fields],
                "template": self._bound("template", point),
                "file": self[f"file_{point.pk}"],
                "code": self[f"code_{point.pk}"],
                "shelf": self._bound("shelf", point),
                "words": self._bound("words", point),
                "remarks": texts.remarks(str(self[f"words_{point.pk}"].value() or "")) if self.takes_words else [],
                "opened": self._is_open(point),
            }
            for point in self.points
        ]

    def _is_open(self, point: Point) -> bool:
        """Whether something stands or is wrong in what is folded away."""
        errors = self.errors if self.is_bound else {}
        wrong = any(errors.get(f"{kind}_{point.pk}") for kind in ("code", "file", "words"))
        return wrong or (self.takes_words and texts.is_there(str(self[f"words_{point.pk}"].value() or "")))

    def _bound(self, kind: str, point: Point) -> Any:
        name = f"{kind}_{point.pk}"
        return self[name] if name in self.fields else None

    def burdens(self) -> list[dict[str, Any]]:
        """What the rules leave to the shop to prove, what of it is on file, and what is required for it and still missing:
        met only where nothing is, as the checklist of the case page counts it.
        """
        there: dict[str, list[str]] = {}
        for view in (*self.mine, *self.records):
            if not view.lost:
                there.setdefault(view.code, []).append(view.number)
        kinds = self.rules.exhibits
        open_rows = {row.code for row in needed.rows(self.case, self.rules, (*self.mine, *self.records)) if row.blocks}
        found = []
        for proof in self.rules.type(self.case.type_code).burden.links(self.case.order.state):
            if proof.side is Bearer.BUYER:
                continue
            numbers = [number for code in proof.evidence for number in there.get(code, ())]
            lacking = [str(kinds[code].name) for code in proof.evidence if code in open_rows and code in kinds]
            found.append(
                {
                    "shows": str(proof.shows),
                    "by": [str(kinds[code].name) for code in proof.evidence if code in kinds],
                    "numbers": numbers,
                    "lacking": lacking,
                    "met": bool(numbers) and not lacking,
                }
            )
        return found

    def standing(self) -> list[dict[str, Any]]:
        """What was typed, point by point, as the buyer will read it."""
        own = {str(view.id): view for view in self.mine}
        spoken = dict(labels.STANCES)
        rows = []
        for point in self.points:
            chosen = self[f"stance_{point.pk}"].value() or ""
            cited = self[f"exhibits_{point.pk}"].value() or [] if f"exhibits_{point.pk}" in self.fields else []
            text = str(self[f"text_{point.pk}"].value() or "").strip()
            rows.append(
                {
                    "point": point,
                    "stance": spoken.get(chosen, ""),
                    "text": text,
                    "exhibits": [own[str(pk)] for pk in cited if str(pk) in own],
                    "open_slots": shop_desk.empty_slots(text),
                    "bare": chosen in ("partly", "disputes") and not cited,
                }
            )
        return rows

    def answers(self) -> list[Answer]:
        """What was answered; points left open are left out, and the act says so."""
        return answering.answers(self.points, self.cleaned_data)


class PartForm(ReplyForm):
    """Some points, while evidence is gathered: nothing is final yet, and there is nothing to sum up."""

    event = Event.POINT_ANSWERED


def _shelf_name(item: LibraryItem) -> str:
    used: int = getattr(item, "used", 0)
    if not used:
        return item.name
    times = ngettext("in %(n)s case", "in %(n)s cases", used) % {"n": used}
    return f"{item.name} · {times}"
