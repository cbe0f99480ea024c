"""Role × state × event, generated: whoever is not named for a move cannot make it, and the docs say the same."""

from __future__ import annotations

from itertools import product
from pathlib import Path

import pytest

from common.actor import Role
from disputes import drawing
from disputes.lifecycle import LIFECYCLE, TERMINAL, Event, Facts, Kind, State

ROLES = list(Role)
LENIENT = {
    "within_limit": True,
    "assigned_to_me": True,
    "needs_approval": False,
    "offer_is_open": True,
    "offer_settles": True,
    "evidence_open": True,
    "asked": "both",
    "answers_both": True,
    "suspended": False,
}


def test_the_drawing_is_fresh() -> None:
    path = Path(__file__).parents[2] / "docs" / "lifecycle.md"
    assert path.read_text("utf-8") == drawing.page(), "run manage.py draw_lifecycle"


@pytest.mark.parametrize(("state", "role"), list(product(State, ROLES)))
def test_only_who_is_named_can_move_a_case(state: State, role: Role) -> None:
    named = {edge.event for edge in LIFECYCLE.edges if edge.source is state and role in edge.roles}
    others = {edge.event for edge in LIFECYCLE.edges if edge.source is state} - named
    facts = Facts(state=state, kind=Kind.RETURN_REFUND, by=role, **LENIENT)  # type: ignore[arg-type]
    for event in Event:
        answer = LIFECYCLE.weigh(state, event, role, facts)
        if event in named:
            assert answer not in ("not_in_this_state", "not_for_this_role"), event
        else:
            assert answer == ("not_for_this_role" if event in others else "not_in_this_state"), event


@pytest.mark.parametrize("state", [state for state in State if state not in TERMINAL])
def test_a_suspended_case_moves_only_by_agreement_withdrawal_or_resuming(state: State) -> None:
    still_open = {
        Event.OFFER_MADE, Event.OFFER_ACCEPTED, Event.OFFER_DECLINED, Event.OFFER_RETRACTED, Event.OFFER_LAPSED,
        Event.WITHDRAWN, Event.CLAIM_ACCEPTED, Event.EVIDENCE_ADDED, Event.EVIDENCE_WITHDRAWN, Event.CLOCKS_RESUMED,
        Event.HANDED_BACK, Event.EXECUTION_FINISHED,
    }  # fmt: skip
    for role, event in product(ROLES, Event):
        facts = Facts(state=state, kind=Kind.RETURN_REFUND, by=role, **(LENIENT | {"suspended": True}))  # type: ignore[arg-type]
        answer = LIFECYCLE.weigh(state, event, role, facts)
        if not isinstance(answer, str):
            assert event in still_open, event
