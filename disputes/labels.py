"""The words for states, duties and events, a label per reader. Knows the glossary; refuses to know pages."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from common.actor import Role
from disputes.lifecycle import Event, Kind, State

Text = str | Promise


@dataclass(frozen=True)
class Label:
    """What one reader reads, and what kind of badge it is: ``you``, ``them``, ``done`` or ``stop``."""

    text: Text
    badge: str


def _label(buyer: tuple[Text, str], merchant: tuple[Text, str], staff: tuple[Text, str]) -> dict[str, Label]:
    return {"buyer": Label(*buyer), "merchant": Label(*merchant), "staff": Label(*staff)}


_RULING_WAITED = (_("Waiting for ruling"), "them")

STATES: dict[State, dict[str, Label]] = {
    State.AWAITING_MERCHANT: _label(
        (_("Waiting for merchant"), "them"), (_("Your reply needed"), "you"), (_("In negotiation"), "them")
    ),
    State.AWAITING_BUYER: _label(
        (_("Your reply needed"), "you"), (_("Waiting for buyer"), "them"), (_("In negotiation"), "them")
    ),
    State.AWAITING_RETURN: _label(
        (_("Send it back"), "you"), (_("Waiting for return"), "them"), (_("Waiting for return"), "them")
    ),
    State.RETURN_IN_TRANSIT: _label(
        (_("Return on its way"), "them"), (_("Check the return"), "you"), (_("Return on its way"), "them")
    ),
    State.ADMISSION: _label((_("Being checked"), "them"), (_("Being checked"), "them"), (_("To be checked"), "you")),
    State.GATHERING_EVIDENCE: _label(
        (_("Your evidence needed"), "you"), (_("Your evidence needed"), "you"), (_("Giving evidence"), "them")
    ),
    State.AWAITING_CONFIRMATION: _label(
        (_("Waiting for merchant"), "them"), (_("Your confirmation needed"), "you"), (_("Giving evidence"), "them")
    ),
    State.AWAITING_ASSIGNMENT: _label(_RULING_WAITED, _RULING_WAITED, (_("To be taken"), "you")),
    State.UNDER_REVIEW: _label(_RULING_WAITED, _RULING_WAITED, (_("To rule"), "you")),
    State.MORE_EVIDENCE: _label(
        (_("More evidence asked for"), "you"), (_("More evidence asked for"), "you"), (_("Further evidence"), "them")
    ),
    State.JURY_VOTING: _label((_("With the jury"), "them"), (_("With the jury"), "them"), (_("With the jury"), "them")),
    State.AWAITING_APPROVAL: _label(_RULING_WAITED, _RULING_WAITED, (_("To be approved"), "you")),
    State.APPEAL_WINDOW: _label(
        (_("Ruled, appeal open"), "done"), (_("Ruled, appeal open"), "done"), (_("Ruled"), "done")
    ),
    State.AWAITING_APPEAL_ANSWER: _label(
        (_("Appeal under review"), "them"),
        (_("Appeal under review"), "them"),
        (_("Appeal: waiting for answer"), "them"),
    ),
    State.UNDER_APPEAL: _label(
        (_("Appeal under review"), "them"), (_("Appeal under review"), "them"), (_("Appeal to decide"), "you")
    ),
    State.AWAITING_COMPLIANCE: _label(
        (_("Being carried out"), "them"), (_("Being carried out"), "you"), (_("Being carried out"), "them")
    ),
    State.ENFORCING: _label(
        (_("Money on its way"), "them"), (_("Money on its way"), "them"), (_("Money on its way"), "them")
    ),
    State.CLOSED: _label((_("Closed"), "stop"), (_("Closed"), "stop"), (_("Closed"), "stop")),
    State.LAPSED: _label((_("Lapsed"), "stop"), (_("Lapsed"), "stop"), (_("Lapsed"), "stop")),
    State.WITHDRAWN: _label(
        (pgettext_lazy("claim", "Withdrawn"), "stop"),
        (_("Withdrawn by buyer"), "stop"),
        (pgettext_lazy("claim", "Withdrawn"), "stop"),
    ),
    State.DISMISSED: _label((_("Not accepted"), "stop"), (_("Not accepted"), "stop"), (_("Not accepted"), "stop")),
}

# Whatever the state, a side to whom something was proposed has something to do.
NEW_PROPOSAL = Label(_("New proposal"), "you")
# Where the merchant claims and the buyer answers, these read the other way round.
OF_A_PAYOUT: dict[State, dict[str, Label]] = {
    State.AWAITING_CONFIRMATION: _label(
        (_("Your answer needed"), "you"), (_("Waiting for buyer"), "them"), (_("Giving evidence"), "them")
    ),
    State.WITHDRAWN: _label(
        (_("Withdrawn by merchant"), "stop"),
        (pgettext_lazy("claim", "Withdrawn"), "stop"),
        (pgettext_lazy("claim", "Withdrawn"), "stop"),
    ),
}

STANCES: dict[str, Text] = {
    "agrees": _("Agrees"),
    "partly": _("Agrees in part"),
    "disputes": _("Disputes it"),
    "unsure": _("Not sure"),
}

# What a side says to a piece of the other side's evidence, and why it disputes it.
EXHIBIT_STANCES: dict[str, Text] = {
    "genuine": _("Agrees that it is genuine"),
    "disputed": _("Disputes this evidence"),
}
EXHIBIT_GROUNDS: dict[str, Text] = {
    "other_item": _("It does not show this item"),
    "edited": _("It has been edited"),
    "time_unknown": _("It is not clear when it was made"),
    "irrelevant": _("It has nothing to do with the points"),
}

KINDS: dict[Kind, Text] = {
    Kind.UNSHIPPED: _("Refund before shipping"),
    Kind.IN_TRANSIT: _("Refund while in transit"),
    Kind.REFUND_ONLY: _("Refund only"),
    Kind.RETURN_REFUND: _("Return and refund"),
}

_NEVER_ARRIVED = (Kind.UNSHIPPED.value, Kind.IN_TRANSIT.value)


def remedy(code: str, name: Text, kind: str) -> Text:
    """What is asked for or ordered, which the rules call ``name``: money alone for what never arrived has one name from
    the request to the letter."""
    return KINDS[Kind(kind)] if code == "R1" and kind in _NEVER_ARRIVED else name


DUTIES: dict[str, Text] = {
    "merchant_reply": _("Merchant replies"),
    "buyer_reply": _("Buyer decides how to go on"),
    "return_shipment": _("Buyer sends the goods back"),
    "return_receipt": _("Merchant confirms the return"),
    "admission": _("Acceptance check"),
    "evidence": _("Both sides give evidence"),
    "confirmation": _("Merchant confirms the evidence"),
    "pickup": _("An arbitrator takes the case"),
    "review": _("The ruling is given"),
    "more_evidence": _("Further evidence"),
    "jury_vote": _("The jury votes"),
    "approval": _("A senior approves"),
    "appeal_window": _("Appeal may be filed"),
    "appeal_answer": _("The other side answers the appeal"),
    "appeal_decision": _("The appeal is decided"),
    "compliance": _("The ruling is carried out"),
    "suspension": _("The case is on hold"),
    "offer_buyer": _("The buyer's proposal stands"),
    "offer_merchant": _("The merchant's proposal stands"),
    "offer_platform": _("The platform's proposal stands"),
}

_DUTIES_OF_A_PAYOUT: dict[str, Text] = {"confirmation": _("Buyer answers each point")}


def duty(name: str, *, claimant: str = "buyer") -> Text:
    """What is awaited, by the name of the duty."""
    return DUTIES[name] if claimant == "buyer" else _DUTIES_OF_A_PAYOUT.get(name, DUTIES[name])


# What a person reads on the button of an event. Only events that people cause have one.
ACTIONS: dict[Event, Text] = {
    Event.REFUND_AGREED: _("Agree and refund"),
    Event.RETURN_AGREED: _("Agree to the return"),
    Event.REFUND_REFUSED: _("Refuse the request"),
    Event.REQUEST_REVISED: _("Change the request"),
    Event.RETURN_SHIPPED: _("Enter tracking number"),
    Event.RETURN_ACCEPTED: _("Confirm the return and refund"),
    Event.RETURN_REFUSED: _("Object to the return"),
    Event.WITHDRAWN: _("Withdraw claim"),
    Event.OFFER_MADE: _("Make a proposal"),
    Event.OFFER_ACCEPTED: _("Accept proposal"),
    Event.OFFER_DECLINED: _("Decline proposal"),
    Event.OFFER_RETRACTED: _("Take the proposal back"),
    Event.CLAIM_FILED: _("Claim money back"),
    Event.INTERVENTION_REQUESTED: _("Ask the platform to step in"),
    Event.ADMITTED: _("Accept the case"),
    Event.NOT_ADMITTED: _("Do not accept the case"),
    Event.EVIDENCE_ADDED: _("Add evidence"),
    Event.EVIDENCE_WITHDRAWN: _("Take evidence back"),
    Event.EXHIBIT_ANSWERED: _("Answer a piece of evidence"),
    Event.POINT_ANSWERED: _("Answer a point"),
    Event.BUYER_HANDED_IN: _("Finish giving evidence"),
    Event.MERCHANT_HANDED_IN: _("Finish giving evidence"),
    Event.CLAIM_ACCEPTED: _("Accept the claim"),
    Event.CLAIM_REBUTTED: _("Dispute it"),
    Event.TAKEN: _("Take the case"),
    Event.HANDED_BACK: _("Hand the case back"),
    Event.MORE_EVIDENCE_ASKED: _("Ask for more"),
    Event.MORE_EVIDENCE_HANDED_IN: _("Hand in what was asked for"),
    Event.SENT_TO_JURY: _("Send to jury"),
    Event.RULING_PROPOSED: _("Send for approval"),
    Event.RULING_SERVED: _("Issue ruling"),
    Event.APPROVAL_TAKEN: _("Take the approval"),
    Event.RULING_RETURNED: _("Return to the arbitrator"),
    Event.APPEAL_FILED: _("Appeal"),
    Event.APPEAL_WAIVED: _("Waive the appeal"),
    Event.APPEAL_ANSWERED: _("Answer the appeal"),
    Event.APPEAL_TAKEN: _("Take the appeal"),
    Event.APPEAL_UPHELD: _("Uphold the ruling"),
    Event.APPEAL_CHANGED: _("Change the ruling"),
    Event.APPEAL_SENT_BACK: pgettext_lazy("ruling", "Send it back"),
    Event.COMPLIED: _("Pay now"),
    Event.CLOCKS_STOPPED: _("Put on hold"),
    Event.CLOCKS_RESUMED: _("Let the clocks run"),
    Event.DEADLINE_EXTENDED: _("Extend deadline"),
}


_IN_KIND: dict[Event, Text] = {
    Event.COMPLIED: _("Say that it is done"),
    Event.RETURN_ACCEPTED: _("Confirm the return"),
}


def action(event: Event, *, in_kind: bool = False) -> Text:
    """The words on the button. What was ordered in kind is not paid but done."""
    return _IN_KIND.get(event, ACTIONS[event]) if in_kind else ACTIONS[event]


def reader(role: Role) -> str:
    return role.value if role.is_party else "staff"


def state_label(
    state: State,
    role: Role,
    *,
    awaits: str = "",
    returns: bool = False,
    in_kind: bool = False,
    suspended: bool = False,
    handed_in: bool = False,
    terminal_paid: bool = False,
    claimant: str = "buyer",
    waived: bool = False,
) -> Label:
    """What ``role`` reads for ``state``. ``awaits`` decides whose turn it is where the state alone does not.

    ``waived``: the reader has given up their own appeal.
    """
    if suspended:
        return Label(_("On hold"), "stop")
    me = reader(role)
    label = STATES[state][me] if claimant == "buyer" else OF_A_PAYOUT.get(state, STATES[state])[me]
    mine = me == awaits or awaits == "both"
    match state:
        case State.GATHERING_EVIDENCE if me != "staff" and handed_in:
            return Label(_("Evidence in, waiting"), "them")
        case State.MORE_EVIDENCE if me != "staff":
            return Label(_("More needed from you"), "you") if mine else Label(_("More needed from them"), "them")
        case State.APPEAL_WINDOW if waived:
            return Label(_("Ruled, appeal waived"), "done")
        case State.AWAITING_APPEAL_ANSWER if me != "staff" and mine:
            return Label(_("Your answer to the appeal needed"), "you")
        case State.AWAITING_COMPLIANCE if returns and me == "buyer":
            return Label(_("Send it back"), "you")
        case State.AWAITING_COMPLIANCE if returns and me == "merchant":
            return Label(_("Waiting for return"), "them")
        case State.AWAITING_COMPLIANCE if in_kind and me == "merchant":
            return Label(_("Do what was decided"), "you")
        case State.AWAITING_COMPLIANCE if in_kind and me == "buyer":
            return Label(_("Merchant to act"), "them")
        case State.AWAITING_COMPLIANCE if me == "merchant":
            return Label(_("Refund due from you"), "you")
        case State.AWAITING_COMPLIANCE if me == "buyer":
            return Label(_("Merchant to refund"), "them")
        case State.CLOSED if terminal_paid:
            return Label(_("Refunded") if claimant == "buyer" else _("Money given back"), "done")
    return label
