"""The demo's cases that were decided, each at another place of what comes after: signature, appeal, carrying out."""

from __future__ import annotations

from datetime import datetime

from arbitration import appeals, assignment
from arbitration.appeals import NewExhibit
from arbitration.drafts import Draft
from arbitration.models import Appeal
from enforcement import advances
from engine.demo_cast import DAY, HOUR, Cast, received, rule
from engine.demo_stories import Story, to_the_queue


def _to_be_signed(cast: Cast, now: datetime) -> None:
    case = to_the_queue(
        cast, "handset", cast.gu, cast.phones, "DAMAGED",
        points=("拆箱时内屏已经碎裂", "碎裂不是签收后造成的"), text="快递员在场拆的箱，内屏当场就是裂的。",
        rebuttal="出库通电检测正常，有当时的照片。",
        photos=(("phone_broken", "E06", "拆箱时的内屏"), ("phone_box", "E05", "外箱")),
        answer=(("phone_tested", "E09", "出库通电照"),), at=now - 5 * DAY,
    )  # fmt: skip
    assignment.take(case.pk, actor=cast.second_arbitrator, now=now - 30 * HOUR)
    reasons = (
        "争点 1：{buyer} 显示拆箱时内屏已经碎裂，外箱没有破口，{E02}里签收当天已经说到。"
        "争点 2：商家的 {merchant} 只说明出库时通电正常，签收前的运输风险由商家承担，不能证明碎裂发生在签收之后。"
    )
    draft = Draft(findings={1: "buyer", 2: "buyer"}, remedy="R3", merchant_share=10_000, reasons=reasons)
    rule(case, draft, cast.second_arbitrator, now - 5 * HOUR)


def _ruled(cast: Cast, now: datetime) -> None:
    case = to_the_queue(
        cast, "bowl", cast.lin, cast.pottery, "DAMAGED",
        points=("收到时碗沿已裂", "裂痕由运输造成"), text="两只碗里有一只收到就裂了。", rebuttal="我们发出时是好的。",
        photos=(("bowl_crack", "E06", "裂痕特写"), ("bowl_pair", "E05", "两只碗和外箱")),
        answer=(("m2_pack", "E09", "打包照片"),), at=now - 8 * DAY,
    )  # fmt: skip
    assignment.take(case.pk, actor=cast.second_arbitrator, now=now - 3 * DAY)
    reasons = (
        "争点 1：{buyer} 显示碗沿有裂痕，签收当天的{E02}已经说到，商家的打包照片 {merchant} 看不出碗沿，认定收到时已裂。"
        "争点 2：签收前的风险由商家承担，商家没有证明交付时完好，认定由运输造成。"
    )
    draft = Draft(findings={1: "buyer", 2: "buyer"}, remedy="R3", merchant_share=10_000, reasons=reasons)
    rule(case, draft, cast.second_arbitrator, now - 3 * DAY + HOUR, signed_by=cast.senior)


def _advance_proposed(cast: Cast, now: datetime) -> None:
    case = to_the_queue(
        cast, "honey", cast.lin, cast.owners["orchard"], "FOOD_SAFETY",
        points=("瓶内有异物", "异物在开封前就在瓶里"), text="封膜还在就看到瓶里有黑块，没敢吃。",
        rebuttal="黑色的是花粉沉淀，可以食用。",
        photos=(("honey", "E06", "瓶中异物"), ("honey_date", "E22", "生产日期")), answer=(), at=now - 7 * DAY, remedy="R1",
        at_the_door=False,
    )  # fmt: skip
    assignment.take(case.pk, actor=cast.second_arbitrator, now=now - 3 * DAY)
    reasons = (
        "争点 1：{buyer} 显示瓶内有块状异物，与花粉沉淀不同。争点 2：商家没有提交进货和合格材料，"
        "不能证明异物是开封后进入的，食品不宜再寄回。"
    )
    draft = Draft(
        findings={1: "buyer", 2: "buyer"}, remedy="R1", ground="UNRETURNABLE", merchant_share=10_000, reasons=reasons
    )
    rule(case, draft, cast.second_arbitrator, now - 2 * DAY, signed_by=cast.senior)
    reason = "食品安全案件，凭证清楚，商家没有提交合格材料。"
    advances.propose(case.pk, reason=reason, actor=cast.ops, now=now - 3 * HOUR)


def _under_appeal(cast: Cast, now: datetime) -> None:
    seller = cast.owners["wardrobe"]
    case = to_the_queue(
        cast, "beads", cast.gu, seller, "COUNTERFEIT",
        points=("手串不是天然翡翠", "商家的证书和实物不符"), text="找人看过，说颜色是染的，不是天然翡翠。",
        rebuttal="每串都有证书，可以扫码查。",
        photos=(("beads", "E06", "手串全貌"), ("beads_close", "E06", "珠子特写")), answer=(), at=now - 12 * DAY,
        at_the_door=False,
    )  # fmt: skip
    assignment.take(case.pk, actor=cast.second_arbitrator, now=now - 8 * DAY)
    reasons = (
        "争点 1：{buyer} 只有外观照片，肉眼不能判断是否染色，买家没有提交检测报告。"
        "争点 2：没有凭证说明证书与实物不符，不能认定为假货。"
    )
    draft = Draft(findings={1: "merchant", 2: "merchant"}, remedy="R7", merchant_share=0, reasons=reasons)
    rule(case, draft, cast.second_arbitrator, now - 7 * DAY, signed_by=cast.senior)
    at = now - 3 * DAY
    report = NewExhibit(received("certificate", at), "E18", "送检报告", "裁决后才拿到检测机构的报告。")
    appeals.file(
        case.pk,
        ground=Appeal.NEW_EVIDENCE,
        points=[1, 2],
        text="检测报告写明经过染色处理，请重新认定。",
        exhibits=[report],
        actor=cast.gu,
        now=at,
    )
    appeals.answer(case.pk, text="送检的是不是我们发的那一串，报告看不出来。", actor=seller, now=now - 2 * DAY)


def _to_be_exchanged(cast: Cast, now: datetime) -> None:
    case = to_the_queue(
        cast, "battery", cast.gu, cast.phones, "QUALITY_VISIBLE",
        points=("正常使用三次就鼓包", "鼓包影响安全使用"), text="按说明书充电三次，外壳就鼓起来了。",
        rebuttal="请寄回检测后再说。",
        photos=(("battery", "E06", "鼓起的外壳"),), answer=(), at=now - 9 * DAY, at_the_door=False,
    )  # fmt: skip
    assignment.take(case.pk, actor=cast.arbitrator, now=now - 5 * DAY)
    reasons = (
        "争点 1：{buyer} 显示外壳明显鼓起，商家没有说明原因，也没有提交检测结果。"
        "争点 2：鼓包的充电宝有安全风险，商家应当换一只合格的。"
    )
    draft = Draft(findings={1: "buyer", 2: "buyer"}, remedy="R4", merchant_share=10_000, value=25_900, reasons=reasons)
    rule(case, draft, cast.arbitrator, now - 4 * DAY, signed_by=cast.senior)
    for actor in (cast.gu, cast.phones):
        appeals.waive(case.pk, actor=actor, now=now - 4 * HOUR)


# By the order that the story is about.
RULED: dict[str, Story] = {
    "handset": _to_be_signed,
    "bowl": _ruled,
    "honey": _advance_proposed,
    "beads": _under_appeal,
    "battery": _to_be_exchanged,
}
