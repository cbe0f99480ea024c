"""The table itself: every state can be reached and left, nobody is named by accident, refusals have words."""

from __future__ import annotations

from dataclasses import fields, replace

import pytest

from common.actor import Role
from disputes import guards, refusals, timers
from disputes.labels import ACTIONS, STATES
from disputes.lifecycle import BEFORE_RULING, LIFECYCLE, TERMINAL, Event, Facts, Kind, State
from journal.kinds import Kind as EntryKind

FACTS = Facts(state=State.AWAITING_MERCHANT, kind=Kind.REFUND_ONLY)


def test_every_state_can_be_reached_from_a_refund_request() -> None:
    assert LIFECYCLE.reachable(State.AWAITING_MERCHANT) == set(State)


def test_nothing_happens_in_a_closed_case() -> None:
    assert [edge for edge in LIFECYCLE.edges if edge.source in TERMINAL] == []


@pytest.mark.parametrize("state", [state for state in State if state not in TERMINAL])
def test_every_live_state_can_be_left(state: State) -> None:
    assert any(edge.source is state and edge.target not in (None, state) for edge in LIFECYCLE.edges)


@pytest.mark.parametrize("state", [state for state in State if state not in TERMINAL])
def test_every_live_state_but_the_moving_of_money_awaits_somebody_in_time(state: State) -> None:
    assert (timers.duty_of(state) is None) == (state is State.ENFORCING)


@pytest.mark.parametrize("state", list(timers.DUTIES))
@pytest.mark.parametrize("kind", list(Kind))
def test_the_end_of_a_term_is_an_event_of_the_table(state: State, kind: Kind) -> None:
    facts = replace(FACTS, state=state, kind=kind, asked="both", appellant="buyer")
    event = timers.DUTIES[state].expires(facts, "")
    assert any(Role.SYSTEM in edge.roles for edge in LIFECYCLE.rows(state, event))


def test_silence_never_forces_a_refund_of_received_goods_without_return() -> None:
    duty = timers.DUTIES[State.AWAITING_MERCHANT]
    assert duty.expires(replace(FACTS, kind=Kind.REFUND_ONLY), "intervene") is Event.MERCHANT_SILENT
    assert duty.expires(replace(FACTS, kind=Kind.RETURN_REFUND), "") is Event.RETURN_AGREED
    assert duty.expires(replace(FACTS, kind=Kind.UNSHIPPED), "") is Event.REFUND_AGREED


def test_every_event_leaves_an_entry_of_its_own_kind() -> None:
    assert {event.value for event in Event} <= {kind.value for kind in EntryKind}


def test_only_parties_and_the_platform_act() -> None:
    assert all(edge.roles for edge in LIFECYCLE.edges)
    assert not any(Role.JUROR in edge.roles for edge in LIFECYCLE.edges)


@pytest.mark.parametrize("state", BEFORE_RULING)
def test_a_settlement_can_be_made_in_every_state_before_a_ruling(state: State) -> None:
    for event in (Event.OFFER_MADE, Event.OFFER_ACCEPTED, Event.WITHDRAWN):
        assert LIFECYCLE.rows(state, event), event


@pytest.mark.parametrize("state", [state for state in State if state not in BEFORE_RULING])
def test_no_settlement_and_no_withdrawal_after_the_ruling(state: State) -> None:
    for event in (Event.OFFER_MADE, Event.OFFER_ACCEPTED, Event.WITHDRAWN):
        assert not LIFECYCLE.rows(state, event), event


def test_a_party_is_never_among_those_who_decide() -> None:
    deciding = {Event.TAKEN, Event.RULING_PROPOSED, Event.RULING_SERVED, Event.APPEAL_UPHELD, Event.APPEAL_CHANGED}
    for edge in LIFECYCLE.edges:
        if edge.event in deciding:
            assert not edge.roles & {Role.BUYER, Role.MERCHANT, Role.OPS, Role.SYSTEM}
            assert guards.has_no_interest in edge.guards


def test_every_guard_that_can_refuse_has_words() -> None:
    guards = {guard for edge in LIFECYCLE.edges for guard in edge.guards}
    flags = [f.name for f in fields(Facts) if f.type in ("bool", bool)]
    said = set()
    for guard in guards:
        for base in (False, True):
            facts = replace(FACTS, **dict.fromkeys(flags, base))
            for by in (Role.BUYER, Role.MERCHANT, Role.SENIOR):
                for more in (
                    {},
                    {"asked": "both", "answers_both": False},
                    {"appellant": by.value},
                    {"refusals": ("not_yet",)},
                ):
                    code = guard(replace(facts, by=by, **more))
                    if code is not None:
                        said.add(code)
    assert said, "no guard ever refused"
    assert said <= set(refusals.SENTENCES)


def test_every_state_has_a_label_for_each_reader() -> None:
    assert set(STATES) == set(State)
    assert all(set(labels) == {"buyer", "merchant", "staff"} for labels in STATES.values())


def test_every_event_that_a_person_causes_has_a_button() -> None:
    human = {edge.event for edge in LIFECYCLE.edges if edge.roles - {Role.SYSTEM}}
    assert human == set(ACTIONS)
