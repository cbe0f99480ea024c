"""Files of evidence are read once a day, and what is damaged is told (U69)."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from common import clock
from engine import health, schedule, ticks
from evidence import orphans, scrub, store
from evidence.models import Blob, Damage, Exhibit, Round
from tests import reach

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


@pytest.fixture
def photo() -> Exhibit:
    made = reach.handed_in()
    return Exhibit.objects.filter(dossier=made.case.dossier, side="buyer").order_by("place")[0]


def later(hours: float = 2) -> object:
    return clock.now() + hours * HOUR


def place(exhibit: Exhibit) -> Path:
    assert exhibit.blob is not None
    return Path(store.storage().path(exhibit.blob.key))


def test_all_is_well_and_every_file_was_read(photo: Exhibit) -> None:
    blobs = Blob.objects.filter(exhibits__isnull=False).distinct()
    files = sum(1 + blob.derivatives.count() for blob in blobs)
    assert scrub.scrub(later()) == files  # type: ignore[arg-type]
    assert not Damage.objects.exists()
    assert Round.objects.get().files == files


@pytest.mark.parametrize("state", ["altered", "missing"])
def test_a_damaged_file_is_told_once_and_until_it_is_whole_again(photo: Exhibit, state: str) -> None:
    content = place(photo).read_bytes()
    if state == "altered":
        place(photo).write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
    else:
        place(photo).unlink()
    for day in range(2):
        scrub.scrub(later(2 + 25 * day))  # type: ignore[arg-type]
        damage = Damage.objects.get()
        assert (damage.blob_id, damage.kind, damage.state, damage.gone_at) == (photo.blob_id, "original", state, None)
        assert health.look(clock.now()).damaged == 1
    place(photo).write_bytes(content)
    scrub.scrub(later(60))  # type: ignore[arg-type]
    assert Damage.objects.get().gone_at is not None
    assert health.look(clock.now()).damaged == 0


def test_a_round_rests_until_a_day_after_it_began(photo: Exhibit) -> None:
    assert scrub.scrub(later(2)) > 0  # type: ignore[arg-type]
    assert scrub.scrub(later(20)) == 0  # type: ignore[arg-type]
    assert scrub.scrub(later(27)) > 0  # type: ignore[arg-type]


def test_a_slice_goes_on_where_the_last_one_stopped(photo: Exhibit) -> None:
    reach.handed_in()
    blobs = Blob.objects.filter(exhibits__isnull=False).distinct().count()
    assert blobs >= 2
    slices = 0
    while Round.objects.filter(ended_at__isnull=False).count() == 0:
        scrub.scrub(later(), seconds=0)  # type: ignore[arg-type]
        slices += 1
    assert slices >= blobs


def test_two_do_not_read_the_same_and_a_dead_one_lets_go(photo: Exhibit) -> None:
    scrub._hold(later(2))  # type: ignore[arg-type]
    assert scrub.scrub(later(2)) == 0  # type: ignore[arg-type]
    assert scrub.scrub(later(2.2)) > 0  # type: ignore[arg-type]


def test_what_came_in_just_now_is_left_alone(photo: Exhibit) -> None:
    place(photo).unlink()
    assert scrub.scrub(clock.now()) == 0
    assert not Damage.objects.exists()


def test_the_command_reads_all_and_fails_when_something_differs(
    photo: Exhibit, capsys: pytest.CaptureFixture[str]
) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute("UPDATE evidence_blob SET received_at = received_at - interval '2 hours'")
        cursor.execute("SET LOCAL session_replication_role = origin")
    call_command("check_evidence")
    place(photo).unlink()
    with pytest.raises(CommandError, match="1 things"):
        call_command("check_evidence")
    assert f"exhibit {photo.public_id}: original is missing" in capsys.readouterr().err


def test_reading_and_anchoring_are_on_the_schedule() -> None:
    tasks = {row["task"] for row in schedule.BEAT.values()}
    assert {"engine.anchoring", "engine.reading"} <= tasks
    assert ticks.anchoring() == 0


def test_what_nobody_keeps_any_more_is_collected_damaged_or_not(photo: Exhibit) -> None:
    received = reach.received("crimson")
    Damage.objects.create(blob_id=received.blob_id, kind="original", state="missing", found_at=clock.now())
    assert orphans.collect(clock.now() + 25 * HOUR) == 1
    assert not Damage.objects.exists() and not Blob.objects.filter(pk=received.blob_id).exists()
