"""What marketplaces report, as received. Knows orders, parcels and talk; refuses to know cases, money books and rules.

Every report carries (source, external id, version). The highest version seen is what stands here. Nothing here is a
case's record: what a case relies on is copied by ``snapshots.freeze`` when the case needs it.
"""

from __future__ import annotations

from typing import ClassVar

import pgtrigger
from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from common.ids import public_id

ID_LENGTH = 64
SOURCE_LENGTH = 40


class Received(models.Model):
    """Where a fact came from. ``seen_digest`` is the SHA-256 of the record in canonical form, extensions left out."""

    source = models.CharField(max_length=SOURCE_LENGTH)
    external_id = models.CharField(max_length=ID_LENGTH)
    version = models.BigIntegerField()
    seen_digest = models.CharField(max_length=64)
    received_at = models.DateTimeField()

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{self.source}/{self.external_id} v{self.version}"


class KnownBuyer(Received):
    """A buyer of one marketplace and the user they are here. ``real_name_at``: since when it knows their real name."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="known_as")
    real_name_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["source", "external_id"], name="market_buyer_once"),
        ]


class KnownMerchant(Received):
    """A shop of one marketplace and the merchant it is here."""

    merchant = models.ForeignKey("accounts.Merchant", models.PROTECT, related_name="known_as")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["source", "external_id"], name="market_merchant_once"),
        ]


class OrderState(models.TextChoices):
    UNPAID = "UNPAID", _("Unpaid")
    PAID_UNSHIPPED = "PAID_UNSHIPPED", _("Paid, not shipped")
    SHIPPED = "SHIPPED", _("Shipped")
    SIGNED = "SIGNED", _("Signed for")
    COMPLETED = "COMPLETED", _("Order completed")
    CLOSED = "CLOSED", _("Order closed")
    REFUNDED = "REFUNDED", _("Order refunded")


class Order(Received):
    """An order. Its buyer, merchant and currency never change; a feed that says otherwise is refused."""

    public_id = models.CharField(max_length=26, unique=True, default=public_id)
    buyer = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="orders")
    merchant = models.ForeignKey("accounts.Merchant", models.PROTECT, related_name="orders")
    state = models.CharField(max_length=16, choices=OrderState.choices)
    currency = models.CharField(max_length=3)
    freight = models.BigIntegerField(default=0, help_text="minor units, as charged to the buyer")
    region = models.CharField(max_length=80, blank=True, help_text="province and city it went to; never the address")
    placed_at = models.DateTimeField()
    paid_at = models.DateTimeField(null=True)
    promised_ship_at = models.DateTimeField(null=True)
    shipped_at = models.DateTimeField(null=True)
    signed_at = models.DateTimeField(null=True)
    completed_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["source", "external_id"], name="market_order_once"),
            models.CheckConstraint(condition=models.Q(freight__gte=0), name="market_order_freight_not_negative"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["buyer", "-placed_at", "-id"], name="market_order_of_buyer"),
            models.Index(fields=["merchant", "-placed_at", "-id"], name="market_order_of_merchant"),
        ]

    @property
    def has_left(self) -> bool:
        """Whether the goods were sent: before that nothing can come back."""
        return self.has_arrived or self.shipped_at is not None or self.state == OrderState.SHIPPED

    @property
    def has_arrived(self) -> bool:
        """Whether the goods came, as far as the marketplace knows: before that nobody can speak of keeping them."""
        dated = self.signed_at is not None or self.completed_at is not None
        return dated or self.state in (OrderState.SIGNED, OrderState.COMPLETED)


class ListingSnapshot(models.Model):
    """The page the buyer saw, as the marketplace kept it. Addressed by content; never changed, never removed."""

    source = models.CharField(max_length=SOURCE_LENGTH)
    digest = models.CharField(max_length=64)
    listing_id = models.CharField(max_length=ID_LENGTH)
    title = models.CharField(max_length=300)
    attributes = models.JSONField(default=dict)
    description = models.TextField(blank=True)
    images = models.JSONField(default=list)
    captured_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["source", "digest"], name="market_snapshot_once"),
        ]
        triggers: ClassVar = [
            pgtrigger.Protect(name="snapshots_stay", operation=pgtrigger.Update | pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return self.title


class OrderLine(models.Model):
    """One thing in an order. ``version`` is that of the highest order record which named this line.

    A line that a later record leaves out stays as last reported: a case may stand on it.
    """

    order = models.ForeignKey(Order, models.PROTECT, related_name="lines")
    external_id = models.CharField(max_length=ID_LENGTH)
    version = models.BigIntegerField()
    sku = models.CharField(max_length=ID_LENGTH, blank=True)
    batch = models.CharField(max_length=ID_LENGTH, blank=True)
    title = models.CharField(max_length=300)
    category = models.CharField(max_length=40)
    quantity = models.PositiveIntegerField()
    unit_price = models.BigIntegerField(help_text="minor units")
    paid = models.BigIntegerField(help_text="minor units paid for the whole line, after discounts, without freight")
    promises = models.JSONField(default=list)
    snapshot = models.ForeignKey(ListingSnapshot, models.PROTECT, null=True, related_name="lines")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["order", "external_id"], name="market_line_once"),
            models.CheckConstraint(
                condition=models.Q(unit_price__gte=0, paid__gte=0), name="market_line_sums_not_negative"
            ),
        ]

    def __str__(self) -> str:
        return self.title


class Payment(Received):
    """Money the buyer paid into the marketplace's escrow. Order, amount and currency never change."""

    order = models.ForeignKey(Order, models.PROTECT, related_name="payments")
    amount = models.BigIntegerField(help_text="minor units")
    currency = models.CharField(max_length=3)
    method = models.CharField(max_length=40, blank=True)
    paid_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["source", "external_id"], name="market_payment_once"),
            models.CheckConstraint(condition=models.Q(amount__gt=0), name="market_payment_positive"),
        ]


class ExternalRefund(Received):
    """A refund that the marketplace made: by itself, or as this court told it to (``instruction``). ``paid_from`` says
    whose pocket it left."""

    class Pocket(models.TextChoices):
        ESCROW = "escrow", _("Escrow")
        SETTLEMENT = "settlement", _("Merchant's payouts")
        DEPOSIT = "deposit", _("Merchant's deposit")
        OUTSIDE = "outside", _("Outside the marketplace")

    order = models.ForeignKey(Order, models.PROTECT, related_name="external_refunds")
    line = models.CharField(max_length=ID_LENGTH, blank=True, help_text="the line's external id, if it was for one")
    amount = models.BigIntegerField(help_text="minor units")
    currency = models.CharField(max_length=3)
    paid_from = models.CharField(max_length=10, choices=Pocket.choices)
    reason = models.CharField(max_length=200, blank=True)
    refunded_at = models.DateTimeField()
    instruction = models.CharField(
        max_length=64, blank=True, help_text="the court's key, if it told the marketplace to"
    )

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["source", "external_id"], name="market_refund_once"),
            models.CheckConstraint(condition=models.Q(amount__gt=0), name="market_refund_positive"),
        ]


class Settlement(Received):
    """A completed order was paid out to its merchant."""

    order = models.ForeignKey(Order, models.PROTECT, related_name="settlements")
    amount = models.BigIntegerField(help_text="minor units")
    currency = models.CharField(max_length=3)
    settled_at = models.DateTimeField()
    instruction = models.CharField(
        max_length=64, blank=True, help_text="the court's key, if it told the marketplace to"
    )

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["source", "external_id"], name="market_settlement_once"),
            models.CheckConstraint(condition=models.Q(amount__gt=0), name="market_settlement_positive"),
        ]


class DepositChange(Received):
    """A merchant paid into their deposit (amount above zero) or took out of it (below)."""

    merchant = models.ForeignKey("accounts.Merchant", models.PROTECT, related_name="deposit_changes")
    amount = models.BigIntegerField(help_text="minor units, signed")
    currency = models.CharField(max_length=3)
    moved_at = models.DateTimeField()
    instruction = models.CharField(
        max_length=64, blank=True, help_text="the court's key, if it told the marketplace to"
    )

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["source", "external_id"], name="market_deposit_once"),
            models.CheckConstraint(condition=~models.Q(amount=0), name="market_deposit_not_zero"),
        ]


class Shipment(Received):
    """One parcel of an order, out to the buyer or back to the merchant."""

    class Direction(models.TextChoices):
        OUTBOUND = "outbound", _("To the buyer")
        RETURN = "return", _("Back to the merchant")

    order = models.ForeignKey(Order, models.PROTECT, related_name="shipments")
    direction = models.CharField(max_length=8, choices=Direction.choices)
    carrier = models.CharField(max_length=40)
    tracking_number = models.CharField(max_length=40, blank=True)
    weight_grams = models.PositiveIntegerField(null=True)
    shipped_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["source", "external_id"], name="market_shipment_once"),
        ]


class TrackingEvent(models.Model):
    """What the carrier's system saw. ``version`` is that of the highest shipment record which named this event."""

    class Code(models.TextChoices):
        PICKED_UP = "picked_up", _("Picked up")
        IN_TRANSIT = "in_transit", _("In transit")
        OUT_FOR_DELIVERY = "out_for_delivery", _("Out for delivery")
        AT_LOCKER = "at_locker", _("At a locker or pickup point")
        SIGNED = "signed", _("Signed for")
        REFUSED = "refused", _("Refused at the door")
        RETURNING = "returning", _("On the way back")
        EXCEPTION = "exception", _("Exception")

    shipment = models.ForeignKey(Shipment, models.PROTECT, related_name="events")
    external_id = models.CharField(max_length=ID_LENGTH)
    version = models.BigIntegerField()
    code = models.CharField(max_length=20, choices=Code.choices)
    at = models.DateTimeField()
    place = models.CharField(max_length=80, blank=True)
    text = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["shipment", "external_id"], name="market_event_once"),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.at:%Y-%m-%d %H:%M}"


class ChatMessage(Received):
    """One message between buyer and merchant. Personal text lives here and in a case's file, nowhere else."""

    class Sender(models.TextChoices):
        BUYER = "buyer", _("Buyer")
        MERCHANT = "merchant", _("Merchant")
        PLATFORM = "platform", _("Platform")

    order = models.ForeignKey(Order, models.PROTECT, null=True, related_name="messages")
    buyer = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    merchant = models.ForeignKey("accounts.Merchant", models.PROTECT, related_name="+")
    sender = models.CharField(max_length=8, choices=Sender.choices)
    at = models.DateTimeField()
    text = models.TextField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["source", "external_id"], name="market_message_once"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["buyer", "merchant", "at", "id"], name="market_talk"),
            models.Index(fields=["order", "at", "id"], name="market_talk_about_order"),
        ]


class Movement(models.Model):
    """Money that the marketplace says has moved, waiting for the books. Append-only; only ``posted_at`` is ever set.

    Rooms on this line do not import each other, so the ledger is told by whoever stands above both: it takes the rows
    with ``posted_at`` null in id order, posts each under ``key``, and sets ``posted_at`` in the same transaction.
    ``kind`` says which accounts (docs/feed.md); ``amount`` is in minor units, signed for deposits only. ``instruction``: the
    key of the court's own step that moved the money, which is booked by that step and not again.
    """

    class Kind(models.TextChoices):
        PAYMENT = "payment", _("Payment")
        SETTLEMENT = "settlement", _("Payout to the merchant")
        DEPOSIT = "deposit", _("Deposit")
        REFUND_FROM_ESCROW = "refund_escrow", _("Refund from escrow")
        REFUND_FROM_SETTLEMENT = "refund_settlement", _("Refund from payouts")
        REFUND_FROM_DEPOSIT = "refund_deposit", _("Refund from deposit")

    key = models.CharField(max_length=120, unique=True)
    kind = models.CharField(max_length=20, choices=Kind.choices)
    order = models.ForeignKey(Order, models.PROTECT, null=True, related_name="movements")
    merchant = models.ForeignKey("accounts.Merchant", models.PROTECT, null=True, related_name="movements")
    amount = models.BigIntegerField(help_text="minor units")
    currency = models.CharField(max_length=3)
    at = models.DateTimeField()
    instruction = models.CharField(max_length=64, blank=True)
    posted_at = models.DateTimeField(null=True)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["id"], name="market_movement_waiting", condition=models.Q(posted_at=None)),
        ]
        triggers: ClassVar = [
            pgtrigger.Protect(name="movements_stay", operation=pgtrigger.Delete),
            pgtrigger.Protect(
                name="movements_keep_their_sums",
                operation=pgtrigger.Update,
                condition=pgtrigger.AnyChange(exclude=["posted_at"]),
            ),
            pgtrigger.Protect(
                name="movements_are_posted_once",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__posted_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.key


class Parked(models.Model):
    """A record that came before what it refers to. Applied, then removed, when ``needs`` arrives."""

    source = models.CharField(max_length=SOURCE_LENGTH)
    type = models.CharField(max_length=16)
    external_id = models.CharField(max_length=ID_LENGTH)
    version = models.BigIntegerField()
    seen_digest = models.CharField(max_length=64)
    needs_type = models.CharField(max_length=16)
    needs_id = models.CharField(max_length=ID_LENGTH)
    record = models.JSONField()
    parked_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["source", "type", "external_id", "version"], name="market_parked_once"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["source", "needs_type", "needs_id", "id"], name="market_parked_needs"),
        ]

    def __str__(self) -> str:
        return f"{self.type} {self.external_id} needs {self.needs_type} {self.needs_id}"


class FeedFile(models.Model):
    """How far a file of records has been taken in, so that a broken run goes on where it stopped."""

    source = models.CharField(max_length=SOURCE_LENGTH)
    digest = models.CharField(max_length=64)
    line = models.BigIntegerField(default=0)
    offset = models.BigIntegerField(default=0, help_text="bytes")
    counts = models.JSONField(default=dict)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["source", "digest"], name="market_file_once"),
        ]

    def __str__(self) -> str:
        return f"{self.source} {self.digest[:12]} line {self.line}"
