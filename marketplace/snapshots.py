"""Copies of what the marketplace knows, for a case to keep. Knows how to copy; refuses to know what for."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from django.db.models import Q, QuerySet

from common import digest
from common.errors import Missing
from marketplace.models import (
    ChatMessage,
    ExternalRefund,
    ListingSnapshot,
    Order,
    OrderLine,
    Payment,
    Settlement,
    Shipment,
    TrackingEvent,
)

FORMAT = 1
# Talk before an order that names no order still belongs to it: size, colour, "is it genuine?".
TALK_BEFORE = timedelta(days=7)
MOST_MESSAGES = 500

LISTING, CHAT, TRACE, PROMISES, PAYMENTS = "E01", "E02", "E03", "E24", "E25"


def freeze(line_id: int) -> dict[str, Any]:
    """Everything a case about this line relies on, as JSON: sums in minor units, times in UTC as ISO 8601.

    Keys: format, order, line, promises, listing (or null), payments, refunds_elsewhere, settlements, shipments (each
    with its events), chat, digest. ``digest`` is the SHA-256 of the canonical form of all else: two copies of the same
    knowledge are equal. Holds personal text; never goes into the journal. Seven statements. Raises `Missing`.
    """
    line = OrderLine.objects.select_related("order__merchant", "order__buyer", "snapshot").filter(pk=line_id).first()
    if line is None:
        raise Missing
    order = line.order
    body: dict[str, Any] = {
        "format": FORMAT,
        "order": _order(order),
        "line": _line(line),
        "promises": line.promises,
        "listing": _listing(line.snapshot),
        "payments": [_payment(row) for row in order.payments.order_by("paid_at", "external_id")],
        "refunds_elsewhere": [_refund(row) for row in order.external_refunds.order_by("refunded_at", "external_id")],
        "settlements": [_settlement(row) for row in order.settlements.order_by("settled_at", "external_id")],
        "shipments": _shipments(order),
        "chat": _chat(order),
    }
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
    if body["payments"]:
        found[PAYMENTS] = {
            "payments": body["payments"],
            "refunds_elsewhere": body["refunds_elsewhere"],
            "freight": body["order"]["freight"],
            "currency": body["order"]["currency"],
        }
    return found


def message_count(line_id: int) -> int:
    """How many messages the two sides exchanged about this order, the days before it included."""
    order = Order.objects.filter(lines__pk=line_id).first()
    return _talk(order).exclude(sender=ChatMessage.Sender.PLATFORM).count() if order else 0


def _talk(order: Order) -> QuerySet[ChatMessage]:
    between = Q(order=None, buyer=order.buyer_id, merchant=order.merchant_id, at__gte=order.placed_at - TALK_BEFORE)
    return ChatMessage.objects.filter(Q(order=order) | between)


def _order(order: Order) -> dict[str, Any]:
    return {
        "source": order.source,
        "external_id": order.external_id,
        "version": order.version,
        "buyer": {"id": order.buyer_id, "name": order.buyer.display_name},
        "merchant": {"id": order.merchant_id, "name": order.merchant.name},
        "state": order.state,
        "currency": order.currency,
        "freight": order.freight,
        "region": order.region,
        "placed_at": _time(order.placed_at),
        "paid_at": _time(order.paid_at),
        "promised_ship_at": _time(order.promised_ship_at),
        "shipped_at": _time(order.shipped_at),
        "signed_at": _time(order.signed_at),
        "completed_at": _time(order.completed_at),
        "closed_at": _time(order.closed_at),
    }


def _line(line: OrderLine) -> dict[str, Any]:
    return {
        "external_id": line.external_id,
        "version": line.version,
        "sku": line.sku,
        "batch": line.batch,
        "title": line.title,
        "category": line.category,
        "quantity": line.quantity,
        "unit_price": line.unit_price,
        "paid": line.paid,
    }


def _listing(listing: ListingSnapshot | None) -> dict[str, Any] | None:
    if listing is None:
        return None
    return {
        "listing_id": listing.listing_id,
        "title": listing.title,
        "attributes": listing.attributes,
        "description": listing.description,
        "images": listing.images,
        "captured_at": _time(listing.captured_at),
        "digest": listing.digest,
    }


def _payment(payment: Payment) -> dict[str, Any]:
    return {
        "external_id": payment.external_id,
        "amount": payment.amount,
        "currency": payment.currency,
        "method": payment.method,
        "paid_at": _time(payment.paid_at),
    }


def _refund(refund: ExternalRefund) -> dict[str, Any]:
    return {
        "external_id": refund.external_id,
        "line": refund.line,
        "amount": refund.amount,
        "currency": refund.currency,
        "paid_from": refund.paid_from,
        "reason": refund.reason,
        "refunded_at": _time(refund.refunded_at),
    }


def _settlement(settlement: Settlement) -> dict[str, Any]:
    return {
        "external_id": settlement.external_id,
        "amount": settlement.amount,
        "currency": settlement.currency,
        "settled_at": _time(settlement.settled_at),
    }


def _shipments(order: Order) -> list[dict[str, Any]]:
    shipments = order.shipments.prefetch_related("events").order_by("shipped_at", "external_id")
    return [_shipment(shipment) for shipment in shipments]


def _shipment(shipment: Shipment) -> dict[str, Any]:
    events = sorted(shipment.events.all(), key=lambda event: (event.at, event.external_id))
    return {
        "external_id": shipment.external_id,
        "direction": shipment.direction,
        "carrier": shipment.carrier,
        "tracking_number": shipment.tracking_number,
        "weight_grams": shipment.weight_grams,
        "shipped_at": _time(shipment.shipped_at),
        "events": [_event(event) for event in events],
    }


def _event(event: TrackingEvent) -> dict[str, Any]:
    return {
        "external_id": event.external_id,
        "code": event.code,
        "at": _time(event.at),
        "place": event.place,
        "text": event.text,
    }


def _chat(order: Order) -> dict[str, Any]:
    """The latest messages, oldest first. ``earlier`` says that there were more than are kept."""
    latest = list(_talk(order).order_by("-at", "-id")[: MOST_MESSAGES + 1])
    messages = [
        {
            "external_id": message.external_id,
            "sender": message.sender,
            "at": _time(message.at),
            "text": message.text,
            "digest": message.seen_digest,
        }
        for message in reversed(latest[:MOST_MESSAGES])
    ]
    return {
        "from": messages[0]["at"] if messages else None,
        "to": messages[-1]["at"] if messages else None,
        "earlier": len(latest) > MOST_MESSAGES,
        "messages": messages,
    }


def _time(moment: datetime | None) -> str | None:
    return None if moment is None else moment.astimezone(UTC).isoformat()
