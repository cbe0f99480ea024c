"""The way of a case in a few steps: done, where it is, what is to come, what it went without. Decides nothing."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from disputes.awards import Source
from disputes.lifecycle import APPEAL, NEGOTIATION, REVIEW, TERMINAL, State
from disputes.models import Case
from web import reversed_roles

RETURN = "R3"  # the remedy in which the goods come back
_RETURNING = (State.AWAITING_RETURN, State.RETURN_IN_TRANSIT)
_RULING = (State.AWAITING_ASSIGNMENT, *REVIEW)


@dataclass(frozen=True, slots=True)
class Step:
    """``state`` is done, now, later, off (the case went without it) or silent (its term ran out, as ``said`` tells)."""

    label: str
    state: str
    said: str = ""


@dataclass(frozen=True, slots=True)
class _Stage:
    """A step, the states in which a case is there, whether it is known to have happened, and else what its term brought."""

    label: str
    states: tuple[State, ...]
    happened: bool
    silent: str = ""


def may_have_come_back(case: Case) -> bool:
    """Whether the goods may have been sent back and refused: the case row alone does not say it of a refused return."""
    among_themselves = case.intervened_at is None and State(case.state) not in _RETURNING
    in_the_end = case.outcome is not None and case.outcome.remedy == RETURN
    return among_themselves and case.returns and case.refusals_so_far > 0 and not in_the_end


def steps(
    case: Case, me: str = "", *, lapsed: Collection[str] = (), came_back: bool = False, shown: bool = True
) -> list[Step]:
    """``lapsed``: the duties whose last term ran out with nobody doing what was due (`queries.terms`). ``came_back``: goods
    were sent back, and refused. ``shown``: something of a party is in the file. ``me`` is buyer, merchant or staff.

    Only what these, the case row and its outcome show to have happened is done.
    """
    state = State(case.state)
    if case.intervened_at is None:
        way = _among_themselves(case, state, me, lapsed, came_back)
    else:
        way = _before_the_court(case, state, lapsed, shown)
    at = len(way) if state in TERMINAL else _place(way, state)
    return [_step(step, place, at) for place, step in enumerate(way)]


def _step(stage: _Stage, place: int, at: int) -> Step:
    if place == at:
        return Step(stage.label, "now")
    if place > at:
        return Step(stage.label, "later")
    if stage.happened:
        return Step(stage.label, "done")
    return Step(stage.label, "silent" if stage.silent else "off", stage.silent)


def _place(way: Sequence[_Stage], state: State) -> int:
    return next((place for place, step in enumerate(way) if state in step.states), len(way) - 1)


def _among_themselves(case: Case, state: State, me: str, lapsed: Collection[str], came_back: bool) -> list[_Stage]:
    outcome = case.outcome
    # The rules replied for a silent merchant, unless it was the return that they confirmed.
    silent = outcome is not None and outcome.source == Source.SILENCE and outcome.remedy != RETURN
    said = case.refusals_so_far > 0 or (outcome is not None and not silent) or state in _RETURNING
    replied = said and "merchant_reply" not in lapsed
    way = [
        _Stage(_("Request"), (), True),
        _Stage(_("Merchant replies"), (State.AWAITING_MERCHANT,), replied, _no_answer("merchant_reply", lapsed)),
    ]
    sent_back = came_back or (outcome is not None and outcome.remedy == RETURN)
    not_sent = _("Not sent in time") if "return_shipment" in lapsed else ""
    back = _Stage(_("Return"), _RETURNING, sent_back, not_sent)
    if came_back:
        # Whoever is asked again replies after it.
        way.insert(1 if state is State.AWAITING_MERCHANT else 2, back)
    undecided = "buyer_reply" in lapsed and state is State.LAPSED
    if state is State.AWAITING_BUYER or undecided:
        label = _("You decide") if me == "buyer" else _("Buyer decides")
        way.append(_Stage(label, (State.AWAITING_BUYER,), False, _no_answer("buyer_reply", lapsed)))
    if (case.returns or state in _RETURNING) and not came_back:
        way.append(back)
    return [*way, _Stage(_("Refund"), (State.ENFORCING,), outcome is not None and outcome.amount > 0)]


def _before_the_court(case: Case, state: State, lapsed: Collection[str], shown: bool) -> list[_Stage]:
    outcome = case.outcome
    taken_up = case.taken_at is not None or case.ruled_by_id is not None
    handed_in = case.buyer_handed_in_at is not None or case.merchant_handed_in_at is not None
    gathered = handed_in or ((taken_up or state not in TERMINAL) and (shown or "evidence" not in lapsed))
    conceded = outcome is not None and outcome.source == Source.CONCEDED
    reverses = reversed_roles.is_merchants(case)
    # Nothing goes to the other side for its answer before whoever claims has handed in.
    claim_in_at = case.merchant_handed_in_at if reverses else case.buyer_handed_in_at
    asked = claim_in_at is not None and (taken_up or state not in TERMINAL)
    confirmed = conceded or (asked and "confirmation" not in lapsed)
    carried_out = outcome is not None and (outcome.amount > 0 or outcome.returns)
    way = [
        _Stage(_("Claim filed"), (), True),
        *([_Stage(_("Acceptance check"), (State.ADMISSION,), False)] if state is State.ADMISSION else []),
        _Stage(
            _("Evidence"),
            (State.GATHERING_EVIDENCE,),
            gathered,
            _("None came in time") if "evidence" in lapsed else "",
        ),
        _Stage(
            str(reversed_roles.ANSWER_STEP) if reverses else _("Merchant confirms"),
            (State.AWAITING_CONFIRMATION,),
            confirmed,
            _no_answer("confirmation", lapsed),
        ),
        _Stage(_("Ruling"), _RULING, case.ruled_by_id is not None),
    ]
    # A ruling that is out is done; whether it stands is a step of its own while that is open, and where it was asked.
    if state in APPEAL or (case.appellant and state not in _RULING and case.ruled_by_id is not None):
        label = _("Open to appeal") if state is State.APPEAL_WINDOW else pgettext("step", "Appeal")
        way.append(_Stage(label, tuple(APPEAL), bool(case.appellant)))
    late = _("Not done in time") if "compliance" in lapsed else ""
    done_by = (State.AWAITING_COMPLIANCE, State.ENFORCING, *NEGOTIATION)
    return [*way, _Stage(_("Carried out"), done_by, carried_out, late)]


def _no_answer(duty: str, lapsed: Collection[str]) -> str:
    return _("No answer in time") if duty in lapsed else ""
