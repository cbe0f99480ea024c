"""Taking the words out of what a marketplace told. Orders, payments and moments stay; the marketplace has its own copy.

The version of each record stays too, so that a feed which is sent once more does not bring the words back.
"""

from __future__ import annotations

from collections.abc import Sequence

from common.acts import require_act
from marketplace.models import ChatMessage, ExternalRefund, Shipment, TrackingEvent


def erase_orders(order_ids: Sequence[int]) -> None:
    """Chat, parcels and what the carrier saw of these orders say nothing any more."""
    require_act()
    ChatMessage.objects.filter(order_id__in=order_ids).update(text="")
    TrackingEvent.objects.filter(shipment__order_id__in=order_ids).update(place="", text="")
    Shipment.objects.filter(order_id__in=order_ids).update(tracking_number="")
    ExternalRefund.objects.filter(order_id__in=order_ids).update(reason="")


def erase_talk(buyer_id: int) -> None:
    """All that this person and shops said to each other, about whatever order or none."""
    require_act()
    ChatMessage.objects.filter(buyer_id=buyer_id).update(text="")
