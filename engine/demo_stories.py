"""The demo's cases that nobody has decided: real acts have led each of them to where a visitor finds it.

Nothing here writes a state. Acts are given moments of the last days, so that deadlines are where a visitor expects them.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from arbitration import assignment, inquiries
from common.actor import Actor
from disputes import intervention, negotiation, offers, submissions
from disputes.lifecycle import Kind
from disputes.models import Case
from disputes.supplements import Item
from engine import demo_claims, demo_jury
from engine.demo_cast import DAY, HOUR, Cast, answers, file_claim, line_of, open_refund, photo

Story = Callable[[Cast, datetime], None]


def _waiting_for_the_merchant(cast: Cast, now: datetime) -> None:
    open_refund("caddy", Kind.UNSHIPPED, "LATE_SHIPMENT", "三天还没发货，不想要了。", cast.lin, now - 20 * HOUR)


def _refused(cast: Cast, now: datetime) -> None:
    case = open_refund("tray", Kind.RETURN_REFUND, "NOT_AS_DESCRIBED", "颜色和页面差很多。", cast.lin, now - 30 * HOUR)
    text = "页面写明手工染色有差异，可以补偿一部分。"
    negotiation.refuse(case.pk, text=text, actor=cast.pottery, now=now - 22 * HOUR)
    offers.make(case.pk, amount=3_000, returns=False, text=text, actor=cast.pottery, now=now - 21 * HOUR)


def _on_its_way_back(cast: Cast, now: datetime) -> None:
    case = open_refund("scoop", Kind.RETURN_REFUND, "NO_REASON_RETURN", "用不上，想退。", cast.lin, now - 4 * DAY)
    negotiation.agree_return(case.pk, actor=cast.pottery, now=now - 4 * DAY + 5 * HOUR)
    negotiation.ship_return(case.pk, carrier="中通快递", tracking="ZT202611270158", actor=cast.lin, now=now - 3 * DAY)


def _return_refused(cast: Cast, now: datetime) -> None:
    at = now - 9 * DAY
    case = open_refund("burner", Kind.RETURN_REFUND, "NOT_AS_DESCRIBED", "比页面写的小一圈。", cast.lin, at)
    negotiation.agree_return(case.pk, actor=cast.pottery, now=at + 8 * HOUR)
    negotiation.ship_return(case.pk, carrier="顺丰速运", tracking="SF146020118877", actor=cast.lin, now=at + DAY)
    text = "退回的香炉没有炉盖，请补寄或说明。"
    negotiation.refuse_return(case.pk, text=text, actor=cast.pottery, now=now - 20 * HOUR)


def _being_checked(cast: Cast, now: datetime) -> None:
    seller = cast.owners["orchard"]
    case = open_refund("cherries", Kind.REFUND_ONLY, "FRESH_SPOILED", "开箱就有近一半烂了。", cast.lin, now - 22 * HOUR)
    negotiation.refuse(case.pk, text="快递签收正常，路上没有延误。", actor=seller, now=now - 18 * HOUR)
    points = ("收到时近一半樱桃已经腐烂", "冰袋在签收时已全部化开")
    file_claim(case, cast.lin, points, "签收两小时内开箱拍照，底层大多软烂出水。", now - 6 * HOUR, remedy="R2")
    photo(case, cast.lin, "cherries", "E06", "开箱当时", now - 5 * HOUR)
    photo(case, cast.lin, "cherries_packed", "E05", "外箱和化开的冰袋", now - 5 * HOUR)


def _gathering(cast: Cast, now: datetime) -> None:
    case = open_refund("cups", Kind.RETURN_REFUND, "DAMAGED", "六只里碎了两只。", cast.lin, now - 3 * DAY)
    negotiation.refuse(case.pk, text="请提供外箱照片。", actor=cast.pottery, now=now - 50 * HOUR)
    points = ("收到时已有两只破碎", "外箱在签收时已受压变形")
    file_claim(case, cast.lin, points, "签收当天开箱，两只杯子已碎，箱角有压痕。", now - 28 * HOUR)
    intervention.admit(case.pk, actor=cast.ops, now=now - 27 * HOUR)
    photo(case, cast.lin, "cups_broken", "E06", "收到时的样子", now - 26 * HOUR)
    photo(case, cast.lin, "cups_box", "E05", "外箱压痕", now - 26 * HOUR)


def _confirming(cast: Cast, now: datetime) -> None:
    case = open_refund("teapot", Kind.RETURN_REFUND, "DAMAGED", "壶身有裂纹，注水后渗水。", cast.lin, now - 5 * DAY)
    refusal = "汝窑开片是天然特征，商品页有说明。可以补偿 100 元。"
    negotiation.refuse(case.pk, text=refusal, actor=cast.pottery, now=now - 4 * DAY - 20 * HOUR)
    points = ("壶身纹路是裂纹，不是开片", "注水后壶体渗水", "破损发生在签收之前")
    story = "当晚开箱先拍照再洗壶，洗之前就有这道纹，注水后壶底一直渗。"
    file_claim(case, cast.lin, points, story, now - 44 * HOUR)
    intervention.admit(case.pk, actor=cast.ops, now=now - 43 * HOUR)
    photo(case, cast.lin, "b3_whole", "E06", "茶壶全景", now - 42 * HOUR)
    photo(case, cast.lin, "b1_crack", "E06", "壶身特写", now - 42 * HOUR)
    photo(case, cast.lin, "b2_leak", "E06", "注水后渗水", now - 42 * HOUR)
    photo(case, cast.lin, "teapot_box", "E05", "外箱", now - 42 * HOUR)
    photo(case, cast.pottery, "m1_qc", "E09", "出库质检照", now - 30 * HOUR)
    submissions.hand_in(case.pk, actor=cast.lin, now=now - 17 * HOUR)


def to_the_queue(
    cast: Cast,
    key: str,
    buyer: Actor,
    seller: Actor,
    type_code: str,
    *,
    points: tuple[str, ...],
    text: str,
    rebuttal: str,
    photos: tuple[tuple[str, str, str], ...],
    answer: tuple[tuple[str, str, str], ...],
    at: datetime,
    remedy: str = "R3",
    at_the_door: bool = True,
) -> Case:
    """A whole case up to the queue, in steps of hours after ``at``. ``photos`` and ``answer``: picture, code, name."""
    kind = Kind.RETURN_REFUND if remedy == "R3" else Kind.REFUND_ONLY
    case = open_refund(key, kind, type_code, text, buyer, at)
    negotiation.refuse(case.pk, text=rebuttal, actor=seller, now=at + 6 * HOUR)
    file_claim(case, buyer, points, text, at + 8 * HOUR, remedy=remedy)
    intervention.admit(case.pk, actor=cast.ops, now=at + 9 * HOUR)
    for picture, code, name in photos:
        photo(case, buyer, picture, code, name, at + 10 * HOUR, at_the_door=at_the_door)
    for picture, code, name in answer:
        photo(case, seller, picture, code, name, at + 12 * HOUR)
    submissions.hand_in(case.pk, actor=buyer, now=at + 14 * HOUR)
    intervention.rebut(case.pk, answers(case, rebuttal), text=rebuttal, actor=seller, now=at + 20 * HOUR)
    return case


def _queued(cast: Cast, now: datetime) -> None:
    to_the_queue(
        cast, "charger", cast.gu, cast.pottery, "DAMAGED",
        points=("收到时灯罩已裂", "裂痕由运输造成"), text="灯罩裂了一道，灯也不亮。", rebuttal="出库前逐件通电检查。",
        photos=(("lamp_cracked", "E06", "灯罩裂痕"), ("lamp_box", "E05", "外包装")),
        answer=(("lamp_tested", "E09", "出库通电照"),), at=now - 4 * DAY,
    )  # fmt: skip


def _under_review(cast: Cast, now: datetime) -> None:
    # The shop shows the very photo of packing that it showed for the bowls: what the signal of copies is for.
    case = to_the_queue(
        cast, "vase", cast.lin, cast.pottery, "DAMAGED",
        points=("瓶口缺口在签收前已有", "包装不足以保护瓶口"), text="瓶口有缺口，拆箱照片里能看到。",
        rebuttal="出库时瓶口完好。",
        photos=(("vase_chip", "E06", "瓶口缺口"), ("vase_whole", "E05", "花瓶和外箱")),
        answer=(("m2_pack", "E09", "打包照片"),), at=now - 5 * DAY,
    )  # fmt: skip
    assignment.take(case.pk, actor=cast.second_arbitrator, now=now - 2 * HOUR)


def _asked_for_more(cast: Cast, now: datetime) -> None:
    case = to_the_queue(
        cast, "coat", cast.gu, cast.owners["wardrobe"], "QUALITY_VISIBLE",
        points=("按水洗标洗一次就缩水", "衣长缩短影响穿着"), text="冷水手洗一次，短了一大截，还起了斑。",
        rebuttal="可能用了热水，缩水不是质量问题。",
        photos=(("coat_washed", "E06", "洗后的样子"),), answer=(), at=now - 4 * DAY, at_the_door=False,
    )  # fmt: skip
    assignment.take(case.pk, actor=cast.arbitrator, now=now - 26 * HOUR)
    items = (Item("buyer", "E23", 2, "照片上看不出短了多少，请把尺子放在衣服旁边拍一张。"),)
    inquiries.ask_more(case.pk, items=items, actor=cast.arbitrator, now=now - 5 * HOUR)


def _before_the_jury(cast: Cast, now: datetime) -> None:
    case = to_the_queue(
        cast, "dishes", cast.lin, cast.pottery, "DAMAGED",
        points=("收到时碟边已有缺口", "缺口不是使用造成的"), text="四只里有一只碟边缺了一块，当天就拍了照。",
        rebuttal="出库前逐只检查过，包装也没有问题。",
        photos=(("dish_chip", "E06", "碟边缺口"), ("dish_box", "E05", "外包装")),
        answer=(("dishes_checked", "E09", "出库检查照"), ("dishes_packed", "E09", "打包照片")),
        at=now - 6 * DAY,
    )  # fmt: skip
    assignment.take(case.pk, actor=cast.second_arbitrator, now=now - 4 * HOUR)
    demo_jury.put_before_a_jury(case, cast.second_arbitrator, now - 2 * HOUR)


def _contested_with_the_buyer(cast: Cast, now: datetime) -> None:
    demo_claims.at_the_buyer(line_of("dish"), shop=cast.pottery, buyer=cast.lin, ops=cast.ops, now=now)


def _contested_at_the_desk(cast: Cast, now: datetime) -> None:
    demo_claims.at_the_desk(line_of("censer"), shop=cast.pottery, buyer=cast.gu, ops=cast.ops, now=now)


def _settled(cast: Cast, now: datetime) -> None:
    case = open_refund("case", Kind.REFUND_ONLY, "NOT_AS_DESCRIBED", "壳子和手机对不上孔位。", cast.gu, now - 40 * HOUR)
    offer = offers.make(
        case.pk, amount=2_000, returns=False, text="退您一半，壳子留着用。", actor=cast.phones, now=now - 30 * HOUR
    )
    offers.accept(offer.pk, actor=cast.gu, now=now - 26 * HOUR)


def _in_transit(cast: Cast, now: datetime) -> None:
    open_refund("phone", Kind.IN_TRANSIT, "NOT_RECEIVED", "物流停了三天，怕是丢了。", cast.gu, now - 10 * HOUR)


# By the order that the story is about.
STORIES: dict[str, Story] = {
    "caddy": _waiting_for_the_merchant,
    "tray": _refused,
    "scoop": _on_its_way_back,
    "burner": _return_refused,
    "cherries": _being_checked,
    "cups": _gathering,
    "teapot": _confirming,
    "charger": _queued,
    "vase": _under_review,
    "coat": _asked_for_more,
    "dishes": _before_the_jury,
    "case": _settled,
    "phone": _in_transit,
    "dish": _contested_with_the_buyer,
    "censer": _contested_at_the_desk,
}
