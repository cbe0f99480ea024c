"""The second factor of staff: an app's code or a recovery code after the password. django-allauth keeps and checks it.

Knows which areas need it and how its secrets are encrypted. Demo sites go without: their people are invented.
"""

from __future__ import annotations

import base64
from collections.abc import Callable
from hashlib import sha256
from typing import Any

from allauth.account.authentication import get_authentication_records
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.base import forms as asked
from allauth.mfa.models import Authenticator
from allauth.mfa.totp import forms as set_up
from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _

from web import language
from web.forms import HouseForm

# What only staff opens, whatever the language of the address.
AREAS = ("/desk/", "/ops/", "/jury/", "/admin/")
# Within them, what anybody reads without signing in.
OPEN = ("/jury/measures/",)


class Required:
    """Middleware: nobody enters an area of staff without having given a second factor in this session.

    Whoever has none sets one up first; whoever has one and came in without it gives it now. No query where it was given.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not settings.STAFF_SECOND_FACTOR or not request.user.is_authenticated or not _is_staffs(request.path):
            return self.get_response(request)
        if given(request):
            return self.get_response(request)
        has_one = Authenticator.objects.filter(user=request.user, type=Authenticator.Type.TOTP).exists()
        if not has_one:
            messages.warning(request, _("Set up a second factor first: these pages decide about other people's money."))
        page = reverse("mfa_reauthenticate" if has_one else "mfa_activate_totp")
        return HttpResponseRedirect(f"{page}?{urlencode({'next': request.get_full_path()})}")


def given(request: HttpRequest) -> bool:
    """Whether this session has seen a second factor of this person."""
    return any(record.get("method") == "mfa" for record in get_authentication_records(request, request.user))


def _is_staffs(path: str) -> bool:
    plain = language.same_page(path, settings.LANGUAGE_CODE.lower())
    return plain.startswith(AREAS) and not plain.startswith(OPEN)


class Adapter(DefaultMFAAdapter):  # type: ignore[misc]
    """Secrets are encrypted with keys made from `SECRET_KEY`; the older ones still open what they closed."""

    error_messages = {
        **DefaultMFAAdapter.error_messages,
        "incorrect_code": _("This code is not right, or it was used already. Take the one that the app shows now."),
    }

    def encrypt(self, text: str) -> str:
        return _keys().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        return _keys().decrypt(encrypted_text.encode()).decode()


def _keys() -> MultiFernet:
    secrets = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    return MultiFernet(
        [Fernet(base64.urlsafe_b64encode(sha256(b"web.second_factor:" + key.encode()).digest())) for key in secrets]
    )


class _OneCode(HouseForm):
    """One field with our label and hint, in our words."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        code = self.fields["code"]
        code.label = _("Code")
        code.help_text = self.hint
        code.widget.attrs.pop("placeholder", None)
        code.widget.attrs |= {"autocomplete": "one-time-code", "inputmode": "numeric", "class": "short"}

    hint: Any = _("Six digits from your authenticator app, or one of your recovery codes.")


class AuthenticateForm(_OneCode, asked.AuthenticateForm):  # type: ignore[misc]
    pass


class ReauthenticateForm(_OneCode, asked.ReauthenticateForm):  # type: ignore[misc]
    pass


class ActivateForm(_OneCode, set_up.ActivateTOTPForm):  # type: ignore[misc]
    hint = _("Six digits that the app shows for this account.")
