"""The money of one case: what was planned and done, the lines of the ledger, and paying in advance by two people."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.forms import CharField, ChoiceField, HiddenInput, IntegerField, RadioSelect, Textarea
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from common.actor import Role
from common.errors import Conflict, Missing, Refused
from disputes import outcomes, refusals
from disputes.models import Case
from enforcement import advances, execution, overview, recoveries
from enforcement.models import Proposal, Recovery, Step
from ledger import book
from ledger.keys import kind_of
from ledger.models import Posting
from web import fetch
from web.forms import HouseForm
from web.ops import happenings, shell
from web.ops.money import reason_field, text_of

Text = str | Promise
MOST_STEPS = 100
LINES = 50

PURPOSES: dict[str, Text] = {
    "refund": gettext_lazy("Refund to the buyer"),
    "freight": gettext_lazy("Freight to the buyer"),
    "release": gettext_lazy("Released to the merchant"),
    "repay": gettext_lazy("Makes good what was advanced"),
    "collect": gettext_lazy("Pays the buyer what stayed owed"),
    "waive": gettext_lazy("No longer owed to the buyer"),
    "charge": gettext_lazy("Owed by the buyer from now on"),
    "restore": gettext_lazy("Given back to the merchant"),
    "compensate": gettext_lazy("Made good from the platform's fund"),
    "reclaim": gettext_lazy("Asked back from the buyer"),
    "hold": gettext_lazy("The order is not paid out meanwhile"),
    "lift": gettext_lazy("The order may be paid out again"),
    "reserve": gettext_lazy("Set apart"),
    "reversal": gettext_lazy("Undone"),
}
POTS: dict[str, Text] = {
    "escrow": gettext_lazy("Held payment"),
    "settlement": gettext_lazy("Payouts"),
    "deposit": gettext_lazy("Deposit"),
    "advance": gettext_lazy("Platform's fund"),
    "receivable": gettext_lazy("Owed by the merchant"),
    "buyer": gettext_lazy("Buyer"),
    "clearing": gettext_lazy("Set apart"),
    "freight": gettext_lazy("Set apart for freight"),
    "outside": gettext_lazy("Outside"),
    "reclaim": gettext_lazy("Owed by the buyer"),
    "recourse": gettext_lazy("Owed to the platform"),
    "due": gettext_lazy("Owed to the buyer"),
}
STATES: dict[str, tuple[Text, str]] = {
    "pending": (gettext_lazy("Waits"), "them"),
    "sent": (gettext_lazy("Told"), "them"),
    "unknown": (gettext_lazy("No clear answer"), "bad"),
    "done": (gettext_lazy("Done"), "done"),
    "refused": (gettext_lazy("Refused"), "bad"),
    "cancelled": (gettext_lazy("Not needed any more"), "stop"),
}


@dataclass(frozen=True, slots=True)
class Row:
    """One step in words."""

    step: Step
    what: str
    way: str
    state: Text
    kind: str
    cause: str
    place: str
    again: bool


class ProposeForm(HouseForm):
    """Why the platform should pay first."""

    seen = IntegerField(widget=HiddenInput)
    reason = reason_field(
        gettext_lazy("Why the platform should pay first"),
        gettext_lazy("The evidence, and why the merchant does not pay. Only operations and seniors read it."),
    )


class DecideForm(HouseForm):
    """Approve, or decline with a reason."""

    proposal = IntegerField(widget=HiddenInput)
    decision = ChoiceField(
        label=gettext_lazy("Your decision"),
        widget=RadioSelect(attrs={"class": "radio"}),
        choices=[("approve", gettext_lazy("Approve: the platform pays")), ("decline", gettext_lazy("Decline"))],
    )
    reason = CharField(
        label=gettext_lazy("Reason, if you decline"),
        required=False,
        max_length=advances.LONGEST * 2,
        widget=Textarea(attrs={"rows": 3, "data-max": advances.LONGEST}),
    )


class TakeBackForm(DecideForm):
    """For whoever proposed it: they can take it back, and nobody approves what they proposed themselves."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["decision"].choices = [("decline", _("Withdraw the proposed advance"))]  # type: ignore[attr-defined]
        self.fields["decision"].initial = "decline"
        self.fields["reason"].label = _("Why you take it back")


@require_safe
def show(request: HttpRequest, number: str) -> HttpResponse:
    """Read-only: the outcome, the steps with a second try, the ledger by keyset, advances so far."""
    desk, case = _enter(request, number)
    typed = request.GET.get("after", "")
    after = int(typed) if typed.isascii() and typed.isdecimal() and len(typed) < 19 else 0
    postings = book.statement(f"case:{case.pk}", after=after, limit=LINES + 1)
    proposals = overview.proposals_of(case.pk)
    waiting = next((row for row in proposals if row.state == Proposal.OPEN), None)
    shown = shell.around(
        desk,
        "money",
        case=case,
        outcome=outcomes.effective(case.pk),
        rows=[_row(step) for step in overview.steps_of(case.pk, MOST_STEPS)],
        lines=[_line(posting) for posting in postings[:LINES]],
        next=str(postings[LINES - 1].pk) if len(postings) > LINES else "",
        is_later_page=after > 0,
        proposals=proposals,
        waiting=waiting,
        own=waiting is not None and waiting.proposed_by_id == desk.actor.id,
        may_propose=waiting is None and _payable(desk, case)[0] > 0,
        recovery=Recovery.objects.filter(case=case, parked_at__isnull=False).first(),
    )
    return render(request, "ops/case_money.html", shown)


def advance(request: HttpRequest, number: str) -> HttpResponse:
    """GET: what the platform would pay, at whose risk, and why not. POST: it is proposed to a second person."""
    desk, case = _enter(request, number)
    amount, refused = _payable(desk, case)
    form = ProposeForm(request.POST or None, initial={"seen": case.version})
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            advances.propose(case.pk, reason=data["reason"], actor=desk.actor, now=desk.now, seen=data["seen"])
        except Missing:
            raise Http404 from None
        except Refused as error:
            form = _again(form, case, error)
        else:
            messages.success(request, _("Proposed. Somebody else of operations decides on it."))
            return HttpResponseRedirect(reverse("ops:case_money", args=[number]))
    shown = shell.around(
        desk,
        "money",
        case=case,
        form=form,
        amount=amount,
        why_not=refusals.say(refused) if refused else "",
        consequences=_of_advance(case, amount),
    )
    return render(request, "ops/advance.html", shown, status=422 if form.errors else 200)


def decide(request: HttpRequest, number: str) -> HttpResponse:
    """GET: a proposed advance with its reason. POST: approved or declined by somebody other than who proposed it."""
    desk, case = _enter(request, number)
    waiting = next((row for row in overview.proposals_of(case.pk) if row.state == Proposal.OPEN), None)
    if waiting is None:
        messages.warning(request, refusals.say(Refused("proposal_is_decided")))
        return HttpResponseRedirect(reverse("ops:case_money", args=[number]))
    own = waiting.proposed_by_id == desk.actor.id
    form = (TakeBackForm if own else DecideForm)(request.POST or None, initial={"proposal": waiting.pk})
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        if data["proposal"] != waiting.pk:
            raise Http404
        try:
            if data["decision"] == "approve":
                advances.approve(waiting.pk, actor=desk.actor, now=desk.now)
                done = _("Approved: the platform pays within seconds.")
            else:
                advances.decline(waiting.pk, reason=data["reason"], actor=desk.actor, now=desk.now)
                done = _("Declined. The platform does not pay first.")
        except Missing:
            raise Http404 from None
        except Refused as error:
            field = "reason" if error.code in ("text_missing", "text_too_long") else None
            form.add_error(field, ValidationError(refusals.say(error), code=error.code))
        else:
            messages.success(request, done)
            return HttpResponseRedirect(reverse("ops:case_money", args=[number]))
    shown = shell.around(
        desk,
        "money",
        case=case,
        form=form,
        proposal=waiting,
        own=own,
        consequences=_of_advance(case, waiting.amount),
    )
    return render(request, "ops/advance_decide.html", shown, status=422 if form.errors else 200)


@require_POST
def anew(request: HttpRequest, number: str, pk: int) -> HttpResponse:
    """What the marketplace refused is asked once more, under a key of its own."""
    desk, case = _enter(request, number)
    if not Step.objects.filter(pk=pk, execution__case=case).exists():
        raise Http404
    try:
        execution.try_anew(pk, actor=desk.actor, now=desk.now)
    except Refused as refused:
        messages.warning(request, refusals.say(refused))
    else:
        messages.success(request, _("It will be tried again with the next round, within seconds."))
    return HttpResponseRedirect(reverse("ops:case_money", args=[number]))


@require_POST
def recover(request: HttpRequest, number: str) -> HttpResponse:
    """What the merchant owes is drawn again with the next round."""
    desk, case = _enter(request, number)
    recoveries.try_again(case.pk, actor=desk.actor, now=desk.now)
    messages.success(request, _("It will be tried again with the next round, within seconds."))
    return HttpResponseRedirect(reverse("ops:case_money", args=[number]))


def _enter(request: HttpRequest, number: str) -> tuple[shell.Desk, Case]:
    actor = fetch.actor_or_404(request, Role.OPS)
    case, now = fetch.case_and_now_or_404(number, actor)
    return shell.Desk(request, actor, now), case


def _payable(desk: shell.Desk, case: Case) -> tuple[int, Refused | None]:
    try:
        return advances.payable(case, outcomes.effective(case.pk), desk.actor), None
    except Refused as refused:
        return 0, refused


def _of_advance(case: Case, amount: int) -> list[dict[str, Any]]:
    total = text_of(amount, case.currency)
    return [
        {"icon": "hand-coins", "text": _("The platform pays the buyer %(sum)s from its own fund.") % {"sum": total}},
        {"icon": "scale", "text": _("The ruling is not final: if it falls, the platform asks the buyer for it back.")},
        {"icon": "store", "text": _("If it stands, the merchant owes the platform this sum, and it is drawn.")},
        {"icon": "bell", "text": _("Both sides are told once a second person has approved.")},
        {"icon": "lock-keyhole", "text": _("A payment that was made cannot be stopped.")},
    ]


def _again(form: ProposeForm, case: Case, error: Refused) -> ProposeForm:
    if isinstance(error, Conflict):
        form.data = {**form.data.dict(), "seen": str(case.version)}  # type: ignore[attr-defined]
    field = "reason" if error.code in ("text_missing", "text_too_long") else None
    form.add_error(field, ValidationError(refusals.say(error), code=error.code))
    return form


def _row(step: Step) -> Row:
    label, kind = STATES[step.state]
    way = f"{POTS.get(step.source, step.source)} → {POTS.get(step.target, step.target)}" if step.amount else ""
    # The key without the number of the case, which stands above.
    place = f"{step.execution.round}-{step.execution.purpose}-{step.order}"
    again = step.state == Step.REFUSED and step.purpose in execution.LAST_RESORT
    cause = happenings.cause(step.last_error_code)
    return Row(step, str(PURPOSES[step.purpose]), way, label, kind, cause, place, again)


def _line(posting: Posting) -> dict[str, Any]:
    """One posting: what it was, and each account with what came in (above zero) or went out."""
    legs = [
        {"account": str(POTS[kind_of(leg.account.key).value]), "amount": leg.amount}
        for leg in sorted(posting.legs.all(), key=lambda leg: leg.amount)
    ]
    return {"posting": posting, "what": str(PURPOSES.get(posting.kind, posting.kind)), "legs": legs}
