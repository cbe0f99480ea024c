"""From a refused request to a claim before the platform: may it be filed, what is claimed, a last look before it is sent.

Stateless: what was typed travels with the pages, so that nothing is half filed. The act decides; this only asks.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.forms import CharField, ChoiceField, RadioSelect, Select, Textarea, TextInput
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext
from django.views.decorators.http import require_safe

from common import clock, money
from common.actor import Role
from common.errors import Conflict, Missing, Refused
from disputes import eligibility, intervention, negotiation, refusals, statements
from disputes.eligibility import Check
from disputes.intervention import Claim
from disputes.lifecycle import LIFECYCLE, Event, State
from disputes.models import Case
from rulebook import queries as rulebook
from rulebook.schema import Reason, Rules
from web import drafts, fetch, timeline, wording
from web.acts import ActForm
from web.buyer.orders import type_choices
from web.party.forms import amount_field
from web.rules import length

MOST_POINTS = 4
_SENTENCE = re.compile(r"[。；;！!？?\n]|\.\s")
DISMISS = "R7"  # what a buyer never asks for

CHECKS: dict[str, str | Promise] = {
    eligibility.ORDER_NOT_ELIGIBLE: gettext_lazy("The order is paid, and neither closed nor refunded"),
    eligibility.TYPE_NOT_FOR_ORDER: gettext_lazy("What happened fits the state of the order"),
    eligibility.NO_NEGOTIATION: gettext_lazy("You talked to the merchant"),
    eligibility.NOT_YET: gettext_lazy("The merchant refused, or the time to reply is over"),
    eligibility.OUT_OF_WINDOW: gettext_lazy("It is within the time to file"),
    eligibility.ALREADY_DECIDED: gettext_lazy("It has not been decided before"),
}


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
    """Whether the platform can step in now: every condition with the record it was checked on."""
    actor = fetch.actor_or_404(request, Role.BUYER)
    case = fetch.case_or_404(number, actor)
    if not _is_open(case):
        return _moved_on(request, case)
    now = clock.now()
    checks = eligibility.checks(negotiation.situation(case, now))
    failed = [check for check in checks if not check.holds]
    procedure = rulebook.rules(case.procedure_rules_id)
    shown = {
        "now": now,
        "case": case,
        "lines": [_line(check, case, procedure, now) for check in checks],
        "eligible": all(check.holds for check in checks),
        "failed": len(failed),
        "exceptions": _exceptions(case, failed),
        "routes": [route for code, route in procedure.routes.items() if code != "negotiate"],
        "back": reverse("buyer:case", args=[case.number]),
        "top_title": _("Ask the platform to step in"),
    }
    return render(request, "buyer/eligibility.html", shown)


def _exceptions(case: Case, failed: list[Check]) -> list[Reason]:
    """What may still admit the claim, where nothing but the time to file is in its way."""
    if [check.code for check in failed] != [eligibility.OUT_OF_WINDOW]:
        return []
    known = rulebook.rules(case.substance_rules_id).window_exceptions
    return [known[code] for code in failed[0].data["exceptions"]]


class ClaimForm(ActForm):
    """The claim on one page. The remedies are those that the rules have for what happened."""

    field_of = {
        "type_unknown": "type",
        "type_not_for_order": "type",
        "out_of_window": "exception",
        "remedy_not_for_type": "remedy",
        "amount_out_of_range": "amount",
        "point_missing": "point_1",
        "point_too_long": "point_1",
        "text_missing": "story",
        "text_too_long": "story",
    }
    type = ChoiceField(label=gettext_lazy("What happened"), widget=Select)
    exception = ChoiceField(
        label=gettext_lazy("Why it can still be filed"),
        help_text=gettext_lazy("You asked the merchant after the time for it. We check this before anything else."),
        error_messages={"required": gettext_lazy("Choose which exception applies.")},
        widget=RadioSelect,
    )
    remedy = ChoiceField(label=gettext_lazy("What you want"), widget=RadioSelect)
    amount = amount_field(gettext_lazy("Amount"))
    story = CharField(
        label=gettext_lazy("What happened, in order"),
        help_text=gettext_lazy("When it was, what you saw, what the merchant said. At most 500 characters."),
        max_length=4000,
        widget=Textarea(attrs={"rows": 6, "data-max": statements.LONGEST}),
    )

    def prepare(self) -> None:
        self.rules = rulebook.rules(self.case.substance_rules_id)
        order = self.case.order
        choices = type_choices(self.rules, order.state)
        self.fields["type"].choices = choices  # type: ignore[attr-defined]
        self.fields["type"].initial = self.case.type_code
        self.fields["type"].widget.attrs["class"] = "short"
        code = self.type_code
        remedies = [self.rules.remedy(r) for r in self.rules.type(code).remedies]
        offered = [r for r in remedies if r.code != DISMISS and self.rules.may_order(r.code, code)]
        self.fields["remedy"].choices = [(r.code, f"{r.name} · {r.what}") for r in offered]  # type: ignore[attr-defined]
        usual = "R3" if self.case.returns else "R1"
        codes = [r.code for r in offered]
        self.fields["remedy"].initial = usual if usual in codes else (codes[0] if codes else "")
        self.fields["remedy"].error_messages["required"] = refusals.say(Refused("remedy_not_for_type"))
        self.fields["remedy"].error_messages["invalid_choice"] = refusals.say(Refused("remedy_not_for_type"))
        amount = self.fields["amount"]
        amount.currency = self.case.currency  # type: ignore[attr-defined]
        amount.initial = money.text(self.case.claimed, self.case.currency)
        highest = money.sign(self.case.currency) + money.text(self.case.paid, self.case.currency)
        amount.help_text = _("At most %(sum)s (amount paid)") % {"sum": highest}
        amount.error_messages["required"] = refusals.say(Refused("amount_unreadable"))
        window = self.rules.type(code).window
        if negotiation.is_late(self.rules, code, order, self.case.opened_at) and window.exceptions:
            known = [self.rules.window_exceptions[code] for code in window.exceptions]
            self.fields["exception"].choices = [(one.code, f"{one.name} · {one.text}") for one in known]  # type: ignore[attr-defined]
        else:
            del self.fields["exception"]
        suggested = [] if self.is_bound else suggested_points(self.case)
        for place in range(1, MOST_POINTS + 1):
            self.fields[f"point_{place}"] = CharField(
                label=_("Point %(number)s") % {"number": place},
                required=place == 1,
                max_length=intervention.LONGEST_POINT,
                initial=suggested[place - 1] if place <= len(suggested) else "",
                widget=TextInput(attrs={"autocomplete": "off"}),
                error_messages={"required": refusals.say(Refused("point_missing"))},
            )

    @property
    def type_code(self) -> str:
        """What is chosen as far as it is known: the remedies follow from it."""
        said = (self.data if self.is_bound else self.initial).get("type") or self.case.type_code
        return str(said) if said in self.rules.types else self.case.type_code

    @property
    def to_show(self) -> str:
        """What this side has to show by the rules' own chain of proof."""
        chain = self.rules.type(self.type_code).burden.chain
        return pgettext("between sentences", "; ").join(str(proof.shows) for proof in chain if proof.side == "buyer")

    @property
    def point_fields(self) -> list[Any]:
        return [self[f"point_{place}"] for place in range(1, MOST_POINTS + 1)]

    def as_claim(self) -> Claim:
        data = self.cleaned_data
        remedy = self.rules.remedy(data["remedy"])
        points = [data[f"point_{place}"].strip() for place in range(1, MOST_POINTS + 1)]
        return Claim(
            type_code=data["type"],
            remedy=remedy.code,
            amount=data["amount"],
            returns=remedy.returns,
            points=tuple(point for point in points if point),
            story=data["story"],
            exception=data.get("exception", ""),
        )

    def clean_story(self) -> str:
        story = str(self.cleaned_data["story"]).strip()
        if len(story) > statements.LONGEST:
            raise ValidationError(refusals.say(Refused("text_too_long", longest=statements.LONGEST, length=len(story))))
        return story

    def clean_amount(self) -> int:
        amount = int(self.cleaned_data["amount"])
        if not 0 < amount <= self.case.paid:
            refused = Refused("amount_out_of_range", highest=self.case.paid, currency=self.case.currency)
            raise ValidationError(refusals.say(refused))
        return amount


def suggested_points(case: Case) -> list[str]:
    """The sentences of the refund request, as first words for the points."""
    said = case.statements.filter(kind="request").order_by("-at", "-id").values_list("text", flat=True).first() or ""
    sentences = [part.strip(" ，,") for part in _SENTENCE.split(said)]
    return [part for part in sentences if 0 < len(part) <= intervention.LONGEST_POINT][:MOST_POINTS]


def claim(request: HttpRequest, number: str) -> HttpResponse:
    """Write the claim, look at it once more, send it. ``step``: type (other remedies, please), check, edit, submit."""
    actor = fetch.actor_or_404(request, Role.BUYER)
    case, now = fetch.case_and_now_or_404(number, actor, around=("order",))
    if not _is_open(case) and request.method != "POST":
        return _moved_on(request, case)
    if request.method != "POST" and _is_closed(case, now):
        # Nothing that is written could be filed: the page before says why, and which ways are left.
        return HttpResponseRedirect(reverse("buyer:step_in", args=[case.number]))
    step = request.POST.get("step", "check") if request.method == "POST" else ""
    about: dict[str, Any] = {"case": case, "actor": actor, "now": now, "request": request}
    if step in ("", "type", "edit"):
        typed = {name: value for name, value in request.POST.items() if name != "seen"}
        restored = None if step else drafts.kept(request)
        form = ClaimForm(initial=_for_type(typed, step, case) if restored is None else restored.dict(), **about)
        form.restored = restored is not None
        return _written(request, case, form, now)
    form = ClaimForm(request.POST, **about)
    if not form.is_valid():
        return _written(request, case, form, now)
    if step != "submit" or not request.POST.get("understood"):
        return _check(request, case, form, now, asked_to_tick=step == "submit")
    try:
        intervention.request(case.pk, form.as_claim(), actor=actor, now=now, seen=form.seen_version)
    except Missing:
        raise Http404 from None
    except Conflict as conflict:
        fresh = request.POST.copy()
        fresh["seen"] = str(conflict.data["now"])
        form.data = fresh
        form.add_error(None, ValidationError(refusals.say(conflict), code=conflict.code))
        case = fetch.case_or_404(number, actor)
        return _written(request, case, form, now, changes=timeline.since(case, actor, conflict.data["seen"]))
    except Refused as refused:
        field = form.field_of.get(refused.code)
        form.add_error(field if field in form.fields else None, refusals.say(refused))
        return _written(request, case, form, now)
    told = _("Submitted: %(number)s. We check it first, then both sides give their evidence.")
    messages.success(request, told % {"number": case.number})
    return HttpResponseRedirect(reverse("buyer:case", args=[case.number]))


def _for_type(typed: dict[str, Any], step: str, case: Case) -> dict[str, Any]:
    """What was typed, less the remedy of another kind of dispute."""
    if step != "type" or typed.get("type") == typed.get("was_type", case.type_code):
        return typed
    return {name: value for name, value in typed.items() if name != "remedy"}


def _written(
    request: HttpRequest, case: Case, form: ClaimForm, now: datetime, *, changes: Sequence[timeline.Line] = ()
) -> HttpResponse:
    shown = {
        "changes": changes,
        "now": now,
        "case": case,
        "form": form,
        "back": reverse("buyer:step_in", args=[case.number]),
        "top_title": _("Your claim"),
    }
    status = 409 if form.has_error(NON_FIELD_ERRORS, "case_moved_on") else 422 if form.errors else 200
    return render(request, "buyer/claim.html", shown, status=status)


def _check(
    request: HttpRequest, case: Case, form: ClaimForm, now: datetime, *, asked_to_tick: bool = False
) -> HttpResponse:
    made = form.as_claim()
    kind = form.rules.type(made.type_code)
    rows = [
        {"label": _("Item"), "value": case.title},
        {"label": _("Dispute type"), "value": str(kind.name)},
        *(
            [{"label": _("Why it can still be filed"), "value": str(form.rules.window_exceptions[made.exception].name)}]
            if made.exception
            else []
        ),
        *[
            {"label": _("Point %(number)s") % {"number": place}, "value": point}
            for place, point in enumerate(made.points, start=1)
        ],
        {"label": _("What happened"), "value": made.story},
        {"label": _("What you want"), "value": str(form.rules.remedy(made.remedy).name)},
        {"label": _("Amount"), "value": money.sign(case.currency) + money.text(made.amount, case.currency)},
    ]
    shown = {
        "now": now,
        "case": case,
        "form": form,
        "rows": rows,
        "asked_to_tick": asked_to_tick,
        "term": length(rulebook.rules(case.procedure_rules_id).step("evidence").duration),
        "typed": [(field.html_name, field.value()) for field in form],
        "back": reverse("buyer:case", args=[case.number]),
        "top_title": _("Check and submit"),
    }
    return render(request, "buyer/check.html", shown, status=422 if asked_to_tick else 200)


def _is_open(case: Case) -> bool:
    return Event.INTERVENTION_REQUESTED in LIFECYCLE.open_to(State(case.state), Role.BUYER)


def _is_closed(case: Case, now: datetime) -> bool:
    """The order itself is closed to every claim: paid back, closed, or never paid."""
    found = eligibility.checks(negotiation.situation(case, now, messages=0))
    return any(check.code == eligibility.ORDER_NOT_ELIGIBLE and not check.holds for check in found)


def _moved_on(request: HttpRequest, case: Case) -> HttpResponse:
    messages.warning(request, refusals.say(Refused("not_in_this_state")))
    return HttpResponseRedirect(reverse("buyer:case", args=[case.number]))


def _line(check: Check, case: Case, procedure: Rules, now: datetime) -> Line:
    clause = procedure.clauses.get(check.clause)
    return Line(
        holds=check.holds,
        text=str(CHECKS[check.code]),
        record=_record(check, case, now) if check.holds else refusals.say(Refused(check.code, **check.data)),
        clause=f"{clause.number} {clause.title}" if clause else check.clause,
        href=reverse("public:clause", args=[procedure.version, check.clause]),
    )


def _record(check: Check, case: Case, now: datetime) -> str:
    """The record that a check was made on, in words."""
    match check.code:
        case eligibility.ORDER_NOT_ELIGIBLE | eligibility.TYPE_NOT_FOR_ORDER:
            return _("Order: %(state)s") % {"state": case.order.get_state_display()}
        case eligibility.NO_NEGOTIATION:
            return _("%(count)s messages on record") % {"count": check.data["messages"]}
        case eligibility.NOT_YET if check.data["refused"]:
            return _("The merchant refused the request")
        case eligibility.NOT_YET:
            opens = wording.moment(datetime.fromisoformat(check.data["opens_at"]), now)
            return _("The merchant's time ended: %(at)s") % {"at": opens}
        case eligibility.OUT_OF_WINDOW if check.data["exception"]:
            reason = rulebook.rules(case.substance_rules_id).window_exceptions[check.data["exception"]]
            return str(reason.name)
        case eligibility.OUT_OF_WINDOW:
            return _("Refund asked for: %(at)s") % {"at": wording.moment(case.opened_at, now)}
        case _:
            return _("No earlier ruling on this item")
