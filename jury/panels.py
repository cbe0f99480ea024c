"""A panel comes together: prepared with its question, drawn, filled up again where somebody stays away. Reads no vote.

Everything here holds the lock of the case first.
"""

from __future__ import annotations

import secrets
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import Count, F, Q

from common.actor import Actor
from common.acts import act, require_act
from disputes import queries
from disputes.models import Case, Statement
from journal import book
from journal.kinds import Kind
from jury import pool, sealing, sortition, standing
from jury.models import Panel, Seat
from jury.sortition import Background, Candidate
from jury.tally import Rule, Verdict
from rulebook import queries as rulebook

_ONE_DRAW_AT_A_TIME = 7262  # any constant, apart from the other advisory locks of the house
_SOME = 50


def refusals(case: Case) -> tuple[str, ...]:
    """Why this case cannot be put to a jury, by its rules: ``jury_is_off``, ``jury_only_for_less``, ``jury_has_spoken``."""
    rules = rulebook.rules(case.procedure_rules_id)
    if not rules.switches.jury:
        return ("jury_is_off",)
    if case.currency != rules.thresholds.currency or rules.jury(case.claimed) is None:
        return ("jury_only_for_less",)
    spoken = Panel.objects.filter(case=case, round=case.round, state=Panel.CLOSED)
    return ("jury_has_spoken",) if spoken.exclude(verdict=Verdict.NO_QUORUM.value).exists() else ()


def prepare(case: Case, question: Statement, *, now: datetime) -> Panel:
    """A panel to be drawn, not saved yet: what is told of it goes into the entry that sends the case to it."""
    rule = rulebook.rules(case.procedure_rules_id).jury(case.claimed)
    assert rule is not None  # `refusals` said so
    return Panel(
        case=case,
        round=case.round,
        question=question,
        size=rule.size,
        majority=rule.majority,
        quorum=rule.quorum,
        key=sealing.new_key(),
        seed=sealing.wrap(secrets.token_hex(32)),
        asked_at=now,
    )


def as_entry_data(panel: Panel) -> dict[str, Any]:
    """Its id, and the commitment to the seed that it will be drawn with."""
    return {"panel": panel.public_id, "seed": sortition.commitment(sealing.unwrap(panel.seed))}


def voting(case_id: int) -> Panel | None:
    return Panel.objects.filter(case_id=case_id, state=Panel.VOTING).first()


def rule_of(panel: Panel) -> Rule:
    return Rule(panel.size, panel.majority, panel.quorum)


# --- who sits --------------------------------------------------------------------------------------------------------


def draw(case: Case, *, after: str, now: datetime) -> list[Seat]:
    """The panel of the locked case is drawn, once. ``after``: digest of the entry that sent the case to the jury.

    From then on the seed is no secret: whoever has the pool and the journal can draw again and gets the same people.
    """
    require_act()
    panel = voting(case.pk)
    if panel is None or panel.drawn_at is not None:
        return []
    _wait_for_other_draws()
    seed = sealing.unwrap(panel.seed)
    mixed = sortition.mixed(seed, after)
    people = pool.candidates(case, seed=mixed, now=now)
    places = sortition.draw(people, mixed, panel.size)
    panel.seed, panel.drawn_at, panel.drawn_after = seed, now, after
    panel.candidates = [[one.id, one.background.value, one.weight] for one in people]
    panel.save(update_fields=["seed", "drawn_at", "drawn_after", "candidates"])
    seats = Seat.objects.bulk_create(
        _seat(panel, case, place.juror, place.background, place.first, now) for place in places
    )
    data = {
        "panel": panel.public_id,
        "seed": seed,
        "after": after,
        "pool": sortition.digest_of(people),
        "people": len(people),
        "seats": [seat.pk for seat in seats],
    }
    book.record(case.stream_id, Kind.JURY_DRAWN, data=data, actor=Actor.system(), now=now)
    return seats


def drawn_again(panel: Panel) -> list[sortition.Place]:
    """The same draw from what is kept of it, for whoever checks it. ``[]`` before it was drawn."""
    if panel.drawn_at is None:
        return []
    return sortition.draw(_people(panel), sortition.mixed(panel.seed, panel.drawn_after), panel.size)


def summon_next(case: Case, panel: Panel, vacated: Seat | None, *, why: str, now: datetime) -> Seat | None:
    """Whoever stands next in the drawn order takes the seat over, first side and all. ``None``: nobody is left."""
    require_act()
    if panel.drawn_at is None or case.due_at is None or now >= case.due_at:
        return None
    _wait_for_other_draws()
    mixed = sortition.mixed(panel.seed, panel.drawn_after)
    free = pool.candidates(case, seed=mixed, now=now)
    still = {one.id for one in free}
    line = [one for one in sortition.order(_people(panel), mixed) if one.id in still] or sortition.order(free, mixed)
    background = Background(vacated.background) if vacated is not None else _shorter(panel)
    following = sortition.next_in_line(line, (), background)
    if following is None:
        return None
    first = vacated.first if vacated is not None else _rarer_first(panel)
    seat = _seat(panel, case, following.id, following.background, first, now)
    seat.save()
    data = {
        "panel": panel.public_id,
        "seats": [seat.pk],
        "why": why,
        "pool": sortition.digest_of(free),
        **({"in_place_of": vacated.pk} if vacated is not None else {}),
    }
    book.record(case.stream_id, Kind.JURY_REPLACED, data=data, actor=Actor.system(), now=now)
    return seat


def replace_absent(now: datetime) -> int:
    """A tick: who did not come, or came and did not vote in time, is thanked and replaced. Returns how many."""
    due = Seat.objects.filter(state__in=Seat.OPEN, expires_at__lte=now, panel__case__suspended_at__isnull=True)
    found = list(due.order_by("expires_at", "id").values_list("pk", "panel__case_id")[:_SOME])
    return sum(_absent(seat_id, case_id, now) for seat_id, case_id in found)


def fill_up(now: datetime) -> int:
    """A tick: seats that nobody could be found for are tried again, since people come back and new ones come."""
    taken = Count("seats", filter=Q(seats__state__in=[*Seat.OPEN, Seat.VOTED]))
    short = Panel.objects.filter(state=Panel.VOTING, drawn_at__isnull=False, case__suspended_at__isnull=True)
    rows = short.annotate(taken=taken).filter(taken__lt=F("size")).order_by("id")
    return sum(_fill(panel_id, case_id, now) for panel_id, case_id in rows.values_list("pk", "case_id")[:_SOME])


def remind(now: datetime) -> int:
    """A tick: whoever has little time left is told so, once. Returns how many."""
    soon = Seat.objects.filter(
        state__in=Seat.OPEN,
        expires_at__gt=now,
        expires_at__lte=now + standing.REMINDED,
        reminded_at__isnull=True,
        panel__case__suspended_at__isnull=True,
    )
    cases = list(soon.order_by("panel__case_id").values_list("panel__case_id", flat=True).distinct()[:_SOME])
    return sum(_remind(case_id, now) for case_id in cases)


def give_time(case: Case, *, now: datetime) -> None:
    """The clocks of the case stood still: whoever is summoned has a whole summons again."""
    require_act()
    Seat.objects.filter(panel__case=case, state__in=Seat.OPEN, expires_at__lt=now + standing.SUMMONS).update(
        expires_at=min(now + standing.SUMMONS, case.due_at or now + standing.SUMMONS)
    )


@act
def _absent(seat_id: int, case_id: int, now: datetime) -> int:
    case = queries.lock(case_id)
    seat = Seat.objects.select_related("panel").get(pk=seat_id)
    if seat.state not in Seat.OPEN or now < seat.expires_at or case.suspended_at is not None:
        return 0
    end_seat(seat, Seat.ABSENT, now=now)
    if seat.panel.state == Panel.VOTING:
        summon_next(case, seat.panel, seat, why="absent", now=now)
    return 1


@act
def _remind(case_id: int, now: datetime) -> int:
    case = queries.lock(case_id)
    panel = voting(case.pk)
    if panel is None or case.suspended_at is not None:
        return 0
    soon = panel.seats.filter(state__in=Seat.OPEN, reminded_at__isnull=True, expires_at__gt=now)
    found = list(soon.filter(expires_at__lte=now + standing.REMINDED).order_by("id").values_list("pk", flat=True))
    if found:
        Seat.objects.filter(pk__in=found).update(reminded_at=now)
        data = {"panel": panel.public_id, "seats": found}
        book.record(case.stream_id, Kind.JURY_REMINDED, data=data, actor=Actor.system(), now=now)
    return len(found)


@act
def _fill(panel_id: int, case_id: int, now: datetime) -> int:
    case = queries.lock(case_id)
    panel = Panel.objects.get(pk=panel_id)
    if panel.state != Panel.VOTING or case.suspended_at is not None:
        return 0
    filled = 0
    taken = panel.seats.filter(state__in=[*Seat.OPEN, Seat.VOTED]).count()
    while taken + filled < panel.size and summon_next(case, panel, None, why="vacant", now=now):
        filled += 1
    return filled


def end_seat(seat: Seat, state: str, *, reason: str = "", now: datetime) -> None:
    require_act()
    seat.state, seat.reason, seat.ended_at, seat.draft = state, reason, now, ""
    seat.save(update_fields=["state", "reason", "ended_at", "draft"])


def _seat(panel: Panel, case: Case, juror: int, background: Background, first: str, now: datetime) -> Seat:
    until = now + standing.SUMMONS
    return Seat(
        panel=panel,
        juror_id=juror,
        background=background.value,
        first=first,
        summoned_at=now,
        expires_at=min(until, case.due_at or until),
    )


def _people(panel: Panel) -> list[Candidate]:
    return [Candidate(juror, Background(background), weight) for juror, background, weight in panel.candidates or []]


def _shorter(panel: Panel) -> Background:
    """The background that has fewer seats."""
    held = list(panel.seats.filter(state__in=[*Seat.OPEN, Seat.VOTED]).values_list("background", flat=True))
    return min(Background, key=lambda one: held.count(one.value))


def _rarer_first(panel: Panel) -> str:
    held = list(panel.seats.filter(state__in=[*Seat.OPEN, Seat.VOTED]).values_list("first", flat=True))
    return min(("buyer", "merchant"), key=held.count)


def _wait_for_other_draws() -> None:
    """Two panels that are drawn at once never take the same person."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_ONE_DRAW_AT_A_TIME])
