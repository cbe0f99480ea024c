"""The closed vocabulary of what can happen. A kind that is not here cannot be recorded."""

from __future__ import annotations

from enum import StrEnum


class Kind(StrEnum):
    """Named for what happened. Lifecycle events bear the event's own name; the rest are facts beside the state."""

    # negotiation
    REFUND_REQUESTED = "refund_requested"
    CLAIM_FILED = "claim_filed"
    PAYOUT_CONTESTED = "payout_contested"
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
    # offers
    OFFER_MADE = "offer_made"
    OFFER_ACCEPTED = "offer_accepted"
    OFFER_DECLINED = "offer_declined"
    OFFER_RETRACTED = "offer_retracted"
    OFFER_LAPSED = "offer_lapsed"
    # intervention
    INTERVENTION_REQUESTED = "intervention_requested"
    ADMITTED = "admitted"
    NOT_ADMITTED = "not_admitted"
    EVIDENCE_ADDED = "evidence_added"
    EVIDENCE_WITHDRAWN = "evidence_withdrawn"
    EVIDENCE_UNREADABLE = "evidence_unreadable"
    EVIDENCE_INCOMPLETE = "evidence_incomplete"
    EXHIBIT_ANSWERED = "exhibit_answered"
    EVIDENCE_MASKED = "evidence_masked"
    BUYER_HANDED_IN = "buyer_handed_in"
    MERCHANT_HANDED_IN = "merchant_handed_in"
    EVIDENCE_CLOSED = "evidence_closed"
    POINT_ANSWERED = "point_answered"
    CLAIM_ACCEPTED = "claim_accepted"
    CLAIM_REBUTTED = "claim_rebutted"
    CONFIRMATION_LAPSED = "confirmation_lapsed"
    # deciding
    TAKEN = "taken"
    HANDED_BACK = "handed_back"
    RETURNED_TO_QUEUE = "returned_to_queue"
    PICKUP_OVERDUE = "pickup_overdue"
    MORE_EVIDENCE_ASKED = "more_evidence_asked"
    MORE_EVIDENCE_HANDED_IN = "more_evidence_handed_in"
    MORE_EVIDENCE_CLOSED = "more_evidence_closed"
    SENT_TO_JURY = "sent_to_jury"
    JURY_DRAWN = "jury_drawn"
    JURY_REPLACED = "jury_replaced"
    JURY_REMINDED = "jury_reminded"
    JURY_VOTED = "jury_voted"
    JURY_CLOSED = "jury_closed"
    JURY_COUNTED = "jury_counted"
    RULING_SENT = "ruling_sent"
    RULING_CALLED_BACK = "ruling_called_back"
    RULING_CAME_BACK = "ruling_came_back"
    RULING_PROPOSED = "ruling_proposed"
    APPROVAL_TAKEN = "approval_taken"
    RULING_RETURNED = "ruling_returned"
    RULING_SERVED = "ruling_served"
    APPROVAL_OVERDUE = "approval_overdue"
    # appeal
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
    # executing
    COMPLIED = "complied"
    COMPLIANCE_LAPSED = "compliance_lapsed"
    EXECUTION_FINISHED = "execution_finished"
    PAYMENT_STARTED = "payment_started"
    PAYMENT_DONE = "payment_done"
    PAYMENT_REFUSED = "payment_refused"
    PAYMENT_UNKNOWN = "payment_unknown"
    ADVANCE_PROPOSED = "advance_proposed"
    ADVANCE_DECLINED = "advance_declined"
    ADVANCE_APPROVED = "advance_approved"
    REFUND_REPORTED = "refund_reported"
    # clocks
    CLOCKS_STOPPED = "clocks_stopped"
    CLOCKS_RESUMED = "clocks_resumed"
    DEADLINE_EXTENDED = "deadline_extended"
    DEADLINE_REMINDED = "deadline_reminded"
    DEADLINE_RECOMPUTED = "deadline_recomputed"
    DEADLINE_SET_ASIDE = "deadline_set_aside"
    # the file
    DOSSIER_SEALED = "dossier_sealed"
    ORIGINAL_OPENED = "original_opened"
    BUNDLE_EXPORTED = "bundle_exported"
    LETTER_PRINTED = "letter_printed"
    # a shop's own affairs
    SHOP_ASSIGNED = "shop_assigned"
    SECOND_PERSON_ASKED = "second_person_asked"
    SECOND_PERSON_DECLINED = "second_person_declined"
    # what is learned from a decision
    PRECEDENT_WITHDRAWN = "precedent_withdrawn"
    # keeping and erasing
    HOLD_PLACED = "hold_placed"
    HOLD_LIFTED = "hold_lifted"
    ERASED = "erased"


# Steps of the house that parties neither need nor may see, and a shop's own affairs: not on their timeline, and as digests
# in their copy of the chain.
HOUSE_ONLY = frozenset(
    {
        Kind.PICKUP_OVERDUE,
        Kind.HANDED_BACK,
        Kind.JURY_DRAWN,
        Kind.JURY_REPLACED,
        Kind.JURY_REMINDED,
        Kind.JURY_VOTED,
        Kind.RULING_SENT,
        Kind.RULING_CALLED_BACK,
        Kind.RULING_CAME_BACK,
        Kind.RULING_PROPOSED,
        Kind.APPROVAL_TAKEN,
        Kind.RULING_RETURNED,
        Kind.APPROVAL_OVERDUE,
        Kind.APPEAL_OVERDUE,
        Kind.PAYMENT_STARTED,
        Kind.PAYMENT_REFUSED,
        Kind.PAYMENT_UNKNOWN,
        Kind.ADVANCE_PROPOSED,
        Kind.ADVANCE_DECLINED,
        Kind.DEADLINE_REMINDED,
        Kind.DEADLINE_SET_ASIDE,
        Kind.ORIGINAL_OPENED,
        Kind.BUNDLE_EXPORTED,
        Kind.SHOP_ASSIGNED,
        Kind.SECOND_PERSON_ASKED,
        Kind.SECOND_PERSON_DECLINED,
        Kind.PRECEDENT_WITHDRAWN,
        Kind.HOLD_PLACED,
        Kind.HOLD_LIFTED,
    }
)
