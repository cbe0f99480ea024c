"""Appeals: filed once by a side on one ground, answered, decided by a senior who has not ruled or signed before.

Knows the way of an appeal; what a changed ruling must be is `rulings`' and the linter's to say.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from accounts import hats
from accounts.models import Right
from arbitration import bench, composition, letters, linter, prints, rulings, sheet
from arbitration.drafts import LONGEST_REASONS
from arbitration.models import Appeal, Finding, Ruling
from common.actor import Actor, Role, Side
from common.acts import act, require_act
from common.errors import Conflict, Refused
from disputes import access, queries, statements
from disputes.awards import Source
from disputes.exhibits import TEXT
from disputes.lifecycle import Event
from disputes.models import Case, Point
from disputes.transitions import advance
from evidence import checklist, dossiers, media
from evidence.intake import Received
from evidence.models import Exhibit
from rulebook import queries as rulebook

UNANSWERED = "new_evidence_unanswered"


@dataclass(frozen=True)
class NewExhibit:
    """Evidence that comes with an appeal: a file that was received, or a text that was typed.

    ``why_late``: why it was not submitted before; kept as the exhibit's note.
    """

    what: Received | str
    code: str
    name: str
    why_late: str

    @property
    def mime(self) -> str:
        return TEXT if isinstance(self.what, str) else self.what.mime

    @property
    def sha256(self) -> str:
        """Raises `Refused`: ``text_unreadable``."""
        return dossiers.digest_of_text(self.what) if isinstance(self.what, str) else self.what.sha256


@act
def file(
    case_id: int,
    *,
    ground: str,
    points: Sequence[int],
    text: str,
    exhibits: Sequence[NewExhibit] = (),
    actor: Actor,
    now: datetime,
    seen: int | None = None,
) -> Appeal:
    """One side appeals against the findings on these points; the other side has 72 hours to answer (T29).

    ``ground``: ``new_evidence`` needs at least one exhibit that was not on the file, ``rule_error`` at least one point,
    ``procedure`` neither. Only findings that went against the appellant count; whoever has none appeals against what was
    ordered and names no point. Files were received before the act, texts are as typed.

    Raises `Refused`: ``new_evidence_missing``, ``evidence_is_not_new``, ``evidence_not_for_this_ground``,
    ``point_missing_in_appeal``, ``point_unknown``, ``finding_in_own_favour``…
    """
    case = queries.lock(case_id, seen=seen)
    _require_appellant(case, actor)
    side = actor.side
    assert side is not None
    facts = bench.facts(case, actor, now, refusals=against_filing(case, ground, points, exhibits, side))
    ruling = in_force(case)
    statement = statements.add(case, "appeal", text, actor=actor, now=now, required=True)
    assert statement is not None
    added = _add(case, exhibits, actor, now) if exhibits and not facts.refusals else []
    data: dict[str, Any] = {
        "ground": ground,
        "points": sorted(set(points)),
        "exhibits": [exhibit.as_entry_data() for exhibit in added],
        "ruling": ruling.pk if ruling else None,
        **statements.ref(statement),
    }
    advance(case, Event.APPEAL_FILED, actor=actor, now=now, facts=facts, data=data)
    assert ruling is not None
    return Appeal.objects.create(
        case=case,
        round=case.round,
        side=side.value,
        ruling=ruling,
        ruling_author_id=ruling.author_id,
        ground=ground,
        points=sorted(set(points)),
        exhibits=[exhibit.pk for exhibit in added],
        statement=statement,
        filed_at=now,
        language=ruling.language,
    )


@act
def waive(case_id: int, *, actor: Actor, now: datetime, seen: int | None = None) -> Case:
    """This side will not appeal. When both have said so, execution begins without waiting for the window to end."""
    case = queries.lock(case_id, seen=seen)
    _require_appellant(case, actor)
    return advance(case, Event.APPEAL_WAIVED, actor=actor, now=now)


@act
def answer(case_id: int, *, text: str, actor: Actor, now: datetime, seen: int | None = None) -> Appeal:
    """The other side has answered the appeal; a senior decides it."""
    case = queries.lock(case_id, seen=seen)
    access.require_party(case, actor)
    appeal = Appeal.objects.filter(case=case, decided_at__isnull=True).first()
    statement = statements.add(case, "appeal_answer", text, actor=actor, now=now, required=True)
    data = {"appeal": appeal.pk if appeal else None, **statements.ref(statement)}
    advance(case, Event.APPEAL_ANSWERED, actor=actor, now=now, data=data)
    assert appeal is not None
    appeal.answer, appeal.answered_at = statement, now
    appeal.save(update_fields=["answer", "answered_at"])
    return appeal


@act
def take(case_id: int, *, actor: Actor, now: datetime, seen: int | None = None) -> Appeal:
    """A senior who neither ruled nor signed, and has no interest, decides this appeal. The file is sealed again.

    From a senior who left the bench another one may take it over.
    """
    case = queries.lock(case_id, seen=seen)
    bench.require_office(actor)
    appeal = _open(case)
    if appeal is not None and appeal.taken_at is not None and case.assignee_id == actor.id:
        return appeal
    return give(case, actor, now)


def give(case: Case, to: Actor, now: datetime, *, assigned_by: Actor | None = None) -> Appeal:
    """``to`` decides the appeal from now on. What another one began to write instead of the ruling is dropped."""
    require_act()
    appeal = _open(case)
    held = appeal is not None and appeal.taken_at is not None and case.assignee_id not in (None, to.id)
    refusals = ("already_taken",) if held and _still_decides(case.assignee_id or 0) else ()
    data: dict[str, Any] = {"appeal": appeal.pk if appeal else None}
    if assigned_by is not None:
        data["assigned_by"] = assigned_by.id
    advance(
        case,
        Event.APPEAL_TAKEN,
        actor=to,
        now=now,
        facts=bench.facts(case, to, now, refusals=refusals),
        changes={"assignee_id": to.id},
        data=data,
    )
    assert appeal is not None
    drafts = Ruling.objects.filter(case=case, round=case.round, stage=Ruling.APPEAL, state=Ruling.DRAFT)
    drafts.exclude(author_id=to.id).update(state=Ruling.DROPPED)
    bench.seal(case, now=now)
    appeal.taken_at = now
    appeal.save(update_fields=["taken_at"])
    return appeal


def put_back(case: Case) -> None:
    """Nobody decides the appeal now; another senior may take it."""
    require_act()
    Appeal.objects.filter(case=case, decided_at__isnull=True).update(taken_at=None)


@act
def uphold(case_id: int, *, reasons: str, actor: Actor, now: datetime, seen: int | None = None) -> Appeal:
    """The ruling stands. Execution begins; no further appeal is possible.

    Whatever came with the appeal was opened, may be cited by now, and is named in the reasons: new evidence is answered.
    """
    case = queries.lock(case_id, seen=seen)
    bench.require_office(actor)
    return _decide(case, Event.APPEAL_UPHELD, Appeal.UPHELD, reasons, actor, now)


@act
def send_back(case_id: int, *, reasons: str, actor: Actor, now: datetime, seen: int | None = None) -> Appeal:
    """The ruling is set aside and somebody else rules anew; the outcome no longer holds."""
    case = queries.lock(case_id, seen=seen)
    bench.require_office(actor)
    appeal = _decide(case, Event.APPEAL_SENT_BACK, Appeal.SENT_BACK, reasons, actor, now)
    Ruling.objects.filter(case=case, round=case.round, state=Ruling.SERVED).update(state=Ruling.SUPERSEDED)
    return appeal


@act
def change(case_id: int, *, version: int, reasons: str, actor: Actor, now: datetime, seen: int | None = None) -> Appeal:
    """The senior's own ruling takes the place of the first one, in one transaction with its outcome.

    ``version``: of the draft made by `drafting.save` while the appeal is decided. It passes the whole linter.
    """
    case = queries.lock(case_id, seen=seen)
    bench.require_office(actor)
    draft = (
        Ruling.objects.select_for_update(of=("self",))
        .filter(case=case, round=case.round, stage=Ruling.APPEAL, state=Ruling.DRAFT, author_id=actor.id)
        .first()
    )
    appeal = _open(case)
    refusals = _against_reasons(case, reasons, now)
    if draft is None:
        refusals = ("no_draft", *refusals)
    facts = bench.facts(case, actor, now, refusals=refusals)
    if draft is None or refusals or appeal is None:
        # With a changed result nothing is left to the old ruling's duties: the table speaks, then the missing part.
        try:
            advance(case, Event.APPEAL_CHANGED, actor=actor, now=now, facts=facts)
        except Refused as refused:
            raise _in_full(refused, case, reasons) from None
        raise Refused(refusals[0] if refusals else "no_appeal_is_open")
    if draft.version != version:
        raise Conflict(seen=version, now=draft.version)
    first = appeal.ruling
    served = rulings.serve_now(
        case,
        draft,
        Event.APPEAL_CHANGED,
        source=Source.APPEALED,
        facts=facts,
        actor=actor,
        now=now,
        data={"appeal": appeal.pk, "changes": first.pk},
        appeal=appeal,
        why=reasons,
    )
    _close(appeal, Appeal.CHANGED, reasons, actor, now)
    appeal.letter, appeal.letter_code, appeal.letter_digest = None, served.letter_code, served.letter_digest
    appeal.save()
    return appeal


def in_force(case: Case) -> Ruling | None:
    """The ruling that counts in the current round."""
    return Ruling.objects.filter(case=case, round=case.round, state=Ruling.SERVED).first()


def found_in(case: Case) -> dict[int, str]:
    """Point number → what the ruling in force found on it. One query."""
    found = Finding.objects.filter(ruling__case=case, ruling__round=case.round, ruling__state=Ruling.SERVED)
    return dict(found.values_list("point__number", "finding"))


def _require_appellant(case: Case, actor: Actor) -> None:
    """A party; of a shop, only a member who was given the right to appeal."""
    access.require_party(case, actor)
    if actor.role is Role.MERCHANT and Right.APPEAL not in hats.rights_of(actor):
        raise Refused("right_missing", right=Right.APPEAL.value)


def attackable(case: Case, side: Side) -> set[int]:
    """The points that this side can appeal on: all but those that were found in its own favour. Two queries."""
    numbers = Point.objects.filter(case=case, round=case.round).values_list("number", flat=True)
    found = found_in(case)
    return {number for number in numbers if found.get(number) != side.value}


def against_filing(
    case: Case, ground: str, points: Sequence[int], exhibits: Sequence[NewExhibit], side: Side
) -> tuple[str, ...]:
    """All that speaks against this appeal as it is written, for a page that shows it before it is filed; the act asks
    again.
    """
    unknown = () if ground in Appeal.GROUNDS else ("ground_of_appeal_unknown",)
    return (*unknown, *_against_points(case, ground, points, side), *_against_exhibits(case, ground, exhibits))


def _against_points(case: Case, ground: str, points: Sequence[int], side: Side) -> tuple[str, ...]:
    known = Point.objects.filter(case=case, round=case.round).values_list("number", flat=True)
    if not set(points) <= set(known):
        return ("point_unknown",)
    against = attackable(case, side)
    if not set(points) <= against:
        return ("finding_in_own_favour",)
    needed = bool(against) and ground in (Appeal.NEW_EVIDENCE, Appeal.RULE_ERROR)
    return ("point_missing_in_appeal",) if needed and not points else ()


def _against_exhibits(case: Case, ground: str, exhibits: Sequence[NewExhibit]) -> tuple[str, ...]:
    if not exhibits:
        return ("new_evidence_missing",) if ground == Appeal.NEW_EVIDENCE else ()
    if ground in (Appeal.PROCEDURE, Appeal.RULE_ERROR):
        return ("evidence_not_for_this_ground",)
    rules, films = rulebook.rules(case.substance_rules_id), media.takes_films()
    wrong = (checklist.against(rules.exhibits.get(one.code), one.mime, films=films) for one in exhibits)
    found = [code for code in dict.fromkeys(wrong) if code]
    if any(not one.why_late.strip() for one in exhibits):
        found.append("why_late_missing")
    listed = Exhibit.objects.filter(dossier_id=case.dossier_id, withdrawn_at__isnull=True)
    if listed.filter(sha256__in=[one.sha256 for one in exhibits]).exists():
        found.append("evidence_is_not_new")
    return tuple(found)


def _add(case: Case, exhibits: Sequence[NewExhibit], actor: Actor, now: datetime) -> list[Exhibit]:
    """The file is open again, and what the appellant brings is on it at once for the other side to see."""
    require_act()
    side = actor.side
    assert side is not None
    # Somebody who asked for more evidence may have left the file open.
    bench.seal(case, now=now)
    dossiers.reopen(case.dossier_id)
    return [_put(case.dossier_id, new, side, actor, now) for new in exhibits]


def _put(dossier_id: int, new: NewExhibit, side: Side, actor: Actor, now: datetime) -> Exhibit:
    about: dict[str, Any] = {
        "side": side.value,
        "code": new.code,
        "name": new.name,
        "note": new.why_late,
        "actor": actor,
        "now": now,
    }
    if isinstance(new.what, str):
        return dossiers.add_text(dossier_id, new.what, **about)
    return dossiers.add(dossier_id, new.what, **about)


def _open(case: Case) -> Appeal | None:
    return Appeal.objects.select_related("ruling", "case").filter(case=case, decided_at__isnull=True).first()


def _still_decides(user_id: int) -> bool:
    return hats.still_holds(Actor.staff(Role.SENIOR, user_id))


def _against_reasons(case: Case, reasons: str, now: datetime) -> tuple[str, ...]:
    thresholds = rulebook.rules(case.procedure_rules_id).thresholds
    if len(reasons.strip()) < thresholds.minimum_reasons_characters:
        return ("reasons_too_short",)
    if len(reasons) > LONGEST_REASONS:
        return ("text_too_long",)
    if linter.slots(reasons):
        return ("text_has_gaps",)
    cited = linter.exhibits_in(reasons)
    wait = timedelta(hours=thresholds.citable_after_hours)
    listed = Exhibit.objects.filter(dossier_id=case.dossier_id, withdrawn_at__isnull=True).defer("content")
    if any(row.number in cited and not dossiers.citable(row, now, wait) for row in (listed if cited else ())):
        # A decision on appeal rests on no more than a ruling may: what the other side could see for a day.
        return ("reasons_cite_too_early",)
    return ("reasons_name_somebody",) if linter.names_somebody(reasons, sheet.names_in(case)) else ()


def _in_full(refused: Refused, case: Case, reasons: str, unanswered: Sequence[str] = ()) -> Refused:
    """The same refusal with what its sentence tells: a guard knows codes only."""
    if refused.code == UNANSWERED:
        return Refused(UNANSWERED, numbers="、".join(unanswered))
    if refused.code == "reasons_too_short":
        least = rulebook.rules(case.procedure_rules_id).thresholds.minimum_reasons_characters
        return Refused(refused.code, least=least, have=len(reasons.strip()))
    return refused


def _decide(case: Case, event: Event, decision: str, reasons: str, actor: Actor, now: datetime) -> Appeal:
    """Uphold or send back: the case moves, the reasons and the letter are kept."""
    require_act()
    appeal = _open(case)
    refusals = _against_reasons(case, reasons, now)
    unanswered: list[str] = []
    if decision == Appeal.UPHELD and appeal is not None:
        brought = list(Exhibit.objects.filter(pk__in=appeal.exhibits, withdrawn_at__isnull=True).order_by("place"))
        unanswered = [row.number for row in brought if row.number not in linter.exhibits_in(reasons)]
        wait = timedelta(hours=rulebook.rules(case.procedure_rules_id).thresholds.citable_after_hours)
        if _unseen(appeal, actor):
            refusals = ("new_evidence_unseen", *refusals)
        elif any(not dossiers.citable(row, now, wait) for row in brought):
            refusals = (*refusals, "new_evidence_too_early")
        elif unanswered:
            refusals = (*refusals, UNANSWERED)
    facts = bench.facts(case, actor, now, refusals=refusals)
    data: dict[str, Any] = {"appeal": appeal.pk if appeal else None}
    sealed = None
    if appeal is not None and actor.id is not None:
        letter = composition.compose_appeal(
            appeal,
            case,
            rulebook.rules(case.procedure_rules_id),
            decision=decision,
            reasons=reasons.strip(),
            actor_id=actor.id,
            now=now,
        )
        sealed = letters.seal(letter)
        data |= {"letter_code": sealed.code, "letter_digest": sealed.digest}
    try:
        advance(case, event, actor=actor, now=now, facts=facts, data=data)
    except Refused as refused:
        raise _in_full(refused, case, reasons, unanswered) from None
    assert appeal is not None and sealed is not None
    _close(appeal, decision, reasons, actor, now)
    appeal.letter, appeal.letter_code, appeal.letter_digest = sealed.body, sealed.code, sealed.digest
    appeal.save()
    prints.order(appeal, now=now)
    return appeal


def _unseen(appeal: Appeal, actor: Actor) -> bool:
    """Whether something that came with the appeal was never opened by whoever decides it."""
    brought = Exhibit.objects.filter(pk__in=appeal.exhibits, withdrawn_at__isnull=True)
    return brought.exclude(seen_by__user_id=actor.id or 0).exists()


def _close(appeal: Appeal, decision: str, reasons: str, actor: Actor, now: datetime) -> None:
    appeal.decision, appeal.reasons = decision, reasons.strip()
    appeal.decided_by_id, appeal.decided_at = actor.id, now
