"""The demonstration's jury: thirty-one people by real acts, a case that is almost decided, jurors who go on by themselves.

Two of them are persons of the sign-in page. Neither the first of them nor the others settle a vote before both had their
say, so that either visitor can vote, and whoever comes second sees their own vote close a case. Nothing here exists outside
of a demo.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Count, Q

from accounts import demo, memberships, people
from accounts.models import Identity, Merchant, Right, User
from arbitration import inquiries
from common import digest
from common.actor import Actor, Role
from common.acts import act
from common.errors import Refused
from disputes import queries
from disputes.models import Case
from journal.kinds import Kind
from journal.models import Entry
from jury import jurors, mocks, panels, seats, standing
from jury.models import Juror, Panel, Seat
from jury.sortition import Background

SEATS = 31
SHOP = "stationery"  # where the merchants among them work, and the buyers among them once bought
LONG_AGO = timedelta(days=200)
QUESTION = "缺口是交付前还是交付后造成的，谁的说法有凭证支持？"
# Of all who have voted when a visitor comes: two votes more decide it for the buyer, and one more decides nothing.
SAID = ("buyer",) * 13 + ("merchant",) * 9 + ("unsure",) * 2
LEFT = SEATS - len(SAID)
REASONS = {
    "buyer": (
        "照片是签收当天拍的，缺口边缘没有磨损，像是运输前就有。",
        "{mine}的照片和时间对得上，对方只有打包台的照片。",
    ),
    "merchant": ("出库检查的照片里碟边完好，看不出是运输前的问题。", "{theirs}的照片没有拍到快递单，时间说不准。"),
    "unsure": ("两边的照片都没有拍到交付的那一刻。",),
}


def introduce(now: datetime) -> None:
    """They are known here before the feed tells of their orders. Running it again is harmless."""
    for number in range(1, SEATS + 1):
        _establish(number, now - LONG_AGO)


def assemble(ops: Actor, now: datetime) -> None:
    """Everybody has volunteered, passed and been confirmed. Running it again finds them there."""
    if Juror.objects.count() >= SEATS:
        return
    for number, user in _users():
        background = Background.BUYER if number % 2 else Background.MERCHANT
        actor = Actor.buyer(user.pk)
        jurors.volunteer(background=background, actor=actor, now=now - timedelta(days=60))
        exam = jurors.begin_exam(actor=actor, now=now - timedelta(days=60))
        answers = [mocks.by_code(code).right for code in exam.cases]
        jurors.hand_in_exam(exam.pk, answers, actor=actor, now=now - timedelta(days=60))
        jurors.confirm_real_name(Juror.objects.get(user=user).pk, actor=ops, now=now - timedelta(days=59))
    while jurors.enrol_due(now):
        pass


def orders() -> Iterator[tuple[str, str]]:
    """Key of an order and buyer's id in the feed: what the buyers among the jurors once bought, somewhere else."""
    return ((f"pens-{number}", f"juror-{number}") for number in range(1, SEATS + 1, 2))


def put_before_a_jury(case: Case, arbitrator: Actor, at: datetime) -> None:
    """The case is sent, its jury drawn, and all but a few of them have voted."""
    inquiries.send_to_jury(case.pk, question=QUESTION, actor=arbitrator, now=at)
    draw(case.pk, at)
    panel = Panel.objects.get(case=case, state=Panel.VOTING)
    simulated = [seat for seat in _waiting(panel, at) if not _is_a_persons(seat)]
    for nth, (seat, side) in enumerate(zip(simulated, SAID, strict=False)):
        _vote(seat, side, at + timedelta(minutes=2 * nth + 1))


def others_vote(now: datetime) -> int:
    """A tick of a demo: on each panel one of those who are nobody's person votes, as long as no person is waited for.

    Fewer votes than a majority settle nothing, whatever they say: that many never end the vote before the persons came. Who
    does not come gives their seat up after a while like anybody (`panels.replace_absent`).
    """
    if not settings.HENG_DEMO:
        return 0
    done = 0
    panels_now = Panel.objects.filter(state=Panel.VOTING, drawn_at__isnull=False, case__suspended_at__isnull=True)
    for panel in panels_now.annotate(cast=Count("seats__ballot")).order_by("id")[:20]:
        waiting = list(_waiting(panel, now))
        persons = [seat for seat in waiting if _is_a_persons(seat)]
        simulated = [seat for seat in waiting if not _is_a_persons(seat)]
        if not simulated or (persons and panel.cast >= panel.majority - 1):
            continue
        try:
            _vote(simulated[0], _leaning(simulated[0]), now)
            done += 1
        except Refused:
            continue  # the vote ended, or the case was stopped, in between
    return done


# ----------------------------------------------------------------------------------------------------------------------


def _persons() -> list[str]:
    return [account.username for account in demo.ACCOUNTS if account.role is Role.JUROR]


def _name(number: int) -> str:
    persons = _persons()
    return persons[number - 1] if number <= len(persons) else f"juror-{number}"


@act
def _establish(number: int, at: datetime) -> None:
    """A person with a past: an order of theirs is in the feed, or they work for a shop."""
    user = people.establish(_name(number), display_name=f"评审员 {number:02}")
    if number % 2:
        Identity.objects.get_or_create(source=demo.SOURCE, external_id=f"juror-{number}", user=user)
        return
    shop = _shop()
    if not user.memberships.filter(merchant=shop).exists():
        memberships.establish(shop.pk, user_id=user.pk, rights=[Right.VIEW], actor=Actor.system(), now=at)


def _shop() -> Merchant:
    external_id = next(shop.external_id for shop in demo.SHOPS if shop.key == SHOP)
    found = Identity.objects.get(source=demo.SOURCE, external_id=external_id, merchant__isnull=False).merchant
    assert found is not None
    return found


def _users() -> list[tuple[int, User]]:
    named = User.objects.in_bulk([_name(number) for number in range(1, SEATS + 1)], field_name="username")
    return [(number, named[_name(number)]) for number in range(1, SEATS + 1)]


@act
def draw(case_id: int, now: datetime) -> None:
    """What the reaction to the case's entry does, at once and at a moment of one's own."""
    case = queries.lock(case_id)
    sent = Entry.objects.filter(stream_id=case.stream_id, kind=Kind.SENT_TO_JURY.value).latest("seq")
    panels.draw(case, after=sent.digest, now=now)


def _waiting(panel: Panel, now: datetime) -> list[Seat]:
    rows = panel.seats.filter(Q(state__in=Seat.OPEN), expires_at__gt=now)
    return list(rows.select_related("juror__user", "panel__case").order_by("id"))


def _is_a_persons(seat: Seat) -> bool:
    return seat.juror.user.username in _persons()


def _leaning(seat: Seat) -> str:
    """Whom a simulated juror would vote for: always the same, about as the others did."""
    return SAID[int(digest.sha256(seat.token.encode())[:8], 16) % len(SAID)]


def _vote(seat: Seat, side: str, at: datetime) -> None:
    actor = Actor.staff(Role.JUROR, seat.juror.user_id)
    while seats.owes_control(seat.juror):
        mock = jurors.next_control(seat.juror)
        jurors.answer_control(mock.code, mock.right, actor=actor, now=at)
    seats.come(seat.token, tied=False, actor=actor, now=at)
    things = list(seats.items(seat.panel.case.dossier_id, at).values_list("pk", flat=True))
    for pk in things:
        seats.open_item(seat.token, pk, actor=actor, now=at)
    mine, theirs = ("甲方", "乙方") if (side == seat.first) else ("乙方", "甲方")
    said = REASONS[side][seat.pk % len(REASONS[side])].format(mine=mine, theirs=theirs)
    choice = seats.UNSURE if side == "unsure" else seats.FIRST if side == seat.first else seats.SECOND
    decisive = things[seat.pk % len(things) :][:1] if things else []
    until = at + len(things) * standing.GLANCE
    seats.vote(seat.token, choice=choice, reason=said, decisive=decisive, actor=actor, now=until)
