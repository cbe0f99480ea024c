"""The words of the lifecycle: where a case may be, what may happen to it, what was asked for. Knows no rule."""

from __future__ import annotations

from enum import StrEnum


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

    CLAIM_FILED = "claim_filed"
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
    EXHIBIT_ANSWERED = "exhibit_answered"
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
    APPROVAL_TAKEN = "approval_taken"
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
