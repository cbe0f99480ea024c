"""The demonstration is filled: rules, people, a marketplace's feed, a shop that is furnished, and cases in every state.

What was bought stands in `demo_feed`, who acts in `demo_cast`, what happened in `demo_stories` and `demo_rulings`.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from accounts import demo, shop_desk
from accounts.models import ReplyTemplate
from common.actor import Actor
from disputes.models import Case
from enforcement import advances, movements
from engine import demo_jury, demo_listings, demo_precedents
from engine.demo_cast import Cast, line_of, received
from engine.demo_feed import ORDERS, Record, feed
from engine.demo_rulings import RULED
from engine.demo_stories import STORIES
from evidence import library
from marketplace import fixtures, ingest
from marketplace.models import Order
from rulebook import publishing

DAY = timedelta(days=1)
GENERATED_ORDERS = 60
# What the demo's pottery says again and again, and the paper that it shows again and again.
SHOP_WORDS = (
    ("出库完好", "订单 {order} 出库前逐件检验，包装完好，单号 {tracking}。"),
    ("开片说明", "开片是汝窑釉面的天然特征，商品页已写明，不渗水。"),
)
SHOP_PAPER = "m2_pack"
PLATFORM_FUND = 1_000_000  # what the platform lays out in advance at most, in minor units
FUND_REASON = "演示市场开通先行赔付"


def seed(now: datetime) -> int:
    """Rules, people, feed and cases are there. Returns how many cases were made; running it again makes none."""
    publishing.load_catalogue(actor=Actor.system(), now=now, switches={"jury": True})
    # In office long before the first ruling: a letter names the number that was held when it was given.
    people = demo.ensure_demo_accounts(now=now - 90 * DAY)
    demo_jury.introduce(now)
    if records := _records_for(now):
        demo_listings.hand_over(order.key for order in ORDERS)
        ingest.ingest(list(enumerate(records, start=1)), source=demo.SOURCE, now=now)
    movements.post_due(limit=10_000, now=now)
    cast = Cast.of(people, now)
    advances.set_limit("CNY", PLATFORM_FUND, reason=FUND_REASON, actor=cast.ops, now=now)
    _furnish(cast.pottery, now)
    demo_jury.assemble(cast.ops, now)
    made = 0
    for key, story in {**STORIES, **RULED}.items():
        if not Case.objects.filter(line=line_of(key)).exists():
            story(cast, now)
            made += 1
    return made


def _records_for(now: datetime) -> list[Record]:
    """The feed, once: a start that was interrupted finds what is there and adds the rest."""
    own = Order.objects.filter(source=demo.SOURCE).exclude(external_id__startswith=demo_precedents.PREFIX)
    if own.count() >= len(ORDERS) + GENERATED_ORDERS:
        return []
    return [*feed(now), *fixtures.generate(7, GENERATED_ORDERS, until=now, buyers=20, shops=6)]


def _furnish(actor: Actor, now: datetime) -> None:
    """A shop that has run its own desk for a while: words, a place for returns, a paper on the shelf. Once."""
    shop = actor.merchant_id
    assert shop is not None
    if ReplyTemplate.objects.filter(merchant_id=shop).exists():
        return
    who: dict[str, Any] = {"actor": actor, "now": now}
    shop_desk.set_limits(shop, second_above=100_000, hours="每天 9:00～21:00", **who)
    for name, text in SHOP_WORDS:
        shop_desk.keep_template(shop, name=name, text=text, **who)
    place: dict[str, Any] = {
        "recipient": "售后仓",
        "phone": "0571-0000 0000",
        "address": "浙江省杭州市西湖区（示例地址）",
    }
    shop_desk.keep_address(shop, name="杭州仓", is_usual=True, **place, **who)
    library.keep(shop, received(SHOP_PAPER, now), code="E09", name="出库打包照（9 月）", sku="SKU-TEAPOT", **who)
