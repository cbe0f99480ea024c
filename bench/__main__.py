"""``python3 start.py bench``: every figure of the README, measured in turns with its yardstick, pass or fail."""

from __future__ import annotations

import argparse
import os
import sys
import time

import django


def main() -> int:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    parser = argparse.ArgumentParser(prog="start.py bench", description=__doc__)
    parser.add_argument("--cases", type=int, default=100_000)
    parser.add_argument("--turns", type=int, default=15)
    parser.add_argument("--sweeps", type=int, default=3, help="rounds of sweep and pgbench")
    parser.add_argument("--sweep-size", type=int, default=4_000, help="deadlines a round")
    chosen = parser.parse_args()
    django.setup()

    from bench import files, generate, report

    began = time.perf_counter()
    print(f"Making {chosen.cases:,} cases …", flush=True)
    world = generate.world(chosen.cases)
    generate.settle()
    print(f"  in {time.perf_counter() - began:.0f} s", flush=True)
    print("\nname                                    value        limit   ")
    lines = []
    for part in (
        report.pages(world, turns=chosen.turns),
        report.sweeps(rounds=chosen.sweeps, size=chosen.sweep_size),
        files.lines(turns=chosen.turns),
    ):
        for line in part:
            print(line, flush=True)
            lines.append(line)
    failed = sum(not line.ok for line in lines)
    print(f"\n{len(lines) - failed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
