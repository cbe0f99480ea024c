"""Then what? One table: the kind of a journal entry → what follows from it. Every reaction runs inside the delivery's act.

A reaction is a plain function of (entry, case, now) that requires an act, touches only the database, and may be run
again: delivery draws the consequences of an entry once in effect, in order within a case.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from arbitration import calibration, precedents
from common.actor import Side
from disputes import handling
from disputes.lifecycle import APPEAL, TERMINAL, State
from disputes.models import Case
from enforcement import execution, holds
from journal.kinds import Kind
from journal.models import Entry
from jury import counting, panels
from notifications import announce
from notifications.catalogue import CATALOGUE, OF_A_PAYOUT

Reaction = Callable[[Entry, Case, datetime], None]


def tell_those_concerned(entry: Entry, case: Case, _now: datetime) -> None:
    announce.announce(entry, case)


def hold_the_money(entry: Entry, case: Case, now: datetime) -> None:
    """P04: while a case is open, the order is not settled."""
    holds.place(case, now=now)


def route_in_the_shop(entry: Entry, case: Case, now: datetime) -> None:
    """The shop's own rules say which member looks after the case."""
    handling.route(case, now=now)


def let_the_money_go(entry: Entry, case: Case, now: datetime) -> None:
    holds.release(case, now=now)


def start_execution(entry: Entry, case: Case, now: datetime) -> None:
    """The outcome in force is carried out. ``execution.start`` is idempotent by outcome."""
    if case.outcome is not None:
        execution.start(case, case.outcome, now=now)


def keep_the_precedent(entry: Entry, case: Case, now: datetime) -> None:
    """Nobody can appeal any more: what was decided can be found again, and some of it is read a second time."""
    if case.claimant == Side.BUYER.value:
        # A line of like cases says what buyers' claims come to; a merchant's claim is about facts of one payout.
        precedents.record(case, now=now)
    calibration.draw(case, now=now)


def draw_the_jury(entry: Entry, case: Case, now: datetime) -> None:
    """The people are drawn after the seed was committed to, and with an entry that nobody could know beforehand."""
    panels.draw(case, after=entry.digest, now=now)


def count_the_votes(entry: Entry, case: Case, now: datetime) -> None:
    """The term ended the vote; one that ended early has been counted with it."""
    counting.count(case, now=now)


def give_the_jury_time(entry: Entry, case: Case, now: datetime) -> None:
    panels.give_time(case, now=now)


def dissolve_the_jury(entry: Entry, case: Case, now: datetime) -> None:
    """The sides agreed, or the claim was withdrawn, while a jury sat."""
    counting.dissolve(case, now=now)


_TO_STATE: dict[State, tuple[Reaction, ...]] = {
    State.ENFORCING: (start_execution,),
    **dict.fromkeys(TERMINAL, (let_the_money_go,)),
}
_BY_KIND: dict[Kind, tuple[Reaction, ...]] = {
    Kind.REFUND_REQUESTED: (hold_the_money, route_in_the_shop),
    Kind.SENT_TO_JURY: (draw_the_jury,),
    Kind.JURY_CLOSED: (count_the_votes,),
    Kind.CLOCKS_RESUMED: (give_the_jury_time,),
    # The money is with the buyer: there is nothing to hold.
    Kind.CLAIM_FILED: (route_in_the_shop,),
}
# Where a case goes from an appeal, or from the time for one, once its ruling stands for good.
_FINAL = frozenset({State.AWAITING_COMPLIANCE.value, State.ENFORCING.value})
_APPEALABLE = frozenset(state.value for state in APPEAL)


def of(entry: Entry) -> tuple[Reaction, ...]:
    """Everything that follows from ``entry``, in order: money first, words last."""
    kind = Kind(entry.kind)
    following = _BY_KIND.get(kind, ())
    target = entry.data.get("to")
    if target is not None and target != entry.data.get("from"):
        following += _TO_STATE.get(State(target), ())
        if target in _FINAL and entry.data.get("from") in _APPEALABLE:
            following += (keep_the_precedent,)
        if entry.data.get("from") == State.JURY_VOTING and kind is not Kind.JURY_CLOSED:
            following += (dissolve_the_jury,)
    if kind in CATALOGUE or kind in OF_A_PAYOUT:
        following += (tell_those_concerned,)
    return following
