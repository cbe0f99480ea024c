"""Cases find their arbitrator: taken, taken next, handed back, reassigned; and what the desk's lists show."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts import conflicts
from accounts.models import Grant
from arbitration import assignment, inquiries, queries, rulings
from arbitration.models import HandBack, Ruling
from arbitration.queries import View
from common import clock
from common.actor import Actor, Role
from common.errors import Missing, Refused
from disputes import access, submissions
from disputes.lifecycle import State
from disputes.models import Case
from tests import builders, deciding, reach

pytestmark = pytest.mark.django_db


def queued():
    deciding.rules()
    return reach.queued()


def test_nobody_takes_a_case_twice() -> None:
    made = queued()
    assignment.take(made.case.pk, actor=made.arbitrator, now=clock.now())
    assert made.state is State.UNDER_REVIEW
    assert made.case.assignee_id == made.arbitrator.id
    with pytest.raises(Refused, match="not_in_this_state"):
        assignment.take(made.case.pk, actor=deciding.another(Role.ARBITRATOR), now=clock.now())


def test_a_file_that_may_still_grow_is_not_taken() -> None:
    deciding.rules()
    made = reach.handed_in()
    reach.let_term_end(made)
    made.reload()
    Case.objects.filter(pk=made.case.pk).update(evidence_closes_at=clock.now() + builders.HOUR)
    with pytest.raises(Refused, match="evidence_window_open"):
        assignment.take(made.case.pk, actor=made.arbitrator, now=clock.now())
    with pytest.raises(Refused, match="queue_is_empty"):
        assignment.take_next(actor=made.arbitrator, now=clock.now())


def test_whoever_has_a_tie_to_a_party_takes_nothing_of_theirs() -> None:
    made = queued()
    tied = deciding.another(Role.ARBITRATOR)
    conflicts.declare(merchant_id=made.shop.pk, actor=tied, now=clock.now())
    customer = deciding.another(Role.ARBITRATOR)
    builders.a_line(Actor.buyer(customer.id), made.shop)
    member = deciding.another(Role.SENIOR)
    from accounts.models import Membership

    Membership.objects.create(user_id=member.id, merchant=made.shop, rights=["view"], since=clock.now())
    for actor in (tied, customer, member):
        with pytest.raises(Refused, match="conflict_of_interest"):
            assignment.take(made.case.pk, actor=actor, now=clock.now())
        with pytest.raises(Refused, match="queue_is_empty"):
            assignment.take_next(actor=actor, now=clock.now())
    assert made.state is State.AWAITING_ASSIGNMENT


def test_next_is_the_most_urgent_case_that_fits() -> None:
    first, second = queued(), queued()
    Case.objects.filter(pk=second.case.pk).update(priority=2, due_at=first.reload().due_at)
    taken = assignment.take_next(actor=first.arbitrator, now=clock.now())
    assert taken.pk == second.case.pk
    assert assignment.take_next(actor=first.arbitrator, now=clock.now()).pk == first.case.pk
    with pytest.raises(Refused, match="queue_is_empty"):
        assignment.take_next(actor=first.arbitrator, now=clock.now())


def test_skills_and_load_limits_hold() -> None:
    made = queued()
    Grant.objects.filter(user_id=made.arbitrator.id).update(skills=["COUNTERFEIT"])
    with pytest.raises(Refused, match="queue_is_empty"):
        assignment.take_next(actor=made.arbitrator, now=clock.now())
    Grant.objects.filter(user_id=made.arbitrator.id).update(skills=["DAMAGED"], load_limit=1)
    assignment.take_next(actor=made.arbitrator, now=clock.now())
    other = queued()
    with pytest.raises(Refused, match="load_limit_reached"):
        assignment.take_next(actor=made.arbitrator, now=clock.now())
    with pytest.raises(Refused, match="load_limit_reached"):
        assignment.take(other.case.pk, actor=made.arbitrator, now=clock.now())


def test_only_the_bench_takes_cases() -> None:
    made = queued()
    for actor in (made.buyer, made.merchant, made.ops):
        with pytest.raises(Missing):
            assignment.take_next(actor=actor, now=clock.now())
        with pytest.raises(Refused, match="not_for_this_role"):
            assignment.take(made.case.pk, actor=actor, now=clock.now())
    impostor = Actor.staff(Role.ARBITRATOR, builders.a_user().pk)
    with pytest.raises(Missing):
        assignment.take(made.case.pk, actor=impostor, now=clock.now())


def test_handing_back_puts_the_case_in_the_queue_and_keeps_the_reason_from_the_parties() -> None:
    made = deciding.taken()
    assignment.hand_back(made.case.pk, reason="overload", text="今天太多了", actor=made.arbitrator, now=clock.now())
    assert made.state is State.AWAITING_ASSIGNMENT
    assert made.case.assignee_id is None
    assert HandBack.objects.get().text == "今天太多了"
    assert not made.case.statements.filter(text="今天太多了").exists()


def test_whoever_recuses_never_gets_the_case_again() -> None:
    made = deciding.taken()
    assignment.hand_back(made.case.pk, reason="conflict", recuse=True, actor=made.arbitrator, now=clock.now())
    with pytest.raises(Refused, match="conflict_of_interest"):
        assignment.take(made.case.pk, actor=made.arbitrator, now=clock.now())
    with pytest.raises(Refused, match="queue_is_empty"):
        assignment.take_next(actor=made.arbitrator, now=clock.now())


def test_only_its_arbitrator_or_ops_gives_a_case_back() -> None:
    made = deciding.taken()
    with pytest.raises(Refused, match="case_is_not_yours"):
        assignment.hand_back(made.case.pk, reason="other", actor=deciding.another(Role.ARBITRATOR), now=clock.now())
    assignment.hand_back(made.case.pk, reason="absence", actor=made.ops, now=clock.now())
    assert HandBack.objects.get().user_id == made.arbitrator.id


def test_the_draft_of_whoever_had_the_case_before_is_kept_but_not_gone_on_with() -> None:
    made = deciding.taken()
    old = deciding.drafted(made)
    assignment.hand_back(made.case.pk, reason="other", actor=made.arbitrator, now=clock.now())
    other = deciding.another(Role.ARBITRATOR)
    assignment.take(made.case.pk, actor=other, now=clock.now())
    old.refresh_from_db()
    assert old.state == Ruling.DROPPED
    new = deciding.drafted(made, actor=other)
    assert (new.author_id, new.ordinal) == (other.id, 2)


def test_ops_gives_a_case_to_somebody_else_whose_conflicts_still_count() -> None:
    made = deciding.taken()
    other = deciding.another(Role.ARBITRATOR)
    assignment.reassign(made.case.pk, other.id, text="请假", actor=made.ops, now=clock.now())
    assert made.state is State.UNDER_REVIEW
    assert made.case.assignee_id == other.id
    tied = deciding.another(Role.ARBITRATOR)
    conflicts.declare(person_id=made.buyer.id, actor=tied, now=clock.now())
    with pytest.raises(Refused, match="conflict_of_interest"):
        assignment.reassign(made.case.pk, tied.id, text="", actor=made.ops, now=clock.now())
    assert made.reload().assignee_id == other.id
    with pytest.raises(Refused, match="not_on_the_bench"):
        assignment.reassign(made.case.pk, made.buyer.id, text="", actor=made.ops, now=clock.now())


def test_after_the_reassignment_the_former_arbitrator_rules_nothing() -> None:
    made = deciding.taken()
    ruling = deciding.drafted(made)
    assignment.reassign(made.case.pk, deciding.another(Role.ARBITRATOR).id, text="", actor=made.ops, now=clock.now())
    with pytest.raises(Refused, match="case_is_not_yours"):
        rulings.issue(made.case.pk, version=ruling.version, actor=made.arbitrator, now=clock.now())


def test_the_queue_pages_by_keyset_without_gaps_or_repeats_in_one_query() -> None:
    scenes = [queued() for _ in range(3)]
    actor = scenes[0].arbitrator
    found, cursor = [], None
    while True:
        with CaptureQueriesContext(
            connection,
        ) as asked:
            page = queries.queue(actor, View.WAITING, cursor=cursor, size=1)
        assert len(asked) == 1
        found += [case.pk for case in page.cases]
        cursor = page.next
        if cursor is None:
            break
    expected = Case.objects.filter(pk__in=found).order_by("due_at", "id")
    assert found == [case.pk for case in expected]
    assert {scene.case.pk for scene in scenes} <= set(found)
    case = queries.queue(actor, View.WAITING).cases[0]
    assert (case.points_count, case.exhibits_count) == (2, case.dossier.exhibits.count())


def test_a_list_of_the_desk_holds_nothing_that_its_reader_may_not_open() -> None:
    scenes = [deciding.under_appeal(), reach.filed(), reach.queued()]
    held = set()
    for actor in [actor for scene in scenes for actor in (scene.arbitrator, scene.senior)]:
        mine = set(View) if actor.role is Role.SENIOR else set(View) - {View.APPROVALS, View.APPEALS}
        listed = {(view, case.pk) for view in mine for case in queries.queue(actor, view).cases}
        assert {pk for _view, pk in listed} <= set(access.visible_to(actor).values_list("pk", flat=True))
        held |= {view for view, _pk in listed}
    assert held >= {View.WAITING, View.DONE, View.APPEALS}


def test_a_desk_sees_no_case_it_has_an_interest_in() -> None:
    made = queued()
    tied = deciding.another(Role.ARBITRATOR)
    conflicts.declare(merchant_id=made.shop.pk, actor=tied, now=clock.now())
    assert queries.queue(tied, View.WAITING).cases == []
    with pytest.raises(Missing):
        queries.queue(made.buyer, View.WAITING)
    with pytest.raises(Missing):
        queries.queue(made.arbitrator, View.APPEALS)


def test_filters_narrow_the_queue() -> None:
    made = queued()
    assert queries.queue(made.arbitrator, View.WAITING, type_code="COUNTERFEIT").cases == []
    assert queries.queue(made.arbitrator, View.WAITING, least=68_001).cases == []
    assert len(queries.queue(made.arbitrator, View.WAITING, least=68_000, type_code="DAMAGED").cases) == 1


def test_a_senior_finds_what_waits_for_them_but_not_their_own() -> None:
    made = deciding.taken(paid=250_000)
    ruling = deciding.drafted(made)
    rulings.issue(made.case.pk, version=ruling.version, actor=made.arbitrator, now=clock.now())
    assert [case.pk for case in queries.queue(made.senior, View.APPROVALS).cases] == [made.case.pk]
    proposed = queries.proposed(made.reload())
    assert proposed is not None and proposed.cited == ["2.5", "4.2"]


def test_the_workspace_opens_in_eight_queries_however_long_the_file_is() -> None:
    made = deciding.taken()
    deciding.drafted(made)
    deciding.work(made, made.arbitrator)
    counts = []
    for colours in ((), ("white", "black", "red", "pink")):
        if colours:
            inquiries.ask_more(
                made.case.pk, sides="buyer", points=(1,), text="请补充。", actor=made.arbitrator, now=clock.now()
            )
        for colour in colours:
            submissions.add_evidence(
                made.case.pk,
                reach.received(colour),
                code="E06",
                name="细节",
                note="",
                actor=made.buyer,
                now=clock.now(),
            )
        with CaptureQueriesContext(connection) as asked:
            work = deciding.work(made, made.arbitrator)
            assert work.draft is not None and len(work.draft.found) == 2
            assert len(work.points) == 2 and work.points[0].current_answers
            assert [exhibit.blob for exhibit in work.exhibits if exhibit.blob]
            assert work.file["digest"]
        counts.append(len(asked))
    assert counts[0] == counts[1] <= 8


def test_what_was_opened_is_marked_for_whoever_opened_it() -> None:
    made = deciding.taken()
    exhibit = deciding.work(made, made.arbitrator).unseen[0]
    queries.mark_seen(exhibit.pk, actor=made.arbitrator, now=clock.now())
    queries.mark_seen(exhibit.pk, actor=made.arbitrator, now=clock.now())
    assert exhibit.pk not in [other.pk for other in deciding.work(made, made.arbitrator).unseen]
    assert exhibit.pk in [other.pk for other in deciding.work(made, made.senior).unseen]
    with pytest.raises(Missing):
        queries.mark_seen(exhibit.pk, actor=made.buyer, now=clock.now())
