"""P2: the rules tried out before anybody signs in. At most five questions, one a page, answered in the address: nothing is
kept, nothing personal is asked, and no page says who would win.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.forms import ChoiceField, IntegerField, NumberInput, RadioSelect
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_safe

from common import clock, money
from common.errors import Refused
from disputes import eligibility, refusals
from disputes.awards import Payer
from evidence.checklist import Row, Status
from rulebook import asking, queries
from rulebook.asking import Asking
from rulebook.rules import Rules
from rulebook.schema import Bearer, Since
from web import letter, navigation, simulator, wording
from web.buyer.filing import CHECKS
from web.fields import amount_field
from web.forms import HouseForm
from web.simulator import Outlook, Sums, Told

Text = str | Promise

STATES: dict[str, Text] = {
    "PAID_UNSHIPPED": gettext_lazy("Paid, not sent yet"),
    "SHIPPED": gettext_lazy("Sent, not here yet"),
    "SIGNED": gettext_lazy("Here, receipt not confirmed yet"),
    "COMPLETED": gettext_lazy("The order is completed"),
}
SAID: dict[str, Text] = {
    simulator.REFUSED: gettext_lazy("The merchant refused"),
    simulator.SILENT: gettext_lazy("The merchant did not reply, and the time to reply is over"),
    simulator.WAITING: gettext_lazy("I asked, and still wait for a reply"),
    simulator.NOTHING: gettext_lazy("I have not asked yet"),
}
PAYERS: dict[Payer | None, Text] = {
    Payer.BUYER: gettext_lazy("The buyer"),
    Payer.MERCHANT: gettext_lazy("The merchant"),
    Payer.NOBODY: gettext_lazy("Nothing is sent back"),
    None: gettext_lazy("Whoever is at fault; the ruling says who"),
}
BEARERS: dict[Bearer, Text] = {
    Bearer.BUYER: gettext_lazy("The buyer"),
    Bearer.MERCHANT: gettext_lazy("The merchant"),
    Bearer.ASSERTING: gettext_lazy("Whoever says it"),
}
LEVELS: dict[str, Text] = {
    "required": gettext_lazy("Required"),
    "recommended": gettext_lazy("Recommended"),
    "optional": gettext_lazy("Optional"),
}
BROUGHT = gettext_lazy("Brought in by itself")


@dataclass(frozen=True)
class Question:
    """Asked once, answered by one of ``choices`` or, without any, by a number of days."""

    key: str
    text: str
    choices: list[tuple[str, str]] = field(default_factory=list)
    hint: str = ""

    def said(self, answer: str) -> str:
        return dict(self.choices).get(answer) or ngettext("{n} day", "{n} days", int(answer)).format(n=answer)

    def takes(self, answer: str) -> bool:
        if self.choices:
            return answer in dict(self.choices)
        return answer.isascii() and answer.isdigit() and len(answer) <= 4 and int(answer) <= simulator.MOST_DAYS


class SumsForm(HouseForm):
    """Sums are typed as people type them, and stay in the address of this page."""

    paid = amount_field(gettext_lazy("What you paid for it"))
    freight = amount_field(gettext_lazy("What you paid for shipping"))
    promised = amount_field(gettext_lazy("What was promised in compensation"))

    def __init__(self, *args: Any, currency: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in self.fields:
            self.fields[name].currency = currency  # type: ignore[attr-defined]
            self.fields[name].required = name == "paid"
        self.fields["paid"].error_messages["required"] = _(
            "Write what you paid. Only the sums need it; the rest holds."
        )


@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """The next question that has no answer yet; with all of them, what the rules say."""
    now = clock.now()
    rules = queries.current_rules(now)
    asked, answers = _asked(rules, request.GET)
    shown: dict[str, Any] = {"now": now, "nav": navigation.items("public", "check"), "version": rules.version}
    left = next((question for question in asked if question.key not in answers), None)
    if left is not None:
        shown |= _question(request, left, asked, answers)
        return render(request, "public/check.html", shown)
    told = _told(rules, asked, answers)
    shown |= _result(request, rules, told, asked, answers, now)
    return render(request, "public/check_result.html", shown)


def _asked(rules: Rules, given: Mapping[str, str]) -> tuple[list[Question], dict[str, str]]:
    """The questions that these answers lead to, as far as that is known, and the answers that count."""
    known = asking.about(rules, simulator.claimable(rules))
    questions: list[Question] = []
    answers: dict[str, str] = {}

    def ask(question: Question) -> bool:
        """Whether it is answered. What only one answer is left to is answered by itself."""
        questions.append(question)
        answer = str(given.get(question.key, ""))
        if not question.takes(answer):
            return False
        answers[question.key] = answer
        return True

    if not ask(_first(known)):
        return questions, answers
    further = known.follow_up(answers["what"])
    if further is not None and not ask(_plain("more", further)):
        return questions, answers
    kind = rules.type(known.type_of(answers["what"], answers.get("more", "")))
    states = simulator.states_of(kind)
    order = Question("order", _("How far is the order"), [(state, str(STATES[state])) for state in states])
    if not ask(order):
        return questions, answers
    if simulator.counts_days(kind, answers["order"]) and not ask(_days(kind.window.since)):
        return questions, answers
    ask(Question("said", _("What did the merchant say"), [(code, str(text)) for code, text in SAID.items()]))
    return questions, answers


def _first(known: Asking) -> Question:
    assert known.first is not None
    return _plain("what", known.first)


def _plain(key: str, question: asking.Question) -> Question:
    named = [(c.code, f"{c.text} · {c.hint}" if c.hint else str(c.text)) for c in question.choices]
    return Question(key, str(question.text), named)


def _days(since: Since) -> Question:
    text = (
        _("How many days ago was it signed for") if since is Since.SIGNED else _("How many days ago was it completed")
    )
    return Question("days", text, hint=_("A whole number; 0 is today."))


class AnswerForm(HouseForm):
    """One question."""

    def __init__(self, *args: Any, question: Question, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if question.choices:
            shown: Any = ChoiceField(label=question.text, choices=question.choices, widget=RadioSelect)
            shown.error_messages |= {"required": _("Choose one."), "invalid_choice": _("Choose one.")}
        else:
            shown = IntegerField(
                label=question.text,
                help_text=question.hint,
                min_value=0,
                max_value=simulator.MOST_DAYS,
                widget=NumberInput(attrs={"inputmode": "numeric", "class": "short", "aria-labelledby": "question"}),
            )
            number = _("Write a whole number of days, from 0 to {most}.").format(most=simulator.MOST_DAYS)
            shown.error_messages |= dict.fromkeys(("required", "invalid", "min_value", "max_value"), number)
        self.fields[question.key] = shown


def _question(request: HttpRequest, left: Question, asked: list[Question], answers: dict[str, str]) -> dict[str, Any]:
    tried = request.GET.get("asked") == left.key
    form = AnswerForm(request.GET if tried else None, question=left)
    before = list(answers.items())
    return {
        "form": form,
        "question": left,
        "kept": before,
        "place": len(asked),
        "back_href": _address(dict(before[:-1])) if before else "",
    }


def _told(rules: Rules, asked: list[Question], answers: dict[str, str]) -> Told:
    known = asking.about(rules, simulator.claimable(rules))
    return Told(
        type_code=known.type_of(answers["what"], answers.get("more", "")),
        order_state=answers["order"],
        days=int(answers["days"]) if "days" in answers else None,
        said=answers["said"],
    )


def _result(
    request: HttpRequest, rules: Rules, told: Told, asked: list[Question], answers: dict[str, str], now: datetime
) -> dict[str, Any]:
    currency = rules.thresholds.currency
    form = SumsForm(request.GET if "paid" in request.GET else None, currency=currency)
    sums = None
    if form.is_bound and form.is_valid():
        data = form.cleaned_data
        sums = Sums(data["paid"], data["freight"] or 0, data["promised"] or 0)
    found = simulator.look(rules, rules, told, sums, currency=currency, now=now)
    link = _linker(rules)
    return {
        "form": form,
        "kept": list(answers.items()),
        "found": found,
        "type_name": str(found.kind.name),
        "summary": _summary(asked, answers),
        "ready": not found.failed,
        "sums_missing": bool(form.errors),
        "conditions": [_condition(check, link, now) for check in found.checks],
        "exceptions": [rules.window_exceptions[code] for code in found.kind.window.exceptions] if found.late else [],
        "routes": [route for code, route in rules.routes.items() if code != "negotiate"],
        "window": _window(found, told, now),
        "window_clause": link(found.kind.window.clause),
        "proofs": [_proof(rules, proof) for proof in found.kind.burden.links(told.order_state)],
        "bearer": BEARERS[found.kind.burden.bearer],
        "silent": str(found.kind.burden.silent),
        "burden_clause": link(found.kind.burden.clause),
        "lists": [
            (_("The buyer shows"), "b", [_need(rules, told, row, "buyer") for row in found.buyer]),
            (_("The merchant shows"), "m", [_need(rules, told, row, "merchant") for row in found.merchant]),
        ],
        "freight": [
            (_("If the claim is upheld"), PAYERS[found.freight_if_upheld]),
            (_("If it is not"), PAYERS[found.freight_if_not]),
        ],
        "freight_clause": link(found.kind.freight.clause),
        "standard": str(found.kind.standard),
        # The way back is counted at what the way out cost: said, lest it look like one sum counted twice.
        "way_back": sums is not None and sums.freight > 0 and any(way.remedy.returns for way in found.ways),
        "ways": [_way(way, link, currency) for way in found.ways],
        "currency": currency,
        "clauses": [link(number) for number in found.kind.clauses],
        "again_href": reverse("public:check"),
    }


def _summary(asked: list[Question], answers: dict[str, str]) -> list[dict[str, str]]:
    """What was answered, each with the way back to its question; later answers stay where they still fit."""
    rows = []
    for question in asked:
        others = {key: value for key, value in answers.items() if key != question.key}
        if question.key == "what":
            others.pop("more", None)
        said = question.said(answers[question.key]).partition(" · ")[0]
        rows.append({"label": question.text, "value": said, "href": _address(others)})
    return rows


def _address(answers: Mapping[str, str]) -> str:
    return f"{reverse('public:check')}?{urlencode(answers)}" if answers else reverse("public:check")


@dataclass(frozen=True, slots=True)
class Cited:
    text: str
    href: str


def _linker(rules: Rules) -> Callable[[str], Cited]:
    def link(number: str) -> Cited:
        clause = rules.clauses.get(number)
        text = f"{number} {clause.title}" if clause else number
        return Cited(text, reverse("public:clause", args=[rules.version, number]))

    return link


def _condition(check: eligibility.Check, link: Callable[[str], Cited], now: datetime) -> dict[str, Any]:
    said = "" if check.holds else refusals.say(Refused(check.code, **check.data))
    return {"holds": check.holds, "text": str(CHECKS[check.code]), "said": said, "clause": link(check.clause)}


def _window(found: Outlook, told: Told, now: datetime) -> str:
    if found.kind.window.days is None:
        return _("Nothing ends the time to ask for this.")
    if found.ends_at is None:
        told_of = {"days": found.kind.window.days, "starts": found.kind.window.starts}
        return _("%(days)s days, counted from: %(starts)s. It has not begun.") % told_of
    if found.late:
        return _("The time to ask ended on %(at)s.") % {"at": wording.deadline(found.ends_at, now)}
    return _("You can ask until %(at)s.") % {"at": wording.deadline(found.ends_at, now)}


def _proof(rules: Rules, proof: Any) -> dict[str, Any]:
    return {
        "who": str(BEARERS[proof.side]),
        "side": {"buyer": "b", "merchant": "m"}.get(proof.side.value, "p"),
        "shows": str(proof.shows),
        "by": [str(rules.evidence(code).name) for code in proof.evidence],
    }


def _need(rules: Rules, told: Told, row: Row, side: str) -> dict[str, Any]:
    brought = row.status is Status.BROUGHT
    return {
        "name": str(rules.evidence(row.code).name),
        "why": str(rules.body.why[row.why]),
        "brought": brought,
        "level": str(BROUGHT if brought else LEVELS.get(row.level, BROUGHT)),
        "required": row.blocks,
    }


def _way(way: simulator.Way, link: Callable[[str], Cited], currency: str) -> dict[str, Any]:
    counted = way.calculation
    most = max(counted.amount, counted.substitute) if counted else 0
    return {
        "name": str(way.remedy.name),
        "what": str(way.remedy.what),
        "returns": way.remedy.returns,
        "clause": link(way.remedy.clause),
        "at_most": way.at_most,
        "lines": letter.line_words(counted.lines, currency) if counted else [],
        # What depends on a sum that was not given comes to nothing yet, and not to a sum of nothing.
        "amount": money.sign(currency) + money.text(most, currency) if most else "",
    }
