"""CPU seconds, user and system, of everything that works on an operation: this process and all of PostgreSQL's."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

from django.db import connection

_TICK = os.sysconf("SC_CLK_TCK")


def _stat(pid: int) -> list[str]:
    """The fields of /proc/PID/stat after the name, which may hold anything."""
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()


def postmaster() -> int:
    """The process whose children serve our connections."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        backend = cursor.fetchone()[0]
    return int(_stat(backend)[1])


def postgres_cpu(postmaster_pid: int) -> float:
    """What the server and all of its processes have used, the ended ones included."""
    total = 0.0
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        with suppress(FileNotFoundError, ProcessLookupError, PermissionError):
            pid, fields = int(entry.name), _stat(int(entry.name))
            if postmaster_pid in (pid, int(fields[1])):
                total += _used(pid, fields)
            if pid == postmaster_pid:
                total += (int(fields[13]) + int(fields[14])) / _TICK
    return total


def _used(pid: int, fields: list[str]) -> float:
    """Seconds that one process has run: to the nanosecond where the kernel says so, else in ticks of 10 ms."""
    with suppress(FileNotFoundError):
        return int(Path(f"/proc/{pid}/schedstat").read_text().split()[0]) / 1e9
    return (int(fields[11]) + int(fields[12])) / _TICK


@dataclass
class Series:
    """One operation, measured in turns with the others so that all see the same weather."""

    name: str
    run: Callable[[], object]
    per_turn: int
    turns: list[float] = field(default_factory=list)
    wall: list[float] = field(default_factory=list)

    @property
    def cpu_ms(self) -> float:
        """Median over the turns of CPU milliseconds for one operation."""
        return median(self.turns) * 1000


def interleave(series: list[Series], *, turns: int) -> None:
    """Run all series by turns. Where the kernel counts in ticks of 10 ms, a turn must last a good deal longer."""
    server = postmaster()
    for one in series:
        one.run()  # nobody is measured while learning
    for _turn in range(turns):
        for one in series:
            before, began = time.process_time() + postgres_cpu(server), time.perf_counter()
            for _time in range(one.per_turn):
                one.run()
            used = time.process_time() + postgres_cpu(server) - before
            one.turns.append(used / one.per_turn)
            one.wall.append((time.perf_counter() - began) / one.per_turn)


def queries_of(run: Callable[[], object]) -> int:
    """How many statements one operation sends: the fewer of two runs, since what is kept for a minute is read again once."""
    return min(_statements(run), _statements(run))


def _statements(run: Callable[[], object]) -> int:
    seen = 0

    def count(execute: Callable[..., object], *arguments: object) -> object:
        nonlocal seen
        seen += 1
        return execute(*arguments)

    with connection.execute_wrapper(count):
        run()
    return seen
