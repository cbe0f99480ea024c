"""The shop's answer, point by point: typed, kept as a draft, looked at as the buyer will see it, and only then sent.

Every button of the page is a form's own, so that nothing needs a script. Files are taken in whichever button is pressed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.forms import (
    CharField,
    CheckboxSelectMultiple,
    ChoiceField,
    FileField,
    FileInput,
    MultipleChoiceField,
    RadioSelect,
    Textarea,
)
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts import shop_desk
from accounts.models import ReplyTemplate
from common import clock, money
from common.actor import Role
from common.errors import Missing, Refused
from disputes import handling, intervention, labels, queries, refusals, submissions
from disputes.lifecycle import Event
from disputes.models import Case, Point, Statement
from disputes.submissions import Answer
from evidence import intake, library
from evidence import media as kinds
from evidence.library_models import LibraryItem
from evidence.models import Exhibit
from marketplace.models import Shipment
from rulebook import queries as rulebook
from rulebook.schema import Bearer
from web import case_page, drafts, fetch, media, navigation, timeline, wording
from web.acts import ActForm
from web.party import closed, forms
from web.selects import PlainSelect

EVENTS = (Event.CLAIM_REBUTTED, Event.POINT_ANSWERED)
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
        self.uploads = reverse("merchant:uploads", args=[self.case.number])
        for point in self.points:
            self._add(point)
        if self.event is Event.CLAIM_REBUTTED:
            self.fields["text"] = forms.words(gettext_lazy("In sum"), required=False, rows=3)

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
        self.fields[f"text_{point.pk}"] = CharField(
            label=_("Your words on point %(number)s") % number,
            required=False,
            max_length=4000,
            widget=Textarea(attrs={"rows": 3, "data-max": submissions.LONGEST_ANSWER}),
            initial=standing.text if standing else "",
        )
        if self.mine:
            self.fields[f"exhibits_{point.pk}"] = MultipleChoiceField(
                label=_("Your evidence on point %(number)s") % number,
                choices=[(str(view.id), f"{view.number} {view.name}") for view in self.mine],
                widget=CheckboxSelectMultiple,
                required=False,
                initial=[str(pk) for pk in standing.exhibits] if standing else [],
            )
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
        self.fields[f"code_{point.pk}"] = ChoiceField(
            label=_("What it shows"), choices=self.codes, widget=PlainSelect, required=False
        )
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
                "bad_file": bool(self.errors.get(f"file_{point.pk}")) if self.is_bound else False,
            }
            for point in self.points
        ]

    def _bound(self, kind: str, point: Point) -> Any:
        name = f"{kind}_{point.pk}"
        return self[name] if name in self.fields else None

    def burdens(self) -> list[dict[str, Any]]:
        """What the rules leave to the shop to prove, and whether it is on file."""
        there = {view.code: view.number for view in (*self.mine, *self.records)}
        kinds = self.rules.exhibits
        return [
            {
                "shows": str(proof.shows),
                "by": [str(kinds[code].name) for code in proof.evidence if code in kinds],
                "numbers": [there[code] for code in proof.evidence if code in there],
            }
            for proof in self.rules.type(self.case.type_code).burden.links(self.case.order.state)
            if proof.side is not Bearer.BUYER
        ]

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
        found = []
        for point in self.points:
            stance = self.cleaned_data.get(f"stance_{point.pk}")
            if stance:
                exhibits = tuple(int(pk) for pk in self.cleaned_data.get(f"exhibits_{point.pk}", []))
                found.append(Answer(point.pk, stance, self.cleaned_data.get(f"text_{point.pk}", ""), exhibits))
        return found


class PartForm(ReplyForm):
    """Some points, while evidence is gathered: nothing is final yet, and there is nothing to sum up."""

    event = Event.POINT_ANSWERED


def _shelf_name(item: LibraryItem) -> str:
    used: int = getattr(item, "used", 0)
    if not used:
        return item.name
    times = ngettext("in %(n)s case", "in %(n)s cases", used) % {"n": used}
    return f"{item.name} · {times}"


# --- the page ------------------------------------------------------------------------------------------------------


@dataclass
class _Reply:
    """One request about one answer."""

    request: HttpRequest
    case: Case
    event: Event
    form: ReplyForm
    added: int = 0


def page(request: HttpRequest, number: str, event: Event) -> HttpResponse | None:
    """The page of the answer, or ``None`` while it is not open: then the area's ordinary page says why."""
    actor = fetch.actor_or_404(request, Role.MERCHANT)
    case, now = fetch.case_and_now_or_404(number, actor)
    posted = request.method == "POST"
    if closed.why_not(case, actor, event, now, request.GET) is not None:
        return None
    kind = ReplyForm if event is Event.CLAIM_REBUTTED else PartForm
    about: dict[str, Any] = {"case": case, "actor": actor, "now": now, "request": request}
    if not posted:
        form = kind(**about)
        drafts.restore(request, form)
        draft = handling.draft_of(case)
        if draft is not None and not form.restored:
            form.initial |= draft.body
        return _show(_Reply(request, case, event, form), draft=draft)
    data = request.POST.copy()
    do, _colon, which = data.get("do", "check").partition(":")
    reply = _Reply(request, case, event, kind(data, request.FILES or None, **about))
    if do == "save" or request.headers.get("X-Draft"):
        # Typed so far, sent by a script while its author goes on: nothing of it happens yet.
        _keep(reply)
        return HttpResponse(_("Draft saved"))
    errors = _take_in(reply, data, which if do == "add" else "")
    if reply.added or do == "insert":
        if do == "insert":
            _insert(reply.form, data, which)
        reply.form = kind(data, None, **(about | {"now": clock.now()}))
    form = reply.form
    valid = form.is_valid()
    moved = any(refused.code == "case_moved_on" for _name, refused in errors)
    for name, refused in errors:
        where = None if refused.code == "case_moved_on" else name
        form.add_error(where, ValidationError(refusals.say(refused), code=refused.code))
    if errors or not valid:
        _keep(reply)
        return _show(reply, status=409 if moved else 422)
    match do:
        case "send":
            return _send(reply)
        case "check":
            _keep(reply)
            _weigh(reply)
            return _show(reply, status=422) if form.errors else _show(reply, checking=True)
    _keep(reply)
    return _show(reply)


def _keep(reply: _Reply) -> None:
    """The draft, for whoever of the shop goes on with it. Files are no part of it: they are exhibits already."""
    form, data = reply.form, reply.form.data
    body: dict[str, Any] = {}
    for name in form.fields:
        if name.startswith("exhibits_"):
            body[name] = data.getlist(name)  # type: ignore[attr-defined]
        elif name.startswith(("stance_", "text_")) or name == "text":
            body[name] = data.get(name, "")[:4000]
    try:
        handling.save_draft(reply.case.pk, body=body, actor=form.actor, now=form.now)
    except Missing:
        raise Http404 from None


def _insert(form: ReplyForm, data: Any, which: str) -> None:
    """The chosen template's words after what stands there already."""
    chosen = next((row for row in form.templates if str(row.pk) == data.get(f"template_{which}", "")), None)
    name = f"text_{which}"
    if chosen is not None and name in form.fields:
        words = shop_desk.fill(chosen.text, form.filled)
        data[name] = f"{data.get(name, '').rstrip()}\n{words}".strip()
        data[f"template_{which}"] = ""


def _take_in(reply: _Reply, data: Any, which: str) -> list[tuple[str, Refused]]:
    """Files become exhibits and are cited in their point; so does what was chosen from the library. What is refused, why."""
    form, errors = reply.form, []
    for point in form.points:
        name = f"file_{point.pk}"
        file = reply.request.FILES.get(name)
        item = next((i for i in form.shelf if i.public_id == data.get(f"shelf_{point.pk}", "")), None)
        try:
            if isinstance(file, UploadedFile) and file:
                received = intake.receive(file, claimed_name=file.name or "", now=form.now, actor=form.actor)
                _add(reply, data, point, received, code=data.get(f"code_{point.pk}", ""), name="", note="")
            if item is not None:
                received = library.received(item)
                _add(reply, data, point, received, code=item.code, name=item.name, note=item.note)
                data[f"shelf_{point.pk}"] = ""
            elif str(point.pk) == which and not file:
                raise Refused("file_missing")
        except Refused as refused:
            errors.append((name, refused))
    return errors


def _add(reply: _Reply, data: Any, point: Point, received: Any, *, code: str, name: str, note: str) -> None:
    now = clock.now()
    seen = data.get("seen", "")
    version = int(seen) if seen.isdecimal() and len(seen) < 10 else None
    exhibit: Exhibit = submissions.add_evidence(
        reply.case.pk, received, code=code, name=name, note=note, actor=reply.form.actor, now=now, seen=version
    )
    reply.added += 1
    if exhibit.added_at == now and version is not None:
        # What moved the case on was our own exhibit, nothing that its reader has not seen.
        data["seen"] = str(version + 1)
    cited = [*data.getlist(f"exhibits_{point.pk}"), str(exhibit.pk)]
    data.setlist(f"exhibits_{point.pk}", list(dict.fromkeys(cited)))


def _weigh(reply: _Reply) -> None:
    """What the act would refuse is said before the check page, with what was typed."""
    form = reply.form
    answered = {answer.point_id for answer in form.answers()}
    for point in form.points:
        text = form.cleaned_data.get(f"text_{point.pk}", "")
        if len(text) > submissions.LONGEST_ANSWER:
            long = Refused("text_too_long", longest=submissions.LONGEST_ANSWER, length=len(text))
            form.add_error(f"text_{point.pk}", refusals.say(long))
        if point.pk not in answered and (reply.event is Event.CLAIM_REBUTTED or not answered):
            told = _("Answer point %(number)s: agree, dispute or not sure.") % {"number": point.number}
            form.add_error(f"stance_{point.pk}", told)


def _send(reply: _Reply) -> HttpResponse:
    form = reply.form
    about: dict[str, Any] = {"actor": form.actor, "now": form.now, "seen": form.seen_version}
    try:
        if reply.event is Event.CLAIM_REBUTTED:
            intervention.rebut(reply.case.pk, form.answers(), text=form.cleaned_data["text"], **about)
        else:
            submissions.answer_points(reply.case.pk, form.answers(), **about)
    except Missing:
        raise Http404 from None
    except Refused as refused:
        name = "text" if refused.code == "text_too_long" and "text" in form.fields else None
        form.add_error(name, ValidationError(refusals.say(refused), code=refused.code))
        moved = form.has_error(NON_FIELD_ERRORS, "case_moved_on")
        return _show(reply, status=409 if moved else 422)
    drafts.forget(reply.request)
    said = _("Sent. An arbitrator now decides; you can follow it here.")
    if reply.event is Event.POINT_ANSWERED:
        said = _("Sent. You can change it until the evidence period ends.")
    messages.success(reply.request, said)
    return HttpResponseRedirect(reverse("merchant:case", args=[reply.case.number]))


def _show(reply: _Reply, *, status: int = 200, checking: bool = False, draft: Any = None) -> HttpResponse:
    form, case = reply.form, reply.case
    changes: list[timeline.Line] = []
    if status == 409:
        fresh, _now = fetch.case_and_now_or_404(case.number, form.actor)
        changes = timeline.since(fresh, form.actor, form.seen_version)
        # Ours is a copy of what was posted, so that it can be written to.
        form.data["seen"] = str(fresh.version)  # type: ignore[index]
    verb = _("Send response")
    context = {
        "form": form,
        "case": case,
        "rules": form.rules,
        "event": reply.event.value,
        "title": _("Check and send") if checking else labels.ACTIONS[reply.event],
        "back": reverse("merchant:case", args=[case.number]),
        "verb": verb,
        "area_name": navigation.NAMES["merchant"],
        "home": reverse("merchant:inbox"),
        "nav": navigation.items("merchant"),
        "now": form.now,
        "changes": changes,
        "claim": case_claim(case),
        "burdens": form.burdens(),
        "left": wording.countdown(case.due_at, form.now, mine=True) if case.due_at else None,
    }
    if checking:
        context |= {"standing": form.standing(), "hidden": list(_typed(form)), "consequences": _consequences(reply)}
        return render(reply.request, "merchant/reply_check.html", context, status=status)
    context |= {
        "story": _story(case),
        "working": _working(draft, form),
        "is_final": reply.event is Event.CLAIM_REBUTTED,
    }
    return render(reply.request, "merchant/reply.html", context, status=status)


def case_claim(case: Case) -> str:
    """What the buyer wants, in one line: the sum, and what becomes of the goods."""
    amount = money.sign(case.currency) + money.text(case.claimed, case.currency)
    if case.returns:
        return _("Refund of %(sum)s, the goods come back") % {"sum": amount}
    return _("Refund of %(sum)s, the goods stay with the buyer") % {"sum": amount}


def _typed(form: ReplyForm) -> Any:
    """Every answer once more, as hidden fields of the check page."""
    for name in form.fields:
        if name.startswith(("stance_", "text_", "exhibits_")) or name in ("text", "seen"):
            for value in form.data.getlist(name):  # type: ignore[attr-defined]
                yield name, value


def _story(case: Case) -> list[str]:
    """The buyer's own words: the request first, then what was said at filing."""
    said = Statement.objects.filter(case=case, side="buyer", kind__in=["request", "story"]).order_by("at", "id")
    return [row.text for row in said[:6]]


def _working(draft: Any, form: ReplyForm) -> str:
    """Who typed here last, if it was a colleague and not long ago."""
    if draft is None or draft.by is None or draft.by_id == form.actor.id:
        return ""
    told = {"name": draft.by.get_full_name(), "at": wording.moment(draft.saved_at, form.now)}
    if form.now - draft.saved_at < handling.WORKING:
        return (
            _("%(name)s is working on this answer (last saved %(at)s). You share one draft: the newest save counts.")
            % told
        )
    return _("%(name)s began this answer (saved %(at)s). You go on from there.") % told


def _consequences(reply: _Reply) -> list[dict[str, Any]]:
    if reply.event is Event.POINT_ANSWERED:
        return [{"icon": "eye", "text": _("The buyer reads this at once. You can change it until the period ends.")}]
    return [
        {"icon": "gavel", "text": _("The case goes to an arbitrator, who decides every point with reasons.")},
        {"icon": "eye", "text": _("The buyer reads your words and sees the evidence that you name.")},
        {"icon": "lock-keyhole", "text": _("What you send cannot be changed afterwards.")},
    ]
