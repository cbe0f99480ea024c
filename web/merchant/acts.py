"""What a shop may do, one page an event: the shared acts of a party, and asking the platform to step in."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime, timedelta

from django.forms import Textarea
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from common.actor import Actor, Role
from disputes import intervention
from disputes.intervention import Claim
from disputes.lifecycle import Event, State
from disputes.models import Case
from rulebook import queries as rulebook
from web import acts, reversed_roles
from web.acts import ActForm, ActPage, Text
from web.fields import WordsField
from web.merchant import colleagues, like, reply
from web.party.acts import PARTY

# What stands out on a case, the most wanted first: what the shop owes now, then what serves it.
FIRST = (
    Event.CLAIM_REBUTTED,
    Event.APPEAL_ANSWERED,
    Event.COMPLIED,
    Event.RETURN_ACCEPTED,
    Event.RETURN_AGREED,
    Event.REFUND_AGREED,
    Event.MERCHANT_HANDED_IN,
    Event.MORE_EVIDENCE_HANDED_IN,
    Event.APPEAL_FILED,
    Event.EVIDENCE_ADDED,
    Event.OFFER_MADE,
)
SECOND = (
    Event.CLAIM_ACCEPTED,
    Event.REFUND_REFUSED,
    Event.RETURN_REFUSED,
    Event.EVIDENCE_ADDED,
    Event.APPEAL_WAIVED,
    Event.OFFER_MADE,
)


class StepInForm(ActForm):
    """Why the platform should decide, point by point. Sum and remedy stay what the buyer asked for."""

    field_of = {
        "point_missing": "points",
        "too_many_points": "points",
        "point_too_long": "points",
        "point_twice": "points",
        "text_missing": "text",
        "text_too_long": "text",
    }
    points = WordsField(
        label=gettext_lazy("What should be decided"),
        help_text=gettext_lazy("One point a line, for example: the goods were complete when they left."),
        max_length=2000,
        widget=Textarea(attrs={"rows": 4}),
    )
    text = WordsField(
        label=gettext_lazy("What happened"),
        help_text=gettext_lazy("The buyer reads this. At most 500 characters."),
        max_length=4000,
        widget=Textarea(attrs={"rows": 5, "data-max": 500}),
    )

    def claim(self) -> Claim:
        case = self.case
        remedies = rulebook.rules(case.substance_rules_id).type(case.type_code).remedies
        return Claim(
            type_code=case.type_code,
            remedy=case.remedy if case.remedy in remedies else remedies[0],
            amount=case.claimed,
            returns=case.returns,
            points=tuple(line.strip() for line in self.cleaned_data["points"].splitlines() if line.strip()),
            story=self.cleaned_data["text"],
        )


def _step_in(form: ActForm) -> None:
    assert isinstance(form, StepInForm)
    intervention.request(form.case.pk, form.claim(), actor=form.actor, now=form.now, seen=form.seen_version)


def _stepping_in(case: Case, actor: Actor) -> list[tuple[str, Text]]:
    return [
        ("scale", _("The platform checks whether it can step in, and then asks both sides for evidence.")),
        ("hand-coins", _("Until it is decided the payment stays where it is.")),
    ]


MERCHANT: dict[Event, ActPage] = {
    **PARTY,
    Event.OFFER_MADE: replace(
        PARTY[Event.OFFER_MADE],
        form=colleagues.ShopOfferForm,
        template="merchant/offer.html",
        beside=lambda form: {"like": like.of(form.case)},
    ),
    Event.INTERVENTION_REQUESTED: ActPage(_step_in, form=StepInForm, consequences=_stepping_in),
}


def pages_for(case: Case, now: datetime) -> Collection[Event]:
    """The acts worth a button. Asking the platform is not, while the shop's own answer is still the first thing wanted."""
    if reversed_roles.is_merchants(case):
        # Its points are the shop's own.
        return [event for event in MERCHANT if event is not Event.POINT_ANSWERED]
    opens_after = rulebook.rules(case.procedure_rules_id).step("intervention_opens").duration.amount
    untouched = case.state == State.AWAITING_MERCHANT.value and case.refusals_so_far == 0
    if untouched and now < case.opened_at + timedelta(hours=opens_after):
        return [event for event in MERCHANT if event is not Event.INTERVENTION_REQUESTED]
    return MERCHANT


def act(request: HttpRequest, number: str, event: str) -> HttpResponse:
    """One event of one case. The answer to the points has pages of its own, as long as it is open."""
    if event in reply.EVENTS:
        answer = reply.page(request, number, Event(event))
        if answer is not None:
            return answer
    return acts.view(
        request,
        number,
        event,
        roles=(Role.MERCHANT,),
        registry=MERCHANT,
        area="merchant",
        layout="layout/area.html",
        why_not=colleagues.why_not,
    )
