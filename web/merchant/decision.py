"""The decision as the shop reads it: the letter as it was given, what moves when, and what can still be done."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from arbitration import letters
from arbitration.models import Appeal, Ruling
from common import clock, money
from common.actor import Role, Side
from disputes import queries
from disputes.lifecycle import Event
from disputes.models import Case, Outcome
from web import awaited, case_page, fetch, letter, navigation, reversed_roles, turn, wording
from web.merchant import claiming
from web.merchant.acts import MERCHANT

# What a shop can do about a decision, the most wanted first.
_ACTS = (Event.COMPLIED, Event.APPEAL_FILED, Event.APPEAL_ANSWERED, Event.APPEAL_WAIVED)


@require_safe
def show(request: HttpRequest, number: str) -> HttpResponse:
    """The newest letter first; where none was given yet, the case page says where things stand."""
    actor = fetch.actor_or_404(request, Role.MERCHANT)
    case = fetch.case_or_404(number, actor)
    now = clock.now()
    papers = _papers(case)
    if not papers:
        return HttpResponseRedirect(reverse("merchant:case", args=[case.number]))
    actions = {action.event: action for action in case_page.actions_for(case, actor) if action.event in MERCHANT}
    if case.awaits != Side.MERCHANT.value:
        actions.pop(Event.APPEAL_ANSWERED, None)  # its own appeal is the other side's to answer
    context = {
        "now": now,
        "case": case,
        "papers": papers,
        "claim_href": claiming.href(case, now),
        "turn": turn.turn(case, actor, queries.open_deadlines(case.pk), now),
        "effects": _effects(case),
        "actions": [actions[event] for event in _ACTS if event in actions],
        "nav": navigation.items("merchant", "decided", awaited.counts(case)),
        "area_name": navigation.NAMES["merchant"],
        "home": reverse("merchant:inbox"),
        "back": reverse("merchant:case", args=[case.number]),
    }
    return render(request, "merchant/decision.html", context)


def _papers(case: Case) -> list[letter.Paper]:
    """Every letter of the current round: the ruling in force, what it took the place of, the decision on an appeal."""
    given = Ruling.objects.filter(case=case, letter__isnull=False).order_by("-round", "-ordinal")
    decided = Appeal.objects.filter(case=case, letter__isnull=False).select_related("ruling").order_by("-filed_at")
    papers = [
        letter.appeal_paper(letters.read_appeal(appeal), code=appeal.letter_code, reader="merchant")
        for appeal in decided[:2]
    ]
    return papers + [letter.paper(letters.read(ruling, Side.MERCHANT)) for ruling in given[:3]]


def _reversed(case: Case, outcome: Outcome) -> list[dict[str, Any]]:
    """What a claim of the shop's own brings."""
    total = money.sign(outcome.currency) + money.text(outcome.amount, outcome.currency)
    lines = [{"icon": "hand-coins", "text": _("What was paid out stays with the buyer.")}]
    if outcome.amount:
        lines = [
            {"icon": "hand-coins", "text": _("%(sum)s goes back to you, where it was taken from.") % {"sum": total}}
        ]
    if case.executable_at is not None:
        until = wording.deadline(case.executable_at)
        lines.append({"icon": "gavel", "text": _("The ruling can be carried out from %(at)s.") % {"at": until}})
    return lines


def _effects(case: Case) -> list[dict[str, Any]]:
    """What moves, and when, in the order in which it happens."""
    outcome = case.outcome
    if outcome is None:
        return []
    if reversed_roles.is_merchants(case):
        return _reversed(case, outcome)
    total = money.sign(outcome.currency) + money.text(outcome.amount, outcome.currency)
    lines = []
    if outcome.returns:
        lines.append({"icon": "truck", "text": _("The buyer sends the goods back first.")})
    if outcome.substitute:
        instead = money.sign(outcome.currency) + money.text(outcome.substitute, outcome.currency)
        said = _("If what was ordered is not done in time, %(sum)s goes to the buyer instead.")
        lines.append({"icon": "timer", "text": said % {"sum": instead}})
    if outcome.amount:
        lines.append({"icon": "hand-coins", "text": _("%(sum)s goes to the buyer.") % {"sum": total}})
        source = _("It comes from the held payment first, then from what is due to you, then from your deposit.")
        lines.append({"icon": "database", "text": source})
    else:
        lines.append({"icon": "hand-coins", "text": _("The held payment goes to you on its ordinary way.")})
    if case.executable_at is not None:
        until = wording.deadline(case.executable_at)
        lines.append({"icon": "gavel", "text": _("The ruling can be carried out from %(at)s.") % {"at": until}})
    return lines
