"""Becoming a juror and staying one: volunteer, be confirmed, pass the exam, learn again, leave. Draws nobody."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db.models import Exists, Min, OuterRef

from accounts import grants, people
from accounts.models import Grant, Membership, Office, User
from common.actor import Actor, Role
from common.acts import act, require_act
from common.errors import Missing, Refused
from jury import mocks, pool, standing
from jury.models import Control, Exam, Juror
from jury.sortition import Background
from jury.standing import Volunteer
from marketplace.models import KnownBuyer, Order

OPS, MARKETPLACE = "ops", "marketplace"
_SOME = 50


def of(user_id: int) -> Juror | None:
    return Juror.objects.filter(user_id=user_id).select_related("user").first()


def lacks(juror: Juror, now: datetime) -> list[str]:
    """What keeps this volunteer from sitting; codes of `standing.lacks`. Four queries."""
    bench = Grant.objects.filter(user_id=juror.user_id, revoked_at__isnull=True, role__in=pool.BENCH)
    return standing.lacks(
        Volunteer(
            active=juror.user.is_active and juror.suspended_at is None and juror.left_at is None,
            real_name=juror.real_name_at is not None,
            known_for=known_for(juror.user_id, now),
            on_the_bench=bench.exists(),
            passed=juror.passed_at is not None,
        )
    )


def known_for(user_id: int, now: datetime) -> timedelta | None:
    """How long the marketplace has known somebody: since their first order, or since they work for a shop."""
    begun = [
        Order.objects.filter(buyer_id=user_id).aggregate(at=Min("placed_at"))["at"],
        Membership.objects.filter(user_id=user_id).aggregate(at=Min("since"))["at"],
    ]
    known = [at for at in begun if at is not None]
    return now - min(known) if known else None


@act
def volunteer(*, background: Background, actor: Actor, now: datetime) -> Juror:
    """Somebody offers to sit. Once more is harmless; whoever had left is back, with what they had learnt.

    Raises `Refused`: ``is_on_the_bench``, ``works_for_no_shop``, ``juror_is_suspended``.
    """
    user = _person(actor)
    if Grant.objects.filter(user=user, revoked_at__isnull=True, role__in=pool.BENCH).exists():
        raise Refused("is_on_the_bench")
    works = Membership.objects.filter(user=user, removed_at__isnull=True).exists()
    if background is Background.MERCHANT and not works:
        raise Refused("works_for_no_shop")
    juror, is_new = Juror.objects.get_or_create(
        user=user, defaults={"background": background.value, "volunteered_at": now}
    )
    if juror.suspended_at is not None:
        raise Refused("juror_is_suspended")
    if not is_new:
        juror.background, juror.left_at = background.value, None
        juror.save(update_fields=["background", "left_at"])
    return juror


@act
def leave(*, actor: Actor, now: datetime) -> Juror:
    """They are drawn no more. A case they sit on now stays theirs until its summons is over."""
    user = _person(actor)
    juror = _lock(user.pk)
    juror.left_at = juror.left_at or now
    juror.save(update_fields=["left_at"])
    return juror


@act
def begin_exam(*, actor: Actor, now: datetime) -> Exam:
    """Five mock cases, the same until they are handed in. Raises `Refused`: ``exam_passed``, ``exam_too_soon``."""
    juror = _lock(_person(actor).pk)
    if juror.passed_at is not None:
        raise Refused("exam_passed")
    standing_one = Exam.objects.filter(juror=juror, done_at__isnull=True).first()
    if standing_one is not None:
        return standing_one
    again = exam_opens_at(juror)
    if again is not None and now < again:
        raise Refused("exam_too_soon", again_at=again.isoformat())
    done = Exam.objects.filter(juror=juror).count()
    cases = mocks.some(standing.EXAM_CASES, random.Random(f"{juror.pk}:{done}"))
    return Exam.objects.create(juror=juror, cases=[one.code for one in cases], begun_at=now)


@act
def hand_in_exam(exam_id: int, answers: Sequence[str], *, actor: Actor, now: datetime) -> Exam:
    """Four of five right is passed; else they try again a day later. Raises `Missing`; `Refused`: ``answer_everything``."""
    juror = _lock(_person(actor).pk)
    exam = Exam.objects.filter(pk=exam_id, juror=juror).first()
    if exam is None:
        raise Missing
    if exam.done_at is not None:
        return exam
    if len(answers) != len(exam.cases) or any(answer not in mocks.ANSWERS for answer in answers):
        raise Refused("answer_everything")
    exam.answers, exam.done_at = list(answers), now
    exam.right = sum(mocks.by_code(code).right == answer for code, answer in zip(exam.cases, exam.answers, strict=True))
    exam.save(update_fields=["answers", "done_at", "right"])
    if standing.passes(exam.right):
        juror.passed_at, juror.learning = now, ""
        juror.save(update_fields=["passed_at", "learning"])
    return exam


def exam_opens_at(juror: Juror) -> datetime | None:
    """From when the exam may be tried again; ``None`` if it was never failed since it was last passed."""
    last = Exam.objects.filter(juror=juror, done_at__isnull=False).order_by("-done_at", "-id").first()
    failed = last is not None and not standing.passes(last.right)
    return last.done_at + standing.EXAM_AGAIN if last is not None and last.done_at and failed else None


@act
def answer_control(code: str, answer: str, *, actor: Actor, now: datetime) -> Control:
    """A case with a known answer is answered. Raises `Missing`; `Refused`: ``no_control_now``, ``answer_everything``."""
    juror = _lock(_person(actor).pk)
    given = Control.objects.filter(juror=juror)
    if not standing.owes_control(juror.votes, given.count()):
        raise Refused("no_control_now")
    case = next_control(juror)
    if case.code != code:
        raise Missing
    if answer not in mocks.ANSWERS:
        raise Refused("answer_everything")
    kept = Control.objects.create(juror=juror, case=code, answer=answer, right=answer == case.right, at=now)
    recent = given.filter(at__gte=juror.passed_at) if juror.passed_at else given
    rights = list(recent.order_by("-at", "-id").values_list("right", flat=True)[: standing.CONTROLS])
    why = standing.must_learn_again([], rights)
    if why:
        juror.learning, juror.passed_at = why, None
        juror.save(update_fields=["learning", "passed_at"])
    return kept


def next_control(juror: Juror) -> mocks.Mock:
    """Which one comes next: always the same one until it is answered."""
    return mocks.some(1, random.Random(f"control:{juror.pk}:{Control.objects.filter(juror=juror).count()}"))[0]


@act
def confirm_real_name(juror_id: int, *, actor: Actor, now: datetime) -> Juror:
    """Operations have checked that this is a person with a name, and only once: no later record takes it back."""
    juror = _lock_by_id(juror_id, actor)
    juror.real_name_at, juror.real_name_by = juror.real_name_at or now, OPS
    juror.save(update_fields=["real_name_at", "real_name_by"])
    return juror


def hear_of_names(now: datetime) -> int:
    """A tick: whose name the marketplace knows is confirmed, and is so no more once its feed takes that back.

    Where operations confirmed a name it stays confirmed. Returns how many changed.
    """
    known = Exists(KnownBuyer.objects.filter(user_id=OuterRef("user_id"), real_name_at__lte=now))
    waiting = Juror.objects.filter(known, real_name_at__isnull=True, left_at__isnull=True)
    doubted = Juror.objects.filter(~known, real_name_by=MARKETPLACE)
    found = [*waiting.order_by("pk").values_list("user_id", flat=True)[:_SOME]]
    found += doubted.order_by("pk").values_list("user_id", flat=True)[:_SOME]
    return sum(_hear_of_name(user_id, now) for user_id in found)


@act
def _hear_of_name(user_id: int, now: datetime) -> int:
    people.lock(user_id)
    juror = _lock(user_id)
    known = KnownBuyer.objects.filter(user_id=user_id, real_name_at__lte=now).exists()
    if known == (juror.real_name_at is not None) or juror.real_name_by == OPS:
        return 0
    juror.real_name_at, juror.real_name_by = (now, MARKETPLACE) if known else (None, "")
    juror.save(update_fields=["real_name_at", "real_name_by"])
    return 1


@act
def suspend(juror_id: int, *, actor: Actor, now: datetime) -> Juror:
    """They are drawn no more until operations let them. Their office ends with it."""
    juror = _lock_by_id(juror_id, actor)
    juror.suspended_at = juror.suspended_at or now
    juror.save(update_fields=["suspended_at"])
    held = Grant.objects.filter(user_id=juror.user_id, role=Office.JUROR.value, revoked_at__isnull=True)
    held.update(revoked_at=now, revoked_by_id=actor.id)
    return juror


@act
def readmit(juror_id: int, *, actor: Actor, now: datetime) -> Juror:
    """A suspension is over."""
    juror = _lock_by_id(juror_id, actor)
    juror.suspended_at = None
    juror.save(update_fields=["suspended_at"])
    return juror


def enrol_due(now: datetime) -> int:
    """A tick: whoever lacks nothing any more holds the office from now on. Returns how many."""
    person, since = OuterRef("user_id"), now - standing.KNOWN_FOR
    held = Grant.objects.filter(user_id=person, revoked_at__isnull=True)
    waiting = Juror.objects.filter(
        ~Exists(held.filter(role__in=[Office.JUROR.value, *pool.BENCH])),
        Exists(Order.objects.filter(buyer_id=person, placed_at__lte=since))
        | Exists(Membership.objects.filter(user_id=person, since__lte=since)),
        real_name_at__isnull=False,
        passed_at__isnull=False,
        suspended_at__isnull=True,
        left_at__isnull=True,
    )
    return sum(_enrol(pk, now) for pk in waiting.order_by("pk").values_list("user_id", flat=True)[:_SOME])


@act
def _enrol(user_id: int, now: datetime) -> int:
    people.lock(user_id)
    juror = _lock(user_id)
    if lacks(juror, now):
        return 0
    grants.establish(user_id, office=Office.JUROR, actor=Actor.system(), now=now)
    return 1


def _person(actor: Actor) -> User:
    """Whoever volunteers acts for themselves: as a buyer, which everybody is, or as the juror they are."""
    require_act()
    if actor.role not in (Role.BUYER, Role.JUROR) or actor.id is None or actor.client_id is not None:
        raise Missing
    user = people.lock(actor.id)
    if not user.is_active:
        raise Missing
    return user


def _lock(user_id: int) -> Juror:
    juror = Juror.objects.select_for_update(of=("self",)).select_related("user").filter(user_id=user_id).first()
    if juror is None:
        raise Missing
    return juror


def _lock_by_id(juror_id: int, actor: Actor) -> Juror:
    user_id = Juror.objects.filter(pk=juror_id).values_list("user_id", flat=True).first()
    if user_id is None:
        raise Missing
    people.lock(user_id)
    grants.require_ops(actor, about=user_id)
    return _lock(user_id)
