"""Double-blind second readings: drawn by chance, read without the result, compared afterwards. No case changes by them.

Nobody reads what they ruled, signed, gave back or are tied to. The reader learns the first result by submitting theirs, the
first arbitrator never learns who read. Where two people found differently, a note on the clause is opened.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Exists, OuterRef, Q, QuerySet

from arbitration import agreement, bench
from arbitration.models import Appeal, Approval, CitedClause, ClauseNote, Draw, DrawFinding, Finding, HandBack, Ruling
from common import ids
from common.actor import Actor, Role
from common.acts import act, require_act
from common.errors import Missing, Refused
from disputes import access
from disputes.models import Case, Point
from marketplace.models import Order
from rulebook import queries as rulebook

# How many of a hundred hundred final rulings are read a second time.
DRAWN_BASIS_POINTS = 500
LONGEST_ANSWER = 500
_LOOKED_AT = 50


# --- drawing --------------------------------------------------------------------------------------------------


def is_drawn(letter_code: str, basis_points: int = DRAWN_BASIS_POINTS) -> bool:
    """Whether the ruling with this letter is of the sample: the same answer whenever it is asked, and nobody's choice."""
    seed = hashlib.sha256(f"calibration {letter_code}".encode()).digest()
    return int.from_bytes(seed[:8], "big") % 10_000 < basis_points


def draw(case: Case, *, now: datetime, basis_points: int = DRAWN_BASIS_POINTS) -> Draw | None:
    """The ruling that stands in this case waits for a second reader, if chance has it so. Harmless to repeat.

    Inside an act that holds the case. Only what was ruled once and never appealed: there the file is what the first reader
    had, and no second result is in it.
    """
    require_act()
    standing = Ruling.objects.filter(case=case, round=case.round, state=Ruling.SERVED, erased_at__isnull=True)
    ruling = standing.filter(stage=Ruling.FIRST).first()
    if ruling is None or not is_drawn(ruling.letter_code, basis_points):
        return None
    if Appeal.objects.filter(case=case, round=case.round).exists():
        return None
    drawn, _created = Draw.objects.get_or_create(
        ruling=ruling, defaults={"token": ids.public_id(), "author_id": ruling.author_id, "drawn_at": now}
    )
    return drawn


# --- reading --------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Reading:
    """What a second reader found. ``findings``: point number → finding. ``merchant_share``: basis points."""

    findings: Mapping[int, str]
    remedy: str
    merchant_share: int
    clauses: tuple[str, ...]


def in_hand(actor: Actor) -> Draw | None:
    """What this reader has taken and not submitted yet."""
    return _alive().filter(reader_id=actor.id, submitted_at__isnull=True).first()


def waiting(actor: Actor) -> QuerySet[Draw]:
    """What waits and this reader may take, the oldest first. What is erased meanwhile is not there."""
    return _fitting(actor).order_by("drawn_at", "id")


def read_by(actor: Actor) -> QuerySet[Draw]:
    """What this reader has submitted, the newest first."""
    return Draw.objects.filter(reader_id=actor.id, submitted_at__isnull=False).order_by("-submitted_at", "-id")


@act
def take_next(*, actor: Actor, now: datetime) -> Draw:
    """The oldest draw that this reader may read is theirs; what they have in hand comes first.

    Raises ``Missing`` for whoever does not sit; ``Refused``: ``nothing_drawn``.
    """
    bench.require_office(actor)
    if actor.role not in bench.OFFICES or actor.id is None:
        raise Missing
    mine = in_hand(actor)
    if mine is not None:
        return mine
    free = _fitting(actor).select_for_update(of=("self",), skip_locked=True).order_by("drawn_at", "id")
    for drawn in free[:_LOOKED_AT]:
        if _may_read(actor.id, drawn.ruling.case):
            drawn.reader_id, drawn.taken_at = actor.id, now
            drawn.save(update_fields=["reader", "taken_at"])
            return drawn
    raise Refused("nothing_drawn")


def find(token: str, actor: Actor) -> Draw:
    """The draw behind an address, for its reader alone. Raises ``Missing`` for everybody else, and once it is erased."""
    drawn = (
        Draw.objects.filter(token=token, reader_id=actor.id, ruling__erased_at__isnull=True)
        .select_related("ruling__case__order", "ruling__case__line", "ruling__case__merchant", "ruling__case__buyer")
        .first()
    )
    if drawn is None or actor.role not in bench.OFFICES:
        raise Missing
    return drawn


def may_see_file(dossier_id: int, actor: Actor) -> bool:
    """Whether this reader has a draw in hand, or read one, whose file this is."""
    if actor.role not in bench.OFFICES or actor.id is None:
        return False
    theirs = Draw.objects.filter(reader_id=actor.id, ruling__case__dossier_id=dossier_id)
    return theirs.filter(ruling__erased_at__isnull=True).exists()


@act
def submit(draw_id: int, reading: Reading, *, actor: Actor, now: datetime) -> Draw:
    """What the second reader found is kept, and where it differs a note on the clause is open. The case stays as it is.

    Raises ``Missing``; ``Refused``: ``finding_missing``, ``remedy_missing``, ``share_missing``, ``already_submitted``.
    """
    bench.require_office(actor)
    drawn = Draw.objects.select_for_update(of=("self",)).select_related("ruling__case").filter(pk=draw_id).first()
    if drawn is None or drawn.reader_id != actor.id or drawn.ruling.erased_at is not None:
        raise Missing
    if drawn.submitted_at is not None:
        raise Refused("already_submitted")
    ruling = drawn.ruling
    if reading.remedy not in rulebook.rules(ruling.substance_rules_id).remedies:
        raise Refused("remedy_missing")
    if not 0 <= reading.merchant_share <= 10_000:
        raise Refused("share_missing")
    points = list(Point.objects.filter(case=ruling.case, round=ruling.round).order_by("number"))
    first = dict(Finding.objects.filter(ruling=ruling).values_list("point_id", "finding"))
    for point in points:
        if reading.findings.get(point.number) not in (Finding.BUYER, Finding.MERCHANT, Finding.UNDETERMINED):
            raise Refused("finding_missing", number=point.number)
    compared = [
        DrawFinding(draw=drawn, point=point, first=first[point.pk], second=reading.findings[point.number])
        for point in points
        if point.pk in first
    ]
    DrawFinding.objects.bulk_create(compared)
    drawn.remedy, drawn.merchant_share, drawn.submitted_at = reading.remedy, reading.merchant_share, now
    drawn.clauses = list(dict.fromkeys(reading.clauses))
    drawn.save(update_fields=["remedy", "merchant_share", "submitted_at", "clauses"])
    _open_notes(drawn, compared, now)
    return drawn


def _open_notes(drawn: Draw, compared: Sequence[DrawFinding], now: datetime) -> None:
    """A note for each point found differently, on the clauses that both rest on; on the first ruling's if none is."""
    first = list(CitedClause.objects.filter(ruling=drawn.ruling).order_by("place").values_list("number", flat=True))
    shared = [number for number in first if number in drawn.clauses] or first
    ClauseNote.objects.bulk_create(
        ClauseNote(
            draw=drawn,
            point_id=found.point_id,
            rules_id=drawn.ruling.substance_rules_id,
            number=number,
            opened_at=now,
        )
        for found in compared
        if found.first != found.second
        for number in shared
    )


# --- what comes of it -----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Comparison:
    """Both readings beside each other. ``rows``: point, first and second finding."""

    rows: tuple[tuple[Point, str, str], ...]
    agreement: agreement.Agreement
    first_clauses: tuple[str, ...]


def comparison(drawn: Draw) -> Comparison:
    """Of a draw that was submitted. Two queries."""
    found = list(drawn.findings.select_related("point").order_by("point__number"))
    cited = CitedClause.objects.filter(ruling=drawn.ruling).order_by("place").values_list("number", flat=True)
    return Comparison(
        rows=tuple((row.point, row.first, row.second) for row in found),
        agreement=agreement.of((row.first, row.second) for row in found),
        first_clauses=tuple(cited),
    )


def open_notes(actor: Actor) -> QuerySet[ClauseNote]:
    """Notes that wait for an answer, by clause. For seniors and operations; others find nothing."""
    notes = ClauseNote.objects.filter(closed_at__isnull=True)
    if actor.role not in (Role.SENIOR, Role.OPS):
        return notes.none()
    return notes.select_related("point", "draw__ruling", "rules").order_by("number", "id")


@act
def close_note(note_id: int, *, answer: str, actor: Actor, now: datetime) -> ClauseNote:
    """Said what comes of it. A senior's or operations' to do, and never by one of the two who differed.

    Raises ``Missing``; ``Refused``: ``text_missing``, ``text_too_long``, ``own_reading``, ``note_is_closed``.
    """
    bench.require_office(actor)
    if actor.role not in (Role.SENIOR, Role.OPS) or actor.id is None:
        raise Missing
    answer = answer.strip()
    if not answer:
        raise Refused("text_missing", field="answer")
    if len(answer) > LONGEST_ANSWER:
        raise Refused("text_too_long", field="answer", longest=LONGEST_ANSWER, length=len(answer))
    note = ClauseNote.objects.select_for_update(of=("self",)).select_related("draw").filter(pk=note_id).first()
    if note is None:
        raise Missing
    if actor.id in (note.draw.reader_id, note.draw.author_id):
        raise Refused("own_reading")
    if note.closed_at is not None:
        raise Refused("note_is_closed")
    note.answer, note.closed_by_id, note.closed_at = answer, actor.id, now
    note.save(update_fields=["answer", "closed_by", "closed_at"])
    return note


# --- who may read ---------------------------------------------------------------------------------------------


def _alive() -> QuerySet[Draw]:
    return Draw.objects.filter(ruling__erased_at__isnull=True).select_related("ruling__case")


def _fitting(actor: Actor) -> QuerySet[Draw]:
    """What waits, but for what this reader ruled, signed, gave back, bought at or is tied to."""
    if actor.id is None or actor.role not in bench.OFFICES:
        return Draw.objects.none()
    case = OuterRef("ruling__case_id")
    bought = Order.objects.filter(buyer_id=actor.id, merchant_id=OuterRef("ruling__case__merchant_id"))
    wrote = Ruling.objects.filter(case=case, author_id=actor.id)
    signed = Approval.objects.filter(ruling__case=case, approver_id=actor.id)
    gave_back = HandBack.objects.filter(case=case, user_id=actor.id)
    return _alive().filter(
        ~Exists(wrote),
        ~Exists(signed),
        ~Exists(gave_back),
        ~Exists(bought),
        ~Q(author_id=actor.id),
        ~Q(ruling__case__assignee_id=actor.id),
        reader__isnull=True,
        ruling__case__in=access.open_to_judge(actor),
    )


def _may_read(user_id: int, case: Case) -> bool:
    """Asked again for the one that is taken: ties that were declared a moment ago count."""
    return not bench.has_interest(user_id, case)
