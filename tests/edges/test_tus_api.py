"""Uploads by tus for a marketplace's systems: under a key, for either side, with the problems of the API."""

from __future__ import annotations

import hashlib

import pytest
from django.test import Client

from accounts.models import Scope
from evidence.models import Exhibit, Upload
from tests import files, reach, tusing
from tests.edges.callers import Caller
from tests.reach import Scene

pytestmark = pytest.mark.django_db
PHOTO = files.jpeg()


class Uploader(Client):
    """Django's client with a key in every request."""

    def __init__(self, caller: Caller) -> None:
        super().__init__(headers=caller.headers)


def begin(client: Client, scene: Scene, **changes: str):  # type: ignore[no-untyped-def]
    said = {"on_behalf_of": "buyer", "filename": "x.jpg", "code": "E06"} | changes
    return tusing.begin(client, f"/api/v1/cases/{scene.case.number}/uploads", len(PHOTO), **said)


def test_a_system_uploads_for_a_side_in_pieces() -> None:
    scene, client = reach.admitted(), Uploader(Caller(Scope.EVIDENCE_WRITE))
    where = begin(client, scene, name="壶身特写", filetype="image/jpeg")["Location"]
    assert tusing.patch(client, where, 0, PHOTO[:100])["Upload-Offset"] == "100"
    assert tusing.head(client, where)["Upload-Offset"] == "100"
    assert tusing.patch(client, where, 100, PHOTO[100:]).status_code == 204
    told = client.get(where).json()
    exhibit = Exhibit.objects.get(public_id=told["exhibit"])
    assert exhibit.sha256 == told["sha256"] == hashlib.sha256(PHOTO).hexdigest()
    assert (exhibit.side, exhibit.name, exhibit.client_id is not None) == ("buyer", "壶身特写", True)


def test_an_upload_belongs_to_the_client_that_began_it() -> None:
    scene, client = reach.admitted(), Uploader(Caller())
    where = begin(client, scene)["Location"]
    other = Uploader(Caller())
    assert tusing.head(other, where).status_code == 404
    assert tusing.patch(other, where, 0, PHOTO).status_code == 404
    assert tusing.end(client, where).status_code == 204
    assert tusing.head(client, where).status_code == 410


def test_what_does_not_fit_is_a_problem_with_a_code() -> None:
    scene, client = reach.admitted(), Uploader(Caller())
    path = f"/api/v1/cases/{scene.case.number}/uploads"
    assert client.post(path).status_code == 412
    unsaid = tusing.begin(client, path, 10, filename="x.jpg", code="E06")
    assert unsaid.status_code == 400 and unsaid.json()["errors"][0]["field"] == "on_behalf_of"
    unknown = begin(client, scene, code="E99")
    assert (unknown.status_code, unknown.json()["code"]) == (422, "evidence_code_unknown")
    where = begin(client, scene)["Location"]
    wrong = tusing.patch(client, where, 5, b"x")
    assert (wrong.status_code, wrong.json()["code"], wrong["Tus-Resumable"]) == (409, "offset_differs", "1.0.0")
    assert tusing.patch(client, where, 0, b"xy", Upload_Checksum=tusing.checksum(b"yx")).status_code == 460
    assert Upload.objects.get().offset == 0


def test_the_shop_of_a_case_is_served_as_well() -> None:
    scene, client = reach.admitted(), Uploader(Caller())
    where = begin(client, scene, on_behalf_of="merchant", code="E09")["Location"]
    assert tusing.patch(client, where, 0, PHOTO).status_code == 204
    assert Exhibit.objects.get(side="merchant").sha256 == hashlib.sha256(PHOTO).hexdigest()
