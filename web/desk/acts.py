"""What the bench may do to a case, one page an event: the form, the act, and what will happen."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from arbitration import appeals, approvals, assignment, inquiries, queries
from common import money
from common.actor import Actor, Role
from common.errors import Refused
from disputes import clocks, intervention, offers, refusals, statements
from disputes.lifecycle import LIFECYCLE, Event, State
from disputes.models import Case
from rulebook import queries as rulebook
from rulebook.schema import Jury
from web import acts, fetch
from web.acts import ActForm, ActPage, Text
from web.desk import closed, forms, shell
from web.party.forms import ExtendForm

Lines = list[tuple[str, Text]]

# Events that are decided on a page of their own.
_PREVIEWED = frozenset({Event.RULING_SERVED, Event.RULING_PROPOSED, Event.RULING_RETURNED})


def act(request: HttpRequest, number: str, event: str) -> HttpResponse:
    """The page of one event. A ruling goes out from its preview, a proposed one from the page of its approval."""
    if event in _PREVIEWED:
        found = fetch.case_or_404(number, shell.reader(request))
        approving = Event.RULING_RETURNED in LIFECYCLE.open_to(State(found.state), Role.SENIOR)
        return HttpResponseRedirect(reverse("desk:approval" if approving else "desk:preview", args=[number]))
    return acts.view(
        request,
        number,
        event,
        roles=(Role.SENIOR, Role.ARBITRATOR),
        registry=DESK,
        area="desk",
        layout=shell.LAYOUT,
        why_not=closed.why_not,
        context=lambda form: shell.around(form.actor, "queue", form.now),
    )


def _common(form: ActForm) -> dict[str, Any]:
    return {"actor": form.actor, "now": form.now, "seen": form.seen_version}


def _take(form: ActForm) -> None:
    assignment.take(form.case.pk, **_common(form))


def _hand_back(form: ActForm) -> None:
    data = form.cleaned_data
    assignment.hand_back(form.case.pk, reason=data["reason"], text=data["text"], recuse=data["recuse"], **_common(form))


def _ask(form: ActForm) -> None:
    assert isinstance(form, forms.AskForm)
    inquiries.ask_more(form.case.pk, items=form.items(), text=form.cleaned_data["text"], **_common(form))


def _jury(form: ActForm) -> None:
    inquiries.send_to_jury(form.case.pk, question=form.cleaned_data["question"], **_common(form))


def _check_question(form: ActForm) -> dict[str, Any] | None:
    """The question as it will be asked, before anybody is drawn; ``None`` where the form says first what is wrong."""
    question = form.cleaned_data.get("question", "").strip()
    refusals_of = inquiries.against_asking(form.case, question) if question else ()
    if len(question) > statements.LONGEST:
        too_long = Refused("text_too_long", longest=statements.LONGEST, length=len(question))
        form.add_error("question", refusals.say(too_long))
    for code in refusals_of:
        form.add_error(form.field_of.get(code), refusals.say(Refused(code)))
    jury = rulebook.rules(form.case.procedure_rules_id).jury(form.case.claimed)
    if form.errors or jury is None:
        return None
    return {"question": question, "size": jury.size, "hidden": [("seen", form["seen"].value()), ("question", question)]}


def _offer(form: ActForm) -> None:
    data = form.cleaned_data
    try:
        offers.make(
            form.case.pk, amount=data["amount"], returns=data.get("returns", False), text=data["text"], **_common(form)
        )
    except Refused as refused:
        if refused.code != "amount_out_of_range":
            raise
        # The sentence of that code is the buyer's: what they can ask for.
        raise Refused("value_out_of_range", **refused.data) from None


def _retract(form: ActForm) -> None:
    offers.retract(form.cleaned_data["offer"], **_common(form))


def _stop(form: ActForm) -> None:
    data = form.cleaned_data
    clocks.stop(form.case.pk, reason=data["reason"], text=data["text"], **_common(form))


def _resume(form: ActForm) -> None:
    clocks.resume(form.case.pk, **_common(form))


def _extend(form: ActForm) -> None:
    assert isinstance(form, ExtendForm)
    clocks.extend(form.case.pk, hours=form.longer, text=form.cleaned_data["text"], **_common(form))


def _admit(form: ActForm) -> None:
    intervention.admit(form.case.pk, **_common(form))


def _not_admit(form: ActForm) -> None:
    data = form.cleaned_data
    intervention.not_admit(form.case.pk, code=data["code"], text=data["text"], **_common(form))


def _take_appeal(form: ActForm) -> None:
    appeals.take(form.case.pk, **_common(form))


def _uphold(form: ActForm) -> None:
    appeals.uphold(form.case.pk, reasons=form.cleaned_data["reasons"], **_common(form))


def _send_back(form: ActForm) -> None:
    appeals.send_back(form.case.pk, reasons=form.cleaned_data["reasons"], **_common(form))


def _change(form: ActForm) -> None:
    data = form.cleaned_data
    appeals.change(form.case.pk, version=data["version"] or 0, reasons=data["reasons"], **_common(form))


def _taken(case: Case, actor: Actor) -> Lines:
    return [
        ("inbox", _("It leaves the queue: you rule it, or hand it on.")),
        ("timer", _("The term for the ruling begins when you take it.")),
    ]


def _asked(case: Case, actor: Actor) -> Lines:
    return [
        ("bell", _("Whoever you ask has 48 hours; the other side is told too.")),
        ("timer", _("Your own clock stands still until then.")),
        ("gavel", _("Without an answer the review goes on with what is there.")),
    ]


def _jury_sits(case: Case, actor: Actor) -> Lines:
    rules = rulebook.rules(case.procedure_rules_id)
    jury = rules.jury(case.claimed)
    return [
        *([("scale", _asked_by_sum(jury, case.currency))] if jury is not None else []),
        ("users-round", _("The jury votes within 48 hours; it sees no names and no shop.")),
        ("gavel", _("Without enough votes the case comes back to you.")),
    ]


def _asked_by_sum(jury: Jury, currency: str) -> str:
    return _("Claims of up to %(sum)s are for %(size)s people; %(majority)s of %(size)s for one side carry.") % {
        "sum": money.sign(currency) + money.text(jury.up_to, currency),
        "size": jury.size,
        "majority": jury.majority,
    }


def _stopped(case: Case, actor: Actor) -> Lines:
    return [
        ("timer", _("All clocks of the case stand still; what is left to each is kept.")),
        ("bell", _("Both sides are told why.")),
    ]


def _take_approval(form: ActForm) -> None:
    ruling = queries.proposed(form.case)
    if ruling is None:
        raise Refused("ruling_not_proposed")
    approvals.take(ruling.pk, **_common(form))


def _handed_back(case: Case, actor: Actor) -> Lines:
    if State(case.state) in (State.AWAITING_APPROVAL, State.UNDER_APPEAL):
        return [
            ("inbox", _("Another senior takes it; what you began to write is not shown to them.")),
            ("timer", _("Its clock goes on.")),
        ]
    return [
        ("inbox", _("The case waits in the queue again; your draft is kept but not shown to others.")),
        ("timer", _("Its clock starts anew.")),
    ]


def _list_of(form: ActForm) -> str:
    """The list that the case was taken from: whoever may not work on it again does not see it any more."""
    lists = {State.AWAITING_APPROVAL: "desk:review", State.UNDER_APPEAL: "desk:appeals"}
    return reverse(lists.get(State(form.case.state), "desk:queue"))


def _offered(case: Case, actor: Actor) -> Lines:
    return [
        ("bell", _("Both sides read it. It binds only when both accept.")),
        ("timer", _("It stands for 48 hours; the review goes on meanwhile.")),
    ]


def _upheld(case: Case, actor: Actor) -> Lines:
    return [
        ("bell", _("Both sides get the decision with your reasons.")),
        ("lock-keyhole", _("The ruling is final and is carried out.")),
    ]


def _changed(case: Case, actor: Actor) -> Lines:
    return [
        ("bell", _("Both sides get the new decision letter.")),
        ("hand-coins", _("The new ruling takes the place of the first one, its sum included.")),
        ("lock-keyhole", _("It is final and is carried out.")),
    ]


def _sent_back(case: Case, actor: Actor) -> Lines:
    return [
        ("bell", _("Both sides are told why.")),
        ("inbox", _("The case joins the queue again and somebody else rules it.")),
        ("hand-coins", _("Nothing is paid under the ruling that is set aside.")),
    ]


DESK: dict[Event, ActPage] = {
    Event.TAKEN: ActPage(_take, consequences=_taken, done=gettext_lazy("The case is yours.")),
    Event.HANDED_BACK: ActPage(
        _hand_back,
        form=forms.HandBackForm,
        consequences=_handed_back,
        done=gettext_lazy("It is off your hands; somebody else takes it."),
        onward=_list_of,
    ),
    Event.APPROVAL_TAKEN: ActPage(_take_approval, done=gettext_lazy("The ruling is yours to check.")),
    Event.MORE_EVIDENCE_ASKED: ActPage(_ask, form=forms.AskForm, consequences=_asked, template="desk/ask.html"),
    Event.SENT_TO_JURY: ActPage(
        _jury,
        form=forms.JuryForm,
        consequences=_jury_sits,
        template="desk/jury_ask.html",
        check=_check_question,
        check_template="desk/jury_check.html",
    ),
    Event.OFFER_MADE: ActPage(_offer, form=forms.BenchOfferForm, consequences=_offered),
    Event.OFFER_RETRACTED: ActPage(_retract, form=forms.PlatformOfferForm, template="case/offer.html"),
    Event.CLOCKS_STOPPED: ActPage(_stop, form=forms.PauseForm, consequences=_stopped),
    Event.CLOCKS_RESUMED: ActPage(_resume),
    Event.DEADLINE_EXTENDED: ActPage(_extend, form=ExtendForm),
    Event.ADMITTED: ActPage(_admit),
    Event.NOT_ADMITTED: ActPage(_not_admit, form=forms.NotAdmittedForm, danger=True),
    Event.APPEAL_TAKEN: ActPage(_take_appeal, done=gettext_lazy("The appeal is yours to decide.")),
    Event.APPEAL_UPHELD: ActPage(_uphold, form=forms.ReasonsForm, consequences=_upheld, danger=True),
    Event.APPEAL_CHANGED: ActPage(_change, form=forms.ChangeForm, consequences=_changed, danger=True),
    Event.APPEAL_SENT_BACK: ActPage(_send_back, form=forms.ReasonsForm, consequences=_sent_back, danger=True),
}
