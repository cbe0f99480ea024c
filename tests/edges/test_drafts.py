"""What was typed and not done outlives a sign-in, another language and an old page; it is never sent by itself."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import translation

from accounts.models import User
from common import clock
from common.actor import Actor
from disputes import drafts as claims
from disputes import offers
from disputes.lifecycle import Event, State
from disputes.models import ShopNote
from tests import builders, reach
from web import drafts, sign_in

pytestmark = pytest.mark.django_db
WORDS = "开片是天然特征，出库前已告知。"


@pytest.fixture(autouse=True)
def _a_language_of_its_own() -> Iterator[None]:
    with translation.override("zh-hans"):
        yield


def act_of(case, event: Event = Event.REFUND_REFUSED, area: str = "merchant") -> str:
    with translation.override("zh-hans"):
        return reverse(f"{area}:act", args=[case.number, event.value])


def sign(client: Client, actor: Actor, password: str = "ein-langes-wort") -> User:
    user = User.objects.get(pk=actor.id)
    user.set_password(password)
    user.save(update_fields=["password"])
    return user


def test_a_stranger_who_sends_a_form_signs_in_and_finds_it_as_it_was_typed():
    made = reach.a_scene()
    client = Client()
    user = sign(client, made.merchant)
    path = act_of(made.case)
    reply = client.post(path, {"seen": made.case.version, "text": WORDS})
    assert reply.status_code == 302 and reply.url.startswith(reverse("public:sign_in"))
    assert WORDS not in reply.url
    assert "登录过期了，内容已保存" in client.get(reply.url).content.decode()
    back = client.post(reply.url, {"username": user.username, "password": "ein-langes-wort", "next": path})
    assert back.url == path
    shown = client.get(path)
    assert shown.status_code == 200
    assert WORDS in shown.content.decode()
    assert "还没有提交" in shown.content.decode()
    assert made.state is State.AWAITING_MERCHANT
    sent = {"seen": shown.context["form"]["seen"].value(), "text": shown.context["form"]["text"].value()}
    assert client.post(path, sent).status_code == 302
    assert made.state is State.AWAITING_BUYER
    assert drafts._KEY not in client.session or not client.session[drafts._KEY]


@pytest.mark.parametrize(
    ("route", "lands"),
    [
        ("/my/inbox/read/", "/my/inbox/"),
        ("/shop/switch/", "/shop/"),
        ("/desk/next/", "/desk/"),
        ("/ops/clock/move/", "/ops/clock/"),
        ("/ops/stuck/deadline/4/", "/ops/stuck/"),
    ],
)
def test_an_address_that_only_takes_a_form_leads_to_the_page_that_has_it(route: str, lands: str, settings):
    settings.HENG_DEMO = True  # the clock has a page only there
    scene = reach.a_scene()
    who = {"my": scene.buyer, "shop": scene.merchant, "desk": scene.arbitrator, "ops": scene.ops}[route.split("/")[1]]
    client = Client()
    assert client.post(route).url.startswith(reverse("public:sign_in"))
    client.force_login(User.objects.get(pk=who.id))
    assert client.get(route).url == lands
    assert client.get(lands).status_code == 200


def test_a_page_that_refused_a_form_keeps_its_words_in_another_language():
    made = reach.a_scene()
    client = Client()
    client.force_login(User.objects.get(pk=made.merchant.id))
    path = act_of(made.case)
    words = "长" * 501
    assert client.post(path, {"seen": made.case.version, "text": words}).status_code == 422
    english = client.get(f"/en{path}")
    assert words in english.content.decode()
    assert "not sent yet" in english.content.decode()
    other = act_of(made.case, Event.OFFER_MADE)
    assert words not in client.get(other).content.decode()


def test_a_page_that_was_never_sent_takes_its_words_along_without_acting():
    made = reach.a_scene()
    client = Client()
    client.force_login(User.objects.get(pk=made.merchant.id))
    path = act_of(made.case)
    reply = client.post(f"/zh-hant{path}", {"seen": made.case.version, "text": WORDS, sign_in.KEEP: "1"})
    assert reply.url == f"/zh-hant{path}"
    assert WORDS in client.get(reply.url).content.decode()
    assert made.state is State.AWAITING_MERCHANT


def test_what_was_typed_before_the_case_moved_on_meets_the_change_when_it_is_sent():
    made = reach.a_scene()
    client = Client()
    path = act_of(made.case)
    client.post(path, {"seen": made.case.version, "text": WORDS})
    offers.make(made.case.pk, amount=10_000, returns=False, text="", actor=made.buyer, now=clock.now())
    client.force_login(User.objects.get(pk=made.merchant.id))
    form = client.get(path).context["form"]
    reply = client.post(path, {"seen": form["seen"].value(), "text": form["text"].value()})
    assert reply.status_code == 409
    assert [line.text for line in reply.context["changes"]] == ["提出方案：¥100.00"]


def test_what_was_typed_into_a_claim_after_the_sign_in_ended_is_there_again():
    made = reach.refused()
    claims.begin(made.case.pk, actor=made.buyer, now=clock.now())
    client = Client()
    path = reverse("buyer:question", args=[made.case.number, "story"])
    client.post(path, {"story": WORDS, "page": "a"})
    client.force_login(User.objects.get(pk=made.buyer.id))
    form = client.get(path).context["form"]
    assert form["story"].value() == WORDS
    assert form.restored


def test_no_file_and_no_password_is_kept_and_little_of_anything():
    made = reach.a_scene()
    client = Client()
    path = act_of(made.case, Event.EVIDENCE_ADDED)
    file = SimpleUploadedFile("photo.jpg", reach.a_photo().read())
    client.post(path, {"note": "一句话", "password": "geheim", "file": file})
    kept = client.session[drafts._KEY][path]["words"]
    assert "geheim" not in kept and "photo" not in kept
    client.post(act_of(made.case), {"text": "长" * drafts.LARGEST})
    assert list(client.session[drafts._KEY]) == [path]
    for number in range(9):
        client.post(f"{path}?n={number}", {"note": "x"})
    assert len(client.session[drafts._KEY]) == drafts.MOST


def test_a_form_without_words_makes_no_session_for_a_stranger():
    made = reach.a_scene()
    client = Client()
    client.post(act_of(made.case), {"seen": "3", "csrfmiddlewaretoken": "x" * 32})
    assert not Session.objects.exists()


def test_what_was_typed_is_forgotten_after_two_hours():
    made = reach.a_scene()
    client = Client()
    path = act_of(made.case)
    client.post(path, {"seen": made.case.version, "text": WORDS})
    client.force_login(User.objects.get(pk=made.merchant.id))
    assert WORDS in client.get(path).content.decode()
    builders.travel(timedelta(hours=3))
    assert WORDS not in client.get(path).content.decode()


def test_words_of_one_person_are_not_shown_to_the_next_one_who_signs_in():
    made = reach.a_scene()
    client = Client()
    client.force_login(User.objects.get(pk=made.merchant.id))
    path = act_of(made.case)
    client.post(path, {"seen": made.case.version, "text": "长" * 501})
    client.force_login(User.objects.get(pk=builders.a_member(made.shop).id))
    assert "长长长" not in client.get(path).content.decode()


@pytest.mark.parametrize(
    ("origin", "kept"), [("http://testserver", True), ("https://evil.example", False), (None, False)]
)
def test_an_old_page_of_ours_keeps_its_words_and_a_strangers_page_keeps_nothing(origin: str | None, kept: bool):
    made = reach.a_scene()
    client = Client(enforce_csrf_checks=True)
    client.force_login(User.objects.get(pk=made.merchant.id))
    path = act_of(made.case)
    headers = {"Origin": origin} if origin else {}
    reply = client.post(
        path, {"seen": made.case.version, "text": WORDS, "csrfmiddlewaretoken": "y" * 32}, headers=headers
    )
    assert reply.status_code == 403
    assert (f'href="{path}"' in reply.content.decode()) is kept
    assert (WORDS in client.get(path).content.decode()) is kept
    assert made.state is State.AWAITING_MERCHANT


def test_sessions_that_have_ended_are_removed_with_what_was_typed_in_them():
    made = reach.a_scene()
    client = Client()
    client.post(act_of(made.case), {"seen": made.case.version, "text": WORDS})
    assert drafts.tidy(clock.now()) == 0
    assert drafts.tidy(clock.now() + timedelta(days=15)) == 1
    assert not Session.objects.exists()


def test_a_form_among_several_on_a_page_finds_its_words_again_after_a_session_changed():
    made = reach.a_scene()
    client = Client(enforce_csrf_checks=True)
    client.force_login(User.objects.get(pk=made.merchant.id))
    path = reverse("merchant:desk", args=[made.case.number])
    typed = {"what": "note", "text": WORDS}
    refused = client.post(path, typed, headers={"Origin": "http://testserver"})
    assert refused.status_code == 403
    shown = client.get(path)
    assert WORDS in shown.content.decode()
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', shown.content.decode())[1]
    assert client.post(path, typed | {"csrfmiddlewaretoken": token}).status_code == 302
    assert not client.session.get(drafts._KEY)
    assert [note.text for note in ShopNote.objects.all()] == [WORDS]
