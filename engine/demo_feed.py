"""The feed of the demo's marketplace: its shops, and orders in every state. Knows what was bought; refuses to know cases."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from accounts import demo
from accounts.demo import DemoShop
from common import digest
from common.actor import Role
from engine import demo_jury, demo_listings

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
Record = dict[str, Any]


@dataclass(frozen=True)
class Bought:
    """One order of the demo marketplace, told shortly."""

    key: str
    buyer: str
    shop: str
    title: str
    category: str
    paid: int
    state: str
    days_ago: int
    promises: tuple[str, ...] = ("free_shipping", "seven_day_return")
    talk: tuple[tuple[str, str], ...] = ()


# Shops that nobody signs in as: what they answer, the demo lets them say.
MORE_SHOPS = (
    DemoShop("wardrobe", "北岸衣橱", "shop-wardrobe"),
    DemoShop("orchard", "禾田鲜品", "shop-orchard"),
)
# What a page says beside its title, by the order; what a shop refers to later stands there.
PAGES: dict[str, tuple[dict[str, str], str]] = {
    "teapot": ({"产地": "河南汝州", "容量": "280 ml"}, "汝窑釉面有天然开片，纹路各不相同，不渗水。"),
    "cups": ({"产地": "景德镇", "数量": "六只"}, "青釉素面，口径 6 cm。手工拉坯，大小略有差异。"),
    "tray": ({"材质": "竹", "尺寸": "42 × 22 cm"}, "竹材手工染色，每只颜色略有差异。"),
    "caddy": ({"材质": "锡", "容量": "100 g"}, "双层盖，密封防潮。"),
    "kettle": ({"材质": "铸铁", "容量": "1.2 L"}, "内壁无涂层，首次使用请先开锅。"),
    "brush": ({"数量": "两支"}, "养壶用，笔毛柔软不伤釉面。"),
    "gaiwan": ({"产地": "景德镇", "容量": "150 ml"}, "白瓷三才盖碗，盖、碗、托成套。"),
    "vase": ({"产地": "景德镇", "高": "18 cm"}, "天青釉，小口长颈，插一两枝正好。"),
    "bowl": ({"产地": "景德镇", "口径": "14 cm"}, "斗笠形，手绘弦纹，一对两只。"),
    "phone": ({"颜色": "海蓝", "存储": "12+256GB"}, "全国联保一年，整机未拆封。"),
    "case": ({"颜色": "磨砂黑", "适用": "澄野 X3"}, "孔位按 X3 开模，其他机型请勿下单。"),
    "charger": ({"供电": "USB-C 充电", "高": "28 cm"}, "三档亮度，充满可用 8 小时。"),
    "burner": ({"材质": "黄铜", "口径": "9 cm"}, "带盖，盖上镂空出烟。"),
    "scoop": ({"材质": "竹", "长": "17 cm"}, "带竹节，每支形状不同。"),
    "cherries": ({"产地": "山东烟台", "净重": "2.5 kg"}, "产地直发，冰袋保鲜，坏果包赔。"),
    "honey": ({"产地": "山东烟台", "净含量": "950 g"}, "枣花蜜，会有少量花粉沉淀。"),
    "coat": ({"材质": "100% 亚麻", "尺码": "M"}, "建议冷水手洗，缩水率不超过 3%。"),
    "beads": ({"材质": "天然翡翠（A 货）", "数量": "17 颗"}, "附证书，可扫码查验。"),
    "handset": ({"颜色": "暮紫", "存储": "512GB"}, "内外双屏，全国联保一年。"),
    "battery": ({"容量": "20000 mAh", "接口": "USB-C"}, "三重保护，出厂前满充测试。"),
    "dishes": ({"产地": "景德镇", "数量": "四只"}, "青釉浅碟，口径 10 cm。"),
    "dish": ({"产地": "景德镇", "口径": "20 cm"}, "影青釉，暗刻花瓣，底有手写款。"),
    "censer": ({"材质": "陶", "口径": "12 cm"}, "仿古三足双耳，底有刻款。"),
    "pens": ({"颜色": "黑色", "数量": "十支"}, "0.5 mm，速干。"),
}
TEAPOT = (("buyer", "收到了，可是壶身有一道纹，注水会渗。"), ("merchant", "汝窑有开片，是天然特征。"))
ORDERS = (
    Bought("teapot", "buyer-1", "shop-1", "汝窑青瓷茶壶 单壶 280ml", "kitchen", 68_000, "SIGNED", 9,
           ("free_shipping", "damage_cover", "seven_day_return"), TEAPOT),
    Bought("cups", "buyer-1", "shop-1", "青瓷品茗杯 六只装", "kitchen", 23_800, "SIGNED", 12,
           ("free_shipping", "damage_cover"), (("buyer", "六只里碎了两只。"), ("merchant", "麻烦拍一下外箱。"))),
    Bought("tray", "buyer-1", "shop-1", "竹制茶盘 中号", "kitchen", 15_900, "SIGNED", 6,
           talk=(("buyer", "颜色和页面差很多，想退。"),)),
    Bought("caddy", "buyer-1", "shop-1", "锡制茶叶罐 100g", "kitchen", 32_000, "PAID_UNSHIPPED", 3,
           talk=(("buyer", "怎么还没发货？"),)),
    Bought("kettle", "buyer-1", "shop-1", "铸铁烧水壶 1.2L", "kitchen", 45_900, "SHIPPED", 4),
    Bought("brush", "buyer-1", "shop-1", "茶具养护笔 两支", "kitchen", 2_900, "COMPLETED", 20),
    # Nothing has been asked for here yet: a visitor can begin at the beginning.
    Bought("gaiwan", "buyer-1", "shop-1", "白瓷盖碗 150ml", "kitchen", 12_800, "SIGNED", 5,
           talk=(("buyer", "盖子合不严，能退吗？"),)),
    Bought("vase", "buyer-1", "shop-1", "天青釉花瓶 小号", "kitchen", 19_900, "SIGNED", 15,
           ("free_shipping", "damage_cover"), (("buyer", "瓶口有缺口。"), ("merchant", "出库时是完好的。"))),
    Bought("bowl", "buyer-1", "shop-1", "手绘斗笠碗 一对", "kitchen", 16_800, "SIGNED", 16,
           ("free_shipping", "damage_cover"), (("buyer", "有一只裂了。"), ("merchant", "不是我们的问题。"))),
    Bought("phone", "buyer-2", "shop-2", "澄野 X3 手机 12+256GB", "phone", 289_900, "SHIPPED", 8,
           talk=(("buyer", "物流三天没动了。"), ("merchant", "已经催了。"))),
    Bought("case", "buyer-2", "shop-2", "手机保护壳 磨砂黑", "phone", 3_900, "SIGNED", 7),
    Bought("charger", "buyer-2", "shop-1", "茶席灯 充电款", "home", 12_800, "SIGNED", 10,
           talk=(("buyer", "灯罩是裂的，灯也不亮。"), ("merchant", "请再试试。"))),
    Bought("burner", "buyer-1", "shop-1", "铜香炉 带盖", "home", 26_800, "SIGNED", 22,
           talk=(("buyer", "比图上小，想退。"), ("merchant", "可以退，请按原样寄回。"))),
    Bought("scoop", "buyer-1", "shop-1", "竹节茶则", "kitchen", 6_800, "SIGNED", 12,
           talk=(("buyer", "用不上，能退吗？"), ("merchant", "可以，请寄回。"))),
    Bought("cherries", "buyer-1", "shop-orchard", "美早大樱桃 2.5 kg", "fresh", 16_800, "SIGNED", 4,
           talk=(("buyer", "到手烂了快一半。"), ("merchant", "签收时没有说坏。"))),
    Bought("honey", "buyer-1", "shop-orchard", "枣花蜜 950 g", "food", 13_800, "SIGNED", 20,
           talk=(("buyer", "瓶里有黑色的东西。"), ("merchant", "是花粉，不影响食用。"))),
    Bought("coat", "buyer-2", "shop-wardrobe", "亚麻短袖衬衫 M", "apparel", 32_900, "SIGNED", 15,
           talk=(("buyer", "洗一次就缩水了。"), ("merchant", "请按水洗标洗。"))),
    Bought("beads", "buyer-2", "shop-wardrobe", "翡翠手串 17 颗", "jewellery", 168_000, "SIGNED", 30,
           talk=(("buyer", "找人看过，说颜色是染的。"), ("merchant", "我们有证书。"))),
    Bought("handset", "buyer-2", "shop-2", "澄野 Fold 折叠手机 512GB", "phone", 468_000, "SIGNED", 14,
           talk=(("buyer", "拆箱内屏就是裂的。"), ("merchant", "出库时通电正常。"))),
    Bought("battery", "buyer-2", "shop-2", "充电宝 20000mAh", "phone", 25_900, "SIGNED", 24,
           talk=(("buyer", "用了三次就鼓包。"), ("merchant", "请寄回检测。"))),
    Bought("dishes", "buyer-1", "shop-1", "青釉小碟 四只装", "kitchen", 9_900, "SIGNED", 14,
           ("free_shipping", "damage_cover"), (("buyer", "有一只边上缺了口。"), ("merchant", "出库前逐只检查过。"))),
    *(Bought(key, buyer, "shop-3", "中性笔 十支装", "home", 1_900, "COMPLETED", 150)
      for key, buyer in demo_jury.orders()),
    # Paid back by the marketplace itself, which the shop contests.
    Bought("dish", "buyer-1", "shop-1", "影青刻花盘 8 寸", "kitchen", 36_800, "COMPLETED", 14,
           talk=(("buyer", "退货已经寄出。"), ("merchant", "退回的不是这一件。"))),
    Bought("censer", "buyer-2", "shop-1", "仿古三足香炉", "home", 52_000, "COMPLETED", 15,
           talk=(("buyer", "不想要了，已寄回。"), ("merchant", "底款对不上。"))),
)  # fmt: skip


def feed(now: datetime) -> Iterator[Record]:
    for shop in (*demo.SHOPS, *MORE_SHOPS):
        yield {"type": "merchant", "id": shop.external_id, "version": 1, "name": shop.name}
        yield {
            "type": "deposit",
            "id": f"deposit-{shop.external_id}",
            "version": 1,
            "merchant": shop.external_id,
            "amount": 500_000,
            "currency": "CNY",
            "moved_at": _text(now - 90 * DAY),
        }
    for account in demo.ACCOUNTS:
        if account.role is Role.BUYER:
            yield {"type": "buyer", "id": account.external_id, "version": 1, "name": account.name}
    for number, (_key, buyer) in enumerate(demo_jury.orders(), start=1):
        yield {"type": "buyer", "id": buyer, "version": 1, "name": f"评审员 {number:02}"}
    for order in ORDERS:
        yield from _records(order, now)


def _records(order: Bought, now: datetime) -> Iterator[Record]:
    placed = now - order.days_ago * DAY
    paid, shipped, signed = placed + HOUR / 6, placed + DAY, placed + 3 * DAY
    attributes, words = PAGES[order.key.partition("-")[0]]
    record: Record = {
        "type": "order",
        "id": f"demo-{order.key}",
        "version": 1,
        "buyer": order.buyer,
        "merchant": order.shop,
        "state": order.state,
        "currency": "CNY",
        "freight": 0,
        "region": "浙江省杭州市",
        "placed_at": _text(placed),
        "paid_at": _text(paid),
        "lines": [
            {
                "id": "1",
                "sku": f"SKU-{order.key.upper()}",
                "batch": "202609",
                "title": order.title,
                "category": order.category,
                "quantity": 1,
                "unit_price": order.paid,
                "paid": order.paid,
                "promises": [{"code": code} for code in order.promises],
                "listing": {
                    "id": f"listing-{order.key}",
                    "title": order.title,
                    "attributes": dict(attributes),
                    "description": f"{order.title}。{words}",
                    "images": demo_listings.images(order.key),
                    "captured_at": _text(placed),
                },
            }
        ],
    }
    if order.state in ("SHIPPED", "SIGNED", "COMPLETED"):
        record["shipped_at"] = _text(shipped)
    if order.state in ("SIGNED", "COMPLETED"):
        record["signed_at"] = _text(signed)
    if order.state == "COMPLETED":
        record["completed_at"] = _text(signed + DAY)
    yield record
    yield {
        "type": "payment",
        "id": f"payment-{order.key}",
        "version": 1,
        "order": f"demo-{order.key}",
        "amount": order.paid,
        "currency": "CNY",
        "method": "alipay",
        "paid_at": _text(paid),
    }
    if "shipped_at" in record:
        events = [("picked_up", shipped, "已揽收"), ("in_transit", shipped + DAY, "运输中")]
        if "signed_at" in record:
            events.append(("signed", signed, "本人签收"))
        yield {
            "type": "shipment",
            "id": f"shipment-{order.key}",
            "version": 1,
            "order": f"demo-{order.key}",
            "direction": "outbound",
            "carrier": "顺丰速运",
            "tracking_number": f"SF{_digits(order.key)}",
            "shipped_at": _text(shipped),
            "events": [
                {"id": f"E{n}", "code": code, "at": _text(at), "place": "浙江省杭州市", "text": text}
                for n, (code, at, text) in enumerate(events, start=1)
            ],
        }
    for number, (sender, text) in enumerate(order.talk, start=1):
        yield {
            "type": "chat",
            "id": f"chat-{order.key}-{number}",
            "version": 1,
            "order": f"demo-{order.key}",
            "buyer": order.buyer,
            "merchant": order.shop,
            "from": sender,
            "at": _text(signed + number * HOUR if order.state in ("SIGNED", "COMPLETED") else shipped + number * HOUR),
            "text": text,
        }


def _digits(key: str) -> str:
    """Twelve digits that are always the same for the same order."""
    return str(int(digest.sha256(key.encode())[:12], 16) % 10**12).zfill(12)


def _text(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
