"""What a party may do, one page an event: the form, the act, and what will happen."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from arbitration import appeals
from common.actor import Actor
from disputes import clocks, compliance, intervention, negotiation, offers, queries, rebuttals, submissions
from disputes.lifecycle import Event, Kind
from disputes.models import Case
from rulebook import queries as rulebook
from web import case_page, reversed_roles
from web.acts import ActForm, ActPage
from web.party import agreeing, appeal, appealed, evidence_forms, files, forms, texts
from web.party.agreeing import Lines, source, summed
from web.party.appeal_form import AppealForm


def _plain(act: Callable[..., Any]) -> Callable[[ActForm], Any]:
    """Acts that need nothing but the case."""
    return lambda form: act(form.case.pk, actor=form.actor, now=form.now, seen=form.seen_version)


def _with_text(act: Callable[..., Any]) -> Callable[[ActForm], Any]:
    return lambda form: act(
        form.case.pk, text=form.cleaned_data["text"], actor=form.actor, now=form.now, seen=form.seen_version
    )


def _offer(act: Callable[..., Any]) -> Callable[[ActForm], Any]:
    return lambda form: act(form.cleaned_data["offer"], actor=form.actor, now=form.now, seen=form.seen_version)


def _revise(form: ActForm) -> None:
    data = form.cleaned_data
    negotiation.revise(
        form.case.pk,
        kind=Kind(data["kind"]),
        amount=data["amount"],
        text=data["text"],
        actor=form.actor,
        now=form.now,
        seen=form.seen_version,
    )


def _ship(form: ActForm) -> None:
    data = form.cleaned_data
    negotiation.ship_return(
        form.case.pk,
        carrier=data["carrier"],
        tracking=data["tracking"],
        actor=form.actor,
        now=form.now,
        seen=form.seen_version,
    )


def _make_offer(form: ActForm) -> None:
    data = form.cleaned_data
    offers.make(
        form.case.pk,
        amount=data["amount"],
        returns=data.get("returns", False),
        text=data["text"],
        actor=form.actor,
        now=form.now,
        seen=form.seen_version,
    )


def _add_evidence(form: ActForm) -> None:
    data = form.cleaned_data
    about = {"code": data["code"], "name": data["name"], "note": data["note"], "actor": form.actor}
    taken = files.Taken()
    if data["file"]:
        taken = files.take(form.case, data["file"], **about)
        for refused, why in taken.refused:
            form.add_error(form.field_of.get(refused.code, "file"), why)
    if texts.is_there(data["text"]):
        written = texts.take(form.request, form.case, data["text"], **about)
        for refused, why in written.refused:
            form.add_error(form.field_of.get(refused.code, "text"), why)
        taken.join(written)
    if taken.refused and taken.exhibits:  # the form comes again, for what was refused
        messages.success(form.request, taken.words)
    elif taken.same:
        form.told = taken.words


def _withdraw_evidence(form: ActForm) -> None:
    submissions.withdraw_evidence(
        form.case.pk, int(form.cleaned_data["exhibit"]), actor=form.actor, now=form.now, seen=form.seen_version
    )


def _answer_exhibit(form: ActForm) -> None:
    data = form.cleaned_data
    rebuttals.answer(
        form.case.pk,
        int(data["exhibit"]),
        stance=data["stance"],
        grounds=data["grounds"] if data["stance"] == "disputed" else (),
        text=data["text"],
        actor=form.actor,
        now=form.now,
        seen=form.seen_version,
    )


def _answer_points(form: ActForm) -> None:
    assert isinstance(form, evidence_forms.AnswersForm)
    submissions.answer_points(form.case.pk, form.answers(), actor=form.actor, now=form.now, seen=form.seen_version)


def _rebut(form: ActForm) -> None:
    assert isinstance(form, evidence_forms.AnswersForm)
    intervention.rebut(
        form.case.pk,
        form.answers(),
        text=form.cleaned_data["text"],
        actor=form.actor,
        now=form.now,
        seen=form.seen_version,
    )


def _extend(form: ActForm) -> None:
    assert isinstance(form, forms.ExtendForm)
    text = form.cleaned_data["text"]
    clocks.extend(form.case.pk, hours=form.longer, text=text, actor=form.actor, now=form.now, seen=form.seen_version)


def _refund_now(case: Case, actor: Actor) -> Lines:
    kept: Lines = [("package", _("The buyer keeps the goods."))] if case.order.has_arrived else []
    return [
        ("hand-coins", _("%(sum)s goes to the buyer.") % {"sum": summed(case.claimed, case.currency)}),
        source(),
        *kept,
        ("lock-keyhole", _("This ends the case and cannot be undone.")),
    ]


def _return_first(case: Case, actor: Actor) -> Lines:
    return [
        ("truck", _("The buyer has 7 days to send the goods back.")),
        (
            "hand-coins",
            _("%(sum)s goes to the buyer when they have arrived.") % {"sum": summed(case.claimed, case.currency)},
        ),
        source(),
    ]


def _claim_accepted(case: Case, actor: Actor) -> Lines:
    if reversed_roles.is_merchants(case):
        given = {"sum": summed(case.claimed, case.currency)}
        return [
            ("hand-coins", _("%(sum)s of what you were paid goes back to the merchant.") % given),
            ("scale", _("You need not accept: an arbitrator decides, with reasons for every point.")),
            ("lock-keyhole", _("This ends the case and cannot be undone.")),
        ]
    return _return_first(case, actor) if case.returns else _refund_now(case, actor)


def _appeal_beside(form: ActForm) -> dict[str, Any]:
    """What is answered, beside the answer."""
    rules = rulebook.rules(form.case.substance_rules_id)
    views = case_page.exhibits_for(form.case, form.actor, rules, form.now)
    return {"appeal": appealed.card(form.case, list(queries.points(form.case)), views)}


def _return_confirmed(case: Case, actor: Actor) -> Lines:
    amount = case.outcome.amount if case.outcome is not None else case.claimed
    if case.substitute:
        instead = _("It is then your turn to do what was ordered; if it is not done in time, you owe %(sum)s instead.")
        return [
            ("package", instead % {"sum": summed(case.substitute, case.currency)}),
            ("lock-keyhole", _("This cannot be undone.")),
        ]
    return [
        ("hand-coins", _("%(sum)s goes to the buyer.") % {"sum": summed(amount, case.currency)}),
        ("lock-keyhole", _("This ends the case and cannot be undone.")),
    ]


def _complied(case: Case, actor: Actor) -> Lines:
    amount = case.outcome.amount if case.outcome is not None else 0
    if case.substitute:
        instead = summed(case.substitute, case.currency)
        paid: Lines = [("hand-coins", _("%(sum)s goes to the buyer.") % {"sum": summed(amount, case.currency)})]
        return [
            ("eye", _("The buyer reads what you write and can ask again if it is not so.")),
            *(paid if amount else []),
            ("circle-check", _("%(sum)s is then no longer owed instead.") % {"sum": instead}),
        ]
    return [
        ("hand-coins", _("%(sum)s goes to the buyer.") % {"sum": summed(amount, case.currency)}),
        source(),
        ("circle-check", _("The ruling counts as carried out of your own accord.")),
    ]


def _handed_in(case: Case, actor: Actor) -> Lines:
    if actor.side is not None and reversed_roles.is_merchants(case) and actor.side.value == case.claimant:
        return [
            ("user-round", _("The buyer sees your words and evidence as you gave them.")),
            ("timer", _("The buyer then has 24 hours to answer each point. Silence admits nothing.")),
            ("upload", _("You can still add evidence until the period ends.")),
        ]
    if actor.side is not None and actor.side.value == case.claimant:
        return [
            (
                "store",
                _(
                    "The merchant sees your words and evidence as you wrote them. The phone and address of your "
                    "account are not shown; do not write them into the text."
                ),
            ),
            ("timer", _("The merchant then has 24 hours to accept or to answer each point.")),
            ("upload", _("You can still add evidence until the period ends.")),
        ]
    return [("upload", _("You can still add evidence until the period ends."))]


def _waived(case: Case, actor: Actor) -> Lines:
    return [
        ("circle-x", _("You cannot appeal in this case any more.")),
        ("timer", _("When the other side waives too, the ruling is carried out at once.")),
    ]


PARTY: dict[Event, ActPage] = {
    Event.REFUND_AGREED: ActPage(_plain(negotiation.agree_refund), consequences=_refund_now),
    Event.RETURN_AGREED: ActPage(_plain(negotiation.agree_return), consequences=_return_first),
    Event.REFUND_REFUSED: ActPage(
        _with_text(negotiation.refuse),
        form=forms.ReasonForm,
        lead=gettext_lazy("The buyer can then change the request or ask the platform to step in."),
    ),
    Event.REQUEST_REVISED: ActPage(_revise, form=forms.ReviseForm),
    Event.RETURN_SHIPPED: ActPage(
        _ship, form=forms.ReturnForm, consequences=lambda case, actor: agreeing.where_to(case)
    ),
    Event.RETURN_ACCEPTED: ActPage(_plain(negotiation.accept_return), consequences=_return_confirmed),
    Event.RETURN_REFUSED: ActPage(
        _with_text(negotiation.refuse_return),
        form=forms.ReasonForm,
        lead=gettext_lazy("Say what is wrong with what came back. The platform can then be asked to step in."),
    ),
    Event.WITHDRAWN: ActPage(_plain(negotiation.withdraw), consequences=agreeing.withdrawing, danger=True),
    Event.OFFER_MADE: ActPage(
        _make_offer,
        form=forms.OfferForm,
        lead=gettext_lazy("A proposal stands for 48 hours. If it is accepted, the case ends on these terms."),
    ),
    Event.OFFER_ACCEPTED: ActPage(
        _offer(offers.accept), form=forms.OpenOfferForm, template="case/offer.html", beside=agreeing.accepting
    ),
    Event.OFFER_DECLINED: ActPage(_offer(offers.decline), form=forms.OpenOfferForm, template="case/offer.html"),
    Event.OFFER_RETRACTED: ActPage(_offer(offers.retract), form=forms.OwnOfferForm, template="case/offer.html"),
    Event.EVIDENCE_ADDED: ActPage(
        _add_evidence,
        form=evidence_forms.EvidenceForm,
        template="case/add.html",
        done=gettext_lazy("Received. The receipt stands beside the evidence."),
        upload=True,
    ),
    Event.EVIDENCE_WITHDRAWN: ActPage(
        _withdraw_evidence,
        form=evidence_forms.OwnExhibitForm,
        lead=gettext_lazy("It then counts for nothing. Its number and fingerprint stay in the record."),
        danger=True,
    ),
    Event.EXHIBIT_ANSWERED: ActPage(
        _answer_exhibit,
        form=evidence_forms.ExhibitAnswerForm,
        lead=gettext_lazy("Your answer stands beside it for the other side and the arbitrator. It is given once."),
    ),
    Event.POINT_ANSWERED: ActPage(_answer_points, form=evidence_forms.AnswersForm, template="case/answers.html"),
    Event.BUYER_HANDED_IN: ActPage(_plain(submissions.hand_in), consequences=_handed_in),
    Event.MERCHANT_HANDED_IN: ActPage(_plain(submissions.hand_in), consequences=_handed_in),
    Event.CLAIM_ACCEPTED: ActPage(_plain(intervention.accept_claim), consequences=_claim_accepted),
    Event.CLAIM_REBUTTED: ActPage(
        _rebut,
        form=evidence_forms.AnswersForm,
        template="case/answers.html",
        lead=gettext_lazy("Answer every point. After this the case goes to an arbitrator."),
    ),
    Event.MORE_EVIDENCE_HANDED_IN: ActPage(_with_text(submissions.hand_in_more), form=forms.NoteForm),
    Event.APPEAL_FILED: ActPage(
        appeal.file,
        form=AppealForm,
        upload=True,
        consequences=appeal.effects,
        template="case/appeal.html",
        check=appeal.check,
        check_template="case/appeal_check.html",
        beside=appeal.before,
        lead=gettext_lazy(
            "A ruling can be appealed once: if you appeal, the other side answers. Somebody other than the first "
            "arbitrator decides."
        ),
    ),
    Event.APPEAL_WAIVED: ActPage(_plain(appeals.waive), consequences=_waived, danger=True),
    Event.APPEAL_ANSWERED: ActPage(
        _with_text(appeals.answer), form=forms.TextForm, template="case/appeal_answer.html", beside=_appeal_beside
    ),
    Event.COMPLIED: ActPage(_with_text(compliance.comply), form=forms.PerformanceForm, consequences=_complied),
    Event.DEADLINE_EXTENDED: ActPage(_extend, form=forms.ExtendForm),
}
