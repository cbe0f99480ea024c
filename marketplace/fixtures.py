"""A marketplace's feed made up, the same for the same seed. Knows what trade looks like; refuses to know the database.

For the demonstration and the benchmarks. The people, shops and goods do not exist.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

Record = dict[str, Any]
UNTIL = datetime(2026, 11, 25, 4, 0, tzinfo=UTC)
DAYS = 60


@dataclass(frozen=True)
class Goods:
    title: str
    category: str
    price: tuple[int, int]  # yuan
    attributes: tuple[tuple[str, tuple[str, ...]], ...]
    grams: int
    promises: tuple[str, ...]
    asks: tuple[str, ...]


GOODS = (
    Goods(
        "手工紫砂壶 西施壶 原矿朱泥 220ml",
        "kitchen",
        (168, 1280),
        (("容量", ("160ml", "220ml", "280ml")), ("泥料", ("朱泥", "紫泥", "段泥"))),
        520,
        ("free_shipping", "damage_cover", "seven_day_return"),
        ("壶嘴会不会滴水？", "是全手工的吗？有证书吗？", "路上会不会碰坏？"),
    ),
    Goods(
        "景德镇青花盖碗茶具套装 一壶六杯",
        "kitchen",
        (128, 560),
        (("釉色", ("青花", "甜白", "影青")), ("件数", ("7件", "9件"))),
        1800,
        ("free_shipping", "damage_cover"),
        ("盖碗烫不烫手？", "包装结实吗，上次买的碎了两个杯子"),
    ),
    Goods(
        "女士羊毛双面呢大衣 中长款",
        "apparel",
        (399, 1899),
        (("尺码", ("S", "M", "L", "XL")), ("颜色", ("驼色", "黑色", "雾霾蓝"))),
        1300,
        ("seven_day_return", "freight_insurance"),
        ("一米六三 110 斤穿什么码？", "含毛量真的有 90 吗？", "会起球吗？"),
    ),
    Goods(
        "男士休闲棉麻衬衫 宽松长袖",
        "apparel",
        (79, 259),
        (("尺码", ("M", "L", "XL", "2XL")), ("颜色", ("白色", "藏青", "卡其"))),
        280,
        ("seven_day_return", "freight_insurance", "free_shipping"),
        ("缩水吗？", "偏大还是偏小？"),
    ),
    Goods(
        "头层牛皮小白鞋 软底透气",
        "shoes",
        (139, 599),
        (("鞋码", ("36", "37", "38", "39", "40", "41", "42")), ("颜色", ("白", "米白"))),
        900,
        ("seven_day_return", "freight_insurance"),
        ("脚宽要买大一码吗？", "掉皮吗？"),
    ),
    Goods(
        "5G 智能手机 12+256G 全网通 国行",
        "phones",
        (1699, 5999),
        (("内存", ("8+256G", "12+256G", "16+512G")), ("颜色", ("曜石黑", "雪域白", "青川绿"))),
        460,
        ("seven_day_return", "fake_cover", "price_protect"),
        ("是国行全新未激活的吗？", "激活了还能退吗？", "双十一会降价吗？"),
    ),
    Goods(
        "主动降噪蓝牙耳机 入耳式",
        "audio",
        (199, 1299),
        (("颜色", ("黑", "白")), ("版本", ("标准版", "旗舰版"))),
        120,
        ("fake_cover", "seven_day_return", "price_protect"),
        ("是正品吗？可以查序列号吗？", "左耳有电流声怎么办"),
    ),
    Goods(
        "阳光玫瑰葡萄 香印青提 {n}斤装 现摘现发",
        "fresh",
        (49, 168),
        (("规格", ("2斤", "4斤", "6斤")), ("果径", ("一级果", "特级果"))),
        2100,
        ("free_shipping", "fresh_cover", "ship_within"),
        ("坏果怎么赔？", "发顺丰冷链吗？", "到了烂了三分之一"),
    ),
    Goods(
        "大连樱桃 美早 3J 冷链空运",
        "fresh",
        (88, 328),
        (("规格", ("2斤", "5斤")), ("果径", ("2J", "3J", "4J"))),
        1600,
        ("free_shipping", "fresh_cover", "ship_within"),
        ("什么时候发货？", "收到有没有霉的，包赔吗？"),
    ),
    Goods(
        "宁夏枸杞 特优级 500g 礼盒",
        "food",
        (45, 198),
        (("净含量", ("250g", "500g")), ("包装", ("袋装", "礼盒"))),
        600,
        ("free_shipping", "fake_cover"),
        ("生产日期是什么时候？", "有硫磺吗？"),
    ),
    Goods(
        "实木书桌 北美白蜡木 {n}米",
        "furniture",
        (899, 3680),
        (("尺寸", ("1.2米", "1.4米", "1.6米")), ("颜色", ("原木", "胡桃色"))),
        32000,
        ("damage_cover", "warranty"),
        ("送货上楼吗？", "桌面磕掉一个角谁负责？", "是不是贴皮的？"),
    ),
    Goods(
        "定制金属书签 刻字 生日礼物",
        "custom",
        (29, 99),
        (("款式", ("银杏", "飞鸟", "长城")), ("刻字", ("正面", "双面"))),
        60,
        ("ship_within",),
        ("刻错字怎么办？", "我要刻「平安喜乐」四个字"),
    ),
    Goods(
        "婴儿纸尿裤 L 码 {n} 片 超薄透气",
        "baby",
        (69, 219),
        (("尺码", ("M", "L", "XL")), ("片数", ("76片", "96片"))),
        3200,
        ("free_shipping", "fake_cover", "seven_day_return"),
        ("和专柜一样吗？", "漏吗？"),
    ),
    Goods(
        "修护面霜 50ml 敏感肌可用",
        "cosmetics",
        (99, 680),
        (("净含量", ("30ml", "50ml")), ("功效", ("保湿", "修护"))),
        220,
        ("fake_cover", "free_shipping"),
        ("扫码查不到防伪是怎么回事？", "开封了过敏能退吗？"),
    ),
    Goods(
        "视频会员年卡 激活码",
        "virtual",
        (88, 258),
        (("时长", ("季卡", "年卡")),),
        0,
        (),
        ("多久发码？", "激活码显示已使用"),
    ),
)
SHOPS = (
    "山间茶器",
    "青岚陶舍",
    "素织女装",
    "北纬三十度男装",
    "行止鞋履",
    "星汉数码专营店",
    "听澜音频",
    "果里果外生鲜",
    "海岛果园",
    "塞上良品",
    "木与白家居",
    "一刻工坊",
    "小芽母婴",
    "肤语美妆",
    "云票数字",
)
SURNAMES = "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦许何吕施张孔曹严华金魏陶姜"
GIVEN = (
    "明轩",
    "雨桐",
    "子涵",
    "思远",
    "若溪",
    "浩然",
    "静怡",
    "俊杰",
    "晓彤",
    "一诺",
    "佳宁",
    "文博",
    "欣妍",
    "志强",
    "丽华",
    "建国",
    "桂英",
    "小满",
    "知夏",
)
REGIONS = (
    "浙江省杭州市",
    "广东省深圳市",
    "四川省成都市",
    "江苏省苏州市",
    "上海市浦东新区",
    "北京市朝阳区",
    "湖北省武汉市",
    "陕西省西安市",
    "山东省青岛市",
    "辽宁省大连市",
    "福建省厦门市",
    "云南省昆明市",
    "黑龙江省哈尔滨市",
    "新疆维吾尔自治区乌鲁木齐市",
)
CARRIERS = ("顺丰速运", "中通快递", "圆通速递", "韵达快递", "申通快递", "京东快递", "极兔速递", "邮政EMS")
METHODS = ("alipay", "wechat_pay", "unionpay", "credit_card")
PROMISE_TERMS: dict[str, dict[str, Any]] = {
    "fake_cover": {"times": 3},
    "freight_insurance": {"cap": 1200},
    "price_protect": {"days": 30},
    "ship_within": {"hours": 48},
    "fresh_cover": {"hours": 48},
    "warranty": {"days": 365},
}
REPLIES = (
    "亲，在的～",
    "亲，都是现货，拍下当天发出。",
    "放心，破损包赔，收到先拍照。",
    "建议按平时的尺码拍。",
    "是正品，支持验货。",
    "我帮您催一下快递，稍等。",
    "这个需要您拍一下外包装和面单哦。",
)
THANKS = ("好的，谢谢", "那我拍了", "嗯嗯", "什么时候能到？", "收到了，有问题再找你", "包装破了，我拍了照片")
# Share of orders that end in each state, in hundredths.
STATES = (
    ("COMPLETED", 46),
    ("SIGNED", 24),
    ("SHIPPED", 13),
    ("PAID_UNSHIPPED", 10),
    ("UNPAID", 3),
    ("CLOSED", 2),
    ("REFUNDED", 2),
)


def generate(seed: int, orders: int, *, until: datetime = UNTIL, shops: int = 0, buyers: int = 0) -> Iterator[Record]:
    """Records of ``orders`` orders placed in the 60 days before ``until``, each record after what it refers to.

    Deterministic: the same arguments give the same records. Shops come first (with their deposits), a buyer just before
    their first order. About five records an order.
    """
    random = Random(seed)
    shops = shops or max(len(SHOPS), min(400, orders // 100))
    buyers = buyers or max(3, orders // 3)
    for number in range(shops):
        yield from _shop(random, number, until)
    met: set[int] = set()
    step = timedelta(days=DAYS) / max(1, orders)
    for number in range(orders):
        buyer = int(buyers * random.random() ** 2)  # some buy often
        if buyer not in met:
            met.add(buyer)
            name = random.choice(SURNAMES) + random.choice(GIVEN)
            yield {"type": "buyer", "id": f"B{buyer:07d}", "version": 1, "name": name}
        placed = until - timedelta(days=DAYS) + step * number
        yield from _order(random, number, buyer, random.randrange(shops), _second(placed), until)


def _shop(random: Random, number: int, until: datetime) -> Iterator[Record]:
    name = SHOPS[number % len(SHOPS)] + ("" if number < len(SHOPS) else f"·{number // len(SHOPS) + 1}店")
    yield {"type": "merchant", "id": _shop_id(number), "version": 1, "name": name}
    yield {
        "type": "deposit",
        "id": f"DP{number:05d}",
        "version": 1,
        "merchant": _shop_id(number),
        "amount": random.choice((100_000, 500_000, 1_000_000, 3_000_000)),
        "currency": "CNY",
        "moved_at": _text(until - timedelta(days=DAYS + 30)),
    }


def _order(random: Random, number: int, buyer: int, shop: int, placed: datetime, until: datetime) -> Iterator[Record]:
    goods = GOODS[shop % len(GOODS)]
    state = _state(random, until - placed)
    paid_at = placed + timedelta(seconds=random.randrange(20, 900))
    shipped_at = paid_at + timedelta(minutes=random.randrange(60, 1800))
    signed_at = shipped_at + timedelta(hours=random.randrange(22, 80))
    order_id = f"O{placed:%y%m%d}{number:08d}"
    lines = [_line(random, goods, shop, place, placed) for place in range(1, 1 + random.choice((1, 1, 1, 1, 2, 3)))]
    freight = 0 if "free_shipping" in goods.promises else random.choice((0, 600, 800, 1200))
    order: Record = {
        "type": "order",
        "id": order_id,
        "version": 1
        + ["UNPAID", "PAID_UNSHIPPED", "SHIPPED", "SIGNED", "COMPLETED", "CLOSED", "REFUNDED"].index(state),
        "buyer": f"B{buyer:07d}",
        "merchant": _shop_id(shop),
        "state": state,
        "currency": "CNY",
        "freight": freight,
        "region": random.choice(REGIONS),
        "placed_at": _text(placed),
        "lines": lines,
    }
    if state not in ("UNPAID", "CLOSED"):
        order["paid_at"] = _text(paid_at)
        order["promised_ship_at"] = _text(paid_at + timedelta(hours=48))
    if state in ("SHIPPED", "SIGNED", "COMPLETED", "REFUNDED"):
        order["shipped_at"] = _text(shipped_at)
    if state in ("SIGNED", "COMPLETED", "REFUNDED"):
        order["signed_at"] = _text(signed_at)
    if state == "COMPLETED":
        order["completed_at"] = _text(signed_at + timedelta(days=random.choice((0, 1, 3, 7))))
    if state in ("CLOSED", "REFUNDED"):
        order["closed_at"] = _text((signed_at if state == "REFUNDED" else placed) + timedelta(days=1))
    yield order
    yield from _talk(random, goods, order, placed)
    if "paid_at" not in order:
        return
    total = sum(line["paid"] for line in lines) + freight
    money = {"order": order_id, "amount": total, "currency": "CNY"}
    if total:
        yield {"type": "payment", "id": f"PAY{order_id}", "version": 1, **money,
               "method": random.choice(METHODS), "paid_at": order["paid_at"]}  # fmt: skip
    if "shipped_at" in order and goods.grams:
        yield _shipment(random, goods, order, shipped_at, signed_at, until)
    if state == "COMPLETED" and total:
        yield {"type": "settlement", "id": f"SET{order_id}", "version": 1, **money, "settled_at": order["completed_at"]}
    if state == "REFUNDED" and total:
        yield {"type": "refund_elsewhere", "id": f"REF{order_id}", "version": 1, **money,
               "paid_from": "escrow", "reason": "agreed", "refunded_at": order["closed_at"]}  # fmt: skip


def _line(random: Random, goods: Goods, shop: int, place: int, placed: datetime) -> Record:
    chosen = {name: random.choice(values) for name, values in goods.attributes}
    title = goods.title.replace("{n}", str(random.choice((2, 4, 6))))
    low, high = goods.price
    price = 100 * Random(f"{shop}/{place}/{sorted(chosen.items())}").randint(low, high) - 10
    quantity = random.choice((1, 1, 1, 1, 1, 2, 3))
    sku = hashlib.sha256(f"{shop}/{place}/{sorted(chosen.items())}".encode()).hexdigest()[:10].upper()
    promises = [{"code": code, **PROMISE_TERMS.get(code, {})} for code in goods.promises]
    return {
        "id": str(place),
        "sku": f"SKU{sku}",
        "batch": f"{placed:%Y%W}",
        "title": title,
        "category": goods.category,
        "quantity": quantity,
        "unit_price": price,
        "paid": price * quantity - random.choice((0, 0, 0, 500, 1000)),
        "promises": promises,
        "listing": {
            "id": f"L{shop:05d}-{place}",
            "title": title,
            "attributes": chosen,
            "description": f"{title}。{'、'.join(chosen.values())}。实物拍摄，因屏幕不同颜色可能略有差别。",
            "images": [
                {
                    "url": f"https://img.market.example/{sku.lower()}/{view}.jpg",
                    "sha256": hashlib.sha256(f"{sku}/{view}".encode()).hexdigest(),
                }
                for view in (1, 2)
            ],
            "captured_at": _text(placed.replace(hour=0, minute=0, second=0)),
        },
    }


def _shipment(
    random: Random, goods: Goods, order: Record, shipped: datetime, signed: datetime, until: datetime
) -> Record:
    whole = signed - shipped
    path = [
        ("picked_up", 0.02, "已揽收"),
        ("in_transit", 0.2, "已发往分拨中心"),
        ("in_transit", 0.6, "到达目的地分拨中心"),
        ("out_for_delivery", 0.9, "派送中"),
    ]
    done = "signed_at" in order
    if done:
        path.append(("signed", 1.0, random.choice(("本人签收", "家人代签", "已放门口", "驿站代收"))))
    latest = until if not done else signed
    events = [
        {
            "id": f"E{place}",
            "code": code,
            "at": _text(shipped + whole * share),
            "place": order["region"],
            "text": text,
        }
        for place, (code, share, text) in enumerate(path, start=1)
        if shipped + whole * share <= latest
    ]
    return {
        "type": "shipment",
        "id": f"SH{order['id']}",
        "version": 1 + len(events),
        "order": order["id"],
        "direction": "outbound",
        "carrier": random.choice(CARRIERS),
        "tracking_number": f"YT{random.randrange(10**12, 10**13)}",
        "weight_grams": goods.grams + random.randrange(80),
        "shipped_at": order["shipped_at"],
        "events": events,
    }


def _talk(random: Random, goods: Goods, order: Record, placed: datetime) -> Iterator[Record]:
    if random.random() < 0.55:
        return
    at = placed - timedelta(minutes=random.randrange(3, 600))
    lines = [
        ("buyer", random.choice(goods.asks)),
        ("merchant", random.choice(REPLIES)),
        ("buyer", random.choice(THANKS)),
    ]
    for place, (sender, text) in enumerate(lines[: random.choice((2, 2, 3))], start=1):
        at += timedelta(seconds=random.randrange(15, 240))
        yield {
            "type": "chat",
            "id": f"C{order['id']}-{place}",
            "version": 1,
            "order": order["id"],
            "buyer": order["buyer"],
            "merchant": order["merchant"],
            "from": sender,
            "at": _text(at),
            "text": text,
        }


def _state(random: Random, age: timedelta) -> str:
    """An order cannot be further than its age allows."""
    state = random.choices([name for name, _ in STATES], [share for _, share in STATES])[0]
    if age < timedelta(days=2) and state not in ("UNPAID", "CLOSED"):
        return "PAID_UNSHIPPED"
    if age < timedelta(days=6) and state in ("SIGNED", "COMPLETED", "REFUNDED"):
        return "SHIPPED" if age < timedelta(days=5) else "SIGNED"
    if age < timedelta(days=13) and state == "COMPLETED":
        return "SIGNED"
    return state


def _shop_id(number: int) -> str:
    return f"M{number:05d}"


def _second(moment: datetime) -> datetime:
    return moment.replace(microsecond=0)


def _text(moment: datetime) -> str:
    return _second(moment).astimezone(UTC).isoformat().replace("+00:00", "Z")
