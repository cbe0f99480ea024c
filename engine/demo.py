"""The demonstration: a marketplace with orders in every state, and cases that real acts have led to where they are.

Nothing here writes a state. Acts are given moments of the last days, so that deadlines are where a visitor expects them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django.conf import settings

from accounts import demo, hats, shop_desk
from accounts.models import ReplyTemplate, User
from arbitration import approvals, assignment, rulings
from arbitration import queries as arbitration
from arbitration.models import Ruling
from arbitration.rulings import Draft
from common import digest
from common.actor import Actor, Role
from disputes import intervention, negotiation, offers, queries, submissions
from disputes.intervention import Claim
from disputes.lifecycle import Kind
from disputes.models import Case
from disputes.submissions import Answer
from enforcement import advances, movements
from engine import demo_claims, demo_jury, demo_precedents
from evidence import intake, library
from evidence.models import Exhibit
from marketplace import fixtures, ingest
from marketplace.models import Order, OrderLine
from rulebook import publishing
from rulebook import queries as rulebook

HOUR = timedelta(hours=1)
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
Record = dict[str, Any]


def seed(now: datetime) -> int:
    """Rules, people, feed and cases are there. Returns how many cases were made; running it again makes none."""
    publishing.load_catalogue(actor=Actor.system(), now=now, switches={"jury": True})
    # In office long before the first ruling: a letter names the number that was held when it was given.
    people = demo.ensure_demo_accounts(now=now - 90 * DAY)
    demo_jury.introduce(now)
    ingest.ingest(list(enumerate(_records_for(now), start=1)), source=demo.SOURCE, now=now)
    movements.post_due(limit=10_000, now=now)
    cast = _Cast.of(people)
    advances.set_limit("CNY", PLATFORM_FUND, reason=FUND_REASON, actor=cast.ops, now=now)
    _furnish(cast.pottery, now)
    demo_jury.assemble(cast.ops, now)
    made = 0
    for key, story in STORIES.items():
        if not Case.objects.filter(line=_line(key)).exists():
            story(cast, now)
            made += 1
    return made


def _records_for(now: datetime) -> list[Record]:
    """The feed, once: a start that was interrupted finds what is there and adds the rest."""
    own = Order.objects.filter(source=demo.SOURCE).exclude(external_id__startswith=demo_precedents.PREFIX)
    if own.count() >= len(ORDERS) + GENERATED_ORDERS:
        return []
    return [*_feed(now), *fixtures.generate(7, GENERATED_ORDERS, until=now, buyers=20, shops=6)]


# --- the feed -------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Order:
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


TEAPOT = (("buyer", "收到了，可是壶身有一道纹，注水会渗。"), ("merchant", "汝窑有开片，是天然特征。"))
ORDERS = (
    _Order("teapot", "buyer-1", "shop-1", "汝窑青瓷茶壶 单壶 280ml", "kitchen", 68_000, "SIGNED", 9,
           ("free_shipping", "damage_cover", "seven_day_return"), TEAPOT),
    _Order("cups", "buyer-1", "shop-1", "青瓷品茗杯 六只装", "kitchen", 23_800, "SIGNED", 12,
           ("free_shipping", "damage_cover"), (("buyer", "六只里碎了两只。"), ("merchant", "麻烦拍一下外箱。"))),
    _Order("tray", "buyer-1", "shop-1", "竹制茶盘 中号", "kitchen", 15_900, "SIGNED", 6,
           talk=(("buyer", "颜色和页面差很多，想退。"),)),
    _Order("caddy", "buyer-1", "shop-1", "锡制茶叶罐 100g", "kitchen", 32_000, "PAID_UNSHIPPED", 3,
           talk=(("buyer", "怎么还没发货？"),)),
    _Order("kettle", "buyer-1", "shop-1", "铸铁烧水壶 1.2L", "kitchen", 45_900, "SHIPPED", 4),
    _Order("brush", "buyer-1", "shop-1", "茶具养护笔 两支", "kitchen", 2_900, "COMPLETED", 20),
    # Nothing has been asked for here yet: a visitor can begin at the beginning.
    _Order("gaiwan", "buyer-1", "shop-1", "白瓷盖碗 150ml", "kitchen", 12_800, "SIGNED", 5,
           talk=(("buyer", "盖子合不严，能退吗？"),)),
    _Order("vase", "buyer-1", "shop-1", "天青釉花瓶 小号", "kitchen", 19_900, "SIGNED", 15,
           ("free_shipping", "damage_cover"), (("buyer", "瓶口有缺口。"), ("merchant", "出库时是完好的。"))),
    _Order("bowl", "buyer-1", "shop-1", "手绘斗笠碗 一对", "kitchen", 16_800, "SIGNED", 16,
           ("free_shipping", "damage_cover"), (("buyer", "有一只裂了。"), ("merchant", "不是我们的问题。"))),
    _Order("phone", "buyer-2", "shop-2", "澄野 X3 手机 12+256GB", "phone", 289_900, "SHIPPED", 8,
           talk=(("buyer", "物流三天没动了。"), ("merchant", "已经催了。"))),
    _Order("case", "buyer-2", "shop-2", "手机保护壳 磨砂黑", "phone", 3_900, "SIGNED", 7),
    _Order("dishes", "buyer-1", "shop-1", "青釉小碟 四只装", "kitchen", 9_900, "SIGNED", 14,
           ("free_shipping", "damage_cover"), (("buyer", "有一只边上缺了口。"), ("merchant", "出库前逐只检查过。"))),
    *(_Order(key, buyer, "shop-3", "中性笔 十支装", "home", 1_900, "COMPLETED", 150)
      for key, buyer in demo_jury.orders()),
    _Order("charger", "buyer-2", "shop-1", "茶席灯 充电款", "home", 12_800, "SIGNED", 10,
           talk=(("buyer", "灯不亮。"), ("merchant", "请再试试。"))),
    # Paid back by the marketplace itself, which the shop contests.
    _Order("dish", "buyer-1", "shop-1", "影青刻花盘 8 寸", "kitchen", 36_800, "COMPLETED", 14,
           talk=(("buyer", "退货已经寄出。"), ("merchant", "退回的不是这一件。"))),
    _Order("censer", "buyer-2", "shop-1", "仿古三足香炉", "home", 52_000, "COMPLETED", 15,
           talk=(("buyer", "不想要了，已寄回。"), ("merchant", "底款对不上。"))),
)  # fmt: skip


def _feed(now: datetime) -> Iterator[Record]:
    for shop in demo.SHOPS:
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


def _records(order: _Order, now: datetime) -> Iterator[Record]:
    placed = now - order.days_ago * DAY
    paid, shipped, signed = placed + HOUR / 6, placed + DAY, placed + 3 * DAY
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
                    "attributes": {"产地": "景德镇"} if order.shop == "shop-1" else {"颜色": "曜黑"},
                    "description": f"{order.title}。实物拍摄，手工制品略有差异。",
                    "images": [],
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


# --- the cases ------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Cast:
    """Everybody of the demo under the hat of their part."""

    lin: Actor
    gu: Actor
    pottery: Actor
    phones: Actor
    arbitrator: Actor
    senior: Actor
    ops: Actor

    @classmethod
    def of(cls, people: dict[str, User]) -> _Cast:
        return cls(
            lin=hats.actor_for(people["buyer"], Role.BUYER),
            gu=hats.actor_for(people["buyer-2"], Role.BUYER),
            pottery=hats.actor_for(people["merchant"], Role.MERCHANT),
            phones=hats.actor_for(people["merchant-2"], Role.MERCHANT),
            arbitrator=hats.actor_for(people["arbitrator-2"], Role.ARBITRATOR),
            senior=hats.actor_for(people["senior"], Role.SENIOR),
            ops=hats.actor_for(people["ops"], Role.OPS),
        )


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
    path = settings.BASE_DIR / "static" / "img" / "demo" / f"{SHOP_PAPER}.webp"
    with path.open("rb") as file:
        received = intake.receive(file, claimed_name=path.name, now=now)
    library.keep(shop, received, code="E09", name="出库打包照（9 月）", sku="SKU-TEAPOT", **who)


def _line(key: str) -> OrderLine:
    return OrderLine.objects.get(order__source=demo.SOURCE, order__external_id=f"demo-{key}")


def _open(key: str, kind: Kind, type_code: str, text: str, actor: Actor, at: datetime) -> Case:
    line = _line(key)
    return negotiation.open_refund(
        line.pk, kind=kind, type_code=type_code, amount=line.paid, text=text, actor=actor, now=at
    )


def _file(case: Case, actor: Actor, points: tuple[str, ...], story: str, at: datetime) -> None:
    claim = Claim(
        type_code=case.type_code,
        remedy="R3",
        amount=case.paid,
        returns=True,
        points=points,
        story=story,
    )
    intervention.request(case.pk, claim, actor=actor, now=at)


def _photo(case: Case, actor: Actor, picture: str, code: str, name: str, at: datetime) -> Exhibit:
    path = settings.BASE_DIR / "static" / "img" / "demo" / f"{picture}.webp"
    with path.open("rb") as file:
        received = intake.receive(file, claimed_name=path.name, now=at)
    return submissions.add_evidence(case.pk, received, code=code, name=name, note="", actor=actor, now=at)


def _answers(case: Case, text: str) -> list[Answer]:
    fresh = Case.objects.get(pk=case.pk)
    return [Answer(point.pk, "disputes", text) for point in queries.points(fresh) if point.raised_by == "buyer"]


def _waiting_for_the_merchant(cast: _Cast, now: datetime) -> None:
    _open("caddy", Kind.UNSHIPPED, "LATE_SHIPMENT", "三天还没发货，不想要了。", cast.lin, now - 20 * HOUR)


def _refused(cast: _Cast, now: datetime) -> None:
    case = _open("tray", Kind.RETURN_REFUND, "NOT_AS_DESCRIBED", "颜色和页面差很多。", cast.lin, now - 30 * HOUR)
    text = "页面写明手工染色有差异，可以补偿一部分。"
    negotiation.refuse(case.pk, text=text, actor=cast.pottery, now=now - 22 * HOUR)
    offers.make(case.pk, amount=3_000, returns=False, text=text, actor=cast.pottery, now=now - 21 * HOUR)


def _gathering(cast: _Cast, now: datetime) -> None:
    case = _open("cups", Kind.RETURN_REFUND, "DAMAGED", "六只里碎了两只。", cast.lin, now - 3 * DAY)
    negotiation.refuse(case.pk, text="请提供外箱照片。", actor=cast.pottery, now=now - 50 * HOUR)
    points = ("收到时已有两只破碎", "外箱在签收时已受压变形")
    _file(case, cast.lin, points, "签收当天开箱，两只杯子已碎，箱角有压痕。", now - 28 * HOUR)
    intervention.admit(case.pk, actor=cast.ops, now=now - 27 * HOUR)
    _photo(case, cast.lin, "b3_whole", "E06", "收到时的样子", now - 26 * HOUR)


def _confirming(cast: _Cast, now: datetime) -> None:
    case = _open("teapot", Kind.RETURN_REFUND, "DAMAGED", "壶身有裂纹，注水后渗水。", cast.lin, now - 5 * DAY)
    refusal = "汝窑开片是天然特征，商品页有说明。可以补偿 100 元。"
    negotiation.refuse(case.pk, text=refusal, actor=cast.pottery, now=now - 4 * DAY - 20 * HOUR)
    points = ("壶身纹路是裂纹，不是开片", "注水后壶体渗水", "破损发生在签收之前")
    story = "当晚开箱先拍照再洗壶，洗之前就有这道纹，注水后壶底一直渗。"
    _file(case, cast.lin, points, story, now - 44 * HOUR)
    intervention.admit(case.pk, actor=cast.ops, now=now - 43 * HOUR)
    _photo(case, cast.lin, "b3_whole", "E06", "茶壶全景", now - 42 * HOUR)
    _photo(case, cast.lin, "b1_crack", "E06", "壶身特写", now - 42 * HOUR)
    _photo(case, cast.lin, "b2_leak", "E05", "注水后渗水", now - 42 * HOUR)
    _photo(case, cast.pottery, "m1_qc", "E09", "出库质检照", now - 30 * HOUR)
    submissions.hand_in(case.pk, actor=cast.lin, now=now - 17 * HOUR)


def _to_the_queue(
    cast: _Cast,
    key: str,
    buyer: Actor,
    points: tuple[str, ...],
    text: str,
    at: datetime,
    *,
    rebuttal: str,
    shown: tuple[tuple[str, str], ...] = (("m2_pack", "打包照片"),),
) -> Case:
    """A whole case up to the queue, in steps of hours after ``at``."""
    case = _open(key, Kind.RETURN_REFUND, "DAMAGED", text, buyer, at)
    negotiation.refuse(case.pk, text=rebuttal, actor=cast.pottery, now=at + 6 * HOUR)
    _file(case, buyer, points, text, at + 8 * HOUR)
    intervention.admit(case.pk, actor=cast.ops, now=at + 9 * HOUR)
    _photo(case, buyer, "b1_crack", "E06", "破损处特写", at + 10 * HOUR)
    _photo(case, buyer, "b3_whole", "E05", "外包装", at + 10 * HOUR)
    for picture, name in shown:
        _photo(case, cast.pottery, picture, "E09", name, at + 12 * HOUR)
    submissions.hand_in(case.pk, actor=buyer, now=at + 14 * HOUR)
    answers = _answers(case, rebuttal)
    intervention.rebut(case.pk, answers, text=rebuttal, actor=cast.pottery, now=at + 20 * HOUR)
    return case


def _queued(cast: _Cast, now: datetime) -> None:
    points = ("收到时灯罩已有裂痕", "通电后不亮")
    _to_the_queue(
        cast, "charger", cast.gu, points, "灯罩裂了，也不亮。", now - 4 * DAY, rebuttal="出库前逐件通电检查。"
    )


def _under_review(cast: _Cast, now: datetime) -> None:
    points = ("瓶口缺口在签收前已有", "包装不足以保护瓶口")
    case = _to_the_queue(
        cast, "vase", cast.lin, points, "瓶口有缺口，拆箱视频里能看到。", now - 5 * DAY, rebuttal="出库时瓶口完好。"
    )
    assignment.take(case.pk, actor=cast.arbitrator, now=now - 2 * HOUR)


def _ruled(cast: _Cast, now: datetime) -> None:
    points = ("收到时碗沿已裂", "裂痕由运输造成")
    case = _to_the_queue(
        cast, "bowl", cast.lin, points, "两只碗里有一只收到就裂了。", now - 8 * DAY, rebuttal="我们发出时是好的。"
    )
    at = now - 3 * DAY
    assignment.take(case.pk, actor=cast.arbitrator, now=at)
    fresh = Case.objects.get(pk=case.pk)
    rules = rulebook.rules(fresh.substance_rules_id)
    kind = rules.type(fresh.type_code)
    exhibits = Exhibit.objects.filter(dossier_id=fresh.dossier_id, withdrawn_at__isnull=True).order_by("side", "place")
    admitted = {exhibit.number: ("full", "") for exhibit in exhibits}
    named = "、".join(admitted)
    clauses = tuple(dict.fromkeys([kind.burden.clause, kind.freight.clause, *kind.clauses]))[:3]
    draft = Draft(
        findings={1: "buyer", 2: "buyer"},
        admissions=admitted,
        clauses=clauses,
        remedy="R3",
        merchant_share=10_000,
        reasons=(
            f"争点 1：买家签收当天报损并提交照片，{named} 相互印证，卖家的打包照片看不出碗沿，认定收到时已裂。"
            "争点 2：签收前的风险由商家承担，商家没有证明交付时完好，认定由运输造成。"
        ),
    )
    arbitration.mark_many_seen([exhibit.pk for exhibit in exhibits], actor=cast.arbitrator, now=at)
    saved = rulings.save_draft(case.pk, draft, version=0, actor=cast.arbitrator, now=at + HOUR)
    rulings.issue(case.pk, version=saved.ruling.version, actor=cast.arbitrator, now=at + 2 * HOUR)
    waiting = Ruling.objects.filter(case=case, state=Ruling.PROPOSED).first()
    if waiting is not None:
        approvals.approve(waiting.pk, actor=cast.senior, now=at + 4 * HOUR)


def _before_the_jury(cast: _Cast, now: datetime) -> None:
    points = ("收到时碟边已有缺口", "缺口不是使用造成的")
    case = _to_the_queue(
        cast, "dishes", cast.lin, points, "四只里有一只碟边缺了一块，当天就拍了照。", now - 6 * DAY,
        rebuttal="出库前逐只检查过，包装也没有问题。", shown=(("m1_qc", "出库检查照"), ("m2_pack", "打包照片")),
    )  # fmt: skip
    assignment.take(case.pk, actor=cast.arbitrator, now=now - 4 * HOUR)
    demo_jury.put_before_a_jury(case, cast.arbitrator, now - 2 * HOUR)


def _settled(cast: _Cast, now: datetime) -> None:
    case = _open("case", Kind.REFUND_ONLY, "NOT_AS_DESCRIBED", "壳子和手机对不上孔位。", cast.gu, now - 40 * HOUR)
    offer = offers.make(
        case.pk, amount=2_000, returns=False, text="退您一半，壳子留着用。", actor=cast.phones, now=now - 30 * HOUR
    )
    offers.accept(offer.pk, actor=cast.gu, now=now - 26 * HOUR)


def _in_transit(cast: _Cast, now: datetime) -> None:
    _open("phone", Kind.IN_TRANSIT, "NOT_RECEIVED", "物流停了三天，怕是丢了。", cast.gu, now - 10 * HOUR)


def _contested(story: Callable[..., Case], key: str, buyer: Actor, cast: _Cast, now: datetime) -> None:
    story(_line(key), shop=cast.pottery, buyer=buyer, ops=cast.ops, now=now)


# By the order that the story is about.
STORIES: dict[str, Callable[[_Cast, datetime], None]] = {
    "caddy": _waiting_for_the_merchant,
    "tray": _refused,
    "cups": _gathering,
    "teapot": _confirming,
    "charger": _queued,
    "vase": _under_review,
    "bowl": _ruled,
    "dishes": _before_the_jury,
    "case": _settled,
    "phone": _in_transit,
    "dish": lambda cast, now: _contested(demo_claims.at_the_buyer, "dish", cast.lin, cast, now),
    "censer": lambda cast, now: _contested(demo_claims.at_the_desk, "censer", cast.gu, cast, now),
}
