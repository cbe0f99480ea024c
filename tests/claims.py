"""Drives a merchant's claim about a payout: a real case is paid out first, then contested. By acts only."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

from arbitration import approvals, assignment, rulings
from arbitration.drafts import Draft
from common import clock
from common.actor import Role
from disputes import claims, intervention, negotiation, payouts, queries, submissions
from disputes.claims import Contest
from disputes.models import Case
from disputes.payouts import Payout
from enforcement import execution, movements
from engine import delivery
from marketplace.models import OrderLine, Shipment
from tests import builders, deciding, reach
from tests.reach import Scene

REASONS = "拆包视频显示退回的不是原物，序列号不一致，买家的说法没有凭证支持，买家应当退回。"
POINTS = ("退回的不是本店的商品", "退款不应由本店承担")


def run() -> None:
    """What the engine does until nothing is due: consequences, and money."""
    for _round in range(12):
        delivery.deliver()
        movements.post_due(500, now=clock.now())
        due = execution.due_steps(clock.now(), limit=50)
        if not due:
            break
        for step_id in due:
            execution.attempt(step_id, now=clock.now())
    delivery.deliver()


def came_back(line: OrderLine) -> None:
    """A carrier has brought something back to the shop."""
    Shipment.objects.create(
        source="test",
        external_id=f"back-{line.pk}",
        version=1,
        seen_digest="0" * 64,
        received_at=clock.now(),
        order=line.order,
        direction=Shipment.Direction.RETURN,
        carrier="顺丰速运",
        tracking_number="SF123456789012",
        shipped_at=clock.now(),
    )


def paid_out(*, returned: bool = True, **scene: Any) -> Scene:
    """The merchant agreed to the refund, and the marketplace has paid it."""
    deciding.rules()
    made = reach.a_scene(**scene)
    if returned:
        came_back(made.case.line)
    movements.post_due(500, now=clock.now())
    negotiation.agree_refund(made.case.pk, actor=made.merchant, now=clock.now())
    run()
    assert made.reload().state == "closed", made.case.state
    return made


def ruled_and_paid(**scene: Any) -> Scene:
    """The platform ruled for the buyer, nobody appealed, and the marketplace has paid."""
    made = deciding.served(**scene)
    came_back(made.case.line)
    movements.post_due(500, now=clock.now())
    reach.let_term_end(made)
    reach.let_term_end(made)
    run()
    assert made.reload().state == "closed", made.case.state
    return made


def a_contest(payout_amount: int, **changes: Any) -> Contest:
    values: dict[str, Any] = {
        "reason": "swapped",
        "amount": payout_amount,
        "points": POINTS,
        "story": "退款后开箱，退回的是另一件旧货，序列号对不上。",
        "new_facts": "仓库拆包视频当时没有调出来，现在已经找到。",
    }
    return Contest(**(values | changes))


def filed(made: Scene | None = None, **changes: Any) -> Scene:
    """The scene of the claim itself; the case that paid is ``more["earlier"]``."""
    made = made or paid_out()
    earlier = made.reload()
    assert earlier.outcome is not None
    case = claims.file(
        earlier.number, a_contest(earlier.outcome.amount, **changes), actor=made.merchant, now=clock.now()
    )
    return Scene(
        case, made.buyer, made.merchant, made.shop, made.arbitrator, made.senior, made.ops, {"earlier": earlier}
    )


def admitted(made: Scene | None = None, **changes: Any) -> Scene:
    claim = filed(made, **changes)
    intervention.admit(claim.case.pk, actor=claim.ops, now=clock.now())
    claim.reload()
    return claim


def handed_in(made: Scene | None = None, **changes: Any) -> Scene:
    """The merchant has shown something and said that it is complete: the buyer's 24 hours run."""
    claim = admitted(made, **changes)
    show_proof(claim)
    submissions.hand_in(claim.case.pk, actor=claim.merchant, now=clock.now())
    claim.reload()
    return claim


def show_proof(claim: Scene, colour: str = "black") -> None:
    submissions.add_evidence(
        claim.case.pk,
        reach.received(colour),
        code="E13",
        name="序列号比对",
        note="",
        actor=claim.merchant,
        now=clock.now(),
    )


def answers(claim: Scene, stance: str = "disputes") -> list[submissions.Answer]:
    return [
        submissions.Answer(point.pk, stance, "退回的就是收到的那一件。") for point in queries.points(claim.reload())
    ]


def queued(made: Scene | None = None, **changes: Any) -> Scene:
    claim = handed_in(made, **changes)
    intervention.rebut(claim.case.pk, answers(claim), text="没有调换。", actor=claim.buyer, now=clock.now())
    claim.reload()
    return claim


def taken(made: Scene | None = None, **changes: Any) -> Scene:
    claim = queued(made, **changes)
    if claim.case.pk != claim.more["earlier"].pk and claim.more["earlier"].ruled_by_id == claim.arbitrator.id:
        claim.arbitrator = builders.an_officer(Role.ARBITRATOR)
    builders.travel(timedelta(hours=25))
    assignment.take(claim.case.pk, actor=claim.arbitrator, now=clock.now())
    claim.reload()
    return claim


def upheld(claim: Scene, *, share: int = 0, remedy: str = "R17", **changes: Any) -> Draft:
    """A ruling that the claim is right. ``share``: what of it stays with the merchant, in basis points."""
    draft = deciding.a_draft(claim, remedy=remedy, merchant_share=share, clauses=("2.2", "8.8"), **changes)
    findings = dict.fromkeys(draft.findings, "merchant")
    return replace(draft, findings=findings, reasons=draft.reasons.replace(deciding.REASONS, REASONS))


def served(claim: Scene | None = None, draft: Any = None) -> Scene:
    claim = claim or taken()
    ruling = deciding.drafted(claim, draft or upheld(claim))
    issued = rulings.issue(claim.case.pk, version=ruling.version, actor=claim.arbitrator, now=clock.now())
    if issued.state == issued.PROPOSED:
        approvals.approve(issued.pk, actor=claim.senior, now=clock.now())
    claim.reload()
    return claim


def carried_out(claim: Scene) -> Scene:
    """The appeal window is over and the money has moved."""
    reach.let_term_end(claim)
    run()
    claim.reload()
    return claim


def earlier_of(claim: Scene) -> Scene:
    """The scene of the case that paid."""
    return replace(claim, case=claim.more["earlier"], more={})


def payout(case: Case) -> Payout:
    return payouts.of_case(case)
