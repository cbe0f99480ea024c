"""Where a ruling goes out: the preview, the second signature, the appeal beside what it attacks, the letters."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.forms import CharField, ChoiceField, HiddenInput, IntegerField, RadioSelect, Textarea
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from arbitration import approvals, calculator, composition, letters, outgoing, queries, rulings, sheet
from arbitration.models import Appeal, Ruling
from arbitration.queries import Workspace
from common import clock, money
from common.actor import Actor, Side
from common.errors import Conflict, Missing, Refused
from disputes import labels, refusals
from disputes.awards import BY_THE_FUND
from disputes.lifecycle import LIFECYCLE, Event, State
from disputes.models import Case
from notifications import reach
from rulebook import queries as rulebook
from web import drafts, fetch, letter, letter_diff, precedent_words, records, reversed_roles, timeline, wording
from web.acts import Closed
from web.desk import checks, drafted, looking, offered, panes, problems, sending, shell, verdict
from web.desk.ruling_form import LANGUAGES, findings
from web.forms import HouseForm

Text = str | Promise

WHY: dict[str, Text] = {
    "amount": gettext_lazy("The sum reaches the threshold for a second signature"),
    "currency": gettext_lazy("The rules set no threshold in this currency"),
    "no_return": gettext_lazy("The money goes back although the goods do not"),
    "new_arbitrator": gettext_lazy("The arbitrator is new"),
    "sample": gettext_lazy("Drawn for a second look"),
    "deviation": gettext_lazy("It departs from how like cases were decided"),
}


class IssueForm(HouseForm):
    """The two versions that the author looked at: of the case and of the draft."""

    seen = IntegerField(widget=HiddenInput)
    version = IntegerField(widget=HiddenInput)
    # What happened in the case since its reader looked, where it moved on.
    changes: Sequence[timeline.Line] = ()


class ApprovalForm(HouseForm):
    """Approve, or return with a reason."""

    changes: Sequence[timeline.Line] = ()
    seen = IntegerField(widget=HiddenInput)
    decision = ChoiceField(
        label=gettext_lazy("Your decision"),
        widget=RadioSelect(attrs={"class": "radio"}),
        choices=[("approve", gettext_lazy("Approve")), ("return", gettext_lazy("Return to the arbitrator"))],
        error_messages={"required": gettext_lazy("Approve it or return it.")},
    )
    reason = CharField(
        label=gettext_lazy("Reason, if you return it"),
        required=False,
        max_length=approvals.LONGEST_REASON * 2,
        widget=Textarea(attrs={"rows": 3, "data-max": approvals.LONGEST_REASON}),
    )


def preview(request: HttpRequest, number: str) -> HttpResponse:
    """GET: the letter in both readings, what it still lacks, and what issuing does. POST: the ruling goes out."""
    actor = shell.reader(request)
    case = fetch.case_or_404(number, actor)
    home = reverse("desk:case", args=[number])
    work = queries.workspace_of(case, actor=actor)
    draft = work.draft
    if work.outgoing is not None:
        return HttpResponseRedirect(reverse("desk:sent", args=[number]))
    if draft is None or not drafted.may_write(case, actor):
        messages.warning(request, refusals.say(Refused("no_draft")))
        return HttpResponseRedirect(home)
    now = clock.now()
    appeal = draft.stage == Ruling.APPEAL
    if request.method != "POST" or appeal:
        form = IssueForm(initial={"seen": case.version, "version": draft.version})
        return _preview(request, work, draft, actor, form, now)
    form = IssueForm(request.POST)
    if form.is_valid():
        try:
            outgoing.send(
                case.pk, version=form.cleaned_data["version"], actor=actor, now=now, seen=form.cleaned_data["seen"]
            )
        except Missing:
            raise Http404 from None
        except Conflict as conflict:
            # The case may have moved on, or only the draft: what the form carried says which.
            changes = timeline.since(case, actor, form.cleaned_data["seen"])
            form = IssueForm({"seen": case.version, "version": draft.version})
            form.add_error(None, ValidationError(refusals.say(conflict), code=conflict.code))
            form.changes = changes
            return _preview(request, work, draft, actor, form, now)
        except Refused as refused:
            form.add_error(None, refusals.say(refused))
            return _preview(request, work, draft, actor, form, now)
        return HttpResponseRedirect(sending.onward(case, actor, now))
    return _preview(request, work, draft, actor, form, now)


def approval(request: HttpRequest, number: str) -> HttpResponse:
    """GET: a proposed ruling with why it needs a second signature. POST: it is served, or returned with a reason."""
    actor = shell.senior(request)
    case = fetch.case_or_404(number, actor)
    ruling = queries.proposed(case)
    now = clock.now()
    if ruling is None and request.POST.get("reason", "").strip():
        return _decided_meanwhile(request, case, actor, now)
    if ruling is None:
        messages.warning(request, refusals.say(Refused("not_in_this_state")))
        return HttpResponseRedirect(reverse("desk:review"))
    if request.method != "POST":
        form = ApprovalForm(initial={"seen": case.version})
        drafts.restore(request, form)
        return _approval(request, case, ruling, actor, form, now)
    form = ApprovalForm(request.POST)
    if form.is_valid():
        data = form.cleaned_data
        try:
            if data["decision"] == "approve":
                approvals.approve(ruling.pk, actor=actor, now=now, seen=data["seen"])
                messages.success(request, _("Approved: the ruling is served on both sides."))
            else:
                approvals.send_back(ruling.pk, reason=data["reason"], actor=actor, now=now, seen=data["seen"])
                messages.success(request, _("Returned to the arbitrator with your reason."))
            return HttpResponseRedirect(reverse("desk:review"))
        except Missing:
            raise Http404 from None
        except Refused as refused:
            if isinstance(refused, Conflict):
                fresh = request.POST.copy()
                fresh["seen"] = str(case.version)
                form.data = fresh
                form.changes = timeline.since(case, actor, data["seen"])
            in_words = refused.code in ("text_missing", "text_too_long")
            error = ValidationError(refusals.say(refused), code=refused.code)
            form.add_error("reason" if in_words else None, error)
    return _approval(request, case, ruling, actor, form, now)


def _decided_meanwhile(request: HttpRequest, case: Case, actor: Actor, now: datetime) -> HttpResponse:
    """An old page was sent: nothing waits for a signature any more. What was written stays to be taken elsewhere."""
    closed = Closed(Refused("not_in_this_state"))
    shown = {
        **shell.around(actor, "review", now),
        "case": case,
        "title": _("To approve"),
        "layout": "layout/desk.html",
        "back": reverse("desk:case", args=[case.number]),
        "closed": closed,
        "reason": refusals.say(closed.refused),
        "typed": [(str(ApprovalForm.base_fields["reason"].label), request.POST["reason"])],
    }
    return render(request, "case/closed.html", shown, status=closed.status)


@require_safe
def appeal(request: HttpRequest, number: str) -> HttpResponse:
    """An appeal as the senior decides it: its ground, what is new, the answer, and the first ruling beside."""
    actor = shell.senior(request)
    case = fetch.case_or_404(number, actor)
    work = queries.workspace_of(case, actor=actor)
    if work.appeal is None or work.in_force is None:
        messages.warning(request, refusals.say(Refused("not_in_this_state")))
        return HttpResponseRedirect(reverse("desk:case", args=[number]))
    now = clock.now()
    rules = rulebook.rules(case.substance_rules_id)
    every = panes.exhibits(work, actor, rules, now)
    new = set(work.appeal.exhibits)
    brought = [every.rows[view.number] for view in every.views if view.id in new and looking.is_whole(view)]
    looking.note(request, brought, actor=actor, now=now)
    ground = rulebook.rules(case.procedure_rules_id).appeal_grounds.get(work.appeal.ground)
    wait = drafted.citable_after(case)
    mine = case.assignee_id == actor.id
    own = offered.has_ruled(work, actor)
    first = letter.paper(letters.read(work.in_force, None))
    found = findings(work.in_force)
    acts = [act for act in offered.acts(work, actor, now) if _shown_on_appeal(act.event, mine)]
    ways = offered.ways(work, acts, here=False) if mine and not own else []
    answer_until = case.due_at if State(case.state) is State.AWAITING_APPEAL_ANSWER else None
    shown = {
        **shell.around(actor, "appeals", now),
        "case": case,
        "label": labels.state_label(
            State(case.state), actor.role, suspended=case.suspended_at is not None, claimant=case.claimant
        ),
        "appeal": work.appeal,
        "side": "b" if work.appeal.side == "buyer" else "m",
        "ground": ground,
        "text": records.masked(work.appeal.statement.text),
        "answer": records.masked(work.appeal.answer.text) if work.appeal.answer else "",
        "may_still_answer": State(case.state) is State.AWAITING_APPEAL_ANSWER,
        "answer_until": wording.deadline(answer_until, now) if answer_until else "",
        "attacked": [
            {"number": point.number, "text": point.text, "finding": _shown(found.get(point.number, ""))}
            for point in work.points
            if point.number in work.appeal.points
        ],
        "cards": [
            panes.card(
                view,
                every,
                None,
                number=case.number,
                reasons=(),
                weight=None,
                wait=wait,
                now=now,
            )
            for view in every.views
            if view.id in new
        ],
        "first": first,
        "changes": _changes_to(first, work, work.draft, now) if mine and work.draft is not None else [],
        "mine": mine,
        "own": own,
        "with_another": State(case.state) is State.UNDER_APPEAL and case.assignee_id not in (None, actor.id),
        "signed": offered.has_signed(work, actor),
        "draft": work.draft if mine else None,
        "step_back_href": _step_back(case) if not mine and not own else "",
        "ways": ways,
        "actions": [act for act in acts if not ways or act.event not in offered.DECIDING],
    }
    return render(request, "desk/appeal.html", shown)


@require_safe
def papers(request: HttpRequest, number: str) -> HttpResponse:
    """The letters given in this round, as they were given: for nobody in particular, or ``?as=buyer`` or ``merchant``."""
    actor = shell.reader(request)
    case = fetch.case_or_404(number, actor)
    now = clock.now()
    served = Ruling.objects.filter(case=case, served_at__isnull=False, erased_at__isnull=True)
    given = served.order_by("-served_at", "-pk").first()
    if given is None:
        raise Http404
    wanted = request.GET.get("as", "")
    side = Side(wanted) if wanted in ("buyer", "merchant") else None
    decided = Appeal.objects.filter(case=case, letter__isnull=False).order_by("-decided_at").first()
    shown = {
        **shell.around(actor, "queue", now),
        "case": case,
        "paper": letter.paper(letters.read(given, side)),
        "on_appeal": letter.appeal_paper(letters.read_appeal(decided), code=decided.letter_code, reader=wanted)
        if decided
        else None,
        "reading": side.value if side else "",
        "genuine": letters.is_genuine(given),
        "tabs": _readings(wanted),
    }
    return render(request, "desk/letter.html", shown)


def _preview(
    request: HttpRequest, work: Workspace, draft: Ruling, actor: Actor, form: IssueForm, now: datetime
) -> HttpResponse:
    case = work.case
    home = reverse("desk:case", args=[case.number])
    whole = drafted.sheet_of(work, draft)
    lacking = problems.of(sheet.view(whole, now), home)
    why = rulings.reasons_for_approval(case, draft)
    on_appeal = draft.stage == Ruling.APPEAL
    shown = {
        **shell.around(actor, "queue", now),
        "case": case,
        "form": form,
        "lacking": lacking,
        "unread": "" if draft.language in work.languages else dict(LANGUAGES)[draft.language],
        "papers": (papers := _both(whole, draft, now, work.appeal)),
        "readings": _readings_differ(papers),
        "checks": [*checks.of(lacking), checks.delivery(reach.unreached(case), home)],
        "advice": checks.advice(whole),
        "why": [WHY.get(code, code) for code in why],
        "worse": _worse(case, whole, work.appeal) if on_appeal and work.appeal is not None else "",
        "verb": labels.ACTIONS[Event.RULING_PROPOSED if why else Event.RULING_SERVED],
        "change_href": reverse("desk:act", args=[case.number, Event.APPEAL_CHANGED.value]) if on_appeal else "",
        "consequences": _consequences(case, draft, why),
        **(_held(case) or _not_yet(case, actor, Event.APPEAL_CHANGED if on_appeal else Event.RULING_SERVED)),
    }
    status = 200 if not form.errors else (409 if form.has_error(NON_FIELD_ERRORS, "case_moved_on") else 422)
    return render(request, "desk/preview.html", shown, status=status)


def _held(case: Case) -> dict[str, str]:
    """What a page of a decision says while the case is on hold, and where that ends: nothing is decided till then."""
    if case.suspended_at is None:
        return {}
    resume = reverse("desk:act", args=[case.number, Event.CLOCKS_RESUMED.value])
    return {"held": refusals.say(Refused("case_is_suspended")), "resume_href": resume}


def _not_yet(case: Case, actor: Actor, deciding: Event) -> dict[str, str]:
    """That a draft is written while a jury votes or evidence is awaited, and goes out only after that."""
    if deciding in LIFECYCLE.open_to(State(case.state), actor.role):
        return {}
    return {"held": _("The ruling can go out once the case is under review again.")}


def _worse(case: Case, whole: sheet.Sheet, appeal: Appeal) -> str:
    """That the only side that appealed would end worse off than by the ruling it appealed against: nobody forbids it, and
    nobody does it without noticing.
    """
    alone = (case.buyer_appealed_at is None) != (case.merchant_appealed_at is None)
    now, first = whole.calculation, appeal.ruling
    if not alone or now is None or first.letter is None:
        return ""
    was = letters.read(first, None).letter.result
    more = (now.amount + now.substitute) - (was.amount + was.substitute)
    gains = more if (appeal.side == case.claimant) else -more
    if gains >= 0:
        return ""
    words = {"before": _sum(case, was.amount + was.substitute), "after": _sum(case, now.amount + now.substitute)}
    if appeal.side == Side.BUYER.value:
        said = _("Only the buyer appealed, and would be worse off by this: %(before)s before, now %(after)s.")
    else:
        said = _("Only the merchant appealed, and would be worse off by this: %(before)s before, now %(after)s.")
    return said % words


def _sum(case: Case, amount: int) -> str:
    return money.sign(case.currency) + money.text(amount, case.currency)


def _approval(
    request: HttpRequest, case: Case, ruling: Ruling, actor: Actor, form: ApprovalForm, now: datetime
) -> HttpResponse:
    whole = sheet.read(case, ruling)
    home = reverse("desk:case", args=[case.number])
    own = ruling.author_id == actor.id
    reader = approvals.reader_of(ruling)
    open_now = Event.RULING_RETURNED in LIFECYCLE.open_to(State(case.state), actor.role)
    shown = {
        "own": own,
        **shell.around(actor, "review", now),
        "case": case,
        "type_name": shell.type_name(case),
        "form": form,
        "why": [WHY.get(code, code) for code in ruling.needs_approval_because],
        "points": [
            {"number": point.number, "text": point.text, "finding": _shown(whole.findings.get(point.pk, ""))}
            for point in whole.points
        ],
        "ordered": verdict.ordered(case, ruling, whole),
        "departs": precedent_words.deviation_words(whole.deviation),
        "departs_because": whole.deviation.reason if whole.deviation is not None else "",
        "papers": (papers := _both(whole, ruling, now)),
        "readings": _readings_differ(papers),
        "lacking": problems.of(sheet.view(whole, now), home),
        "delivery": checks.delivery(reach.unreached(case), home),
        "mine": reader == actor.id,
        "with_another": reader not in (None, actor.id),
        "take_href": reverse("desk:act", args=[case.number, Event.APPROVAL_TAKEN.value]) if reader is None else "",
        "step_back_href": reverse("desk:act", args=[case.number, Event.HANDED_BACK.value]),
        "may": not own and reader in (None, actor.id) and open_now and case.suspended_at is None,
        **_held(case),
        "consequences": _consequences(case, ruling, [], signs=True),
    }
    status = 200 if not form.errors else (409 if form.has_error(NON_FIELD_ERRORS, "case_moved_on") else 422)
    return render(request, "desk/approval.html", shown, status=status)


def _step_back(case: Case) -> str:
    """Where a senior says that they must not get an appeal, before they take it."""
    if State(case.state) is not State.UNDER_APPEAL:
        return ""
    return reverse("desk:act", args=[case.number, Event.HANDED_BACK.value])


def _both(whole: sheet.Sheet, ruling: Ruling, now: datetime, appeal: Appeal | None = None) -> list[dict[str, Any]]:
    """The letter as each side would read it; nothing while there is no sum to tell."""
    composed = _composed(whole, ruling, now, appeal)
    if composed is None:
        return []
    return [
        {"side": side, "paper": letter.paper(letters.Reading(composed, reader, "", ""), preview=True)}
        for side, reader in (("b", Side.BUYER.value), ("m", Side.MERCHANT.value))
    ]


def _composed(whole: sheet.Sheet, ruling: Ruling, now: datetime, appeal: Appeal | None = None) -> letters.Letter | None:
    if whole.calculation is None:
        return None
    kind = letters.RULING if ruling.stage == Ruling.FIRST else letters.APPEAL_RULING
    instead = appeal if ruling.stage == Ruling.APPEAL else None
    author = ruling.author_id
    made = composition.compose(whole, whole.calculation, kind=kind, author_id=author, now=now, appeal=instead)
    # Whoever has to find for themselves first does not read in the preview what the jury said.
    waits = settings.HENG_JURY_AFTER_FINDINGS and any(not whole.findings.get(point.pk) for point in whole.points)
    return replace(made, jury=None) if waits else made


def _readings_differ(papers: Sequence[dict[str, Any]]) -> list[letter_diff.Passage]:
    return letter_diff.passages(papers[0]["paper"], papers[1]["paper"]) if len(papers) == 2 else []


def _changes_to(first: letter.Paper, work: Workspace, draft: Ruling, now: datetime) -> list[letter_diff.Passage]:
    """What the ruling that is being written would change in the one that is appealed, as nobody in particular reads it."""
    composed = _composed(drafted.sheet_of(work, draft), draft, now)
    if composed is None:
        return []
    return letter_diff.passages(first, letter.paper(letters.Reading(composed, "", "", ""), preview=True))


def _consequences(case: Case, ruling: Ruling, why: list[str], *, signs: bool = False) -> list[dict[str, Text]]:
    """``signs``: a senior signs it, and it is served at once; its author can call it back for ten seconds."""
    if why:
        return [
            {"icon": "stamp", "text": _("A senior reads it first; you cannot change it meanwhile.")},
            {"icon": "bell", "text": _("Neither side hears of it until then.")},
        ]
    at_once, for_good = (
        _("Both sides get the letter at once."),
        _("You cannot take it back; only an appeal can change it."),
    )
    if not signs:
        at_once = _("Both sides get the letter 10 seconds later. Until then you can call it back.")
        for_good = _("After that only an appeal can change it.")
    amount = _sum(case, ruling.amount)
    pays = _("The buyer gets %(sum)s once the ruling is final.") % {"sum": amount}
    if ruling.remedy in calculator.IN_KIND:
        pays = _("The merchant does what is ordered once the ruling is final, or owes the sum that replaces it.")
    elif reversed_roles.is_merchants(case) and ruling.remedy in BY_THE_FUND:
        pays = _("The platform pays the merchant %(sum)s from its own fund once the ruling is final.") % {"sum": amount}
    elif reversed_roles.is_merchants(case):
        gives = _("The buyer gives back %(sum)s once the ruling is final; the merchant has it first.")
        pays = gives % {"sum": amount}
    return [
        {"icon": "bell", "text": at_once},
        {"icon": "hand-coins", "text": pays},
        {"icon": "undo-2", "text": _("The ruling can be appealed once within 7 days.")},
        {"icon": "lock-keyhole", "text": for_good},
    ]


def _readings(wanted: str) -> list[dict[str, Any]]:
    names = [("", _("As given")), ("buyer", _("As the buyer reads it")), ("merchant", _("As the merchant reads it"))]
    return [
        {"href": f"?as={key}" if key else "?", "label": name, "count": None, "is_current": key == wanted}
        for key, name in names
    ]


def _shown(finding: str) -> str:
    return "unclear" if finding == "undetermined" else finding


def _shown_on_appeal(event: Event, mine: bool) -> bool:
    """To take it, or once it is in hand to decide it or give it back; the rest is on the page of the case."""
    deciding = {Event.APPEAL_UPHELD, Event.APPEAL_CHANGED, Event.APPEAL_SENT_BACK, Event.HANDED_BACK}
    return event in deciding if mine else event is Event.APPEAL_TAKEN
