"""Two colleagues at once: one takes the case, one confirms, one accepts; the other is told, and nothing is there twice."""

from __future__ import annotations

import pytest

from accounts import shop_desk
from common import clock
from common.errors import Conflict, Refused
from common.models import ClockOffset
from disputes import consents, handling, intervention
from disputes.lifecycle import Event, State
from disputes.models import Consent, Handling, Outcome
from tests import builders, reach
from tests.acts.test_arbitration_races import at_once

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def clock_can_be_moved() -> None:
    ClockOffset.objects.get_or_create(id=1)


def test_of_two_colleagues_at_once_exactly_one_wins() -> None:
    """One long story, because emptying the tables between tests costs more than the races."""
    # Two press "next" on the same case: one has it, the other is told.
    made = reach.handed_in()
    one, two, three = (builders.a_member(made.shop) for _ in range(3))
    taken = at_once(
        lambda: handling.assign(made.case.pk, member_id=one.id, only_if_free=True, actor=one, now=clock.now()),
        lambda: handling.assign(made.case.pk, member_id=two.id, only_if_free=True, actor=two, now=clock.now()),
    )
    assert [getattr(each, "code", "") for each in taken].count("colleague_has_it") == 1
    assert Handling.objects.get(case=made.case).member_id in (one.id, two.id)

    # Two propose at once: one proposal is open, the older one made way.
    shop_desk.set_limits(made.shop.pk, second_above=0, hours="", actor=made.merchant, now=clock.now())
    wish = {"event": Event.CLAIM_ACCEPTED, "amount": 68_000}
    at_once(
        lambda: consents.propose(made.case.pk, actor=one, now=clock.now(), **wish),
        lambda: consents.propose(made.case.pk, actor=two, now=clock.now(), **wish),
    )
    assert Consent.objects.filter(case=made.case, state=Consent.OPEN).count() == 1

    # Two colleagues confirm at once, with the same page before them: one outcome, one confirmation.
    seen = made.reload().version
    ended = at_once(
        lambda: intervention.accept_claim(made.case.pk, actor=three, now=clock.now(), seen=seen),
        lambda: intervention.accept_claim(made.case.pk, actor=made.merchant, now=clock.now(), seen=seen),
    )
    assert sum(isinstance(each, Conflict | Refused) for each in ended) == 1
    assert made.state is State.ENFORCING
    assert Outcome.objects.filter(case=made.case).count() == 1
    assert Consent.objects.filter(case=made.case, state=Consent.CONFIRMED).count() == 1
