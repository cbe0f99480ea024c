"""What ending a case by agreement or by giving it up does with money and goods, told before the button is pressed."""

from __future__ import annotations

from django.utils.translation import gettext as _

from accounts import shop_desk
from common import money
from common.actor import Actor, Side
from disputes.lifecycle import NEGOTIATION, State
from disputes.models import Case, Offer
from rulebook import queries as rulebook
from web import reversed_roles
from web.acts import ActForm, Text
from web.rules import length

Lines = list[tuple[str, Text]]


def summed(amount: int, currency: str) -> str:
    return money.sign(currency) + money.text(amount, currency)


def source() -> tuple[str, Text]:
    """The ladder of sources (P01–P03), as far as it is the merchant's own money."""
    return "database", _("It comes from the held payment first, then from what is due to you, then from your deposit.")


def where_to(case: Case) -> Lines:
    """Where the goods go: told to the buyer only, and only while a return is due."""
    place = shop_desk.usual_address(case.merchant_id)
    if place is None:
        asks = _("The shop has not said here where to send it. Ask it in the chat of the order.")
        if State(case.state) in NEGOTIATION:
            else_ = _("If it gives you no address, ask the platform to step in: then the goods need not come back.")
        else:
            else_ = _("If it gives you no address in time, extend the term and tell the platform's support.")
        return [("package", asks), ("scale", else_)]
    where = {"recipient": place.recipient, "phone": place.phone, "address": place.address}
    return [("package", _("Send it to: %(recipient)s, %(phone)s, %(address)s") % where)]


def accepting(form: ActForm) -> dict[str, list[dict[str, Text]]]:
    """What follows when the proposal that the form shows is accepted."""
    offer: Offer | None = form.chosen  # type: ignore[attr-defined]
    lines = _accepting(form.case, form.actor, offer) if offer is not None else []
    return {"consequences": [{"icon": icon, "text": text} for icon, text in lines]}


def _accepting(case: Case, actor: Actor, offer: Offer) -> Lines:
    lines: Lines = []
    if offer.side == "platform" and not offer.accepted_by:
        lines.append(
            ("users-round", _("It takes effect when the other side accepts too. Until then the review goes on."))
        )
    for_me = actor.side is Side.BUYER
    given = {"sum": summed(offer.amount, case.currency)}
    if reversed_roles.is_merchants(case):
        if for_me:
            lines.append(("hand-coins", _("%(sum)s of what you were paid goes back to the merchant.") % given))
        else:
            lines.append(("hand-coins", _("The buyer gives %(sum)s back to you.") % given))
        return [*lines, _final()]
    if offer.returns and for_me:
        lines += _i_send_it(case, given["sum"])
    elif offer.returns:
        lines.append(("truck", _("The buyer has 7 days to send the goods back.")))
        lines.append(("hand-coins", _("%(sum)s goes to the buyer when they have arrived.") % given))
        lines.append(source())
    elif for_me:
        lines.append(("hand-coins", _("%(sum)s goes back the way you paid.") % given))
    else:
        lines += [("hand-coins", _("%(sum)s goes to the buyer.") % given), source()]
    if for_me and offer.amount < case.claimed:
        lines.append(("minus", _("You give up the rest of what you asked for.")))
    return [*lines, _final()]


def _i_send_it(case: Case, amount: str) -> Lines:
    term = length(rulebook.rules(case.procedure_rules_id).step("return_shipment").duration)
    lines: Lines = [
        ("truck", _("You send the goods back within %(term)s. Where to is then on the case page.") % {"term": term}),
        ("hand-coins", _("%(sum)s is paid when the merchant has them, or does not object in time.") % {"sum": amount}),
        ("timer", _("What is not sent in time ends the request, without a refund.")),
    ]
    if not case.order.has_arrived:
        never = _("By the order the goods have not come to you. Accept it only if you can send them back.")
        lines.insert(0, ("triangle-alert", never))
    return lines


def _final() -> tuple[str, Text]:
    return "lock-keyhole", _("The case then ends on these terms, without a ruling and without an appeal.")


def withdrawing(case: Case, actor: Actor) -> Lines:
    """What is lost with a claim that is given up, and what is not."""
    ended: tuple[str, Text] = ("circle-x", _("The case ends. The other side is told."))
    if reversed_roles.is_merchants(case):
        return [
            ended,
            ("hand-coins", _("What was paid out stays with the buyer.")),
            ("history", _("You can claim again within seven days of the payout.")),
        ]
    lines = [ended]
    if State(case.state) is State.RETURN_IN_TRANSIT:
        both = _("The goods are on their way to the merchant: you would have neither them nor the refund.")
        waits = _("If you wait, you are paid when the merchant confirms them or does not object in time.")
        lines += [("triangle-alert", both), ("timer", waits)]
    elif case.outcome is not None and case.outcome.amount:
        gone = _("What you agreed on ends too: you do not get %(sum)s.")
        lines.append(("triangle-alert", gone % {"sum": summed(case.outcome.amount, case.currency)}))
    return [
        *lines,
        ("hand-coins", _("You get no refund. Money that is held goes to the merchant in the ordinary way.")),
        ("history", _("You can file again while the window is open.")),
    ]
