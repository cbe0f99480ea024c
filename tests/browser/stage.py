"""What the tasks need and the demo does not have: put on the stage by real acts, in the database of a running house.

`houses.House.stage` calls it in a process of that house. Twice makes twice as much.
"""

from __future__ import annotations

import json
import time
from datetime import datetime

from accounts import demo, hats
from accounts.models import Merchant
from arbitration import appeals, approvals, assignment, drafting, inquiries, rulings
from arbitration import queries as arbitration
from arbitration.appeals import NewExhibit
from arbitration.drafts import Draft
from arbitration.models import Appeal, Ruling
from common import clock
from common.actor import Actor, Role
from disputes import intervention, negotiation, queries, submissions
from disputes.intervention import Claim
from disputes.lifecycle import Kind
from disputes.models import Case
from disputes.submissions import Answer
from engine import demo_jury
from evidence import library
from evidence.models import Exhibit
from jury import seats
from rulebook import queries as rulebook
from tests import builders, reach
from tests.browser import desk_stage
from tests.browser.cast import Cast
from tests.browser.scene import in_one_go
from tests.builders import DAY, HOUR

SMALL = 10
# In minor units. The tests accept all that is as small as this: the smaller sum first.
SUMS = (1_900, 2_900)
POINTS = ("壶身纹路是裂纹，不是开片", "注水后壶体渗水", "破损发生在签收之前", "包装不足以保护壶嘴")
PAPERS = ("出库质检报告（九月）", "打包台照片（九月）")
WORDS = "出库质检照片显示壶身完好。"
FOUND = {
    "merchant": "照片上的纹路是釉面开片，注水后未见渗水。",
    "buyer": "裂纹贯通釉面，注水后渗出，商家没有证明交付时完好。",
}


def main() -> None:
    """Says as JSON which cases are there for what."""
    now = clock.now()
    builders.number_from(int(time.time() * 1000))
    people = demo.ensure_demo_accounts(now=now - 90 * DAY)
    pottery = hats.actor_for(people["merchant"], Role.MERCHANT)
    cast = Cast(
        lin=hats.actor_for(people["buyer"], Role.BUYER),
        pottery=pottery,
        arbitrator=hats.actor_for(people["arbitrator-2"], Role.ARBITRATOR),
        ruling=hats.actor_for(people["arbitrator"], Role.ARBITRATOR),
        senior=hats.actor_for(people["senior"], Role.SENIOR),
        other_senior=hats.actor_for(people["senior-2"], Role.SENIOR),
        ops=hats.actor_for(people["ops"], Role.OPS),
        shop=Merchant.objects.get(pk=pottery.merchant_id),
    )
    for name, colour in zip(PAPERS, ("sienna", "khaki"), strict=True):
        paper = reach.received(colour)
        library.keep(cast.shop.pk, paper, code="E09", name=name, sku="TEAPOT", actor=pottery, now=now)
    for paid in SUMS * SMALL:
        _open(cast, Kind.REFUND_ONLY, "杯垫 单只", paid, now - HOUR)
    told = {
        "answer": [_to_answer(cast, now - 30 * HOUR).number for _mode in ("with scripts", "without")],
        "lost": _lost(cast, now - 36 * HOUR).number,
        "jury": _before_a_jury(cast, people["juror-2"].pk, now).number,
        "sign": [_to_sign(cast, now - 36 * HOUR).number for _once in range(4)],
        "review": [_appealed(cast, now - 62 * HOUR).number for _mode in ("with scripts", "without")],
    }
    told |= desk_stage.cases(cast, now)
    print(json.dumps(told))


def _open(cast: Cast, kind: Kind, title: str, paid: int, at: datetime) -> Case:
    age = clock.now() - at + 6 * DAY
    line = builders.a_line(cast.lin, cast.shop, title=title, paid=paid, category="kitchen", age=age, chatted=False)
    return negotiation.open_refund(
        line.pk, kind=kind, type_code="DAMAGED", amount=paid, text="收到就是坏的。", actor=cast.lin, now=at
    )


@in_one_go
def _to_answer(cast: Cast, at: datetime, *, paid: int = 38_000) -> Case:
    """Four points, the buyer's evidence handed in, and the shop to confirm or dispute."""
    case = _open(cast, Kind.RETURN_REFUND, "汝窑小壶 200ml", paid, at)
    negotiation.refuse(case.pk, text="汝窑开片是天然特征。", actor=cast.pottery, now=at + 6 * HOUR)
    claim = Claim(
        type_code=case.type_code,
        remedy="R3",
        amount=case.paid,
        returns=True,
        points=POINTS,
        story="当晚开箱就看到裂纹。",
    )
    intervention.request(case.pk, claim, actor=cast.lin, now=at + 8 * HOUR)
    intervention.admit(case.pk, actor=cast.ops, now=at + 9 * HOUR)
    for code, colour in (("E06", "teal"), ("E05", "navy")):
        submissions.add_evidence(
            case.pk, reach.received(colour), code=code, name="特写", note="", actor=cast.lin, now=at + 10 * HOUR
        )
    submissions.hand_in(case.pk, actor=cast.lin, now=at + 14 * HOUR)
    return case


@in_one_go
def _before_a_jury(cast: Cast, juror: int, now: datetime) -> Case:
    """Four things to look at, and a jury on which only this juror sits: everybody else is busy with the demo's own."""
    sitting = seats.mine(juror, now)
    if sitting is not None:
        seats.recuse(sitting.token, reason="cannot_judge", actor=Actor.staff(Role.JUROR, juror), now=now)
    case = _to_answer(cast, now - 37 * HOUR)
    answers = [Answer(point.pk, "disputes", WORDS) for point in queries.points(Case.objects.get(pk=case.pk))]
    for colour in ("orange", "purple"):
        submissions.add_evidence(
            case.pk, reach.received(colour), code="E09", name="出库照", note="", actor=cast.pottery, now=now - 25 * HOUR
        )
    intervention.rebut(case.pk, answers, text=WORDS, actor=cast.pottery, now=now - 22 * HOUR)
    assignment.take(case.pk, actor=cast.arbitrator, now=now - HOUR)
    inquiries.send_to_jury(case.pk, question="照片里的是裂纹吗？", actor=cast.arbitrator, now=now)
    demo_jury.draw(case.pk, now)
    return case


@in_one_go
def _lost(cast: Cast, at: datetime) -> Case:
    """A ruling for the shop, served; the buyer may still appeal."""
    return _signed(cast, _ruled(cast, at, paid=38_000, finds="merchant", remedy="R7", share=0), at + 35.5 * HOUR)


@in_one_go
def _to_sign(cast: Cast, at: datetime) -> Case:
    """A ruling for so much that a senior has to sign it."""
    return _ruled(cast, at, paid=480_000, finds="buyer", remedy="R3", share=10_000)


@in_one_go
def _appealed(cast: Cast, at: datetime) -> Case:
    """Lost, appealed with one new photo, answered, and in the senior's hands."""
    case = _lost(cast, at)
    new = NewExhibit(reach.received("orange"), "E06", "渗水细节", "当时手机送修，照片刚找回。")
    appeals.file(
        case.pk,
        ground=Appeal.NEW_EVIDENCE,
        points=[1],
        text="补充渗水照片，请重新认定。",
        exhibits=[new],
        actor=cast.lin,
        now=at + 35.6 * HOUR,
    )
    appeals.answer(case.pk, text="照片不能证明是同一只壶。", actor=cast.pottery, now=at + 35.7 * HOUR)
    appeals.take(case.pk, actor=cast.senior, now=at + 35.8 * HOUR)
    return case


def _ruled(cast: Cast, at: datetime, *, paid: int, finds: str, remedy: str, share: int) -> Case:
    """Issued by its arbitrator: served, or waiting for a second signature where one is needed."""
    case = _to_answer(cast, at, paid=paid)
    points = queries.points(Case.objects.get(pk=case.pk))
    answers = [Answer(point.pk, "disputes", WORDS) for point in points]
    intervention.rebut(case.pk, answers, text=WORDS, actor=cast.pottery, now=at + 16 * HOUR)
    ruled_at = at + 33 * HOUR
    assignment.take(case.pk, actor=cast.arbitrator, now=ruled_at)
    exhibits = Exhibit.objects.filter(dossier_id=case.dossier_id, withdrawn_at__isnull=True).order_by("side", "place")
    admitted = {exhibit.number: ("full", "") for exhibit in exhibits}
    kind = rulebook.rules(case.substance_rules_id).type(case.type_code)
    numbers, named = "、".join(str(point.number) for point in points), "、".join(admitted)
    draft = Draft(
        findings={point.number: finds for point in points},
        admissions=admitted,
        clauses=tuple(dict.fromkeys([kind.burden.clause, kind.freight.clause, *kind.clauses]))[:3],
        remedy=remedy,
        merchant_share=share,
        reasons=f"争点 {numbers}：{FOUND[finds]}依据凭证 {named}。",
    )
    arbitration.mark_many_seen([exhibit.pk for exhibit in exhibits], actor=cast.arbitrator, now=ruled_at)
    saved = drafting.save(case.pk, draft, version=0, actor=cast.arbitrator, now=ruled_at + HOUR)
    rulings.issue(case.pk, version=saved.ruling.version, actor=cast.arbitrator, now=ruled_at + 2 * HOUR)
    return case


def _signed(cast: Cast, case: Case, at: datetime) -> Case:
    """By another senior than the one who decides appeals."""
    waiting = Ruling.objects.filter(case=case, state=Ruling.PROPOSED).first()
    if waiting is not None:
        approvals.approve(waiting.pk, actor=cast.other_senior, now=at)
    return case
