"""Two at once about one payout: whoever commits first wins, and there is never a claim beside an appeal."""

from __future__ import annotations

from datetime import timedelta

import pytest

from arbitration import appeals
from arbitration.models import Appeal
from common import clock
from common.errors import Refused
from common.models import ClockOffset
from disputes import claims
from disputes.lifecycle import State
from disputes.models import Case, Deadline
from disputes.sweep import fire_due
from tests import builders, deciding
from tests import claims as driver
from tests.acts.market import market, running_market
from tests.acts.test_arbitration_races import at_once

__all__ = ["market", "running_market"]
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("market")]


@pytest.fixture(autouse=True)
def clock_can_be_moved() -> None:
    ClockOffset.objects.get_or_create(id=1)


def test_of_two_at_once_exactly_one_wins() -> None:
    """One long story, because emptying the tables between tests costs more than the races."""
    # Two members of a shop contest the same payout: one claim.
    made = driver.paid_out()
    colleague = builders.a_member(made.shop)
    results = at_once(
        *(
            lambda actor=actor: claims.file(made.case.number, driver.a_contest(68_000), actor=actor, now=clock.now())
            for actor in (made.merchant, colleague)
        )
    )
    assert sum(isinstance(result, Case) for result in results) == 1
    assert [result.code for result in results if isinstance(result, Refused)] == ["live_case_exists"]
    assert Case.objects.filter(claimant="merchant").count() == 1

    # At the end of the window an appeal, the sweep and a claim meet: the case is appealed or over, and nothing is claimed
    # of a case that is not closed.
    ruled = deciding.served()
    due = Deadline.objects.get(case=ruled.case, duty="appeal_window", state=Deadline.PENDING).due_at
    builders.travel_to(due - timedelta(milliseconds=300))
    new = appeals.NewExhibit(deciding.reach.received("orange"), "E06", "渗水细节", "当时手机送修")
    results = at_once(
        lambda: appeals.file(
            ruled.case.pk,
            ground=Appeal.NEW_EVIDENCE,
            points=[1],
            text="补充照片，请重新认定。",
            exhibits=[new],
            actor=ruled.merchant,
            now=clock.now(),
        ),
        lambda: claims.file(ruled.case.number, driver.a_contest(68_000), actor=ruled.merchant, now=clock.now()),
        fire_due,
    )
    assert isinstance(results[1], Refused) and results[1].code == "payout_not_final"
    assert ruled.state in (State.AWAITING_APPEAL_ANSWER, State.APPEAL_WINDOW, State.AWAITING_COMPLIANCE)
    assert Case.objects.filter(claimant="merchant").count() == 1
