"""What is left of uploads that nobody finishes: nothing, within the hour. And of those that were: the file, once."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from accounts.models import Membership
from common import clock
from common.errors import Refused
from disputes import uploads as case_uploads
from engine import ticks
from evidence import store, uploads
from evidence.models import Exhibit, Part, Scan, Upload
from evidence.uploads import Announced
from tests import builders, clamd, files, reach
from tests.reach import Scene

pytestmark = pytest.mark.django_db
PHOTO = files.jpeg()


@pytest.fixture(autouse=True)
def shelf(settings: Any, tmp_path: Path) -> Path:
    """An empty storage of this test's own."""
    options = {**settings.STORAGES["evidence"]["OPTIONS"], "location": str(tmp_path)}
    settings.STORAGES = {
        **settings.STORAGES,
        "evidence": {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": options},
    }
    return tmp_path


@pytest.fixture
def scene() -> Scene:
    return reach.admitted()


def begun(scene: Scene, content: bytes = PHOTO) -> Upload:
    return case_uploads.begin(
        scene.case.pk, Announced(len(content), "x.jpg", "E06"), actor=scene.buyer, now=clock.now()
    )


def sent(upload: Upload, content: bytes, start: int = 0, size: int | None = None) -> Upload:
    """As a connection gives it: what is asked for, until it ends."""
    rest = [content]

    def read(most: int) -> bytes:
        piece, rest[0] = rest[0][:most], rest[0][most:]
        return piece

    return uploads.pour(upload, read, start=start, size=size or len(content), instant=clock.now)


def lying(shelf: Path) -> list[Path]:
    return [path for path in shelf.rglob("*") if path.is_file()]


def test_what_was_abandoned_is_gone_within_the_hour(scene: Scene, shelf: Path) -> None:
    """U65: rows, pieces and the place in the quota."""
    for _ in range(5):
        sent(begun(scene), PHOTO[:1000], size=len(PHOTO))
    assert len(lying(shelf)) == 5 and Upload.objects.filter(offset=1000).count() == 5
    ticks.uploads()
    assert len(lying(shelf)) == 5
    builders.travel(timedelta(minutes=58))
    ticks.uploads()
    assert lying(shelf) == [] and not Part.objects.exists()
    assert set(Upload.objects.values_list("state", flat=True)) == {Upload.GIVEN_UP}
    builders.travel(uploads.REMEMBERED + timedelta(minutes=1))
    ticks.uploads()
    assert not Upload.objects.exists()


def test_an_upload_that_moves_does_not_expire(scene: Scene) -> None:
    upload = sent(begun(scene), PHOTO[:100])
    for start in (100, 200):
        builders.travel(timedelta(minutes=40))
        ticks.uploads()
        upload = sent(upload, PHOTO[start : start + 100], start)
    assert upload.offset == 300


def test_a_connection_that_breaks_keeps_what_had_come(scene: Scene) -> None:
    """And with an error instead of an end, as servers report it."""
    upload = begun(scene)
    rest = iter([PHOTO[:700]])

    def read(most: int) -> bytes:
        for piece in rest:
            return piece
        raise ConnectionResetError

    assert uploads.pour(upload, read, start=0, size=len(PHOTO), instant=clock.now).offset == 700


def test_of_two_who_send_the_same_piece_one_is_kept(scene: Scene, shelf: Path) -> None:
    upload = begun(scene)
    stale = Upload.objects.get(pk=upload.pk)
    sent(upload, PHOTO[:100])
    with pytest.raises(Refused, match="offset_differs"):
        sent(stale, PHOTO[:100])
    assert Upload.objects.get().offset == 100 and Part.objects.count() == 1 and len(lying(shelf)) == 1


def test_who_is_killed_between_the_bytes_and_the_row_leaves_nothing_for_ever(scene: Scene, shelf: Path) -> None:
    upload = begun(scene)
    part = uploads._announce(upload.pk, 0, 100, "0" * 64, now=clock.now())
    (shelf / part.key).parent.mkdir(parents=True, exist_ok=True)
    (shelf / part.key).write_bytes(b"x" * 100)
    sent(upload, PHOTO[:100])
    builders.travel(timedelta(minutes=30))
    sent(Upload.objects.get(), PHOTO[100:200], 100)
    builders.travel(timedelta(minutes=30))
    ticks.uploads()
    assert len(lying(shelf)) == 2 and Upload.objects.get().offset == 200


def test_who_is_killed_after_the_last_piece_is_finished_by_the_next_tick(scene: Scene, shelf: Path) -> None:
    sent(begun(scene), PHOTO)
    assert Upload.objects.get().state == Upload.WHOLE and not Exhibit.objects.filter(side="buyer").exists()
    builders.travel(timedelta(hours=3))  # what is whole does not expire
    ticks.uploads()
    exhibit = Exhibit.objects.get(side="buyer")
    assert Upload.objects.get().exhibit == exhibit and not Part.objects.exists()
    ticks.uploads()
    assert Exhibit.objects.filter(side="buyer").count() == 1


def test_who_is_killed_after_the_exhibit_makes_no_second_one(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    """U82 for the transport: the exhibit is there, the upload does not know it yet."""
    upload = sent(begun(scene), PHOTO)
    with monkeypatch.context() as killed:
        killed.setattr(uploads, "take", _die)
        with pytest.raises(KeyboardInterrupt):
            case_uploads.finish(upload, instant=clock.now)
    builders.travel(timedelta(minutes=5))
    ticks.uploads()
    assert Exhibit.objects.filter(side="buyer").count() == 1
    told = Upload.objects.get()
    assert told.state == Upload.TAKEN and not told.was_there


def test_a_piece_that_was_altered_in_the_storage_makes_no_exhibit(scene: Scene, shelf: Path) -> None:
    """U69 on the way in."""
    upload = sent(begun(scene), PHOTO)
    [piece] = lying(shelf)
    piece.chmod(0o600)
    piece.write_bytes(PHOTO[:-1] + b"\0")
    assert case_uploads.finish(upload, instant=clock.now).refusal == {"code": "could_not_be_read", "data": {}}
    assert not Exhibit.objects.filter(side="buyer").exists()


def test_a_piece_that_is_lost_is_waited_for_and_then_said(scene: Scene, shelf: Path) -> None:
    upload = sent(begun(scene), PHOTO)
    [piece] = lying(shelf)
    piece.unlink()
    assert case_uploads.finish(upload, instant=clock.now).state == Upload.WHOLE
    Upload.objects.update(tries=30)
    builders.travel(timedelta(hours=2))
    ticks.uploads()
    assert Upload.objects.get().refusal["code"] == "storage_unavailable"


def test_what_no_scanner_looks_at_waits_for_one(scene: Scene, settings: Any) -> None:
    """U76: it is never let pass, and never lost."""
    settings.HENG_SCANNER = "tcp://127.0.0.1:1"  # nobody listens there
    assert case_uploads.finish(sent(begun(scene), PHOTO), instant=clock.now).state == Upload.WHOLE
    with clamd.running() as scanner:
        settings.HENG_SCANNER = scanner.address
        builders.travel(timedelta(minutes=5))
        ticks.uploads()
    assert Upload.objects.get().state == Upload.TAKEN and Scan.objects.count() == 1


def test_what_ends_every_try_is_given_up_one_day(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also where it kills whoever tries: nobody is asked to try for ever."""
    sent(begun(scene), PHOTO)
    with monkeypatch.context() as broken:
        broken.setattr("evidence.intake.receive", _die)
        with pytest.raises(KeyboardInterrupt):
            case_uploads.finish(Upload.objects.get(), instant=clock.now)
    assert Upload.objects.get().tries == 1
    Upload.objects.update(tries=30)
    assert case_uploads.finish(Upload.objects.get(), instant=clock.now).state == Upload.REFUSED
    assert not Part.objects.exists()


def test_a_large_file_lies_in_pieces_of_bounded_size(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(uploads, "PART_BYTES", 10_000)
    upload = sent(begun(scene), PHOTO)
    sizes = list(Part.objects.values_list("size", flat=True))
    assert max(sizes) == 10_000 and sum(sizes) == len(PHOTO) == upload.offset
    whole = uploads.Whole(upload)
    assert b"".join(iter(lambda: whole.read(7_777), b"")) == PHOTO


def test_a_window_that_closes_meanwhile_refuses_the_whole_file(scene: Scene) -> None:
    upload = sent(begun(scene), PHOTO)
    closes = scene.reload().evidence_closes_at
    assert closes is not None
    builders.travel_to(closes)
    assert case_uploads.finish(upload, instant=clock.now).refusal["code"] == "evidence_window_closed"


def test_a_merchant_who_lost_the_right_brings_nothing_in(scene: Scene) -> None:
    upload = case_uploads.begin(
        scene.case.pk, Announced(len(PHOTO), "x.jpg", "E09"), actor=scene.merchant, now=clock.now()
    )
    upload = sent(upload, PHOTO)
    Membership.objects.filter(user_id=scene.merchant.id).update(rights=["view"])
    assert case_uploads.finish(upload, instant=clock.now).refusal["code"] == "right_missing"


def test_storage_that_cannot_delete_now_is_asked_again(
    scene: Scene, shelf: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    upload = sent(begun(scene), PHOTO[:100])
    uploads.give_up(upload.pk, now=clock.now())
    with monkeypatch.context() as away:
        away.setattr(type(store.storage()), "delete", _cannot)
        assert uploads.clear_away(upload.pk) == 0
    assert len(lying(shelf)) == 1
    ticks.uploads()
    assert lying(shelf) == []


def _die(*args: Any, **kwargs: Any) -> None:
    raise KeyboardInterrupt


def _cannot(*args: Any, **kwargs: Any) -> None:
    raise OSError("away")
