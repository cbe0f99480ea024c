"""The ticks without Celery: deadlines fire, consequences follow and money moves with Redis and beat both dead."""

from __future__ import annotations

import logging
import signal
import threading
import time
from collections.abc import Callable
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.db import DatabaseError, close_old_connections

from engine import ticks

log = logging.getLogger(__name__)
# What is not for every tick: seconds from one time to the next. Nobody reads evidence here: a clock waits for no disk.
SELDOM: tuple[tuple[float, Callable[[], int]], ...] = (
    (10.0, ticks.copies),
    (10.0, ticks.pictures),
    (60.0, ticks.uploads),
    (60.0, ticks.measures),
    (600.0, ticks.calendar),
    (600.0, ticks.debts),
    (3600.0, ticks.anchoring),
    (3600.0, ticks.housekeeping),
)


class Command(BaseCommand):
    help = "Enforce deadlines and draw consequences once a second. Any number of copies may run."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--every", type=float, default=1.0, help="seconds between ticks")
        parser.add_argument("--once", action="store_true", help="one tick, then stop")

    def handle(self, *args: Any, **options: Any) -> None:
        self.running = True
        begun = time.monotonic()  # not at once: a clock that starts has deadlines to catch up with
        done = dict.fromkeys((work for _, work in SELDOM), begun)
        for name in (signal.SIGTERM, signal.SIGINT):
            signal.signal(name, self._stop)
        if options["once"]:
            ticks.files()
            ticks.letters()
        else:
            # Beside the clock: a film takes minutes, and deadlines do not wait for it.
            threading.Thread(target=self._prepare_files, daemon=True).start()
        while self.running:
            started = time.monotonic()
            try:
                ticks.everything()
                for every, work in SELDOM:
                    if started - done[work] >= every:
                        done[work] = started
                        work()
            except DatabaseError as error:
                # The database is away or restarting: the next tick finds every row where it was.
                log.warning("tick_failed", extra={"error": type(error).__name__})
                close_old_connections()
            if options["once"]:
                return
            time.sleep(max(0.05, options["every"] - (time.monotonic() - started)))

    def _prepare_files(self) -> None:
        while self.running:
            try:
                ticks.letters()  # first: a film takes minutes
                ticks.files()
            except DatabaseError as error:
                log.warning("files_failed", extra={"error": type(error).__name__})
                close_old_connections()
            time.sleep(2.0)

    def _stop(self, *_: Any) -> None:
        self.running = False
