"""A worker is killed with kill -9 in the middle of a payment: nothing is lost, nothing is paid twice."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from common import clock
from common.acts import act
from demo_market import server
from disputes import negotiation, queries
from disputes.lifecycle import State
from disputes.models import Case
from enforcement import execution, movements
from enforcement.models import Step
from ledger import book, keys
from tests import builders, reach

ROOT = Path(__file__).resolve().parents[2]
SECRET = "killed-and-risen"
PAID = 68_000

# The worker itself: attempts one step with the settings it was given, and is killed at one of its statements.
WORKER = """
import os, signal, sys
import django
django.setup()
from django.db import connection
from common import clock
from enforcement import execution

step_id, place = int(sys.argv[1]), int(sys.argv[2])
now = clock.now()
seen = 0

def dying(send, sql, params, many, context):
    global seen
    seen += 1
    if seen == place:
        os.kill(os.getpid(), signal.SIGKILL)
    return send(sql, params, many, context)

with connection.execute_wrapper(dying):
    execution.attempt(step_id, now=now)
"""


@act
def start(case_id: int) -> None:
    case = queries.lock(case_id)
    assert case.outcome is not None
    execution.start(case, case.outcome, now=clock.now())


def worker(step_id: int, place: int, url: str) -> int:
    """Run a worker in a process of its own; its exit status."""
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": os.environ.get("DJANGO_SETTINGS_MODULE", "config.settings"),
        "DATABASE_URL": builders.database_url(),
        "HENG_GATEWAY_URL": url,
        "HENG_GATEWAY_SECRET": SECRET,
        "PYTHONPATH": str(ROOT),
    }
    done = subprocess.run(
        [sys.executable, "-c", WORKER, str(step_id), str(place)], env=environment, cwd=ROOT, timeout=120, check=False
    )
    return done.returncode


def to_be_paid() -> Step:
    """A case whose merchant agreed to refund, and the step that pays it."""
    made = reach.a_scene()
    movements.post_due(500, now=clock.now())
    negotiation.agree_refund(made.case.pk, actor=made.merchant, now=clock.now())
    start(made.case.pk)
    return Step.objects.get(execution__case=made.case, purpose="refund")


def statements_of_an_attempt(step: Step) -> int:
    """How many statements it takes when nobody is killed."""
    seen = [0]

    def count(send: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        seen[0] += 1
        return send(sql, params, many, context)

    now = clock.now()
    with connection.execute_wrapper(count):
        execution.attempt(step.pk, now=now)
    return seen[0]


@pytest.mark.django_db(transaction=True)
def test_a_worker_killed_in_the_middle_of_a_payment_loses_nothing_and_doubles_nothing(settings: Any) -> None:
    with server.serve(secret=SECRET) as market:
        settings.HENG_GATEWAY_URL, settings.HENG_GATEWAY_SECRET = market.url, SECRET
        whole = statements_of_an_attempt(to_be_paid())
        places = sorted({1, *(whole * part // 7 for part in range(1, 7)), whole})
        for place in places:
            step = to_be_paid()
            assert worker(step.pk, place, market.url) == -signal.SIGKILL, place
        cases = len(places) + 1
        told = len(market.payments())
        assert 1 < told < cases  # some died before the marketplace had been told, some after
        assert Case.objects.filter(state=State.ENFORCING).count() == len(places)
        later = clock.now() + timedelta(minutes=5)
        for step_id in execution.due_steps(later, limit=100):
            execution.attempt(step_id, now=later)
        payments = [(row["kind"], row["amount"]) for row in market.payments()]
        assert payments == [("refund_to_buyer", PAID)] * cases
        assert Case.objects.filter(state=State.CLOSED).count() == cases
        assert book.audit() == []
        assert book.balance(keys.outside("CNY")) == 0
