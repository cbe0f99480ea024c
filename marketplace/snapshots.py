"""Copies of what the marketplace knows, for a case to keep. Knows how to copy; refuses to know what for."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.db import connection
from django.db.models import Q, QuerySet

from common import digest
from common.errors import Missing
from marketplace.models import ChatMessage, Order

FORMAT = 1
# Talk before an order that names no order still belongs to it: size, colour, "is it genuine?".
TALK_BEFORE = timedelta(days=7)
MOST_MESSAGES = 500

LISTING, CHAT, TRACE, PROMISES, PAYMENTS = "E01", "E02", "E03", "E24", "E25"


def freeze(line_id: int) -> dict[str, Any]:
    """Everything a case about this line relies on, as JSON: sums in minor units, times in UTC as ISO 8601.

    Keys: format, order, line, promises, listing (or null), payments, refunds_elsewhere, settlements, shipments (each
    with its events), chat, digest. ``digest`` is the SHA-256 of the canonical form of all else: two copies of the same
    knowledge are equal. Holds personal text; never goes into the journal. One statement, so that all of it was true at
    one instant. Raises `Missing`.
    """
    with connection.cursor() as cursor:
        cursor.execute(_KNOWN, {"line": line_id, "before": TALK_BEFORE.total_seconds(), "most": MOST_MESSAGES + 1})
        row = cursor.fetchone()
    if row is None:
        raise Missing
    known = json.loads(row[0])
    body = {"format": FORMAT, **known, "chat": _chat(known["chat"])}
    return body | {"digest": digest.of(body)}


def records(body: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """What of a frozen body is evidence by itself, by evidence code (rules a: "auto"). Empty records are left out."""
    found: dict[str, dict[str, Any]] = {}
    if body["listing"] is not None:
        found[LISTING] = {"listing": body["listing"], "line": body["line"]}
    if body["chat"]["messages"]:
        found[CHAT] = {"chat": body["chat"]}
    if body["shipments"]:
        found[TRACE] = {"shipments": body["shipments"]}
    if body["promises"]:
        found[PROMISES] = {"promises": body["promises"], "promised_ship_at": body["order"]["promised_ship_at"]}
    if body["order"]["freight"] or body["refunds_elsewhere"]:
        # What was paid for the goods every case says by itself; the record is about freight, and what came back elsewhere.
        found[PAYMENTS] = {
            "payments": body["payments"],
            "refunds_elsewhere": body["refunds_elsewhere"],
            "freight": body["order"]["freight"],
            "currency": body["order"]["currency"],
        }
    return found


def images(body: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The pictures that the listing in a frozen body, or in a record made of it, names; none without a listing."""
    return list((body.get("listing") or {}).get("images") or ())


def message_count(line_id: int) -> int:
    """How many messages the two sides exchanged about this order, the days before it included."""
    order = Order.objects.filter(lines__pk=line_id).first()
    return _talk(order).exclude(sender=ChatMessage.Sender.PLATFORM).count() if order else 0


def _talk(order: Order) -> QuerySet[ChatMessage]:
    between = Q(order=None, buyer=order.buyer_id, merchant=order.merchant_id, at__gte=order.placed_at - TALK_BEFORE)
    return ChatMessage.objects.filter(Q(order=order) | between)


def _chat(latest: list[dict[str, Any]]) -> dict[str, Any]:
    """The latest messages, oldest first. ``earlier`` says that there were more than are kept."""
    messages = latest[:MOST_MESSAGES][::-1]
    return {
        "from": messages[0]["at"] if messages else None,
        "to": messages[-1]["at"] if messages else None,
        "earlier": len(latest) > MOST_MESSAGES,
        "messages": messages,
    }


def _object(row: str, *columns: str, **others: str) -> str:
    """SQL: these columns of ``row`` as a JSON object, and ``others`` by name. Times as ``datetime.isoformat`` says."""
    values = {name: _utc(f"{row}.{name}") if _is_time(name) else f"{row}.{name}" for name in columns}
    return _build(values | others)


def _build(values: dict[str, str]) -> str:
    pairs = ", ".join(f"'{name}', {value}" for name, value in values.items())
    return f"json_build_object({pairs})"


def _list(objects: str, rows: str, order: str) -> str:
    return f"(SELECT coalesce(json_agg({objects} ORDER BY {order}), '[]') FROM {rows})"


def _utc(moment: str) -> str:
    written = f"""to_char({moment} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"+00:00"')"""
    return f"replace({written}, '.000000', '')"


def _is_time(column: str) -> bool:
    return column == "at" or column.endswith("_at")


# Ids are ordered by their code points, whatever the language of the database: the digest covers the order.
_ID = 'external_id COLLATE "C"'
_PARTS = {
    "order": _object(
        "o",
        *("source", "external_id", "version", "state", "currency", "freight", "region", "placed_at", "paid_at"),
        *("promised_ship_at", "shipped_at", "signed_at", "completed_at", "closed_at"),
        buyer="json_build_object('id', o.buyer_id, 'name', buyer.display_name)",
        merchant="json_build_object('id', o.merchant_id, 'name', merchant.name)",
    ),
    "line": _object(
        *("line", "external_id", "version", "sku", "batch", "title", "category", "quantity", "unit_price", "paid"),
    ),
    "promises": "line.promises",
    "listing": "CASE WHEN listing.id IS NOT NULL THEN {} END".format(
        _object(*("listing", "listing_id", "title", "attributes", "description", "images", "captured_at", "digest"))
    ),
    "payments": _list(
        _object("p", "external_id", "amount", "currency", "method", "paid_at"),
        "marketplace_payment p WHERE p.order_id = o.id",
        f"p.paid_at, p.{_ID}",
    ),
    "refunds_elsewhere": _list(
        _object("r", "external_id", "line", "amount", "currency", "paid_from", "reason", "refunded_at"),
        "marketplace_externalrefund r WHERE r.order_id = o.id",
        f"r.refunded_at, r.{_ID}",
    ),
    "settlements": _list(
        _object("s", "external_id", "amount", "currency", "settled_at"),
        "marketplace_settlement s WHERE s.order_id = o.id",
        f"s.settled_at, s.{_ID}",
    ),
    "shipments": _list(
        _object(
            *("s", "external_id", "direction", "carrier", "tracking_number", "weight_grams", "shipped_at"),
            events=_list(
                _object("e", "external_id", "code", "at", "place", "text"),
                "marketplace_trackingevent e WHERE e.shipment_id = s.id",
                f"e.at, e.{_ID}",
            ),
        ),
        "marketplace_shipment s WHERE s.order_id = o.id",
        f"s.shipped_at, s.{_ID}",
    ),
    "chat": _list(
        _object("m", "external_id", "sender", "at", "text", digest="m.seen_digest"),
        """(SELECT * FROM marketplace_chatmessage m WHERE m.order_id = o.id OR (m.order_id IS NULL
            AND m.buyer_id = o.buyer_id AND m.merchant_id = o.merchant_id
            AND m.at >= o.placed_at - %(before)s * interval '1 second')
            ORDER BY m.at DESC, m.id DESC LIMIT %(most)s) m""",
        "m.at DESC, m.id DESC",
    ),
}
_KNOWN = f"""
SELECT {_build(_PARTS)}::text
FROM marketplace_orderline line
JOIN marketplace_order o ON o.id = line.order_id
JOIN accounts_user buyer ON buyer.id = o.buyer_id
JOIN accounts_merchant merchant ON merchant.id = o.merchant_id
LEFT JOIN marketplace_listingsnapshot listing ON listing.id = line.snapshot_id
WHERE line.id = %(line)s
"""
