"""Who may sit on a case now. Knows ties, offices and seats; refuses to know chance.

A juror has no part in the case and none in either party: never bought from the shop, never worked for it, owns no shop that
the buyer bought from, declared no tie and was named in none. Whoever holds another office of the court sits on no jury.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import CharField, Count, Exists, OuterRef, Q, QuerySet, Value
from django.db.models.functions import MD5, Cast, Concat

from accounts.models import Grant, Interest, Membership, Office
from disputes.models import Case
from jury import standing
from jury.models import Juror, Seat
from jury.sortition import Background, Candidate
from marketplace.models import Order

# A pool is kept with its panel. Of a larger one a part is drawn first, by the same seed.
MOST = 2_000
BENCH = [Office.ARBITRATOR.value, Office.SENIOR.value, Office.OPS.value]


def ready() -> QuerySet[Juror]:
    """Everybody who may be drawn at all: confirmed, examined, in office, and in no other office."""
    offices = Grant.objects.filter(user_id=OuterRef("user_id"), revoked_at__isnull=True)
    return Juror.objects.filter(
        Exists(offices.filter(role=Office.JUROR.value)),
        ~Exists(offices.filter(role__in=BENCH)),
        real_name_at__isnull=False,
        passed_at__isnull=False,
        suspended_at__isnull=True,
        left_at__isnull=True,
        user__is_active=True,
    )


def untied(jurors: QuerySet[Juror], case: Case) -> QuerySet[Juror]:
    """Those of them who have nothing to do with either side of this case."""
    person = OuterRef("user_id")
    shops_of_the_buyer = Order.objects.filter(buyer_id=case.buyer_id).order_by().values("merchant_id")
    ties = Interest.objects.filter(
        Q(user_id=person, merchant_id=case.merchant_id)
        | Q(user_id=person, person_id=case.buyer_id)
        | Q(user_id=case.buyer_id, person_id=person)
    )
    worked = Membership.objects.filter(user_id=person)
    return jurors.filter(
        ~Exists(worked.filter(Q(merchant_id=case.merchant_id) | Q(merchant_id__in=shops_of_the_buyer))),
        ~Exists(Order.objects.filter(buyer_id=person, merchant_id=case.merchant_id)),
        ~Exists(ties),
    ).exclude(user_id=case.buyer_id)


def may_sit(juror_id: int, case: Case) -> bool:
    """Whether this juror could still be drawn for this case, but for the seat that they have. One query."""
    return untied(ready(), case).filter(pk=juror_id).exists()


def candidates(case: Case, *, seed: str, now: datetime) -> list[Candidate]:
    """Who could be drawn for this case now: free, not yet asked about it, and not asked too often this week."""
    seats = Seat.objects.filter(juror_id=OuterRef("pk"))
    lately = Count("seats", filter=Q(seats__summoned_at__gt=now - timedelta(days=7)))
    free = untied(ready(), case).filter(
        ~Exists(seats.filter(state__in=Seat.OPEN)), ~Exists(seats.filter(panel__case_id=case.pk))
    )
    by_chance = MD5(Concat(Value(seed), Cast("pk", CharField()), output_field=CharField()))
    rows = free.annotate(lately=lately).filter(lately__lt=standing.SEATS_A_WEEK).order_by(by_chance, "pk")[:MOST]
    return [Candidate(one.pk, Background(one.background), standing.weight(one.votes)) for one in rows]
