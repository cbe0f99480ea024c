"""Filing an appeal: what counts and what does not, looked at once more as the other side will have it, and the receipt.

Files that came with the plain form are held for it as those are that came in pieces, so that looking at it loses none.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.http import Http404
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from arbitration import appeals
from arbitration.appeals import NewExhibit
from arbitration.models import Appeal
from common import clock, money
from common.actor import Actor, Side
from common.errors import Missing, Refused
from common.tus import Body
from disputes import queries, refusals
from disputes import uploads as case_uploads
from disputes.models import Case
from disputes.supplements import IN_WORDS
from enforcement import overview
from evidence import intake
from evidence.intake import Received
from evidence.models import Exhibit, Upload
from evidence.uploads import Announced
from rulebook import queries as rulebook
from web import rules, uploads, wording
from web.acts import ActForm
from web.party import texts

LONGEST = 500  # characters of the statement; the act holds to it
Lines = list[tuple[str, str | Promise]]
# What a form says of itself and is no answer.
_BESIDE = frozenset({"csrfmiddlewaretoken", "do", "file", uploads.HELD})


def file(form: ActForm) -> None:
    """The appeal is filed, and its appellant is told the receipts and until when the other side may answer."""
    here = uploads.held_for(form.request.POST.getlist(uploads.HELD), form.actor, form.case)
    data = form.cleaned_data
    sent = [intake.receive(one, claimed_name=one.name, now=form.now, actor=form.actor) for one in data["file"]]
    new = _brought([*here, *sent], data)
    filed = appeals.file(
        form.case.pk,
        ground=data["ground"],
        points=[int(number) for number in data.get("points", ())],
        text=data["text"],
        exhibits=new,
        actor=form.actor,
        now=clock.now(),
        seen=form.seen_version,
    )
    form.told = _receipt(filed)


def check(form: ActForm) -> dict[str, Any] | None:
    """What the page shows before it is sent; ``None`` if the form says first what is wrong, all of it at once. Nothing is
    filed here."""
    data, tokens = form.cleaned_data, _held(form)
    text, code, why_late, statement = (data.get(name, "") for name in ("text", "code", "why_late", "statement"))
    if len(text) > LONGEST:
        _refuse(form, Refused("text_too_long", field="text", longest=LONGEST, length=len(text)))
    try:
        here = uploads.held_for(tokens, form.actor, form.case)
    except Missing:
        raise Http404 from None
    except Refused as refused:
        _refuse(form, refused)
        here = []
    new = _brought(here, data)
    ground, points = data.get("ground", ""), [int(number) for number in data.get("points", ())]
    for code_of_refusal in appeals.against_filing(form.case, ground, points, new, form.actor.side or Side.BUYER):
        _refuse(form, Refused(code_of_refusal))
    if form.errors:
        return None
    procedure, substance = rulebook.rules(form.case.procedure_rules_id), rulebook.rules(form.case.substance_rules_id)
    kind = substance.exhibits.get(code)
    return {
        "ground": str(procedure.appeal_grounds[ground].name),
        "attacked": [point for point in queries.points(form.case) if point.number in points],
        "text": text,
        "files": [received.name for received in here],
        "kind": str(kind.name) if kind is not None and here else "",
        "statement": statement if texts.is_there(statement) else "",
        "remarks": [one["text"] for one in texts.remarks(statement) if one["met"]],
        "why_late": why_late if new else "",
        "hidden": [
            (name, value)
            for name in form.request.POST
            if name not in _BESIDE
            for value in form.request.POST.getlist(name)
        ],
        "held": [(uploads.HELD, token) for token in tokens],
    }


def _brought(files: Sequence[Received], data: Mapping[str, Any]) -> list[NewExhibit]:
    """The files under what they are said to show, and the statement that was typed as one."""
    why_late, statement = data.get("why_late", ""), data.get("statement", "")
    new = [NewExhibit(received, code=data.get("code", ""), name="", why_late=why_late) for received in files]
    if texts.is_there(statement):
        new.append(NewExhibit(statement, code=IN_WORDS, name="", why_late=why_late))
    return new


def _held(form: ActForm) -> list[str]:
    """The tokens of all files that wait for this form. Those that came with it are held from now on, whatever else is
    wrong with it: nobody chooses a file twice. What is wrong with a file is said of the form."""
    tokens = form.request.POST.getlist(uploads.HELD)
    for one in form.cleaned_data.get("file", ()):
        try:
            tokens.append(_hold(one, form))
        except Refused as refused:
            _refuse(form, refused)
    fresh = form.request.POST.copy()
    fresh.setlist(uploads.HELD, list(dict.fromkeys(tokens)))
    form.data = fresh
    return fresh.getlist(uploads.HELD)


def _refuse(form: ActForm, refused: Refused) -> None:
    """The refusal stands at its field, unless something was said there already."""
    name = form.field_of.get(refused.code)
    name = name if name in form.fields else None
    if name is None or name not in form.errors:
        form.add_error(name, ValidationError(refusals.say(refused), code=refused.code))


def before(form: ActForm) -> dict[str, Any]:
    """What stands beside the form: what is no ground, what is on the file already, and what waits to go with it."""
    procedure = rulebook.rules(form.case.procedure_rules_id)
    side = form.actor.side or Side.BUYER
    listed = Exhibit.objects.filter(dossier_id=form.case.dossier_id, side=side.value, withdrawn_at__isnull=True)
    posted = form.request.method == "POST"
    data = form.data if form.is_bound else form.request.POST
    tokens = data.getlist(uploads.HELD) if posted else []  # type: ignore[union-attr]
    try:
        waiting = list(zip(dict.fromkeys(tokens), uploads.held_for(tokens, form.actor, form.case), strict=True))
    except Refused:
        waiting = []
    kinds = rulebook.rules(form.case.substance_rules_id).exhibits
    return {
        "no_grounds": [(str(one.name), str(one.text)) for one in procedure.body.not_appeal_grounds],
        "there": [
            f"{one.number} {one.name or (kinds[one.code].name if one.code in kinds else '')}".strip()
            for one in listed.defer("content").order_by("place")
        ],
        "waiting": [(token, received.name) for token, received in waiting],
    }


def effects(case: Case, actor: Actor) -> Lines:
    """What an appeal does to the money, who answers until when, and who decides."""
    procedure = rulebook.rules(case.procedure_rules_id)
    answer, decision = procedure.step("appeal_answer").duration, procedure.step("appeal_decision").duration
    return [
        ("hand-coins", _money(case, actor)),
        (
            "timer",
            _("The other side has %(term)s to answer. It sees your ground, your words and what is new.")
            % {"term": rules.length(answer)},
        ),
        (
            "gavel",
            _("Somebody other than the first arbitrator decides, within %(term)s after that.")
            % {"term": rules.length(decision)},
        ),
        ("lock-keyhole", _("You can appeal once. The decision on it is final here.")),
    ]


def _money(case: Case, actor: Actor) -> str:
    """Where the money is meanwhile: kept, or with the buyer already because the platform paid first (P03)."""
    paid_first = [one for one in overview.proposals_of(case.pk) if one.state == one.APPROVED]
    if paid_first:
        amount = money.sign(case.currency) + money.text(sum(one.amount for one in paid_first), case.currency)
        if actor.side is Side.BUYER:
            return _("While it is decided: you have %(sum)s already, paid by the platform first.") % {"sum": amount}
        return _("While it is decided: the buyer has %(sum)s already, paid by the platform first.") % {"sum": amount}
    if case.claimant == "merchant":
        return _("While it is decided: what was paid stays where it is.")
    return _("While it is decided: the money is kept. Nobody is paid.")


def _hold(one: Any, form: ActForm) -> str:
    """A file of the plain form comes in as one in pieces does, in a single piece, and waits under its token."""
    announced = Announced(one.size, claimed_name=one.name or "", for_form=True)
    upload = case_uploads.begin(form.case.pk, announced, actor=form.actor, now=clock.now())
    upload = case_uploads.bring(upload, one.read, Body(0, one.size, None), instant=clock.now)
    if upload.state != Upload.HELD:
        raise Refused("storage_unavailable")
    return upload.token


def _receipt(filed: Appeal) -> str:
    said = [_("Your appeal is filed.")]
    codes = dict(Exhibit.objects.filter(pk__in=filed.exhibits).values_list("pk", "receipt_code"))
    rows = Exhibit.objects.filter(pk__in=codes).only("side", "place", "receipt_code").order_by("place")
    told = [_("%(number)s (receipt %(code)s)") % {"number": row.number, "code": row.receipt_code} for row in rows]
    if told:
        said.append(_("New evidence: %(files)s.") % {"files": pgettext("between numbers", ", ").join(told)})
    due_at = Case.objects.values_list("due_at", flat=True).get(pk=filed.case_id)
    if due_at is not None:
        said.append(_("The other side can answer until %(until)s.") % {"until": wording.deadline(due_at)})
    return wording.sentences(*said)
