"""What members of a shop arrange among themselves about one case: who looks after it, notes, and a second person's word.

Nothing here is shown to another side, and nothing here moves a case.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.forms import ChoiceField, Textarea
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from accounts import hats
from accounts.models import Membership, Merchant, Right
from common import money
from common.actor import Actor, Role, Side
from common.errors import Missing, Refused
from disputes import consents, handling, labels, refusals
from disputes.handling import Waiting
from disputes.lifecycle import LIFECYCLE, Event, State
from disputes.models import Case, Consent
from web import fetch, sums, wording
from web.acts import ActForm, ActPage, Closed
from web.fields import WordsField
from web.forms import HouseForm
from web.merchant import arrange, shell
from web.merchant.arrange import Part
from web.party import closed, forms
from web.selects import PlainSelect

AROUND = (*fetch.AROUND, "handling__member")


# --- on the page of the case ----------------------------------------------------------------------------------------


def beside(case: Case, actor: Actor, now: datetime) -> dict[str, Any]:
    """What the case page shows of it. One query."""
    found = handling.beside(case.pk)
    fresh = found.typed_at is not None and found.typed_by != actor.id and now - found.typed_at < handling.WORKING
    there = reverse("merchant:propose", args=[case.number])
    open_now = LIFECYCLE.open_to(State(case.state), Role.MERCHANT) if not case.ruled_by_id else ()
    return {
        "assignee": found.assignee,
        "working": found.typed_name if fresh else "",
        "notes": found.notes,
        "desk_href": reverse("merchant:desk", args=[case.number]),
        "consent": _told(found.waits, case, actor),
        "offer_href": f"{there}?event={Event.OFFER_MADE.value}" if Event.OFFER_MADE in open_now else "",
    }


def _told(consent: Waiting | None, case: Case, actor: Actor) -> dict[str, Any] | None:
    if consent is None or not consents.is_possible(case, consent.event):
        return None
    act = reverse("merchant:act", args=[case.number, consent.event])
    return {
        "who": consent.name,
        "what": labels.ACTIONS[Event(consent.event)],
        "amount": consent.amount,
        "currency": case.currency,
        "returns": consent.returns,
        "text": consent.text,
        "mine": consent.by == actor.id,
        "href": f"{act}?offer={consent.offer}" if consent.offer else act,
        "decline_href": reverse("merchant:consent_decline", args=[case.number, consent.id]),
    }


# --- who looks after it, and notes ----------------------------------------------------------------------------------


class AssignForm(HouseForm):
    member = ChoiceField(label=gettext_lazy("Assignee"), required=False, widget=PlainSelect)
    note = WordsField(
        label=gettext_lazy("Note on handing over"),
        required=False,
        max_length=handling.LONGEST_NOTE,
        widget=Textarea(attrs={"rows": 2, "data-max": handling.LONGEST_NOTE}),
        help_text=gettext_lazy("Shop only: nobody outside of the shop reads it. At most 300 characters."),
    )


class NoteForm(HouseForm):
    text = WordsField(
        label=gettext_lazy("A note for colleagues"),
        max_length=handling.LONGEST_NOTE,
        widget=Textarea(attrs={"rows": 2, "data-max": handling.LONGEST_NOTE}),
        help_text=gettext_lazy("Shop only: nobody outside of the shop reads it. At most 300 characters."),
    )


def desk(request: HttpRequest, number: str) -> HttpResponse:
    """Who looks after the case, handing it over, and all notes."""
    here = shell.enter(request)
    case, now = fetch.case_and_now_or_404(number, here.actor, around=AROUND)
    people = people_of(here.shop_id, now)
    held = getattr(case, "handling", None)

    def assign_form(*args: Any, **kwargs: Any) -> AssignForm:
        form = AssignForm(*args, **kwargs)
        form.fields["member"].choices = people  # type: ignore[attr-defined]
        form.fields["member"].initial = str(held.member_id or "") if held is not None else ""
        return form

    parts = {}
    if Right.RESPOND in here.rights:
        parts = {
            "assign": Part(
                lambda shop, data: handling.assign(
                    case.pk,
                    member_id=int(data["member"]) if data["member"] else None,
                    note=data["note"],
                    actor=shop.actor,
                    now=shop.now,
                ),
                assign_form,
            ),
            "note": Part(
                lambda shop, data: handling.note(case.pk, text=data["text"], actor=shop.actor, now=shop.now), NoteForm
            ),
        }
    shown = arrange.answer(request, here, parts, reverse("merchant:desk", args=[case.number]))
    if isinstance(shown, HttpResponseRedirect):
        return shown
    context = {
        "title": _("Shop only"),
        "case": case,
        "forms": shown,
        "form": arrange.failed(shown),
        "notes": handling.notes_of(case),
        "assignee": held.member.get_full_name() if held is not None and held.member is not None else "",
    }
    status = 422 if context["form"] else 200
    return render(request, "merchant/desk.html", shell.around(here, "", **context), status=status)


def people_of(merchant_id: int, now: datetime) -> list[tuple[str, str]]:
    """Whom a case can be handed to, and who of them is away. One query."""
    members = Membership.objects.filter(
        merchant_id=merchant_id, removed_at__isnull=True, user__is_active=True
    ).select_related("user")
    people = [("", _("Nobody in particular"))]
    for row in members.order_by("since", "id"):
        away = row.away_until is not None and now < row.away_until
        name = row.user.get_full_name()
        people.append((str(row.user_id), _("%(name)s (away)") % {"name": name} if away else name))
    return people


# --- a second person ------------------------------------------------------------------------------------------------


def why_not(case: Case, actor: Actor, event: Event, now: datetime, query: Mapping[str, str]) -> Closed | None:
    """Why an act is not open to this member; where only its sum speaks against it, they can propose it to a colleague."""
    found = closed.why_not(case, actor, event, now, query)
    if event not in consents.EVENTS or event is Event.OFFER_MADE:
        return found
    there = f"{reverse('merchant:propose', args=[case.number])}?event={event.value}"
    if query.get("offer", "").isdecimal():
        there += f"&offer={query['offer']}"
    way = (_("Propose it to a colleague"), there)
    if found is not None:
        return replace(found, instead=[way, *found.instead]) if found.refused.code == "over_your_limit" else found
    offer, _gone = closed.meant(_offers(case), event, Side.MERCHANT, now, query.get("offer", ""))
    amount = closed.at_stake(case, event, offer)
    limit = Merchant.objects.values_list("second_above", flat=True).get(pk=case.merchant_id)
    if limit is None or amount <= limit:
        return None
    waiting = consents.waiting_for(case)
    if waiting is not None and waiting.by_id != actor.id and (waiting.event, waiting.amount) == (event.value, amount):
        return None
    assert actor.merchant_id is not None
    others = [one for one in hats.who_may_accept(actor.merchant_id, amount) if one.pk != actor.id]
    if not others:
        # To propose it would wait for nobody, until the term has run out.
        members = (_("Members"), reverse("merchant:members"))
        return Closed(Refused("nobody_can_be_second", highest=limit, currency=case.currency), instead=[members])
    return Closed(
        Refused("needs_a_second_person", highest=limit, currency=case.currency),
        people=[one.get_full_name() for one in others],
        instead=[] if waiting is not None and waiting.by_id == actor.id else [way],
    )


class ShopOfferForm(forms.OfferForm):
    """A proposal to the buyer. What a colleague proposed is filled in already: they need just this sum confirmed."""

    field_of = {**forms.OfferForm.field_of, "needs_a_second_person": "amount"}

    def prepare(self) -> None:
        super().prepare()
        waiting = consents.waiting_for(self.case)
        if waiting is not None and waiting.event == Event.OFFER_MADE.value:
            self.fields["amount"].initial = money.text(waiting.amount, self.case.currency)
            self.fields["returns"].initial = waiting.returns
            self.fields["text"].initial = waiting.text


class WishForm(forms.OfferForm):
    """A proposal to the buyer that a colleague would have to confirm: one's own limit does not bound it."""

    def prepare(self) -> None:
        super().prepare()
        case = self.case
        self.fields["amount"].help_text = sums.at_most(case.paid, case.line.paid, case.currency)


def propose(request: HttpRequest, number: str) -> HttpResponse:
    """What this member would accept waits for a colleague, who finds it on the case and in the list."""
    here = shell.enter(request)
    case, now = fetch.case_and_now_or_404(number, here.actor)
    asked = request.POST.get("event", "") or request.GET.get("event", "")
    try:
        event = Event(asked)
    except ValueError:
        raise Http404 from None
    if event not in consents.EVENTS:
        raise Http404
    kind: type[ActForm] = ActForm
    if event is Event.OFFER_MADE:
        kind = WishForm
    elif event is Event.OFFER_ACCEPTED:
        kind = forms.OpenOfferForm
    posted = request.method == "POST"
    form = kind(request.POST if posted else None, case=case, actor=here.actor, now=now, request=request)
    if posted and form.is_valid() and _propose(form, event):
        messages.success(request, _("It waits for a colleague now. The deadline runs on."))
        return HttpResponseRedirect(reverse("merchant:case", args=[case.number]))
    verb = _("Propose it to a colleague")
    context = {
        "form": form,
        "case": case,
        "page": ActPage(lambda _form: None),
        "verb": verb,
        "title": wording.labelled(verb, str(labels.ACTIONS[event])),
        "back": reverse("merchant:case", args=[case.number]),
        "layout": "layout/area.html",
        "consequences": [
            {"icon": "users-round", "text": _("A colleague with the right confirms it, or does not.")},
            {"icon": "timer", "text": _("The deadline does not wait for them.")},
            {"icon": "eye-off", "text": _("The buyer sees nothing of it until it is confirmed.")},
        ],
    }
    template = "case/offer.html" if event is Event.OFFER_ACCEPTED else "case/act.html"
    status = 422 if form.errors else 200
    return render(request, template, shell.around(here, "", **context), status=status)


def _propose(form: ActForm, event: Event) -> bool:
    data, case = form.cleaned_data, form.case
    offer_id = data.get("offer")
    if event is Event.OFFER_MADE:
        amount = data["amount"]
    elif event is Event.OFFER_ACCEPTED:
        amount = next((offer.amount for offer in _offers(case) if offer.pk == offer_id), 0)
    else:
        amount = case.claimed
    try:
        consents.propose(
            case.pk,
            event=event,
            amount=amount,
            returns=bool(data.get("returns")),
            offer_id=offer_id,
            text=data.get("text", ""),
            actor=form.actor,
            now=form.now,
            seen=form.seen_version,
        )
    except Missing:
        raise Http404 from None
    except Refused as refused:
        name = "amount" if refused.code == "amount_out_of_range" and "amount" in form.fields else None
        form.add_error(name, ValidationError(refusals.say(refused), code=refused.code))
        return False
    return True


@require_POST
def decline(request: HttpRequest, number: str, consent: int) -> HttpResponse:
    """Taken back by whoever proposed it, or not wanted by a colleague."""
    actor = fetch.actor_or_404(request, Role.MERCHANT)
    case, now = fetch.case_and_now_or_404(number, actor)
    if not Consent.objects.filter(pk=consent, case=case).exists():
        raise Http404
    try:
        consents.decline(consent, actor=actor, now=now)
    except Missing:
        raise Http404 from None
    except Refused as refused:
        messages.error(request, refusals.say(refused))
    else:
        messages.success(request, _("It waits no more. The case is as open as before."))
    return HttpResponseRedirect(reverse("merchant:case", args=[case.number]))


def _offers(case: Case) -> list[Any]:
    return list(case.offers.filter(state="open").order_by("made_at", "id"))
