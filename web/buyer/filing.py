"""The way before the platform: may it be filed, what is left to say, and that it was sent. The questions stand elsewhere.

Nothing is half filed: what is typed lies in a draft that nobody else sees. The act decides; this only asks.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST, require_safe

from common import clock
from common.actor import Actor, Role, Side
from common.errors import Missing, Refused
from disputes import drafts, eligibility, negotiation, refusals
from disputes.eligibility import Check
from disputes.lifecycle import LIFECYCLE, Event, State
from disputes.models import Case
from notifications import preferences
from rulebook import queries as rulebook
from rulebook.rules import Rules
from rulebook.schema import Reason
from web import case_page, fetch, wording
from web import drafts as kept
from web.buyer import evidence, following
from web.buyer.claim import Written
from web.party import terms

CHECKS: dict[str, str | Promise] = {
    eligibility.ORDER_NOT_ELIGIBLE: gettext_lazy("The order is paid, and neither closed nor refunded"),
    eligibility.TYPE_NOT_FOR_ORDER: gettext_lazy("What happened fits the state of the order"),
    eligibility.PARCEL_SCANNED: gettext_lazy("The carrier has not taken the parcel over"),
    eligibility.NOTHING_SENT_BACK: gettext_lazy("The goods were sent back"),
    eligibility.NOTHING_CAME_BACK: gettext_lazy("The merchant has had the goods back"),
    eligibility.NO_NEGOTIATION: gettext_lazy("You talked to the merchant"),
    eligibility.NOT_YET: gettext_lazy("The merchant refused, or enough time has passed since the request"),
    eligibility.OUT_OF_WINDOW: gettext_lazy("It is within the time to file"),
    eligibility.ALREADY_DECIDED: gettext_lazy("It has not been decided before"),
}
# The five tasks of a claim, with the pages that each consists of.
TASKS: tuple[tuple[str, str | Promise, tuple[str, ...]], ...] = (
    ("list-checks", gettext_lazy("What happened"), ("what", "which", "late", "points", "story")),
    ("hand-coins", gettext_lazy("What you want"), ("want",)),
    ("camera", gettext_lazy("Upload evidence"), ("evidence",)),
    ("message-square", gettext_lazy("How we reach you"), ("contact",)),
)


@dataclass(frozen=True, slots=True)
class Line:
    """One check: does it hold, on which record, by which clause."""

    holds: bool
    text: str
    record: str
    clause: str
    href: str


@require_safe
def eligibility_page(request: HttpRequest, number: str) -> HttpResponse:
    """B3: whether the platform can step in now: every condition with the record it was checked on."""
    actor = fetch.actor_or_404(request, Role.BUYER)
    case = fetch.case_or_404(number, actor)
    if not is_open(case):
        return moved_on(request, case)
    if drafts.of(case) is not None:
        return HttpResponseRedirect(reverse("buyer:filing", args=[case.number]))
    now = clock.now()
    checks, failed, exceptions = _weighed(case, now)
    procedure = rulebook.rules(case.procedure_rules_id)
    shown = {
        "now": now,
        "case": case,
        "lines": [_line(check, case, procedure, now) for check in checks],
        "eligible": not failed,
        "failed": len(failed),
        "exceptions": exceptions,
        "routes": [route for code, route in procedure.routes.items() if code != "negotiate"],
        "back": reverse("buyer:case", args=[case.number]),
        "top_title": _("Ask the platform to step in"),
    }
    return render(request, "buyer/eligibility.html", shown)


def _weighed(case: Case, now: datetime) -> tuple[list[Check], list[Check], list[Reason]]:
    """All checks, those that do not hold, and what may still admit the claim where only the time to file is in its way."""
    checks = eligibility.checks(negotiation.situation(case, now))
    failed = [check for check in checks if not check.holds]
    if [check.code for check in failed] != [eligibility.OUT_OF_WINDOW]:
        return checks, failed, []
    known = rulebook.rules(case.substance_rules_id).window_exceptions
    return checks, failed, [known[code] for code in failed[0].data["exceptions"]]


@require_POST
def begin(request: HttpRequest, number: str) -> HttpResponse:
    """Start writing. Where nothing that is written could be filed, the page before says why, and which ways are left."""
    actor = fetch.actor_or_404(request, Role.BUYER)
    case, now = fetch.case_and_now_or_404(number, actor)
    _checks, failed, exceptions = _weighed(case, now)
    if failed and not exceptions:
        return HttpResponseRedirect(reverse("buyer:step_in", args=[case.number]))
    try:
        drafts.begin(case.pk, actor=actor, now=now)
    except Missing:
        raise Http404 from None
    except Refused:
        return moved_on(request, case)
    return HttpResponseRedirect(reverse("buyer:question", args=[case.number, "what"]))


@require_safe
def tasks(request: HttpRequest, number: str) -> HttpResponse:
    """B4: the home of the draft: five tasks, when it was saved, until when it can be filed."""
    actor = fetch.actor_or_404(request, Role.BUYER)
    found = written_or_away(request, number, actor)
    if isinstance(found, HttpResponse):
        return found
    written, now = found
    case = written.case
    rows = [_task(written, icon, name, steps) for icon, name, steps in TASKS]
    open_now = written.open_steps()
    href = reverse("buyer:check", args=[case.number])
    rows.append(
        {
            "name": _("Check and submit"),
            "state": "later" if open_now else "open",
            "icon": "send",
            "href": "" if open_now else href,
            "status": "",
        }
    )
    going_on = next((row["href"] for row in rows if row["state"] == "open" and row["href"]), href)
    shown = {
        "now": now,
        "case": case,
        "rows": rows,
        "done": sum(row["state"] == "done" for row in rows),
        "next_href": going_on,
        "saved": saved_text(written, now),
        "till": terms.to_file(case, now),
        "back": reverse("buyer:case", args=[case.number]),
        "top_title": _("Ask the platform to step in"),
    }
    return render(request, "buyer/tasks.html", shown)


def _task(written: Written, icon: str, name: str | Promise, steps: tuple[str, ...]) -> dict[str, Any]:
    mine = [step for step in written.steps() if step in steps]
    left = [step for step in mine if not written.is_done(step)]
    begun = len(left) < len(mine)
    return {
        "name": str(name),
        "state": "open" if left else "done",
        "icon": icon,
        "href": address(written.case, (left or mine)[0]),
        "status": _("Go on") if left and begun else "",
    }


@require_POST
def discard(request: HttpRequest, number: str) -> HttpResponse:
    """The buyer does not want to file after all."""
    actor = fetch.actor_or_404(request, Role.BUYER)
    case = fetch.case_or_404(number, actor)
    try:
        drafts.discard(case.pk, actor=actor, now=clock.now())
    except Missing:
        raise Http404 from None
    messages.success(request, _("The draft is deleted. Nothing of it was sent."))
    return HttpResponseRedirect(reverse("buyer:case", args=[case.number]))


@require_safe
def submitted(request: HttpRequest, number: str) -> HttpResponse:
    """B8: it is before the platform: the number, whose turn it is, what comes next, how its writer is told. Can be kept."""
    actor = fetch.actor_or_404(request, Role.BUYER)
    case, now = fetch.case_and_now_or_404(number, actor)
    if case.intervened_at is None:
        return HttpResponseRedirect(reverse("buyer:case", args=[case.number]))
    built = case_page.build(case, actor, now)
    lines = evidence.rows(case, built.rules, built.exhibits, open_now=evidence.is_open(case, actor, now))
    shown = {
        "now": now,
        "case": case,
        "page": built,
        "lacking": terms.required(case, evidence.needed(lines), now),
        "next_lines": following.lines(built),
        "at": wording.moment(case.intervened_at, now),
        "by_email": bool(case.buyer.email) and preferences.wants_email(actor.id or 0),
        "back": reverse("buyer:home"),
        "back_label": _("My cases"),
        "top_title": _("Submitted"),
    }
    return render(request, "buyer/submitted.html", shown)


# --- what the pages of a claim share ------------------------------------------------------------------------------


def written_or_away(request: HttpRequest, number: str, actor: Actor) -> tuple[Written, datetime] | HttpResponse:
    """The claim that is being written, or where to go instead: it was filed, or nobody has begun."""
    case, now = fetch.case_and_now_or_404(number, actor)
    draft = drafts.of(case)
    if draft is None or not is_open(case):
        return away(request, case)
    return Written(case, draft), now


def away(request: HttpRequest, case: Case) -> HttpResponse:
    if not is_open(case):
        return moved_on(request, case)
    return HttpResponseRedirect(reverse("buyer:step_in", args=[case.number]))


def is_open(case: Case) -> bool:
    return Event.INTERVENTION_REQUESTED in LIFECYCLE.open_to(State(case.state), Role.BUYER)


def moved_on(request: HttpRequest, case: Case) -> HttpResponse:
    if request.headers.get(kept.BY_SCRIPT):
        pass  # a script that saves on leaving: its reader is elsewhere by now, and would find a word about nothing there
    elif case.intervened_at is not None and case.claimant == Side.BUYER.value:
        # Whoever goes back after sending it has done nothing wrong.
        messages.info(request, _("You have submitted this claim. This is the case."))
    else:
        messages.warning(request, refusals.say(Refused("not_in_this_state")))
    return HttpResponseRedirect(reverse("buyer:case", args=[case.number]))


def address(case: Case, step: str) -> str:
    """Where a step of the claim has its page; the last look for none."""
    if not step:
        return reverse("buyer:check", args=[case.number])
    if step == "evidence":
        return reverse("buyer:filing_evidence", args=[case.number])
    return reverse("buyer:question", args=[case.number, step])


def saved_text(written: Written, now: datetime) -> str:
    return _("Saved %(at)s") % {"at": wording.moment(written.draft.saved_at, now)}


def _line(check: Check, case: Case, procedure: Rules, now: datetime) -> Line:
    clause = procedure.clauses.get(check.clause)
    return Line(
        holds=check.holds,
        text=str(CHECKS[check.code]),
        record=_record(check, case, now) if check.holds else refusals.say(Refused(check.code, **check.data)),
        clause=f"{clause.number} {clause.title}" if clause else check.clause,
        href=reverse("public:clause", args=[procedure.version, check.clause]),
    )


def _why_open(state: State, at: str) -> str:
    """What made it possible to ask without a refusal. Only of a merchant who never answered did the time end."""
    match state:
        case State.AWAITING_RETURN | State.RETURN_IN_TRANSIT:
            return _("The merchant agreed to the return; you can ask from %(at)s") % {"at": at}
        case _:
            return _("The merchant's time ended: %(at)s") % {"at": at}


def _record(check: Check, case: Case, now: datetime) -> str:
    """The record that a check was made on, in words."""
    match check.code:
        case eligibility.ORDER_NOT_ELIGIBLE:
            return _("Order: %(state)s") % {"state": case.order.get_state_display()}
        case eligibility.NO_NEGOTIATION:
            count = check.data["messages"]
            return ngettext("%(count)s message on record", "%(count)s messages on record", count) % {"count": count}
        case eligibility.NOT_YET if check.data["refused"]:
            return _("The merchant refused the request")
        case eligibility.NOT_YET:
            return _why_open(State(case.state), wording.moment(datetime.fromisoformat(check.data["opens_at"]), now))
        case eligibility.OUT_OF_WINDOW if check.data["exception"]:
            reason = rulebook.rules(case.substance_rules_id).window_exceptions[check.data["exception"]]
            return str(reason.name)
        case eligibility.OUT_OF_WINDOW:
            return _("Refund asked for: %(at)s") % {"at": wording.moment(case.opened_at, now)}
        case _:
            return _("No earlier ruling on this item")
