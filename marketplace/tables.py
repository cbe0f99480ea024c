"""In which table and which columns each type of record stands, and which of them no later version may change.

Pure: where a record names somebody, ``here`` is asked for their id. Who came first, and who stands, is not known here.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

from marketplace.feed import Parsed, moment, moment_or_none
from marketplace.models import (
    ChatMessage,
    DepositChange,
    ExternalRefund,
    KnownBuyer,
    KnownMerchant,
    ListingSnapshot,
    Movement,
    Order,
    OrderLine,
    Payment,
    Received,
    Settlement,
    Shipment,
    TrackingEvent,
)

# (buyer, merchant or order; external id) → the id here
Here: TypeAlias = Callable[[str, str], int]

MODELS: dict[str, type[Received]] = {
    "merchant": KnownMerchant,
    "buyer": KnownBuyer,
    "order": Order,
    "payment": Payment,
    "shipment": Shipment,
    "chat": ChatMessage,
    "refund_elsewhere": ExternalRefund,
    "settlement": Settlement,
    "deposit": DepositChange,
}
# Fields of a record that no later version may change, and the column each is kept in.
FIXED: dict[str, dict[str, str]] = {
    "merchant": {},
    "buyer": {},
    "order": {"buyer": "buyer_id", "merchant": "merchant_id", "currency": "currency"},
    "payment": {"order": "order_id", "amount": "amount", "currency": "currency"},
    "shipment": {"order": "order_id"},
    "chat": {"buyer": "buyer_id", "merchant": "merchant_id", "from": "sender"},
    "refund_elsewhere": {
        "order": "order_id",
        "amount": "amount",
        "currency": "currency",
        "paid_from": "paid_from",
        "instruction": "instruction",
    },
    "settlement": {"order": "order_id", "amount": "amount", "currency": "currency", "instruction": "instruction"},
    "deposit": {"merchant": "merchant_id", "amount": "amount", "currency": "currency", "instruction": "instruction"},
}
ORDER_TIMES = (
    "placed_at",
    "paid_at",
    "promised_ship_at",
    "shipped_at",
    "signed_at",
    "completed_at",
    "closed_at",
)
HAPPENED = {
    "payment": "paid_at",
    "settlement": "settled_at",
    "deposit": "moved_at",
    "refund_elsewhere": "refunded_at",
}
MOVES: dict[tuple[str, str], Movement.Kind] = {
    ("payment", "escrow"): Movement.Kind.PAYMENT,
    ("settlement", "escrow"): Movement.Kind.SETTLEMENT,
    ("deposit", "escrow"): Movement.Kind.DEPOSIT,
    ("refund_elsewhere", "escrow"): Movement.Kind.REFUND_FROM_ESCROW,
    ("refund_elsewhere", "settlement"): Movement.Kind.REFUND_FROM_SETTLEMENT,
    ("refund_elsewhere", "deposit"): Movement.Kind.REFUND_FROM_DEPOSIT,
}


def fixed(record: Parsed, here: Here) -> tuple[Any, ...]:
    """What this record says of the columns that must not change, in the order of `FIXED`."""
    values = []
    for name in FIXED[record.type]:
        if name in ("order", "buyer", "merchant"):
            values.append(here(name, record.body[name]))
        elif name == "paid_from":
            values.append(record.body.get(name, "escrow"))
        elif name == "instruction":
            values.append(record.body.get(name, ""))
        else:
            values.append(record.body[name])
    return tuple(values)


def columns(record: Parsed, here: Here) -> dict[str, Any]:
    """The columns that only this type of record has. Raises ``KeyError`` if it names somebody unknown."""
    body = record.body
    match record.type:
        case "merchant":
            return {"merchant_id": here("merchant", body["id"])}
        case "buyer":
            confirmed_at = moment_or_none(body.get("real_name_confirmed_at"))
            return {"user_id": here("buyer", body["id"]), "real_name_at": confirmed_at}
        case "order":
            return {
                "buyer_id": here("buyer", body["buyer"]),
                "merchant_id": here("merchant", body["merchant"]),
                "state": body["state"],
                "currency": body["currency"],
                "freight": body.get("freight", 0),
                "region": body.get("region", ""),
                **{name: moment_or_none(body.get(name)) for name in ORDER_TIMES},
            }
        case "payment":
            return {
                **_money(body, here),
                "method": body.get("method", ""),
                "paid_at": moment(body["paid_at"]),
            }
        case "refund_elsewhere":
            return {
                **_money(body, here),
                "line": body.get("line", ""),
                "paid_from": body.get("paid_from", "escrow"),
                "reason": body.get("reason", ""),
                "refunded_at": moment(body["refunded_at"]),
                "instruction": body.get("instruction", ""),
            }
        case "settlement":
            return {
                **_money(body, here),
                "settled_at": moment(body["settled_at"]),
                "instruction": body.get("instruction", ""),
            }
        case "deposit":
            return {
                "merchant_id": here("merchant", body["merchant"]),
                "amount": body["amount"],
                "currency": body["currency"],
                "moved_at": moment(body["moved_at"]),
                "instruction": body.get("instruction", ""),
            }
        case "shipment":
            return {
                "order_id": here("order", body["order"]),
                "direction": body.get("direction", "outbound"),
                "carrier": body["carrier"],
                "tracking_number": body.get("tracking_number", ""),
                "weight_grams": body.get("weight_grams"),
                "shipped_at": moment(body["shipped_at"]),
            }
        case "chat":
            return {
                "order_id": here("order", body["order"]) if "order" in body else None,
                "buyer_id": here("buyer", body["buyer"]),
                "merchant_id": here("merchant", body["merchant"]),
                "sender": body["from"],
                "at": moment(body["at"]),
                "text": body["text"],
            }
    raise AssertionError(record.type)


def _money(body: dict[str, Any], here: Here) -> dict[str, Any]:
    return {"order_id": here("order", body["order"]), "amount": body["amount"], "currency": body["currency"]}


def line(order_id: int, external_id: str, version: int, part: dict[str, Any], snapshot_id: int | None) -> OrderLine:
    return OrderLine(
        order_id=order_id,
        external_id=external_id,
        version=version,
        sku=part.get("sku", ""),
        batch=part.get("batch", ""),
        title=part["title"],
        category=part["category"],
        quantity=part["quantity"],
        unit_price=part["unit_price"],
        paid=part["paid"],
        promises=part.get("promises", []),
        snapshot_id=snapshot_id,
    )


def snapshot(source: str, digest: str, listing: dict[str, Any]) -> ListingSnapshot:
    return ListingSnapshot(
        source=source,
        digest=digest,
        listing_id=listing["id"],
        title=listing["title"],
        attributes=listing.get("attributes", {}),
        description=listing.get("description", ""),
        images=listing.get("images", []),
        captured_at=moment(listing["captured_at"]),
    )


def event(shipment_id: int, external_id: str, version: int, part: dict[str, Any]) -> TrackingEvent:
    return TrackingEvent(
        shipment_id=shipment_id,
        external_id=external_id,
        version=version,
        code=part["code"],
        at=moment(part["at"]),
        place=part.get("place", ""),
        text=part.get("text", ""),
    )


def movement(source: str, record: Parsed, here: Here) -> Movement | None:
    """What a money record moved; ``None`` if it is no money record. Whose shop it is, an order does not say here."""
    kind = MOVES.get((record.type, record.body.get("paid_from", "escrow")))
    if kind is None:
        return None
    body = record.body
    return Movement(
        key=f"{record.type}:{source}:{record.external_id}",
        kind=kind,
        order_id=here("order", body["order"]) if "order" in body else None,
        merchant_id=here("merchant", body["merchant"]) if "order" not in body else None,
        amount=body["amount"],
        currency=body["currency"],
        instruction=body.get("instruction", ""),
        at=moment(body[HAPPENED[record.type]]),
    )
