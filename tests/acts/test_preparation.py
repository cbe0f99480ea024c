"""What is made of a file after it came in: by whoever is free, once in effect, fairly, and whatever dies on the way."""

from __future__ import annotations

import io
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.db import connections

from common.actor import Actor
from common.acts import act
from common.errors import Refused
from evidence import dossiers, intake, integrity, limits, orphans, preparation, ranges, sandbox, store
from evidence.links import Served
from evidence.models import Blob, Derivative, Dossier, Exhibit, Preparation
from tests import files

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
BUYER = Actor.buyer(7)
OTHER = Actor.buyer(8)


@pytest.fixture(autouse=True)
def shelf(settings, tmp_path: Path) -> Path:  # type: ignore[no-untyped-def]
    backend, place = "django.core.files.storage.FileSystemStorage", tmp_path / "shelf"
    settings.STORAGES = {**settings.STORAGES, "evidence": {"BACKEND": backend, "OPTIONS": {"location": str(place)}}}
    return place


@pytest.fixture
def dossier() -> Dossier:
    return act(dossiers.open_dossier)(NOON)


@pytest.fixture(scope="module")
def film() -> bytes:
    return files.film(1.0)


def add(dossier: Dossier, content: bytes, *, name: str = "IMG_0231.MOV", actor: Actor = BUYER) -> Exhibit:
    received = intake.receive(io.BytesIO(content), claimed_name=name, now=NOON)
    return act(dossiers.add)(dossier.pk, received, side=actor.role.value, code="E07", actor=actor, now=NOON)


def prepare(now: datetime = NOON) -> bool:
    return preparation.do_next(lambda: now)


def kinds(exhibit: Exhibit) -> set[str]:
    return set(Derivative.objects.filter(blob_id=exhibit.blob_id).values_list("kind", flat=True))


def state(exhibit: Exhibit) -> str:
    return preparation.state(dossiers.listing(exhibit.dossier_id).get(pk=exhibit.pk))


@pytest.mark.parametrize("format_", ["mp4", "mov", "webm"])
def test_a_video_counts_at_once_and_is_a_film_after_that(format_: str, dossier: Dossier, shelf: Path) -> None:
    exhibit = add(dossier, files.film(0.5, format_=format_), name=f"x.{format_}")
    assert exhibit.kind == "video" and kinds(exhibit) == {"display", "thumb"}
    assert state(exhibit) == "preparing" and list(dossiers.counted(dossier.pk)) == [exhibit]
    assert prepare() and not prepare()
    assert kinds(exhibit) == {"display", "thumb", "film"}
    assert state(exhibit) == "ready" and not Preparation.objects.exists()
    assert integrity.altered(Blob.objects.get(pk=exhibit.blob_id)) == []


def test_a_film_holds_what_is_seen_and_heard_upright_and_nothing_else(dossier: Dossier, shelf: Path) -> None:
    import av

    said = {"title": "canary", "comment": "canary", "location": "+31.2304+121.4737/"}
    exhibit = add(dossier, files.turned(files.film(0.5, 1920, 1080, said=said)))
    prepare()
    copy = Derivative.objects.get(blob_id=exhibit.blob_id, kind="film")
    content = (shelf / copy.key).read_bytes()
    assert b"canary" not in content and b"31.2304" not in content and b"Lavf" not in content
    assert content.index(b"moov") < content.index(b"mdat"), "it begins to play before it is there"
    with av.open(io.BytesIO(content)) as container:
        assert [stream.type for stream in container.streams] == ["video", "audio"]
        video = container.streams.video[0]
        assert (video.codec_context.name, video.width, video.height) == ("h264", 720, 1280)
        assert next(container.decode(video=0)).rotation == 0
        assert video.duration * video.time_base == pytest.approx(0.5, abs=0.1)
    assert (copy.width, copy.height) == (720, 1280)
    assert len(copy.pieces) == 32 * -(-copy.size // limits.PIECE_BYTES)
    assert Blob.objects.get(pk=exhibit.blob_id).sheet.has_position


def test_a_document_is_drawn_to_its_last_page(dossier: Dossier) -> None:
    exhibit = add(dossier, files.pdf(14), name="report.pdf")
    assert kinds(exhibit) == {"page_1", "page_2", "page_3", "thumb"}
    assert state(exhibit) == "ready", "its first pages can be read meanwhile"
    rounds = 0
    while prepare():
        rounds += 1
    assert rounds == 2 and kinds(exhibit) == {"thumb", *(f"page_{n}" for n in range(1, 15))}


def test_a_large_photo_can_be_looked_at_closely(dossier: Dossier) -> None:
    exhibit = add(dossier, files.jpeg(4000, 3000), name="x.jpg")
    prepare()
    large = Derivative.objects.get(blob_id=exhibit.blob_id, kind="large")
    assert (large.width, large.height) == (3200, 2400)
    assert not Preparation.objects.exists()


def test_a_small_photo_leaves_nothing_to_do(dossier: Dossier) -> None:
    add(dossier, files.jpeg(), name="x.jpg")
    assert not Preparation.objects.exists() and not prepare()


def test_what_cannot_be_converted_is_refused_with_its_reason_and_meets_nothing(
    dossier: Dossier, film: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    exhibit = add(dossier, film)
    read = sandbox.read

    def too_long(*args: object, **more: object) -> object:
        raise Refused("film_too_long", minutes=5)

    monkeypatch.setattr(sandbox, "read", too_long)
    assert prepare()
    monkeypatch.setattr(sandbox, "read", read)
    row = Preparation.objects.get()
    assert (row.code, row.data) == ("film_too_long", {"minutes": 5}) and row.set_aside_at is None
    assert state(exhibit) == "unreadable"
    assert list(dossiers.counted(dossier.pk)) == []
    assert preparation.untold(10) == [row]
    assert not prepare(NOON + timedelta(days=1))


def test_work_that_kills_three_workers_is_set_aside_and_can_be_tried_again(dossier: Dossier, film: bytes) -> None:
    exhibit = add(dossier, film)
    now = NOON
    for tried in range(1, limits.TRIES + 1):
        assert preparation._claim(now) is not None  # and whoever claimed it dies here
        assert Preparation.objects.get().tries == tried
        assert preparation._claim(now + MINUTE) is None, "nobody else takes it before its time is over"
        now += timedelta(seconds=limits.child("film").wall_seconds) + 2 * MINUTE
    assert not prepare(now)
    row = Preparation.objects.get()
    assert row.set_aside_at == now and row.refused_at is None and state(exhibit) == "unreadable"
    assert preparation.try_again(row.pk, now=now) and prepare(now)
    assert state(exhibit) == "ready"


def test_a_storage_that_is_away_costs_no_try(dossier: Dossier, film: bytes, shelf: Path) -> None:
    exhibit = add(dossier, film)
    away = shelf.rename(shelf.with_name("away"))
    for _time in range(limits.TRIES + 2):
        now = Preparation.objects.get().retry_at
        assert prepare(now)
    assert Preparation.objects.get().tries == 0
    shelf.mkdir(exist_ok=True)
    for part in away.iterdir():
        part.rename(shelf / part.name)
    assert prepare(Preparation.objects.get().retry_at)
    assert state(exhibit) == "ready"


def test_an_original_that_was_altered_is_not_converted(dossier: Dossier, film: bytes, shelf: Path) -> None:
    exhibit = add(dossier, film)
    assert exhibit.blob is not None
    (shelf / exhibit.blob.key).write_bytes(film + b"!")
    prepare()
    assert Preparation.objects.get().code == "evidence_altered"


def test_a_worker_that_comes_late_changes_nothing(dossier: Dossier, film: bytes, shelf: Path) -> None:
    """U82: one is taken for dead, another does its work, and then the first one comes back."""
    exhibit = add(dossier, film)
    read = sandbox.read

    def slowly(*args: object, **more: object) -> object:
        sandbox.read = read  # type: ignore[assignment]
        assert prepare(NOON + timedelta(hours=1)), "the second one"
        return read(*args, **more)  # type: ignore[arg-type]

    sandbox.read = slowly  # type: ignore[assignment]
    try:
        assert prepare()
    finally:
        sandbox.read = read
    assert kinds(exhibit) == {"display", "thumb", "film"}
    blob = Blob.objects.get(pk=exhibit.blob_id)
    assert integrity.altered(blob) == []
    assert len(list(shelf.rglob("film.mp4"))) == 1


def test_one_who_sends_many_files_keeps_nobody_waiting(dossier: Dossier) -> None:
    """U81: everybody's first comes before anybody's second."""
    photo = [files.jpeg(1700, 40, seed=n) for n in range(12)]
    for content in photo[:11]:
        add(dossier, content, name="x.jpg")
    other = act(dossiers.open_dossier)(NOON)
    last = add(other, photo[11], name="x.jpg", actor=OTHER)
    order = []
    for _turn in range(2):
        claim = preparation._claim(NOON)
        assert claim is not None
        order.append(claim.blob.pk)
    assert last.blob_id in order, "the twelfth file is the other's first"


@pytest.mark.django_db(transaction=True)
def test_two_workers_do_two_things(film: bytes) -> None:
    dossier = act(dossiers.open_dossier)(NOON)
    exhibits = [add(dossier, content) for content in (film, files.film(0.3))]
    done: list[bool] = []

    def work() -> None:
        try:
            done.append(prepare())
        finally:
            connections.close_all()

    workers = [threading.Thread(target=work) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(60)
    assert done == [True, True]
    assert [state(exhibit) for exhibit in exhibits] == ["ready", "ready"]
    assert not Preparation.objects.exists()


def test_what_never_became_an_exhibit_is_collected_with_its_sheet(dossier: Dossier, film: bytes, shelf: Path) -> None:
    intake.receive(io.BytesIO(film), claimed_name="x.mp4", now=NOON)
    assert orphans.collect(NOON + timedelta(hours=25)) == 1
    assert not Blob.objects.exists() and not [path for path in shelf.rglob("*") if path.is_file()]


RANGES: list[tuple[str, tuple[int, int] | None]] = [
    ("", None),
    ("bytes=0-", (0, 99)),
    ("bytes=10-19", (10, 19)),
    ("bytes=90-400", (90, 99)),
    ("bytes=-10", (90, 99)),
    ("bytes=-1000", (0, 99)),
    ("bytes=20-10", None),
    ("bytes=0-1,5-6", None),
    ("bytes=-", None),
    ("lines=1-2", None),
]


@pytest.mark.parametrize(("header", "part"), RANGES)
def test_a_range_is_read_as_the_standard_says(header: str, part: tuple[int, int] | None) -> None:
    assert ranges.asked(header, 100) == part


@pytest.mark.parametrize("header", ["bytes=100-", "bytes=100-200", "bytes=-0"])
def test_a_range_behind_the_end_cannot_be_given(header: str) -> None:
    with pytest.raises(ValueError):
        ranges.asked(header, 100)


@pytest.fixture
def served(monkeypatch: pytest.MonkeyPatch, dossier: Dossier, shelf: Path) -> Callable[[], Served]:
    monkeypatch.setattr(limits, "PIECE_BYTES", 10_000)
    exhibit = add(dossier, files.film(1.0, 320, 240))
    prepare()
    copy = Derivative.objects.get(blob_id=exhibit.blob_id, kind=store.FILM)
    assert copy.size > 20_000
    return lambda: Served(exhibit, copy.key, copy.sha256, copy.size, "video/mp4", "", bytes(copy.pieces))


def test_any_part_of_a_film_is_that_part(served: Callable[[], Served], shelf: Path) -> None:
    one = served()
    whole = (shelf / one.key).read_bytes()
    for first, last in ((0, one.size - 1), (0, 0), (9_999, 10_000), (10_000, 19_999), (15_000, one.size - 1)):
        assert b"".join(ranges.read(one, first, last)) == whole[first : last + 1]


def test_of_a_film_that_was_altered_no_altered_byte_is_sent(served: Callable[[], Served], shelf: Path) -> None:
    one = served()
    whole = bytearray((shelf / one.key).read_bytes())
    whole[10_500] ^= 1
    (shelf / one.key).write_bytes(bytes(whole))
    assert b"".join(ranges.read(one, 0, 9_999)) == bytes(whole[:10_000]), "the first piece is as it was"
    with pytest.raises(Refused):
        ranges.read(one, 10_000, 10_001)
    sent = ranges.read(one, 0, one.size - 1)
    assert next(sent) == bytes(whole[:10_000])
    with pytest.raises(Refused):
        next(sent)
    (shelf / one.key).unlink()
    with pytest.raises(Refused):
        ranges.read(one, 0, 1)
