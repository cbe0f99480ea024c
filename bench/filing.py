"""Claims sent to the platform, again and again, each time for another case: through the page, and through the yardstick."""

from __future__ import annotations

from django.db import connection
from django.test import Client
from django.urls import reverse

from accounts.models import User
from bench.yardsticks import GATHERED
from common import clock, digest
from disputes.models import FilingDraft
from marketplace import snapshots
from marketplace.models import ChatMessage, Order

_READY = """
WITH chosen AS (SELECT id, order_id, line_id, number, version FROM disputes_case
    WHERE state = 'awaiting_buyer' ORDER BY id LIMIT %(count)s),
orders AS (UPDATE marketplace_order SET buyer_id = %(buyer)s FROM chosen WHERE marketplace_order.id = chosen.order_id),
cases AS (UPDATE disputes_case c SET buyer_id = %(buyer)s, round = 0, intervened_at = NULL,
    buyer_handed_in_at = NULL, evidence_closes_at = NULL FROM chosen WHERE c.id = chosen.id),
files AS (DELETE FROM disputes_casefile f USING chosen WHERE f.case_id = chosen.id),
points AS (DELETE FROM disputes_point p USING chosen WHERE p.case_id = chosen.id)
SELECT id, number, version, order_id, line_id FROM chosen
"""
# What the buyer has written on the pages before; sending reads it from there.
_WRITTEN = {
    "what": "damaged",
    "point_1": "收到时壶身已有裂纹",
    "point_2": "注水后会渗水",
    "points_for": "DAMAGED",
    "story": "当晚开箱就看到裂纹，马上拍照联系商家，商家说是开片，不同意退货。",
    "remedy": "R3",
    "amount": "50.00",
    "evidence": "1",
    "contact": "1",
}


class Filing:
    """``count`` refused requests of one buyer: half are filed by ``next``, the others written down by ``plainly``."""

    def __init__(self, count: int) -> None:
        buyer = User.objects.create(username="bench-filer", display_name="林知夏")
        with connection.cursor() as cursor:
            cursor.execute(_READY, {"count": 2 * count, "buyer": buyer.pk})
            waiting = cursor.fetchall()
        assert len(waiting) == 2 * count
        orders = Order.objects.in_bulk([order_id for *_, order_id, _ in waiting])
        ChatMessage.objects.bulk_create(
            ChatMessage(
                source="bench",
                external_id=f"filing-{order.pk}",
                version=1,
                seen_digest="0" * 64,
                received_at=order.placed_at,
                order=order,
                buyer=buyer,
                merchant_id=order.merchant_id,
                sender="buyer",
                at=order.signed_at or order.placed_at,
                text="壶身有裂纹，注水会渗。",
            )
            for order in orders.values()
        )
        now = clock.now()
        body = {field: {"text": text, "at": now.isoformat(), "page": "0" * 16} for field, text in _WRITTEN.items()}
        FilingDraft.objects.bulk_create(
            FilingDraft(case_id=case_id, body=body, begun_at=now, saved_at=now) for case_id, *_ in waiting
        )
        self._through_the_page = [(number, version) for _, number, version, _, _ in waiting[::2]]
        self._plain = [(number, version) for _, number, version, _, _ in waiting[1::2]]
        for _case, number, _version, _order, line_id in waiting[1::2]:
            frozen = snapshots.freeze(line_id)
            records = snapshots.records(frozen).items()
            GATHERED[number] = frozen, [(code, content, digest.of(content)) for code, content in records]
        self._client = Client()
        self._client.force_login(buyer)

    def next(self) -> object:
        number, version = self._through_the_page.pop()
        return self._send(reverse("buyer:check", args=[number]), number, {"seen": version, "understood": "1"})

    def plainly(self) -> object:
        number, version = self._plain.pop()
        return self._send(f"/yardstick/writes/{number}/", number, {"seen": version, "understood": "1"})

    def _send(self, address: str, number: str, typed: dict[str, object]) -> object:
        reply = self._client.post(address, typed)
        assert reply.status_code == 302, (number, reply.status_code, reply.content.decode()[:3000])
        return reply
