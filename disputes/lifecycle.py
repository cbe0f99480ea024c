"""May it happen? One table from refund request to closing. Knows no time, no person and no database.

Durations are rule-set keys (``disputes/timers.py``), never numbers here. Profiles of the rulebook change numbers and
what silence means; they never change this table.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from common.actor import Role, Side
from common.machine import Edge, Machine, rows


class State(StrEnum):
    """Named for who is awaited. A case has exactly one."""

    # negotiation
    AWAITING_MERCHANT = "awaiting_merchant"
    AWAITING_BUYER = "awaiting_buyer"
    AWAITING_RETURN = "awaiting_return"
    RETURN_IN_TRANSIT = "return_in_transit"
    # intervention
    ADMISSION = "admission"
    GATHERING_EVIDENCE = "gathering_evidence"
    AWAITING_CONFIRMATION = "awaiting_confirmation"
    AWAITING_ASSIGNMENT = "awaiting_assignment"
    # deciding
    UNDER_REVIEW = "under_review"
    MORE_EVIDENCE = "more_evidence"
    JURY_VOTING = "jury_voting"
    AWAITING_APPROVAL = "awaiting_approval"
    APPEAL_WINDOW = "appeal_window"
    # appeal
    AWAITING_APPEAL_ANSWER = "awaiting_appeal_answer"
    UNDER_APPEAL = "under_appeal"
    # executing
    AWAITING_COMPLIANCE = "awaiting_compliance"
    ENFORCING = "enforcing"
    # ends
    CLOSED = "closed"
    LAPSED = "lapsed"
    WITHDRAWN = "withdrawn"
    DISMISSED = "dismissed"


class Event(StrEnum):
    """What happens to a case. The value is the kind of the journal entry it leaves."""

    REQUEST_REVISED = "request_revised"
    REFUND_AGREED = "refund_agreed"
    RETURN_AGREED = "return_agreed"
    REFUND_REFUSED = "refund_refused"
    MERCHANT_SILENT = "merchant_silent"
    RETURN_SHIPPED = "return_shipped"
    RETURN_ACCEPTED = "return_accepted"
    RETURN_REFUSED = "return_refused"
    REQUEST_LAPSED = "request_lapsed"
    WITHDRAWN = "withdrawn"
    OFFER_MADE = "offer_made"
    OFFER_ACCEPTED = "offer_accepted"
    OFFER_DECLINED = "offer_declined"
    OFFER_RETRACTED = "offer_retracted"
    OFFER_LAPSED = "offer_lapsed"
    INTERVENTION_REQUESTED = "intervention_requested"
    ADMITTED = "admitted"
    NOT_ADMITTED = "not_admitted"
    EVIDENCE_ADDED = "evidence_added"
    EVIDENCE_WITHDRAWN = "evidence_withdrawn"
    POINT_ANSWERED = "point_answered"
    BUYER_HANDED_IN = "buyer_handed_in"
    MERCHANT_HANDED_IN = "merchant_handed_in"
    EVIDENCE_CLOSED = "evidence_closed"
    CLAIM_ACCEPTED = "claim_accepted"
    CLAIM_REBUTTED = "claim_rebutted"
    CONFIRMATION_LAPSED = "confirmation_lapsed"
    TAKEN = "taken"
    HANDED_BACK = "handed_back"
    RETURNED_TO_QUEUE = "returned_to_queue"
    PICKUP_OVERDUE = "pickup_overdue"
    MORE_EVIDENCE_ASKED = "more_evidence_asked"
    MORE_EVIDENCE_HANDED_IN = "more_evidence_handed_in"
    MORE_EVIDENCE_CLOSED = "more_evidence_closed"
    SENT_TO_JURY = "sent_to_jury"
    JURY_CLOSED = "jury_closed"
    RULING_PROPOSED = "ruling_proposed"
    RULING_RETURNED = "ruling_returned"
    RULING_SERVED = "ruling_served"
    APPROVAL_OVERDUE = "approval_overdue"
    APPEAL_FILED = "appeal_filed"
    APPEAL_WAIVED = "appeal_waived"
    APPEAL_WINDOW_CLOSED = "appeal_window_closed"
    APPEAL_ANSWERED = "appeal_answered"
    APPEAL_ANSWER_LAPSED = "appeal_answer_lapsed"
    APPEAL_TAKEN = "appeal_taken"
    APPEAL_UPHELD = "appeal_upheld"
    APPEAL_CHANGED = "appeal_changed"
    APPEAL_SENT_BACK = "appeal_sent_back"
    APPEAL_OVERDUE = "appeal_overdue"
    COMPLIED = "complied"
    COMPLIANCE_LAPSED = "compliance_lapsed"
    EXECUTION_FINISHED = "execution_finished"
    CLOCKS_STOPPED = "clocks_stopped"
    CLOCKS_RESUMED = "clocks_resumed"
    DEADLINE_EXTENDED = "deadline_extended"


class Kind(StrEnum):
    """What the buyer asked for when the refund was requested; it decides what the merchant's silence means."""

    UNSHIPPED = "unshipped"
    IN_TRANSIT = "in_transit"
    REFUND_ONLY = "refund_only"
    RETURN_REFUND = "return_refund"


TERMINAL = frozenset({State.CLOSED, State.LAPSED, State.WITHDRAWN, State.DISMISSED})
NEGOTIATION = (State.AWAITING_MERCHANT, State.AWAITING_BUYER, State.AWAITING_RETURN, State.RETURN_IN_TRANSIT)
INTERVENTION = (
    State.ADMISSION,
    State.GATHERING_EVIDENCE,
    State.AWAITING_CONFIRMATION,
    State.AWAITING_ASSIGNMENT,
)
REVIEW = (State.UNDER_REVIEW, State.MORE_EVIDENCE, State.JURY_VOTING, State.AWAITING_APPROVAL)
BEFORE_RULING = NEGOTIATION + INTERVENTION + REVIEW
APPEAL = (State.APPEAL_WINDOW, State.AWAITING_APPEAL_ANSWER, State.UNDER_APPEAL)
LIVE = tuple(state for state in State if state not in TERMINAL)


@dataclass(frozen=True, slots=True)
class Facts:
    """All that a guard may see: the case as it stands, who acts, and what the act has checked beforehand.

    The first part is the case row itself, so that a sweep needs no further query to weigh a deadline. The second part
    is filled by the act that needs it; its defaults refuse.
    """

    state: State
    kind: Kind
    by: Role = Role.SYSTEM
    suspended: bool = False
    returns: bool = False  # what was agreed or decided obliges the buyer to send the goods back
    pays: bool = False  # what was decided obliges the merchant to pay
    buyer_handed_in: bool = False
    merchant_handed_in: bool = False
    asked: str = ""  # the side(s) asked for more evidence: buyer, merchant, both
    evidence_open: bool = False
    buyer_waived: bool = False
    merchant_waived: bool = False
    buyer_appealed: bool = False
    merchant_appealed: bool = False
    intervened: bool = False
    decided_on_appeal: bool = False
    in_time: bool = True  # the term of the state is not over; only parties are ever too late
    ruled: bool = False  # a ruling has been served in this round
    # what the act has checked
    refusals: tuple[str, ...] = ()  # reasons that the rules speak against it, worst first
    within_limit: bool = True
    assigned_to_me: bool = False
    has_interest: bool = False
    ruled_it_myself: bool = False
    needs_approval: bool = True
    offer_is_mine: bool = False
    offer_is_open: bool = False
    offer_returns: bool = False
    offer_settles: bool = False  # with this acceptance everybody whom the offer binds has agreed
    answers_both: bool = False
    appellant: str = ""  # the side whose appeal is open


Guard = str | None


def clocks_are_running(facts: Facts) -> Guard:
    return "case_is_suspended" if facts.suspended else None


def within_the_term(facts: Facts) -> Guard:
    """A term that is over is over, also while the sweep has yet to say so (the end is exclusive)."""
    return None if facts.in_time else "deadline_is_over"


def nothing_speaks_against_it(facts: Facts) -> Guard:
    return facts.refusals[0] if facts.refusals else None


def within_own_limit(facts: Facts) -> Guard:
    return None if facts.within_limit else "over_your_limit"


def asked_for_a_return(facts: Facts) -> Guard:
    return None if facts.kind is Kind.RETURN_REFUND else "no_return_was_asked"


def goods_must_come_back(facts: Facts) -> Guard:
    return None if facts.returns else "no_return_is_due"


def goods_stay(facts: Facts) -> Guard:
    return "return_is_due" if facts.returns else None


def evidence_is_open(facts: Facts) -> Guard:
    return None if facts.evidence_open else "evidence_window_closed"


def buyer_not_yet_handed_in(facts: Facts) -> Guard:
    return "already_handed_in" if facts.buyer_handed_in else None


def merchant_not_yet_handed_in(facts: Facts) -> Guard:
    return "already_handed_in" if facts.merchant_handed_in else None


def evidence_is_complete(facts: Facts) -> Guard:
    """Nobody takes a case whose file may still grow, unless both sides said that theirs is complete."""
    done = facts.buyer_handed_in and facts.merchant_handed_in
    return "evidence_window_open" if facts.evidence_open and not done else None


def was_asked(facts: Facts) -> Guard:
    return None if facts.asked == "both" or facts.asked == facts.by.value else "you_were_not_asked"


def everybody_asked_has_answered(facts: Facts) -> Guard:
    return None if facts.answers_both or facts.asked != "both" else "the_other_side_has_yet_to_answer"


def has_no_interest(facts: Facts) -> Guard:
    return "conflict_of_interest" if facts.has_interest else None


def is_mine(facts: Facts) -> Guard:
    return None if facts.assigned_to_me else "case_is_not_yours"


def needs_a_second_pair_of_eyes(facts: Facts) -> Guard:
    return None if facts.needs_approval else "needs_no_approval"


def needs_no_second_pair_of_eyes(facts: Facts) -> Guard:
    return "needs_approval" if facts.needs_approval else None


def second_pair_of_eyes(facts: Facts) -> Guard:
    """Nobody approves, or reviews on appeal, what they ruled themselves."""
    return "own_ruling" if facts.ruled_it_myself else None


def may_still_appeal(facts: Facts) -> Guard:
    """Each side appeals once, and a decision on appeal cannot be appealed again."""
    if facts.decided_on_appeal:
        return "already_decided_on_appeal"
    appealed = facts.buyer_appealed if facts.by is Role.BUYER else facts.merchant_appealed
    waived = facts.buyer_waived if facts.by is Role.BUYER else facts.merchant_waived
    if appealed:
        return "already_appealed"
    return "appeal_was_waived" if waived else None


def the_other_side_appealed(facts: Facts) -> Guard:
    return "this_is_your_own_appeal" if facts.appellant == facts.by.value else None


def other_side_waived_too(facts: Facts) -> Guard:
    waived = facts.merchant_waived if facts.by is Role.BUYER else facts.buyer_waived
    return None if waived else "the_other_side_may_still_appeal"


def somebody_must_perform(facts: Facts) -> Guard:
    return None if facts.pays or facts.returns else "nothing_to_perform"


def nothing_to_perform(facts: Facts) -> Guard:
    return "somebody_must_perform" if facts.pays or facts.returns else None


def before_the_ruling(facts: Facts) -> Guard:
    return "already_ruled" if facts.ruled else None


def offer_settles(facts: Facts) -> Guard:
    return None if facts.offer_settles else "the_other_side_has_yet_to_agree"


def offer_is_open(facts: Facts) -> Guard:
    return None if facts.offer_is_open else "offer_is_gone"


def offer_is_theirs(facts: Facts) -> Guard:
    return "this_is_your_own_offer" if facts.offer_is_mine else None


def offer_is_mine(facts: Facts) -> Guard:
    return None if facts.offer_is_mine else "this_is_not_your_offer"


def offer_needs_a_return(facts: Facts) -> Guard:
    return None if facts.offer_returns else "offer_needs_no_return"


def offer_needs_no_return(facts: Facts) -> Guard:
    return "offer_needs_a_return" if facts.offer_returns else None


def is_suspended(facts: Facts) -> Guard:
    return None if facts.suspended else "case_is_not_suspended"


B, M, A, S, OPS, SYS = Role.BUYER, Role.MERCHANT, Role.ARBITRATOR, Role.SENIOR, Role.OPS, Role.SYSTEM
RUNS = clocks_are_running
Row = Edge[State, Event, Facts]

_NEGOTIATING: list[Row] = [
    *rows(Event.REFUND_AGREED, State.AWAITING_MERCHANT, State.ENFORCING, {M, SYS}, RUNS, within_own_limit),
    *rows(Event.REFUND_AGREED, State.AWAITING_BUYER, State.ENFORCING, M, RUNS, within_own_limit),
    *rows(
        Event.RETURN_AGREED,
        State.AWAITING_MERCHANT,
        State.AWAITING_RETURN,
        {M, SYS},
        RUNS,
        asked_for_a_return,
        within_own_limit,
    ),
    *rows(Event.REFUND_REFUSED, State.AWAITING_MERCHANT, State.AWAITING_BUYER, M, RUNS, within_the_term),
    *rows(Event.MERCHANT_SILENT, State.AWAITING_MERCHANT, State.AWAITING_BUYER, SYS, RUNS),
    *rows(
        Event.REQUEST_REVISED,
        State.AWAITING_BUYER,
        State.AWAITING_MERCHANT,
        B,
        RUNS,
        within_the_term,
        nothing_speaks_against_it,
    ),
    *rows(Event.RETURN_SHIPPED, State.AWAITING_RETURN, State.RETURN_IN_TRANSIT, B, RUNS, within_the_term),
    *rows(Event.RETURN_ACCEPTED, State.RETURN_IN_TRANSIT, State.ENFORCING, {M, SYS}, RUNS),
    *rows(Event.RETURN_REFUSED, State.RETURN_IN_TRANSIT, State.AWAITING_BUYER, M, RUNS, within_the_term),
    *rows(Event.REQUEST_LAPSED, [State.AWAITING_BUYER, State.AWAITING_RETURN], State.LAPSED, SYS, RUNS),
]

_SETTLING: list[Row] = [
    *rows(
        Event.OFFER_MADE,
        BEFORE_RULING,
        None,
        {B, M, A, S},
        before_the_ruling,
        nothing_speaks_against_it,
        within_own_limit,
    ),
    *rows(
        Event.OFFER_ACCEPTED,
        BEFORE_RULING,
        State.AWAITING_RETURN,
        {B, M},
        before_the_ruling,
        offer_is_open,
        offer_is_theirs,
        within_own_limit,
        offer_settles,
        offer_needs_a_return,
    ),
    *rows(
        Event.OFFER_ACCEPTED,
        BEFORE_RULING,
        State.ENFORCING,
        {B, M},
        before_the_ruling,
        offer_is_open,
        offer_is_theirs,
        within_own_limit,
        offer_settles,
        offer_needs_no_return,
    ),
    # A proposal of the platform binds when both sides have accepted it; the first acceptance is only remembered.
    *rows(
        Event.OFFER_ACCEPTED,
        BEFORE_RULING,
        None,
        {B, M},
        before_the_ruling,
        offer_is_open,
        offer_is_theirs,
        within_own_limit,
    ),
    *rows(Event.OFFER_DECLINED, BEFORE_RULING, None, {B, M}, offer_is_open, offer_is_theirs),
    *rows(Event.OFFER_RETRACTED, BEFORE_RULING, None, {B, M, A, S}, offer_is_open, offer_is_mine),
    *rows(Event.OFFER_LAPSED, BEFORE_RULING, None, SYS),
    *rows(Event.WITHDRAWN, BEFORE_RULING, State.WITHDRAWN, B, before_the_ruling),
]

_INTERVENING: list[Row] = [
    *rows(
        Event.INTERVENTION_REQUESTED,
        [State.AWAITING_MERCHANT, State.AWAITING_BUYER, State.AWAITING_RETURN, State.RETURN_IN_TRANSIT],
        State.ADMISSION,
        {B, M, OPS, SYS},
        RUNS,
        within_the_term,
        nothing_speaks_against_it,
    ),
    *rows(Event.ADMITTED, State.ADMISSION, State.GATHERING_EVIDENCE, {OPS, S, SYS}, RUNS),
    *rows(Event.NOT_ADMITTED, State.ADMISSION, State.DISMISSED, {OPS, S}, RUNS),
    *rows(
        Event.EVIDENCE_ADDED,
        [State.GATHERING_EVIDENCE, State.AWAITING_CONFIRMATION, State.AWAITING_ASSIGNMENT],
        None,
        {B, M},
        evidence_is_open,
    ),
    *rows(Event.EVIDENCE_ADDED, State.MORE_EVIDENCE, None, {B, M}, RUNS, within_the_term, was_asked),
    *rows(
        Event.EVIDENCE_ADDED, State.AWAITING_APPEAL_ANSWER, None, {B, M}, RUNS, within_the_term, the_other_side_appealed
    ),
    *rows(
        Event.EVIDENCE_WITHDRAWN,
        [State.GATHERING_EVIDENCE, State.AWAITING_CONFIRMATION, State.AWAITING_ASSIGNMENT],
        None,
        {B, M},
        evidence_is_open,
    ),
    # In the merchant's 24 hours there is one answer that counts, the rebuttal: no second button that stops no clock.
    *rows(Event.POINT_ANSWERED, State.GATHERING_EVIDENCE, None, {B, M}, RUNS, within_the_term),
    *rows(Event.POINT_ANSWERED, State.AWAITING_CONFIRMATION, None, B, RUNS, within_the_term),
    *rows(
        Event.BUYER_HANDED_IN,
        State.GATHERING_EVIDENCE,
        State.AWAITING_CONFIRMATION,
        B,
        RUNS,
        within_the_term,
        buyer_not_yet_handed_in,
        nothing_speaks_against_it,
    ),
    *rows(
        Event.MERCHANT_HANDED_IN, State.GATHERING_EVIDENCE, None, M, RUNS, within_the_term, merchant_not_yet_handed_in
    ),
    *rows(Event.EVIDENCE_CLOSED, State.GATHERING_EVIDENCE, State.AWAITING_ASSIGNMENT, SYS, RUNS),
    *rows(
        Event.CLAIM_ACCEPTED,
        [
            State.GATHERING_EVIDENCE,
            State.AWAITING_CONFIRMATION,
            State.AWAITING_ASSIGNMENT,
            State.UNDER_REVIEW,
            State.MORE_EVIDENCE,
        ],
        State.AWAITING_RETURN,
        M,
        within_own_limit,
        goods_must_come_back,
    ),
    *rows(
        Event.CLAIM_ACCEPTED,
        [
            State.GATHERING_EVIDENCE,
            State.AWAITING_CONFIRMATION,
            State.AWAITING_ASSIGNMENT,
            State.UNDER_REVIEW,
            State.MORE_EVIDENCE,
        ],
        State.ENFORCING,
        M,
        within_own_limit,
        goods_stay,
    ),
    *rows(
        Event.CLAIM_REBUTTED,
        State.AWAITING_CONFIRMATION,
        State.AWAITING_ASSIGNMENT,
        M,
        RUNS,
        within_the_term,
        nothing_speaks_against_it,
    ),
    *rows(Event.CONFIRMATION_LAPSED, State.AWAITING_CONFIRMATION, State.AWAITING_ASSIGNMENT, SYS, RUNS),
]

_DECIDING: list[Row] = [
    *rows(
        Event.TAKEN,
        State.AWAITING_ASSIGNMENT,
        State.UNDER_REVIEW,
        {A, S},
        RUNS,
        has_no_interest,
        evidence_is_complete,
        nothing_speaks_against_it,
    ),
    *rows(Event.PICKUP_OVERDUE, State.AWAITING_ASSIGNMENT, None, SYS, RUNS),
    *rows(Event.HANDED_BACK, State.UNDER_REVIEW, State.AWAITING_ASSIGNMENT, {A, S}, is_mine),
    *rows(Event.HANDED_BACK, State.UNDER_REVIEW, State.AWAITING_ASSIGNMENT, OPS),
    *rows(Event.RETURNED_TO_QUEUE, State.UNDER_REVIEW, State.AWAITING_ASSIGNMENT, SYS, RUNS),
    *rows(Event.MORE_EVIDENCE_ASKED, State.UNDER_REVIEW, State.MORE_EVIDENCE, {A, S}, RUNS, is_mine),
    *rows(
        Event.MORE_EVIDENCE_HANDED_IN,
        State.MORE_EVIDENCE,
        State.UNDER_REVIEW,
        {B, M},
        RUNS,
        within_the_term,
        was_asked,
        everybody_asked_has_answered,
    ),
    *rows(Event.MORE_EVIDENCE_HANDED_IN, State.MORE_EVIDENCE, None, {B, M}, RUNS, within_the_term, was_asked),
    *rows(Event.MORE_EVIDENCE_CLOSED, State.MORE_EVIDENCE, State.UNDER_REVIEW, SYS, RUNS),
    *rows(Event.SENT_TO_JURY, State.UNDER_REVIEW, State.JURY_VOTING, {A, S}, RUNS, is_mine),
    *rows(Event.JURY_CLOSED, State.JURY_VOTING, State.UNDER_REVIEW, SYS, RUNS),
    *rows(
        Event.RULING_PROPOSED,
        State.UNDER_REVIEW,
        State.AWAITING_APPROVAL,
        {A, S},
        RUNS,
        is_mine,
        has_no_interest,
        nothing_speaks_against_it,
        needs_a_second_pair_of_eyes,
    ),
    *rows(
        Event.RULING_SERVED,
        State.UNDER_REVIEW,
        State.APPEAL_WINDOW,
        {A, S},
        RUNS,
        is_mine,
        has_no_interest,
        nothing_speaks_against_it,
        needs_no_second_pair_of_eyes,
    ),
    *rows(
        Event.RULING_SERVED,
        State.AWAITING_APPROVAL,
        State.APPEAL_WINDOW,
        S,
        RUNS,
        has_no_interest,
        second_pair_of_eyes,
        nothing_speaks_against_it,
    ),
    *rows(
        Event.RULING_RETURNED,
        State.AWAITING_APPROVAL,
        State.UNDER_REVIEW,
        S,
        RUNS,
        has_no_interest,
        second_pair_of_eyes,
    ),
    *rows(Event.APPROVAL_OVERDUE, State.AWAITING_APPROVAL, None, SYS, RUNS),
]

_APPEALING: list[Row] = [
    *rows(
        Event.APPEAL_FILED,
        State.APPEAL_WINDOW,
        State.AWAITING_APPEAL_ANSWER,
        {B, M},
        RUNS,
        within_the_term,
        may_still_appeal,
        nothing_speaks_against_it,
    ),
    *rows(
        Event.APPEAL_WAIVED,
        State.APPEAL_WINDOW,
        State.AWAITING_COMPLIANCE,
        {B, M},
        RUNS,
        within_the_term,
        may_still_appeal,
        other_side_waived_too,
        somebody_must_perform,
    ),
    *rows(
        Event.APPEAL_WAIVED,
        State.APPEAL_WINDOW,
        State.ENFORCING,
        {B, M},
        RUNS,
        within_the_term,
        may_still_appeal,
        other_side_waived_too,
        nothing_to_perform,
    ),
    *rows(Event.APPEAL_WAIVED, State.APPEAL_WINDOW, None, {B, M}, RUNS, within_the_term, may_still_appeal),
    *rows(
        Event.APPEAL_WINDOW_CLOSED,
        State.APPEAL_WINDOW,
        State.AWAITING_COMPLIANCE,
        SYS,
        RUNS,
        somebody_must_perform,
    ),
    *rows(Event.APPEAL_WINDOW_CLOSED, State.APPEAL_WINDOW, State.ENFORCING, SYS, RUNS, nothing_to_perform),
    *rows(
        Event.APPEAL_ANSWERED,
        State.AWAITING_APPEAL_ANSWER,
        State.UNDER_APPEAL,
        {B, M},
        RUNS,
        within_the_term,
        the_other_side_appealed,
        nothing_speaks_against_it,
    ),
    *rows(Event.APPEAL_ANSWER_LAPSED, State.AWAITING_APPEAL_ANSWER, State.UNDER_APPEAL, SYS, RUNS),
    *rows(Event.APPEAL_TAKEN, State.UNDER_APPEAL, None, S, RUNS, has_no_interest, second_pair_of_eyes),
    *rows(
        Event.APPEAL_UPHELD,
        State.UNDER_APPEAL,
        State.AWAITING_COMPLIANCE,
        S,
        RUNS,
        has_no_interest,
        second_pair_of_eyes,
        is_mine,
        nothing_speaks_against_it,
        somebody_must_perform,
    ),
    *rows(
        Event.APPEAL_UPHELD,
        State.UNDER_APPEAL,
        State.ENFORCING,
        S,
        RUNS,
        has_no_interest,
        second_pair_of_eyes,
        is_mine,
        nothing_speaks_against_it,
        nothing_to_perform,
    ),
    *rows(
        Event.APPEAL_CHANGED,
        State.UNDER_APPEAL,
        State.AWAITING_COMPLIANCE,
        S,
        RUNS,
        has_no_interest,
        second_pair_of_eyes,
        is_mine,
        nothing_speaks_against_it,
        somebody_must_perform,
    ),
    *rows(
        Event.APPEAL_CHANGED,
        State.UNDER_APPEAL,
        State.ENFORCING,
        S,
        RUNS,
        has_no_interest,
        second_pair_of_eyes,
        is_mine,
        nothing_speaks_against_it,
        nothing_to_perform,
    ),
    *rows(
        Event.APPEAL_SENT_BACK,
        State.UNDER_APPEAL,
        State.AWAITING_ASSIGNMENT,
        S,
        RUNS,
        has_no_interest,
        second_pair_of_eyes,
        is_mine,
        nothing_speaks_against_it,
    ),
    *rows(Event.APPEAL_OVERDUE, State.UNDER_APPEAL, None, SYS, RUNS),
]

_EXECUTING: list[Row] = [
    *rows(Event.COMPLIED, State.AWAITING_COMPLIANCE, State.ENFORCING, M, RUNS, goods_stay, within_own_limit),
    *rows(
        Event.RETURN_SHIPPED,
        State.AWAITING_COMPLIANCE,
        State.RETURN_IN_TRANSIT,
        B,
        RUNS,
        within_the_term,
        goods_must_come_back,
    ),
    *rows(Event.COMPLIANCE_LAPSED, State.AWAITING_COMPLIANCE, State.ENFORCING, SYS, RUNS),
    *rows(Event.EXECUTION_FINISHED, State.ENFORCING, State.CLOSED, SYS),
]

# Money that is on its way does not stop.
STOPPABLE: tuple[State, ...] = tuple(state for state in LIVE if state != State.ENFORCING)
_CLOCKS: list[Row] = [
    *rows(
        Event.CLOCKS_STOPPED,
        STOPPABLE,
        None,
        {A, S, OPS},
        RUNS,
        nothing_speaks_against_it,
    ),
    *rows(
        Event.CLOCKS_RESUMED,
        STOPPABLE,
        None,
        {A, S, OPS, SYS},
        is_suspended,
    ),
    *rows(
        Event.DEADLINE_EXTENDED,
        STOPPABLE,
        None,
        {B, M, A, S, OPS},
        RUNS,
        nothing_speaks_against_it,
    ),
]

LIFECYCLE: Machine[State, Event, Facts] = Machine(
    (*_NEGOTIATING, *_SETTLING, *_INTERVENING, *_DECIDING, *_APPEALING, *_EXECUTING, *_CLOCKS)
)


def side_of(role: Role) -> Side | None:
    return Side(role.value) if role.is_party else None
