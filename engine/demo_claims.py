"""Of the demonstration: two claims of a shop about money that the marketplace paid back by itself. By real acts."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from common.actor import Actor
from disputes import claims, intervention, payouts, queries, submissions
from disputes.claims import Contest
from disputes.models import Case
from disputes.submissions import Answer
from enforcement import movements
from engine import demo_cast
from marketplace import ingest
from marketplace.models import ExternalRefund, OrderLine

HOUR = timedelta(hours=1)
POINTS = ("退回的不是本店寄出的那一件", "这笔款不该由本店承担")
STORY = "退货到仓后拆包，釉色和底款都对不上，不是本店寄出的那一件。两只的底款拍在一张照片里。"


def at_the_buyer(line: OrderLine, *, shop: Actor, buyer: Actor, ops: Actor, now: datetime) -> Case:
    """The shop has handed in; the buyer has about 20 of the 24 hours left."""
    case = _filed(line, ("plate_bases", "plate_packed"), shop, ops, now - 30 * HOUR)
    submissions.hand_in(case.pk, actor=shop, now=now - 4 * HOUR)
    return case


def at_the_desk(line: OrderLine, *, shop: Actor, buyer: Actor, ops: Actor, now: datetime) -> Case:
    """Both sides have said what they had; the case waits for somebody to decide it."""
    case = _filed(line, ("censer_bases", "censer_packed"), shop, ops, now - 70 * HOUR)
    submissions.hand_in(case.pk, actor=shop, now=now - 60 * HOUR)
    said = "寄回的就是收到的那一件，快递当面验过。"
    answers = [Answer(point.pk, "disputes", said) for point in queries.points(Case.objects.get(pk=case.pk))]
    intervention.rebut(case.pk, answers, text="", actor=buyer, now=now - 50 * HOUR)
    return case


def _filed(line: OrderLine, pictures: tuple[str, str], shop: Actor, ops: Actor, at: datetime) -> Case:
    payout = payouts.of_refund(_refund(line, at - 20 * HOUR))
    assert payout is not None
    contest = Contest(reason="swapped", amount=payout.amount, points=POINTS, story=STORY)
    case = claims.file(payout.ref, contest, actor=shop, now=at)
    intervention.admit(case.pk, actor=ops, now=at + 2 * HOUR)
    for picture, code, name in zip(pictures, ("E13", "E09"), ("出库与退回底款比对", "打包照片"), strict=True):
        demo_cast.photo(case, shop, picture, code, name, at + 4 * HOUR)
    return case


def _refund(line: OrderLine, at: datetime) -> ExternalRefund:
    """The marketplace's own word that it paid the buyer back. Harmless to repeat."""
    order = line.order
    record = {
        "type": "refund_elsewhere",
        "id": f"refund-{order.external_id}",
        "version": 1,
        "order": order.external_id,
        "line": line.external_id,
        "amount": line.paid,
        "currency": order.currency,
        "paid_from": "escrow",
        "reason": "售后自动退款",
        "refunded_at": at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
    }
    ingest.ingest([(1, record)], source=order.source, now=at)
    movements.post_due(limit=100, now=at)
    return ExternalRefund.objects.get(source=order.source, external_id=record["id"])
