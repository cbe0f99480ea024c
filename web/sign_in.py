"""Coming in and going out. Knows sessions and where each role lands; refuses to say whether an account exists."""

from __future__ import annotations

import math
from collections.abc import Callable
from datetime import datetime
from functools import wraps
from typing import Any

from allauth.account.internal.flows.login import record_authentication
from allauth.account.utils import perform_login
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import authenticate, login, logout
from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.contrib.auth.views import redirect_to_login
from django.forms import CharField, PasswordInput, TextInput
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import NoReverseMatch, Resolver404, resolve, reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters

from accounts import demo, hats
from accounts import doors as tries
from accounts.models import User
from common import clock
from common.actor import Role
from common.ids import PLATFORM_ZONE
from web import drafts
from web.forms import HouseForm

# The field by which a page asks to keep what was typed and to do nothing else.
KEEP = "_keep"
LANDINGS = {
    Role.BUYER: "buyer:home",
    Role.MERCHANT: "merchant:inbox",
    Role.ARBITRATOR: "desk:queue",
    Role.SENIOR: "desk:review",
    Role.JUROR: "jury:lobby",
    Role.OPS: "ops:deadlines",
}


class SignInForm(HouseForm):
    username = CharField(label=_("Account name"), max_length=150, widget=TextInput(attrs={"autocomplete": "username"}))
    password = CharField(
        label=_("Password"), strip=False, widget=PasswordInput(attrs={"autocomplete": "current-password"})
    )


def page(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """A page of an area. A stranger signs in first and comes back to it, with what they had typed.

    What a form was sent is kept until it is done, so that the same page in another language has it too (`web.drafts`).
    An address that only takes a form leads whoever opens it to the page that has the form.
    """

    @wraps(view)
    def opened(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        posted = request.method == "POST"
        if not request.user.is_authenticated:
            if posted and drafts.keep(request) and not request.headers.get(drafts.BY_SCRIPT):
                messages.info(request, _("You were signed out. Your work is saved; sign in to return here."))
            return redirect_to_login(request.get_full_path())
        if posted and KEEP in request.POST:
            drafts.keep(request)
            by_script = drafts.BY_SCRIPT in request.headers
            return HttpResponse(status=204) if by_script else HttpResponseRedirect(request.get_full_path())
        reply = view(request, *args, **kwargs)
        if reply.status_code == 405 and request.method in ("GET", "HEAD"):
            return HttpResponseRedirect(_above(request.path))
        if posted and 300 <= reply.status_code < 400:
            drafts.forget(request)
        elif posted and reply.status_code < 500 and reply.headers["Content-Type"].startswith("text/html"):
            drafts.keep(request)
        return reply

    return opened


def _above(path: str) -> str:
    """The nearest address above this one that exists."""
    while path.strip("/"):
        path = path.rstrip("/").rpartition("/")[0] + "/"
        try:
            resolve(path)
        except Resolver404:
            continue
        return path
    return reverse("public:home")


@never_cache
@sensitive_post_parameters("password")
def sign_in(request: HttpRequest) -> HttpResponse:
    """Password sign-in, and on a demo site one button for each demo account."""
    form = SignInForm(request.POST or None)
    closed_until = None
    if request.method == "POST" and form.is_valid():
        closed_until = tries.closed_until(form.cleaned_data["username"], tries.address_of(request))
        user = authenticate(request, **form.cleaned_data) if closed_until is None else None
        if user is not None:
            target = wanted(request) or landing(user)
            record_authentication(request, user, "password", reauthenticated=True)
            # Signed in at once, or first to the page of the second factor.
            entered: HttpResponse = perform_login(request, user, email_verification="none", redirect_url=target)
            return entered
        # One message for a wrong name and a wrong password: whether an account exists is private.
        form.add_error("password", _too_often(closed_until) if closed_until else _("Account or password is not right"))
    shown = {
        "form": form,
        "wanted": wanted(request),
        "demo_accounts": _on_the_panel() if settings.HENG_DEMO else [],
    }
    if closed_until is not None:
        reply = render(request, "public/sign_in.html", shown, status=429)
        reply["Retry-After"] = str(max(1, math.ceil((closed_until - clock.now()).total_seconds())))
        return reply
    return render(request, "public/sign_in.html", shown, status=422 if form.errors else 200)


def _too_often(until: datetime) -> str:
    """The same for an account that does not exist."""
    at = f"{until.astimezone(PLATFORM_ZONE):%H:%M:%S}"
    return gettext("Too many tries. Your account is not locked: you can go on after %(at)s.") % {"at": at}


def _on_the_panel() -> list[demo.DemoAccount]:
    """Who has something to do here: an office whose pages are not written yet has no button."""
    return [account for account in demo.ACCOUNTS if route(account.landing)]


def sign_out(request: HttpRequest) -> HttpResponse:
    """Out by a button. Whoever types the address changes nothing and lands at home."""
    if request.method == "POST":
        logout(request)
    return redirect("public:home")


@never_cache
def demo_sign_in(request: HttpRequest) -> HttpResponse:
    """Sign in as one of the demo accounts, without a password. Demo installations only."""
    if not settings.HENG_DEMO:
        raise Http404
    if request.method != "POST":
        return redirect("public:home")
    account = next((item for item in demo.ACCOUNTS if item.key == request.POST.get("account")), None)
    if account is None:
        raise Http404
    user = User.objects.filter(username=account.username, is_active=True).first()
    if user is None:
        raise Http404
    login(request, user, backend=settings.AUTHENTICATION_BACKENDS[0])
    return HttpResponseRedirect(wanted(request) or route(account.landing) or reverse("public:home"))


def landing(user: AbstractBaseUser | AnonymousUser) -> str:
    """The first area of the roles that this person holds; the chooser for somebody with none."""
    for actor in hats.hats_of(user):
        path = area_of(actor.role)
        if path:
            return path
    return reverse("public:home")


def area_of(role: Role) -> str:
    """The path where a role's work begins, or an empty text where that area is not installed."""
    return route(LANDINGS.get(role, ""))


def route(name: str) -> str:
    """The path of a named page, or an empty text where that page is not installed."""
    try:
        return reverse(name) if name else ""
    except NoReverseMatch:
        return ""


def wanted(request: HttpRequest) -> str:
    """The page that the reader was on their way to, if it is one of ours."""
    target = request.POST.get("next") or request.GET.get("next") or ""
    is_ours = url_has_allowed_host_and_scheme(
        target, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return target if is_ours else ""


def doors(user: AbstractBaseUser | AnonymousUser) -> list[Role]:
    """The roles whose doors the chooser shows: the three public ones to a stranger, only their own to a person."""
    if not user.is_authenticated:
        return [Role.BUYER, Role.MERCHANT, Role.ARBITRATOR]
    held: list[Role] = []
    for actor in hats.hats_of(user):
        if actor.role not in held:
            held.append(actor.role)
    return held
