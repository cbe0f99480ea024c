"""One worker of the sweep benchmark: says ready, waits for go, fires until nothing is due, says how many."""

from __future__ import annotations

import os
import sys

import django


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    from common import clock
    from engine import ticks
    from rulebook import calendars
    from rulebook import queries as rulebook

    rulebook.rules(rulebook.in_force(rulebook.default_profile(), clock.now()).pk)
    calendars.current()
    print("ready", flush=True)
    sys.stdin.readline()
    fired = idle = 0
    while idle < 3:
        of_tick = ticks.deadlines()
        fired += of_tick
        idle = 0 if of_tick else idle + 1
    print(fired, flush=True)


if __name__ == "__main__":
    main()
