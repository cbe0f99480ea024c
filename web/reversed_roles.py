"""What reads differently where the merchant claims and the buyer answers. Only what differs; all else reads as ever.

Pages look here first, by `of`: whose claim it is, is asked in one place.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from common.actor import Side
from disputes.lifecycle import Event, State
from disputes.models import Case
from journal.kinds import Kind

Text = str | Promise
Ways = tuple[tuple[str, Text, str], ...]
K = TypeVar("K")
V = TypeVar("V")


def of(case: Case, table: Mapping[K, V], key: K, usual: V) -> V:
    """What ``table`` has for this case, or what is usual."""
    return table.get(key, usual) if is_merchants(case) else usual


def is_merchants(case: Case) -> bool:
    return case.claimant == Side.MERCHANT.value


# --- whose turn it is (`web.turn`)

HEADLINES: dict[State, Text] = {
    State.ADMISSION: _("The platform checks whether it can look at this payout again"),
    State.AWAITING_CONFIRMATION: _("The merchant's evidence is with the buyer, who can answer"),
    State.WITHDRAWN: _("The merchant withdrew the claim"),
}
MY_HEADLINES: dict[State, Text] = {
    State.AWAITING_CONFIRMATION: _("The merchant wants money back that you were paid; answer each point"),
}
MY_DUTIES: dict[str, Text] = {"confirmation": _("You answer each point")}
IF_NOTHING: dict[str, Text] = {
    "confirmation": _("Without an answer in time the case goes to an arbitrator. Silence admits nothing."),
}
IF_I_DO_NOTHING: dict[str, Text] = {
    "confirmation": _("If you do not answer, an arbitrator decides on the file. Your silence admits nothing."),
}
ANSWER_STEP: Text = _("Buyer answers")

# --- what can happen next, for the buyer (`web.buyer.following`)

WAYS: dict[State, Ways] = {
    State.ADMISSION: (
        ("circle-check", _("Accepted: both sides have %(term)s for evidence, and you are heard"), "evidence"),
        ("circle-x", _("Not accepted: the money stays with you, and the case ends"), ""),
    ),
    State.GATHERING_EVIDENCE: (
        ("store", _("The merchant has to prove the claim; you see each piece of evidence here"), ""),
        (
            "message-square",
            _("When the merchant has handed in, you have %(term)s to answer each point"),
            "confirmation",
        ),
        ("gavel", _("The period ends: an arbitrator decides on the evidence there is"), ""),
    ),
    State.AWAITING_CONFIRMATION: (
        ("list-checks", _("You answer each point: an arbitrator reads both sides"), ""),
        ("hand-coins", _("You accept: you give back what is claimed, and the case ends"), ""),
        ("gavel", _("No answer in time: an arbitrator decides on the file; silence admits nothing"), ""),
    ),
    State.ENFORCING: (("hand-coins", _("What was decided is carried out; you are told when it is done"), ""),),
}

# --- the record (`web.timeline`)

SENTENCES: dict[Kind, Text] = {
    Kind.CONFIRMATION_LAPSED: _("noted that the buyer did not answer within 24 hours"),
}

# --- buttons (`web.case_page`)

ACTIONS: dict[Event, Text] = {
    Event.CLAIM_ACCEPTED: _("Give the money back"),
    Event.CLAIM_REBUTTED: _("Answer each point"),
}

# --- what is proposed

OFFERED: Text = _("The buyer gives it back to the merchant")

# --- what is claimed

REASONS: dict[str, Text] = {
    "swapped": _("What came back is not what was sent"),
    "false_claim": _("The buyer's account was not true"),
    "wrong_finding": _("The platform found wrongly"),
    "paid_twice": _("The same money was paid back twice"),
}
