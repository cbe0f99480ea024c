"""A ruling cannot rest on a ground for keeping the goods that the file of the case contradicts."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from common import clock
from disputes.models import Case, Offer, Statement
from tests import deciding
from tests.reach import Scene
from web.desk import drafted

pytestmark = pytest.mark.django_db
CONTRADICTED = "ground_contradicted"


def found(made: Scene, ground: str) -> bool:
    """Whether the acts refuse the ground; the page has to say the same."""
    ruling = deciding.drafted(made, deciding.a_draft(made, remedy="R1", ground=ground))
    refused = CONTRADICTED in [problem.code for problem in deciding.problems(ruling)]
    work = deciding.work(made, made.arbitrator)
    assert work.draft is not None
    lines = drafted.shown_problems(work, work.draft, clock.now())
    assert ("ground" in [line.href.rpartition("#id_")[2] for line in lines]) is refused
    return refused


def refusal(made: Scene) -> None:
    Statement.objects.create(case=made.case, side="merchant", kind="refusal", text="不同意退款。", at=clock.now())


def offer(made: Scene, **changes: Any) -> None:
    values: dict[str, Any] = {"side": "merchant", "state": "declined", "remedy": "R2", "amount": 100, "returns": False}
    now = clock.now()
    Offer.objects.create(case=made.case, made_at=now, expires_at=now + timedelta(days=1), **values | changes)


def test_a_merchant_who_refused_did_not_agree_unless_an_offer_of_theirs_left_the_goods():
    made = deciding.taken()
    Statement.objects.filter(case=made.case, kind="refusal").delete()
    assert not found(made, "CONSENT")
    refusal(made)
    assert found(made, "CONSENT")
    offer(made, returns=True)
    offer(made, side="buyer")
    assert found(made, "CONSENT")
    offer(made, side="platform", accepted_by=["merchant"])
    assert not found(made, "CONSENT")


def test_goods_whose_damage_is_in_dispute_were_delivered():
    assert found(deciding.taken(), "NOT_RECEIVED")


def test_goods_that_never_came_may_be_found_not_delivered():
    made = deciding.taken()
    Case.objects.filter(pk=made.case.pk).update(type_code="NOT_RECEIVED")
    assert not found(made, "NOT_RECEIVED")
