"""The ledger balances whatever is tried: through the book, beside it, and from two connections at once."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from common.acts import act
from common.errors import Refused
from ledger import book, keys
from ledger.models import Account, Leg, Posting

pytestmark = pytest.mark.django_db(transaction=True)

NOON = datetime(2026, 3, 2, 4, tzinfo=UTC)
ESCROW = keys.escrow(7, "CNY")
SETTLEMENT = keys.settlement(3, "CNY")
OUTSIDE = keys.outside("CNY")


@act
def post(key: str, legs: dict[str, int], reference: str = "order:7") -> Posting:
    return book.post(key, legs, reference=reference, kind="payment", at=NOON)


@act
def reverse(key: str) -> Posting:
    return book.reverse(key, at=NOON)


def paid(amount: int = 10_000) -> Posting:
    return post("pay:7", {OUTSIDE: -amount, ESCROW: amount})


@contextmanager
def refused_by_postgresql() -> Iterator[None]:
    with pytest.raises(DatabaseError), transaction.atomic():
        yield


def sql(statement: str, *values: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


def test_a_payment_moves_money_from_outside_into_escrow() -> None:
    paid(10_000)
    assert book.balances([ESCROW, OUTSIDE]) == {ESCROW: 10_000, OUTSIDE: -10_000}


def test_an_account_never_opened_holds_nothing() -> None:
    assert book.balance(SETTLEMENT) == 0
    assert book.available([SETTLEMENT]) == {SETTLEMENT: 0}


def test_posting_needs_an_act() -> None:
    with pytest.raises(RuntimeError):
        book.post("x", {OUTSIDE: -1, ESCROW: 1}, reference="order:7", kind="payment", at=NOON)


def test_the_same_key_and_legs_post_once() -> None:
    assert paid().pk == paid().pk
    assert book.balance(ESCROW) == 10_000


def test_the_same_key_with_other_legs_is_refused() -> None:
    paid(10_000)
    with pytest.raises(Refused, match="posting_key_reused"):
        paid(9_999)
    assert book.balance(ESCROW) == 10_000


@pytest.mark.parametrize(
    "legs",
    [
        {},
        {ESCROW: 5},
        {ESCROW: 5, OUTSIDE: -4},
        {ESCROW: 0, OUTSIDE: 0},
        {ESCROW: 5, keys.outside("USD"): -5},
    ],
)
def test_legs_that_make_no_posting_are_refused_before_anything_is_written(legs: dict[str, int]) -> None:
    with pytest.raises(ValueError):
        post("odd", legs)
    assert not Posting.objects.exists()


def test_an_account_cannot_fall_below_its_floor() -> None:
    paid(100)
    with pytest.raises(Refused) as refusal:
        post("too-much", {ESCROW: -101, SETTLEMENT: 101})
    assert refusal.value.code == "insufficient_funds"
    assert refusal.value.data == {"account": ESCROW, "available": 100, "needed": 101}
    assert book.balance(ESCROW) == 100


def test_the_platforms_fund_falls_as_far_as_it_was_allowed() -> None:
    fund = keys.advance("CNY")
    act(lambda: book.set_floor(fund, -500))()
    post("advance", {fund: -500, OUTSIDE: 500})
    assert book.available([fund]) == {fund: 0}
    with pytest.raises(Refused, match="insufficient_funds"):
        post("advance-more", {fund: -1, OUTSIDE: 1})
    act(lambda: book.set_floor(fund, 0))()
    assert Account.objects.get(key=fund).floor == -500  # what has been paid has been paid


def test_a_posting_is_undone_by_another_and_only_once() -> None:
    paid()
    first, second = reverse("pay:7"), reverse("pay:7")
    assert first.pk == second.pk
    assert first.reverses is not None and first.reverses.key == "pay:7"
    assert book.balance(ESCROW) == 0
    assert Posting.objects.count() == 2


def test_a_statement_tells_postings_in_order_by_pages() -> None:
    paid()
    post("to-shop", {ESCROW: -4_000, SETTLEMENT: 4_000})
    post("elsewhere", {OUTSIDE: -1, ESCROW: 1}, reference="order:8")
    first = book.statement("order:7", limit=1)
    rest = book.statement("order:7", after=first[-1].pk)
    assert [posting.key for posting in first + rest] == ["pay:7", "to-shop"]
    assert {leg.account.key: leg.amount for leg in rest[0].legs.all()} == {ESCROW: -4_000, SETTLEMENT: 4_000}


# --- direct SQL


def test_postgresql_refuses_legs_that_do_not_sum_to_zero() -> None:
    posting = paid()
    escrow = Account.objects.get(key=ESCROW)
    with refused_by_postgresql():
        crooked = Posting.objects.create(
            key="crooked", reference="order:7", kind="payment", currency="CNY", size=2, at=NOON
        )
        Leg.objects.create(posting=crooked, account=escrow, amount=5)
        Leg.objects.create(posting=crooked, account=Account.objects.get(key=OUTSIDE), amount=-4)
    with refused_by_postgresql():
        Leg.objects.create(posting=posting, account=escrow, amount=5)


def test_postgresql_refuses_a_posting_of_fewer_than_two_legs() -> None:
    for size in (0, 1):
        with refused_by_postgresql():
            Posting.objects.create(
                key=f"empty-{size}", reference="order:7", kind="payment", currency="CNY", size=size, at=NOON
            )


def test_postgresql_refuses_balanced_legs_added_to_a_posting_later() -> None:
    posting = paid()
    post("shop", {OUTSIDE: -9, SETTLEMENT: 9})
    other = keys.deposit(3, "CNY")
    post("deposit", {OUTSIDE: -9, other: 9})
    with refused_by_postgresql():
        Leg.objects.create(posting=posting, account=Account.objects.get(key=SETTLEMENT), amount=5)
        Leg.objects.create(posting=posting, account=Account.objects.get(key=other), amount=-5)


def test_postgresql_refuses_a_posting_of_two_currencies() -> None:
    paid()
    dollars = keys.escrow(8, "USD")
    post("dollars", {keys.outside("USD"): -9, dollars: 9})
    with refused_by_postgresql():
        mixed = Posting.objects.create(
            key="mixed", reference="order:7", kind="payment", currency="CNY", size=2, at=NOON
        )
        Leg.objects.create(posting=mixed, account=Account.objects.get(key=ESCROW), amount=-5)
        Leg.objects.create(posting=mixed, account=Account.objects.get(key=dollars), amount=5)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE ledger_leg SET amount = amount + 1",
        "DELETE FROM ledger_leg",
        "UPDATE ledger_posting SET kind = 'gift'",
        "DELETE FROM ledger_posting",
        "UPDATE ledger_account SET balance = balance + 1",
        "UPDATE ledger_account SET key = 'escrow:8:CNY' WHERE key = 'escrow:7:CNY'",
        "UPDATE ledger_account SET currency = 'USD'",
        "DELETE FROM ledger_account",
    ],
)
def test_postgresql_refuses_to_rewrite_the_books(statement: str) -> None:
    paid()
    with refused_by_postgresql():
        sql(statement)
    assert book.balance(ESCROW) == 10_000


def test_postgresql_refuses_an_account_below_its_floor_whoever_writes() -> None:
    paid(100)
    with refused_by_postgresql():
        overdrawn = Posting.objects.create(
            key="overdrawn", reference="order:7", kind="payment", currency="CNY", size=2, at=NOON
        )
        Leg.objects.create(posting=overdrawn, account=Account.objects.get(key=ESCROW), amount=-101)
        Leg.objects.create(posting=overdrawn, account=Account.objects.get(key=OUTSIDE), amount=101)


def test_the_audit_finds_a_balance_that_was_forged_with_the_triggers_off() -> None:
    paid()
    sql("ALTER TABLE ledger_account DISABLE TRIGGER USER")
    try:
        sql("UPDATE ledger_account SET balance = balance + 1 WHERE key = %s", ESCROW)
        assert book.audit() == [book.Difference(ESCROW, "balance", 10_000, 10_001)]
        sql("UPDATE ledger_account SET balance = balance - 1 WHERE key = %s", ESCROW)
    finally:
        sql("ALTER TABLE ledger_account ENABLE TRIGGER USER")


# --- two connections


def together(*jobs: Callable[[], Any]) -> list[Any]:
    """Run each job on a connection of its own, started at one barrier; what they raised counts as their result."""
    barrier, results = threading.Barrier(len(jobs)), [None] * len(jobs)

    def run(place: int, job: Callable[[], Any]) -> None:
        try:
            barrier.wait(10)
            results[place] = job()
        except Exception as error:
            results[place] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(place, job)) for place, job in enumerate(jobs)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return results


def test_of_many_who_spend_the_same_money_exactly_as_many_succeed_as_it_lasts() -> None:
    paid(300)
    results = together(
        *[lambda n=n: post(f"spend:{n}", {ESCROW: -100, SETTLEMENT: 100}) for n in range(8)]  # type: ignore[misc]
    )
    assert sum(isinstance(result, Posting) for result in results) == 3
    assert {r.code for r in results if isinstance(r, Refused)} == {"insufficient_funds"}
    assert book.balances([ESCROW, SETTLEMENT]) == {ESCROW: 0, SETTLEMENT: 300}


def test_of_many_who_post_under_one_key_all_get_the_same_posting() -> None:
    paid(300)
    results = together(*[lambda: post("once", {ESCROW: -100, SETTLEMENT: 100}) for _ in range(8)])
    assert len({result.pk for result in results}) == 1
    assert book.balance(SETTLEMENT) == 100


def test_two_who_move_money_both_ways_do_not_deadlock() -> None:
    paid(10_000)
    post("half", {ESCROW: -5_000, SETTLEMENT: 5_000})

    def back_and_forth(sign: int, name: str) -> None:
        for n in range(20):
            post(f"{name}:{n}", {ESCROW: sign, SETTLEMENT: -sign})

    assert together(lambda: back_and_forth(1, "a"), lambda: back_and_forth(-1, "b")) == [None, None]
    assert book.balances([ESCROW, SETTLEMENT]) == {ESCROW: 5_000, SETTLEMENT: 5_000}


# --- any sequence

NAMES = [ESCROW, SETTLEMENT, keys.deposit(3, "CNY"), OUTSIDE]
transfers = st.lists(
    st.tuples(st.integers(0, 9), st.sampled_from(NAMES), st.sampled_from(NAMES), st.integers(1, 50)),
    max_size=12,
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(transfers)
def test_any_sequence_of_transfers_conserves_money_and_respects_floors(
    moves: list[tuple[int, str, str, int]],
) -> None:
    first = Posting.objects.count()  # every example has keys of its own: nothing is ever deleted here
    before = book.balances(NAMES)
    model, seen = dict(before), {}
    for number, source, target, amount in moves:
        if source == target:
            continue
        legs = {source: -amount, target: amount}
        known = seen.get(number)
        fits = source == OUTSIDE or model[source] >= amount
        try:
            post(f"{first}:{number}", legs)
        except Refused as refusal:
            expected = "posting_key_reused" if known not in (None, legs) else "insufficient_funds"
            assert refusal.code == expected
            assert known is not None or not fits
            continue
        if known is None:
            assert fits
            seen[number] = legs
            model[source] -= amount
            model[target] += amount
        else:
            assert known == legs
    assert book.balances(NAMES) == model
    assert book.audit() == []
