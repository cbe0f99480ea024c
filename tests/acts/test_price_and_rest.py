"""Where some of a price came back before a case began: the price stays the price, and the rest is what is left of it."""

from __future__ import annotations

from dataclasses import replace
from html import unescape

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import translation

from accounts.models import User
from arbitration import calculator, record, sheet
from arbitration.calculator import Inputs, compute
from common import clock
from common.actor import Actor
from common.errors import Refused
from disputes import amounts, negotiation, offers, refusals
from disputes.awards import Payer
from disputes.lifecycle import Kind
from disputes.models import CaseFile
from marketplace.models import ExternalRefund, OrderLine
from rulebook import editions
from rulebook.rules import parse
from tests import builders, deciding, reach
from tests.reach import Scene

pytestmark = pytest.mark.django_db
CLASSIC = parse(editions.shipped_as("taobao-classic").body, version="test")
PRICE, BACK = 68_000, 20_000
LEFT = PRICE - BACK


def give_back(line: OrderLine, amount: int = BACK) -> None:
    ExternalRefund.objects.create(
        source="test",
        external_id=f"refund-{line.pk}",
        version=1,
        seen_digest="0" * 64,
        received_at=clock.now(),
        order=line.order,
        line=line.external_id,
        amount=amount,
        currency="CNY",
        paid_from="escrow",
        refunded_at=clock.now(),
    )


def asked_again(type_code: str = "DAMAGED") -> Scene:
    """A refund is asked for after a part of the price came back."""
    made = reach.refused(type_code=type_code)
    negotiation.withdraw(made.case.pk, actor=made.buyer, now=clock.now())
    line = made.case.line
    line.promises = [{"code": "fake_times", "times": 3}]
    line.save(update_fields=["promises"])
    give_back(line)
    made.case = negotiation.open_refund(
        line.pk,
        kind=Kind.REFUND_ONLY,
        type_code=type_code,
        amount=LEFT,
        text="又有一处。",
        actor=made.buyer,
        now=clock.now(),
    )
    return made


def text(actor: Actor, name: str, *args: str) -> str:
    client = Client(headers={"accept-language": "en"})
    client.force_login(User.objects.get(pk=actor.id))
    reply = client.get("/en" + reverse(name, args=args).removeprefix("/en"))
    assert reply.status_code == 200
    return unescape(reply.content.decode())


def test_promises_and_the_law_count_from_the_price_and_not_from_the_rest() -> None:
    made = asked_again("COUNTERFEIT")
    body = CaseFile.objects.get(case=made.case, round=0).body
    kept = record.read(body, made.case)
    assert (made.case.paid, kept.price) == (LEFT, PRICE)
    assert kept.promise_cap == 3 * PRICE
    on = replace(CLASSIC, body=replace(CLASSIC.body, switches=replace(CLASSIC.switches, statutory_multiples=True)))
    assert calculator.statutory(kept.price, "COUNTERFEIT", on, "CNY") == 3 * PRICE


def test_this_things_part_of_the_freight_is_that_of_its_price() -> None:
    made = asked_again()
    body = CaseFile.objects.get(case=made.case, round=0).body
    body["order"]["freight"] = 1_000
    body["payments"] = [{"amount": 2 * PRICE + 1_000}]
    assert record.read(body, made.case).freight_out == 500


def a_decision(**changes: object) -> Inputs:
    values: dict[str, object] = {
        "remedy": "R3",
        "paid": LEFT,
        "price": PRICE,
        "merchant_share": 10_000,
        "freight_payer": Payer.NOBODY,
    }
    return Inputs(**(values | changes))  # type: ignore[arg-type]


def test_a_full_refund_gives_what_is_left_and_its_line_says_so() -> None:
    found = compute(a_decision())
    assert [(line.formula, line.amount) for line in found.lines] == [("left_by_share", LEFT)]
    capped = compute(a_decision(remedy="R2", value=PRICE))
    assert [(line.formula, line.amount) for line in capped.lines] == [("value_capped_by_what_is_left", LEFT)]
    with pytest.raises(ValueError, match="left"):
        compute(a_decision(paid=PRICE + 1))


def test_caps_are_shares_of_the_price() -> None:
    gift, limits = CLASSIC.type("GIFT_BUNDLE"), CLASSIC.thresholds
    most = PRICE * limits.gift_cap_basis_points // 10_000
    assert calculator.over_caps(a_decision(remedy="R15", deduction=most), gift, limits) == []
    assert calculator.over_caps(a_decision(remedy="R15", deduction=most + 1), gift, limits)


def test_the_ruling_reckons_with_both() -> None:
    made = deciding.taken()
    assert made.case.paid == PRICE
    give_back(made.case.line, 1)  # what comes back later changes nothing of a case that has begun
    found = sheet.read(made.case, deciding.drafted(made))
    assert found.record.price == PRICE and found.calculation is not None
    assert found.calculation.lines[0].formula == "value_by_share"


def test_pages_show_the_price_and_what_is_left_of_it() -> None:
    made = asked_again()
    for found in (
        text(made.buyer, "buyer:case", made.case.number),
        text(made.merchant, "merchant:case", made.case.number),
    ):
        assert "680.00" in found and "Given back before" in found
        assert "200.00" in found and "Left of the amount paid" in found and "480.00" in found
    first = reach.refused()
    assert "Given back before" not in text(first.buyer, "buyer:case", first.case.number)


def test_a_sum_beyond_the_rest_is_refused_in_words_that_fit() -> None:
    made = asked_again()
    with pytest.raises(Refused) as beyond:
        offers.make(made.case.pk, amount=LEFT + 1, returns=False, text="", actor=made.merchant, now=clock.now())
    assert beyond.value.code == "amount_out_of_range"
    with translation.override("zh-hans"):
        assert "已退金额" in refusals.say(beyond.value) and "480.00" in refusals.say(beyond.value)
        assert "已退" not in refusals.say(amounts.out_of_range(reach.a_scene().case))
    line = builders.a_line(made.buyer, made.shop)
    give_back(line)
    assert "less what has been given back" in text(made.buyer, "buyer:refund", line.order.public_id, "1")
