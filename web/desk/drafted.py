"""A ruling that is being written or waits for approval, as the pages of the desk read it: what it says and lacks."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from arbitration import drafting, linter, record, sheet
from arbitration.models import Admission, Ruling
from arbitration.queries import Workspace
from common.actor import Actor, Role
from disputes.models import Case
from rulebook import queries as rulebook
from rulebook.rules import Rules
from web.desk import problems
from web.desk.ruling_form import SHOWN_FINDING, admissions, cited, findings, skips


def may_write(case: Case, actor: Actor) -> bool:
    """Whether this reader holds the case in a state in which a ruling is written. The act asks again under the lock."""
    return case.assignee_id == actor.id and case.state in drafting.STAGES


def shown_problems(work: Workspace, ruling: Ruling, now: datetime) -> list[problems.Line]:
    """What the draft still lacks, from what the page has read. No query; the acts ask again under the lock."""
    return problems.of(sheet.view(sheet_of(work, ruling), now, names=work.names))


def sheet_of(work: Workspace, ruling: Ruling) -> sheet.Sheet:
    """The ruling with all that it speaks of, from what the page has read. No query."""
    by_number = {point.number: point.pk for point in work.points}
    return sheet.assemble(
        work.case,
        ruling,
        points=tuple(work.points),
        findings={by_number[number]: found for number, found in findings(ruling).items() if number in by_number},
        exhibits=tuple(row for row in work.exhibits if row.withdrawn_at is None),
        admissions={
            pk: Admission(ruling=ruling, exhibit_id=pk, verdict=verdict, reason=reason)
            for pk, (verdict, reason) in admissions(ruling).items()
        },
        seen=frozenset(row.pk for row in work.exhibits if row.seen) | skips(ruling).keys(),  # type: ignore[attr-defined]
        marks={
            row.pk: tuple(mark["text"] for mark in told)
            for row in work.exhibits
            if (told := [m for m in row.annotated if m["in_letter"] and m["author"] == ruling.author_id])  # type: ignore[attr-defined]
        },
        clauses=tuple(cited(ruling)),
        kept=record.read(work.file, work.case),
        never_consented=work.never_consented,
        deviation=getattr(ruling, "deviation", None),
        earlier=tuple(
            linter.Earlier(tuple(findings(row).items()), row.remedy, row.reasons)
            for row in work.rulings
            if row.ordinal < ruling.ordinal and row.state in sheet.WRITTEN
        ),
    )


def readable(work: Workspace, actor: Actor) -> Ruling | None:
    """What can be read and not written: what waits for approval, else what is in force; never a colleague's draft."""
    return waiting(work, actor) or work.in_force


def waiting(work: Workspace, actor: Actor) -> Ruling | None:
    """The ruling that waits for approval, for its author and for seniors."""
    proposed = next((ruling for ruling in work.rulings if ruling.state == Ruling.PROPOSED), None)
    may_read = proposed is not None and (proposed.author_id == actor.id or actor.role is Role.SENIOR)
    return proposed if may_read else None


def found_in(work: Workspace, ruling: Ruling | None, values: Mapping[str, Any] | None) -> dict[int, str]:
    """Point number → finding in the components' words: what was typed, else what the ruling says."""
    if values is not None:
        return {point.number: values.get(f"finding_{point.number}") or "" for point in work.points}
    if ruling is None:
        return {}
    return {number: SHOWN_FINDING.get(finding, "") for number, finding in findings(ruling).items()}


def weights(ruling: Ruling | None, rules: Rules) -> dict[int, tuple[str, str]]:
    """Exhibit id → verdict and its reason in words."""
    if ruling is None:
        return {}
    named = rules.admission_reasons
    return {
        pk: (verdict, str(named[reason].name) if reason in named else "")
        for pk, (verdict, reason) in admissions(ruling).items()
    }


def citable_after(case: Case) -> timedelta:
    return timedelta(hours=rulebook.rules(case.procedure_rules_id).thresholds.citable_after_hours)
