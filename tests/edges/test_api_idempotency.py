"""The same request twice is one effect and one answer, however the two meet and whatever dies in between."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection

from api import idempotency
from api.models import Reply
from common import clock
from disputes import negotiation
from disputes.lifecycle import State
from disputes.models import Case, Offer
from engine import ticks
from tests import builders, reach
from tests.edges.callers import Caller

pytestmark = pytest.mark.django_db


def test_a_repeated_request_is_answered_byte_for_byte_and_done_once() -> None:
    scene, caller = reach.a_scene(), Caller()
    body = {"on_behalf_of": "merchant", "amount": 5_000}
    first = caller.act(scene, "offer_made", key="k-1", **body)
    again = caller.act(scene, "offer_made", key="k-1", **body)
    assert (first.status_code, again.status_code) == (200, 200)
    assert first.content == again.content
    assert "Idempotent-Replayed" not in first and again["Idempotent-Replayed"] == "true"
    assert Offer.objects.count() == 1


def test_the_order_of_fields_does_not_make_another_request() -> None:
    scene, caller = reach.a_scene(), Caller()
    caller.act(scene, "offer_made", key="k-1", on_behalf_of="merchant", amount=5_000)
    again = caller.act(scene, "offer_made", key="k-1", amount=5_000, on_behalf_of="merchant")
    assert again["Idempotent-Replayed"] == "true"


@pytest.mark.parametrize("change", ["body", "address"])
def test_a_key_used_for_another_request_is_refused(change: str) -> None:
    scene, caller = reach.a_scene(), Caller()
    caller.act(scene, "offer_made", key="k-1", on_behalf_of="merchant", amount=5_000)
    if change == "body":
        answer = caller.act(scene, "offer_made", key="k-1", on_behalf_of="merchant", amount=6_000)
    else:
        answer = caller.act(scene, "refund_refused", key="k-1", text="no")
    assert (answer.status_code, answer.json()["code"]) == (422, "idempotency_key_reused")
    assert Offer.objects.get().amount == 5_000


def test_another_clients_key_of_the_same_name_is_another_key() -> None:
    scene, one, two = reach.a_scene(), Caller(), Caller()
    one.act(scene, "offer_made", key="k-1", on_behalf_of="merchant", amount=5_000)
    answer = two.act(scene, "offer_made", key="k-1", on_behalf_of="buyer", amount=60_000)
    assert answer.status_code == 200 and "Idempotent-Replayed" not in answer
    assert Reply.objects.count() == 2


@pytest.mark.parametrize("key", [None, "ü", "x" * 256, "two words"])
def test_a_mutation_needs_a_fit_key(key: str | None) -> None:
    scene, caller = reach.a_scene(), Caller()
    answer = caller.act(scene, "refund_agreed", key=key)
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (400, "Idempotency-Key")
    assert scene.state is State.AWAITING_MERCHANT


def test_a_refusal_leaves_the_key_free_because_nothing_happened() -> None:
    scene, caller = reach.a_scene(), Caller()
    body = {"on_behalf_of": "buyer", "offer_of": "merchant"}
    assert caller.act(scene, "offer_accepted", key="k-1", **body).status_code == 404
    assert not Reply.objects.exists()
    caller.act(scene, "offer_made", on_behalf_of="merchant", amount=5_000)
    assert caller.act(scene, "offer_accepted", key="k-1", **body).status_code == 200


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("dies", ["before the answer is written", "in the act"])
def test_whatever_dies_leaves_neither_effect_nor_record_and_the_retry_succeeds(
    dies: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    scene, caller = reach.a_scene(), Caller()

    def die(*args: Any, **kwargs: Any) -> Any:
        raise KeyboardInterrupt  # what no handler catches

    with monkeypatch.context() as broken:
        if dies == "in the act":
            broken.setattr(negotiation, "advance", die)
        else:
            broken.setattr(idempotency, "_answer", die)
        with pytest.raises(KeyboardInterrupt):
            caller.act(scene, "refund_agreed", key="k-1")
    assert scene.state is State.AWAITING_MERCHANT
    assert not Reply.objects.exists()
    answer = caller.act(scene, "refund_agreed", key="k-1")
    assert answer.status_code == 200 and "Idempotent-Replayed" not in answer
    assert scene.state is State.ENFORCING


@pytest.mark.django_db(transaction=True)
def test_doubled_requests_at_the_same_moment_are_one_case_and_one_answer() -> None:
    builders.rules()
    line = builders.a_line(builders.a_buyer(), builders.a_shop())
    caller = Caller()
    body = {
        "order": line.order.external_id,
        "line": "1",
        "kind": "refund_only",
        "type": "DAMAGED",
        "amount": 100,
        "text": "裂了。",
    }

    def ask(_: int) -> tuple[int, bytes]:
        try:
            answer = caller.post("cases", body, key="same")
            return answer.status_code, answer.content
        finally:
            connection.close()

    with ThreadPoolExecutor(6) as pool:
        answers = set(pool.map(ask, range(12)))
    assert len(answers) == 1
    assert answers.pop()[0] == 201
    assert Case.objects.count() == 1


def test_replies_are_forgotten_after_their_time_and_not_before() -> None:
    scene, caller = reach.a_scene(), Caller()
    caller.act(scene, "offer_made", key="k-1", on_behalf_of="merchant", amount=5_000)
    now = clock.now()
    assert idempotency.forget(now - timedelta(days=3)) == 0
    assert idempotency.forget(now + timedelta(seconds=1)) == 1
    assert not Reply.objects.exists()


def test_the_hourly_housekeeping_forgets_replies_of_three_days_ago() -> None:
    scene, caller = reach.a_scene(), Caller()
    caller.act(scene, "offer_made", key="k-1", on_behalf_of="merchant", amount=5_000)
    ticks.housekeeping()
    assert Reply.objects.exists()
    builders.travel(timedelta(days=3, seconds=1))
    assert ticks.housekeeping() >= 1
    assert not Reply.objects.exists()
