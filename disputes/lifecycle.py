"""May it happen? One table from refund request to closing. Knows no time, no person and no database.

A row: what happens, where, where that leads (``None``: the case stays), who may do it, and what must hold, in the order in
which it is said. Words are in ``states.py``, guards in ``guards.py``. Durations are rule-set keys (``disputes/timers.py``),
never numbers here. Profiles of the rulebook change numbers and what silence means; they never change this table.
"""

from __future__ import annotations

from common.actor import Role, Side
from common.machine import Edge, Machine, rows
from disputes import guards as g
from disputes.guards import Facts
from disputes.states import APPEAL, BEFORE_RULING, INTERVENTION, LIVE, NEGOTIATION, REVIEW, TERMINAL, Event, Kind, State

__all__ = [
    "APPEAL",
    "BEFORE_RULING",
    "INTERVENTION",
    "LIFECYCLE",
    "LIVE",
    "NEGOTIATION",
    "REVIEW",
    "STOPPABLE",
    "TERMINAL",
    "Event",
    "Facts",
    "Kind",
    "State",
    "side_of",
]

Row = Edge[State, Event, Facts]
B, M, A, S, OPS, SYS = Role.BUYER, Role.MERCHANT, Role.ARBITRATOR, Role.SENIOR, Role.OPS, Role.SYSTEM

# Guards that stand in many rows, and those that go together in this order: the first that does not hold is what people read.
RUNS, SOUND, BACK = g.clocks_are_running, g.nothing_speaks_against_it, g.goods_must_come_back
ONE_SIGNS, TWO_SIGN = g.needs_no_second_pair_of_eyes, g.needs_a_second_pair_of_eyes
DUE, NOTHING_DUE = g.somebody_must_perform, g.nothing_to_perform
IN_TIME = (RUNS, g.within_the_term)
B_HANDS_IN, M_HANDS_IN = (*IN_TIME, g.buyer_not_yet_handed_in), (*IN_TIME, g.merchant_not_yet_handed_in)
AGREES_RETURN = (RUNS, g.asked_for_a_return, g.within_own_limit)
THEIR_OFFER = (g.before_the_ruling, g.offer_is_open, g.offer_is_theirs, g.within_own_limit)
SETTLES = (*THEIR_OFFER, g.offer_settles)
# Handing in the claim starts the answer's 24 hours; handing in the answer starts nothing.
CLAIMS, ANSWERS_IT = g.speaks_for_the_claim, g.answers_the_claim
ANSWERS = (*IN_TIME, g.was_asked)
ANSWERS_LAST = (*ANSWERS, g.everybody_asked_has_answered)
TAKES = (RUNS, g.has_no_interest, g.evidence_is_complete, SOUND)
SIGNS = (RUNS, g.is_mine, g.has_no_interest, SOUND)
REVIEWS = (RUNS, g.has_no_interest, g.second_pair_of_eyes)
MAY_APPEAL = (*IN_TIME, g.may_still_appeal)
BOTH_WAIVE = (*MAY_APPEAL, g.other_side_waived_too)
ANSWERS_APPEAL = (*IN_TIME, g.the_other_side_appealed)
DECIDES = (*REVIEWS, g.is_mine, SOUND)

# Where the file grows by what the parties add, and where the merchant may still give in.
FILE_GROWS = (State.GATHERING_EVIDENCE, State.AWAITING_CONFIRMATION, State.AWAITING_ASSIGNMENT)
CLAIM_STANDS = (*FILE_GROWS, State.UNDER_REVIEW, State.MORE_EVIDENCE)
# Where a side may say what it thinks of the other's exhibits: as long as somebody has yet to decide on them.
UNDECIDED = (*CLAIM_STANDS, State.AWAITING_APPEAL_ANSWER, State.UNDER_APPEAL)
# Money that is on its way does not stop.
STOPPABLE: tuple[State, ...] = tuple(state for state in LIVE if state != State.ENFORCING)

# A merchant's claim begins before the platform: what was paid out has been talked about, agreed or decided already.
_BEGINNING: list[Row] = [
    *rows(Event.CLAIM_FILED, None, State.ADMISSION, M, SOUND),
]

_NEGOTIATING: list[Row] = [
    *rows(Event.REFUND_AGREED, State.AWAITING_MERCHANT, State.ENFORCING, {M, SYS}, RUNS, g.within_own_limit),
    *rows(Event.REFUND_AGREED, State.AWAITING_BUYER, State.ENFORCING, M, RUNS, g.within_own_limit),
    *rows(Event.RETURN_AGREED, State.AWAITING_MERCHANT, State.AWAITING_RETURN, {M, SYS}, *AGREES_RETURN),
    *rows(Event.REFUND_REFUSED, State.AWAITING_MERCHANT, State.AWAITING_BUYER, M, *IN_TIME),
    *rows(Event.MERCHANT_SILENT, State.AWAITING_MERCHANT, State.AWAITING_BUYER, SYS, RUNS),
    *rows(Event.REQUEST_REVISED, State.AWAITING_BUYER, State.AWAITING_MERCHANT, B, *IN_TIME, SOUND),
    *rows(Event.RETURN_SHIPPED, State.AWAITING_RETURN, State.RETURN_IN_TRANSIT, B, *IN_TIME),
    *rows(Event.RETURN_ACCEPTED, State.RETURN_IN_TRANSIT, State.ENFORCING, {M, SYS}, RUNS, g.owed_in_money),
    # An exchange: the goods are back, and the merchant has its own term to send the sound one.
    *rows(Event.RETURN_ACCEPTED, State.RETURN_IN_TRANSIT, State.AWAITING_COMPLIANCE, {M, SYS}, RUNS, g.owed_in_kind),
    *rows(Event.RETURN_REFUSED, State.RETURN_IN_TRANSIT, State.AWAITING_BUYER, M, *IN_TIME),
    *rows(Event.REQUEST_LAPSED, (State.AWAITING_BUYER, State.AWAITING_RETURN), State.LAPSED, SYS, RUNS),
]

_SETTLING: list[Row] = [
    *rows(Event.OFFER_MADE, BEFORE_RULING, None, {B, M, A, S}, g.before_the_ruling, SOUND, g.within_own_limit),
    *rows(Event.OFFER_ACCEPTED, BEFORE_RULING, State.AWAITING_RETURN, {B, M}, *SETTLES, g.offer_needs_a_return),
    *rows(Event.OFFER_ACCEPTED, BEFORE_RULING, State.ENFORCING, {B, M}, *SETTLES, g.offer_needs_no_return),
    # A proposal of the platform binds when both sides have accepted it; the first acceptance is only remembered.
    *rows(Event.OFFER_ACCEPTED, BEFORE_RULING, None, {B, M}, *THEIR_OFFER),
    *rows(Event.OFFER_DECLINED, BEFORE_RULING, None, {B, M}, g.offer_is_open, g.offer_is_theirs),
    *rows(Event.OFFER_RETRACTED, BEFORE_RULING, None, {B, M, A, S}, g.offer_is_open, g.offer_is_mine),
    *rows(Event.OFFER_LAPSED, BEFORE_RULING, None, SYS),
    *rows(Event.WITHDRAWN, BEFORE_RULING, State.WITHDRAWN, {B, M}, CLAIMS, g.before_the_ruling),
]

_INTERVENING: list[Row] = [
    *rows(Event.INTERVENTION_REQUESTED, NEGOTIATION, State.ADMISSION, {B, M, OPS, SYS}, *IN_TIME, SOUND),
    *rows(Event.ADMITTED, State.ADMISSION, State.GATHERING_EVIDENCE, {OPS, S, SYS}, RUNS),
    *rows(Event.NOT_ADMITTED, State.ADMISSION, State.DISMISSED, {OPS, S}, RUNS),
    # Before the case is accepted no term for evidence runs: what is added early is seen by the other side from then on.
    *rows(Event.EVIDENCE_ADDED, State.ADMISSION, None, {B, M}, RUNS),
    *rows(Event.EVIDENCE_WITHDRAWN, State.ADMISSION, None, {B, M}, RUNS),
    *rows(Event.EVIDENCE_ADDED, FILE_GROWS, None, {B, M}, g.evidence_is_open),
    *rows(Event.EVIDENCE_ADDED, State.MORE_EVIDENCE, None, {B, M}, *ANSWERS),
    *rows(Event.EVIDENCE_ADDED, State.AWAITING_APPEAL_ANSWER, None, {B, M}, *ANSWERS_APPEAL),
    *rows(Event.EVIDENCE_WITHDRAWN, FILE_GROWS, None, {B, M}, g.evidence_is_open),
    *rows(Event.EXHIBIT_ANSWERED, UNDECIDED, None, {B, M}, RUNS),
    # In the answer's 24 hours there is one answer that counts, the rebuttal: no second button that stops no clock.
    *rows(Event.POINT_ANSWERED, State.GATHERING_EVIDENCE, None, {B, M}, *IN_TIME),
    *rows(Event.POINT_ANSWERED, State.AWAITING_CONFIRMATION, None, {B, M}, *IN_TIME, CLAIMS),
    *rows(Event.BUYER_HANDED_IN, State.GATHERING_EVIDENCE, State.AWAITING_CONFIRMATION, B, *B_HANDS_IN, CLAIMS, SOUND),
    *rows(Event.BUYER_HANDED_IN, State.GATHERING_EVIDENCE, None, B, *B_HANDS_IN, ANSWERS_IT),
    *rows(
        Event.MERCHANT_HANDED_IN, State.GATHERING_EVIDENCE, State.AWAITING_CONFIRMATION, M, *M_HANDS_IN, CLAIMS, SOUND
    ),
    *rows(Event.MERCHANT_HANDED_IN, State.GATHERING_EVIDENCE, None, M, *M_HANDS_IN, ANSWERS_IT),
    *rows(Event.EVIDENCE_CLOSED, State.GATHERING_EVIDENCE, State.AWAITING_ASSIGNMENT, SYS, RUNS),
    *rows(Event.CLAIM_ACCEPTED, CLAIM_STANDS, State.AWAITING_RETURN, {B, M}, ANSWERS_IT, g.within_own_limit, BACK),
    *rows(Event.CLAIM_ACCEPTED, CLAIM_STANDS, State.ENFORCING, {B, M}, ANSWERS_IT, g.within_own_limit, g.goods_stay),
    *rows(
        Event.CLAIM_REBUTTED,
        State.AWAITING_CONFIRMATION,
        State.AWAITING_ASSIGNMENT,
        {B, M},
        *IN_TIME,
        ANSWERS_IT,
        SOUND,
    ),
    *rows(Event.CONFIRMATION_LAPSED, State.AWAITING_CONFIRMATION, State.AWAITING_ASSIGNMENT, SYS, RUNS),
]

_DECIDING: list[Row] = [
    *rows(Event.TAKEN, State.AWAITING_ASSIGNMENT, State.UNDER_REVIEW, {A, S}, *TAKES),
    *rows(Event.PICKUP_OVERDUE, State.AWAITING_ASSIGNMENT, None, SYS, RUNS),
    *rows(Event.HANDED_BACK, State.UNDER_REVIEW, State.AWAITING_ASSIGNMENT, {A, S}, g.is_mine),
    *rows(Event.HANDED_BACK, State.UNDER_REVIEW, State.AWAITING_ASSIGNMENT, OPS),
    *rows(Event.RETURNED_TO_QUEUE, State.UNDER_REVIEW, State.AWAITING_ASSIGNMENT, SYS, RUNS),
    *rows(Event.MORE_EVIDENCE_ASKED, State.UNDER_REVIEW, State.MORE_EVIDENCE, {A, S}, RUNS, g.is_mine),
    *rows(Event.MORE_EVIDENCE_HANDED_IN, State.MORE_EVIDENCE, State.UNDER_REVIEW, {B, M}, *ANSWERS_LAST),
    *rows(Event.MORE_EVIDENCE_HANDED_IN, State.MORE_EVIDENCE, None, {B, M}, *ANSWERS),
    *rows(Event.MORE_EVIDENCE_CLOSED, State.MORE_EVIDENCE, State.UNDER_REVIEW, SYS, RUNS),
    *rows(Event.SENT_TO_JURY, State.UNDER_REVIEW, State.JURY_VOTING, {A, S}, RUNS, g.is_mine, SOUND),
    *rows(Event.JURY_CLOSED, State.JURY_VOTING, State.UNDER_REVIEW, SYS, RUNS),
    *rows(Event.RULING_PROPOSED, State.UNDER_REVIEW, State.AWAITING_APPROVAL, {A, S}, *SIGNS, TWO_SIGN),
    *rows(Event.RULING_SERVED, State.UNDER_REVIEW, State.APPEAL_WINDOW, {A, S}, *SIGNS, ONE_SIGNS),
    *rows(Event.RULING_SERVED, State.AWAITING_APPROVAL, State.APPEAL_WINDOW, S, *REVIEWS, SOUND),
    *rows(Event.RULING_RETURNED, State.AWAITING_APPROVAL, State.UNDER_REVIEW, S, *REVIEWS, SOUND),
    *rows(Event.APPROVAL_TAKEN, State.AWAITING_APPROVAL, None, S, *REVIEWS, SOUND),
    # A senior gives back what is in hand, or steps back from it; the case waits where it is for another one.
    *rows(Event.HANDED_BACK, State.AWAITING_APPROVAL, None, {S, OPS}, g.second_pair_of_eyes, SOUND),
    *rows(Event.APPROVAL_OVERDUE, State.AWAITING_APPROVAL, None, SYS, RUNS),
]

_APPEALING: list[Row] = [
    *rows(Event.APPEAL_FILED, State.APPEAL_WINDOW, State.AWAITING_APPEAL_ANSWER, {B, M}, *MAY_APPEAL, SOUND),
    *rows(Event.APPEAL_WAIVED, State.APPEAL_WINDOW, State.AWAITING_COMPLIANCE, {B, M}, *BOTH_WAIVE, DUE),
    *rows(Event.APPEAL_WAIVED, State.APPEAL_WINDOW, State.ENFORCING, {B, M}, *BOTH_WAIVE, NOTHING_DUE),
    *rows(Event.APPEAL_WAIVED, State.APPEAL_WINDOW, None, {B, M}, *MAY_APPEAL),
    *rows(Event.APPEAL_WINDOW_CLOSED, State.APPEAL_WINDOW, State.AWAITING_COMPLIANCE, SYS, RUNS, DUE),
    *rows(Event.APPEAL_WINDOW_CLOSED, State.APPEAL_WINDOW, State.ENFORCING, SYS, RUNS, NOTHING_DUE),
    *rows(Event.APPEAL_ANSWERED, State.AWAITING_APPEAL_ANSWER, State.UNDER_APPEAL, {B, M}, *ANSWERS_APPEAL, SOUND),
    *rows(Event.APPEAL_ANSWER_LAPSED, State.AWAITING_APPEAL_ANSWER, State.UNDER_APPEAL, SYS, RUNS),
    *rows(Event.APPEAL_TAKEN, State.UNDER_APPEAL, None, S, *REVIEWS, SOUND),
    *rows(Event.APPEAL_UPHELD, State.UNDER_APPEAL, State.AWAITING_COMPLIANCE, S, *DECIDES, DUE),
    *rows(Event.APPEAL_UPHELD, State.UNDER_APPEAL, State.ENFORCING, S, *DECIDES, NOTHING_DUE),
    *rows(Event.APPEAL_CHANGED, State.UNDER_APPEAL, State.AWAITING_COMPLIANCE, S, *DECIDES, DUE),
    *rows(Event.APPEAL_CHANGED, State.UNDER_APPEAL, State.ENFORCING, S, *DECIDES, NOTHING_DUE),
    *rows(Event.APPEAL_SENT_BACK, State.UNDER_APPEAL, State.AWAITING_ASSIGNMENT, S, *DECIDES),
    *rows(Event.HANDED_BACK, State.UNDER_APPEAL, None, {S, OPS}, g.second_pair_of_eyes, SOUND),
    *rows(Event.APPEAL_OVERDUE, State.UNDER_APPEAL, None, SYS, RUNS),
]

_EXECUTING: list[Row] = [
    *rows(Event.COMPLIED, State.AWAITING_COMPLIANCE, State.ENFORCING, M, RUNS, g.goods_stay, g.within_own_limit),
    *rows(Event.RETURN_SHIPPED, State.AWAITING_COMPLIANCE, State.RETURN_IN_TRANSIT, B, *IN_TIME, BACK),
    *rows(Event.COMPLIANCE_LAPSED, State.AWAITING_COMPLIANCE, State.ENFORCING, SYS, RUNS),
    *rows(Event.EXECUTION_FINISHED, State.ENFORCING, State.CLOSED, SYS),
]

_CLOCKS: list[Row] = [
    *rows(Event.CLOCKS_STOPPED, STOPPABLE, None, {A, S, OPS}, RUNS, SOUND),
    *rows(Event.CLOCKS_RESUMED, STOPPABLE, None, {A, S, OPS, SYS}, g.is_suspended),
    *rows(Event.DEADLINE_EXTENDED, STOPPABLE, None, {B, M, A, S, OPS}, RUNS, SOUND),
]

LIFECYCLE: Machine[State, Event, Facts] = Machine(
    (*_BEGINNING, *_NEGOTIATING, *_SETTLING, *_INTERVENING, *_DECIDING, *_APPEALING, *_EXECUTING, *_CLOCKS)
)


def side_of(role: Role) -> Side | None:
    return Side(role.value) if role.is_party else None
