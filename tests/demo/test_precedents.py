"""The demonstration has decided like cases before, by real acts, and enough of them alike to draw a line."""

from __future__ import annotations

from datetime import datetime

import pytest

from arbitration import precedents
from arbitration.models import Draw, Precedent, Ruling
from arbitration.precedent_rules import FULL
from disputes.lifecycle import State
from disputes.models import Case
from engine import demo_precedents
from insights import consistency
from rulebook import queries as rulebook

pytestmark = pytest.mark.django_db


def test_a_case_of_the_demonstration_finds_a_clear_line_beside_it(filled_at: datetime) -> None:
    now = filled_at
    assert demo_precedents.seed(now) == 0
    assert Precedent.objects.count() == len(demo_precedents.STORIES) and Draw.objects.count() == 1
    own = Case.objects.filter(line__order__external_id__startswith=demo_precedents.PREFIX)
    assert set(own.values_list("state", flat=True)) <= {State.AWAITING_COMPLIANCE, State.ENFORCING}
    assert consistency.counted_months(), "the monthly report has something to show"
    this = Precedent.objects.select_related("case__line").get(case__title="粗陶花器 中号").case
    this.pk = 0  # as another one of its kind
    given = [("buyer", "E05"), ("buyer", "E06"), ("merchant", "E09")]
    near = precedents.near(this, points=["瓶口缺口在签收前已有", "包装不足以保护瓶口"], exhibits=given, until=now)
    assert near.line is not None and near.line.result == FULL
    assert near.spread.total == len(demo_precedents.STORIES)
    # What waits in the queue of the demonstration is of another kind of goods, and has enough beside it all the same.
    this.line.category = "home"
    lamp = precedents.near(this, points=["收到时灯罩已裂", "裂痕由运输造成"], exhibits=given, until=now)
    assert lamp.spread.total >= 8 and lamp.line is not None
    by = Ruling.objects.filter(served_at__isnull=False, author__username="arbitrator-018")
    thresholds = rulebook.current_rules(now).thresholds
    assert by.count() >= thresholds.new_arbitrator_rulings, "a small ruling of theirs goes out at once"
    assert not Precedent.objects.filter(result=FULL, remedy="R2").exists(), "all of it is no partial refund"
