"""Rulings from draft to letter. Every way to serve one runs the linter under the lock; there is no other way.

Knows what was decided; refuses to know who pays it from where.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from django.db.models import Max

from arbitration import bench, letters, linter, precedent_rules, precedents, prints, sheet, signature, sittings
from arbitration.models import (
    Admission,
    Appeal,
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
from common.errors import Conflict, Missing, Refused
from disputes import amounts, queries, statements, supplements
from disputes.awards import Award, Payer, Source
from disputes.lifecycle import LIFECYCLE, Event, Facts, State
from disputes.models import Case, Point
from disputes.supplements import Item
from disputes.transitions import advance
from evidence.models import Exhibit
from jury import panels
from rulebook import queries as rulebook

INCOMPLETE = "ruling_incomplete"
LONGEST_REASONS = 8_000
LONGEST_DEVIATION = 500
LONGEST_SKIP = 200
LONGEST_OBSERVATION = 1_000
MOST_CLAUSES = 20
HIGHEST = 10**13
LANGUAGES = ("zh-hans", "zh-hant", "en")
FINDINGS = (Finding.BUYER, Finding.MERCHANT, Finding.UNDETERMINED)
VERDICTS = (Admission.FULL, Admission.PART, Admission.NONE)

# Which ruling is written in which state of the case.
STAGES = {
    State.UNDER_REVIEW.value: Ruling.FIRST,
    State.MORE_EVIDENCE.value: Ruling.FIRST,
    State.JURY_VOTING.value: Ruling.FIRST,
    State.UNDER_APPEAL.value: Ruling.APPEAL,
}


@dataclass(frozen=True)
class Draft:
    """What a form holds: everything may still be missing. Sums in minor units, ``merchant_share`` in basis points.

    ``findings``: point number → buyer, merchant, undetermined. ``admissions``: exhibit number → (full, part or none;
    reason code). ``skips``: exhibit number → why it was not opened. ``observations``: point number → what the author noted
    for the bench. ``freight_payer`` empty: as the rule says. ``value``: of what is lost or missing, for partial refunds, or
    of what is ordered in kind. ``return_freight``: ``None`` for as much as the rule gives. ``deviation_reason``: why it
    departs from how like cases were decided.
    """

    findings: Mapping[int, str] = field(default_factory=dict)
    admissions: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    skips: Mapping[str, str] = field(default_factory=dict)
    observations: Mapping[int, str] = field(default_factory=dict)
    clauses: tuple[str, ...] = ()
    remedy: str = ""
    ground: str = ""
    merchant_share: int | None = None
    value: int | None = None
    deduction: int = 0
    compensation: int = 0
    return_freight: int | None = None
    freight_payer: str = ""
    reasons: str = ""
    language: str = "zh-hans"
    deviation_reason: str = ""

    def as_data(self) -> dict[str, Any]:
        """JSON-safe, the same for the same draft."""
        return {
            "findings": {str(number): finding for number, finding in sorted(self.findings.items())},
            "admissions": {number: list(said) for number, said in sorted(self.admissions.items())},
            "skips": {number: why for number, why in sorted(self.skips.items()) if why},
            "observations": {str(number): text for number, text in sorted(self.observations.items()) if text},
            "clauses": list(self.clauses),
            "remedy": self.remedy,
            "ground": self.ground,
            "merchant_share": self.merchant_share,
            "value": self.value,
            "deduction": self.deduction,
            "compensation": self.compensation,
            "return_freight": self.return_freight,
            "freight_payer": self.freight_payer,
            "reasons": self.reasons,
            "language": self.language,
            "deviation_reason": self.deviation_reason,
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


# --- drafting -------------------------------------------------------------------------------------------------


@act
def save_draft(case_id: int, draft: Draft, *, version: int, actor: Actor, now: datetime, tab: Tab = Tab()) -> Saved:
    """What the arbitrator has so far is kept. ``version``: of the draft this was written on; 0 for the first save.

    Two tabs never overwrite each other: the later one is kept aside, and the page shows both. Saving the same again is
    harmless. A tab goes on from what it wrote itself, also where the answer never reached it; what it sent earlier and
    comes later changes nothing.
    """
    case = queries.lock(case_id)
    bench.require_office(actor)
    ruling = _own_draft(case, actor) or _start(case, actor, now)
    parts = _Parts.of(case, draft)
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
    return _write(case, ruling, draft, _Parts.of(case, draft), now)


# --- issuing --------------------------------------------------------------------------------------------------


@act
def issue(case_id: int, *, version: int, actor: Actor, now: datetime, seen: int | None = None) -> Ruling:
    """The ruling goes out: served at once, or proposed to a senior where a second signature is needed."""
    return issue_now(*lock_draft(case_id, Event.RULING_SERVED, version, actor, now, seen), actor, now)


def issue_now(case: Case, ruling: Ruling, actor: Actor, now: datetime) -> Ruling:
    """Inside an act that holds the case and its author's draft: served, or proposed where a second signature is needed."""
    require_act()
    why = reasons_for_approval(case, ruling)
    return _propose(case, ruling, why, actor, now) if why else _serve(case, ruling, why, actor, now)


def require_servable(case: Case, ruling: Ruling, wrong: list[linter.Problem], actor: Actor, now: datetime) -> None:
    """Refuses as serving would, and writes nothing: the table's own reason first, then everything that is ``wrong``."""
    require_act()
    facts = bench.facts(case, actor, now, needs_approval=False, refusals=(INCOMPLETE,) if wrong else ())
    said = LIFECYCLE.weigh(State(case.state), Event.RULING_SERVED, actor.role, facts)
    if isinstance(said, str) and said != INCOMPLETE:
        raise Refused(said, state=case.state)
    if wrong:
        raise Refused(INCOMPLETE, problems=[problem.as_data() for problem in wrong])


@act
def propose(case_id: int, *, version: int, actor: Actor, now: datetime, seen: int | None = None) -> Ruling:
    """The ruling waits for a second signature, unchanged from now on."""
    case, ruling = lock_draft(case_id, Event.RULING_PROPOSED, version, actor, now, seen)
    return _propose(case, ruling, reasons_for_approval(case, ruling), actor, now)


@act
def serve(case_id: int, *, version: int, actor: Actor, now: datetime, seen: int | None = None) -> Ruling:
    """The ruling is served on both sides and the appeal window is open. Refused where a second signature is needed."""
    case, ruling = lock_draft(case_id, Event.RULING_SERVED, version, actor, now, seen)
    return _serve(case, ruling, reasons_for_approval(case, ruling), actor, now)


def reasons_for_approval(case: Case, ruling: Ruling) -> list[str]:
    """Why a senior has to sign this ruling; empty: nobody has to. Codes of `signature`."""
    rules = rulebook.rules(ruling.substance_rules_id)
    thresholds = rulebook.rules(ruling.procedure_rules_id).thresholds
    remedy = rules.remedies.get(ruling.remedy)
    served = Ruling.objects.filter(author_id=ruling.author_id, served_at__isnull=False)
    return signature.reasons_for_approval(
        amount=ruling.amount,
        currency=ruling.currency,
        gated=remedy is not None and remedy.gated,
        served_before=served[: thresholds.new_arbitrator_rulings].count(),
        case_number=case.number,
        thresholds=thresholds,
        deviates=Deviation.objects.filter(ruling=ruling).exclude(usual="").exists(),
    )


def serve_now(
    case: Case,
    ruling: Ruling,
    event: Event,
    *,
    source: Source,
    facts: Facts,
    actor: Actor,
    now: datetime,
    data: Mapping[str, Any] | None = None,
    appeal: Appeal | None = None,
    why: str = "",
) -> Ruling:
    """The one way by which a ruling takes effect: file sealed, linted, letter given, case moved, outcome recorded.

    Inside an act that holds the case. Raises `Refused` ``ruling_incomplete`` with every problem in its data.
    """
    require_act()
    bench.seal(case, now=now)
    whole = sheet.read(case, ruling)
    wrong = linter.check(sheet.view(whole, now))
    calculation = whole.calculation
    if wrong or calculation is None:
        _refuse(case, event, facts, wrong, actor, now)
        raise AssertionError("unreachable")
    kind = letters.RULING if ruling.stage == Ruling.FIRST else letters.APPEAL_RULING
    sealed = letters.seal(
        letters.compose(whole, calculation, kind=kind, author_id=ruling.author_id, now=now, appeal=appeal, reasons=why)
    )
    award = Award(
        source=source,
        remedy=ruling.remedy,
        amount=calculation.amount,
        currency=case.currency,
        returns=calculation.returns,
        pays=calculation.pays,
        freight_amount=calculation.freight_amount,
        freight_payer=calculation.freight_payer,
        ground=ruling.ground,
        merchant_share=ruling.merchant_share or 0,
        substitute=calculation.substitute,
        lines=calculation.lines,
    )
    entry = {
        "ruling": ruling.pk,
        "ordinal": ruling.ordinal,
        "stage": ruling.stage,
        "letter_code": sealed.code,
        "letter_digest": sealed.digest,
        **(data or {}),
    }
    facts = replace(facts, returns=calculation.returns, pays=calculation.pays)
    # On appeal the case stays known as the first arbitrator's; the ruling itself names who changed it.
    changes = {"ruled_by_id": ruling.author_id} if ruling.stage == Ruling.FIRST else {}
    advance(case, event, actor=actor, now=now, facts=facts, award=award, changes=changes, data=entry)
    Ruling.objects.filter(case=case, round=case.round, state=Ruling.SERVED).update(state=Ruling.SUPERSEDED)
    ruling.state = Ruling.SERVED
    ruling.served_at = now
    ruling.letter = sealed.body
    ruling.letter_code = sealed.code
    ruling.letter_digest = sealed.digest
    ruling.save()
    prints.order(ruling, now=now)
    return ruling


# --- other things an arbitrator does with a case in hand ------------------------------------------------------


@act
def ask_more(
    case_id: int,
    *,
    sides: str = "",
    points: tuple[int, ...] = (),
    text: str = "",
    items: Sequence[Item] = (),
    actor: Actor,
    now: datetime,
    seen: int | None = None,
) -> Case:
    """One side or both have 48 hours to add evidence on these points (T17); the review clock stands still.

    ``items`` say piece by piece what is missing and why, and with them whom and on which points; then ``text`` may be
    empty. Without them ``sides`` (buyer, merchant or both), ``points`` and ``text`` say it in general.
    """
    case = queries.lock(case_id, seen=seen)
    bench.require_office(actor)
    if items:
        sides, points = supplements.sides(items), tuple(item.point for item in items)
        supplements.keep(case, items, actor=actor, now=now)
    if sides not in ("buyer", "merchant", "both"):
        raise Refused("side_unknown")
    known = set(Point.objects.filter(case=case, round=case.round).values_list("number", flat=True))
    if not points or not set(points) <= known:
        raise Refused("point_unknown")
    statement = statements.add(case, "ask_more", text, actor=actor, now=now, required=not items)
    data: dict[str, Any] = {"asked": sides, "points": sorted(set(points)), **statements.ref(statement)}
    if items:
        data["items"] = [{"side": item.side, "code": item.code, "point": item.point} for item in items]
    return advance(
        case,
        Event.MORE_EVIDENCE_ASKED,
        actor=actor,
        now=now,
        facts=bench.facts(case, actor, now),
        changes={"asked": sides},
        data=data,
    )


@act
def send_to_jury(case_id: int, *, question: str, actor: Actor, now: datetime, seen: int | None = None) -> Case:
    """The public jury votes on one question (T20). Without a quorum the case comes back to its arbitrator.

    Raises `Refused`: ``jury_is_off`` where the rules of the case know no jury, ``jury_only_for_less``, ``jury_has_spoken``.
    """
    case = queries.lock(case_id, seen=seen)
    bench.require_office(actor)
    statement = statements.add(case, "jury_question", question, actor=actor, now=now, required=True)
    assert statement is not None
    refusals = panels.refusals(case)
    panel = panels.prepare(case, statement, now=now) if not refusals else None
    data = {**statements.ref(statement), **(panels.as_entry_data(panel) if panel else {})}
    facts = bench.facts(case, actor, now, refusals=refusals)
    case = advance(case, Event.SENT_TO_JURY, actor=actor, now=now, facts=facts, data=data)
    if panel is not None:
        panel.save()
    return case


# --- inside -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Parts:
    """A checked draft's findings, admissions, skips and observations as rows will hold them."""

    findings: dict[int, str]
    admissions: dict[int, tuple[str, str]]
    skips: dict[int, str]
    observations: dict[int, str]

    @classmethod
    def of(cls, case: Case, draft: Draft) -> _Parts:
        """Refuses what no form of this house could have sent. What is merely missing is the linter's to say."""
        _check(case, draft)
        points = dict(Point.objects.filter(case=case, round=case.round).values_list("number", "pk"))
        exhibits = {
            exhibit.number: exhibit.pk
            for exhibit in Exhibit.objects.filter(dossier_id=case.dossier_id).only("side", "place")
        }
        if not {*draft.findings, *draft.observations} <= set(points) or not {*draft.admissions, *draft.skips} <= set(
            exhibits
        ):
            raise Missing
        return cls(
            findings={points[number]: finding for number, finding in draft.findings.items() if finding},
            admissions={exhibits[number]: said for number, said in draft.admissions.items() if said[0]},
            skips={exhibits[number]: why.strip() for number, why in draft.skips.items() if why.strip()},
            observations={points[number]: text.strip() for number, text in draft.observations.items() if text.strip()},
        )


def _check(case: Case, draft: Draft) -> None:
    rules = rulebook.rules(case.substance_rules_id)
    if any(finding not in ("", *FINDINGS) for finding in draft.findings.values()):
        raise Refused("finding_unknown")
    if any(verdict not in ("", *VERDICTS) for verdict, _ in draft.admissions.values()):
        raise Refused("verdict_unknown")
    if any(reason and reason not in rules.admission_reasons for _, reason in draft.admissions.values()):
        raise Refused("reason_unknown")
    if draft.remedy and draft.remedy not in rules.remedies:
        raise Refused("remedy_unknown", remedy=draft.remedy)
    if draft.ground and draft.ground not in rules.grounds:
        raise Refused("ground_unknown", ground=draft.ground)
    if draft.merchant_share is not None and not 0 <= draft.merchant_share <= 10_000:
        raise Refused("share_out_of_range")
    if draft.value is not None and not 0 <= draft.value <= case.paid:
        raise amounts.out_of_range(case)
    if any(not 0 <= amount <= HIGHEST for amount in (draft.deduction, draft.compensation, draft.return_freight or 0)):
        raise Refused("amount_out_of_range", highest=HIGHEST, currency=case.currency)
    if draft.freight_payer and draft.freight_payer not in [payer.value for payer in Payer]:
        raise Refused("payer_unknown")
    if len(draft.clauses) > MOST_CLAUSES or any(len(number) > 12 for number in draft.clauses):
        raise Refused("too_many_clauses", most=MOST_CLAUSES)
    if len(draft.deviation_reason) > LONGEST_DEVIATION:
        length = len(draft.deviation_reason)
        raise Refused("text_too_long", field="deviation_reason", longest=LONGEST_DEVIATION, length=length)
    if len(draft.reasons) > LONGEST_REASONS:
        raise Refused("text_too_long", field="reasons", longest=LONGEST_REASONS, length=len(draft.reasons))
    for name, texts, longest in (
        ("skip", draft.skips, LONGEST_SKIP),
        ("observation", draft.observations, LONGEST_OBSERVATION),
    ):
        length = max((len(text) for text in texts.values()), default=0)
        if length > longest:
            raise Refused("text_too_long", field=name, longest=longest, length=length)
    if draft.language not in LANGUAGES:
        raise Refused("language_unknown")


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


def _write(case: Case, ruling: Ruling, draft: Draft, parts: _Parts, now: datetime) -> Ruling:
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
        exhibits = Exhibit.objects.filter(dossier_id=case.dossier_id, withdrawn_at__isnull=True)
        near = precedents.near(
            case,
            points=Point.objects.filter(case=case, round=case.round).values_list("text", flat=True),
            exhibits=exhibits.values_list("side", "code"),
            until=now,
        )
        departs = precedent_rules.deviation(precedents.result_of(case, ruling), near.line)
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


def lock_draft(
    case_id: int, event: Event, version: int, actor: Actor, now: datetime, seen: int | None
) -> tuple[Case, Ruling]:
    """The case, then the actor's draft as they saw it. Who may issue it is the table's to say."""
    require_act()
    case = queries.lock(case_id, seen=seen)
    bench.require_office(actor)
    drafts = Ruling.objects.select_for_update(of=("self",)).filter(
        case=case, round=case.round, stage=Ruling.FIRST, state=Ruling.DRAFT
    )
    ruling = drafts.first()
    if ruling is None or ruling.author_id != actor.id:
        # The table's own reason first: it is not their case, or no longer the time for it.
        advance(case, event, actor=actor, now=now, facts=bench.facts(case, actor, now, refusals=("no_draft",)))
        raise Refused("no_draft")
    if ruling.version != version:
        raise Conflict(seen=version, now=ruling.version)
    return case, ruling


def _propose(case: Case, ruling: Ruling, why: list[str], actor: Actor, now: datetime) -> Ruling:
    bench.seal(case, now=now)
    facts = bench.facts(case, actor, now, needs_approval=bool(why))
    wrong = linter.check(sheet.view(sheet.read(case, ruling), now))
    if wrong:
        _refuse(case, Event.RULING_PROPOSED, facts, wrong, actor, now)
    data = {"ruling": ruling.pk, "ordinal": ruling.ordinal, "because": why}
    advance(case, Event.RULING_PROPOSED, actor=actor, now=now, facts=facts, data=data)
    ruling.state, ruling.proposed_at, ruling.needs_approval_because = Ruling.PROPOSED, now, why
    ruling.save()
    return ruling


def _serve(case: Case, ruling: Ruling, why: list[str], actor: Actor, now: datetime) -> Ruling:
    facts = bench.facts(case, actor, now, needs_approval=bool(why))
    return serve_now(
        case,
        ruling,
        Event.RULING_SERVED,
        source=Source.RULED,
        facts=facts,
        actor=actor,
        now=now,
    )


def _refuse(case: Case, event: Event, facts: Facts, wrong: list[linter.Problem], actor: Actor, now: datetime) -> None:
    """Say no: by the table if it has a reason of its own, otherwise with everything that is wrong."""
    try:
        advance(case, event, actor=actor, now=now, facts=replace(facts, refusals=(INCOMPLETE,)))
    except Refused as refused:
        if refused.code != INCOMPLETE:
            raise
    raise Refused(INCOMPLETE, problems=[problem.as_data() for problem in wrong])
