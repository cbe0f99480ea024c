"""Who a juror is, the marketplace knows: its feed confirms real names and takes that back, and never says one."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from accounts.models import Identity
from common import clock
from common.actor import Actor, Role
from engine import ticks
from jury import jurors
from jury.models import Juror
from jury.sortition import Background
from marketplace import ingest
from tests import builders

pytestmark = pytest.mark.django_db
KNOWN: dict[str, Any] = {"type": "buyer", "id": "B1", "name": "小满", "real_name_confirmed_at": "2026-01-02T03:04:05Z"}


def told(version: int, **changes: Any) -> dict[str, int]:
    record = {**KNOWN, "version": version, **changes}
    body = {key: value for key, value in record.items() if value is not None}
    return ingest.ingest([(1, body)], source="t", now=clock.now()).counts


def volunteered() -> Juror:
    user_id = Identity.objects.get(source="t", external_id="B1").user_id
    assert user_id is not None
    return jurors.volunteer(background=Background.BUYER, actor=Actor.buyer(user_id), now=clock.now())


def confirmed(juror: Juror) -> str:
    juror.refresh_from_db()
    assert (juror.real_name_at is not None) == bool(juror.real_name_by)
    return juror.real_name_by


def test_whose_name_the_marketplace_knows_needs_no_other_check() -> None:
    told(1, real_name_confirmed_at=None)
    juror = volunteered()
    ticks.jury()
    assert confirmed(juror) == "" and "real_name_missing" in jurors.lacks(juror, clock.now())
    assert told(2)["applied"] == 1
    assert jurors.hear_of_names(clock.now()) == 1 and jurors.hear_of_names(clock.now()) == 0
    assert confirmed(juror) == "marketplace" and "real_name_missing" not in jurors.lacks(juror, clock.now())


def test_what_the_feed_takes_back_is_confirmed_no_more() -> None:
    told(1)
    juror = volunteered()
    jurors.hear_of_names(clock.now())
    assert confirmed(juror) == "marketplace"
    told(2, real_name_confirmed_at=None)
    assert jurors.hear_of_names(clock.now()) == 1 and confirmed(juror) == ""
    told(1)  # an old record that comes late says nothing new
    assert jurors.hear_of_names(clock.now()) == 0


def test_operations_who_looked_themselves_are_not_overruled_by_the_feed() -> None:
    told(1)
    juror = volunteered()
    jurors.hear_of_names(clock.now())
    jurors.confirm_real_name(juror.pk, actor=builders.an_officer(Role.OPS), now=clock.now())
    told(2, real_name_confirmed_at=None)
    assert jurors.hear_of_names(clock.now()) == 0 and confirmed(juror) == "ops"


def test_a_confirmation_of_tomorrow_counts_tomorrow() -> None:
    tomorrow = clock.now() + timedelta(days=1)
    told(1, real_name_confirmed_at=tomorrow.isoformat())
    juror = volunteered()
    assert jurors.hear_of_names(clock.now()) == 0
    assert jurors.hear_of_names(tomorrow) == 1 and confirmed(juror) == "marketplace"


def test_the_feed_takes_no_name_for_a_confirmation() -> None:
    report = ingest.ingest([(1, {**KNOWN, "version": 1, "real_name": "林小满"})], source="t", now=clock.now())
    assert [row.reason for row in report.rejected] == ["unknown_field"]
    report = ingest.ingest([(1, {**KNOWN, "version": 1, "real_name_confirmed_at": "yes"})], source="t", now=clock.now())
    assert [(row.field, row.reason) for row in report.rejected] == [("real_name_confirmed_at", "malformed")]
