"""Drives a real case to any state by real acts. No test assigns a state."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from io import BytesIO
from typing import Any

from PIL import Image

from accounts.models import Merchant
from common import clock
from common.actor import Actor, Role
from disputes import intervention, negotiation, queries, submissions, sweep
from disputes.intervention import Claim
from disputes.lifecycle import Kind, State
from disputes.models import Case, Deadline
from disputes.submissions import Answer
from evidence import intake
from evidence.intake import Received
from tests import builders


@dataclass
class Scene:
    """A case with everybody in it."""

    case: Case
    buyer: Actor
    merchant: Actor
    shop: Merchant
    arbitrator: Actor
    senior: Actor
    ops: Actor
    more: dict[str, Any] = field(default_factory=dict)

    def reload(self) -> Case:
        self.case = Case.objects.get(pk=self.case.pk)
        return self.case

    @property
    def state(self) -> State:
        return State(self.reload().state)


def a_photo(colour: str = "teal", size: tuple[int, int] = (320, 240)) -> BytesIO:
    """A small JPEG; another colour is another file."""
    stream = BytesIO()
    Image.new("RGB", size, colour).save(stream, "JPEG")
    stream.seek(0)
    return stream


def received(colour: str = "teal") -> Received:
    return intake.receive(a_photo(colour), claimed_name=f"{colour}.jpg", now=clock.now())


def a_scene(
    *,
    kind: Kind = Kind.REFUND_ONLY,
    type_code: str = "DAMAGED",
    order_state: str = "SIGNED",
    paid: int = 68_000,
    amount: int | None = None,
    **line: Any,
) -> Scene:
    """A refund has been requested; the merchant's clock runs."""
    builders.rules()
    buyer = builders.a_buyer()
    shop = builders.a_shop()
    merchant = builders.a_member(shop)
    row = builders.a_line(buyer, shop, state=order_state, paid=paid, **line)
    case = negotiation.open_refund(
        row.pk,
        kind=kind,
        type_code=type_code,
        amount=amount if amount is not None else paid,
        text="收到时壶身有裂纹，注水后渗水。",
        actor=buyer,
        now=clock.now(),
    )
    return Scene(
        case=case,
        buyer=buyer,
        merchant=merchant,
        shop=shop,
        arbitrator=builders.an_officer(Role.ARBITRATOR),
        senior=builders.an_officer(Role.SENIOR),
        ops=builders.an_officer(Role.OPS),
    )


def claim_of(case: Case, **changes: Any) -> Claim:
    """What a buyer would plausibly claim in this case."""
    values: dict[str, Any] = {
        "type_code": case.type_code,
        "remedy": "R3" if case.returns else "R2",
        "amount": case.claimed,
        "returns": case.returns,
        "points": ("收到时壶身已有裂纹", "注水后会渗水"),
        "story": "当晚开箱就看到裂纹，马上拍照联系商家，商家说是开片。",
    }
    return Claim(**(values | changes))


def refused(**scene: Any) -> Scene:
    made = a_scene(**scene)
    negotiation.refuse(made.case.pk, text="汝窑开片是天然特征。", actor=made.merchant, now=clock.now())
    return made


def filed(**scene: Any) -> Scene:
    made = refused(**scene)
    intervention.request(made.case.pk, claim_of(made.reload()), actor=made.buyer, now=clock.now())
    return made


def admitted(**scene: Any) -> Scene:
    made = filed(**scene)
    intervention.admit(made.case.pk, actor=made.ops, now=clock.now())
    return made


def give_required_evidence(made: Scene) -> None:
    """Whatever the checklist says the buyer must give, as photos."""
    colours = ["teal", "navy", "olive", "maroon", "gray", "purple"]
    for code, colour in zip(submissions.missing_evidence(made.reload(), made.buyer.side), colours, strict=False):
        submissions.add_evidence(
            made.case.pk, received(colour), code=code, name="壶身特写", note="", actor=made.buyer, now=clock.now()
        )


def handed_in(**scene: Any) -> Scene:
    made = admitted(**scene)
    give_required_evidence(made)
    submissions.hand_in(made.case.pk, actor=made.buyer, now=clock.now())
    return made


def answers(made: Scene, stance: str = "disputes") -> list[Answer]:
    return [
        Answer(point.pk, stance, "出库时完好。")
        for point in queries.points(made.reload())
        if point.raised_by != "merchant"
    ]


def queued(**scene: Any) -> Scene:
    made = handed_in(**scene)
    intervention.rebut(made.case.pk, answers(made), text="出库质检完好。", actor=made.merchant, now=clock.now())
    return made


def let_term_end(made: Scene) -> datetime:
    """Travel to the end of the case's current term and let the sweep enforce it."""
    deadline = Deadline.objects.filter(case=made.case, state=Deadline.PENDING).order_by("due_at").first()
    assert deadline is not None
    now = builders.travel_to(deadline.due_at + timedelta(seconds=1))
    sweep.fire_due()
    made.reload()
    return now
