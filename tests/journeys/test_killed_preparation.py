"""A worker is killed with kill -9 while it converts a video: nothing goes on running, and the next one does its work."""

from __future__ import annotations

import io
import os
import signal
import subprocess
import sys
import time
from datetime import timedelta
from pathlib import Path

import pytest

from common import clock
from disputes import submissions
from evidence import intake, integrity, limits, preparation
from evidence.models import Blob, Preparation
from tests import builders, files, reach

ROOT = Path(__file__).resolve().parents[2]

WORKER = """
import sys
import django
django.setup()
from django.conf import settings
settings.STORAGES["evidence"]["OPTIONS"]["location"] = sys.argv[1]
from common import clock
from evidence import preparation
preparation.do_next(clock.now)
"""


def environment() -> dict[str, str]:
    more = {
        "DATABASE_URL": builders.database_url(),
        "PYTHONPATH": str(ROOT),
        "DJANGO_SETTINGS_MODULE": "config.settings",
    }
    return {**os.environ, "HENG_GATEWAY_URL": "", "SECRET_KEY": "of-a-test", **more}


def offspring(pid: int) -> list[int]:
    """All that ``pid`` started, and what they started."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                parent = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
            except (OSError, ValueError, IndexError):
                continue
            if parent == pid:
                found += [int(entry.name), *offspring(int(entry.name))]
    return found


def wait(what: str, holds: object, seconds: float = 30) -> None:
    until = time.monotonic() + seconds
    while not holds():  # type: ignore[operator]
        assert time.monotonic() < until, what
        time.sleep(0.02)


@pytest.mark.django_db(transaction=True)
def test_a_worker_killed_while_it_converts_leaves_nothing_running_and_loses_nothing(settings) -> None:  # type: ignore[no-untyped-def]
    scene = reach.admitted()
    received = intake.receive(io.BytesIO(files.film(20, 1280, 720, sound=False)), claimed_name="x.mp4", now=clock.now())
    exhibit = submissions.add_evidence(
        scene.case.pk, received, code="E06", name="", note="", actor=scene.buyer, now=clock.now()
    )
    place = settings.STORAGES["evidence"]["OPTIONS"]["location"]
    worker = subprocess.Popen([sys.executable, "-c", WORKER, place], env=environment(), cwd=ROOT)
    wait("the fork that converts", lambda: len(offspring(worker.pid)) >= 2)
    family = offspring(worker.pid)
    worker.send_signal(signal.SIGKILL)
    assert worker.wait() == -signal.SIGKILL
    wait("the end of what it started", lambda: not any(Path(f"/proc/{pid}").exists() for pid in family), 2)

    row = Preparation.objects.get()
    assert row.tries == 1 and not preparation.do_next(clock.now), "for now it is still the dead one's"
    builders.travel(timedelta(seconds=limits.child("film").wall_seconds) + timedelta(minutes=2))
    assert preparation.do_next(clock.now)
    assert not Preparation.objects.exists()
    blob = Blob.objects.get(pk=exhibit.blob_id)
    assert "film" in {copy.kind for copy in blob.derivatives.all()} and integrity.altered(blob) == []
