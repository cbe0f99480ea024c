"""What an exhibit is and how it is called: no forged code is taken, and a name is said in its reader's language."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import translation

from accounts.models import User
from evidence import media
from evidence.models import Exhibit
from tests import deciding, reach
from tests.edges.callers import Caller, named
from tests.reach import Scene

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _films_can_be_read(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(media, "takes_films", lambda: True)
    with translation.override("zh-hans"):
        yield


def photo(colour: str = "teal") -> SimpleUploadedFile:
    return SimpleUploadedFile("IMG_0231.jpg", reach.a_photo(colour).read(), content_type="image/jpeg")


def buyer(scene: Scene) -> Client:
    client = Client()
    client.force_login(User.objects.get(pk=scene.buyer.id))
    return client


# E07 is the unboxing video, E01 the platform's own snapshot, E35 what only the house writes.
@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("E07", "evidence_kind_differs"),
        ("E01", "evidence_code_unknown"),
        ("E35", "evidence_code_unknown"),
        ("E99", "evidence_code_unknown"),
    ],
)
def test_a_forged_code_is_refused_on_pages_and_by_the_api(code: str, said: str):
    scene = named(reach.admitted())
    row = buyer(scene).post(reverse("buyer:evidence", args=[scene.case.number]), {"code": code, "files": [photo()]})
    assert row.status_code == 422
    typed: dict[str, Any] = {"seen": scene.reload().version, "code": code, "file": photo("navy")}
    form = buyer(scene).post(reverse("buyer:act", args=[scene.case.number, "evidence_added"]), typed)
    assert form.status_code == 422
    assert list(form.context["form"].errors) == ["code"]
    answer = Caller().upload(
        f"cases/{scene.case.number}/evidence", {"on_behalf_of": "buyer", "code": code, "file": photo("olive")}
    )
    assert (answer.status_code, answer.json()["code"]) == (422, said)
    assert not Exhibit.objects.filter(side="buyer").exists()


def test_an_appeal_takes_no_forged_code_either():
    scene = deciding.dismissed()
    typed = {"ground": "new_evidence", "points": ["1"], "text": "补充", "code": "E07", "why_late": "当时手机送修"}
    typed |= {"seen": scene.reload().version, "file": [photo("orange")]}
    reply = buyer(scene).post(reverse("buyer:act", args=[scene.case.number, "appeal_filed"]), typed)
    assert reply.status_code == 422
    assert list(reply.context["form"].errors) == ["code"]


def test_an_exhibit_without_a_name_is_called_for_its_code_in_the_language_of_its_reader():
    scene = reach.admitted()
    with translation.override("en"):
        path = reverse("buyer:evidence", args=[scene.case.number])
    assert buyer(scene).post(path, {"code": "E06", "files": [photo()]}).status_code == 302
    exhibit = Exhibit.objects.get(side="buyer")
    assert exhibit.name == ""
    client = Client()
    client.force_login(User.objects.get(pk=scene.merchant.id))
    for prefix, name in (("/en", "Item photos"), ("", "商品照片")):
        with translation.override("zh-hans"):
            own = reverse("buyer:act", args=[scene.case.number, "evidence_withdrawn"])
            theirs = reverse("merchant:case", args=[scene.case.number])
        assert f"{exhibit.number} {name}" in buyer(scene).get(prefix + own).content.decode()
        assert f"{exhibit.number} {name}" in client.get(prefix + theirs).content.decode()
        assert "IMG_0231" not in client.get(prefix + theirs).content.decode()
