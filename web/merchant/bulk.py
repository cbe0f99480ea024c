"""Many cheap cases at once: one page that says what it costs, then each accepted by its own act, each with its own result.

They are chosen one by one, or by a sum that none of them exceeds. What changed since the list was read is taken out and
named. Sending the same page again finds everything done already.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.models import Merchant, Right
from common import clock, money
from common.actor import Side
from common.errors import Missing, Refused
from common.ids import is_shaped_like_case_number
from disputes import access, handling, intervention, negotiation, refusals
from disputes.awards import Source
from disputes.lifecycle import TERMINAL, Event, State
from disputes.models import Case
from rulebook import queries as rulebook
from web.merchant import cases, colleagues, lists, shell
from web.merchant.colleagues import AssignForm

MOST = 50
_ACTS = {
    Event.CLAIM_ACCEPTED: intervention.accept_claim,
    Event.RETURN_AGREED: negotiation.agree_return,
    Event.REFUND_AGREED: negotiation.agree_refund,
}
# How an outcome came about where the shop itself gave in.
_OWN = (Source.AGREED.value, Source.CONCEDED.value)
Text = str | Promise
DONE: Text = gettext_lazy("Accepted")
BEFORE: Text = gettext_lazy("Accepted before")
# Why there is nothing to accept as things stand, and what there is instead. What is not here has simply moved on.
_ELSEWHERE: dict[State, Text] = {
    State.AWAITING_RETURN: gettext_lazy("The return is agreed already: the goods come back first."),
    State.RETURN_IN_TRANSIT: gettext_lazy(
        "A return has to be checked by itself: confirm it, or object to it, on the page of its case."
    ),
    State.ADMISSION: gettext_lazy("The platform still checks whether it steps in. A proposal can be made meanwhile."),
    State.JURY_VOTING: gettext_lazy("The jury is voting on it. A proposal can still be made."),
    State.AWAITING_APPROVAL: gettext_lazy("It is being decided. A proposal can still be made."),
    State.APPEAL_WINDOW: gettext_lazy("It is decided already. The ruling stands on the page of its case."),
    State.AWAITING_APPEAL_ANSWER: gettext_lazy(
        "It is decided, and an appeal waits for an answer on the page of its case."
    ),
    State.UNDER_APPEAL: gettext_lazy("It is decided, and an appeal is being looked at."),
    State.AWAITING_COMPLIANCE: gettext_lazy("It is decided. What is left is to do what the ruling says."),
    State.ENFORCING: gettext_lazy("It is decided, and the money is being moved."),
}
_OVER: Text = gettext_lazy("This case has ended.")
_OWN_CLAIM: Text = gettext_lazy("This is your own claim: the buyer answers it.")


@dataclass(frozen=True, slots=True)
class Item:
    """One case of the page. ``why``: why it is left out; ``done``: what came of it."""

    case: Case
    event: Event | None
    type_name: str
    why: str = ""
    done: Text = ""

    @property
    def returns(self) -> bool:
        return self.event is Event.RETURN_AGREED or (self.event is Event.CLAIM_ACCEPTED and self.case.returns)


def accept(request: HttpRequest) -> HttpResponse:
    """GET: what would be accepted, what it costs, what is left out. POST: done, one by one, with every result."""
    desk = shell.enter(request)
    wanted = _wanted(request)
    # Back to the list as it was narrowed, with what was typed.
    query = request.GET.urlencode()
    back = reverse("merchant:inbox") + (f"?{query}" if query else "")
    if request.method == "GET" and ("small" in request.GET or (not wanted and "upto" in request.GET)):
        try:
            wanted = dict(lists.small(desk, request.GET.get("upto", "").strip(), most=MOST))
        except lists.Unreadable:
            messages.error(request, _("A filter cannot be read, so nothing was chosen. It is marked below."))
            return HttpResponseRedirect(back)
        except Refused as refused:
            messages.error(request, refusals.say(refused))
            return HttpResponseRedirect(back)
        if not wanted:
            messages.info(request, _("Nothing on this list that can be accepted asks for so little."))
    elif not wanted:
        messages.warning(request, _("Tick the cases first."))
    if not wanted:
        return HttpResponseRedirect(back)
    found = {case.number: case for case in _cases(desk, wanted)}
    second_above = Merchant.objects.values_list("second_above", flat=True).get(pk=desk.shop_id)
    items = [_weigh(desk, found[number], second_above) for number in wanted if number in found]
    context: dict[str, Any] = {"title": _("Accept several claims"), "most": MOST}
    if request.method == "POST":
        results = [_do(desk, item, wanted[item.case.number]) for item in items]
        done = [item for item in results if item.done]
        context |= {"results": results, "done": len(done), "left": len(results) - len(done)}
        return render(request, "merchant/bulk_done.html", shell.around(desk, "inbox", **context))
    ready = [item for item in items if not item.why]
    context |= {
        "ready": ready,
        "out": [item for item in items if item.why],
        "totals": _totals(ready),
        "returning": sum(1 for item in ready if item.returns),
        "verb": _verb(ready),
    }
    return render(request, "merchant/bulk.html", shell.around(desk, "inbox", **context))


def assign(request: HttpRequest) -> HttpResponse:
    """GET: to whom the chosen cases go, with a note. POST: each is handed over; those that are not there are left out."""
    desk = shell.enter(request)
    wanted = _wanted(request)
    if not wanted:
        messages.warning(request, _("Tick the cases first."))
    if not wanted or Right.RESPOND not in desk.rights:
        return HttpResponseRedirect(reverse("merchant:inbox"))
    found = list(access.visible_to(desk.actor).filter(number__in=list(wanted)).order_by("due_at", "id"))
    form = AssignForm(request.POST if request.method == "POST" else None)
    people = colleagues.people_of(desk.shop_id, desk.now)
    form.fields["member"].choices = people  # type: ignore[attr-defined]
    if request.method == "POST" and form.is_valid() and _hand_over(desk, found, form):
        told = ngettext("%(n)s case handed over.", "%(n)s cases handed over.", len(found)) % {"n": len(found)}
        messages.success(request, told)
        return HttpResponseRedirect(reverse("merchant:inbox"))
    context = {"title": _("Assign several cases"), "form": form, "cases": found}
    status = 422 if form.errors else 200
    return render(request, "merchant/bulk_assign.html", shell.around(desk, "inbox", **context), status=status)


def _hand_over(desk: shell.Desk, found: list[Case], form: AssignForm) -> bool:
    data = form.cleaned_data
    member = int(data["member"]) if data["member"] else None
    try:
        for case in found:
            handling.assign(case.pk, member_id=member, note=data["note"], actor=desk.actor, now=clock.now())
    except Missing:
        raise Http404 from None
    except Refused as refused:
        form.add_error(None, ValidationError(refusals.say(refused), code=refused.code))
        return False
    return True


def _wanted(request: HttpRequest) -> dict[str, int | None]:
    """Number → the version that was looked at, as it stands in the form: ``DA-…:7``. At most fifty."""
    asked = request.POST.getlist("case") if request.method == "POST" else request.GET.getlist("case")
    found: dict[str, int | None] = {}
    for one in asked[: MOST * 2]:
        number, _colon, version = one.partition(":")
        if is_shaped_like_case_number(number) and len(found) < MOST:
            found.setdefault(number, int(version) if version.isdecimal() and len(version) < 9 else None)
    return found


def _cases(desk: shell.Desk, numbers: Iterable[str]) -> Iterable[Case]:
    mine = access.visible_to(desk.actor).filter(number__in=list(numbers))
    return mine.select_related("outcome", "order").order_by("due_at", "id")


def _weigh(desk: shell.Desk, case: Case, second_above: int | None) -> Item:
    """Whether it could be accepted as things stand. The act asks again, under the lock."""
    event = cases.accepting(case.state, case.kind, case.claimant)
    name = str(rulebook.rules(case.substance_rules_id).type(case.type_code).name)
    limit = desk.actor.limit
    refused: Refused | None = None
    if event is None:
        return Item(case, event, name, why=_why_closed(case))
    if case.suspended_at is not None:
        refused = Refused("case_is_suspended")
    elif limit is not None and case.claimed > limit:
        refused = Refused("over_your_limit")
    elif second_above is not None and case.claimed > second_above:
        refused = Refused("needs_a_second_person", highest=second_above, currency=case.currency)
    why = refusals.say(refused) if refused is not None else ""
    if not why and case.proposal_due_at is not None:
        why = _("There is a proposal that waits for you. Answer it on the page of its case.")
    return Item(case, event, name, why=why)


def _why_closed(case: Case) -> str:
    """Why a case is none that can be accepted: not that it moved on, where it is only another kind of step."""
    state = State(case.state)
    if state in TERMINAL:
        return str(_OVER)
    if case.claimant != Side.BUYER.value:
        return str(_OWN_CLAIM)
    return str(_ELSEWHERE.get(state, "")) or refusals.say(Refused("not_in_this_state"))


def _do(desk: shell.Desk, item: Item, seen: int | None) -> Item:
    """Each case is an act of its own: what cannot be done stops no other."""
    case = item.case
    if case.outcome is not None and case.outcome.source in _OWN:
        return Item(case, item.event, item.type_name, done=BEFORE)
    if item.event is None:
        return item
    try:
        _ACTS[item.event](case.pk, actor=desk.actor, now=clock.now(), seen=seen if seen is not None else 0)
    except Missing:
        return Item(case, item.event, item.type_name, why=refusals.say(Refused("not_in_this_state")))
    except Refused as refused:
        return Item(case, item.event, item.type_name, why=_why(refused))
    return Item(case, item.event, item.type_name, done=DONE)


def _why(refused: Refused) -> str:
    if refused.code == "case_moved_on":
        return _("It changed since you looked. Open it and decide again.")
    return refusals.say(refused)


def _totals(items: Iterable[Item]) -> list[tuple[int, str]]:
    sums: Counter[str] = Counter()
    for item in items:
        sums[item.case.currency] += item.case.claimed
    return [(amount, currency) for currency, amount in sorted(sums.items())]


def _verb(items: list[Item]) -> str:
    total = " + ".join(money.sign(currency) + money.text(amount, currency) for amount, currency in _totals(items))
    told = ngettext("Accept %(n)s case, %(sum)s", "Accept %(n)s cases, %(sum)s in all", len(items))
    return told % {"n": len(items), "sum": total}
