"""The address of a case that is the same for everybody, for e-mails. Knows hats; says nothing to whoever has none here."""

from __future__ import annotations

from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import NoReverseMatch, reverse
from django.views.decorators.http import require_safe

from common.actor import Role
from common.ids import is_shaped_like_case_number
from disputes import access
from web import fetch

PAGES = {
    Role.BUYER: "buyer:case",
    Role.MERCHANT: "merchant:case",
    Role.ARBITRATOR: "desk:case",
    Role.SENIOR: "desk:case",
    Role.OPS: "ops:case",
}


@require_safe
def case(request: HttpRequest, number: str) -> HttpResponse:
    """To the page of the case in the first area where this reader may see it; 404 where there is none."""
    if not request.user.is_authenticated:
        return redirect_to_login(request.get_full_path())
    if not is_shaped_like_case_number(number):
        raise Http404
    for actor in fetch.every_hat(request.user):
        if actor.role not in PAGES or not access.visible_to(actor).filter(number=number).exists():
            continue
        try:
            target = reverse(PAGES[actor.role], args=[number])
        except NoReverseMatch:
            continue
        if actor.merchant_id is not None:
            request.session["merchant_id"] = actor.merchant_id
        return HttpResponseRedirect(target)
    raise Http404
