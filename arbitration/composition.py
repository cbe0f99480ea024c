"""From a ruling to its letter: what each of the five sections says of this case. Reads the sheet; decides nothing."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from datetime import datetime

from django.utils import translation

from accounts import hats
from arbitration import letters
from arbitration.calculator import Calculation
from arbitration.letters import (
    AppealLetter,
    CitedRule,
    ExhibitWeight,
    Fact,
    JuryVote,
    Letter,
    Line,
    OnAppeal,
    Remedies,
    Restored,
    Result,
    Route,
    RuleSetRef,
    Term,
    Unsupported,
)
from arbitration.models import Admission, Appeal, Ruling
from arbitration.sheet import Sheet
from disputes import deadlines, labels
from disputes.awards import Payer
from disputes.models import Case, PointAnswer
from journal.kinds import Kind
from journal.models import Entry
from jury import results
from rulebook import calendars, clocks
from rulebook.rules import Rules
from rulebook.schema import Remedy, Text


def compose(
    sheet: Sheet,
    calculation: Calculation,
    *,
    kind: str,
    author_id: int,
    now: datetime,
    appeal: Appeal | None = None,
    reasons: str = "",
) -> Letter:
    """The letter as it will be given at ``now``. The appeal window is computed by the same rule that arms it.

    ``appeal``: the one on which this ruling takes the place of another, and ``reasons`` why it does.
    """
    case, ruling, rules = sheet.case, sheet.ruling, sheet.substance
    language = ruling.language
    remedy = rules.remedy(ruling.remedy)
    ground = rules.grounds.get(ruling.ground)
    return Letter(
        format=letters.FORMAT,
        kind=kind,
        language=language,
        case_number=case.number,
        round=ruling.round,
        ordinal=ruling.ordinal,
        stage=ruling.stage,
        decided_by=hats.number_of(author_id, now),
        given_at=now.isoformat(),
        rules=(
            RuleSetRef("substance", rules.profile.code, rules.version),
            RuleSetRef("procedure", sheet.procedure.profile.code, sheet.procedure.version),
        ),
        result=Result(
            remedy=remedy.code,
            remedy_name=_named(remedy, case, language),
            ground=ruling.ground,
            ground_name=_said(ground.name, language) if ground else "",
            amount=calculation.amount,
            currency=case.currency,
            lines=tuple(Line(line.label, line.formula, line.amount) for line in calculation.lines),
            merchant_share=ruling.merchant_share or 0,
            returns=calculation.returns,
            freight_payer=calculation.freight_payer.value,
            freight_amount=calculation.freight_amount,
            term=_term(case, calculation),
            substitute=calculation.substitute,
        ),
        facts=tuple(_facts(sheet, language)),
        reasons=ruling.reasons,
        exhibits=tuple(_weights(sheet, language)),
        clauses=tuple(_cited(sheet, language)),
        unsupported=tuple(_unsupported(case, calculation, rules, ruling.remedy, language)),
        remedies=_remedies(case, sheet.procedure, kind, language, now),
        automated=_automated(case),
        on_appeal=_on_appeal(sheet, calculation, appeal, reasons) if appeal is not None else None,
        claimant=case.claimant,
        jury=_jury(case),
    )


def compose_appeal(
    appeal: Appeal, case: Case, procedure: Rules, *, decision: str, reasons: str, actor_id: int, now: datetime
) -> AppealLetter:
    language = appeal.language
    ground = procedure.appeal_grounds.get(appeal.ground)
    return AppealLetter(
        format=letters.FORMAT,
        kind=letters.APPEAL_DECISION,
        language=language,
        case_number=case.number,
        round=appeal.round,
        appellant=appeal.side,
        ground=appeal.ground,
        ground_name=_said(ground.name, language) if ground else "",
        points=tuple(appeal.points),
        decision=decision,
        reasons=reasons,
        decided_by=hats.number_of(actor_id, now),
        given_at=now.isoformat(),
        ruling_code=appeal.ruling.letter_code,
        routes=_routes(procedure, language),
    )


def _jury(case: Case) -> JuryVote | None:
    """What the public jury said, where one was asked: its vote only proposes, so a letter tells it beside the reasons."""
    found = results.split(case)
    return JuryVote(**asdict(found)) if found is not None else None


def _facts(sheet: Sheet, language: str) -> Iterable[Fact]:
    """Each finding with the exhibits that the sides put to this point and that were admitted."""
    burden = sheet.substance.type(sheet.case.type_code).burden
    numbers = {exhibit.pk: exhibit.number for exhibit in sheet.exhibits}
    admitted = {pk for pk, found in sheet.admissions.items() if found.verdict in (Admission.FULL, Admission.PART)}
    named: dict[int, set[int]] = {}
    answers = PointAnswer.objects.filter(point__in=[point.pk for point in sheet.points], superseded_at__isnull=True)
    for point_id, exhibits in answers.values_list("point_id", "exhibits"):
        named.setdefault(point_id, set()).update(exhibits)
    for point in sheet.points:
        finding = sheet.findings.get(point.pk, "")
        open_question = finding == "undetermined"
        yield Fact(
            number=point.number,
            text=point.text,
            raised_by=point.raised_by,
            finding=finding,
            exhibits=tuple(numbers[pk] for pk in numbers if pk in named.get(point.pk, set()) and pk in admitted),
            burden=_said(burden.silent, language) if open_question else "",
            burden_clause=burden.clause if open_question else "",
        )


def _weights(sheet: Sheet, language: str) -> Iterable[ExhibitWeight]:
    for exhibit in sheet.exhibits:
        found = sheet.admissions.get(exhibit.pk)
        kind = sheet.substance.exhibits.get(exhibit.code)
        reason = sheet.substance.admission_reasons.get(found.reason) if found else None
        yield ExhibitWeight(
            number=exhibit.number,
            kind=exhibit.code,
            kind_name=_said(kind.name, language) if kind else "",
            verdict=found.verdict if found else "",
            reason=found.reason if found else "",
            reason_name=_said(reason.name, language) if reason else "",
            marks=sheet.marks.get(exhibit.pk, ()),
        )


def _cited(sheet: Sheet, language: str) -> Iterable[CitedRule]:
    for number in sheet.clauses:
        found = sheet.clause(number)
        if found is None:
            continue
        clause, rules, _ = found
        yield CitedRule(
            number=number,
            title=_said(clause.title, language),
            text=_said(clause.text, language),
            plain=_said(clause.plain, language),
            version=rules.version,
        )


def _unsupported(
    case: Case, calculation: Calculation, rules: Rules, given: str, language: str
) -> Iterable[Unsupported]:
    """What was asked for and not given: another remedy, or a smaller sum."""
    asked = rules.remedies.get(case.remedy)
    if asked is not None and case.remedy != given:
        yield Unsupported("remedy", _named(asked, case, language), _named(rules.remedy(given), case, language))
    # What is ordered in kind stands in for the sum; it is not a sum of zero.
    if not calculation.substitute and calculation.amount < case.claimed:
        yield Unsupported("amount", str(case.claimed), str(calculation.amount))


def _remedies(case: Case, procedure: Rules, kind: str, language: str, now: datetime) -> Remedies:
    until = ""
    grounds: tuple[Route, ...] = ()
    if kind == letters.RULING:
        until = clocks.due(now, procedure.step("appeal_window").duration, calendars.current()).at.isoformat()
        grounds = tuple(
            Route(ground.code, _said(ground.name, language), _said(ground.text, language))
            for ground in procedure.appeal_grounds.values()
        )
    return Remedies(until=until, grounds=grounds, routes=_routes(procedure, language))


def _routes(procedure: Rules, language: str) -> tuple[Route, ...]:
    return tuple(
        Route(route.code, _said(route.name, language), _said(route.text, language))
        for route in procedure.routes.values()
    )


def _term(case: Case, calculation: Calculation) -> Term | None:
    """Who has to act first once the ruling stands: the buyer sends back (T33), or the merchant performs (T31)."""
    if calculation.returns:
        performer, key = "buyer", "return_after_ruling"
    elif calculation.pays:
        performer = "merchant"
        key = "performance_in_kind" if calculation.substitute else "voluntary_performance"
    else:
        return None
    duration = deadlines.step_of(case, key).duration
    return Term(performer=performer, step=key, amount=duration.amount, clock=duration.clock.value)


def _automated(case: Case) -> tuple[str, ...]:
    """The kinds of steps in this case that no person took: what a reader may ask a person to look at again."""
    kinds = (
        Entry.objects.filter(stream_id=case.stream_id, actor_role="system", data__has_key="fired_at")
        .order_by("kind")
        .values_list("kind", flat=True)
        .distinct()
    )
    return tuple(kinds)


def _on_appeal(sheet: Sheet, calculation: Calculation, appeal: Appeal, reasons: str) -> OnAppeal:
    ground = sheet.procedure.appeal_grounds.get(appeal.ground)
    return OnAppeal(
        appellant=appeal.side,
        ground=appeal.ground,
        ground_name=_said(ground.name, sheet.ruling.language) if ground else "",
        points=tuple(appeal.points),
        reasons=reasons.strip(),
        ruling_code=appeal.ruling.letter_code,
        restored=tuple(_restored(appeal.ruling, sheet, calculation)),
    )


def _restored(first: Ruling, sheet: Sheet, calculation: Calculation) -> Iterable[Restored]:
    """Everything that hung on the first ruling and is otherwise now, in one list: nothing is left to be asked for (AZ2)."""
    if first.letter is None:
        return
    was = letters.read(first, None).letter.result
    for_shop = sheet.case.claimant == "merchant"
    sums = (
        ("paid_back" if for_shop else "amount", was.amount, calculation.amount),
        ("substitute", was.substitute, calculation.substitute),
        ("share", was.merchant_share, sheet.ruling.merchant_share or 0),
        ("freight", _freight(was.freight_payer, was.freight_amount), _freight_now(calculation)),
    )
    for what, before, after in sums:
        if before != after:
            yield Restored(what, str(before), str(after))
    advanced = _advanced(first, sheet.case)
    if advanced > calculation.amount:
        yield Restored("reclaimed", str(advanced), str(advanced - calculation.amount))
    flags = (
        ("returns", was.returns, calculation.returns),
        # What counts against a shop is a refund that the platform decided (P05); it is counted when the case closes.
        ("counted", was.amount > 0 and not for_shop, calculation.amount > 0 and not for_shop),
    )
    for what, held, holds in flags:
        if held != holds:
            yield Restored(what, "yes" if held else "no", "yes" if holds else "no")
    yield Restored("beside", "none", "none")


def _advanced(first: Ruling, case: Case) -> int:
    """What the platform paid ahead on this ruling, in minor units, as the journal tells it."""
    told = Entry.objects.filter(stream_id=case.stream_id, kind=Kind.ADVANCE_APPROVED.value, at__gte=first.served_at)
    return sum(int(entry.data["amount"]) for entry in told)


def _freight(payer: str, amount: int) -> int:
    """What the merchant bears of the freight, in minor units."""
    return amount if payer == Payer.MERCHANT.value else 0


def _freight_now(calculation: Calculation) -> int:
    return _freight(calculation.freight_payer.value, calculation.freight_amount)


def _named(remedy: Remedy, case: Case, language: str) -> str:
    """As it has been called in this case from the first."""
    with translation.override(language):
        return str(labels.remedy(remedy.code, _said(remedy.name, language), case.kind))


def _said(text: Text, language: str) -> str:
    return text.in_language(language)
