"""A ruling while its author writes it: kept whenever it is saved, with the sum that follows; no tab overwrites another.

Knows rows and versions; refuses to know how a ruling takes effect.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Max

from arbitration import bench, linter, precedent_rules, precedents, sheet, sittings
from arbitration.drafts import Draft, Parts, without_idle_ground
from arbitration.models import (
    Admission,
    CitedClause,
    Deviation,
    DraftAside,
    Finding,
    Observation,
    Outgoing,
    Ruling,
    Skip,
)
from common.actor import Actor
from common.acts import act, require_act
from common.errors import Refused
from disputes import queries
from disputes.lifecycle import State
from disputes.models import Case

# Which ruling is written in which state of the case.
STAGES = {
    State.UNDER_REVIEW.value: Ruling.FIRST,
    State.MORE_EVIDENCE.value: Ruling.FIRST,
    State.JURY_VOTING.value: Ruling.FIRST,
    State.UNDER_APPEAL.value: Ruling.APPEAL,
}


@dataclass(frozen=True)
class Tab:
    """The page that a draft was written in. ``key``: which page, chosen anew whenever one is opened; ``turn``: how often it
    has sent, counted by its script. Without script ``turn`` is 0, and only the version tells what the page knew.
    """

    key: str = ""
    turn: int = 0


@dataclass(frozen=True)
class Saved:
    """The draft as it stands. ``aside``: it had moved on since this tab looked, so what came now is kept beside it."""

    ruling: Ruling
    aside: DraftAside | None = None


@act
def save(case_id: int, draft: Draft, *, version: int, actor: Actor, now: datetime, tab: Tab = Tab()) -> Saved:
    """What the arbitrator has so far is kept. ``version``: of the draft this was written on; 0 for the first save.

    Two tabs never overwrite each other: the later one is kept aside, and the page shows both. Saving the same again is
    harmless. A tab goes on from what it wrote itself, also where the answer never reached it; what it sent earlier and
    comes later changes nothing.
    """
    case = queries.lock(case_id)
    bench.require_office(actor)
    ruling = _own_draft(case, actor) or _start(case, actor, now)
    draft = without_idle_ground(case, draft)
    parts = Parts.of(case, draft)
    last = sittings.of(case)
    wrote = Tab(last.tab, last.turn) if last is not None and last.user_id == actor.id else Tab()
    same = bool(tab.key and tab.turn) and tab.key == wrote.key
    if version == ruling.version or (same and tab.turn > wrote.turn):
        sittings.renew(case, actor, now, tab=tab.key, turn=tab.turn)
        return Saved(_write(case, ruling, draft, parts, now))
    if same or draft_of(ruling).as_data() == draft.as_data():
        return Saved(ruling)
    return Saved(ruling, _set_aside(ruling, draft, version, tab, now))


def _set_aside(ruling: Ruling, draft: Draft, version: int, tab: Tab, now: datetime) -> DraftAside:
    """A tab that saves by itself leaves one aside, its latest."""
    kept = {"based_on": version, "body": draft.as_data(), "at": now}
    if not (tab.key and tab.turn):
        return DraftAside.objects.create(ruling=ruling, **kept)
    return DraftAside.objects.update_or_create(ruling=ruling, tab=tab.key, defaults=kept)[0]


def draft_of(ruling: Ruling) -> Draft:
    """The ruling as a form would hold it: for pages, and to begin an appeal's ruling from the first one. Six queries."""
    admissions = Admission.objects.filter(ruling=ruling).select_related("exhibit")
    return Draft(
        findings=dict(Finding.objects.filter(ruling=ruling).values_list("point__number", "finding")),
        admissions={said.exhibit.number: (said.verdict, said.reason) for said in admissions},
        skips={skip.exhibit.number: skip.reason for skip in ruling.skips.select_related("exhibit")},
        observations=dict(ruling.observations.values_list("point__number", "text")),
        clauses=tuple(CitedClause.objects.filter(ruling=ruling).order_by("place").values_list("number", flat=True)),
        remedy=ruling.remedy,
        ground=ruling.ground,
        merchant_share=ruling.merchant_share,
        value=ruling.value,
        deduction=ruling.deduction,
        compensation=ruling.compensation,
        return_freight=ruling.return_freight,
        freight_payer=ruling.freight_payer,
        reasons=ruling.reasons,
        language=ruling.language,
        deviation_reason=Deviation.objects.filter(ruling=ruling).values_list("reason", flat=True).first() or "",
    )


def problems(ruling: Ruling, *, now: datetime) -> list[linter.Problem]:
    """What the ruling still lacks, for the page's footer and preview. Reads; the acts ask again under the lock."""
    return linter.check(sheet.view(sheet.read(ruling.case, ruling), now))


def begin_again(case: Case, returned: Ruling, *, now: datetime) -> Ruling:
    """A returned ruling stays as it is; its author goes on with a copy. Inside an act."""
    require_act()
    ruling = _create(case, returned.stage, returned.author_id, now)
    draft = draft_of(returned)
    return _write(case, ruling, draft, Parts.of(case, draft), now)


def _own_draft(case: Case, actor: Actor) -> Ruling | None:
    """The actor's draft on this case, if this is the time to write one and theirs to write."""
    stage = STAGES.get(State(case.state).value)
    if stage is None:
        raise Refused("not_in_this_state", state=case.state)
    if actor.role not in bench.OFFICES:
        raise Refused("not_for_this_role", state=case.state)
    if case.assignee_id != actor.id:
        raise Refused("case_is_not_yours", state=case.state)
    found = Ruling.objects.select_for_update(of=("self",)).filter(
        case=case, round=case.round, stage=stage, state=Ruling.DRAFT
    )
    own = found.filter(author_id=actor.id).first()
    if own is not None and Outgoing.objects.filter(ruling=own).exists():
        raise Refused("ruling_is_on_its_way")
    return own


def _start(case: Case, actor: Actor, now: datetime) -> Ruling:
    assert actor.id is not None
    stage = STAGES[State(case.state).value]
    # Whoever had the case before left a draft: it is not this arbitrator's opinion, and it is not lost.
    Ruling.objects.filter(case=case, round=case.round, stage=stage, state=Ruling.DRAFT).update(state=Ruling.DROPPED)
    return _create(case, stage, actor.id, now)


def _create(case: Case, stage: str, author_id: int, now: datetime) -> Ruling:
    last = Ruling.objects.filter(case=case, round=case.round).aggregate(last=Max("ordinal"))["last"] or 0
    return Ruling.objects.create(
        case=case,
        round=case.round,
        ordinal=last + 1,
        stage=stage,
        author_id=author_id,
        currency=case.currency,
        substance_rules_id=case.substance_rules_id,
        procedure_rules_id=case.procedure_rules_id,
        started_at=now,
        saved_at=now,
    )


def _write(case: Case, ruling: Ruling, draft: Draft, parts: Parts, now: datetime) -> Ruling:
    """The draft as rows, with the sum that follows from it."""
    ruling.remedy, ruling.ground = draft.remedy, draft.ground
    ruling.merchant_share, ruling.value = draft.merchant_share, draft.value
    ruling.deduction, ruling.compensation = draft.deduction, draft.compensation
    ruling.return_freight, ruling.freight_payer = draft.return_freight, draft.freight_payer
    ruling.reasons, ruling.language = draft.reasons, draft.language
    Finding.objects.filter(ruling=ruling).delete()
    Finding.objects.bulk_create(
        Finding(ruling=ruling, point_id=point, finding=found) for point, found in parts.findings.items()
    )
    Admission.objects.filter(ruling=ruling).delete()
    Admission.objects.bulk_create(
        Admission(ruling=ruling, exhibit_id=exhibit, verdict=verdict, reason=reason)
        for exhibit, (verdict, reason) in parts.admissions.items()
    )
    Skip.objects.filter(ruling=ruling).delete()
    Skip.objects.bulk_create(Skip(ruling=ruling, exhibit_id=pk, reason=why) for pk, why in parts.skips.items())
    Observation.objects.filter(ruling=ruling).delete()
    Observation.objects.bulk_create(
        Observation(ruling=ruling, point_id=pk, text=text) for pk, text in parts.observations.items()
    )
    CitedClause.objects.filter(ruling=ruling).delete()
    CitedClause.objects.bulk_create(
        CitedClause(ruling=ruling, number=number, place=place)
        for place, number in enumerate(dict.fromkeys(draft.clauses), start=1)
    )
    calculation = sheet.read(case, ruling).calculation
    ruling.amount = calculation.amount if calculation else 0
    ruling.lines = [
        {"label": line.label, "formula": line.formula, "amount": line.amount}
        for line in (calculation.lines if calculation else ())
    ]
    ruling.version += 1
    ruling.saved_at = now
    ruling.save()
    _hold_against_the_line(case, ruling, draft.deviation_reason, now)
    return ruling


def _hold_against_the_line(case: Case, ruling: Ruling, reason: str, now: datetime) -> None:
    """What like cases say of this draft as it is now: later precedents do not undo what was complete when it was saved."""
    departs = None
    if ruling.remedy and ruling.merchant_share is not None:
        drawn = precedents.line_for(case, now=now)
        departs = precedent_rules.deviation(precedents.result_of(case, ruling), drawn)
    if departs is None and not reason:
        Deviation.objects.filter(ruling=ruling).delete()
        return
    line = departs.line if departs is not None else None
    Deviation.objects.update_or_create(
        ruling=ruling,
        defaults={
            "usual": line.result if line else "",
            "alike": line.alike if line else 0,
            "near": line.near if line else 0,
            "reason": reason,
        },
    )
