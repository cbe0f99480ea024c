"""The court's money endpoint against the demo marketplace, which breaks the protocol in every way it knows."""

from __future__ import annotations

import json
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from common.acts import act
from demo_market.books import DEPOSIT
from demo_market.server import KINDS, Market, serve
from marketplace import gateway
from marketplace.gateway import Answer, Instruction, Kind, Result
from marketplace.gateway.http import HttpGateway

REFUND = Instruction("case-1:refund:1", Kind.REFUND_TO_BUYER, "O1", "M1", 25900, "CNY", "DA-20261125-AAAAAAA")


@pytest.fixture
def market() -> Iterator[Market]:
    with serve() as running:
        yield running


@pytest.fixture
def court(market: Market) -> HttpGateway:
    return HttpGateway(market.url, market.secret, seconds=2.0)


def paid(market: Market) -> list[tuple[str, int]]:
    return [(payment["key"], payment["amount"]) for payment in market.payments()]


def test_an_instruction_is_carried_out_and_named(market: Market, court: HttpGateway) -> None:
    answer = court.carry_out(REFUND)
    assert answer.result is Result.DONE and answer.reference
    assert paid(market) == [(REFUND.key, 25900)]
    assert court.look_up(REFUND.key) == answer


def test_the_same_key_again_pays_nothing_and_is_answered_as_before(market: Market, court: HttpGateway) -> None:
    assert court.carry_out(REFUND) == court.carry_out(REFUND)
    assert paid(market) == [(REFUND.key, 25900)]


def test_the_same_key_for_something_else_is_refused(market: Market, court: HttpGateway) -> None:
    court.carry_out(REFUND)
    assert court.carry_out(replace(REFUND, amount=1)) == Answer.refused("key_reused")
    assert paid(market) == [(REFUND.key, 25900)]


def test_a_refusal_moves_nothing_and_says_why(market: Market, court: HttpGateway) -> None:
    market.behave("refuse", code="account_frozen")
    assert court.carry_out(REFUND) == Answer.refused("account_frozen")
    assert paid(market) == []


@pytest.mark.parametrize(
    ("mode", "code"),
    [
        ("time_out", "timed_out"),
        ("answer_late", "timed_out"),
        ("pay_then_drop", "connection_lost"),
        ("drop_then_pay", "connection_lost"),
        ("fail", "http_500"),
        ("pay_then_fail", "http_500"),
        ("babble", "http_200"),
    ],
)
def test_without_a_plain_answer_nothing_is_known_and_asking_again_pays_once(
    market: Market, court: HttpGateway, mode: str, code: str
) -> None:
    market.behave(mode, times=1, seconds=0.5 if mode == "drop_then_pay" else 3.0)
    assert court.carry_out(REFUND) == Answer.unknown(code)
    assert court.carry_out(REFUND).result is Result.DONE
    market.wait()
    assert paid(market) == [(REFUND.key, 25900)]


def test_an_answer_sent_twice_is_one_answer(market: Market, court: HttpGateway) -> None:
    market.behave("answer_twice")
    first = court.carry_out(REFUND)
    second = court.carry_out(replace(REFUND, key="case-2:refund:1"))
    assert first.reference != second.reference
    assert len(paid(market)) == 2


def test_an_instruction_that_never_arrived_is_not_found(court: HttpGateway) -> None:
    assert court.look_up("case-9:refund:1") == Answer.refused("not_found")


def test_a_deposit_cannot_be_overdrawn(market: Market, court: HttpGateway) -> None:
    deduct = replace(REFUND, key="d1", kind=Kind.DEDUCT_DEPOSIT, amount=DEPOSIT - 1)
    assert court.deposit_balance("M1", "CNY") == DEPOSIT
    assert court.carry_out(deduct).result is Result.DONE
    assert court.deposit_balance("M1", "CNY") == 1
    assert court.carry_out(replace(deduct, key="d2")) == Answer.refused("insufficient_deposit")


@pytest.mark.parametrize("drift", [-330, 330])
def test_a_signature_too_old_or_too_young_is_turned_away(market: Market, drift: int) -> None:
    court = HttpGateway(market.url, market.secret, wall=lambda: time.time() + drift)
    assert court.carry_out(REFUND) == Answer.unknown("http_401")
    assert paid(market) == []


def test_another_secret_is_turned_away(market: Market) -> None:
    court = HttpGateway(market.url, "guessed")
    assert court.carry_out(REFUND) == Answer.unknown("http_401")
    assert court.look_up(REFUND.key) == Answer.unknown("http_401")
    assert court.deposit_balance("M1", "CNY") is None
    assert paid(market) == []


def test_a_marketplace_that_is_away_leaves_everything_open(market: Market) -> None:
    away = HttpGateway("http://127.0.0.1:9", "s", seconds=0.3)
    assert away.carry_out(REFUND) == Answer.unknown("not_reached")
    assert away.deposit_balance("M1", "CNY") is None


def test_no_gateway_set_up_means_that_nothing_is_known(settings: Any) -> None:
    settings.HENG_GATEWAY_URL = ""
    assert gateway.current().carry_out(REFUND) == Answer.unknown("gateway_not_set_up")


def test_the_gateway_is_the_one_the_settings_name(settings: Any, market: Market) -> None:
    settings.HENG_GATEWAY_URL, settings.HENG_GATEWAY_SECRET = market.url + "/", market.secret
    assert gateway.current().carry_out(REFUND).result is Result.DONE


@pytest.mark.django_db(transaction=True)
def test_no_act_waits_for_the_network(court: HttpGateway, market: Market) -> None:
    @act
    def impatient() -> Answer:
        return court.carry_out(REFUND)

    with pytest.raises(RuntimeError):
        impatient()
    assert paid(market) == []


def test_an_instruction_moves_more_than_nothing() -> None:
    with pytest.raises(ValueError, match="more than nothing"):
        replace(REFUND, amount=0)


def test_payments_outlive_the_marketplace_that_made_them(tmp_path: Path) -> None:
    with serve(state=tmp_path) as market:
        first = HttpGateway(market.url, market.secret).carry_out(REFUND)
    with serve(state=tmp_path) as market:
        assert HttpGateway(market.url, market.secret).carry_out(REFUND) == first
        assert paid(market) == [(REFUND.key, 25900)]


def test_fifty_at_once_under_one_key_pay_once(market: Market) -> None:
    from concurrent.futures import ThreadPoolExecutor

    court = HttpGateway(market.url, market.secret)
    with ThreadPoolExecutor(10) as pool:
        answers = set(pool.map(lambda _: court.carry_out(REFUND), range(50)))
    assert len(answers) == 1
    assert paid(market) == [(REFUND.key, 25900)]


def test_the_demonstration_can_change_its_manners_over_http(market: Market, court: HttpGateway) -> None:
    body = json.dumps({"mode": "refuse", "code": "order_closed", "kind": "refund_to_buyer"}).encode()
    request = urllib.request.Request(f"{market.url}/_demo/behaviour", body, method="POST")
    assert urllib.request.urlopen(request).status == 200
    assert court.carry_out(REFUND) == Answer.refused("order_closed")
    assert court.carry_out(replace(REFUND, key="a1", kind=Kind.ADVANCE)).result is Result.DONE
    shown = json.load(urllib.request.urlopen(f"{market.url}/_demo/payments"))
    assert [payment["key"] for payment in shown["payments"]] == ["a1"]


def test_the_manual_and_the_demonstration_know_every_kind_of_instruction() -> None:
    manual = (Path(__file__).parents[2] / "docs" / "feed.md").read_text(encoding="utf-8")
    assert {kind.value for kind in Kind} == KINDS
    assert [kind.value for kind in Kind if f"`{kind.value}`" not in manual] == []
