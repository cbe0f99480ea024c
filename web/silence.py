"""What follows when a merchant does not reply to a request: by the table, as the case's own rules have it, in words."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from common.actor import Actor
from disputes import deadlines, labels, moves
from disputes.lifecycle import Event, Facts, Kind, State
from disputes.models import Case
from disputes.timers import DUTIES
from rulebook.rules import Rules
from web import wording

Text = str | Promise

# Said to the buyer, said to the shop, and where the case can go from here. ``at``: until when it can reply.
_IF_NOT: dict[Event, tuple[Text, Text, Text]] = {
    Event.REFUND_AGREED: (
        _("If the merchant does not reply by %(at)s, that counts as agreed, and the money goes back the way you paid."),
        _("If you do not reply by %(at)s, that counts as agreed, and the money goes back to the buyer."),
        _("The merchant does not reply in time: that counts as agreed, and the money goes back the way you paid"),
    ),
    Event.RETURN_AGREED: (
        _(
            "If the merchant does not reply by %(at)s, the return counts as agreed. You get the return address and send the "
            "goods back; then the money is refunded."
        ),
        _(
            "If you do not reply by %(at)s, the return counts as agreed. The buyer gets your return address and sends the "
            "goods back; then the money is refunded."
        ),
        _("The merchant does not reply in time: the return counts as agreed, and you get the return address"),
    ),
    Event.MERCHANT_SILENT: (
        _(
            "If the merchant does not reply by %(at)s, nothing is refunded by itself. You can then ask the platform to step "
            "in at once."
        ),
        _(
            "If you do not reply by %(at)s, nothing is refunded by itself. The buyer can then ask the platform to step in "
            "at once."
        ),
        _("The merchant does not reply in time: nothing is refunded by itself, and you can ask the platform at once"),
    ),
}


def then(case: Case, at: str, *, mine: bool) -> str:
    """The sentence beside the clock, for the shop whose turn it is or for everybody else. ``at``: until when it can reply;
    empty while the clock stands still."""
    return str(_of(case)[1 if mine else 0]) % {"at": at or _("the end of its term")}


def way(case: Case) -> str:
    """The same as one of the ways that the case can go, for the buyer."""
    return str(_of(case)[2])


def foreseen(kinds: Sequence[Kind], rules: Rules) -> list[str]:
    """The same before anything is asked for: of each kind of request that can be made, by these rules."""
    duty = DUTIES[State.AWAITING_MERCHANT]
    said = []
    for kind in kinds:
        facts = Facts(State.AWAITING_MERCHANT, kind)
        told = str(_IF_NOT[duty.expires(facts, rules.step(duty.step(facts)).silence)][2])
        said.append(told if len(kinds) == 1 else wording.labelled(str(labels.KINDS[kind]), told))
    return said


def _of(case: Case) -> tuple[Text, Text, Text]:
    duty = DUTIES[State.AWAITING_MERCHANT]
    facts = moves.facts_of(case, Actor.system(), case.opened_at)
    return _IF_NOT[duty.expires(facts, deadlines.step_of(case, duty.step(facts)).silence)]
