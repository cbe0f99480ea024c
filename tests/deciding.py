"""Drives a real case through the bench: taken, drafted, served, appealed. By acts only."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from accounts.models import User
from arbitration import appeals, assignment, calculator, drafting, linter, outgoing, queries, rulings
from arbitration.drafts import Draft
from arbitration.models import Appeal, Ruling
from common import clock
from common.actor import Actor, Role
from disputes.models import Point
from evidence.models import Exhibit
from rulebook import editions, publishing
from rulebook.models import RuleSet
from tests import builders, reach
from tests.reach import Scene

REASONS = "签收当晚即报损，照片显示裂纹贯通釉面，注水后渗出；商家没有证明交付时完好，应由商家承担责任。"
FOR_THE_MERCHANT = "照片里的细纹只在釉面，注水后不渗；商家的出库照片显示交付时完好，不能认定是质量问题。"


def rules(*, jury: bool = False, juries: Sequence[dict[str, int]] = (), **thresholds: Any) -> None:
    """The shipped catalogue with other thresholds: by default nobody is new and nothing is sampled."""
    if RuleSet.objects.exists():
        return
    edition = editions.shipped_as("taobao-classic")
    body = copy.deepcopy(edition.body)
    body["thresholds"] |= {"new_arbitrator_rulings": 0, "second_look_basis_points": 0} | thresholds
    body["switches"] |= {"jury": jury}
    if jury:  # the things that these tests dispute cost more than a jury is asked about
        body["juries"] = list(juries) or [*body["juries"][:-1], {**body["juries"][-1], "up_to": 100_000}]
    publishing.publish(
        edition.profile,
        version="test.1",
        body=body,
        effective_from=edition.effective_from,
        actor=Actor.system(),
        now=clock.now(),
    )
    publishing.load_catalogue(actor=Actor.system(), now=clock.now())


def taken(**scene: Any) -> Scene:
    """Under review, a day after the file was complete: everything on it may be cited."""
    rules()
    made = reach.queued(**scene)
    builders.travel(timedelta(hours=25))
    assignment.take(made.case.pk, actor=made.arbitrator, now=clock.now())
    made.reload()
    return made


def a_draft(made: Scene, **changes: Any) -> Draft:
    """A ruling for the buyer that lacks nothing: a partial refund, or a return if one was asked."""
    case = made.reload()
    points = list(Point.objects.filter(case=case, round=case.round).order_by("number"))
    exhibits = list(
        Exhibit.objects.filter(dossier_id=case.dossier_id, withdrawn_at__isnull=True).order_by("side", "place")
    )
    cited = "、".join(exhibit.number for exhibit in exhibits)
    numbers = "、".join(str(point.number) for point in points)
    draft = Draft(
        findings={point.number: "buyer" for point in points},
        admissions={exhibit.number: ("full", "") for exhibit in exhibits},
        clauses=("2.5", "4.2"),
        remedy="R3" if case.returns else "R2",
        merchant_share=10_000,
        reasons=f"争点 {numbers}：{REASONS}依据凭证 {cited}。",
    )
    draft = replace(draft, **changes)
    if draft.remedy in calculator.PARTIAL and "merchant_share" not in changes:
        return replace(draft, merchant_share=9_900)  # all of the price and the goods is no partial refund
    return draft


def for_the_merchant(made: Scene) -> Draft:
    draft = a_draft(made, remedy="R7", merchant_share=0)
    reasons = draft.reasons.replace(REASONS, FOR_THE_MERCHANT)
    return replace(draft, findings=dict.fromkeys(draft.findings, "merchant"), reasons=reasons)


def has_looked(made: Scene, *, actor: Actor, now: datetime) -> None:
    """This person has opened everything on the file."""
    listed = Exhibit.objects.filter(dossier_id=made.reload().dossier_id, withdrawn_at__isnull=True)
    queries.mark_many_seen(list(listed.values_list("pk", flat=True)), actor=actor, now=now)


def drafted(made: Scene, draft: Draft | None = None, *, actor: Actor | None = None, looked: bool = True) -> Ruling:
    """Everything was opened and the draft is saved, on top of whatever there is."""
    author = actor or made.arbitrator
    there = Ruling.objects.filter(case=made.case, state=Ruling.DRAFT, author_id=author.id).first()
    saved = drafting.save(
        made.case.pk,
        draft or a_draft(made),
        version=there.version if there else 0,
        actor=author,
        now=clock.now(),
    )
    assert saved.aside is None
    if looked:
        has_looked(made, actor=author, now=clock.now())
    return saved.ruling


def goes_out(made: Scene) -> Scene:
    """Ten seconds after a ruling was sent out by its page."""
    builders.travel(outgoing.HOLD)
    outgoing.release_due(clock.now())
    made.reload()
    return made


def served(draft: Draft | None = None, **scene: Any) -> Scene:
    made = taken(**scene)
    ruling = drafted(made, draft)
    rulings.issue(made.case.pk, version=ruling.version, actor=made.arbitrator, now=clock.now())
    made.reload()
    return made


def dismissed(**scene: Any) -> Scene:
    """Ruled for the merchant: the buyer has something to appeal against."""
    made = taken(**scene)
    ruling = drafted(made, for_the_merchant(made))
    rulings.issue(made.case.pk, version=ruling.version, actor=made.arbitrator, now=clock.now())
    made.reload()
    return made


def appealed(made: Scene, *, by: Actor | None = None, colour: str = "orange") -> Appeal:
    """With one new photo, on the first point."""
    new = appeals.NewExhibit(reach.received(colour), "E06", "渗水细节", "当时手机送修，照片刚找回")
    return appeals.file(
        made.case.pk,
        ground=Appeal.NEW_EVIDENCE,
        points=[1],
        text="补充渗水照片，请重新认定。",
        exhibits=[new],
        actor=by or made.buyer,
        now=clock.now(),
    )


def appealed_by_rule(made: Scene) -> Scene:
    """Of a ruling for the buyer: the buyer finds the sum too small, on no new evidence; answered, taken by the senior."""
    appeals.file(
        made.case.pk, ground=Appeal.RULE_ERROR, points=[], text="金额算少了。", actor=made.buyer, now=clock.now()
    )
    appeals.answer(made.case.pk, text="规则没有用错。", actor=made.merchant, now=clock.now())
    appeals.take(made.case.pk, actor=made.senior, now=clock.now())
    made.reload()
    return made


def under_appeal(*, looked: bool = True, **scene: Any) -> Scene:
    """Answered, taken by the senior who opened what is new, and old enough that it may be cited."""
    made = dismissed(**scene)
    appealed(made)
    appeals.answer(made.case.pk, text="照片不能证明是同一只壶。", actor=made.merchant, now=clock.now())
    builders.travel(timedelta(hours=25))
    appeals.take(made.case.pk, actor=made.senior, now=clock.now())
    if looked:
        new = Appeal.objects.get(case=made.case).exhibits
        queries.mark_many_seen(new, actor=made.senior, now=clock.now())
    made.reload()
    return made


def of_what_is_new(made: Scene) -> str:
    """What the reasons of a decision say of the evidence that came with the appeal."""
    brought = Appeal.objects.get(case=made.case).exhibits
    listed = Exhibit.objects.filter(pk__in=brought).order_by("place")
    return f"新证据 {'、'.join(exhibit.number for exhibit in listed)} 不予采信。"


def another(role: Role) -> Actor:
    return builders.an_officer(role)


def problems(ruling: Ruling) -> list[linter.Problem]:
    return drafting.problems(Ruling.objects.get(pk=ruling.pk), now=clock.now())


def work(made: Scene, actor: Actor) -> queries.Workspace:
    return queries.workspace(made.case.pk, actor=actor)


def name_of(actor: Actor) -> str:
    return User.objects.get(pk=actor.id).display_name
