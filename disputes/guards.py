"""What must hold for an event to happen: frozen facts in, ``None`` or a refusal code out. Each is named for what holds."""

from __future__ import annotations

from dataclasses import dataclass

from common.actor import Role
from disputes.states import Kind, State


@dataclass(frozen=True, slots=True)
class Facts:
    """All that a guard may see: the case as it stands, who acts, and what the act has checked beforehand.

    The first part is the case row itself, so that a sweep needs no further query to weigh a deadline. The second part
    is filled by the act that needs it; its defaults refuse.
    """

    state: State
    kind: Kind
    by: Role = Role.SYSTEM
    claimant: str = "buyer"  # the side whose claim it is: buyer, merchant
    suspended: bool = False
    returns: bool = False  # what was agreed or decided obliges the buyer to send the goods back
    pays: bool = False  # what was decided obliges the merchant to pay
    in_kind: bool = False  # what was decided obliges the merchant to do something, which has its sum if it is not done
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


def owed_in_kind(facts: Facts) -> Guard:
    return None if facts.in_kind else "nothing_in_kind_is_owed"


def owed_in_money(facts: Facts) -> Guard:
    return "something_in_kind_is_owed" if facts.in_kind else None


def speaks_for_the_claim(facts: Facts) -> Guard:
    """Whoever claims may give it up, and says first what it rests on."""
    return None if facts.by.value == facts.claimant else "not_your_claim"


def answers_the_claim(facts: Facts) -> Guard:
    return None if facts.by.value != facts.claimant else "your_own_claim"


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
