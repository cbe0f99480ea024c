"""The addresses of the second factor. Their names are allauth's, which finds its own pages by them."""

from __future__ import annotations

from typing import Any

from allauth.account.internal.flows.login import record_authentication
from allauth.account.views import reauthenticate
from allauth.mfa.totp.views import ActivateTOTPView
from django.http import HttpResponse
from django.urls import include, path

from web import sign_in


class Activate(ActivateTOTPView):  # type: ignore[misc]
    """Whoever has just typed the app's code has given their second factor in this session."""

    def form_valid(self, form: Any) -> HttpResponse:
        reply: HttpResponse = super().form_valid(form)
        record_authentication(self.request, self.request.user, "mfa", type="totp")
        return reply


urlpatterns = [
    path("login/", sign_in.sign_in, name="account_login"),
    path("logout/", sign_in.sign_out, name="account_logout"),
    path("login/again/", reauthenticate, name="account_reauthenticate"),
    path("login/second-factor/totp/activate/", Activate.as_view(), name="mfa_activate_totp"),
    path("login/second-factor/", include("allauth.mfa.urls")),
]
