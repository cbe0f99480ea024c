"""How much a client may ask: exact while Redis counts, and still held for writes while it does not."""

from __future__ import annotations

import pytest
import redis

from accounts.models import Scope
from api import throttling
from tests import reach
from tests.edges.callers import Caller

pytestmark = pytest.mark.django_db


def test_over_the_rate_is_429_with_the_seconds_to_wait_and_another_client_is_not_held(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(throttling.RATES, Scope.OUTCOMES_READ, 3)
    caller, other = Caller(), Caller()
    assert [caller.get("outcomes").status_code for _ in range(4)] == [200, 200, 200, 429]
    answer = caller.get("outcomes")
    assert 1 <= int(answer["Retry-After"]) <= 60
    assert (answer.json()["code"], answer["Content-Type"]) == ("too_many_requests", "application/problem+json")
    assert other.get("outcomes").status_code == 200
    assert caller.get("cases").status_code == 200


def test_without_redis_reads_go_on_and_writes_are_counted_in_the_database(monkeypatch: pytest.MonkeyPatch) -> None:
    def gone(bucket: str) -> tuple[int, float]:
        raise redis.ConnectionError

    monkeypatch.setattr(throttling, "_count", gone)
    monkeypatch.setitem(throttling.RATES, Scope.CASES_READ, 1)
    monkeypatch.setitem(throttling.RATES, Scope.CASES_WRITE, 1)
    scene, caller = reach.a_scene(), Caller()
    assert [caller.get("cases").status_code for _ in range(3)] == [200, 200, 200]
    answers = [caller.act(scene, "offer_made", on_behalf_of="merchant", amount=10) for _ in range(3)]
    # The minute turns at most once in between, so of three one at least is the second of its minute.
    assert answers[0].status_code == 200
    assert 429 in [answer.status_code for answer in answers]
    hits = [throttling.count_in_database("some-bucket")[0] for _ in range(3)]
    assert hits in ([1, 2, 3], [1, 2, 1], [1, 1, 2])
