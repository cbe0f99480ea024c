"""Evidence lies as well in an S3 store as on a disk: the same promises, kept by both, and kept when they fail."""

from __future__ import annotations

import hashlib
import socket
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import pytest
from django.contrib.auth import get_user_model
from django.core.files.base import ContentFile
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse

from common import clock
from common.errors import Refused
from disputes import submissions
from disputes import uploads as case_uploads
from engine import ticks
from evidence import intake, integrity, limits, links, orphans, store, uploads
from evidence.models import Blob, Derivative, Exhibit, Part, Upload
from evidence.uploads import Announced
from tests import builders, files, reach, s3
from tests.reach import Scene

pytestmark = pytest.mark.django_db
PHOTO = files.jpeg()


class Shelf(Protocol):
    """What a test does behind the storage's back."""

    def names(self) -> set[str]: ...
    def alter(self, key: str) -> None: ...
    def lose(self, key: str) -> None: ...
    def fail(self) -> None: ...


@dataclass
class Disk:
    folder: Path
    monkeypatch: pytest.MonkeyPatch

    def names(self) -> set[str]:
        return {str(path.relative_to(self.folder)) for path in self.folder.rglob("*") if path.is_file()}

    def alter(self, key: str) -> None:
        content = (self.folder / key).read_bytes()
        (self.folder / key).write_bytes(content[:-1] + bytes([content[-1] ^ 1]))

    def lose(self, key: str) -> None:
        (self.folder / key).unlink()

    def fail(self) -> None:
        """The disk is full, and what is on it cannot be read."""
        for act in ("_save", "_open"):
            self.monkeypatch.setattr(f"django.core.files.storage.FileSystemStorage.{act}", _no_disk)


@dataclass
class Store:
    url: str
    settings: Any

    def names(self) -> set[str]:
        found = s3.client(self.url).list_objects_v2(Bucket=s3.BUCKET).get("Contents", [])
        return {row["Key"] for row in found}

    def alter(self, key: str) -> None:
        client = s3.client(self.url)
        content = client.get_object(Bucket=s3.BUCKET, Key=key)["Body"].read()
        client.put_object(Bucket=s3.BUCKET, Key=key, Body=content[:-1] + bytes([content[-1] ^ 1]))

    def lose(self, key: str) -> None:
        s3.client(self.url).delete_object(Bucket=s3.BUCKET, Key=key)

    def fail(self) -> None:
        """Nobody listens there any more."""
        with socket.socket() as trial:
            trial.bind(("127.0.0.1", 0))
            nobody = f"http://127.0.0.1:{trial.getsockname()[1]}"
        self.settings.STORAGES = {**self.settings.STORAGES, "evidence": s3.options(nobody)}

    def empty(self) -> None:
        for key in self.names():
            self.lose(key)


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    with s3.server() as url:
        yield url


@pytest.fixture(params=["disk", "s3"])
def shelf(request: pytest.FixtureRequest, settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Shelf:
    if request.param == "disk":
        options = {"location": str(tmp_path), "base_url": None}
        backend = {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": options}
        settings.STORAGES = {**settings.STORAGES, "evidence": backend}
        return Disk(tmp_path, monkeypatch)
    url = request.getfixturevalue("server")
    settings.STORAGES = {**settings.STORAGES, "evidence": s3.options(url)}
    made = Store(url, settings)
    made.empty()
    return made


def received(content: bytes = PHOTO) -> intake.Received:
    return intake.receive(ContentFile(content), claimed_name="x.jpg", now=clock.now())


def added(scene: Scene, content: bytes = PHOTO) -> Exhibit:
    return submissions.add_evidence(
        scene.case.pk, received(content), code="E06", name="", note="", actor=scene.buyer, now=clock.now()
    )


def begun(scene: Scene, content: bytes = PHOTO) -> Upload:
    return case_uploads.begin(
        scene.case.pk, Announced(len(content), "x.jpg", "E06"), actor=scene.buyer, now=clock.now()
    )


def sent(upload: Upload, content: bytes, start: int = 0) -> Upload:
    stream = ContentFile(content)
    return uploads.pour(upload, stream.read, start=start, size=len(content), instant=clock.now)


def test_what_was_kept_is_read_as_it_came(shelf: Shelf) -> None:
    blob = Blob.objects.get(pk=received().blob_id)
    with store.storage().open(blob.key, "rb") as file:
        assert hashlib.sha256(file.read()).hexdigest() == blob.sha256 == hashlib.sha256(PHOTO).hexdigest()
        assert file.size == len(PHOTO)
    assert integrity.altered(blob) == []
    assert {blob.key, *blob.derivatives.values_list("key", flat=True)} == shelf.names()


def test_a_file_is_read_from_any_place(shelf: Shelf) -> None:
    """What ranges of a film are made of."""
    content = bytes(range(256)) * 4096  # a megabyte
    key = store.storage().save("incoming/any/place", ContentFile(content))
    with store.storage().open(key, "rb") as file:
        for start, size in ((0, 10), (777_777, 100_000), (5, 1), (len(content) - 3, 10), (len(content), 1)):
            file.seek(start)
            assert file.read(size) == content[start : start + size]
        file.seek(0)
        assert b"".join(iter(lambda: file.read(65_536), b"")) == content
    assert store.storage().size(key) == len(content)


def test_a_large_file_is_the_same_on_the_other_side(shelf: Shelf) -> None:
    """Larger than one request of the store's takes."""
    content = bytes(range(256)) * 4096 * 20  # 20 MB
    key = store.storage().save("incoming/large", ContentFile(content))
    seen = hashlib.sha256()
    with store.storage().open(key, "rb") as file:
        while piece := file.read(65_536):
            seen.update(piece)
    assert seen.hexdigest() == hashlib.sha256(content).hexdigest()


def test_a_part_of_a_film_is_fetched_checked_and_sent(shelf: Shelf) -> None:
    """Ranges, as players ask for them; a piece that was altered is not sent, and those beside it are."""
    scene = reach.admitted()
    exhibit = added(scene)
    content = b"".join(bytes([n]) * limits.PIECE_BYTES for n in (1, 2, 3))[:-1000]
    starts = range(0, len(content), limits.PIECE_BYTES)
    pieces = b"".join(hashlib.sha256(content[n : n + limits.PIECE_BYTES]).digest() for n in starts)
    copy = Derivative.objects.create(
        blob=exhibit.blob,
        kind=store.FILM,
        key=store.storage().save("film", ContentFile(content)),
        sha256=hashlib.sha256(content).hexdigest(),
        size=len(content),
        width=1280,
        height=720,
        pieces=pieces,
    )
    client = Client()
    client.force_login(get_user_model().objects.get(pk=scene.buyer.id))
    token = links.sign(exhibit, store.FILM, viewer=scene.buyer.id or 0, now=clock.now())

    def ask(wanted: str) -> Any:
        return client.get(reverse("public:file", args=[token]), headers={"Range": wanted})

    first, last = limits.PIECE_BYTES - 10, limits.PIECE_BYTES + 9
    part = ask(f"bytes={first}-{last}")
    assert part.status_code == 206 and part["Content-Range"] == f"bytes {first}-{last}/{len(content)}"
    assert b"".join(part.streaming_content) == content[first : last + 1]
    assert b"".join(ask("bytes=-500").streaming_content) == content[-500:]
    shelf.alter(copy.key)  # its last byte
    assert ask("bytes=-500").status_code == 410
    assert b"".join(ask("bytes=0-99").streaming_content) == content[:100]


def test_nothing_is_written_over(shelf: Shelf) -> None:
    assert store.storage().save("incoming/a", ContentFile(b"one")) == "incoming/a"
    assert store.storage().save("incoming/a", ContentFile(b"two")) != "incoming/a"
    with store.storage().open("incoming/a", "rb") as file:
        assert file.read() == b"one"


def test_a_link_leads_to_the_bytes_and_an_altered_file_is_not_shown(shelf: Shelf) -> None:
    """U69: not shown, whatever it is now; the page says so and says what to do."""
    scene = reach.admitted()
    exhibit = added(scene)
    client = Client()
    client.force_login(get_user_model().objects.get(pk=scene.buyer.id))

    def ask() -> Any:
        token = links.sign(exhibit, links.ORIGINAL, viewer=scene.buyer.id or 0, now=clock.now())
        return client.get(reverse("public:file", args=[token]))

    whole = ask()
    assert whole.status_code == 200 and b"".join(whole.streaming_content) == PHOTO
    assert exhibit.blob is not None
    shelf.alter(exhibit.blob.key)
    assert ask().status_code == 410
    shelf.lose(exhibit.blob.key)
    assert ask().status_code == 410
    assert "original" in integrity.altered(exhibit.blob)


def test_a_file_that_cannot_be_fetched_now_is_said_to_be_away_and_not_altered(shelf: Shelf) -> None:
    scene = reach.admitted()
    exhibit = added(scene)
    client = Client()
    client.force_login(get_user_model().objects.get(pk=scene.buyer.id))
    token = links.sign(exhibit, links.ORIGINAL, viewer=scene.buyer.id or 0, now=clock.now())
    shelf.fail()
    reply = client.get(reverse("public:file", args=[token]))
    assert reply.status_code == 503 and reply["Retry-After"]


def test_a_store_that_is_away_refuses_and_leaves_no_half_exhibit(shelf: Shelf) -> None:
    """R18: a clear refusal, no exhibit, and the case as it was."""
    scene = reach.admitted()
    version = scene.reload().version
    shelf.fail()
    with pytest.raises(Refused, match="storage_unavailable"):
        added(scene)
    assert scene.reload().version == version
    assert not Exhibit.objects.filter(side="buyer").exists()


def test_a_store_that_is_away_keeps_the_place_of_an_upload(shelf: Shelf) -> None:
    scene = reach.admitted()
    upload = sent(begun(scene), PHOTO[:1000])
    shelf.fail()
    with pytest.raises(Refused, match="storage_unavailable"):
        sent(upload, PHOTO[1000:], 1000)
    assert Upload.objects.get().offset == 1000 and Part.objects.filter(kept=True).count() == 1


def test_a_whole_upload_waits_until_the_store_is_back(
    shelf: Shelf, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    scene = reach.admitted()
    upload = sent(begun(scene), PHOTO)
    before = settings.STORAGES
    with monkeypatch.context() as away:
        if isinstance(shelf, Disk):
            shelf.monkeypatch = away
        shelf.fail()
        assert case_uploads.finish(upload, instant=clock.now).state == Upload.WHOLE
    settings.STORAGES = before
    builders.travel(builders.HOUR)
    ticks.uploads()
    assert Exhibit.objects.get(side="buyer").sha256 == hashlib.sha256(PHOTO).hexdigest()
    assert not any(name.startswith("incoming/") for name in shelf.names())


def test_an_upload_lies_in_pieces_and_then_once(shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(uploads, "PART_BYTES", 5_000)
    scene = reach.admitted()
    upload = sent(begun(scene), PHOTO)
    assert len(shelf.names()) == Part.objects.count() > 3
    upload = case_uploads.finish(upload, instant=clock.now)
    assert upload.exhibit is not None and upload.exhibit.sha256 == hashlib.sha256(PHOTO).hexdigest()
    blob = Blob.objects.get()
    assert shelf.names() == {blob.key, *blob.derivatives.values_list("key", flat=True)}


def test_bytes_that_became_no_exhibit_are_collected(shelf: Shelf) -> None:
    received()
    assert orphans.collect(clock.now()) == 0
    assert orphans.collect(builders.travel(25 * builders.HOUR)) == 1
    assert shelf.names() == set()


def _no_disk(*args: Any, **kwargs: Any) -> Any:
    raise OSError(28, "No space left on device")


def test_a_missing_bucket_is_made_once_and_one_that_is_there_keeps_what_it_holds(
    server: str, settings: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    there, name = s3.client(server), "made-by-a-test"
    options = {**s3.options(server)["OPTIONS"], "bucket_name": name}
    settings.STORAGES = {**settings.STORAGES, "evidence": {**s3.options(server), "OPTIONS": options}}
    try:
        call_command("make_bucket")
        there.put_object(Bucket=name, Key="kept", Body=b"1")
        call_command("make_bucket")
        assert capsys.readouterr().out.split("\n")[:2] == ["made", "it is there"]
        assert [row["Key"] for row in there.list_objects_v2(Bucket=name)["Contents"]] == ["kept"]
    finally:
        there.delete_object(Bucket=name, Key="kept")
        there.delete_bucket(Bucket=name)


def test_a_store_that_is_away_is_no_missing_bucket(shelf: Shelf) -> None:
    shelf.fail()
    if isinstance(shelf, Disk):
        call_command("make_bucket")
    else:
        with pytest.raises(CommandError):
            call_command("make_bucket")
