"""Rulings from finished draft to letter. Every way to serve one runs the linter under the lock; there is no other way.

Knows what was decided; refuses to know who pays it from where.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from arbitration import bench, composition, letters, linter, prints, sheet, signature
from arbitration.models import Appeal, Deviation, Ruling
from common.actor import Actor
from common.acts import act, require_act
from common.errors import Conflict, Refused
from disputes import queries
from disputes.awards import Award, Source
from disputes.lifecycle import LIFECYCLE, Event, Facts, State
from disputes.models import Case
from disputes.transitions import advance
from rulebook import queries as rulebook

INCOMPLETE = "ruling_incomplete"


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
    """Why a senior has to sign this ruling; empty: nobody has to. Codes of `signature`.

    Nobody does on appeal: who decides it is a senior, and neither the one who ruled nor the one who signed. A departure
    from a clear line needs its reason there too (`linter`).
    """
    if ruling.stage == Ruling.APPEAL:
        return []
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
        composition.compose(
            whole, calculation, kind=kind, author_id=ruling.author_id, now=now, appeal=appeal, reasons=why
        )
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
