"""The forms of what a party may do. They parse and keep what was typed; the acts decide."""

from __future__ import annotations

from typing import Any

from django.core.validators import MaxValueValidator, MinValueValidator
from django.forms import (
    BooleanField,
    CharField,
    ChoiceField,
    HiddenInput,
    IntegerField,
    RadioSelect,
    TextInput,
    ValidationError,
)
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from common import money
from common.actor import Side
from common.errors import Refused
from disputes import clocks, deadlines, labels, negotiation, queries, refusals
from disputes.models import Offer
from disputes.states import Kind
from rulebook import queries as rulebook
from web import case_page, reversed_roles, sums
from web.acts import ActForm
from web.fields import amount_field, words


class ReasonForm(ActForm):
    """A few words that the other side will read."""

    field_of = {"text_missing": "text", "text_too_long": "text"}
    text = words(gettext_lazy("Your reason"), gettext_lazy("The other side reads this. At most 500 characters."))


class NoteForm(ActForm):
    """Words that may be left out."""

    field_of = {"text_too_long": "text"}
    text = words(gettext_lazy("Anything to add"), required=False)


class PerformanceForm(ActForm):
    """How what was ordered in kind was done. Where money is owed, there is nothing to write."""

    field_of = {"text_missing": "text", "text_too_long": "text"}
    text = words(
        gettext_lazy("How you did it"),
        gettext_lazy("The tracking number, the number of the invoice. The buyer reads this. At most 500 characters."),
    )

    def prepare(self) -> None:
        if not self.case.substitute:
            self.fields["text"] = CharField(required=False, widget=HiddenInput)


class ReviseForm(ActForm):
    """Another kind of refund, or another sum."""

    field_of = {"amount_out_of_range": "amount", "text_too_long": "text", "return_not_for_type": "kind"}
    kind = ChoiceField(label=gettext_lazy("What you ask for"), widget=RadioSelect)
    amount = amount_field(gettext_lazy("Amount"))
    text = words(gettext_lazy("Anything to add"), required=False)

    def prepare(self) -> None:
        rules = rulebook.rules(self.case.substance_rules_id)
        returnable = negotiation.may_return(rules, self.case.type_code)
        kinds = [k for k in negotiation.kinds_for(self.case.order.state) if returnable or k is not Kind.RETURN_REFUND]
        self.fields["kind"].choices = [(kind.value, labels.KINDS[kind]) for kind in kinds]  # type: ignore[attr-defined]
        self.fields["kind"].initial = self.case.kind
        self.fields["amount"].initial = money.text(self.case.claimed, self.case.currency)
        self.fields["amount"].currency = self.case.currency  # type: ignore[attr-defined]


class ReturnForm(ActForm):
    """The waybill of the way back."""

    field_of = {"tracking_number_unreadable": "tracking"}
    carrier = CharField(label=gettext_lazy("Carrier"), max_length=40)
    tracking = CharField(
        label=gettext_lazy("Tracking number"),
        max_length=40,
        help_text=gettext_lazy("8 to 24 letters or digits. The merchant sees it at once."),
        widget=TextInput(attrs={"autocapitalize": "characters", "autocomplete": "off"}),
    )


class OfferForm(ActForm):
    """What would settle it."""

    field_of = {
        "amount_out_of_range": "amount",
        "contested_amount_out_of_range": "amount",
        "over_your_limit": "amount",
        "text_too_long": "text",
    }
    amount = amount_field(gettext_lazy("Amount the buyer gets"))
    returns = BooleanField(label=gettext_lazy("The goods come back first"), required=False)
    text = words(gettext_lazy("A word to the other side"), required=False, rows=3)

    def prepare(self) -> None:
        self.fields["amount"].currency = self.case.currency  # type: ignore[attr-defined]
        case, limit = self.case, self.actor.limit
        self.fields["amount"].help_text = sums.at_most(case.paid, case.line.paid, case.currency)
        if self.actor.side is Side.BUYER:
            self.fields["amount"].label = _("Amount you get")
        if reversed_roles.is_merchants(case) or not case.order.has_left:
            del self.fields["returns"]
        if reversed_roles.is_merchants(case):
            claimed = money.sign(case.currency) + money.text(case.claimed, case.currency)
            self.fields["amount"].label = _("Amount the buyer gives back")
            self.fields["amount"].help_text = _("At most %(sum)s (what is claimed)") % {"sum": claimed}
        if limit is not None and limit < case.paid:
            own = money.sign(case.currency) + money.text(limit, case.currency)
            self.fields["amount"].help_text = _("At most %(sum)s (what you may accept)") % {"sum": own}


class OpenOfferForm(ActForm):
    """Which open proposal is meant: the one named in the address, or the only one."""

    offer = IntegerField(widget=HiddenInput)

    def prepare(self) -> None:
        self.offers = list(queries.open_offers(self.case.pk).select_related("statement"))
        named = self.request.GET.get("offer", "")
        first = next((offer for offer in self.offers if str(offer.pk) == named), None) or self._usual()
        self.fields["offer"].initial = first.pk if first else None

    def _usual(self) -> Offer | None:
        side = self.actor.side.value if self.actor.side else ""
        return next((offer for offer in self.offers if offer.side != side), None)

    def clean_offer(self) -> int:
        pk = int(self.cleaned_data["offer"])
        if pk not in {offer.pk for offer in self.offers}:
            raise ValidationError(refusals.say(Refused("offer_is_gone")))
        return pk

    @property
    def chosen(self) -> Offer | None:
        value = self["offer"].value()
        return next((offer for offer in self.offers if str(offer.pk) == str(value)), None)

    @property
    def offered(self) -> Any:
        """What is to happen with the sum of the chosen one."""
        return case_page.offered(self.chosen, self.case) if self.chosen is not None else ""


class OwnOfferForm(OpenOfferForm):
    def _usual(self) -> Offer | None:
        side = self.actor.side.value if self.actor.side else ""
        return next((offer for offer in self.offers if offer.side == side), None)


class ExtendForm(ActForm):
    """How much longer, in the measure of the clock that runs, and why. The rules' own limit stands beside the field."""

    field_of = {"extension_too_long": "hours", "text_missing": "text", "text_too_long": "text"}
    hours = IntegerField(label=gettext_lazy("Hours more"), min_value=1, max_value=24 * 30)
    text = words(gettext_lazy("Your reason"), gettext_lazy("Both sides read this. At most 500 characters."), rows=2)
    unit = 1

    def prepare(self) -> None:
        deadline = deadlines.running(self.case)
        allowed = deadlines.step_of(self.case, deadline.step).extendable if deadline else None
        field = self.fields["hours"]
        if deadline is None or allowed is None:
            field.help_text = _("The rules do not allow this deadline to be extended.")
            return
        most = clocks.longest_extension(allowed)
        help_text = _("At most %(most)s hours a time; %(left)s more times.")
        if deadline.clock in ("D", "BD"):
            self.unit, most = 24, most // 24
            if deadline.clock == "D":
                field.label, help_text = _("Days more"), _("At most %(most)s days a time; %(left)s more times.")
            else:
                field.label = _("Working days more")
                help_text = _("At most %(most)s working days a time; %(left)s more times.")
        field.help_text = help_text % {"most": most, "left": max(allowed.times - deadline.extensions, 0)}
        # What the field refuses by itself names the same limit as the line beside it.
        assert isinstance(field, IntegerField)
        field.max_value, field.widget.attrs["max"] = most, most
        field.validators = [MinValueValidator(1), MaxValueValidator(most)]

    @property
    def longer(self) -> int:
        """In hours, as the act takes it."""
        return int(self.cleaned_data["hours"]) * self.unit


class TextForm(ActForm):
    """An answer in words."""

    field_of = {"text_missing": "text", "text_too_long": "text"}
    text = words(gettext_lazy("Your answer"), gettext_lazy("At most 500 characters."))
