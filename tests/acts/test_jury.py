"""A jury from the question to the count: drawn, sat, voted, closed; and every way in which somebody might cheat."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from django.db import Error, IntegrityError, connection, transaction

from accounts.models import Grant, Interest, Membership, Right
from arbitration import inquiries, rulings
from common import clock
from common.actor import Actor
from common.acts import act
from common.errors import Missing, Refused
from disputes import clocks, offers, sweep
from disputes.lifecycle import State
from disputes.models import Deadline
from engine import reactions, ticks
from journal import book
from journal.kinds import HOUSE_ONLY, Kind
from journal.models import Entry
from jury import counting, erasure, panels, pool, ratings, results, sealing, seats, sortition
from jury.models import Ballot, Control, Juror, Opened, Panel, Rating, Seat
from jury.tally import Verdict
from rulebook import queries as rulebook
from tests import builders, deciding, juries
from tests.juries import actor_of, cast, held, sent, sits, votes
from tests.reach import Scene

pytestmark = pytest.mark.django_db
NAMES = {"buyer": "买家", "merchant": "商家"}


def refused(code: str):
    return pytest.raises(Refused, check=lambda error: error.code == code)


def entries(made: Scene, kind: Kind) -> list[Entry]:
    return list(Entry.objects.filter(stream_id=made.case.stream_id, kind=kind.value).order_by("seq"))


def panel_of(made: Scene) -> Panel:
    return Panel.objects.get(case=made.case, round=made.case.round)


def an_old_seat(made: Scene, juror: Juror, state: str, *, at: datetime | None = None) -> Seat:
    """Where this juror sat, or was asked to, before: on a panel that is over."""
    at = at or clock.now()
    panel = Panel.objects.create(
        case=made.case, round=99, question=panel_of(made).question, size=1, majority=1, quorum=1,
        key="", seed="", asked_at=at, state=Panel.DISSOLVED,
    )  # fmt: skip
    return Seat.objects.create(
        panel=panel, juror=juror, background="buyer", first="buyer", state=state,
        summoned_at=at, expires_at=at, ended_at=at,
    )  # fmt: skip


# --- sent and drawn --------------------------------------------------------------------------------------------------


def test_a_jury_is_only_asked_about_what_its_rules_leave_to_it() -> None:
    deciding.rules(jury=True, juries=[juries.SMALL | {"up_to": 67_999}])
    made = deciding.taken()
    with refused("jury_only_for_less"):
        inquiries.send_to_jury(made.case.pk, question=juries.QUESTION, actor=made.arbitrator, now=clock.now())
    assert not Panel.objects.exists() and made.state is State.UNDER_REVIEW


@pytest.mark.parametrize(("paid", "shape"), [(5_000, (17, 9, 9)), (5_001, (31, 16, 16)), (50_000, (31, 16, 16))])
def test_the_larger_the_claim_the_more_people_are_asked(paid: int, shape: tuple[int, int, int]) -> None:
    deciding.rules(jury=True)
    made = deciding.taken(paid=paid)
    inquiries.send_to_jury(made.case.pk, question=juries.QUESTION, actor=made.arbitrator, now=clock.now())
    panel = panel_of(made)
    assert (panel.size, panel.majority, panel.quorum) == shape


def test_the_panel_is_drawn_by_a_seed_that_was_committed_to_and_can_be_drawn_again() -> None:
    made = sent()
    panel, told = panel_of(made), entries(made, Kind.JURY_DRAWN)[0]
    sent_by = entries(made, Kind.SENT_TO_JURY)[0]
    assert sent_by.data["seed"] == sortition.commitment(told.data["seed"])
    assert (told.data["after"], told.data["people"]) == (sent_by.digest, 12)
    again = [(place.juror, place.background.value, place.first) for place in panels.drawn_again(panel)]
    assert again == [(seat.juror_id, seat.background, seat.first) for seat in held(made)]
    assert told.data["pool"] == sortition.digest_of(panels._people(panel))


def test_the_seed_is_not_to_be_read_before_the_pool_is_closed() -> None:
    deciding.rules(jury=True, juries=[juries.SMALL])
    made = deciding.taken()
    inquiries.send_to_jury(made.case.pk, question=juries.QUESTION, actor=made.arbitrator, now=clock.now())
    panel = panel_of(made)
    assert panel.drawn_at is None and len(panel.seed) > 64 and not Seat.objects.exists()
    assert sortition.commitment(sealing.unwrap(panel.seed)) == entries(made, Kind.SENT_TO_JURY)[0].data["seed"]


def test_delivering_the_entry_twice_draws_once() -> None:
    made = sent()
    before = [seat.pk for seat in held(made)]
    entry = entries(made, Kind.SENT_TO_JURY)[0]
    _inside(lambda: reactions.draw_the_jury(entry, made.case, clock.now()))
    assert [seat.pk for seat in held(made)] == before


def _inside(work) -> None:
    act(work)()


def test_nobody_with_a_tie_to_either_side_is_in_the_pool() -> None:
    deciding.rules(jury=True, juries=[juries.SMALL])
    made = deciding.taken()
    free = juries.a_juror()
    bought, worked, tied, told_of, judge, own_shop = (juries.a_juror() for _ in range(6))
    builders.a_line(bought, made.shop)
    Membership.objects.create(
        user_id=worked.id, merchant=made.shop, rights=["view"], since=clock.now(), removed_at=clock.now()
    )
    Interest.objects.create(user_id=tied.id, person_id=made.buyer.id, declared_at=clock.now())
    Interest.objects.create(user_id=made.buyer.id, person_id=told_of.id, declared_at=clock.now())
    Grant.objects.create(user_id=judge.id, role="arbitrator", number="999", since=clock.now())
    theirs = builders.a_shop("买家常去的店")
    Membership.objects.create(user_id=own_shop.id, merchant=theirs, rights=["manage"], since=clock.now())
    builders.a_line(made.buyer, theirs)
    Juror.objects.create(
        user_id=made.buyer.id,
        background="buyer",
        volunteered_at=clock.now(),
        real_name_at=clock.now(),
        passed_at=clock.now(),
    )
    Grant.objects.create(user_id=made.buyer.id, role="juror", since=clock.now())
    drawn = pool.candidates(made.reload(), seed="x", now=clock.now())
    assert [one.id for one in drawn] == [Juror.objects.get(user_id=free.id).pk]


@pytest.mark.parametrize("change", ["real_name_at", "passed_at", "suspended_at", "left_at", "is_active", "grant"])
def test_whoever_is_not_fit_to_sit_is_not_drawn(change: str) -> None:
    deciding.rules(jury=True, juries=[juries.SMALL])
    made = deciding.taken()
    juror = juries.a_juror()
    assert len(pool.candidates(made.reload(), seed="x", now=clock.now())) == 1
    row = Juror.objects.get(user_id=juror.id)
    if change == "is_active":
        row.user.is_active = False
        row.user.save()
    elif change == "grant":
        Grant.objects.filter(user=row.user).update(revoked_at=clock.now())
    else:
        setattr(row, change, None if change in ("real_name_at", "passed_at") else clock.now())
        row.save()
    assert pool.candidates(made.case, seed="x", now=clock.now()) == []


def test_nobody_sits_on_two_cases_at_once_and_nobody_more_than_seven_times_a_week() -> None:
    made = sent(jurors=(4, 4))
    other = deciding.taken()
    assert len(pool.candidates(other.case, seed="x", now=clock.now())) == 3
    busy = held(made)[0].juror
    Seat.objects.filter(panel__case=made.case).update(state=Seat.RELEASED)
    for _case in range(6):
        an_old_seat(made, busy, Seat.SKIPPED)
    free = {one.id for one in pool.candidates(other.reload(), seed="x", now=clock.now())}
    assert busy.pk not in free and len(free) == 7


# --- sitting ---------------------------------------------------------------------------------------------------------


def test_a_juror_comes_looks_at_everything_and_votes_with_a_reason() -> None:
    made = sent()
    seat = held(made)[0]
    ballot = votes(seat, "buyer")
    seat.refresh_from_db()
    assert (seat.state, ballot.items) == (Seat.VOTED, Opened.objects.filter(seat=seat).count())
    assert ballot.read_for >= timedelta(minutes=2)
    told = entries(made, Kind.JURY_VOTED)[0]
    assert told.data == {"panel": panel_of(made).public_id, "seat": seat.token, "commitment": ballot.commitment}
    assert told.actor_role == "juror"


def test_nobody_votes_before_having_opened_every_item() -> None:
    made = sent()
    seat = held(made)[0]
    actor = actor_of(seat)
    with refused("come_first"):
        cast(seat, "buyer", actor=actor)
    seats.come(seat.token, tied=False, actor=actor, now=clock.now())
    there = list(seats.items(made.case.dossier_id, clock.now()))
    assert there
    for row in there[:-1]:
        seats.open_item(seat.token, row.pk, actor=actor, now=clock.now())
    with refused("items_unopened"):
        cast(seat, "buyer", actor=actor)
    seats.open_item(seat.token, there[-1].pk, actor=actor, now=clock.now())
    cast(seat, "buyer", actor=actor)


def test_a_vote_needs_ten_characters_or_one_to_three_items() -> None:
    made = sent()
    seat = held(made)[0]
    actor = sits(seat)
    there = list(seats.items(made.case.dossier_id, clock.now()).values_list("pk", flat=True))
    with refused("reason_or_items"):
        cast(seat, "buyer", actor=actor, reason="  看照片   ")
    with refused("text_too_long"):
        cast(seat, "buyer", actor=actor, reason="字" * 301)
    with refused("choice_unknown"):
        seats.vote(seat.token, choice="buyer", reason="字" * 20, actor=actor, now=clock.now())
    with pytest.raises(Missing):
        cast(seat, "buyer", actor=actor, reason="", decisive=[10**9])
    cast(seat, "buyer", actor=actor, reason="", decisive=there[:1])


def test_a_case_can_be_skipped_three_times_a_day_and_somebody_else_gets_it() -> None:
    made = sent(jurors=(8, 8))
    seat = held(made)[0]
    juror = seat.juror
    following = seats.skip(seat.token, actor=actor_of(seat), now=clock.now())
    assert following.state == Seat.SKIPPED and len(held(made)) == 5
    replaced = entries(made, Kind.JURY_REPLACED)[0].data
    assert (replaced["in_place_of"], replaced["why"]) == (seat.pk, "skipped")
    new = Seat.objects.get(pk=replaced["seats"][0])
    assert (new.first, new.background) == (seat.first, seat.background)
    assert seats.skips_left(juror, clock.now()) == 2
    for _more in range(2):
        an_old_seat(made, juror, Seat.SKIPPED)
    assert seats.skips_left(juror, clock.now()) == 0
    an_old_seat(made, juror, Seat.SKIPPED)
    seat.refresh_from_db()
    seat.state = Seat.SUMMONED  # as if it were another case
    seat.save()
    with refused("skips_used_up"):
        seats.skip(seat.token, actor=actor_of(seat), now=clock.now())
    builders.travel(timedelta(days=1))
    assert seats.skips_left(juror, clock.now()) == 3


def test_stepping_back_costs_no_skip_and_a_tie_is_a_reason_to() -> None:
    made = sent(jurors=(8, 8))
    first, second = held(made)[:2]
    seats.come(first.token, tied=True, actor=actor_of(first), now=clock.now())
    seats.recuse(second.token, reason="cannot_judge", actor=actor_of(second), now=clock.now())
    gone = {seat.pk: (seat.state, seat.reason) for seat in held(made, Seat.RECUSED)}
    assert gone == {first.pk: (Seat.RECUSED, "knows_somebody"), second.pk: (Seat.RECUSED, "cannot_judge")}
    assert [seats.skips_left(seat.juror, clock.now()) for seat in (first, second)] == [3, 3]
    assert len(held(made)) == 5
    with refused("reason_unknown"):
        seats.recuse(held(made)[0].token, reason="bored", actor=actor_of(held(made)[0]), now=clock.now())


def test_a_tie_that_comes_up_while_sitting_ends_the_vote_of_this_juror() -> None:
    made = sent()
    seat = held(made)[0]
    actor = sits(seat)
    builders.a_line(actor, made.shop)
    with refused("conflict_of_interest"):
        cast(seat, "buyer", actor=actor)


def test_a_seat_belongs_to_its_juror_and_the_office_is_asked_for_again() -> None:
    made = sent()
    seat, other = held(made)[:2]
    actor = sits(seat)
    for stranger in (actor_of(other), Actor.buyer(actor.id or 0), made.arbitrator, made.buyer, Actor.system()):
        with pytest.raises(Missing):
            cast(seat, "buyer", actor=stranger)
    Grant.objects.filter(user_id=actor.id, role="juror").update(revoked_at=clock.now())
    with pytest.raises(Missing):
        cast(seat, "buyer", actor=actor)


def test_a_juror_sees_files_of_the_case_only_while_sitting_on_it() -> None:
    made = sent()
    seat = held(made)[0]
    row = seats.items(made.case.dossier_id, clock.now())[0]
    user = seat.juror.user_id
    assert not seats.may_look_at(user, row, clock.now())
    actor = sits(seat)
    assert seats.may_look_at(user, row, clock.now())
    assert not seats.may_look_at(held(made)[1].juror.user_id, row, clock.now())
    cast(seat, "buyer", actor=actor)
    assert not seats.may_look_at(user, row, clock.now())


def test_whoever_does_not_come_is_replaced_and_whoever_comes_has_six_hours() -> None:
    made = sent(jurors=(8, 8))
    came, absent = held(made)[:2]
    builders.travel(timedelta(hours=11))
    seats.come(came.token, tied=False, actor=actor_of(came), now=clock.now())
    builders.travel(timedelta(hours=1, seconds=1))
    assert panels.replace_absent(clock.now()) == 4
    absent.refresh_from_db()
    came.refresh_from_db()
    assert (absent.state, came.state, len(held(made))) == (Seat.ABSENT, Seat.SITTING, 5)
    builders.travel(timedelta(hours=5))
    assert panels.replace_absent(clock.now()) == 1
    with refused("seat_is_over"):
        cast(came, "buyer", actor=actor_of(came))
    assert book.verify(made.case.stream_id) is None


def test_seats_that_nobody_could_be_found_for_are_filled_when_somebody_comes() -> None:
    made = sent(jurors=(1, 1))
    assert len(held(made)) == 2
    assert panels.fill_up(clock.now()) == 0
    juries.some_jurors(1, 4)
    assert panels.fill_up(clock.now()) == 3
    firsts = [seat.first for seat in held(made)]
    assert sorted([firsts.count("buyer"), firsts.count("merchant")]) == [2, 3]
    assert panels.fill_up(clock.now()) == 0


def test_while_the_clocks_stand_still_nobody_votes_and_nobody_is_late() -> None:
    made = sent()
    seat = held(made)[0]
    actor = sits(seat)
    reason = next(iter(rulebook.rules(made.case.procedure_rules_id).pauses))
    clocks.stop(made.case.pk, reason=reason, text="双方正在协商。", actor=made.arbitrator, now=clock.now())
    with refused("case_is_suspended"):
        cast(seat, "buyer", actor=actor)
    builders.travel(timedelta(hours=20))
    assert panels.replace_absent(clock.now()) == 0
    clocks.resume(made.case.pk, actor=made.arbitrator, now=clock.now())
    ticks.consequences()
    assert panels.replace_absent(clock.now()) == 0
    cast(seat, "buyer", actor=actor)


# --- the end of the vote ---------------------------------------------------------------------------------------------


def test_the_vote_ends_as_soon_as_nothing_can_change_it_and_not_before() -> None:
    made = sent()
    for seat in held(made)[:2]:
        votes(seat, "buyer")
    assert counting.close_settled(clock.now()) == 0 and made.state is State.JURY_VOTING
    votes(held(made)[0], "buyer")
    assert counting.close_settled(clock.now()) == 1
    panel = panel_of(made)
    assert made.state is State.UNDER_REVIEW
    assert (panel.state, panel.verdict, panel.for_buyer, panel.for_merchant) == (Panel.CLOSED, "buyer", 3, 0)
    assert [seat.state for seat in panel.seats.order_by("state")] == [Seat.RELEASED] * 2 + [Seat.VOTED] * 3
    assert Deadline.objects.get(case=made.case, duty="review").state == "pending"
    ticks.consequences()
    assert len(entries(made, Kind.JURY_COUNTED)) == len(entries(made, Kind.JURY_CLOSED)) == 1
    assert book.verify(made.case.stream_id) is None


def test_the_term_ends_the_vote_and_the_quorum_decides_whether_there_is_a_proposal() -> None:
    made = sent(jurors=(1, 2))
    juries.all_vote(made, "merchant", "merchant", "buyer")
    builders.travel_to(_due(made) + timedelta(seconds=1))
    sweep.fire_due()
    assert made.state is State.UNDER_REVIEW
    ticks.consequences()
    result = results.of(made.reload(), NAMES)
    assert result is not None and (result.verdict, result.for_merchant, result.for_buyer) == ("merchant", 2, 1)


def test_without_a_quorum_the_case_comes_back_without_a_proposal() -> None:
    made = sent()
    juries.all_vote(made, "merchant", "unsure")
    builders.travel_to(_due(made) + timedelta(seconds=1))
    sweep.fire_due()
    ticks.consequences()
    result = results.of(made.reload(), NAMES)
    assert result is not None and (result.verdict, result.proposes) == (Verdict.NO_QUORUM, "")
    # So that it may be asked once more; after an answer it may not.
    assert panels.refusals(made.case) == ()


def test_a_jury_that_has_spoken_is_not_asked_again() -> None:
    made = sent()
    juries.all_vote(made, "buyer", "buyer", "buyer")
    counting.close_settled(clock.now())
    with refused("jury_has_spoken"):
        inquiries.send_to_jury(made.case.pk, question="再问一次？", actor=made.arbitrator, now=clock.now())


def test_when_everybody_has_voted_it_is_over_even_without_a_majority() -> None:
    made = sent()
    juries.all_vote(made, "buyer", "merchant", "buyer", "merchant", "unsure")
    assert counting.close_settled(clock.now()) == 1
    assert panel_of(made).verdict == Verdict.NO_MAJORITY


def _due(made: Scene):
    due_at = made.reload().due_at
    assert due_at is not None
    return due_at


def test_a_vote_in_the_last_second_counts_and_one_a_second_later_does_not() -> None:
    made = sent()
    in_time, late = held(made)[:2]
    first, second = sits(in_time), sits(late)
    builders.travel_to(_due(made) - timedelta(seconds=30))
    Seat.objects.filter(pk__in=[in_time.pk, late.pk]).update(expires_at=_due(made))
    cast(in_time, "buyer", actor=first)
    builders.travel_to(_due(made))
    with refused("seat_is_over"):
        cast(late, "buyer", actor=second)
    assert counting.close_settled(clock.now()) == 0  # the end is the sweep's alone


def test_a_settlement_sends_the_jury_home_and_opens_no_ballot() -> None:
    made = sent()
    votes(held(made)[0], "buyer")
    offer = offers.make(
        made.case.pk, amount=1_000, returns=False, text="各退一步。", actor=made.merchant, now=clock.now()
    )
    offers.accept(offer.pk, actor=made.buyer, now=clock.now())
    ticks.consequences()
    assert panel_of(made).state == Panel.DISSOLVED and held(made) == []
    ballot = Ballot.objects.get()
    assert (ballot.vote, ballot.reason, ballot.opened_at) == ("", "", None)
    assert results.of(made.reload(), NAMES) is None


# --- attacks on the vote ---------------------------------------------------------------------------------------------


def test_nobody_votes_twice_and_nobody_takes_a_vote_back() -> None:
    made = sent()
    seat = held(made)[0]
    votes(seat, "buyer")
    actor = actor_of(seat)
    with refused("already_voted"):
        cast(seat, "merchant", actor=actor)
    with refused("seat_is_over"):
        seats.recuse(seat.token, reason="cannot_judge", actor=actor, now=clock.now())
    assert Ballot.objects.count() == 1


@pytest.mark.parametrize(
    "change",
    [
        {"sealed": "x"},
        {"commitment": "0" * 64},
        {"vote": "merchant"},
        {"reason": "x"},
        {"agreed": True},
        {"read_for": timedelta(hours=1)},
        {"spoiled": True},
    ],
)
def test_a_ballot_in_the_table_is_not_altered_before_it_is_opened(change: dict[str, object]) -> None:
    made = sent()
    votes(held(made)[0], "buyer")
    with pytest.raises(Error), transaction.atomic():
        Ballot.objects.update(**change)
    with pytest.raises(Error), transaction.atomic():
        Ballot.objects.all().delete()


def test_what_was_counted_is_not_altered_afterwards() -> None:
    made = sent()
    juries.all_vote(made, "buyer", "buyer", "buyer")
    counting.close_settled(clock.now())
    with pytest.raises(Error), transaction.atomic():
        Panel.objects.update(verdict="merchant")
    with pytest.raises(Error), transaction.atomic():
        Ballot.objects.update(vote="merchant")
    with pytest.raises(Error), transaction.atomic():
        Panel.objects.update(for_buyer=0, for_merchant=3)


def _past_the_trigger(sql: str, values: list[object]) -> None:
    """As somebody would who owns the database."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute(sql, values)
        cursor.execute("SET LOCAL session_replication_role = origin")


def test_a_vote_that_the_owner_of_the_database_exchanges_is_spoiled_and_said_to_be() -> None:
    """Even whoever holds the key of the house and writes past every trigger cannot change what the journal committed to."""
    made = sent()
    juries.all_vote(made, "buyer", "buyer", "buyer", "merchant")
    seat = held(made, Seat.VOTED)[0]
    panel = panel_of(made)
    forged = sealing.slip(panel.public_id, seat.token, sealing.Vote.MERCHANT, reason="伪造的一票。")
    _past_the_trigger(
        "UPDATE jury_ballot SET sealed = %s, commitment = %s WHERE seat_id = %s",
        [sealing.seal(forged, panel.key), forged.commitment, seat.pk],
    )
    votes(held(made)[0], "unsure")
    assert counting.close_settled(clock.now()) == 1
    panel.refresh_from_db()
    assert (panel.for_buyer, panel.for_merchant, panel.unsure, panel.spoiled) == (2, 1, 1, 1)
    assert Ballot.objects.get(seat=seat).spoiled and Ballot.objects.get(seat=seat).vote == ""


def test_a_ballot_copied_to_another_seat_counts_for_nobody() -> None:
    made = sent()
    juries.all_vote(made, "buyer", "merchant", "merchant", "merchant")
    first, second = held(made, Seat.VOTED)[:2]
    _past_the_trigger(
        "UPDATE jury_ballot b SET sealed = c.sealed FROM jury_ballot c WHERE c.seat_id = %s AND b.seat_id = %s",
        [first.pk, second.pk],
    )
    votes(held(made)[0], "merchant")
    counting.close_settled(clock.now())
    panel = panel_of(made)
    assert (panel.for_buyer, panel.for_merchant, panel.spoiled) == (1, 3, 1)


def test_before_the_end_no_row_and_no_entry_says_how_anybody_voted() -> None:
    """Two votes for one side and one for the other: but for what is random, every row looks the same."""
    made = sent()
    juries.all_vote(made, "buyer", "buyer", "merchant")
    rows = list(Ballot.objects.values("vote", "salt", "reason", "decisive", "agreed", "spoiled", "opened_at", "items"))
    assert all(row == rows[0] for row in rows)
    assert len({len(sealed) for sealed in Ballot.objects.values_list("sealed", flat=True)}) == 1
    panel = panel_of(made)
    assert (panel.verdict, panel.for_buyer, panel.for_merchant, panel.unsure) == ("", None, None, None)
    for entry in Entry.objects.filter(stream_id=made.case.stream_id, kind__startswith="jury_"):
        assert set(entry.data) <= {"panel", "seat", "commitment", "seed", "after", "pool", "people", "seats"}
        assert Kind(entry.kind) in HOUSE_ONLY
    assert results.of(made.reload(), NAMES) is None
    assert counting.close_settled(clock.now()) == 0  # and weighing it leaves no trace of which side is ahead
    panel.refresh_from_db()
    assert (panel.verdict, panel.weighed) == ("", 3)


def test_the_last_juror_of_a_race_that_is_decided_is_not_needed() -> None:
    made = sent()
    juries.all_vote(made, "buyer", "buyer", "buyer")
    late = held(made)[0]
    actor = sits(late)
    counting.close_settled(clock.now())
    with refused("seat_is_over"):
        cast(late, "merchant", actor=actor)


# --- experience ------------------------------------------------------------------------------------------------------


def test_hasty_dissent_three_times_sends_a_juror_back_to_learn() -> None:
    made = sent()
    seat = held(made)[0]
    juror = seat.juror
    rows = held(made)[1:]
    for row in rows[:3]:
        votes(row, "buyer")
    cast(seat, "merchant", actor=sits(seat))  # at once
    counting.close_settled(clock.now())
    juror.refresh_from_db()
    assert (juror.votes, juror.learning) == (1, "")
    assert Ballot.objects.get(seat=seat).agreed is False
    _earlier_hasty_votes(made, juror, 2)
    _inside(lambda: counting._note_experience([juror.pk], clock.now()))
    juror.refresh_from_db()
    assert (juror.learning, juror.passed_at) == ("hasty", None)
    assert not pool.ready().filter(pk=juror.pk).exists()


def _earlier_hasty_votes(made: Scene, juror: Juror, number: int) -> None:
    for nth in range(number):
        Ballot.objects.create(
            seat=an_old_seat(made, juror, Seat.VOTED),
            commitment=f"{nth:064}",
            sealed="",
            at=clock.now(),
            read_for=timedelta(seconds=3),
            items=4,
            opened_at=clock.now(),
            vote="buyer",
            agreed=False,
        )


def test_after_five_votes_a_case_with_a_known_answer_comes_first() -> None:
    made = sent()
    seat = held(made)[0]
    Juror.objects.filter(pk=seat.juror_id).update(votes=5)
    with refused("control_first"):
        seats.come(seat.token, tied=False, actor=actor_of(seat), now=clock.now())
    Control.objects.create(juror=seat.juror, case="colour", answer="first", right=True, at=clock.now())
    seats.come(seat.token, tied=False, actor=actor_of(seat), now=clock.now())


def test_reasons_come_to_the_sides_without_names_and_with_the_sides_by_name() -> None:
    made = sent()
    rows = held(made)
    for seat in rows[:3]:
        mine, theirs = ("甲", "乙") if seat.first == "buyer" else ("乙", "甲")
        votes(seat, "buyer", f"{mine}方的照片 {mine}1 清楚，{theirs}方没有证据，电话 13812345678。")
    counting.close_settled(clock.now())
    result = results.of(made.reload(), NAMES)
    assert result is not None and result.proposes == "buyer"
    assert {reason.text for reason in result.reasons} == {"买家的照片 B1 清楚，商家没有证据，电话 ***。"}
    assert all(reason.vote == "buyer" for reason in result.reasons)


def test_each_side_says_once_whether_a_reason_helped_and_its_juror_reads_only_how_often() -> None:
    made = sent()
    rows = held(made)[:3]
    for seat in rows:
        votes(seat, "buyer", f"第 {seat.pk} 位评审员看到裂纹贯通釉面。")
    with pytest.raises(Missing):
        ratings.rate(made.case.pk, 1, helpful=True, actor=made.buyer, now=clock.now())
    counting.close_settled(clock.now())
    result = results.of(made.reload(), NAMES)
    assert result is not None
    before = Panel.objects.values().get(case=made.case), list(Juror.objects.order_by("pk").values())
    rated = ratings.rate(made.case.pk, 2, helpful=True, actor=made.buyer, now=clock.now())
    assert rated.ballot_id == result.reasons[1].ballot
    assert ratings.rate(made.case.pk, 2, helpful=True, actor=made.buyer, now=clock.now()) == rated
    with refused("already_rated"):
        ratings.rate(made.case.pk, 2, helpful=False, actor=made.buyer, now=clock.now())
    ratings.rate(made.case.pk, 2, helpful=False, actor=made.merchant, now=clock.now())
    assert ratings.of_juror(rated.ballot.seat.juror_id) == (1, 1)
    assert [ratings.of_juror(seat.juror_id) for seat in rows].count((0, 0)) == 2
    # Neither the verdict nor how often somebody is drawn.
    assert before == (Panel.objects.values().get(case=made.case), list(Juror.objects.order_by("pk").values()))
    with pytest.raises(Error, match="pgtrigger"), transaction.atomic():
        Rating.objects.update(helpful=True)


def test_only_the_sides_of_a_case_rate_its_reasons() -> None:
    made = sent()
    for seat in held(made)[:3]:
        votes(seat, "buyer")
    counting.close_settled(clock.now())
    onlooker = builders.a_member(made.case.merchant, rights=(Right.VIEW,))
    with refused("right_missing"):
        ratings.rate(made.case.pk, 1, helpful=True, actor=onlooker, now=clock.now())
    others = [builders.a_buyer(), builders.a_member(builders.a_shop()), made.arbitrator, made.ops, actor_of(seat)]
    for actor in others:
        with pytest.raises(Missing):
            ratings.rate(made.case.pk, 1, helpful=True, actor=actor, now=clock.now())
    for nth in (0, -1, 4):
        with pytest.raises(Missing):
            ratings.rate(made.case.pk, nth, helpful=True, actor=made.buyer, now=clock.now())
    assert not Rating.objects.exists()


def test_an_erased_case_keeps_its_split_and_loses_its_words() -> None:
    made = sent()
    juries.all_vote(made, "buyer", "buyer", "buyer")
    counting.close_settled(clock.now())
    _inside(lambda: erasure.erase([made.case.pk], now=clock.now()))
    _inside(lambda: erasure.erase([made.case.pk], now=clock.now()))
    result = results.of(made.reload(), NAMES)
    assert result is not None and (result.for_buyer, result.reasons) == (3, ())
    assert panel_of(made).key == ""


def test_a_seat_a_juror_and_a_ballot_a_seat_are_the_databases_own_rule() -> None:
    made = sent()
    seat = held(made)[0]
    with pytest.raises(IntegrityError), transaction.atomic():
        Seat.objects.create(
            panel=seat.panel, juror=seat.juror, background="buyer", first="buyer",
            summoned_at=clock.now(), expires_at=clock.now(),
        )  # fmt: skip
    votes(seat, "buyer")
    with pytest.raises(IntegrityError), transaction.atomic():
        Ballot.objects.create(seat=seat, commitment="1" * 64, sealed="", at=clock.now(), read_for=timedelta(), items=0)


def test_a_ruling_against_the_jury_is_not_served_without_a_word_about_it() -> None:
    made = sent()
    juries.all_vote(made, "buyer", "buyer", "buyer")
    counting.close_settled(clock.now())
    made.reload()
    against = deciding.for_the_merchant(made)
    ruling = deciding.drafted(made, against)
    with pytest.raises(Refused) as refusal:
        rulings.issue(made.case.pk, version=ruling.version, actor=made.arbitrator, now=clock.now())
    assert [problem.code for problem in deciding.problems(ruling)] == ["reasons_omit_jury"]
    assert refusal.value.code == "ruling_incomplete"
    told = replace(against, reasons=f"{against.reasons}大众评审多数意见与此不同，但照片不能证明裂纹在交付前存在。")
    ruling = deciding.drafted(made, told)
    rulings.issue(made.case.pk, version=ruling.version, actor=made.arbitrator, now=clock.now())
    assert made.state is State.APPEAL_WINDOW
