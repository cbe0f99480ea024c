"""Files of exhibits over HTTP: an exhibit's own page, films in ranges, and what is said of a file that cannot be shown."""

from __future__ import annotations

import io

import pytest
from django.test import Client
from django.urls import reverse

from common import clock
from common.actor import Actor
from disputes import failed_files, submissions
from engine import ticks
from evidence import intake, limits, preparation
from evidence.models import Exhibit, Preparation, Sheet
from journal.models import Entry
from notifications.models import Notice
from tests import files, reach
from tests.reach import Scene
from tests.visiting import signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def scene() -> Scene:
    return reach.admitted()


def add(scene: Scene, content: bytes, name: str, *, code: str = "E06", actor: Actor | None = None) -> Exhibit:
    received = intake.receive(io.BytesIO(content), claimed_name=name, now=clock.now())
    who = actor or scene.buyer
    return submissions.add_evidence(scene.case.pk, received, code=code, name="", note="", actor=who, now=clock.now())


def prepare_all() -> None:
    while preparation.do_next(clock.now):
        pass


def page_of(exhibit: Exhibit, scene: Scene, area: str) -> str:
    return reverse(f"{area}:exhibit", args=[scene.case.number, exhibit.number])


def test_a_film_is_played_in_ranges_by_both_sides_and_by_nobody_else(scene: Scene) -> None:
    exhibit = add(scene, files.film(0.5), "x.mp4")
    for area, actor in (("buyer", scene.buyer), ("merchant", scene.merchant)):
        assert "<video" not in signed_in(actor).get(page_of(exhibit, scene, area)).content.decode()
    prepare_all()
    for area, actor in (("buyer", scene.buyer), ("merchant", scene.merchant)):
        client = signed_in(actor)
        text = client.get(page_of(exhibit, scene, area)).content.decode()
        href = text.split('<source src="')[1].split('"')[0]
        whole = client.get(href)
        assert whole.status_code == 200 and whole["Content-Type"] == "video/mp4" and whole["Accept-Ranges"] == "bytes"
        assert "sandbox" in whole["Content-Security-Policy"] and whole["X-Content-Type-Options"] == "nosniff"
        body = b"".join(whole.streaming_content)  # type: ignore[attr-defined]
        assert len(body) == int(whole["Content-Length"])
        part = client.get(href, headers={"Range": "bytes=100-199"})
        assert part.status_code == 206 and part["Content-Range"] == f"bytes 100-199/{len(body)}"
        assert b"".join(part.streaming_content) == body[100:200]  # type: ignore[attr-defined]
        behind = client.get(href, headers={"Range": f"bytes={len(body)}-"})
        assert behind.status_code == 416 and behind["Content-Range"] == f"bytes */{len(body)}"
        for other in (Client(), signed_in(scene.ops)):
            assert other.get(href, headers={"Range": "bytes=0-1"}).status_code == 404


def test_an_exhibit_of_a_case_that_is_not_ones_own_is_not_there(scene: Scene) -> None:
    exhibit = add(scene, files.jpeg(), "x.jpg")
    stranger = reach.a_scene()
    assert signed_in(stranger.buyer).get(page_of(exhibit, scene, "buyer")).status_code == 404
    assert signed_in(stranger.merchant).get(page_of(exhibit, scene, "merchant")).status_code == 404
    assert signed_in(scene.buyer).get(page_of(exhibit, scene, "merchant")).status_code == 404
    page = reverse("buyer:exhibit", args=[scene.case.number, "B99"])
    assert signed_in(scene.buyer).get(page).status_code == 404


def test_the_other_side_learns_nothing_of_the_device(scene: Scene) -> None:
    """S3, U29: what the file says of itself is for whoever sent it, and for staff."""
    exhibit = add(scene, files.located_jpeg(), "x.jpg")
    assert exhibit.blob is not None and exhibit.blob.sheet.has_position and exhibit.blob.sheet.model == "CANARY-CAMERA"
    own = signed_in(scene.buyer).get(page_of(exhibit, scene, "buyer")).content.decode()
    others = signed_in(scene.merchant).get(page_of(exhibit, scene, "merchant")).content.decode()
    assert "CANARY-CAMERA" in own and "位置信息" in own
    assert "CANARY" not in others and "位置信息" not in others


def test_a_page_of_an_exhibit_keeps_to_its_budget(scene: Scene, django_assert_max_num_queries) -> None:  # type: ignore[no-untyped-def]
    exhibit = add(scene, files.pdf(3), "x.pdf")
    for area, actor in (("buyer", scene.buyer), ("merchant", scene.merchant)):
        client = signed_in(actor)
        client.get(page_of(exhibit, scene, area))
        with django_assert_max_num_queries(8):
            assert client.get(page_of(exhibit, scene, area)).status_code == 200


def test_whoever_sent_a_video_that_cannot_be_shown_is_told_why_and_once(scene: Scene) -> None:
    exhibit = add(scene, files.film(0.3), "x.mp4")
    now = clock.now()
    Preparation.objects.update(refused_at=now, code="film_too_long", data={"minutes": limits.FILM_SECONDS // 60})
    assert failed_files.tell(Preparation.objects.get().pk, now=now) == 1
    assert failed_files.tell(Preparation.objects.get().pk, now=now) == 0
    entry = Entry.objects.get(kind="evidence_unreadable")
    assert entry.data["exhibit"] == exhibit.public_id and entry.data["reason"] == "film_too_long"
    ticks.consequences()
    assert list(Notice.objects.filter(entry=entry).values_list("user_id", flat=True)) == [scene.buyer.id]
    page = signed_in(scene.buyer).get(page_of(exhibit, scene, "buyer")).content.decode()
    assert "这段视频太长" in page
    assert "E06" in submissions.missing_evidence(scene.reload(), scene.buyer.side), "it no longer meets its row"


def test_operations_hear_of_a_file_that_was_set_aside(scene: Scene) -> None:
    add(scene, files.film(0.3), "x.mp4")
    now = clock.now()
    Preparation.objects.update(set_aside_at=now, code="could_not_be_read")
    ticks.files()
    ticks.consequences()
    told = Notice.objects.filter(kind="evidence_unreadable").values_list("user_id", flat=True)
    assert set(told) == {scene.buyer.id, scene.ops.id}
    board = signed_in(scene.ops)
    assert scene.case.number in board.get(reverse("ops:stuck")).content.decode()
    row = Preparation.objects.get()
    assert board.post(reverse("ops:again", args=["file", row.pk])).status_code == 302
    prepare_all()
    assert not Preparation.objects.exists()
    assert (
        scene.case.number
        not in board.get(reverse("ops:stuck")).content.decode().split("<main")[1].split("处理不了的文件")[1]
    )


def test_a_dark_photo_is_taken_and_better_light_is_advised(scene: Scene) -> None:
    from PIL import Image

    exhibit = add(scene, files.saved(Image.new("RGB", (640, 480), (12, 12, 12)), "JPEG"), "x.jpg")
    assert Sheet.objects.get(blob=exhibit.blob_id).brightness == 12
    page = signed_in(scene.buyer).get(page_of(exhibit, scene, "buyer")).content.decode()
    assert "也可以直接用这张" in page
    others = signed_in(scene.merchant).get(page_of(exhibit, scene, "merchant")).content.decode()
    assert "也可以直接用这张" not in others
