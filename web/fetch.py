"""The only way a page gets a case, and the only way it learns under which hat its reader acts."""

from __future__ import annotations

from datetime import datetime

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.http import Http404, HttpRequest

from accounts import hats
from accounts.hats import Shop
from common import clock
from common.actor import Actor, Role
from common.errors import Missing
from common.ids import is_shaped_like_case_number
from disputes import access
from disputes.models import Case
from web import awaited

# What the pages of a case read beside it. Not the rule sets: their bodies are large, and `rulebook.queries.rules` keeps
# them parsed.
AROUND = ("order", "line", "merchant", "buyer", "outcome")
OFFICES = frozenset({Role.ARBITRATOR, Role.SENIOR, Role.OPS, Role.JUROR})


def actor_or_404(request: HttpRequest, *roles: Role) -> Actor:
    """The reader under the first of ``roles`` that they own. Everybody else finds nothing here."""
    if not request.user.is_authenticated:
        raise Http404
    if OFFICES.issuperset(roles):
        try:
            return hats.office_for(request.user, roles)
        except Missing:
            raise Http404 from None
    for role in roles:
        try:
            return shops_or_404(request)[0].actor if role is Role.MERCHANT else hats.actor_for(request.user, role)
        except (Missing, Http404):
            continue
    raise Http404


def shops_or_404(request: HttpRequest) -> list[Shop]:
    """The shops of the reader, the one they look at first. One query."""
    shops = hats.shops_of(request.user)
    if not shops:
        raise Http404
    # A shop that was chosen once may have let its member go; then their next shop is as good as none chosen.
    chosen = request.session.get("merchant_id")
    return sorted(shops, key=lambda shop: shop.actor.merchant_id != chosen)


def every_hat(user: AbstractBaseUser | AnonymousUser) -> list[Actor]:
    """All actors a person may be; whoever is signed in may look at their own purchases."""
    held = hats.hats_of(user)
    if user.is_authenticated and user.is_active and all(actor.role is not Role.BUYER for actor in held):
        held.append(Actor.buyer(user.pk))
    return held


def case_or_404(number: str, actor: Actor) -> Case:
    """The case with all that its pages read of it, in one query; 404 whether it is hidden or does not exist."""
    return case_and_now_or_404(number, actor)[0]


def case_and_now_or_404(number: str, actor: Actor, *, around: tuple[str, ...] = AROUND) -> tuple[Case, datetime]:
    """The same with the present instant, still in one query: pages of a case are full to their budget.

    ``around``: which of its neighbours are read with it, for a page that needs few; the columns of all cost more than the
    rest of a short page. For somebody of the shop it comes with what else awaits them (`awaited.counts`).
    """
    if not is_shaped_like_case_number(number):  # the database refuses some characters, a NUL for one
        raise Http404
    cases = access.visible_to(actor).select_related(*around)
    if actor.role is Role.MERCHANT:
        cases = cases.annotate(shop_is_asked=awaited.how_many(actor))
    try:
        case = cases.annotate(read_at=clock.in_query()).get(number=number)
    except Case.DoesNotExist:
        raise Http404 from None
    return case, case.read_at
