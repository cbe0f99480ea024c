"""Cases on an arbitrator's desk: standard ones to be ruled, one to ask more about, and one with a great deal of evidence."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from arbitration import assignment
from common import clock
from common.actor import Actor
from common.acts import act
from disputes import intervention, negotiation, queries, submissions
from disputes.intervention import Claim
from disputes.lifecycle import Kind
from disputes.models import Case
from disputes.submissions import Answer
from evidence import dossiers
from tests import builders, reach
from tests.browser.cast import Cast
from tests.browser.scene import in_one_go
from tests.builders import DAY, HOUR

POINTS = ("壶身纹路是裂纹，不是开片", "注水后壶体渗水", "破损发生在签收之前", "包装不足以保护壶嘴")
BUYERS, MERCHANTS = (("E06", "teal"), ("E05", "navy"), ("E06", "olive")), (("E09", "sienna"), ("E09", "khaki"))
# More than anybody hands in: what the page has to hold.
MUCH = 60
# More than stands under a picture: the rest is folded away until somebody wants it.
STORY = "当晚开箱就看到裂纹，从壶肩一直贯通到底足，注水两分钟后壶底渗出水来。" * 12 + "第二天一早就联系了商家。"


def cases(cast: Cast, now: datetime) -> dict[str, Any]:
    """``rule``: two standard cases of four points and seven exhibits; ``ask``: two more; ``much``: one of sixty exhibits."""
    at = now - 40 * HOUR
    return {
        "rule": [_taken(cast, at).number for _mode in ("by keys", "without scripts")],
        "ask": [_taken(cast, at).number for _mode in ("by keys", "without scripts")],
        "much": _taken(cast, at, texts=MUCH).number,
    }


@act
def _write(dossier_id: int, count: int, *, buyer: Actor, merchant: Actor, now: datetime) -> None:
    for number in range(count):
        side, actor = (("buyer", buyer), ("merchant", merchant))[number % 2]
        dossiers.add_text(dossier_id, f"第 {number} 段说明。", side=side, name=f"说明 {number}", actor=actor, now=now)


@in_one_go
def _taken(cast: Cast, at: datetime, *, texts: int = 0) -> Case:
    age = clock.now() - at + 6 * DAY
    line = builders.a_line(
        cast.lin, cast.shop, title="汝窑小壶 180ml", paid=36_000, category="kitchen", age=age, chatted=False
    )
    case = negotiation.open_refund(
        line.pk,
        kind=Kind.RETURN_REFUND,
        type_code="DAMAGED",
        amount=line.paid,
        text="壶身裂了。",
        actor=cast.lin,
        now=at,
    )
    negotiation.refuse(case.pk, text="汝窑开片是天然特征。", actor=cast.pottery, now=at + 2 * HOUR)
    claim = Claim(
        type_code=case.type_code,
        remedy="R3",
        amount=case.paid,
        returns=True,
        points=POINTS,
        story=STORY if texts else "当晚开箱就看到裂纹。",
    )
    intervention.request(case.pk, claim, actor=cast.lin, now=at + 13 * HOUR)
    intervention.admit(case.pk, actor=cast.ops, now=at + 14 * HOUR)
    for actor, pieces in ((cast.lin, BUYERS), (cast.pottery, MERCHANTS)):
        for number, (code, colour) in enumerate(pieces, start=1):
            submissions.add_evidence(
                case.pk,
                reach.received(colour),
                code=code,
                name=f"照片 {number}",
                note="",
                actor=actor,
                now=at + 15 * HOUR,
            )
    if texts:
        _write(case.dossier_id, texts, buyer=cast.lin, merchant=cast.pottery, now=at + 15 * HOUR)
    submissions.hand_in(case.pk, actor=cast.lin, now=at + 30 * HOUR)
    points = queries.points(Case.objects.get(pk=case.pk))
    answers = [Answer(point.pk, "disputes", "出库质检照片显示壶身完好。") for point in points]
    intervention.rebut(case.pk, answers, text="出库质检完好。", actor=cast.pottery, now=at + 31 * HOUR)
    assignment.take(case.pk, actor=cast.ruling, now=at + 36 * HOUR)
    return Case.objects.get(pk=case.pk)
