"""What an edge writes along with an act is in the act's transaction: both are there, or neither."""

from __future__ import annotations

import pytest
from django.db import OperationalError

from accounts.models import Merchant
from common.acts import Companion, accompanied_by, act

pytestmark = pytest.mark.django_db(transaction=True)


@act
def open_shop(name: str) -> Merchant:
    return Merchant.objects.create(name=name)


def note(name: str) -> None:
    Merchant.objects.create(name=name)


def names() -> list[str]:
    return sorted(Merchant.objects.values_list("name", flat=True))


def test_a_companion_writes_in_the_same_transaction_and_sees_the_result() -> None:
    seen: list[object] = []
    with accompanied_by(Companion(lambda: note("asked"), seen.append)):
        shop = open_shop("shop")
    assert seen == [shop]
    assert names() == ["asked", "shop"]


def test_nothing_stands_if_the_act_fails() -> None:
    @act
    def fails() -> None:
        note("half")
        raise LookupError

    with pytest.raises(LookupError), accompanied_by(Companion(lambda: note("asked"), lambda result: None)):
        fails()
    assert names() == []


def test_nothing_stands_if_the_companion_fails_at_the_end() -> None:
    def broken(result: object) -> None:
        raise LookupError

    with pytest.raises(LookupError), accompanied_by(Companion(lambda: None, broken)):
        open_shop("shop")
    assert names() == []


def test_the_act_does_not_begin_if_the_companion_refuses() -> None:
    def refuses() -> None:
        raise LookupError

    with pytest.raises(LookupError), accompanied_by(Companion(refuses, lambda result: None)):
        open_shop("shop")
    assert names() == []


def test_a_repeated_act_is_accompanied_again() -> None:
    attempts: list[int] = []

    class Deadlock(Exception):
        pgcode = "40P01"

    @act
    def second_time_lucky() -> None:
        attempts.append(1)
        if len(attempts) == 1:
            raise OperationalError from Deadlock()

    with accompanied_by(Companion(lambda: note("asked"), lambda result: note("answered"))):
        second_time_lucky()
    assert len(attempts) == 2
    assert names() == ["answered", "asked"]


def test_a_companion_goes_with_one_act_and_not_with_two_or_none() -> None:
    companion = Companion(lambda: None, lambda result: None)
    with pytest.raises(RuntimeError, match="exactly one"), accompanied_by(companion):
        open_shop("first")
        open_shop("second")
    with pytest.raises(RuntimeError, match="no act"), accompanied_by(Companion(lambda: None, lambda r: None)):
        pass
    assert names() == ["first"]


def test_an_act_outside_goes_alone() -> None:
    with accompanied_by(Companion(lambda: note("asked"), lambda result: None)):
        open_shop("first")
    open_shop("second")
    assert names() == ["asked", "first", "second"]
