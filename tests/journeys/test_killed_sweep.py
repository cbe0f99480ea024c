"""Workers are killed with kill -9 in the middle of the sweep, again and again: nothing is lost, nothing is doubled."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from disputes import sweep
from disputes.lifecycle import State
from disputes.models import Case, Deadline
from engine import ticks
from journal import book as journal
from journal.models import Entry, Undelivered
from notifications.models import Notice
from tests import builders, reach

ROOT = Path(__file__).resolve().parents[2]
CASES = 40

# A worker that sweeps in small batches and is killed at one statement of its second one.
DYING = """
import os, signal, sys
import django
django.setup()
from django.db import connection
from disputes import sweep

place = int(sys.argv[1])
seen = 0

def dying(send, sql, params, many, context):
    global seen
    seen += 1
    if seen == place:
        os.kill(os.getpid(), signal.SIGKILL)
    return send(sql, params, many, context)

sweep.fire_due(limit=5)
with connection.execute_wrapper(dying):
    sweep.fire_due(limit=5)
"""


def environment() -> dict[str, str]:
    more = {
        "DATABASE_URL": builders.database_url(),
        "PYTHONPATH": str(ROOT),
        "DJANGO_SETTINGS_MODULE": "config.settings",
    }
    return {**os.environ, "HENG_GATEWAY_URL": "", "SECRET_KEY": "of-a-test", **more}


def statements_of_a_batch() -> int:
    """How many statements a batch takes when nobody is killed."""
    seen = [0]

    def count(send: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        seen[0] += 1
        return send(sql, params, many, context)

    with connection.execute_wrapper(count):
        assert sweep.fire_due(limit=5).fired == 5
    return seen[0]


def fired() -> int:
    return Entry.objects.filter(kind="merchant_silent").count()


@pytest.mark.django_db(transaction=True)
def test_workers_killed_in_the_middle_of_sweeping_lose_nothing_and_double_nothing() -> None:
    scenes = [reach.a_scene() for _ in range(CASES)]
    builders.travel_to(max(scene.case.due_at for scene in scenes if scene.case.due_at) + timedelta(seconds=1))
    whole = statements_of_a_batch()

    # At chosen statements: before anything is written, after all of it, and in between.
    for place in sorted({2, whole // 2, whole}):
        before = fired()
        died = subprocess.run(
            [sys.executable, "-c", DYING, str(place)], env=environment(), cwd=ROOT, timeout=60, check=False
        )
        assert died.returncode == -signal.SIGKILL, place
        assert fired() == before + 5, place  # the whole first batch, and nothing of the one that was cut short

    # At no chosen moment: two of the shipped clocks side by side, both killed as soon as one has begun to do something.
    rounds = 0
    while rounds < 2 and (fired() < CASES or Undelivered.objects.exists()):
        rounds += 1
        before = fired() + Undelivered.objects.count()
        command = [sys.executable, "manage.py", "run_clock", "--every", "0.05"]
        clocks = [subprocess.Popen(command, env=environment(), cwd=ROOT) for _ in range(2)]
        until = time.monotonic() + 15
        while fired() + Undelivered.objects.count() == before and time.monotonic() < until:
            time.sleep(0.002)
        for process in clocks:
            process.send_signal(signal.SIGKILL)
            assert process.wait() == -signal.SIGKILL

    # Whoever comes next finds everything where it was.
    ticks.forget()
    while ticks.everything():
        pass
    assert Case.objects.filter(state=State.AWAITING_BUYER).count() == CASES
    for scene in scenes:
        kinds = list(Entry.objects.filter(stream=scene.case.stream_id).order_by("seq").values_list("kind", flat=True))
        assert kinds.count("merchant_silent") == 1
        assert journal.verify(scene.case.stream_id) is None
        states = sorted(scene.case.deadlines.values_list("duty", "state"))
        assert states == [("buyer_reply", Deadline.PENDING), ("merchant_reply", "expired")]
    assert not Undelivered.objects.exists()
    told = Notice.objects.filter(kind="merchant_silent").values_list("user_id", "entry_id", "audience")
    assert len(told) == len(set(told)) >= CASES
