"""What only a senior may have in hand: taken, handed back, stepped back from, given to another; never to the first one."""

from __future__ import annotations

from typing import Any

import pytest

from accounts.models import Grant
from arbitration import appeals, approvals, assignment, queries, rulings
from arbitration.models import Appeal, HandBack, Ruling
from arbitration.queries import View
from common import clock
from common.actor import Actor, Role
from common.errors import Refused
from disputes.lifecycle import State
from disputes.models import Deadline
from engine import ticks
from journal.models import Entry
from notifications.models import Notice
from tests import builders, deciding
from tests.reach import Scene

pytestmark = pytest.mark.django_db


def proposed() -> Scene:
    """Its arbitrator's ruling waits for a senior."""
    deciding.rules(senior_approval_amount=1)
    made = deciding.taken()
    draft = deciding.drafted(made)
    rulings.issue(made.case.pk, version=draft.version, actor=made.arbitrator, now=clock.now())
    assert made.state is State.AWAITING_APPROVAL
    return made


def ruling(made: Scene) -> Ruling:
    return Ruling.objects.get(case=made.case, state=Ruling.PROPOSED)


def hand_back(made: Scene, actor: Actor, **how: Any) -> None:
    said = {"reason": "conflict", "text": "与当事人相识"} | how
    assignment.hand_back(made.case.pk, actor=actor, now=clock.now(), **said)
    made.reload()


def give(made: Scene, to: Actor, *, by: Actor | None = None) -> None:
    assert to.id is not None
    assignment.reassign(made.case.pk, to.id, text="", actor=by or made.ops, now=clock.now())
    made.reload()


def lists(view: View, actor: Actor) -> list[int]:
    return [case.pk for case in queries.queue(actor, view).cases]


def refused(code: str, act: Any, *args: Any, **kwargs: Any) -> None:
    with pytest.raises(Refused) as told:
        act(*args, **kwargs)
    assert told.value.code == code


# --- an appeal


def test_an_appeal_is_handed_back_with_a_reason_and_another_senior_takes_it() -> None:
    made = deciding.under_appeal()
    watch = Deadline.objects.get(case=made.case, duty="appeal_decision", state="pending")
    hand_back(made, made.senior, reason="overload")
    assert (made.state, made.case.assignee_id) == (State.UNDER_APPEAL, None)
    assert Appeal.objects.get(case=made.case).taken_at is None
    kept = HandBack.objects.get(case=made.case)
    assert (kept.user_id, kept.reason, kept.by_id) == (made.senior.id, "overload", made.senior.id)
    entry = Entry.objects.filter(stream=made.case.stream_id).latest("seq")
    assert (entry.kind, entry.data["reason"]) == ("handed_back", "overload")
    # The term of the decision goes on.
    assert Deadline.objects.get(pk=watch.pk).due_at == watch.due_at
    other = deciding.another(Role.SENIOR)
    assert lists(View.APPEALS, other) == [made.case.pk]
    appeals.take(made.case.pk, actor=other, now=clock.now())
    assert made.reload().assignee_id == other.id


def test_a_senior_who_steps_back_from_an_appeal_does_not_get_it_again() -> None:
    made = deciding.under_appeal()
    hand_back(made, made.senior, recuse=True)
    assert lists(View.APPEALS, made.senior) == []
    refused("conflict_of_interest", appeals.take, made.case.pk, actor=made.senior, now=clock.now())
    refused("conflict_of_interest", give, made, made.senior)


def test_a_senior_steps_back_from_an_appeal_that_another_decides_and_takes_nothing_from_them() -> None:
    made = deciding.under_appeal()
    other = deciding.another(Role.SENIOR)
    refused("case_is_not_yours", hand_back, made, other)
    hand_back(made, other, recuse=True)
    assert made.case.assignee_id == made.senior.id
    assert Appeal.objects.get(case=made.case).taken_at is not None


def test_operations_give_an_appeal_to_another_senior_but_never_to_one_who_ruled_or_is_a_party() -> None:
    made = deciding.under_appeal()
    assert made.arbitrator.id is not None
    # The first arbitrator became a senior since.
    Grant.objects.create(user_id=made.arbitrator.id, role="senior", number="S-990", since=clock.now())
    refused("own_ruling", give, made, made.arbitrator)
    customer = deciding.another(Role.SENIOR)
    builders.a_line(customer, made.shop)
    refused("conflict_of_interest", give, made, customer)
    refused("not_on_the_bench", give, made, deciding.another(Role.ARBITRATOR))
    assert made.reload().assignee_id == made.senior.id
    other = deciding.another(Role.SENIOR)
    give(made, other)
    assert made.case.assignee_id == other.id
    entry = Entry.objects.filter(stream=made.case.stream_id, kind="appeal_taken").latest("seq")
    assert entry.data["assigned_by"] == made.ops.id
    give(made, other)
    assert HandBack.objects.filter(case=made.case).count() == 1


def test_what_one_senior_began_to_write_on_appeal_does_not_reach_the_next() -> None:
    made = deciding.under_appeal()
    deciding.drafted(made, actor=made.senior)
    give(made, deciding.another(Role.SENIOR))
    assert not Ruling.objects.filter(case=made.case, stage=Ruling.APPEAL, state=Ruling.DRAFT).exists()


def test_operations_take_an_appeal_back_only_from_somebody() -> None:
    made = deciding.under_appeal()
    hand_back(made, made.ops, reason="absence")
    assert made.case.assignee_id is None
    refused("nobody_has_it", hand_back, made, made.ops, reason="absence")


# --- an approval


def test_who_takes_an_approval_signs_it_alone() -> None:
    made = proposed()
    other = deciding.another(Role.SENIOR)
    approvals.take(ruling(made).pk, actor=made.senior, now=clock.now())
    assert (lists(View.APPROVALS, made.senior), lists(View.APPROVALS, other)) == ([made.case.pk], [])
    for act in (approvals.approve, approvals.take):
        refused("approval_is_with_another", act, ruling(made).pk, actor=other, now=clock.now())
    refused("approval_is_with_another", approvals.send_back, ruling(made).pk, reason="不", actor=other, now=clock.now())
    # The case is still its author's, should it come back.
    assert made.reload().assignee_id == made.arbitrator.id
    hand_back(made, made.senior, reason="absence")
    assert (made.state, made.case.assignee_id) == (State.AWAITING_APPROVAL, made.arbitrator.id)
    approvals.approve(ruling(made).pk, actor=other, now=clock.now())
    assert made.state is State.APPEAL_WINDOW


def test_an_approval_that_a_senior_left_with_their_office_is_anybodys() -> None:
    made = proposed()
    approvals.take(ruling(made).pk, actor=made.senior, now=clock.now())
    other = deciding.another(Role.SENIOR)
    assert lists(View.APPROVALS, other) == []
    Grant.objects.filter(user_id=made.senior.id).update(revoked_at=clock.now())
    assert lists(View.APPROVALS, other) == [made.case.pk]
    approvals.approve(ruling(made).pk, actor=other, now=clock.now())
    assert made.state is State.APPEAL_WINDOW


def test_an_appeal_that_a_senior_left_with_their_office_is_in_the_list_again() -> None:
    made, other = deciding.under_appeal(), deciding.another(Role.SENIOR)
    assert lists(View.APPEALS, other) == []
    Grant.objects.filter(user_id=made.senior.id).update(revoked_at=clock.now())
    assert lists(View.APPEALS, other) == [made.case.pk]


def test_operations_give_an_approval_to_a_senior_who_did_not_write_it() -> None:
    made = proposed()
    assert made.arbitrator.id is not None
    Grant.objects.create(user_id=made.arbitrator.id, role="senior", number="S-991", since=clock.now())
    refused("own_ruling", give, made, made.arbitrator)
    give(made, made.senior)
    other = deciding.another(Role.SENIOR)
    give(made, other)
    refused("approval_is_with_another", approvals.approve, ruling(made).pk, actor=made.senior, now=clock.now())
    approvals.approve(ruling(made).pk, actor=other, now=clock.now())
    assert made.state is State.APPEAL_WINDOW


def test_a_senior_steps_back_from_an_approval_before_anybody_took_it() -> None:
    made = proposed()
    refused("case_is_not_yours", hand_back, made, made.senior)
    hand_back(made, made.senior, recuse=True)
    assert lists(View.APPROVALS, made.senior) == []
    refused("conflict_of_interest", approvals.approve, ruling(made).pk, actor=made.senior, now=clock.now())
    author = Actor.staff(Role.SENIOR, made.arbitrator.id or 0)
    Grant.objects.create(user_id=author.id, role="senior", number="S-992", since=clock.now())
    refused("own_ruling", hand_back, made, author, recuse=True)


# --- who is told


def told(made: Scene, actor: Actor) -> set[str]:
    ticks.consequences()
    return set(Notice.objects.filter(case=made.case, user_id=actor.id).values_list("kind", flat=True))


def test_who_is_given_something_is_told_and_who_took_it_is_not() -> None:
    made, other = deciding.under_appeal(), deciding.another(Role.SENIOR)
    assert "appeal_taken" not in told(made, made.senior)
    give(made, other)
    assert "appeal_taken" in told(made, other)
    # It was given on at once: nobody else is asked to look for it.
    third = deciding.another(Role.SENIOR)
    assert "handed_back" not in told(made, third)
    hand_back(made, other, reason="overload")
    assert "handed_back" in told(made, third)
    assert not {"handed_back", "appeal_taken"} & told(made, made.buyer)
