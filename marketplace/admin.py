"""What marketplaces reported, for the back office to look at. Only the feed writes here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.http import HttpRequest

from marketplace.models import (
    ChatMessage,
    DepositChange,
    ExternalRefund,
    FeedFile,
    ListingSnapshot,
    Movement,
    Order,
    OrderLine,
    Parked,
    Payment,
    Settlement,
    Shipment,
    TrackingEvent,
)

if TYPE_CHECKING:
    Page = admin.ModelAdmin[Any]
    Inline = admin.TabularInline[Any, Any]
else:
    Page, Inline = admin.ModelAdmin, admin.TabularInline


class ReadOnly:
    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class LineInline(ReadOnly, Inline):
    model = OrderLine


class PaymentInline(ReadOnly, Inline):
    model = Payment


class EventInline(ReadOnly, Inline):
    model = TrackingEvent


class ReadOnlyPage(ReadOnly, Page):
    show_full_result_count = False
    ordering = ("-id",)


@admin.register(Order)
class OrderAdmin(ReadOnlyPage):
    list_display = ("external_id", "source", "state", "buyer", "merchant", "placed_at", "version")
    list_filter = ("state",)
    list_select_related = ("buyer", "merchant")
    search_fields = ("=external_id",)
    inlines = (LineInline, PaymentInline)


@admin.register(Shipment)
class ShipmentAdmin(ReadOnlyPage):
    list_display = ("external_id", "source", "direction", "carrier", "tracking_number", "shipped_at")
    search_fields = ("=external_id", "=tracking_number")
    inlines = (EventInline,)


@admin.register(Movement)
class MovementAdmin(ReadOnlyPage):
    list_display = ("key", "kind", "amount", "currency", "at", "posted_at")
    list_filter = ("kind",)
    search_fields = ("=key",)


@admin.register(Parked)
class ParkedAdmin(ReadOnlyPage):
    list_display = ("type", "external_id", "version", "source", "needs_type", "needs_id", "parked_at")
    exclude = ("record",)


@admin.register(FeedFile)
class FeedFileAdmin(ReadOnlyPage):
    list_display = ("digest", "source", "line", "finished_at")


admin.site.register([ChatMessage, DepositChange, ExternalRefund, ListingSnapshot, Settlement], ReadOnlyPage)
