"""The pages that anybody may read: the doors, the rules, help. Knows no case."""

from __future__ import annotations

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import path, re_path, reverse
from django.views.decorators.http import require_safe

from common import clock
from web import (
    check,
    files,
    go,
    home,
    jury_measures,
    listing_pictures,
    navigation,
    rules,
    sign_in,
    styleguide,
    verification,
)
from web.context import THEMES

app_name = "public"

_YEAR = 365 * 24 * 3600


@require_safe
def help_page(request: HttpRequest) -> HttpResponse:
    return render(
        request, "public/help.html", {"nav": navigation.items("public", "help"), "support": settings.HENG_SUPPORT_URL}
    )


def theme(request: HttpRequest) -> HttpResponse:
    """Keep light or dark in a cookie; anything else gives the choice back to the device."""
    if request.method != "POST":
        return HttpResponseRedirect(reverse("public:home"))
    chosen = request.POST.get("theme", "")
    reply = HttpResponseRedirect(sign_in.wanted(request) or reverse("public:home"))
    if chosen in THEMES:
        reply.set_cookie("theme", chosen, max_age=_YEAR, samesite="Lax", secure=request.is_secure())
    else:
        reply.delete_cookie("theme")
    return reply


@require_safe
def style(request: HttpRequest, page: str = "components") -> HttpResponse:
    """Every component in every state, for people who build pages and for the browser tests. Demo sites only."""
    if not settings.HENG_DEMO or page not in styleguide.PAGES:
        raise Http404
    return render(request, f"public/styleguide_{page}.html", styleguide.samples(clock.now()))


urlpatterns = [
    path("", home.page, name="home"),
    path("check/", check.page, name="check"),
    path("rules/", rules.index, name="rules"),
    path("rules/<str:version>/", rules.index, name="rules_version"),
    path("rules/<str:version>/<str:number>/", rules.clause, name="clause"),
    path("help/", help_page, name="help"),
    path("jury/measures/", jury_measures.page, name="jury_measures"),
    path("verify/", verification.page, name="verify"),
    path("verify/keys.json", verification.keys, name="keys"),
    path("verify/anchors.json", verification.anchored, name="anchors"),
    re_path(r"^verify/(?P<name>verify\.(?:py|html))$", verification.verifier, name="verifier"),
    path("login/", sign_in.sign_in, name="sign_in"),
    path("logout/", sign_in.sign_out, name="sign_out"),
    path("demo/sign-in/", sign_in.demo_sign_in, name="demo_sign_in"),
    path("theme/", theme, name="theme"),
    path("files/<str:token>/", files.file, name="file"),
    re_path(
        r"^listing/(?P<sha256>[0-9a-f]{64})/(?P<kind>thumb|display|large)\.webp$",
        listing_pictures.picture,
        name="listing_picture",
    ),
    path("go/<str:number>/", go.case, name="go"),
    path("styleguide/", style, name="styleguide"),
    path("styleguide/<slug:page>/", style, name="styleguide_page"),
]
