"""Small builders: people, orders, time. What they build is real rows by real acts; only the feed is skipped for speed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import count
from urllib.parse import quote

from django.db import connection

from accounts.models import Grant, Membership, Merchant, Right, User
from common import clock
from common.actor import Actor, Role
from marketplace.models import ChatMessage, ListingSnapshot, Movement, Order, OrderLine
from rulebook import publishing
from rulebook.models import CalendarVersion, RuleSet

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
_numbers = count(1)


def number_from(first: int) -> None:
    """Where what is built goes into a database that others have built in before."""
    global _numbers
    _numbers = count(first)


_published: list[RuleSet] = []
_calendars: list[CalendarVersion] = []


def rules() -> None:
    """The shipped catalogue, published once; a test that empties the tables gets the same rows again."""
    if RuleSet.objects.exists():
        return
    if not _published:
        publishing.load_catalogue(actor=Actor.system(), now=clock.now())
        _published.extend(RuleSet.objects.order_by("pk"))
        _calendars.extend(CalendarVersion.objects.order_by("pk"))
        return
    RuleSet.objects.bulk_create(_published)
    CalendarVersion.objects.bulk_create(_calendars)


def travel(step: timedelta) -> datetime:
    """Let the house's clock run ahead, in SQL as in Python, and say what time it is then."""
    with connection.cursor() as cursor:
        # A test that commits empties every table afterwards, this row too.
        cursor.execute(
            "INSERT INTO common_clockoffset (id, ahead) VALUES (1, %s) "
            "ON CONFLICT (id) DO UPDATE SET ahead = common_clockoffset.ahead + excluded.ahead",
            [step],
        )
    return clock.now()


def travel_to(moment: datetime) -> datetime:
    """Forward to ``moment``, if it is still to come."""
    step = moment - clock.now()
    return travel(step) if step > timedelta() else clock.now()


def database_url() -> str:
    """Where this test's database is, for a process of its own; a socket's folder is a host too, once it is quoted."""
    base = connection.settings_dict
    who, secret, host = (quote(str(base[key] or ""), safe="") for key in ("USER", "PASSWORD", "HOST"))
    return f"postgres://{who}:{secret}@{host}:{base['PORT'] or ''}/{base['NAME']}"


def a_user(name: str = "") -> User:
    number = next(_numbers)
    return User.objects.create(
        username=f"user-{number}", display_name=name or f"用户{number}", email=f"user-{number}@example.org"
    )


def a_buyer() -> Actor:
    return Actor.buyer(a_user("林知夏").pk)


def a_shop(name: str = "云汀陶社") -> Merchant:
    return Merchant.objects.create(name=name)


def a_member(shop: Merchant, *, rights: tuple[Right, ...] = tuple(Right), limit: int | None = None) -> Actor:
    user = a_user("店员")
    Membership.objects.create(
        user=user, merchant=shop, rights=[right.value for right in rights], accept_limit=limit, since=clock.now()
    )
    return Actor.merchant(user.pk, shop.pk, limit=limit if Right.ACCEPT in rights else 0)


def an_officer(role: Role, *, number: str = "") -> Actor:
    user = a_user()
    Grant.objects.create(
        user=user, role=role.value, number=number or f"{user.pk % 10000:04d}", since=clock.now() - 365 * DAY
    )
    return Actor.staff(role, user.pk)


def a_line(
    buyer: Actor,
    shop: Merchant,
    *,
    state: str = "SIGNED",
    paid: int = 68_000,
    title: str = "汝窑青瓷茶壶 单壶 280ml",
    category: str = "home",
    age: timedelta = 6 * DAY,
    chatted: bool = True,
    images: Sequence[dict[str, str]] = (),
) -> OrderLine:
    """One order of one thing, as a feed would have left it. ``age``: how long ago it was paid; ``images`` of its page."""
    number = next(_numbers)
    now = clock.now()
    paid_at = now - age
    shipped = paid_at + DAY if state in ("SHIPPED", "SIGNED", "COMPLETED") else None
    signed = paid_at + 3 * DAY if state in ("SIGNED", "COMPLETED") else None
    order = Order.objects.create(
        source="test",
        external_id=f"order-{number}",
        version=1,
        seen_digest="0" * 64,
        received_at=now,
        buyer_id=buyer.id,
        merchant=shop,
        state=state,
        currency="CNY",
        placed_at=paid_at - HOUR,
        paid_at=None if state == "UNPAID" else paid_at,
        shipped_at=shipped,
        signed_at=signed,
        completed_at=paid_at + 4 * DAY if state == "COMPLETED" else None,
    )
    snapshot = ListingSnapshot.objects.create(
        source="test",
        digest=f"{number:064d}",
        listing_id=f"listing-{number}",
        title=title,
        attributes={"容量": "280ml"},
        description="手工拉坯，开片为汝窑天然特征。",
        images=list(images),
        captured_at=paid_at,
    )
    line = OrderLine.objects.create(
        order=order,
        external_id="1",
        version=1,
        sku="TEAPOT-280",
        title=title,
        category=category,
        quantity=1,
        unit_price=paid,
        paid=paid,
        promises=[{"code": "damage_cover"}],
        snapshot=snapshot,
    )
    if state != "UNPAID":
        Movement.objects.create(
            key=f"test:payment:{number}", kind="payment", order=order, amount=paid, currency="CNY", at=paid_at
        )
    if chatted:
        a_message(line, "buyer", "壶身有裂纹，请看照片。", now - 2 * HOUR)
    return line


def a_message(line: OrderLine, sender: str, text: str, at: datetime) -> ChatMessage:
    number = next(_numbers)
    return ChatMessage.objects.create(
        source="test",
        external_id=f"message-{number}",
        version=1,
        seen_digest="0" * 64,
        received_at=at,
        order=line.order,
        buyer_id=line.order.buyer_id,
        merchant_id=line.order.merchant_id,
        sender=sender,
        text=text,
        at=at,
    )
