"""M10: a shop claims money back that was paid out. One question a page; the last one sends it. Decides nothing.

What is typed lies in a draft that no other side reads; the act decides. Nothing needs a script.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.forms import CharField, ChoiceField, Field, RadioSelect, Textarea
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from accounts.models import Right
from common import clock, money
from common.errors import Missing, Refused
from disputes import claim_drafts, claims, intervention, payouts, refusals, statements
from disputes.models import Case
from disputes.payouts import Check, Payout
from evidence.intake import Received
from rulebook import queries as rulebook
from web import reversed_roles, wording
from web.fields import WordsField, amount_field, at_most
from web.forms import QuestionForm
from web.merchant import cases, claim_files, shell
from web.merchant.claim_files import FilesForm
from web.merchant.claim_written import FIELDS, POINTS, Written
from web.rules import length

Text = str | Promise
CONDITIONS: dict[str, Text] = {
    payouts.NOT_FINAL: gettext_lazy("The case that paid is closed; nobody can appeal any more"),
    payouts.NOTHING_PAID: gettext_lazy("Money was paid out to the buyer"),
    payouts.NOT_WHOLE: gettext_lazy("All of it has been paid, and by you"),
    payouts.OVER: gettext_lazy("It is within the time to claim"),
    payouts.CLAIMED: gettext_lazy("It has not been claimed before"),
    payouts.LIVE: gettext_lazy("No other case about this item is open"),
}
TITLES: dict[str, Text] = {
    "why": gettext_lazy("Why should this not have been paid?"),
    "late": gettext_lazy("Why can it still be claimed?"),
    "news": gettext_lazy("What is new since the ruling?"),
    "points": gettext_lazy("What should be decided?"),
    "story": gettext_lazy("What happened, in order?"),
    "sum": gettext_lazy("How much do you claim?"),
}
LEADS: dict[str, Text] = {
    "why": gettext_lazy("Who would bear it follows from this: the buyer, or the platform."),
    "late": gettext_lazy("The time to claim is over. We check this before anything else."),
    "news": gettext_lazy(
        "A claim is no second appeal. Say what you did not know, or could not show, when the platform decided."
    ),
    "points": gettext_lazy("Evidence, answers and the ruling hang on these statements, each by itself."),
    "story": gettext_lazy("The arbitrator reads this first. The buyer reads it too."),
    "sum": gettext_lazy("The ruling can give less than this, and never more."),
}
# Older ones are in the lists of cases.
MOST_CLAIMS = 20
# What the act refuses → the page where it can be put right.
_PAGE_OF = {
    "contest_reason_unknown": "why",
    "contest_reason_unfit": "why",
    "claim_window_over": "late",
    "new_facts_missing": "news",
    "point_missing": "points",
    "point_too_long": "points",
    "point_twice": "points",
    "text_missing": "story",
    "text_too_long": "story",
    "amount_unreadable": "sum",
    "amount_not_above_zero": "sum",
    "amount_too_fine": "sum",
    "amount_too_large": "sum",
    "contested_amount_out_of_range": "sum",
}


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """Which payouts may still be contested, until when, which claims have been begun; and what was claimed already."""
    desk = shell.enter(request)
    begun = claim_drafts.refs(desk.shop_id)
    found = payouts.recent(desk.shop_id, desk.now)
    claimed = payouts.claimed(found)
    rows = [
        {
            "href": reverse("merchant:claim", args=[payout.ref]),
            "title": payout.line.title,
            "ref": payout.earlier.number if payout.earlier is not None else payout.line.order.external_id,
            "amount": payout.amount,
            "currency": payout.currency,
            "paid_at": payout.paid_at,
            "until": wording.deadline(ends_at, desk.now) if (ends_at := payouts.ends_at(payout, desk.now)) else "",
            "begun": payout.ref in begun,
        }
        for payout in found
        if payout.ref not in claimed
    ]
    context = shell.around(
        desk, "decided", title=_("Claim money back"), rows=rows, claims=cases.own_claims(desk.actor, most=MOST_CLAIMS)
    )
    return render(request, "merchant/claims.html", context)


@require_safe
def start(request: HttpRequest, ref: str) -> HttpResponse:
    """One payout: every condition with its rule, and the way to begin; or what can be done instead."""
    desk = shell.enter(request)
    payout = _payout(desk, ref)
    checks = payouts.checks(payouts.situation(payout, desk.now))
    failed = [check for check in checks if not check.holds]
    procedure = rulebook.current_rules(desk.now)
    late_only = [check.code for check in failed] == [payouts.OVER] and bool(failed[0].data["exceptions"])
    return render(
        request,
        "merchant/claim_start.html",
        shell.around(
            desk,
            "decided",
            title=_("Claim money back"),
            payout=payout,
            lines=[_line(check, procedure.version) for check in checks],
            failed=len(failed),
            may=Right.RESPOND in desk.rights and (not failed or late_only),
            late_only=late_only,
            term=length(procedure.step("evidence").duration),
            begun=claim_drafts.of(desk.shop_id, ref) is not None,
            routes=[route for code, route in procedure.routes.items() if code != "negotiate"],
            back=_back(payout),
        ),
    )


@require_POST
def begin(request: HttpRequest, ref: str) -> HttpResponse:
    """Start writing, or go on where it was left."""
    desk = shell.enter(request)
    payout = _payout(desk, ref)
    try:
        draft = claim_drafts.begin(ref, actor=desk.actor, now=desk.now)
    except Missing:
        raise Http404 from None
    except Refused as refused:
        messages.error(request, refusals.say(refused))
        return HttpResponseRedirect(reverse("merchant:claim", args=[ref]))
    return HttpResponseRedirect(_next(Written(payout, draft, desk.now)))


@require_POST
def discard(request: HttpRequest, ref: str) -> HttpResponse:
    desk = shell.enter(request)
    try:
        claim_drafts.discard(ref, actor=desk.actor, now=desk.now)
    except Missing:
        raise Http404 from None
    except Refused as refused:
        messages.error(request, refusals.say(refused))
    else:
        messages.success(request, _("The draft is deleted. Nothing of it was sent."))
    return HttpResponseRedirect(reverse("merchant:claims"))


def question(request: HttpRequest, ref: str, step: str) -> HttpResponse:
    """GET: the page. POST: keep what was typed, and go on if it holds."""
    desk = shell.enter(request)
    written = _written(desk, ref)
    if written is None:
        return HttpResponseRedirect(reverse("merchant:claim", args=[ref]))
    if step not in FIELDS:
        raise Http404
    if step not in written.steps():
        return HttpResponseRedirect(_next(written))
    form = QuestionForm(_MADE[step](written))
    if request.method == "POST":
        typed = {name: request.POST[name].replace("\r\n", "\n") for name in FIELDS[step] if name in request.POST}
        # A choice that was not made is an answer that is missing, and says so.
        typed = {FIELDS[step][0]: "", **typed}
        try:
            draft = claim_drafts.save(ref, typed, actor=desk.actor, now=desk.now)
        except Missing:
            return HttpResponseRedirect(reverse("merchant:claim", args=[ref]))
        except Refused as refused:
            messages.error(request, refusals.say(refused))
            return HttpResponseRedirect(reverse("merchant:claim", args=[ref]))
        written = Written(written.payout, draft, desk.now)
        form = QuestionForm(_MADE[step](written), request.POST)
        form.say(written.problems(step))
        if not form.errors:
            onward = "" if "check" in request.GET and not written.open_steps() else written.after(step)
            return HttpResponseRedirect(_address(ref, onward))
    steps = written.steps()
    place = steps.index(step)
    before = _address(ref, steps[place - 1]) if place else reverse("merchant:claim", args=[ref])
    shown = shell.around(
        desk,
        "decided",
        title=str(TITLES[step]),
        lead=str(LEADS[step]),
        payout=written.payout,
        form=form,
        place=place + 1,
        of=len(steps) + 1,
        saved=_("Saved %(at)s") % {"at": wording.moment(written.draft.saved_at, desk.now)},
        before=before,
    )
    return render(request, "merchant/claim_question.html", shown, status=422 if form.errors else 200)


def check(request: HttpRequest, ref: str) -> HttpResponse:
    """GET: the last look. POST with the box ticked: the claim is sent, and nothing of the draft is left."""
    desk = shell.enter(request)
    written = _written(desk, ref)
    if written is None:
        return HttpResponseRedirect(reverse("merchant:claim", args=[ref]))
    refused: Refused | None = None
    posted = request.method == "POST"
    form = FilesForm(written.payout, request.POST if posted else None, request.FILES or None)
    there = _files(desk, form) if posted else []
    asked_to_tick = posted and not request.POST.get("understood")
    if posted and not asked_to_tick and not form.errors:
        proofs = claim_files.proofs(there, form.cleaned_data["code"])
        try:
            case = claims.file(ref, written.as_contest(), proofs=proofs, actor=desk.actor, now=clock.now())
        except Missing:
            raise Http404 from None
        except Refused as found:
            refused = found
            if found.code in ("evidence_kind_differs", "evidence_code_unknown"):
                form.add_error("code", refusals.say(found))
        else:
            messages.success(request, _("Sent. We check whether the case can be accepted."))
            return HttpResponseRedirect(reverse("merchant:case", args=[case.number]))
    rules = rulebook.current_rules(desk.now)
    step = _PAGE_OF.get(refused.code, "") if refused is not None else ""
    shown = shell.around(
        desk,
        "decided",
        title=_("Check and submit"),
        payout=written.payout,
        rows=_rows(written),
        open=written.open_steps(),
        failed=[refusals.say(Refused(c.code, **c.data)) for c in written.checks() if not c.holds],
        refused=refusals.say(refused) if refused is not None else "",
        refused_href=f"{_address(ref, step)}?check" if step in written.steps() else "",
        asked_to_tick=asked_to_tick,
        form=form,
        waiting=[(token, received.name) for token, received in there],
        term=length(rules.step("evidence").duration),
        saved=_("Saved %(at)s") % {"at": wording.moment(written.draft.saved_at, desk.now)},
        before=_address(ref, written.steps()[-1]),
    )
    status = 422 if asked_to_tick or form.errors or refused is not None else 200
    return render(request, "merchant/claim_check.html", shown, status=status)


def _files(desk: shell.Desk, form: FilesForm) -> list[tuple[str, Received]]:
    """The files that came with the form or wait for it; what is wrong with them stands in the form."""
    form.is_valid()
    return claim_files.waiting(desk, claim_files.tokens(desk, form), form)


def href(case: Case, now: datetime) -> str:
    """Where the payout of a closed case can be contested; empty where there is none, or its time is over. No query."""
    outcome = case.outcome
    if case.closed_at is None or outcome is None or not outcome.amount or reversed_roles.is_merchants(case):
        return ""
    kind = rulebook.current_rules(now).type(payouts.TYPE)
    ends_at = kind.window.ends_at(case.closed_at)
    return reverse("merchant:claim", args=[case.number]) if ends_at is None or now < ends_at else ""


# --- inside -----------------------------------------------------------------------------------------------------------


def _payout(desk: shell.Desk, ref: str) -> Payout:
    payout = payouts.find(desk.shop_id, ref)
    if payout is None:
        raise Http404
    return payout


def _written(desk: shell.Desk, ref: str) -> Written | None:
    payout, draft = _payout(desk, ref), claim_drafts.of(desk.shop_id, ref)
    return Written(payout, draft, desk.now) if draft is not None else None


def _address(ref: str, step: str) -> str:
    return reverse("merchant:claim_question", args=[ref, step]) if step else reverse("merchant:claim_check", args=[ref])


def _next(written: Written) -> str:
    left = written.open_steps()
    return _address(written.payout.ref, left[0] if left else "")


def _back(payout: Payout) -> str:
    if payout.earlier is None:
        return reverse("merchant:claims")
    return reverse("merchant:case", args=[payout.earlier.number])


def _line(check: Check, version: str) -> dict[str, Any]:
    record = "" if check.holds else refusals.say(Refused(check.code, **check.data))
    return {
        "holds": check.holds,
        "text": str(CONDITIONS[check.code]),
        "record": record,
        "clause": check.clause,
        "href": reverse("public:clause", args=[version, check.clause]),
    }


def _rows(written: Written) -> list[dict[str, Any]]:
    """Every answer with the page where it can be changed; a link in place of one that is missing."""
    payout = written.payout

    def row(label: str, value: str, step: str) -> dict[str, Any]:
        return {"label": label, "value": value, "href": f"{_address(payout.ref, step)}?check"}

    typed = [(place, written.said(name).strip()) for place, name in enumerate(POINTS, start=1)]
    told = [row(_("Point %(number)s") % {"number": place}, text, "points") for place, text in typed if text]
    steps = written.steps()
    exceptions = {reason.code: str(reason.name) for reason in written.exceptions}
    late = [row(_("Why it can still be claimed"), exceptions.get(written.said("exception"), ""), "late")]
    news = [row(_("What is new"), written.said("news"), "news")]
    amount = ""
    if written.is_done("sum") and written.amount is not None:
        amount = money.sign(payout.currency) + money.text(written.amount, payout.currency)
    return [
        {"label": _("Item"), "value": payout.line.title},
        row(_("Reason"), str(reversed_roles.REASONS.get(written.said("why"), "")), "why"),
        *(late if "late" in steps else []),
        *(news if "news" in steps else []),
        *(told if written.is_done("points") else [row(_("Points to decide"), "", "points")]),
        row(_("What happened"), written.said("story"), "story"),
        row(_("Amount"), amount, "sum"),
    ]


def _radio(label: str, choices: list[tuple[str, Text]], initial: str) -> ChoiceField:
    return ChoiceField(label=label, choices=choices, widget=RadioSelect(attrs={"class": "radio"}), initial=initial)


def _words(label: str, initial: str) -> CharField:
    widget = Textarea(attrs={"rows": 6, "data-max": statements.LONGEST})
    return WordsField(
        label=label, help_text=at_most(statements.LONGEST), max_length=4000, widget=widget, initial=initial
    )


def _sum_field(written: Written) -> dict[str, Field]:
    field = amount_field(_("Amount"))
    field.currency = written.payout.currency
    paid = money.sign(written.payout.currency) + money.text(written.payout.amount, written.payout.currency)
    field.help_text = _("At most %(sum)s: that is what was paid out.") % {"sum": paid}
    field.initial = written.amount_text
    return {"amount": field}


_MADE: dict[str, Callable[[Written], dict[str, Field]]] = {
    "why": lambda w: {
        "why": _radio(_("Reason"), [(code, reversed_roles.REASONS[code]) for code in w.reasons], w.said("why"))
    },
    "late": lambda w: {
        "exception": _radio(
            _("Exception"),
            [(reason.code, f"{reason.name}：{reason.text}") for reason in w.exceptions],
            w.said("exception"),
        )
    },
    "news": lambda w: {"news": _words(_("What is new"), w.said("news"))},
    "points": lambda w: {
        name: WordsField(
            label=_("Point %(number)s") % {"number": place},
            help_text=at_most(intervention.LONGEST_POINT),
            max_length=4000,
            initial=w.points[name],
        )
        for place, name in enumerate(POINTS, start=1)
    },
    "story": lambda w: {"story": _words(_("What happened"), w.said("story"))},
    "sum": _sum_field,
}
