"""What the court of the demonstration decided before: like cases that are over, so that a new one has some beside it.

Other shops and buyers than those that a visitor signs in as; by real acts, in the past. Nothing here writes a state.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

from accounts import demo, hats, memberships, people
from accounts.models import Identity, Membership, Right, User
from arbitration import appeals, approvals, assignment, calibration, drafting, precedents, rulings
from arbitration import queries as bench
from arbitration.drafts import Draft
from arbitration.models import Ruling
from common.actor import Actor, Role
from common.acts import act
from disputes import intervention, negotiation, queries, submissions
from disputes.intervention import Claim
from disputes.lifecycle import Kind
from disputes.models import Case
from disputes.submissions import Answer
from enforcement import movements
from engine import demo_album, demo_cast
from engine.demo_album import CHIP, CRACK, WORN
from evidence.models import Exhibit
from insights import consistency
from marketplace import ingest
from marketplace.models import OrderLine

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
SHOP, OWNER = "shop-precedents", "demo-precedents-owner"
# How the ids of these orders begin in the feed.
PREFIX = "precedent-"
TYPE = "DAMAGED"
Record = dict[str, Any]


@dataclass(frozen=True)
class _Story:
    """One decided case. ``part``: what suffered ``harm`` (as `demo_album` draws it). ``transit``: the second point is about
    the way and not about the wrapping. ``share`` in per cent: 100 for the buyer, 0 for the merchant.
    """

    key: str
    title: str
    paid: int
    part: str
    harm: str
    share: int = 100
    transit: bool = False

    @property
    def points(self) -> tuple[str, str]:
        mark, first = _HARMS[self.harm]
        second = f"{mark}由运输造成" if self.transit else f"包装不足以保护{self.part}"
        return first.format(part=self.part), second

    @property
    def found(self) -> str:
        """What the reasons say that there was."""
        return f"{self.part}{_FOUND[self.harm]}"


_HARMS = {
    CHIP: ("缺口", "{part}缺口在签收前已有"),
    CRACK: ("裂痕", "收到时{part}已裂"),
    WORN: ("脱落", "收到时{part}描金脱落"),
}
_FOUND = {CHIP: "有缺口", CRACK: "有裂痕", WORN: "描金脱落"}
# ``buyer`` and ``merchant`` are their exhibits, ``E02`` a record of the platform: `demo_cast.reasons` fills them.
_FULL = (
    "争点 1：{buyer} 显示{found}，签收当天的{E02}已经说到，商家的 {merchant} 拍得远，看不出{part}，认定收到时已有。"
    "争点 2：签收前的风险由商家承担，商家没有证明交付时完好。破损的器物不宜寄回。"
)
_PART = (
    "争点 1：{buyer} 显示{found}，程度轻微，不影响使用；商家的 {merchant} 看不出{part}，认定收到时已有。"
    "争点 2：买家用过之后才提出退款，扩大的部分由买家承担，责任各半。"
)
_NONE = (
    "争点 1：{buyer} 拍的是用过之后的样子，商家的 {merchant} 显示出库时完好，{E02}也没有说到{part}，"
    "买家没有证明收到时已经{found}。"
    "争点 2：没有凭证说明破损发生在签收之前，由买家承担。"
)
# By the share: what is ordered, all of it without a return, part of it, nothing; and why.
_REMEDIES = {100: ("R1", _FULL), 50: ("R2", _PART), 0: ("R7", _NONE)}
# So many that their arbitrator is not new any more (``new_arbitrator_rulings``), and may let a small ruling go out alone.
STORIES = (
    _Story("jar", "粗陶花器 中号", 18_600, "瓶口", CHIP),
    _Story("plate", "白瓷浅盘 四只", 13_900, "盘沿", CRACK, transit=True),
    _Story("mug", "手捏马克杯 一对", 11_800, "杯口", CHIP),
    _Story("urn", "影青花瓶 小号", 19_200, "瓶口", CHIP),
    _Story("pitcher", "公道杯 玻璃", 7_900, "杯身", CRACK, transit=True),
    _Story("vessel", "天目釉花插", 16_500, "瓶口", CHIP),
    _Story("saucer", "建盏茶托 两只", 9_900, "托沿", CHIP),
    _Story("flask", "青瓷酒瓶", 17_800, "瓶身", CRACK, transit=True),
    _Story("tumbler", "描金水杯 单只", 8_800, "杯口", WORN, share=50),
    _Story("cruet", "手绘油壶", 12_600, "壶口", CHIP, share=0),
    _Story("tureen", "盖碗 三才", 9_600, "碗身", CRACK, transit=True),
    _Story("kettle", "侧把陶壶", 17_200, "壶身", CRACK, transit=True),
    _Story("goblet", "玻璃高脚杯 两只", 8_600, "杯口", CHIP, transit=True),
    _Story("incense", "白瓷香插", 6_900, "底座", CRACK, transit=True),
    _Story("amphora", "双耳陶瓶", 18_900, "瓶口", CHIP, transit=True),
    _Story("ewer", "青瓷执壶", 19_500, "壶口", CHIP),
    _Story("platter", "粗陶大盘", 14_200, "盘沿", CRACK, transit=True),
    _Story("carafe", "耐热玻璃壶", 9_200, "壶身", CRACK, transit=True),
    _Story("canister", "彩绘茶罐", 13_400, "罐口", CHIP, share=50),
    _Story("basin", "釉下彩水盂", 10_800, "盂口", CHIP, share=0),
)


def seed(now: datetime) -> int:
    """The stories are over as of some weeks before ``now``, and one waits for a second reader. Harmless to repeat."""
    cast = demo.ensure_demo_accounts(now=now - 90 * DAY)
    ingest.ingest(list(enumerate(_feed(now), start=1)), source=demo.SOURCE, now=now)
    movements.post_due(limit=10_000, now=now)
    owner = _owner(now)
    made = 0
    for number, story in enumerate(STORIES):
        line = OrderLine.objects.get(order__source=demo.SOURCE, order__external_id=f"{PREFIX}{story.key}")
        if not Case.objects.filter(line=line).exists():
            _play(story, line, owner, cast, _begun(number, now))
            made += 1
    if made:
        _read_again(Case.objects.get(line__order__external_id=f"{PREFIX}{STORIES[0].key}").pk, now=now - DAY)
        consistency.take(now)
    return made


def _begun(number: int, now: datetime) -> datetime:
    """When the refund was asked for: the newest three weeks ago, each three days before the last."""
    return now - (22 + 3 * number) * DAY


@act
def _owner(now: datetime) -> Actor:
    """Whoever answers for the shop of these stories; nobody signs in as them."""
    user = people.establish(OWNER, display_name="店主")
    shop_id = Identity.objects.values_list("merchant_id", flat=True).get(source=demo.SOURCE, external_id=SHOP)
    assert shop_id is not None
    if not Membership.objects.filter(user=user, merchant_id=shop_id).exists():
        memberships.establish(shop_id, user_id=user.pk, rights=tuple(Right), actor=Actor.system(), now=now - 90 * DAY)
    return hats.actor_for(user, Role.MERCHANT, shop_id)


def _play(story: _Story, line: OrderLine, owner: Actor, cast: dict[str, User], at: datetime) -> None:
    """From the request to a ruling that both sides accept, in steps of hours after ``at``."""
    buyer = hats.actor_for(line.order.buyer, Role.BUYER)
    ops = hats.actor_for(cast["ops"], Role.OPS)
    arbitrator = hats.actor_for(cast["arbitrator"], Role.ARBITRATOR)
    text = f"收到的{story.title}，{story.found}。"
    case = negotiation.open_refund(
        line.pk, kind=Kind.REFUND_ONLY, type_code=TYPE, amount=line.paid, text=text, actor=buyer, now=at
    )
    negotiation.refuse(case.pk, text="出库前逐件检查过。", actor=owner, now=at + 6 * HOUR)
    claim = Claim(type_code=TYPE, remedy="R1", amount=line.paid, returns=False, points=story.points, story=text)
    intervention.request(case.pk, claim, actor=buyer, now=at + 8 * HOUR)
    intervention.admit(case.pk, actor=ops, now=at + 9 * HOUR)
    for picture, code, name, actor in (
        ("damage", "E06", f"{story.part}特写", buyer),
        ("wrapping", "E05", "外包装", buyer),
        ("before_sending", "E09", "出库打包照片", owner),
    ):
        take = partial(demo_album.variation, story.key, picture, story.harm)
        demo_cast.photo(case, actor, take, code, name, at + 10 * HOUR)
    submissions.hand_in(case.pk, actor=buyer, now=at + 14 * HOUR)
    points = queries.points(Case.objects.get(pk=case.pk))
    answers = [Answer(point.pk, "disputes", "出库时完好。") for point in points if point.raised_by == "buyer"]
    intervention.rebut(case.pk, answers, text="出库时完好。", actor=owner, now=at + 20 * HOUR)
    assignment.take(case.pk, actor=arbitrator, now=at + 3 * DAY)
    _rule(case, story, arbitrator, hats.actor_for(cast["senior"], Role.SENIOR), at + 3 * DAY)
    for side in (buyer, owner):
        appeals.waive(case.pk, actor=side, now=at + 4 * DAY)
    _keep(case.pk, now=at + 4 * DAY)


def _rule(case: Case, story: _Story, arbitrator: Actor, senior: Actor, at: datetime) -> None:
    exhibits = Exhibit.objects.filter(dossier_id=case.dossier_id, withdrawn_at__isnull=True).order_by("side", "place")
    numbers = [exhibit.number for exhibit in exhibits]
    finding = "buyer" if story.share else "merchant"
    remedy, why = _REMEDIES[story.share]
    draft = Draft(
        findings={1: finding, 2: finding},
        admissions=dict.fromkeys(numbers, ("full", "")),
        clauses=("2.5", "4.2"),
        remedy=remedy,
        ground="UNRETURNABLE" if story.share == 100 else "",
        merchant_share=story.share * 100,
        reasons=demo_cast.reasons(why, exhibits, part=story.part, found=story.found),
    )
    bench.mark_many_seen([exhibit.pk for exhibit in exhibits], actor=arbitrator, now=at)
    saved = drafting.save(case.pk, draft, version=0, actor=arbitrator, now=at + HOUR)
    rulings.issue(case.pk, version=saved.ruling.version, actor=arbitrator, now=at + 2 * HOUR)
    waiting = Ruling.objects.filter(case=case, state=Ruling.PROPOSED).first()
    if waiting is not None:
        approvals.approve(waiting.pk, actor=senior, now=at + 4 * HOUR)


@act
def _keep(case_id: int, *, now: datetime) -> None:
    """As the delivery of the journal does a moment later: it finds what is there."""
    precedents.record(queries.lock(case_id), now=now)


@act
def _read_again(case_id: int, *, now: datetime) -> None:
    """In so small a court chance might draw none."""
    calibration.draw(queries.lock(case_id), now=now, basis_points=10_000)


# --- the feed -------------------------------------------------------------------------------------------------


def _feed(now: datetime) -> Iterator[Record]:
    yield {"type": "merchant", "id": SHOP, "version": 1, "name": "青禾器物"}
    for number, story in enumerate(STORIES):
        buyer = f"precedent-buyer-{number}"
        yield {"type": "buyer", "id": buyer, "version": 1, "name": f"买家{number + 1}"}
        yield from _order(story, buyer, _begun(number, now) - 4 * DAY - 4 * HOUR)


def _order(story: _Story, buyer: str, placed: datetime) -> Iterator[Record]:
    paid, shipped, signed = placed + HOUR / 6, placed + DAY, placed + 4 * DAY
    order = f"{PREFIX}{story.key}"
    yield {
        "type": "order",
        "id": order,
        "version": 1,
        "buyer": buyer,
        "merchant": SHOP,
        "state": "SIGNED",
        "currency": "CNY",
        "freight": 0,
        "region": "浙江省杭州市",
        "placed_at": _text(placed),
        "paid_at": _text(paid),
        "shipped_at": _text(shipped),
        "signed_at": _text(signed),
        "lines": [
            {
                "id": "1",
                "sku": f"SKU-{story.key.upper()}",
                "title": story.title,
                "category": "kitchen",
                "quantity": 1,
                "unit_price": story.paid,
                "paid": story.paid,
                "promises": [{"code": "damage_cover"}],
                "listing": {
                    "id": f"listing-{order}",
                    "title": story.title,
                    "attributes": {},
                    "description": f"{story.title}。逐件检验后发出，实物拍摄。",
                    "images": [],
                    "captured_at": _text(placed),
                },
            }
        ],
    }
    yield {
        "type": "payment",
        "id": f"payment-{order}",
        "version": 1,
        "order": order,
        "amount": story.paid,
        "currency": "CNY",
        "method": "alipay",
        "paid_at": _text(paid),
    }
    yield {
        "type": "chat",
        "id": f"chat-{order}",
        "version": 1,
        "order": order,
        "buyer": buyer,
        "merchant": SHOP,
        "from": "buyer",
        "at": _text(signed + HOUR),
        "text": "这件怎么退？" if not story.share else f"刚拆开，{story.found}。",
    }


def _text(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
