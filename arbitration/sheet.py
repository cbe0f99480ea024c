"""One ruling with everything it speaks of, read at once: what linter, calculator and letter look at. Decides nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Exists, F, OuterRef
from django.db.models.functions import JSONObject

from accounts.models import Membership
from arbitration import calculator, linter, record
from arbitration.calculator import Calculation
from arbitration.models import Admission, Annotation, Deviation, Finding, Ruling, Seen, Skip
from common.actor import Side
from common.ids import PLATFORM_ZONE
from disputes.awards import AwardLine, Payer
from disputes.models import Case, Point
from evidence import dossiers
from evidence.models import Exhibit
from jury import results
from rulebook import queries as rulebook
from rulebook.rules import Rules
from rulebook.schema import Clause, Remedy, Type

UNDETERMINED = Finding.UNDETERMINED
CONSENT, NOT_RECEIVED = "CONSENT", "NOT_RECEIVED"
# Rulings that were whole once: their words may have come along into another one.
WRITTEN = (Ruling.SERVED, Ruling.SUPERSEDED, Ruling.RETURNED)


@dataclass(frozen=True)
class Sheet:
    """``exhibits`` are those not withdrawn; ``findings`` and ``admissions`` are keyed by point and exhibit id.

    ``seen``: the ids of exhibits that the author of the ruling opened, or wrote down why not. ``marks``: by exhibit
    id, what they marked on it for the letter.
    """

    case: Case
    ruling: Ruling
    substance: Rules
    procedure: Rules
    record: record.Record
    points: tuple[Point, ...]
    findings: Mapping[int, str]
    exhibits: tuple[Exhibit, ...]
    admissions: Mapping[int, Admission]
    seen: frozenset[int]
    marks: Mapping[int, tuple[str, ...]]
    clauses: tuple[str, ...]
    calculation: Calculation | None
    payer_by_rule: Payer | None
    return_freight_by_rule: int = 0
    over_caps: tuple[tuple[str, str], ...] = ()
    never_consented: bool = False
    # As it was measured when the draft was saved: page, preview and act ask the same of it.
    deviation: Deviation | None = None
    earlier: tuple[linter.Earlier, ...] = ()

    def clause(self, number: str) -> tuple[Clause, Rules, bool] | None:
        """The clause, the set whose wording counts, and whether it was in force for this case; ``None``: no such clause.

        Substance counts as of the payment of the order, procedure as of filing. What happened before the first rules were
        published is judged by these.
        """
        return clause_of(number, self.case, self.substance, self.procedure, self.record.paid_at)


def clause_of(
    number: str, case: Case, substance: Rules, procedure: Rules, paid_at: datetime
) -> tuple[Clause, Rules, bool] | None:
    """As `Sheet.clause`, for a page that has no ruling yet."""
    found: tuple[Clause, Rules, bool] | None = None
    paid_on = paid_at.astimezone(PLATFORM_ZONE).date()
    filed_on = (case.intervened_at or case.opened_at).astimezone(PLATFORM_ZONE).date()
    for rules, since in ((substance, paid_on), (procedure, filed_on)):
        clause = rules.clauses.get(number)
        if clause is None:
            continue
        if clause.in_force_from <= max(since, _day(rules.effective_from) or since):
            return clause, rules, True
        found = found or (clause, rules, False)
    return found


def read(case: Case, ruling: Ruling) -> Sheet:
    """Eight queries, whatever the length of the file; one more where the ground is the merchant's consent, and one where
    the round has an earlier ruling.
    """
    asks = ruling.ground == CONSENT
    opened = Seen.objects.filter(exhibit=OuterRef("pk"), user_id=ruling.author_id)
    skipped = Skip.objects.filter(exhibit=OuterRef("pk"), ruling=ruling)
    listed = Exhibit.objects.filter(dossier_id=case.dossier_id, withdrawn_at__isnull=True).defer("content")
    told = Annotation.objects.filter(exhibit=OuterRef("pk"), author_id=ruling.author_id, in_letter=True).order_by("id")
    listed = listed.annotate(seen=Exists(opened) | Exists(skipped), told=ArraySubquery(told.values("text")))
    exhibits = tuple(listed.order_by("side", "place"))
    return assemble(
        case,
        ruling,
        points=tuple(Point.objects.filter(case=case, round=ruling.round).order_by("number")),
        findings=dict(Finding.objects.filter(ruling=ruling).values_list("point_id", "finding")),
        exhibits=exhibits,
        admissions={found.exhibit_id: found for found in Admission.objects.filter(ruling=ruling)},
        seen=frozenset(row.pk for row in exhibits if row.seen),
        marks={row.pk: tuple(row.told) for row in exhibits if row.told},
        clauses=tuple(ruling.clauses.order_by("place").values_list("number", flat=True)),
        kept=record.of(case),
        never_consented=asks and Case.objects.filter(record.never_consented(case), pk=case.pk).exists(),
        deviation=Deviation.objects.filter(ruling=ruling).first(),
        earlier=_earlier(ruling),
    )


def _earlier(ruling: Ruling) -> tuple[linter.Earlier, ...]:
    """What was ruled in this round before, complete enough to have been proposed or served."""
    if ruling.ordinal == 1:
        return ()
    found = Finding.objects.filter(ruling=OuterRef("pk")).order_by("point__number")
    told = ArraySubquery(found.values(told=JSONObject(point=F("point__number"), finding=F("finding"))))
    before = Ruling.objects.filter(case=ruling.case_id, round=ruling.round, ordinal__lt=ruling.ordinal)
    rows = before.filter(state__in=WRITTEN).order_by("ordinal").values_list("remedy", "reasons", told)
    return tuple(
        linter.Earlier(tuple((one["point"], one["finding"]) for one in found), remedy, reasons)
        for remedy, reasons, found in rows
    )


def assemble(
    case: Case,
    ruling: Ruling,
    *,
    points: tuple[Point, ...],
    findings: Mapping[int, str],
    exhibits: tuple[Exhibit, ...],
    admissions: Mapping[int, Admission],
    seen: frozenset[int],
    marks: Mapping[int, tuple[str, ...]],
    clauses: tuple[str, ...],
    kept: record.Record,
    never_consented: bool,
    deviation: Deviation | None = None,
    earlier: tuple[linter.Earlier, ...] = (),
) -> Sheet:
    """The sheet from what was read already. No query; acts use `read`, which asks under the lock."""
    substance = rulebook.rules(ruling.substance_rules_id)
    all_undetermined = bool(points) and all(findings.get(point.pk) == UNDETERMINED for point in points)
    by_rule = payer_by_rule(substance, case.type_code, upheld(case, ruling), all_undetermined=all_undetermined)
    inputs = _inputs(case, ruling, substance, kept, by_rule, all_undetermined)
    remedy = substance.remedies.get(ruling.remedy)
    kind = substance.type(case.type_code)
    return Sheet(
        case=case,
        ruling=ruling,
        substance=substance,
        procedure=rulebook.rules(ruling.procedure_rules_id),
        record=kept,
        points=points,
        findings=findings,
        exhibits=exhibits,
        admissions=admissions,
        seen=seen,
        marks=marks,
        clauses=clauses,
        calculation=calculator.compute(inputs) if inputs else None,
        payer_by_rule=by_rule,
        return_freight_by_rule=way_back(remedy, kept),
        over_caps=tuple(calculator.over_caps(inputs, kind, substance.thresholds)) if inputs else (),
        never_consented=never_consented,
        deviation=deviation,
        earlier=earlier,
    )


def view(sheet: Sheet, now: datetime, *, names: Sequence[str] | None = None) -> linter.RulingView:
    """What the linter may see. One query, unless the caller knows already how the people of the case are called; one more
    where its rules know a jury.
    """
    ruling, rules, thresholds = sheet.ruling, sheet.substance, sheet.procedure.thresholds
    wait = timedelta(hours=thresholds.citable_after_hours)
    remedy = rules.remedies.get(ruling.remedy)
    gated = remedy.gated if remedy else False
    kind = rules.type(sheet.case.type_code)
    return linter.RulingView(
        points=tuple(linter.PointView(point.number, sheet.findings.get(point.pk, "")) for point in sheet.points),
        exhibits=tuple(_exhibit(exhibit, sheet, now, wait) for exhibit in sheet.exhibits),
        clauses=tuple(_clause(number, sheet) for number in sheet.clauses),
        admission_reasons=frozenset(rules.admission_reasons),
        burden_clause=kind.burden.clause,
        remedy=ruling.remedy,
        remedy_fits=(bool(ruling.remedy) and rules.may_order(ruling.remedy, sheet.case.type_code))
        # A claim can always be found to be unfounded, whatever else the type allows.
        or ruling.remedy == calculator.DISMISSAL,
        gated=gated,
        ground=ruling.ground if gated else "",
        grounds=frozenset(rules.grounds),
        refuted=_refuted(sheet, kind),
        merchant_share=upheld(sheet.case, ruling),
        freight_payer=payer_of(ruling, sheet.payer_by_rule),
        payer_by_rule=sheet.payer_by_rule,
        amount=ruling.amount,
        lines=lines_of(ruling),
        expected=sheet.calculation,
        over_caps=tuple(sheet.over_caps),
        return_freight_by_rule=sheet.return_freight_by_rule,
        return_freight=ruling.return_freight,
        deduction=ruling.deduction,
        compensation=ruling.compensation,
        reasons=ruling.reasons,
        left=0 if sheet.case.claimant == Side.MERCHANT.value else sheet.case.paid,
        minimum_reasons=thresholds.minimum_reasons_characters,
        names=tuple(names_in(sheet.case) if names is None else names),
        jury=results.proposed(sheet.case),
        deviates=sheet.deviation is not None and bool(sheet.deviation.usual),
        deviation_reason=sheet.deviation.reason if sheet.deviation is not None else "",
        earlier=sheet.earlier,
    )


def _refuted(sheet: Sheet, kind: Type) -> frozenset[str]:
    """Grounds that the record decides: consent of a merchant who refused, no delivery where the dispute is of what came."""
    found = {CONSENT} if sheet.never_consented else set()
    if NOT_RECEIVED not in kind.grounds:
        found.add(NOT_RECEIVED)
    return frozenset(found)


def upheld(case: Case, ruling: Ruling) -> int | None:
    """How far the claim is upheld, in basis points: the share of the side that it is against. ``None``: not said yet."""
    share = ruling.merchant_share
    if share is None or case.claimant == Side.BUYER.value:
        return share
    return calculator.WHOLE - share


def payer_by_rule(rules: Rules, type_code: str, share: int | None, *, all_undetermined: bool) -> Payer | None:
    """Who pays the way back by the rule of the type; if nothing could be determined, the buyer (TB 7)."""
    if share is None:
        return None
    if all_undetermined and share > 0:
        return Payer.BUYER
    return calculator.payer_by_rule(rules.type(type_code).freight, share)


def payer_of(ruling: Ruling, by_rule: Payer | None) -> Payer:
    """What the ruling says of freight; where it says nothing, the rule; where that leaves it open, nobody."""
    return Payer(ruling.freight_payer) if ruling.freight_payer else by_rule or Payer.NOBODY


def lines_of(ruling: Ruling) -> tuple[AwardLine, ...]:
    return tuple(AwardLine(**line) for line in ruling.lines)


def names_in(case: Case) -> list[str]:
    """How the people of this case are called: the buyer and everybody who ever acted for the shop."""
    members = Membership.objects.filter(merchant_id=case.merchant_id).values_list("user__display_name", flat=True)
    return [name for name in (case.buyer.display_name, *members) if name]


def way_back(remedy: Remedy | None, kept: record.Record) -> int:
    """What the way back costs unless the ruling says otherwise, in minor units."""
    return calculator.return_freight_by_rule(kept.freight_out, returns=remedy is not None and remedy.returns)


def _inputs(
    case: Case, ruling: Ruling, rules: Rules, kept: record.Record, by_rule: Payer | None, all_undetermined: bool
) -> calculator.Inputs | None:
    """What the calculator needs; ``None`` while remedy or share are missing."""
    remedy = rules.remedies.get(ruling.remedy)
    share = upheld(case, ruling)
    if remedy is None or share is None:
        return None
    payer = payer_of(ruling, by_rule)
    return calculator.Inputs(
        remedy=remedy.code,
        paid=case.paid,
        price=kept.price,
        merchant_share=share,
        reverses=case.claimant != Side.BUYER.value,
        freight_payer=payer,
        returns=remedy.returns,
        outbound_back=calculator.outbound_back(payer, all_undetermined=all_undetermined),
        freight_out=kept.freight_out,
        promise_cap=calculator.promise_cap(kept.promise_cap, kept.price, case.type_code, rules, case.currency),
        statutory=calculator.statutory(kept.price, case.type_code, rules, case.currency),
        value=ruling.value,
        deduction=ruling.deduction,
        return_freight=way_back(remedy, kept) if ruling.return_freight is None else ruling.return_freight,
        compensation=ruling.compensation,
    )


def _exhibit(exhibit: Exhibit, sheet: Sheet, now: datetime, wait: timedelta) -> linter.ExhibitView:
    found = sheet.admissions.get(exhibit.pk)
    return linter.ExhibitView(
        number=exhibit.number,
        citable=dossiers.citable(exhibit, now, wait),
        verdict=found.verdict if found else "",
        reason=found.reason if found else "",
        seen=exhibit.pk in sheet.seen,
    )


def _clause(number: str, sheet: Sheet) -> linter.ClauseView:
    found = sheet.clause(number)
    return linter.ClauseView(number, known=found is not None, in_force=found is not None and found[2])


def _day(moment: date | datetime | None) -> date | None:
    return moment.astimezone(PLATFORM_ZONE).date() if isinstance(moment, datetime) else moment
