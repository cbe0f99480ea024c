"""Jurors by the dozen, and a case that is put to them. Acts from there on."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from accounts.models import Grant, Membership, Office
from arbitration import inquiries
from common import clock
from common.actor import Actor, Role
from disputes.models import Case
from engine import ticks
from jury import seats
from jury.models import Ballot, Juror, Panel, Seat
from jury.sortition import Background
from tests import builders, deciding
from tests.reach import Scene

QUESTION = "照片里的是裂纹还是开片？"
SMALL = {"up_to": 100_000, "size": 5, "majority": 3, "quorum": 3}
BUYER, MERCHANT = Background.BUYER, Background.MERCHANT


def a_juror(background: Background = BUYER, *, votes: int = 0) -> Actor:
    """Somebody who may sit: known for a year, confirmed, examined, in office. Of a shop of their own if a merchant."""
    user = builders.a_user("评审员")
    since = clock.now() - 365 * builders.DAY
    if background is MERCHANT:
        shop = builders.a_shop(f"{user.username} 的店")
        Membership.objects.create(user=user, merchant=shop, rights=["manage"], since=since)
    else:
        builders.a_line(Actor.buyer(user.pk), builders.a_shop(), age=365 * builders.DAY, chatted=False)
    Juror.objects.create(
        user=user,
        background=background.value,
        volunteered_at=since,
        real_name_at=since,
        passed_at=since,
        votes=votes,
    )
    Grant.objects.create(user=user, role=Office.JUROR.value, since=since)
    return Actor.staff(Role.JUROR, user.pk)


def some_jurors(buyers: int = 6, merchants: int = 6) -> list[Actor]:
    return [a_juror() for _ in range(buyers)] + [a_juror(MERCHANT) for _ in range(merchants)]


def sent(*, jurors: tuple[int, int] = (6, 6), rule: dict[str, int] | None = None, **scene: Any) -> Scene:
    """A case of two points before a drawn jury of five; the panel is in ``more``."""
    deciding.rules(jury=True, juries=[SMALL if rule is None else rule])
    made = deciding.taken(**scene)
    some_jurors(*jurors)
    inquiries.send_to_jury(made.case.pk, question=QUESTION, actor=made.arbitrator, now=clock.now())
    ticks.consequences()
    made.reload()
    made.more["panel"] = Panel.objects.get(case=made.case)
    return made


def held(made: Scene, *states: str) -> list[Seat]:
    rows = Seat.objects.filter(panel__case=made.case, state__in=states or Seat.OPEN)
    return list(rows.select_related("juror", "panel").order_by("id"))


def actor_of(seat: Seat) -> Actor:
    return Actor.staff(Role.JUROR, seat.juror.user_id)


def sits(seat: Seat) -> Actor:
    """Comes, and looks at everything."""
    actor = actor_of(seat)
    seats.come(seat.token, tied=False, actor=actor, now=clock.now())
    for row in seats.items(Case.objects.get(pk=seat.panel.case_id).dossier_id, clock.now()):
        seats.open_item(seat.token, row.pk, actor=actor, now=clock.now())
    return actor


def votes(seat: Seat, side: str, reason: str = "照片里的裂纹贯通釉面，不是开片。") -> Ballot:
    """``side``: buyer, merchant or unsure, whatever stands first on this juror's page."""
    actor = sits(seat)
    builders.travel(timedelta(minutes=2))
    return cast(seat, side, actor=actor, reason=reason)


def cast(
    seat: Seat, side: str, *, actor: Actor, reason: str = "照片里的裂纹贯通釉面，不是开片。", **more: Any
) -> Ballot:
    choice = seats.UNSURE if side == "unsure" else seats.FIRST if side == seat.first else seats.SECOND
    return seats.vote(seat.token, choice=choice, reason=reason, actor=actor, now=clock.now(), **more)


def all_vote(made: Scene, *sides: str, then: Callable[[], Any] | None = None) -> None:
    """The seats in order, one side each."""
    for seat, side in zip(held(made), sides, strict=False):
        votes(seat, side)
        if then is not None:
            then()
