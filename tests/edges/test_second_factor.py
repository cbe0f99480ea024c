"""Staff gives a second factor: no page of the desk, of operations or of the back office opens without one."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal import auth
from django.test import Client
from django.urls import reverse
from django.utils import translation

from accounts.models import User
from common.actor import Role
from tests import builders
from web import second_factor

pytestmark = pytest.mark.django_db
PASSWORD = "ein-langes-wort"


@pytest.fixture(autouse=True)
def _as_in_production(settings) -> Iterator[None]:
    settings.HENG_DEMO = False
    settings.STAFF_SECOND_FACTOR = True
    with translation.override("zh-hans"):
        yield


@pytest.fixture
def senior() -> User:
    builders.rules()
    user = User.objects.get(pk=builders.an_officer(Role.SENIOR).id)
    user.set_password(PASSWORD)
    user.save(update_fields=["password"])
    return user


def sign_in(user: User, client: Client, **more: str):
    return client.post(reverse("public:sign_in"), {"username": user.username, "password": PASSWORD, **more})


def code_of(secret: str, steps: int = 0) -> str:
    counter = int(time.time()) // 30 + steps
    return auth.format_hotp_value(auth.hotp_value(secret, counter))


def enrolled(user: User) -> str:
    secret = auth.generate_totp_secret()
    auth.TOTP.activate(user, secret)
    return secret


def test_staff_without_a_second_factor_sets_one_up_before_any_page_opens(senior: User):
    client = Client()
    assert sign_in(senior, client).url == reverse("desk:review")
    sent = client.get(reverse("desk:review"))
    assert sent.url.startswith(reverse("mfa_activate_totp"))
    page = client.get(sent.url)
    text = page.content.decode()
    secret = page.context["form"].secret
    assert secret in text and "data:image/svg+xml" in text
    wrong = client.post(reverse("mfa_activate_totp"), {"code": "000000"})
    assert wrong.status_code == 200 and not Authenticator.objects.exists()
    reply = client.post(reverse("mfa_activate_totp"), {"code": code_of(secret)})
    assert reply.url == reverse("mfa_view_recovery_codes")
    assert client.get(reverse("desk:review")).status_code == 200
    assert secret not in str(Authenticator.objects.get(type="totp").data)


@pytest.mark.parametrize("path", ["/desk/", "/en/desk/", "/zh-hant/ops/", "/admin/", "/jury/"])
def test_no_area_of_staff_opens_without_it(senior: User, path: str):
    client = Client()
    client.force_login(senior)
    assert "second-factor" in client.get(path).url
    assert "second-factor" in client.post(path).url


def test_whoever_has_one_is_asked_for_it_after_the_password(senior: User):
    secret = enrolled(senior)
    client = Client()
    asked = sign_in(senior, client, next="/desk/done/")
    assert asked.url == reverse("mfa_authenticate")
    assert client.get("/desk/").url.startswith(reverse("public:sign_in"))
    assert client.get(asked.url).status_code == 200
    wrong = client.post(asked.url, {"code": "123456"})
    assert "这个验证码不对" in wrong.content.decode()
    assert client.get("/desk/").url.startswith(reverse("public:sign_in"))
    assert client.post(asked.url, {"code": code_of(secret)}).url == "/desk/done/"
    assert client.get("/desk/done/").status_code == 200


def test_a_code_counts_once(senior: User):
    code = code_of(enrolled(senior))
    for client, reply in ((Client(), 302), (Client(), 200)):
        sign_in(senior, client)
        assert client.post(reverse("mfa_authenticate"), {"code": code}).status_code == reply


def test_a_recovery_code_opens_once(senior: User):
    client = Client()
    sign_in(senior, client)
    secret = client.get(reverse("mfa_activate_totp")).context["form"].secret
    client.post(reverse("mfa_activate_totp"), {"code": code_of(secret)})
    codes = client.get(reverse("mfa_view_recovery_codes")).context["unused_codes"]
    assert len(codes) == 10 and "*" not in codes[0]
    assert codes[0] not in client.get(reverse("mfa_view_recovery_codes")).content.decode()
    for reply in (302, 200):
        other = Client()
        sign_in(senior, other)
        assert other.post(reverse("mfa_authenticate"), {"code": codes[0]}).status_code == reply


def test_codes_cannot_be_guessed_in_a_row(senior: User):
    secret = enrolled(senior)
    client = Client()
    sign_in(senior, client)
    for number in range(12):
        client.post(reverse("mfa_authenticate"), {"code": f"{number:06d}"})
    assert client.post(reverse("mfa_authenticate"), {"code": code_of(secret)}).status_code == 200


def test_a_session_from_before_gives_it_now(senior: User):
    enrolled(senior)
    client = Client()
    client.force_login(senior)
    assert client.get("/desk/").url.startswith(reverse("mfa_reauthenticate"))


def test_buyers_and_shops_sign_in_by_password_alone():
    user = User.objects.get(pk=builders.a_buyer().id)
    user.set_password(PASSWORD)
    user.save(update_fields=["password"])
    client = Client()
    assert sign_in(user, client, next="/my/").url == "/my/"
    assert client.get("/my/").status_code == 200


def test_a_demo_goes_without(senior: User, settings):
    settings.STAFF_SECOND_FACTOR = False
    client = Client()
    client.force_login(senior)
    assert client.get("/desk/").status_code == 200


def test_the_back_office_has_no_door_of_its_own():
    assert Client().get("/admin/login/?next=/admin/").url == "/login/?next=/admin/"


def test_secrets_are_encrypted_and_outlive_a_new_key(settings):
    closed = second_factor.Adapter().encrypt("JBSWY3DPEHPK3PXP")
    assert "JBSWY3DP" not in closed
    settings.SECRET_KEY_FALLBACKS, settings.SECRET_KEY = [settings.SECRET_KEY], "another"
    assert second_factor.Adapter().decrypt(closed) == "JBSWY3DPEHPK3PXP"


@pytest.mark.parametrize("prefix", ["", "/en", "/zh-hant"])
def test_its_pages_are_ours_in_each_language(senior: User, prefix: str):
    client = Client()
    sign_in(senior, client)
    for page in ("", "totp/activate/"):
        reply = client.get(f"{prefix}/login/second-factor/{page}")
        assert reply.status_code == 200
        assert b'class="skip"' in reply.content


def test_signing_in_says_nothing_that_only_tells_what_was_just_done():
    user = User.objects.get(pk=builders.a_buyer().id)
    user.set_password(PASSWORD)
    user.save(update_fields=["password"])
    client = Client()
    sign_in(user, client, next="/my/")
    assert list(client.get("/my/").context["messages"]) == []
