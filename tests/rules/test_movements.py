"""A movement of money says from whom to whom, and to no side more than its own copy of the books says."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.utils import translation

from enforcement.plan import LADDER, Pot, Purpose
from web import movements

MOVES = [purpose for purpose in Purpose if purpose not in (Purpose.HOLD, Purpose.LIFT)]


@pytest.fixture(autouse=True)
def _in_english() -> Iterator[None]:
    with translation.override("en"):
        yield


@pytest.mark.parametrize("purpose", MOVES)
@pytest.mark.parametrize("reader", ["buyer", "merchant", "court"])
def test_every_movement_says_who_gets_or_owes_it(purpose: Purpose, reader: str) -> None:
    said = str(movements.sentence({"purpose": purpose.value, "source": Pot.ESCROW.value}, reader))
    assert ("buyer" in said or "merchant" in said) and "%(amount)s" in said


def test_the_buyer_does_not_learn_from_which_pot_they_were_paid() -> None:
    paid = [pot for pot in LADDER if pot is not Pot.RECEIVABLE]
    said = {str(movements.sentence({"purpose": "refund", "source": pot.value}, "buyer")) for pot in paid}
    assert said == {"paid the buyer %(amount)s"}


def test_the_merchant_reads_which_of_its_own_pots_paid_and_not_what_the_platform_paid_from() -> None:
    own = {str(movements.sentence({"purpose": "refund", "source": p}, "merchant")) for p in ("escrow", "deposit")}
    assert len(own) == 2
    advanced = {"purpose": "refund", "source": "advance"}
    assert str(movements.sentence(advanced, "merchant")) == "paid the buyer %(amount)s"
    assert "platform" in str(movements.sentence(advanced, "court"))


def test_what_is_only_owed_is_not_called_paid() -> None:
    for reader in ("buyer", "merchant", "court"):
        assert "owes" in str(movements.sentence({"purpose": "refund", "source": "receivable"}, reader))
