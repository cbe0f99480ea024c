"""Uploads of a side by tus: what is kept when a connection breaks, who may go on with it, and what is refused when."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.test import Client
from django.urls import reverse

from accounts.models import Right
from common import clock, tus
from common.actor import Actor
from common.errors import Refused
from disputes import uploads as case_uploads
from evidence import limits, uploads
from evidence.models import Exhibit, Part, Upload
from tests import builders, files, reach, tusing
from tests.reach import Scene

pytestmark = pytest.mark.django_db
PHOTO = files.jpeg(1200, 900)


def signed_in(actor: Actor, **options: Any) -> Client:
    client = Client(**options)
    client.force_login(get_user_model().objects.get(pk=actor.id))
    return client


@pytest.fixture
def scene() -> Scene:
    return reach.admitted()


@pytest.fixture
def buyer(scene: Scene) -> Client:
    return signed_in(scene.buyer)


def address(scene: Scene, side: str = "buyer") -> str:
    return reverse(f"{side}:uploads", args=[scene.case.number])


def begun(client: Client, scene: Scene, content: bytes = PHOTO, side: str = "buyer", **more: str) -> str:
    said = {"filename": "IMG_0231.JPG", "code": "E06"} | more
    reply = tusing.begin(client, address(scene, side), len(content), **said)
    assert reply.status_code == 201, reply.content
    return str(reply["Location"])


def test_a_file_that_comes_in_pieces_is_the_exhibit_that_was_sent(buyer: Client, scene: Scene) -> None:
    where = begun(buyer, scene)
    half = len(PHOTO) // 2
    assert tusing.patch(buyer, where, 0, PHOTO[:half])["Upload-Offset"] == str(half)
    assert tusing.head(buyer, where)["Upload-Offset"] == str(half)
    last = tusing.patch(buyer, where, half, PHOTO[half:])
    assert (last.status_code, last["Upload-Offset"]) == (204, str(len(PHOTO)))
    exhibit = Exhibit.objects.get(dossier_id=scene.case.dossier_id, side="buyer")
    assert exhibit.sha256 == hashlib.sha256(PHOTO).hexdigest()
    assert exhibit.size == len(PHOTO) and exhibit.code == "E06"
    told = buyer.get(where).json()
    assert told["state"] == "taken" and exhibit.receipt_code in told["words"]
    assert Part.objects.count() == 0  # its pieces are gone, it lies in the storage once


def test_the_first_bytes_may_come_with_the_beginning(buyer: Client, scene: Scene) -> None:
    reply = tusing.begin(buyer, address(scene), len(PHOTO), filename="x.jpg", code="E06", body=PHOTO)
    assert (reply.status_code, reply["Upload-Offset"]) == (201, str(len(PHOTO)))
    assert Exhibit.objects.filter(dossier_id=scene.case.dossier_id, side="buyer").count() == 1


def test_every_reply_speaks_the_protocol(buyer: Client, scene: Scene) -> None:
    told = buyer.options(address(scene))
    assert told["Tus-Version"] == "1.0.0"
    assert {"creation", "termination", "expiration", "checksum"} <= set(told["Tus-Extension"].split(","))
    assert int(told["Tus-Max-Size"]) >= limits.FILE_BYTES
    where = begun(buyer, scene)
    fresh = tusing.head(buyer, where)
    assert fresh["Cache-Control"] == "no-store" and fresh["Upload-Length"] == str(len(PHOTO))
    assert tus.metadata(fresh["Upload-Metadata"])["filename"] == "IMG_0231.JPG"
    assert "Upload-Expires" in fresh
    for reply in (told, fresh, buyer.head(where), buyer.get(where[:-2] + "x/"), tusing.patch(buyer, where, 7, b"x")):
        assert reply["Tus-Resumable"] == "1.0.0"
    assert buyer.head(where).status_code == 412  # without the version


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Upload-Length": "ten"}, 400),
        ({"Upload-Length": "-1"}, 400),
        ({"Upload-Defer-Length": "1"}, 400),
        ({"Upload-Length": "0"}, 422),
        ({"Upload-Length": "9" * 15}, 413),
        ({"Upload-Length": "10", "Upload-Metadata": "code !!"}, 400),
        ({"Upload-Length": "10", "Upload-Metadata": "code RTA2,code RTA2"}, 400),
        ({"Upload-Length": "10", "Upload-Metadata": "filename AAA="}, 400),  # a NUL
        ({"Upload-Length": "10", "Upload-Metadata": tus.written({"code": "E99"})}, 422),
        ({"Upload-Length": "10", "Upload-Metadata": tus.written({"code": "E06", "filename": "x.html"})}, 422),
    ],
)
def test_what_cannot_become_an_exhibit_is_refused_before_its_first_byte(
    buyer: Client, scene: Scene, headers: dict[str, str], status: int
) -> None:
    base = {"Tus-Resumable": "1.0.0", "Upload-Metadata": tus.written({"code": "E06", "filename": "x.jpg"})}
    reply = buyer.generic("POST", address(scene), headers=base | headers)
    assert reply.status_code == status, reply.content
    assert not Upload.objects.exists()


def test_a_piece_at_the_wrong_place_changes_nothing(buyer: Client, scene: Scene) -> None:
    where = begun(buyer, scene)
    assert tusing.patch(buyer, where, 5, PHOTO[:100]).status_code == 409
    assert tusing.patch(buyer, where, 0, PHOTO + b"x").status_code == 413
    assert tusing.patch(buyer, where, 0, PHOTO[:100]).status_code == 204
    assert tusing.patch(buyer, where, 0, PHOTO[:100]).status_code == 409
    assert tusing.head(buyer, where)["Upload-Offset"] == "100"
    assert buyer.generic("PATCH", where, b"x", content_type="image/png", headers=tusing.RESUMABLE).status_code == 415


def test_a_damaged_piece_is_not_kept(buyer: Client, scene: Scene) -> None:
    where = begun(buyer, scene)
    assert tusing.patch(buyer, where, 0, PHOTO[:100], Upload_Checksum=tusing.checksum(b"other")).status_code == 460
    assert tusing.head(buyer, where)["Upload-Offset"] == "0" and not Part.objects.exists()
    assert tusing.patch(buyer, where, 0, PHOTO[:100], Upload_Checksum=tusing.checksum(PHOTO[:100])).status_code == 204
    sha1 = tusing.checksum(PHOTO[100:], "sha1")
    assert tusing.patch(buyer, where, 100, PHOTO[100:], Upload_Checksum=sha1).status_code == 204
    assert tusing.patch(buyer, where, 0, b"x", Upload_Checksum="md5 eA==").status_code == 400
    assert Upload.objects.get().state == Upload.TAKEN


def test_what_is_not_taken_is_refused_at_its_first_piece(buyer: Client, scene: Scene) -> None:
    """U13, U15 … of half a gigabyte: the rest is not even sent."""
    where = begun(buyer, scene, b"Rar!" + b"\0" * 5_000_000, filename="x.jpg")
    reply = tusing.patch(buyer, where, 0, b"Rar!" + b"\0" * 1000)
    assert reply.status_code == 415 and reply.json()["code"] == "type_not_accepted"
    assert Upload.objects.get().state == Upload.REFUSED and not Part.objects.exists()
    assert tusing.head(buyer, where).status_code == 410
    assert tusing.patch(buyer, where, 0, PHOTO[:10]).status_code == 410
    assert buyer.get(where).json()["words"]


def test_a_whole_file_that_cannot_be_read_says_why(buyer: Client, scene: Scene) -> None:
    broken = files.half(files.png())
    where = begun(buyer, scene, broken, filename="x.png")
    reply = tusing.patch(buyer, where, 0, broken)
    assert reply.status_code == 422 and reply.json()["code"] == "could_not_be_read" and reply.json()["detail"]
    assert not Exhibit.objects.filter(side="buyer").exists() and not Part.objects.exists()


def test_the_same_file_twice_is_one_exhibit_and_says_so(buyer: Client, scene: Scene) -> None:
    """U67: of the same side. Of the other side it is another exhibit, and neither learns of it."""
    for _ in range(2):
        where = begun(buyer, scene)
        assert tusing.patch(buyer, where, 0, PHOTO).status_code == 204
    told = buyer.get(where).json()
    assert told["state"] == "taken" and "B1" in told["words"]
    assert Exhibit.objects.filter(dossier_id=scene.case.dossier_id, side="buyer").count() == 1
    shop = signed_in(scene.merchant)
    where = begun(shop, scene, side="merchant", code="E09")
    assert tusing.patch(shop, where, 0, PHOTO).status_code == 204
    assert Exhibit.objects.get(side="merchant").sha256 == Exhibit.objects.get(side="buyer").sha256
    assert not Upload.objects.get(side="merchant").was_there


def test_an_upload_is_there_for_nobody_but_its_sender(buyer: Client, scene: Scene) -> None:
    """U70, U74: other people, the other side, a colleague, the court; and another case's address."""
    where = begun(buyer, scene)
    other = reach.a_scene()
    token = where.rstrip("/").rpartition("/")[2]
    elsewhere = reverse("buyer:upload", args=[other.case.number, token])
    strangers = [other.buyer, other.merchant, scene.merchant, scene.arbitrator, scene.senior, scene.ops]
    tried = [(signed_in(actor), where) for actor in strangers] + [(signed_in(other.buyer), elsewhere)]
    for client, path in tried:
        for method in ("GET", "HEAD", "PATCH", "DELETE", "POST"):
            reply = client.generic(
                method, path, b"x", content_type=tus.BODY, headers={**tusing.RESUMABLE, "Upload-Offset": "0"}
            )
            assert reply.status_code == 404, (method, path)
    for actor in strangers[:2] + strangers[3:]:
        assert tusing.begin(signed_in(actor), address(scene), 10, filename="x.jpg", code="E06").status_code == 404
    assert len(token) >= 43  # 256 random bits
    colleague = builders.a_member(scene.shop)
    mine = begun(signed_in(scene.merchant), scene, side="merchant", code="E09")
    assert tusing.head(signed_in(colleague), mine).status_code == 404
    assert Client().head(where).status_code == 302  # asked to sign in
    assert Part.objects.count() == 0


def test_a_forged_request_brings_nothing(scene: Scene) -> None:
    strict = signed_in(scene.buyer, enforce_csrf_checks=True)
    assert tusing.begin(strict, address(scene), 10, filename="x.jpg", code="E06").status_code == 403
    assert not Upload.objects.exists()


def test_a_member_without_the_right_begins_nothing(scene: Scene) -> None:
    viewer = signed_in(builders.a_member(scene.shop, rights=(Right.VIEW,)))
    assert tusing.begin(viewer, address(scene, "merchant"), 10, filename="x.jpg", code="E09").status_code == 403


def test_after_the_window_nothing_begins_and_nothing_that_began_gets_in(buyer: Client, scene: Scene) -> None:
    """U74: asked at the beginning, and again when it is whole, which is what counts."""
    where = begun(buyer, scene)
    ends_at = scene.reload().evidence_closes_at
    assert ends_at is not None
    builders.travel_to(ends_at - timedelta(minutes=10))
    where = begun(buyer, scene, filename="late.jpg")
    assert tusing.patch(buyer, where, 0, PHOTO[:100]).status_code == 204
    builders.travel_to(ends_at)
    late = tusing.patch(buyer, where, 100, PHOTO[100:])
    assert late.status_code == 409 and late.json()["code"] == "evidence_window_closed"
    assert tusing.begin(buyer, address(scene), 10, filename="x.jpg", code="E06").status_code == 409
    assert not Exhibit.objects.filter(side="buyer").exists() and not Part.objects.exists()


def test_a_case_that_takes_no_evidence_takes_no_upload() -> None:
    scene = reach.a_scene()
    reply = tusing.begin(signed_in(scene.buyer), address(scene), 10, filename="x.jpg", code="E06")
    assert reply.status_code == 409


def test_unfinished_uploads_are_listed_for_another_device(buyer: Client, scene: Scene) -> None:
    mark = hashlib.sha256(PHOTO[: 1024 * 1024]).hexdigest()
    where = begun(buyer, scene, head=mark)
    tusing.patch(buyer, where, 0, PHOTO[:1000])
    done = begun(buyer, scene, files.png(), filename="y.png")
    tusing.patch(buyer, done, 0, files.png())
    [row] = signed_in(scene.buyer).get(address(scene)).json()["uploads"]
    assert (row["url"], row["offset"], row["length"], row["head"]) == (where, 1000, len(PHOTO), mark)


def test_ending_an_upload_frees_its_place_at_once(buyer: Client, scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "FILES_PER_SIDE", 1)
    where = begun(buyer, scene)
    tusing.patch(buyer, where, 0, PHOTO[:1000])
    full = tusing.begin(buyer, address(scene), 10, filename="x.jpg", code="E06")
    assert full.status_code == 422 and full.json()["code"] == "too_many_files"
    assert tusing.end(buyer, where).status_code == 204
    assert not Part.objects.exists() and tusing.head(buyer, where).status_code == 410
    begun(buyer, scene)


def test_what_was_announced_counts_before_it_is_there(
    buyer: Client, scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "BYTES_PER_SIDE", 1000)
    begun(buyer, scene, b"x" * 700)
    reply = tusing.begin(buyer, address(scene), 700, filename="x.jpg", code="E06")
    assert reply.status_code == 413 and reply.json()["code"] == "too_many_bytes"
    builders.travel(uploads.LIFE)  # expired: frees its place, collected or not
    begun(buyer, scene, b"x" * 700)


def test_so_many_an_hour_and_then_a_while_later(buyer: Client, scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(uploads.MOST_AN_HOUR, "buyer", 3)
    for _ in range(3):
        tusing.end(buyer, begun(buyer, scene))
    reply = tusing.begin(buyer, address(scene), 10, filename="x.jpg", code="E06")
    assert reply.status_code == 429 and reply["Retry-After"]
    builders.travel(timedelta(hours=1))
    begun(buyer, scene)


def test_networks_without_patch_have_a_way(buyer: Client, scene: Scene) -> None:
    where = begun(buyer, scene)
    headers = {**tusing.RESUMABLE, "Upload-Offset": "0", "X-HTTP-Method-Override": "PATCH"}
    assert buyer.generic("POST", where, PHOTO, content_type=tus.BODY, headers=headers).status_code == 204
    assert Upload.objects.get().state == Upload.TAKEN


def test_a_storage_that_is_away_loses_nothing(buyer: Client, scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    """R18: a piece is refused with 503 and sent again; a whole file waits until it can be kept."""
    where = begun(buyer, scene)
    with monkeypatch.context() as away:
        away.setattr("django.core.files.storage.FileSystemStorage._save", _no_room)
        reply = tusing.patch(buyer, where, 0, PHOTO[:1000])
        assert reply.status_code == 503 and reply["Retry-After"] and reply.json()["detail"]
        assert tusing.head(buyer, where)["Upload-Offset"] == "0" and not Part.objects.exists()
    tusing.patch(buyer, where, 0, PHOTO[:1000])
    with monkeypatch.context() as away:
        away.setattr("evidence.intake.keep", _keep_fails)
        assert tusing.patch(buyer, where, 1000, PHOTO[1000:]).status_code == 204
    assert buyer.get(where).json()["state"] == "whole"
    assert case_uploads.finish_due(clock.now) == 0  # not in the next breath
    builders.travel(timedelta(minutes=2))
    assert case_uploads.finish_due(clock.now) == 1
    assert Exhibit.objects.get(side="buyer").sha256 == hashlib.sha256(PHOTO).hexdigest()


def _no_room(*args: Any, **kwargs: Any) -> str:
    raise OSError(28, "No space left on device")


def _keep_fails(*args: Any, **kwargs: Any) -> None:
    raise Refused("storage_unavailable")
